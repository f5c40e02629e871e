//! Which lines of a script can run, and which of them did.
//!
//! A line counts where a statement begins on it, or a part of one that may be left out: the right side of `&&`, `||` and
//! `??`, an arm of a `switch`. Lines that only go on with what began above (members of a map, a closing brace) count
//! nowhere: they run with their beginning.

mod units;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use units::Units;

use crate::Script;

/// How often each line with code ran, summed over runs. Lines count from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    pub lines: BTreeMap<u32, u64>,
}

impl Coverage {
    /// Of a script of which nothing has run yet.
    pub fn nothing_of(script: &Script) -> Self {
        Self::of(&script.lines())
    }

    pub(crate) fn of(lines: &BTreeSet<u32>) -> Self {
        Self { lines: lines.iter().map(|line| (*line, 0)).collect() }
    }

    /// Adds the runs of `other`, which is of the same script.
    pub fn add(&mut self, other: &Coverage) {
        for (line, times) in &other.lines {
            let sum = self.lines.entry(*line).or_default();
            *sum = sum.saturating_add(*times);
        }
    }

    /// Lines with code.
    pub fn total(&self) -> usize {
        self.lines.len()
    }

    /// Lines that ran at least once.
    pub fn covered(&self) -> usize {
        self.lines.values().filter(|times| **times > 0).count()
    }

    /// Lines that never ran, in order.
    pub fn uncovered(&self) -> Vec<u32> {
        self.lines.iter().filter(|(_, times)| **times == 0).map(|(line, _)| *line).collect()
    }

    /// Percent of the lines that ran, rounded down: 100 says that each one did. A script without code has 100.
    pub fn percent(&self) -> u32 {
        let percent = (self.covered() * 100).checked_div(self.total()).unwrap_or(100);
        u32::try_from(percent).unwrap_or(100)
    }

    /// Whether a line ran: None for a line that counts nowhere.
    pub fn ran(&self, line: u32) -> Option<bool> {
        self.lines.get(&line).map(|times| *times > 0)
    }

    /// The lines that never ran as ranges, first and last: what lies between two of them and counts nowhere joins them.
    pub fn gaps(&self) -> Vec<(u32, u32)> {
        let mut gaps: Vec<(u32, u32)> = Vec::new();
        let mut goes_on = false;
        for (line, times) in &self.lines {
            match gaps.last_mut().filter(|_| goes_on) {
                _ if *times > 0 => {}
                Some(gap) => gap.1 = *line,
                None => gaps.push((*line, *line)),
            }
            goes_on = *times == 0;
        }
        gaps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_told_as_ranges() {
        let lines = [(1, 0), (2, 1), (4, 0), (6, 0), (7, 3), (9, 0)];
        let coverage = Coverage { lines: lines.into() };
        assert_eq!(coverage.gaps(), [(1, 1), (4, 6), (9, 9)]);
        assert_eq!((coverage.covered(), coverage.total(), coverage.percent()), (2, 6, 33));
        assert_eq!((coverage.ran(2), coverage.ran(4), coverage.ran(5)), (Some(true), Some(false), None));
        assert_eq!(Coverage::default().percent(), 100);
    }

    #[test]
    fn one_line_of_many_keeps_it_from_a_hundred() {
        let mut coverage = Coverage { lines: (1..=500).map(|line| (line, u64::from(line > 1))).collect() };
        assert_eq!(coverage.percent(), 99);
        coverage.add(&Coverage { lines: [(1, 1)].into() });
        assert_eq!(coverage.percent(), 100);
    }
}
