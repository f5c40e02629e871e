//! What somebody who looks after a deployment is told: findings, each with how to mend it, and the numbers they follow from.
//!
//! Owns: what a finding is, and which numbers are worth one ([`look`]). Pure: instants and numbers come in. Knows neither
//! files nor HTTP; what a data folder shows by itself is the binary's to find.

mod keys;
mod look;

use peygir_calendar::{Language, digits};
use peygir_core::{Id, Moment};
use peygir_store::StoreFigures;
use serde::{Deserialize, Serialize};

use crate::engine::CacheFigures;
use crate::tally::Tallied;

pub use keys::{keys_missing, keys_unread};
pub use look::{TAIL_FRAMES_MAX, look};

/// How bad it is; what is worse comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    Wrong,
    /// Slow, old or about to be wrong.
    Slow,
    /// A person has to decide.
    Waits,
    Fine,
}

impl Weight {
    pub const ALL: [Self; 4] = [Self::Wrong, Self::Slow, Self::Waits, Self::Fine];

    /// Its name in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wrong => "wrong",
            Self::Slow => "slow",
            Self::Waits => "waits",
            Self::Fine => "fine",
        }
    }
}

/// What a check found. No personal data stands in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Its name, the same in every language.
    pub check: String,
    pub weight: Weight,
    pub en: String,
    /// With Western digits; whoever shows it puts in those of the language.
    pub fa: String,
    /// A command or a page of the console, which is the same in every language, or what is to be done, in English; none where
    /// nothing is to be done.
    pub mend: Option<String>,
    /// What is to be done, in Persian, where `mend` is prose. Commands and paths in it stand [`apart`].
    #[serde(rename = "mendFa", default, skip_serializing_if = "Option::is_none")]
    pub mend_fa: Option<String>,
    /// Ids or paths of what it is about; of many, the first.
    #[serde(default)]
    pub subjects: Vec<String>,
    /// The instant that it speaks of, as RFC 3339; whoever shows it does so on the reader's calendar.
    #[serde(default)]
    pub at: Option<String>,
}

/// How to mend it, as a reader is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way<'a> {
    /// A command to be copied, or a page of the console.
    Command(&'a str),
    /// Prose in the reader's language.
    Told(String),
}

/// Around words of another language within a sentence: they keep their order and their digits.
const APART: char = '\u{2066}';
const APART_END: char = '\u{2069}';

/// What a system or a library said, in its own words, within a Persian sentence.
pub fn apart(words: impl std::fmt::Display) -> String {
    format!("{APART}{words}{APART_END}")
}

impl Finding {
    pub fn new(check: &str, weight: Weight, en: impl Into<String>, fa: impl Into<String>) -> Self {
        Self {
            check: check.to_owned(),
            weight,
            en: en.into(),
            fa: fa.into(),
            mend: None,
            mend_fa: None,
            subjects: Vec::new(),
            at: None,
        }
    }

    /// Its text in a language, numbers in the digits of that; names and paths stay as they are, to be copied.
    pub fn told(&self, language: Language) -> String {
        match language {
            Language::English => self.en.clone(),
            Language::Persian => persian(&self.fa),
        }
    }

    /// How to mend it, in a language; none where nothing is to be done.
    pub fn way(&self, language: Language) -> Option<Way<'_>> {
        let mend = self.mend.as_deref()?;
        Some(match (&self.mend_fa, language) {
            (None, _) => Way::Command(mend),
            (Some(_), Language::English) => Way::Told(mend.to_owned()),
            (Some(fa), Language::Persian) => Way::Told(persian(fa)),
        })
    }

    /// A command or a page that mends it.
    pub fn mend(self, how: impl Into<String>) -> Self {
        Self { mend: Some(how.into()), mend_fa: None, ..self }
    }

    /// What is to be done, where no command says it alone.
    pub fn mend_told(self, en: impl Into<String>, fa: impl Into<String>) -> Self {
        Self { mend: Some(en.into()), mend_fa: Some(fa.into()), ..self }
    }

    pub fn at(self, at: impl ToString) -> Self {
        Self { at: Some(at.to_string()), ..self }
    }

    pub fn about(self, subjects: impl IntoIterator<Item = String>) -> Self {
        Self { subjects: subjects.into_iter().collect(), ..self }
    }
}

