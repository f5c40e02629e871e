//! The days that matter to a table: one for each stretch in which the same rules are in force.

use std::collections::BTreeSet;

use peygir_calendar::Jalali;

use crate::{model::Table, window::Window};

impl Table {
    /// One day of every stretch in which the same rules are in force, in order: the day before anything begins, each first
    /// day and each day after a last one, as far as the table itself is in force. Never empty.
    pub fn days(&self) -> Vec<Jalali> {
        let windows = || {
            let of_rules = self.rules.iter().flat_map(|rule| rule.effective.iter().chain(&rule.except));
            of_rules.chain(&self.effective)
        };
        let mut days: BTreeSet<Jalali> = windows().flat_map(edges).collect();
        match days.first() {
            Some(first) => days.extend(previous(*first)),
            None => days.extend(Jalali::new(1400, 1, 1).ok()),
        };
        days.extend(self.effective.and_then(|window| window.until));
        days.retain(|day| self.effective.is_none_or(|window| window.contains(*day)));
        days.into_iter().collect()
    }
}

/// The first day, and the day after the last one.
fn edges(window: &Window) -> impl Iterator<Item = Jalali> {
    window.from.into_iter().chain(window.until.and_then(next))
}

/// The day after; none at the ends of the years that people may write.
pub(crate) fn next(day: Jalali) -> Option<Jalali> {
    written(day.to_gregorian().tomorrow().map(Jalali::from_gregorian).ok()?)
}

/// The day before; none at the ends of the years that people may write.
pub(crate) fn previous(day: Jalali) -> Option<Jalali> {
    written(day.to_gregorian().yesterday().map(Jalali::from_gregorian).ok()?)
}

fn written(day: Jalali) -> Option<Jalali> {
    Jalali::new(day.year().into(), day.month().into(), day.day().into()).ok()
}
