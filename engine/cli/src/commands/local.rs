//! What is told to a person, in their language and on the clock of the place: words, dates, instants.
//!
//! Owns: the languages of the commands, lines that run from right to left, and instants of the server's answers as Solar
//! Hijri dates. Knows no command.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use peygir_calendar::{Language, date_time, digits};
use peygir_runtime::pack;
use peygir_source::render;
use serde_json::Value;

use super::client::Client;
use super::texts;
use crate::answer::{line, say};
use crate::rows::here;

/// Language of what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Lang {
    Fa,
    En,
}

impl Lang {
    pub fn language(self) -> Language {
        match self {
            Self::Fa => Language::Persian,
            Self::En => Language::English,
        }
    }

    pub fn render(self) -> render::Language {
        match self {
            Self::Fa => render::Language::Persian,
            Self::En => render::Language::English,
        }
    }

    /// Its name in the server's answers and headers.
    pub fn code(self) -> &'static str {
        match self {
            Self::Fa => "fa",
            Self::En => "en",
        }
    }

    /// One of two texts.
    pub fn pick<'a>(self, en: &'a str, fa: &'a str) -> &'a str {
        match self {
            Self::Fa => fa,
            Self::En => en,
        }
    }

    /// A number or a date in digits of the language.
    pub fn digits(self, text: &str) -> String {
        match self {
            Self::Fa => digits::to_persian(text),
            Self::En => text.to_owned(),
        }
    }

    /// A line of words. In Persian it is one that runs from right to left, also where it begins with a number or a code.
    pub fn line(self, text: &str) {
        match self {
            Self::Fa => line(&format!("\u{2067}{text}\u{2069}")),
            Self::En => line(text),
        }
    }

    /// An id, a code: what runs from left to right in both languages.
    pub fn id(self, text: &str) -> String {
        match self {
            Self::Fa => format!("\u{2066}{text}\u{2069}"),
            Self::En => text.to_owned(),
        }
    }
}

/// The zone of the calendar by which the server counts where nothing else is said; the country's where it does not tell.
pub fn zone(client: &Client) -> TimeZone {
    let calendars = client.get("/api/v1/calendars").unwrap_or_default();
    let all = calendars.as_array().map_or(&[][..], Vec::as_slice);
    let usual = all.iter().find(|calendar| calendar["default"] == true);
    let name = usual.and_then(|calendar| calendar["zone"].as_str());
    name.and_then(peygir_calendar::zone).unwrap_or_else(peygir_calendar::tehran)
}

/// An instant of an answer as people read it: `Saturday 30 Aban 1405 14:30`. What is no instant stays as it is.
pub fn time(value: &Value, zone: &TimeZone, lang: Lang) -> String {
    let text = texts::of(value);
    text.parse::<Timestamp>().map_or(text, |at| date_time(at, zone, lang.language()))
}

/// Says which folders stand for the packs below one that nobody deployed: another copy could have been meant.
pub fn tell_taken(stack: &pack::Stack, lang: Lang) {
    for taken in &stack.taken {
        let (name, version, folder) = (lang.id(&taken.name), lang.id(&taken.version), lang.id(&here(&taken.folder)));
        let mut told = match lang {
            Lang::En => format!("the pack below, {name} {version}, is taken from {folder}"),
            Lang::Fa => format!("بستهٔ زیرین، {name} نسخهٔ {version}، از {folder} گرفته شد"),
        };
        if !taken.others.is_empty() {
            let others = lang.id(&taken.others.iter().map(|other| here(other)).collect::<Vec<_>>().join(", "));
            told.push_str(&match lang {
                Lang::En => format!("; passed over, with something else in it: {others}"),
                Lang::Fa => format!("؛ رونوشتی با محتوای دیگر کنار گذاشته شد: {others}"),
            });
        }
        say(&told);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn instants_are_told_on_the_clock_of_the_place() {
        let told = |value: Value, lang| time(&value, &peygir_calendar::tehran(), lang);
        assert_eq!(told(json!("2026-11-21T11:00:00Z"), Lang::En), "Saturday 30 Aban 1405 14:30");
        assert_eq!(told(json!("2026-11-21T11:00:00Z"), Lang::Fa), "شنبه ۳۰ آبان ۱۴۰۵ ۱۴:۳۰");
        assert_eq!(told(Value::Null, Lang::En), "-");
    }
}
