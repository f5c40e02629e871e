//! A deadline in sentences, the same for citizen, agency and inspector.

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::words::{date_time, duration_words, end_date_time, localised, pick};
use crate::zone::instant;
use crate::{Caveat, DAY_MINUTES, Deadline, Jalali, Language, Stretch, Term, Why};

impl Deadline {
    /// What was asked, when it is due, what was not counted and what may still move it.
    pub fn sentence(&self, language: Language) -> String {
        let zone = self.time_zone();
        let from = date_time(self.from, &zone, language);
        let due = end_date_time(self.due, &zone, language);
        let term = self.term.words(language);
        let title = self.calendar_title.in_language(language);
        let head = match language {
            Language::Persian => format!("{term} از {from} به تقویم «{title}»: مهلت تا {due}."),
            Language::English => {
                format!("{term} from {from} by the calendar \"{title}\": due {due}.")
            }
        };
        let mut sentences = vec![head];
        sentences.extend(self.not_counted(language));
        sentences.extend(self.caveats.iter().map(|caveat| caveat.sentence(language)));
        sentences.join(" ")
    }

    fn not_counted(&self, language: Language) -> Option<String> {
        let mut parts: Vec<String> = Vec::new();
        for stretch in self.derivation.iter().filter(|stretch| !stretch.counted) {
            let words = stretch.reason(language);
            if !parts.contains(&words) {
                parts.push(words);
            }
        }
        let list = parts.join(pick(language, "، ", ", "));
        let head = pick(language, "حساب نشد", "Not counted");
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
        let when = self.when(zone, language);
        let reason = self.reason(language);
        let line = &self.line;
        let verdict = match (self.counted, self.day, language) {
            (false, _, Language::Persian) => "حساب نشد".to_owned(),
            (false, _, Language::English) => "not counted".to_owned(),
            (true, None, Language::Persian) => "حساب شد".to_owned(),
            (true, None, Language::English) => "counted".to_owned(),
            (true, Some(day), Language::Persian) => localised(format!("روز {day}"), language),
            (true, Some(day), Language::English) => format!("day {day}"),
        };
        let comma = pick(language, "،", ",");
        format!("{when}: {verdict}{comma} {reason} ({line})")
    }

    /// A whole day by its date, anything else by its two ends.
    fn when(&self, zone: &TimeZone, language: Language) -> String {
        let day = zone.to_datetime(self.from).date();
        let begins = instant(zone, day, 0) == Some(self.from);
        if begins && instant(zone, day, DAY_MINUTES) == Some(self.to) {
            return Jalali::from_gregorian(day).long(language);
        }
        let dash = pick(language, "تا", "to");
        let from = date_time(self.from, zone, language);
        format!("{from} {dash} {}", end_date_time(self.to, zone, language))
    }

    fn reason(&self, language: Language) -> String {
        let (fa, en) = match self.why {
            Why::Elapsed => ("زمان پیوسته", "elapsed time"),
            Why::DayOfReceipt => ("روز دریافت", "day of receipt"),
            Why::Open => ("ساعت کاری", "working hours"),
            Why::OutsideHours => ("بیرون از ساعت کاری", "outside working hours"),
            Why::DayOff => ("تعطیل هفتگی", "weekly day off"),
            Why::Holiday => ("تعطیل رسمی", "holiday"),
            Why::EstimatedHoliday => ("تعطیل رسمی برآوردی", "estimated holiday"),
            Why::Closure => ("تعطیلی اعلام‌شده", "closure"),
            Why::Suspended => ("توقف مهلت", "suspended"),
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

impl Caveat {
    pub fn sentence(&self, language: Language) -> String {
        match (self, language) {
            (Self::Estimated { day, name, line }, Language::Persian) => format!(
                "تعطیلی {} «{}» هنوز اعلام نشده است و ممکن است یک روز جابه‌جا شود ({line}).",
                day.long(language),
                name.fa
            ),
            (Self::Estimated { day, name, line }, Language::English) => format!(
                "The holiday \"{}\" on {} is not announced yet and may move by a day ({line}).",
                name.en,
                day.long(language)
            ),
            (Self::MissingTable { year }, Language::Persian) => {
                localised(format!("تقویم جدول تعطیلات قمری سال {year} را ندارد؛ این تعطیلات حساب نشده‌اند."), language)
            }
            (Self::MissingTable { year }, Language::English) => {
                format!("The calendar has no table of lunar holidays for {year}; they are not in this deadline.")
            }
        }
    }
}
