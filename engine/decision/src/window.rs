//! The days on which a table, an overlay or a rule is in force.

use std::fmt;

use peygir_calendar::Jalali;

use crate::days;

/// From one day to another; both belong to it, and either end may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    pub from: Option<Jalali>,
    pub until: Option<Jalali>,
}

impl Window {
    pub fn contains(&self, day: Jalali) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }

    /// The days that belong to both; none where they have no day in common.
    pub fn meet(self, other: Self) -> Option<Self> {
        let from = self.from.max(other.from);
        let until = match (self.until, other.until) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        let met = Self { from, until };
        (!met.is_empty()).then_some(met)
    }

    /// Whether it ends before it begins.
    pub fn is_empty(&self) -> bool {
        matches!((self.from, self.until), (Some(from), Some(until)) if until < from)
    }
}

/// `1405/09/01 to 1405/12/29`, or the day where it is one, for journals and messages in English.
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from, self.until) {
            (Some(from), Some(until)) if from == until => write!(f, "{from}"),
            (Some(from), Some(until)) => write!(f, "{from} to {until}"),
            (Some(from), None) => write!(f, "{from} on"),
            (None, Some(until)) => write!(f, "until {until}"),
            (None, None) => f.write_str("every day"),
        }
    }
}

impl Window {
    /// The days before it and the days after it.
    pub(crate) fn outside(self) -> impl Iterator<Item = Self> {
        let before = self.from.and_then(days::previous).map(|until| Self { from: None, until: Some(until) });
        let after = self.until.and_then(days::next).map(|from| Self { from: Some(from), until: None });
        before.into_iter().chain(after)
    }

    /// Whether all days of the other belong to it.
    pub(crate) fn covers(self, other: Self) -> bool {
        let begins = self.from.is_none_or(|from| other.from.is_some_and(|other| from <= other));
        let ends = self.until.is_none_or(|until| other.until.is_some_and(|other| other <= until));
        begins && ends
    }

    /// The same in Persian.
    pub fn to_persian(&self) -> String {
        let text = match (self.from, self.until) {
            (Some(from), Some(until)) if from == until => from.to_string(),
            (Some(from), Some(until)) => format!("{from} تا {until}"),
            (Some(from), None) => format!("از {from}"),
            (None, Some(until)) => format!("تا {until}"),
            (None, None) => "همهٔ روزها".to_owned(),
        };
        peygir_calendar::digits::to_persian(&text)
    }
}
