//! What kinds of faults are called: for people in English, for other languages by a name that a catalogue of words has.

use std::fmt;
use std::ops::Range;

use crate::FaultKind;

/// Kind, name, words.
const KINDS: [(FaultKind, &str, &str); 11] = [
    (FaultKind::Unreachable, "unreachable", "the peer cannot be reached"),
    (FaultKind::Timeout, "timeout", "the peer did not answer in time"),
    (FaultKind::Credentials, "credentials", "the peer refused the credentials"),
    (FaultKind::Recipient, "recipient", "the peer refused the recipient"),
    (FaultKind::Content, "content", "the peer refused the content"),
    (FaultKind::Throttled, "throttled", "the peer asks to slow down"),
    (FaultKind::Unavailable, "unavailable", "the peer is out of order"),
    (FaultKind::Configuration, "configuration", "the configuration is wrong"),
    (FaultKind::Protocol, "protocol", "the peer's answer is not understood"),
    (FaultKind::Forbidden, "forbidden", "the deployment does not allow this call"),
    (FaultKind::Runtime, "runtime", "what was run failed"),
];
const ANSWERED: &str = "the peer answered with status ";

impl FaultKind {
    /// A stable name, for catalogues of words in other languages.
    pub fn name(self) -> &'static str {
        KINDS.iter().find(|known| known.0 == self).map_or("answered", |known| known.1)
    }

    pub fn all() -> impl Iterator<Item = Self> {
        KINDS.iter().map(|known| known.0).chain([Self::Answered { status: 500 }])
    }

    /// Where a text that tells a [`crate::Fault`] names its kind, so that it can be said in another language.
    pub fn find_in(text: &str) -> Option<(Range<usize>, Self)> {
        let known = KINDS.iter().filter_map(|(kind, _, words)| Some((place(text, words)?, *kind)));
        known.chain(find_answered(text)).min_by_key(|(place, _)| place.start)
    }
}

/// Words of a kind are followed by what happened.
fn place(text: &str, words: &str) -> Option<Range<usize>> {
    let start = text.find(words)?;
    let end = start + words.len();
    text[end..].starts_with(':').then_some(start..end)
}

fn find_answered(text: &str) -> Option<(Range<usize>, FaultKind)> {
    let start = text.find(ANSWERED)?;
    let number = text[start + ANSWERED.len()..].split(':').next()?;
    let kind = FaultKind::Answered { status: number.parse().ok()? };
    Some((start..start + ANSWERED.len() + number.len(), kind))
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, KINDS.iter().find(|known| known.0 == *self)) {
            (Self::Answered { status }, _) => write!(f, "{ANSWERED}{status}"),
            (_, Some((_, _, words))) => f.write_str(words),
            (_, None) => f.write_str(self.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::Fault;

    #[test]
    fn every_kind_has_words_and_is_found_in_them() {
        let mut names = BTreeSet::new();
        for kind in FaultKind::all() {
            let told = Fault::permanent(kind, "no route to host").to_string();
            assert_eq!(told, format!("{kind}: no route to host"));
            assert!(!told.contains(&format!("{kind:?}")), "{told}");
            let within = format!("webhook `audit` takes no events since noon: {told}");
            let (place, found) = FaultKind::find_in(&within).expect("its words stand there");
            assert_eq!((&within[place], found), (kind.to_string().as_str(), kind));
            assert!(names.insert(kind.name()), "{kind:?}");
        }
        assert_eq!(Fault::answered(410, "gone").to_string(), "the peer answered with status 410: gone");
        for other in ["", "the office is closed", "the peer answered with status quo: no", "what was run failed"] {
            assert_eq!(FaultKind::find_in(other), None, "{other}");
        }
    }
}
