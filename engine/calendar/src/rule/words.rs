//! A rule and what it gave in the words of both languages. What is written here reads back as the same rule.

use jiff::tz::TimeZone;

use super::{Occurrence, Rule};
use crate::words::{date_time, localised, weekday_name};
use crate::{Language, Period};

/// Numbers that have a word of their own in a rule, from 1.
const ORDINALS: [(&str, &str); 10] = [
    ("نخستین", "first"),
    ("دومین", "second"),
    ("سومین", "third"),
    ("چهارمین", "fourth"),
    ("پنجمین", "fifth"),
    ("ششمین", "sixth"),
    ("هفتمین", "seventh"),
    ("هشتمین", "eighth"),
    ("نهمین", "ninth"),
    ("دهمین", "tenth"),
];

impl Rule {
    /// `first working Monday of the season`, «نخستین دوشنبهٔ کاری فصل».
    pub fn words(&self, language: Language) -> String {
        let text = match language {
            Language::Persian => self.persian(),
            Language::English => self.english(),
        };
        localised(text, language)
    }

    fn english(&self) -> String {
        let nth = match self.nth {
            -1 => "last".to_owned(),
            ..=-2 => format!("{} to last", ordinal(self.nth.unsigned_abs())),
            0.. => ordinal(self.nth.unsigned_abs()),
        };
        let working = if self.working { " working" } else { "" };
        let day = self.weekday.map_or("day", |weekday| weekday_name(weekday, Language::English));
        let of = self.of.name(Language::English);
        let when = match self.offset {
            0 => format!("of the {of}"),
            1 => format!("of next {of}"),
            -1 => format!("of the previous {of}"),
            2.. => format!("{} {of}s ahead", self.offset),
            ..=-2 => format!("{} {of}s back", self.offset.unsigned_abs()),
        };
        format!("{nth}{working} {day} {when}")
    }

    fn persian(&self) -> String {
        let nth = match self.nth {
            -1 => "آخرین".to_owned(),
            -2 => "یکی مانده به آخرین".to_owned(),
            ..=-3 => format!("{}تا مانده به آخرین", self.nth.unsigned_abs() - 1),
            0.. => ordinal_fa(self.nth.unsigned_abs()),
        };
        let working = if self.working { " کاری" } else { "" };
        // A name that ends in a silent h takes the sign of the genitive before what follows: دوشنبهٔ کاری.
        let day = self.weekday.map_or("روز".to_owned(), |day| format!("{}ٔ", weekday_name(day, Language::Persian)));
        let of = self.of.name(Language::Persian);
        let of_which = if self.of == Period::Week { format!("{of}ٔ") } else { of.to_owned() };
        let when = match self.offset {
            0 => of.to_owned(),
            1 => format!("{of_which} آینده"),
            -1 => format!("{of_which} گذشته"),
            2.. => format!("{} {of} بعد", self.offset),
            ..=-2 => format!("{} {of} پیش", self.offset.unsigned_abs()),
        };
        format!("{nth} {day}{working} {when}")
    }
}

impl Occurrence {
    /// The rule, the day and the time of day: `first working Monday of the season: Monday 6 Mehr 1405 07:30`.
    pub fn sentence(&self, zone: &TimeZone, language: Language) -> String {
        format!("{}: {}", self.rule.words(language), date_time(self.at, zone, language))
    }
}

fn ordinal(number: u16) -> String {
    if let Some((_, word)) = word_of(number) {
        return word.to_owned();
    }
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

fn ordinal_fa(number: u16) -> String {
    word_of(number).map_or_else(|| format!("{number}اُمین"), |(word, _)| word.to_owned())
}

fn word_of(number: u16) -> Option<(&'static str, &'static str)> {
    ORDINALS.get(usize::from(number).checked_sub(1)?).copied()
}
