//! Words from the Fluent files in `locales/`, with arguments.
//!
//! An id that does not exist shows itself, so that a missing word is seen and nothing fails; tests hold that both
//! languages have the same ids with the same arguments.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::memoizer::MemoizerKind;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use peygir_calendar::{Language, digits};

/// First strong isolate, and its end.
const FSI: char = '\u{2068}';
const PDI: char = '\u{2069}';
/// Longest text of an author that is shown within a sentence, in characters.
const CODE_CHARS_MAX: usize = 160;

pub(crate) const FILES: &[(&str, &str)] = &[
    (include_str!("../locales/fa/flow.ftl"), include_str!("../locales/en/flow.ftl")),
    (include_str!("../locales/fa/task.ftl"), include_str!("../locales/en/task.ftl")),
    (include_str!("../locales/fa/drawing.ftl"), include_str!("../locales/en/drawing.ftl")),
    (include_str!("../locales/fa/phrase.ftl"), include_str!("../locales/en/phrase.ftl")),
    (include_str!("../locales/fa/table.ftl"), include_str!("../locales/en/table.ftl")),
];

type Bundle = FluentBundle<FluentResource>;

static PERSIAN: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::Persian));
static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::English));

/// An argument of a message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Arg {
    /// What was made from messages.
    Words(String),
    Number(i64),
}

impl From<String> for Arg {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

impl From<&str> for Arg {
    fn from(words: &str) -> Self {
        Self::Words(words.to_owned())
    }
}

impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

/// The words of one language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    pub language: Language,
}

impl Words {
    pub fn say(self, id: &str) -> String {
        self.with(id, [])
    }

    pub fn with<const N: usize>(self, id: &str, args: [(&str, Arg); N]) -> String {
        self.known(id, args).unwrap_or_else(|| id.to_owned())
    }

    /// The message, if there is one of this id.
    pub fn known<const N: usize>(self, id: &str, args: [(&str, Arg); N]) -> Option<String> {
        let bundle = match self.language {
            Language::Persian => &*PERSIAN,
            Language::English => &*ENGLISH,
        };
        let pattern = bundle.get_message(id)?.value()?;
        let mut values = FluentArgs::new();
        for (name, arg) in args {
            match arg {
                Arg::Words(words) => values.set(name, words),
                Arg::Number(number) => values.set(name, number),
            }
        }
        let mut errors = Vec::new();
        Some(bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned())
    }

    /// `a, b and c`.
    pub fn list(self, parts: &[String]) -> String {
        self.joined(parts, "list-last")
    }

    /// `a, b or c`.
    pub fn either(self, parts: &[String]) -> String {
        self.joined(parts, "list-either")
    }

    fn joined(self, parts: &[String], last: &str) -> String {
        let Some((end, rest)) = parts.split_last() else { return String::new() };
        let begun = rest
            .iter()
            .cloned()
            .reduce(|begun, part| self.with("list-more", [("begun", begun.into()), ("next", part.into())]));
        match begun {
            None => end.clone(),
            Some(begun) => self.with(last, [("begun", begun.into()), ("last", end.clone().into())]),
        }
    }

    /// One number, with the mark that the language has before its places.
    pub fn number(self, number: impl std::fmt::Display) -> String {
        match self.language {
            Language::Persian => digits::to_persian_number(&number.to_string()),
            Language::English => number.to_string(),
        }
    }

    /// Numbers as they are told, not codes to be copied.
    pub fn digits(self, text: &str) -> String {
        match self.language {
            Language::Persian => digits::to_persian(text),
            Language::English => text.to_owned(),
        }
    }
}

/// What an author wrote, within a sentence: on one line, not too long, and isolated from the direction around it.
pub(crate) fn isolated(text: &str) -> String {
    format!("{FSI}{}{PDI}", plain(text))
}

/// The same without the isolation: no control characters, no signs that turn the direction.
pub(crate) fn plain(text: &str) -> String {
    let shown = |character: &char| !matches!(character, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let spaced: String = text
        .chars()
        .filter(shown)
        .map(|character| if character.is_control() || character == '\u{fffe}' { ' ' } else { character })
        .collect();
    let mut words = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() > CODE_CHARS_MAX {
        words = words.chars().take(CODE_CHARS_MAX - 1).chain(['…']).collect();
    }
    words
}

fn bundle(language: Language) -> Bundle {
    let tag = match language {
        Language::Persian => "fa",
        Language::English => "en",
    };
    let mut bundle = Bundle::new_concurrent(vec![tag.parse().expect("our own language tags are well formed")]);
    // What needs isolation is isolated where it enters; phrases within phrases do not.
    bundle.set_use_isolating(false);
    if language == Language::Persian {
        bundle.set_formatter(Some(persian_numbers));
    }
    for (fa, en) in FILES {
        let source = if language == Language::Persian { fa } else { en };
        let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(resource, _)| resource);
        // An id that stands twice keeps its first message; a test refuses it.
        let _ = bundle.add_resource(resource);
    }
    bundle
}

fn persian_numbers<M: MemoizerKind>(value: &FluentValue, _: &M) -> Option<String> {
    match value {
        FluentValue::Number(number) => Some(digits::to_persian(&number.as_string())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Each message with the arguments it takes.
    fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
        assert!(FluentResource::try_new(source.to_owned()).is_ok(), "{:?}", FluentResource::try_new(source.to_owned()));
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut id = String::new();
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            if let Some((name, _)) = line.split_once(" =").filter(|_| !line.starts_with(' ')) {
                id = name.to_owned();
                assert!(found.insert(id.clone(), BTreeSet::new()).is_none(), "{id} stands twice");
            }
            for part in line.split('$').skip(1) {
                let name: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
                found.get_mut(&id).expect("arguments stand in a message").insert(name);
            }
        }
        found
    }

    #[test]
    fn both_languages_have_the_same_messages_with_the_same_arguments() {
        let mut all = BTreeSet::new();
        for (fa, en) in FILES {
            let (fa, en) = (messages(fa), messages(en));
            assert_eq!(fa, en);
            for id in fa.into_keys() {
                assert!(all.insert(id.clone()), "{id} stands in two files");
            }
        }
        assert!(all.len() > 150, "{}", all.len());
    }

    #[test]
    fn lists_and_isolation() {
        let parts = ["a", "b", "c"].map(str::to_owned);
        let english = Words { language: Language::English };
        assert_eq!(english.list(&parts), "a, b and c");
        assert_eq!(english.list(&parts[..1]), "a");
        assert_eq!(Words { language: Language::Persian }.list(&parts), "a، b و c");
        assert_eq!(isolated("a\u{202e}b\n c"), "\u{2068}ab c\u{2069}");
        assert_eq!(isolated(&"x".repeat(500)).chars().count(), CODE_CHARS_MAX + 2);
    }
}
