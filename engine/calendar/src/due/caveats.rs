//! What a deadline leans on that may still change.

use jiff::Timestamp;

use crate::{Calendar, Caveat, Certainty, Jalali};

impl Calendar {
    /// Of a span of time: a deadline at midnight ends with the day before it.
    pub(super) fn caveats(&self, from: Timestamp, due: Timestamp) -> Vec<Caveat> {
        let date = |at: Timestamp| Jalali::from_gregorian(self.zone.to_datetime(at).date());
        self.caveats_between(date(from), date(super::plus(due, -1).unwrap_or(due)))
    }

    /// Every estimated holiday from the day before `from` to the day after `to`, since each may move by a day, also
    /// where something else closes that day today; every year of the days that has no table.
    pub(crate) fn caveats_between(&self, from: Jalali, to: Jalali) -> Vec<Caveat> {
        let first = from.plus_days(-1).unwrap_or(from);
        let last = to.plus_days(1).unwrap_or(to);
        let mut caveats = Vec::new();
        for (year, table) in self.years.range(first.year()..=last.year()) {
            let estimates = table.days.iter().filter(|(_, holiday)| holiday.certainty == Certainty::Estimated);
            for (of_year, holiday) in estimates {
                let day = Jalali::of(*year, *of_year).ok().filter(|day| (first..=last).contains(day));
                let estimate =
                    |day| Caveat::Estimated { day, name: holiday.name.clone(), line: holiday.origin.to_string() };
                caveats.extend(day.map(estimate));
            }
        }
        let years = from.year()..=to.year();
        caveats.extend(years.filter(|year| self.lacks_table(*year)).map(|year| Caveat::MissingTable { year }));
        caveats
    }
}
