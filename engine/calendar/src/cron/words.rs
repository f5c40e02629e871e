//! A schedule in words: `شنبه تا چهارشنبه ساعت ۰۸:۳۰`, `at 08:30 on Saturday to Wednesday`.

use jiff::civil::Weekday;

use super::Schedule;
use super::field::Set;
use crate::Language;
use crate::words::{localised, pick, weekday_name};

/// Most clock times that are listed one by one.
const TIMES_LISTED_MAX: usize = 4;
/// Fewest neighbours that are told as a range.
const RUN_MIN: usize = 3;

/// Gregorian months: the fields know no others.
const MONTHS: [(&str, &str); 12] = [
    ("ژانویه", "January"),
    ("فوریه", "February"),
    ("مارس", "March"),
    ("آوریل", "April"),
    ("مه", "May"),
    ("ژوئن", "June"),
    ("ژوئیه", "July"),
    ("اوت", "August"),
    ("سپتامبر", "September"),
    ("اکتبر", "October"),
    ("نوامبر", "November"),
    ("دسامبر", "December"),
];
/// Name of the Gregorian month 1 to 12; empty for any other number.
pub(crate) fn gregorian_month(month: u8, language: Language) -> &'static str {
    let (fa, en) = usize::from(month).checked_sub(1).and_then(|at| MONTHS.get(at)).copied().unwrap_or_default();
    pick(language, fa, en)
}

/// The week of Iran, as the fields number it.
const WEEK: [(u8, Weekday); 7] = [
    (6, Weekday::Saturday),
    (0, Weekday::Sunday),
    (1, Weekday::Monday),
    (2, Weekday::Tuesday),
    (3, Weekday::Wednesday),
    (4, Weekday::Thursday),
    (5, Weekday::Friday),
];

/// When within a day.
struct Times {
    words: String,
    /// `every 15 minutes` says by itself that it is every day.
    recurring: bool,
}

impl Schedule {
    /// When it is due, in words and with the digits of the language. The zone is the caller's to name.
    pub fn describe(&self, language: Language) -> String {
        let times = self.times(language);
        let days = self.days_in_words(language);
        let day = match days {
            Some(days) => days,
            None if times.recurring => String::new(),
            None => pick(language, "هر روز", "every day").to_owned(),
        };
        let parts = match language {
            Language::Persian => [day, times.words],
            Language::English => [times.words, day],
        };
        let said: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        localised(said.join(" "), language)
    }

    fn times(&self, language: Language) -> Times {
        let minutes: Vec<u8> = self.minutes.values().collect();
        let hours: Vec<u8> = self.hours.values().collect();
        let every_hour = hours.len() == 24;
        if !every_hour && minutes.len() * hours.len() <= TIMES_LISTED_MAX {
            let clocks =
                hours.iter().flat_map(|hour| minutes.iter().map(move |minute| format!("{hour:02}:{minute:02}")));
            let list = and(clocks.collect(), language);
            return Times { words: format!("{} {list}", pick(language, "ساعت", "at")), recurring: false };
        }
        let minute = match (minutes.as_slice(), step(&minutes, 60)) {
            (_, Some(1)) => Some(pick(language, "هر دقیقه", "every minute").to_owned()),
            (_, Some(step)) => Some(every(step, "دقیقه", "minutes", language)),
            ([0], None) => None,
            ([minute], None) => Some(format!("{} {minute}", pick(language, "در دقیقهٔ", "at minute"))),
            (_, None) => Some(format!("{} {}", pick(language, "در دقیقه‌های", "at minutes"), runs(&minutes, language))),
        };
        let (hour, recurring) = match step(&hours, 24) {
            Some(1) if step(&minutes, 60).is_some() => (None, true),
            Some(1) => (Some(pick(language, "هر ساعت", "every hour").to_owned()), true),
            Some(step) => (Some(every(step, "ساعت", "hours", language)), true),
            None if hours.len() == 1 => (Some(format!("{} {}", pick(language, "ساعت", "in hour"), hours[0])), false),
            None => (Some(format!("{} {}", pick(language, "ساعت‌های", "in hours"), runs(&hours, language))), false),
        };
        let (said, joint) = match language {
            Language::English if !recurring => ([minute, hour], " "),
            Language::English => ([hour, minute], ", "),
            Language::Persian => ([hour, minute], "، "),
        };
        let said: Vec<String> = said.into_iter().flatten().collect();
        Times { words: said.join(joint), recurring }
    }

