//! The calendars of a deployment, and which of them answers where.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{Calendar, Declared, Place, closure};

/// All calendars that are in force, with the closures that were declared since. Cheap to copy.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Calendars {
    all: Arc<BTreeMap<String, Arc<Calendar>>>,
    /// By id: those that extend it and are written for places, the narrowest scope first.
    placed: Arc<BTreeMap<String, Vec<Arc<Calendar>>>>,
}

impl Calendars {
    pub(crate) fn of(all: BTreeMap<String, Arc<Calendar>>) -> Self {
        let mut placed: BTreeMap<String, Vec<Arc<Calendar>>> = BTreeMap::new();
        for calendar in all.values().filter(|calendar| calendar.scope.is_some()) {
            for base in &calendar.bases {
                placed.entry(base.clone()).or_default().push(Arc::clone(calendar));
            }
        }
        for list in placed.values_mut() {
            list.sort_by_key(|calendar| std::cmp::Reverse(calendar.scope.as_ref().map(crate::Scope::rank)));
        }
        Self { all: Arc::new(all), placed: Arc::new(placed) }
    }

    pub fn get(&self, id: &str) -> Option<&Arc<Calendar>> {
        self.all.get(id)
    }

    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.all.keys().map(String::as_str)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<Calendar>> {
        self.all.values()
    }

    /// The calendar that answers in a place where `id` is named: of `id` and those that extend it, directly or not,
    /// and are written for places, the one with the narrowest scope that holds here.
    pub fn at(&self, id: &str, place: &Place) -> Option<&Arc<Calendar>> {
        let here = |calendar: &&Arc<Calendar>| calendar.scope.as_ref().is_some_and(|scope| scope.holds(place));
        let narrower = self.placed.get(id).and_then(|list| list.iter().find(here));
        narrower.or_else(|| self.get(id))
    }

    /// The same calendars with these closures in force, in place of all that were declared before.
    pub fn with_closures(&self, declared: &[Declared]) -> Self {
        let with = |calendar: &Arc<Calendar>| {
            let of_it = declared.iter().filter(|one| calendar.stands_on(&one.calendar));
            Arc::new(Calendar { declared: closure::by_day(of_it), ..Calendar::clone(calendar) })
        };
        Self::of(self.all.iter().map(|(id, calendar)| (id.clone(), with(calendar))).collect())
    }

    /// Whether a closure that names `closed` counts in the calendar that answers for `id` in this place.
    pub fn is_touched(&self, id: &str, place: &Place, closed: &Declared) -> bool {
        let answers = self.at(id, place);
        answers.is_some_and(|calendar| calendar.stands_on(&closed.calendar)) && closed.scope.holds(place)
    }
}

impl FromIterator<Calendar> for Calendars {
    fn from_iter<I: IntoIterator<Item = Calendar>>(calendars: I) -> Self {
        Self::of(calendars.into_iter().map(|one| (one.id.clone(), Arc::new(one))).collect())
    }
}
