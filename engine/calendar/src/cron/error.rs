//! What may be wrong with a schedule: where, what, and how to mend it, in both languages.

use std::ops::Range;

use super::field::written;
use super::{Field, TEXT_BYTES_MAX};
use crate::Language;
use crate::words::{localised, pick};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence(Language::English))]
pub struct Error {
    /// None: the whole text.
    pub field: Option<Field>,
    /// Bytes of the text.
    pub span: Range<usize>,
    pub problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    TooLong,
    Count { found: usize },
    Nickname { name: String },
    Empty,
    NotANumber { text: String },
    OutOfRange { number: String },
    Backwards { from: u8, to: u8 },
    Step { step: String },
    StepOfOne { value: u8, last: u8 },
    Foreign { sign: char },
    Never,
}

impl Error {
    pub(super) fn new(field: Option<Field>, span: Range<usize>, problem: Problem) -> Self {
        Self { field, span, problem }
    }

    /// Which field, what is wrong with it, and how to mend it.
    pub fn sentence(&self, language: Language) -> String {
        let sentence = match language {
            Language::Persian => self.persian(),
            Language::English => self.english(),
        };
        match (self.field, language) {
            (None, _) => sentence,
            (Some(field), Language::Persian) => format!("{}: {sentence}", field.title(language)),
            (Some(field), Language::English) => format!("in the {}: {sentence}", field.title(language)),
        }
    }

    fn english(&self) -> String {
        let field = self.field.unwrap_or(Field::Minute);
        let (least, greatest) = field.range();
        match &self.problem {
            Problem::TooLong => format!("a schedule has at most {TEXT_BYTES_MAX} bytes; split it in two flows"),
            Problem::Count { found: found @ (6 | 7) } => format!(
                "a schedule has five fields and this has {found}; seconds and years cannot be written, leave them out"
            ),
            Problem::Count { found } => format!(
                "a schedule has five fields (minute, hour, day of the month, month, day of the week) and this has \
                 {found}; write `*` for any"
            ),
            Problem::Nickname { name } => match nickname(name) {
                Some(fields) => format!("`{name}` is not POSIX; write `{fields}`"),
                None => format!("`{name}` is not POSIX; write the five fields"),
            },
            Problem::Empty => "a number is missing; take the sign beside it away or write the number".to_owned(),
            Problem::NotANumber { text } => {
                format!("`{text}` is neither a number from {least} to {greatest}{}", field.or_name(Language::English))
            }
            Problem::OutOfRange { number } => format!("{number} is not between {least} and {greatest}"),
            Problem::Backwards { from, to } => {
                format!("the range runs backwards; write `{}`", forwards(field, *from, *to))
            }
            Problem::Step { step } => format!(
                "a step is from 1 to {}, not {step}; for intervals of any length use `schedule.every`",
                greatest - least
            ),
            Problem::StepOfOne { value, last } => format!(
                "a step needs a range; write `{0}-{1}/…`, or `{0}` alone",
                written(field, *value),
                written_last(field, *last)
            ),
            Problem::Foreign { sign } => {
                format!("`{sign}` is a sign of other schedulers; write numbers, ranges, lists and steps")
            }
            Problem::Never => "none of the months has such a day, so the time never comes".to_owned(),
        }
    }

