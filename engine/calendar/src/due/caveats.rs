//! What a deadline leans on that may still change.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::{Calendar, Caveat, Certainty, Jalali};

impl Calendar {
    /// Every estimated holiday in the span and the day before and after it, since each may move by a day, also where
    /// something else closes that day today; every year in it that has no table.
    pub(super) fn caveats(&self, from: Timestamp, due: Timestamp) -> Vec<Caveat> {
        let date = |at: Timestamp| self.zone.to_datetime(at).date();
        // A deadline at midnight ends with the day before it.
        let (from, due) = (date(from), date(super::plus(due, -1).unwrap_or(due)));
        let first = Jalali::from_gregorian(from.yesterday().unwrap_or(Date::MIN));
        let last = Jalali::from_gregorian(due.tomorrow().unwrap_or(Date::MAX));
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
        let years = Jalali::from_gregorian(from).year()..=Jalali::from_gregorian(due).year();
        caveats.extend(years.filter(|year| self.lacks_table(*year)).map(|year| Caveat::MissingTable { year }));
        caveats
    }
}