    /// The days and months, if any are named.
    fn days_in_words(&self, language: Language) -> Option<String> {
        let every_day = self.weekdays.restricted && self.weekdays.values().count() == WEEK.len();
        let months = self.months.restricted.then(|| self.month_names(language));
        let dates = (self.days.restricted && !every_day).then(|| self.dates(months.as_deref(), language));
        let weekdays = (self.weekdays.restricted && !every_day).then(|| weekday_names(&self.weekdays, language));
        let on = |days: String| format!("{}{days}", pick(language, "", "on "));
        let within = |days: String| match (&months, language) {
            (None, _) => days,
            (Some(months), Language::Persian) => format!("{days} در {months}"),
            (Some(months), Language::English) => format!("{days} in {months}"),
        };
        match (dates, weekdays) {
            (Some(dates), None) => Some(on(dates)),
            (None, Some(weekdays)) => Some(within(on(weekdays))),
            (Some(dates), Some(weekdays)) => {
                Some(format!("{}{}{}", on(dates), pick(language, " یا ", " or "), within(on(weekdays))))
            }
            (None, None) => months.is_some().then(|| within(pick(language, "هر روز", "every day").to_owned())),
        }
    }

    fn dates(&self, months: Option<&str>, language: Language) -> String {
        let days: Vec<u8> = self.days.values().collect();
        let list = runs(&days, language);
        let noun =
            if days.len() == 1 { pick(language, "روز", "day") } else { pick(language, "روزهای", "days") };
        match (months, language) {
            (Some(months), Language::Persian) => format!("{noun} {list} {months}"),
            (Some(months), Language::English) => format!("{noun} {list} of {months}"),
            (None, Language::Persian) => format!("{noun} {list} هر ماه میلادی"),
            (None, Language::English) => format!("{noun} {list} of every Gregorian month"),
        }
    }

    fn month_names(&self, language: Language) -> String {
        let names: Vec<&str> = self.months.values().map(|month| gregorian_month(month, language)).collect();
        named_runs(&names, &self.months.values().map(usize::from).collect::<Vec<_>>(), language)
    }
}

fn weekday_names(set: &Set, language: Language) -> String {
    let chosen: Vec<(usize, Weekday)> =
        WEEK.iter().enumerate().filter(|(_, (day, _))| set.has(*day)).map(|(at, (_, day))| (at, *day)).collect();
    let names: Vec<&str> = chosen.iter().map(|(_, day)| weekday_name(*day, language)).collect();
    named_runs(&names, &chosen.iter().map(|(at, _)| *at).collect::<Vec<_>>(), language)
}

fn every(step: usize, fa: &str, en: &str, language: Language) -> String {
    format!("{} {step} {}", pick(language, "هر", "every"), pick(language, fa, en))
}

/// The step of values that begin at 0 and go on evenly round after round; `of` values are a round.
fn step(values: &[u8], of: usize) -> Option<usize> {
    let step = of / values.len();
    let even = step * values.len() == of && step < of;
    (even && values.iter().enumerate().all(|(index, value)| usize::from(*value) == index * step)).then_some(step)
}

fn runs(values: &[u8], language: Language) -> String {
    let names: Vec<String> = values.iter().map(u8::to_string).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    named_runs(&names, &values.iter().map(|value| usize::from(*value)).collect::<Vec<_>>(), language)
}

/// `1 to 5 and 9`: neighbours by `places` as ranges where there are enough of them.
fn named_runs(names: &[&str], places: &[usize], language: Language) -> String {
    let mut parts = Vec::new();
    let mut first = 0;
    while first < names.len() {
        let follows = |next: usize| next < names.len() && places[next] == places[next - 1] + 1;
        let mut last = first;
        while follows(last + 1) {
            last += 1;
        }
        if last + 1 - first >= RUN_MIN {
            parts.push(format!("{} {} {}", names[first], pick(language, "تا", "to"), names[last]));
        } else {
            parts.extend(names[first..=last].iter().map(|name| (*name).to_owned()));
        }
        first = last + 1;
    }
    and(parts, language)
}

/// `a, b and c`.
fn and(mut parts: Vec<String>, language: Language) -> String {
    let Some(last) = parts.pop() else { return String::new() };
    if parts.is_empty() {
        return last;
    }
    format!("{}{}{last}", parts.join(pick(language, "، ", ", ")), pick(language, " و ", " and "))
}