    fn persian(&self) -> String {
        let field = self.field.unwrap_or(Field::Minute);
        let (least, greatest) = field.range();
        let number = |value: u8| localised(value.to_string(), Language::Persian);
        let (from_least, to_greatest) = (number(least), number(greatest));
        let code = |text: &str| format!("\u{2066}{text}\u{2069}");
        match &self.problem {
            Problem::TooLong => localised(
                format!("زمان‌بندی حداکثر {TEXT_BYTES_MAX} بایت دارد؛ آن را در دو گردش کار بنویسید"),
                Language::Persian,
            ),
            Problem::Count { found: found @ (6 | 7) } => format!(
                "زمان‌بندی پنج بخش دارد و این {} بخش؛ ثانیه و سال نوشته نمی‌شود، آن‌ها را بردارید",
                localised(found.to_string(), Language::Persian)
            ),
            Problem::Count { found } => format!(
                "زمان‌بندی پنج بخش دارد (دقیقه، ساعت، روز ماه، ماه، روز هفته) و این {} بخش؛ برای «هر» \u{2066}*\u{2069} بنویسید",
                localised(found.to_string(), Language::Persian)
            ),
            Problem::Nickname { name } => match nickname(name) {
                Some(fields) => format!("{} در POSIX نیست؛ بنویسید {}", code(name), code(fields)),
                None => format!("{} در POSIX نیست؛ پنج بخش را بنویسید", code(name)),
            },
            Problem::Empty => "جای یک عدد خالی است؛ عدد را بنویسید یا نشانهٔ کنار آن را بردارید".to_owned(),
            Problem::NotANumber { text } => format!(
                "{} نه عددی از {from_least} تا {to_greatest} است{}",
                code(text),
                field.or_name(Language::Persian)
            ),
            Problem::OutOfRange { number } => {
                format!("{} میان {from_least} و {to_greatest} نیست", localised(number.clone(), Language::Persian))
            }
            Problem::Backwards { from, to } => {
                format!("بازه وارونه است؛ بنویسید {}", code(&forwards(field, *from, *to)))
            }
            Problem::Step { step } => format!(
                "گام از ۱ تا {} است، نه {}؛ برای فاصله‌های دیگر {} را به کار ببرید",
                number(greatest - least),
                localised(step.clone(), Language::Persian),
                code("schedule.every")
            ),
            Problem::StepOfOne { value, last } => {
                let (value, last) = (written(field, *value), written_last(field, *last));
                format!("گام بازه می‌خواهد؛ بنویسید {} یا تنها {}", code(&format!("{value}-{last}/…")), code(&value))
            }
            Problem::Foreign { sign } => {
                format!("{} نشانهٔ زمان‌بندهای دیگر است؛ عدد، بازه، فهرست و گام بنویسید", code(&sign.to_string()))
            }
            Problem::Never => "هیچ‌یک از این ماه‌ها چنین روزی ندارد و این زمان هرگز نمی‌رسد".to_owned(),
        }
    }
}

impl Field {
    pub fn title(self, language: Language) -> &'static str {
        match self {
            Self::Minute => pick(language, "دقیقه", "minute"),
            Self::Hour => pick(language, "ساعت", "hour"),
            Self::Day => pick(language, "روز ماه", "day of the month"),
            Self::Month => pick(language, "ماه", "month"),
            Self::Weekday => pick(language, "روز هفته", "day of the week"),
        }
    }

    fn or_name(self, language: Language) -> &'static str {
        match self {
            Self::Month => pick(language, " و نه نامی از JAN تا DEC", " nor a name from JAN to DEC"),
            Self::Weekday => pick(language, " و نه نامی از SUN تا SAT", " nor a name from SUN to SAT"),
            Self::Minute | Self::Hour | Self::Day => {
                pick(language, " و نه \u{2066}*\u{2069} (رقم لاتین بنویسید)", " nor `*` (in Latin digits)")
            }
        }
    }
}

/// The five fields that mean the same; `@reboot` has none.
fn nickname(name: &str) -> Option<&'static str> {
    match name.to_ascii_lowercase().as_str() {
        "@yearly" | "@annually" => Some("0 0 1 1 *"),
        "@monthly" => Some("0 0 1 * *"),
        "@weekly" => Some("0 0 * * 0"),
        "@daily" | "@midnight" => Some("0 0 * * *"),
        "@hourly" => Some("0 * * * *"),
        _ => None,
    }
}

/// A range that runs over the end of its field, as two.
fn forwards(field: Field, from: u8, to: u8) -> String {
    let (least, greatest) = field.range();
    let greatest = if field == Field::Weekday { 6 } else { greatest };
    let part = |from: u8, to: u8| match from == to {
        true => written(field, from),
        false => format!("{}-{}", written(field, from), written(field, to)),
    };
    format!("{},{}", part(from.min(greatest), greatest), part(least, to))
}

/// The last value of a field; of the days of the week, the last that is not the first again.
fn written_last(field: Field, last: u8) -> String {
    written(field, if field == Field::Weekday { 6 } else { last })
}
