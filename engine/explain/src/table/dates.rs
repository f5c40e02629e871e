//! Days on which something is in force, in words.

use peygir_calendar::{Jalali, month_name};
use peygir_decision::Window;

use crate::text::Words;

impl Words {
    /// `۱ آذر ۱۴۰۵`, `1 Azar 1405`.
    pub(super) fn day(self, day: Jalali) -> String {
        self.digits(&format!("{} {} {}", day.day(), month_name(day.month(), self.language), day.year()))
    }

    /// `از ۱ آذر ۱۴۰۵ تا ۲۹ اسفند ۱۴۰۵`; both days belong to it. Of one day, that day.
    pub(super) fn window(self, window: &Window) -> String {
        match (window.from, window.until) {
            (Some(from), Some(until)) if from == until => self.with("days-one", [("day", self.day(from).into())]),
            (Some(from), Some(until)) => {
                self.with("days-between", [("from", self.day(from).into()), ("until", self.day(until).into())])
            }
            (Some(from), None) => self.with("days-from", [("from", self.day(from).into())]),
            (None, Some(until)) => self.with("days-until", [("until", self.day(until).into())]),
            (None, None) => self.say("days-all"),
        }
    }

    pub(super) fn windows(self, windows: &[Window]) -> String {
        self.list(&windows.iter().map(|window| self.window(window)).collect::<Vec<_>>())
    }
}
