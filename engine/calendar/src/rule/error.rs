//! What may be wrong with a rule, or with asking it: what, where in its text, and how to mend it, in both languages.

use std::ops::Range;

use super::TEXT_BYTES_MAX;
use crate::words::{localised, pick};
use crate::{Jalali, Language, Period, SPAN_DAYS_MAX, YEAR_MAX, YEAR_MIN};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence(Language::English))]
pub struct RuleError {
    /// Bytes of the rule's text; empty where no word is to blame.
    pub span: Range<usize>,
    pub problem: RuleProblem,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleProblem {
    TooLong,
    Empty,
    /// A word that no rule has, and the nearest that one may have.
    Unknown {
        word: String,
        nearest: Option<&'static str>,
    },
    /// A word that says nothing where it stands.
    Misplaced {
        word: String,
    },
    /// A part that a rule needs.
    Missing(RulePart),
    /// A part that stands there a second time.
    Twice {
        part: RulePart,
        word: String,
    },
    /// No such period ever has so many of them.
    TooMany {
        nth: i64,
        most: i16,
        of: Period,
    },
    /// A member of the structured form that is not known, or has a value that it cannot have.
    Member {
        name: String,
        expected: &'static str,
    },
    /// The period has no such day.
    NoSuchDay {
        first: Jalali,
        last: Jalali,
    },
    /// The rule asks for a period that has passed, and for a day to come.
    Past,
    /// No such day comes for ten years.
    Never,
    /// Outside of the years of the calendar.
    OutOfTime,
}

/// What a rule is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RulePart {
    /// First, second, last.
    Nth,
    /// A day of the week.
    Weekday,
    /// Week, month, season, year.
    Of,
    /// This, next, previous.
    Offset,
}

impl RuleError {
    pub(super) fn new(span: Range<usize>, problem: RuleProblem) -> Self {
        Self { span, problem }
    }

    pub(super) fn without_place(problem: RuleProblem) -> Self {
        Self { span: 0..0, problem }
    }

    /// What is wrong and how to mend it.
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::Persian => self.persian(),
            Language::English => self.english(),
        }
    }

    fn english(&self) -> String {
        match &self.problem {
            RuleProblem::TooLong => format!("a rule has at most {TEXT_BYTES_MAX} bytes"),
            RuleProblem::Empty => {
                "the rule is empty; write, for example, \"first working Monday of the season\"".to_owned()
            }
            RuleProblem::Unknown { word, nearest: Some(nearest) } => {
                format!("{word:?} is no word of a rule; did you mean \"{nearest}\"?")
            }
            RuleProblem::Unknown { word, nearest: None } => format!(
                "{word:?} is no word of a rule; write, for example, \"first working Monday of the season\" or \"last \
                 working day of the month\""
            ),
            RuleProblem::Misplaced { word } => {
                format!("{word:?} says nothing there; a day counted from the end is the \"second to last\" one")
            }
            RuleProblem::Missing(part) => part.missing(Language::English).to_owned(),
            RuleProblem::Twice { part, word } => {
                format!("{word:?} names {} a second time; a rule has it once", part.name(Language::English))
            }
            RuleProblem::TooMany { nth, most, of } => format!(
                "no {} has {} of them; the number is from 1 to {most}, or from the end",
                of.name(Language::English),
                nth.unsigned_abs()
            ),
            RuleProblem::Member { name, expected } => format!("\"{name}\" in a rule: expected {expected}"),
            RuleProblem::NoSuchDay { first, last } => format!(
                "there is no such day from {} to {}",
                first.long(Language::English),
                last.long(Language::English)
            ),
            RuleProblem::Past => {
                "the rule names a period that has passed; a day to come needs \"the\", \"this\" or \"next\"".to_owned()
            }
            RuleProblem::Never => {
                format!("no such day comes within {SPAN_DAYS_MAX} days; the calendar may have none that fits")
            }
            RuleProblem::OutOfTime => format!("that is outside of the years {YEAR_MIN} to {YEAR_MAX}"),
        }
    }

    fn persian(&self) -> String {
        let text = match &self.problem {
            RuleProblem::TooLong => format!("قاعده حداکثر {TEXT_BYTES_MAX} بایت دارد"),
            RuleProblem::Empty => "قاعده خالی است؛ برای نمونه بنویسید «نخستین دوشنبهٔ کاری فصل»".to_owned(),
            RuleProblem::Unknown { word, nearest: Some(nearest) } => {
                return format!("«{word}» واژه‌ای از قاعده‌ها نیست؛ آیا منظور «{nearest}» بود؟");
            }
            RuleProblem::Unknown { word, nearest: None } => {
                return format!(
                    "«{word}» واژه‌ای از قاعده‌ها نیست؛ برای نمونه بنویسید «نخستین دوشنبهٔ کاری فصل» یا «آخرین روز کاری ماه»"
                );
            }
            RuleProblem::Misplaced { word } => {
                return format!("«{word}» آنجا معنایی ندارد؛ شمردن از پایان را «یکی مانده به آخرین» بنویسید");
            }
            RuleProblem::Missing(part) => part.missing(Language::Persian).to_owned(),
            RuleProblem::Twice { part, word } => {
                return format!("«{word}» {} را بار دوم می‌گوید؛ یک بار بس است", part.name(Language::Persian));
            }
            RuleProblem::TooMany { nth, most, of } => format!(
                "هیچ {}ی {} تا از آن ندارد؛ شماره از ۱ تا {most} است یا از پایان",
                if *of == Period::Week { "هفته‌ا" } else { of.name(Language::Persian) },
                nth.unsigned_abs()
            ),
            RuleProblem::Member { name, expected } => {
                return format!("«{name}» در قاعده نادرست است؛ درست: \u{2066}{expected}\u{2069}");
            }
            RuleProblem::NoSuchDay { first, last } => {
                format!("از {} تا {} چنین روزی نیست", first.long(Language::Persian), last.long(Language::Persian))
            }
            RuleProblem::Past => "قاعده از دوره‌ای گذشته می‌گوید؛ برای روزی در پیش، بنویسید «این» یا «آینده»".to_owned(),
            RuleProblem::Never => {
                format!("تا {SPAN_DAYS_MAX} روز دیگر چنین روزی نمی‌رسد؛ شاید تقویم چنین روزی ندارد")
            }
            RuleProblem::OutOfTime => format!("این بیرون از سال‌های {YEAR_MIN} تا {YEAR_MAX} است"),
        };
        localised(text, Language::Persian)
    }
}

impl RulePart {
    fn name(self, language: Language) -> &'static str {
        match self {
            Self::Nth => pick(language, "شماره", "which one it is"),
            Self::Weekday => pick(language, "روز هفته", "a day of the week"),
            Self::Of => pick(language, "دوره", "a period"),
            Self::Offset => pick(language, "کدام دوره", "which period it is"),
        }
    }

    fn missing(self, language: Language) -> &'static str {
        match self {
            Self::Nth => pick(
                language,
                "گفته نشده کدام یک؛ بنویسید نخستین، دومین، … یا آخرین",
                "it does not say which one; write first, second, … or last",
            ),
            Self::Weekday => pick(language, "گفته نشده کدام روز", "it does not say which day"),
            Self::Of | Self::Offset => pick(
                language,
                "گفته نشده از چه؛ بنویسید هفته، ماه، فصل یا سال",
                "it does not say of what; write of the week, month, season or year",
            ),
        }
    }
}