/// Numbers of a text in Persian digits, but for names, paths and what stands apart.
fn persian(text: &str) -> String {
    let is_code = |word: &str| word.contains(|letter: char| letter.is_ascii_alphabetic());
    let shown = |word: &str| if is_code(word) { word.to_owned() } else { digits::to_persian(word) };
    let told = |text: &str| text.split(' ').map(shown).collect::<Vec<_>>().join(" ");
    let parts = text.split_inclusive(APART_END).map(|part| match part.split_once(APART) {
        Some((before, apart)) => format!("{}{APART}{apart}", told(before)),
        None => told(part),
    });
    parts.collect()
}

/// An edition that is still to come, or should have come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionAhead {
    pub number: u64,
    pub from: Moment,
}

/// The numbers of a deployment at one moment, each read from a counter or by a question whose cost has an end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    pub now: Moment,
    /// The store could not be read: what is due, sent, late, enqueued or unsealed is not known and stands as nothing.
    pub is_unread: bool,
    pub store: StoreFigures,
    /// None where nobody counts.
    pub tally: Option<Tallied>,
    /// The earliest instant at which something is due, and at which something may be sent.
    pub first_due: Option<Moment>,
    pub first_send: Option<Moment>,
    /// Commands in the inbox; counted up to [`INBOX_COUNTED_MAX`].
    pub inbox: usize,
    /// Streams left alone for a while because something in them failed.
    pub paused: Vec<Id>,
    /// The time of the oldest frame that is not sealed.
    pub unsealed_since: Option<Moment>,
    pub effects_held: bool,
    /// The edition in force; 0 where packs are not deployed into the store.
    pub edition: u64,
    pub editions_ahead: Vec<EditionAhead>,
    pub editions_broken: Vec<u64>,
    /// Schedules by name whose tick is late.
    pub schedules_late: Vec<String>,
    pub webhooks_failing: usize,
    pub webhooks_stopped: usize,
    pub operations_open: usize,
    pub cache: CacheFigures,
    /// Persons who should have a key and have none, as the start found them, and slots of keys that can't be opened.
    pub keys_missing: Vec<Id>,
    pub keys_unread: usize,
}

/// Commands of the inbox that are counted at most.
pub const INBOX_COUNTED_MAX: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_in_the_digits_of_the_language_and_paths_are_not() {
        let finding =
            Finding::new("x", Weight::Fine, "1 of 00000001.segment", "قاب 12 در 00000001.segment خراب (3) است");
        assert_eq!(finding.told(Language::English), "1 of 00000001.segment");
        assert_eq!(finding.told(Language::Persian), "قاب ۱۲ در 00000001.segment خراب (۳) است");
        let words = apart("No space left on device (os error 28)");
        let finding = Finding::new("x", Weight::Wrong, "", format!("12 قاب: {words}؛ 3 مهر"));
        assert_eq!(finding.told(Language::Persian), format!("۱۲ قاب: {words}؛ ۳ مهر"));
    }

    #[test]
    fn a_command_is_one_in_every_language_and_prose_has_its_persian() {
        let finding = || Finding::new("x", Weight::Wrong, "", "");
        let command = finding().mend("chmod 600 a");
        for language in [Language::English, Language::Persian] {
            assert_eq!(finding().way(language), None);
            assert_eq!(command.way(language), Some(Way::Command("chmod 600 a")));
        }
        let fa = format!("تا 3 روز {} را بیاورید", apart("keys 7/"));
        let prose = finding().mend_told("bring keys 7/ within 3 days", fa);
        assert_eq!(prose.way(Language::English), Some(Way::Told("bring keys 7/ within 3 days".into())));
        let told = format!("تا ۳ روز {} را بیاورید", apart("keys 7/"));
        assert_eq!(prose.way(Language::Persian), Some(Way::Told(told)));
    }

    #[test]
    fn an_answer_has_the_persian_of_prose_beside_it_and_one_without_is_read_too() {
        let finding = || Finding::new("x", Weight::Wrong, "", "");
        let command = serde_json::to_value(finding().mend("df /")).unwrap();
        assert_eq!((&command["mend"], command.get("mendFa")), (&"df /".into(), None));
        assert_eq!(serde_json::from_value::<Finding>(command).unwrap(), finding().mend("df /"));
        let prose = finding().mend_told("make room", "جا باز کنید");
        let answer = serde_json::to_value(&prose).unwrap();
        assert_eq!((&answer["mend"], &answer["mendFa"]), (&"make room".into(), &"جا باز کنید".into()));
        assert_eq!(serde_json::from_value::<Finding>(answer).unwrap(), prose);
    }
}
