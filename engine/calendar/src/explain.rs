//! A deadline in words, the same for citizen, agency and inspector: a paragraph ([`Deadline::sentence`]), a line for each
//! stretch ([`Stretch::sentence`]), or all of it ([`Deadline::account`]).
//!
//! Deliberately does not know who set a date and for which reason: the words name no person, and whoever keeps the reason
//! opens it for those who may see it.

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::words::{duration_words, end_words, isolated, localised, moment_words, pick, span_words};
use crate::{Caveat, Deadline, Language, Stretch, Term, Why};

impl Deadline {
    /// What was asked, when it is due, what was not counted and what may still move it.
    pub fn sentence(&self, language: Language) -> String {
        let asked = self.asked(language);
        let due = self.due_words(language);
        let head = match (self.derived.is_some(), language) {
            (false, Language::Persian) => format!("{asked}: مهلت تا {due}."),
            (false, Language::English) => format!("{asked}: due {due}."),
            (true, Language::Persian) => format!("{asked}. {}. مهلت تا {due}.", self.set_words(language)),
            (true, Language::English) => format!("{asked}. {}. Due {due}.", self.set_words(language)),
        };
        let mut sentences = vec![head];
        sentences.extend(self.not_counted(language));
        sentences.extend(self.caveats.iter().map(|caveat| caveat.sentence(language)));
        sentences.join(" ")
    }

    /// All of it: when it is due and by what, a line for each stretch, and what may still move it. A person's word on the
    /// date is told as such; who and why is for the caller to add.
    pub fn account(&self, language: Language) -> String {
        let zone = self.time_zone();
        let mut lines = vec![
            format!("{}: {}", pick(language, "مهلت", "Due"), self.due_words(language)),
            format!("{}: {}", pick(language, "مبنا", "Basis"), self.asked(language)),
        ];
        if self.derived.is_some() {
            lines.push(format!("{}.", self.set_words(language)));
        }
        lines.extend(self.derivation.iter().map(|stretch| format!("- {}", stretch.sentence(&zone, language))));
        let heed = pick(language, "توجه", "Note");
        lines.extend(self.caveats.iter().map(|caveat| format!("{heed}: {}", caveat.sentence(language))));
        lines.join("\n")
    }

    /// `۱۰ روز کاری از … طبق تقویم «…»`.
    fn asked(&self, language: Language) -> String {
        let from = moment_words(self.from, &self.time_zone(), language);
        let term = self.term.words(language);
        let title = self.calendar_title.in_language(language);
        match language {
            Language::Persian => format!("{term} از {from} طبق تقویم «{title}»"),
            Language::English => format!("{term} from {from} by the calendar \"{title}\""),
        }
    }

    fn due_words(&self, language: Language) -> String {
        end_words(self.due, &self.time_zone(), language)
    }

    /// That a person set the date, and what it would have been.
    fn set_words(&self, language: Language) -> String {
        let derived = end_words(self.derived.unwrap_or(self.due), &self.time_zone(), language);
        match language {
            Language::Persian => format!("تاریخ به تصمیم مسئول تغییر کرده است؛ طبق تقویم مهلت تا {derived} بود"),
            Language::English => format!("The date was set by an officer; by the calendar it would be {derived}"),
        }
    }

    fn not_counted(&self, language: Language) -> Option<String> {
        let mut parts: Vec<String> = Vec::new();
        let left_out = |stretch: &&Stretch| !stretch.counted && stretch.why != Why::Set;
        for stretch in self.derivation.iter().filter(left_out) {
            let words = stretch.reason(language);
            if !parts.contains(&words) {
                parts.push(words);
            }
        }
        let list = parts.join(pick(language, "، ", ", "));
        let head = pick(language, "محاسبه نشد", "Not counted");
        (!list.is_empty()).then(|| format!("{head}: {list}."))
    }
}

impl Term {
    /// `۱۰ روز کاری`, `10 working days`.
    pub fn words(self, language: Language) -> String {
        let time = |micros| duration_words(SignedDuration::from_micros(micros), language);
        let text = match (self, language) {
            (Self::Within { microseconds }, _) => return time(microseconds),
            (Self::WorkingDays { days }, Language::Persian) => format!("{days} روز کاری"),
            (Self::WorkingDays { days: 1 }, Language::English) => "1 working day".to_owned(),
            (Self::WorkingDays { days }, Language::English) => format!("{days} working days"),
            (Self::WorkingTime { microseconds }, Language::Persian) => {
                format!("{} کاری", time(microseconds))
            }
            (Self::WorkingTime { microseconds }, Language::English) => {
                format!("{} of working time", time(microseconds))
            }
        };
        localised(text, language)
    }
}

impl Stretch {
    /// When, counted or not, why, and by which line.
    pub fn sentence(&self, zone: &TimeZone, language: Language) -> String {
        let when = span_words(self.from, self.to, zone, language);
        let (verdict, reason) = (self.verdict(language), self.reason(language));
        let comma = pick(language, "،", ",");
        format!("{when}: {verdict}{comma} {reason} ({})", isolated(&self.line, language))
    }

    fn verdict(&self, language: Language) -> String {
        let words = match (self.counted, self.day, self.halves) {
            (true, _, Some(halves)) => return total_words(halves, language),
            (true, Some(day), None) => return day_words(day, language),
            (true, None, None) => ("محاسبه شد", "counted"),
            (false, ..) if self.why == Why::Set => ("به مهلت افزوده شد", "added"),
            (false, ..) => ("محاسبه نشد", "not counted"),
        };
        pick(language, words.0, words.1).to_owned()
    }

    fn reason(&self, language: Language) -> String {
        let (fa, en) = match self.why {
            Why::Elapsed => ("زمان پیوسته", "elapsed time"),
            Why::DayOfReceipt => ("روز دریافت", "day of receipt"),
            Why::Open if self.day.is_some() => ("روز کاری", "working day"),
            Why::Open => ("ساعت کاری", "working hours"),
            Why::OutsideHours => ("خارج از ساعت کاری", "outside working hours"),
            Why::DayOff => ("تعطیل هفتگی", "weekly day off"),
            Why::Holiday => ("تعطیل رسمی", "holiday"),
            Why::EstimatedHoliday => ("تعطیل رسمی برآوردی", "estimated holiday"),
            Why::Closure => ("تعطیلی اعلام‌شده", "closure"),
            Why::Suspended => ("توقف مهلت", "deadline suspended"),
            Why::Set => ("تاریخ تعیین‌شده", "date set by a person"),
        };
        let reason = pick(language, fa, en);
        match (&self.name, language) {
            (None, _) => reason.to_owned(),
            (Some(name), Language::Persian) => format!("{reason} «{}»", name.fa),
            (Some(name), Language::English) => format!("{reason} \"{}\"", name.en),
        }
    }
}

fn day_words(day: u32, language: Language) -> String {
    match language {
        Language::Persian => localised(format!("روز {day} از مهلت"), language),
        Language::English => format!("day {day}"),
    }
}

/// `محاسبه شد، جمعاً ۱٫۵ روز`, `counted, 1.5 days in all`.
fn total_words(halves: u32, language: Language) -> String {
    let whole = halves / 2;
    let half = if halves.is_multiple_of(2) { "" } else { pick(language, "٫5", ".5") };
    let days = if halves == 2 { "day" } else { "days" };
    match language {
        Language::Persian => localised(format!("محاسبه شد، جمعاً {whole}{half} روز"), language),
        Language::English => format!("counted, {whole}{half} {days} in all"),
    }
}

impl Caveat {
    pub fn sentence(&self, language: Language) -> String {
        match (self, language) {
            (Self::Estimated { day, name, line }, Language::Persian) => format!(
                "تعطیلی «{}» در {} هنوز اعلام نشده است و ممکن است یک روز جابه‌جا شود ({}).",
                name.fa,
                day.long(language),
                isolated(line, language)
            ),
            (Self::Estimated { day, name, line }, Language::English) => format!(
                "The holiday \"{}\" on {} is not announced yet and may move by a day ({line}).",
                name.en,
                day.long(language)
            ),
            (Self::MissingTable { year }, Language::Persian) => localised(
                format!("تقویم جدول تعطیلات قمری سال {year} را ندارد؛ این تعطیلات در مهلت در نظر گرفته نشده‌اند."),
                language,
            ),
            (Self::MissingTable { year }, Language::English) => {
                format!("The calendar has no table of lunar holidays for {year}; they are not in this deadline.")
            }
        }
    }
}
