//! Which lines of a script can run, and which of them did.
//!
//! A line counts where a statement begins on it, or a part of one that may be left out: the right side of `&&`, `||` and
//! `??`, an arm of a `switch`. Lines that only go on with what began above (members of a map, a closing brace) count
//! nowhere: they run with their beginning.

mod units;

use std::collections::{BTreeMap, BTreeSet};

use units::Unit;
pub(crate) use units::{Place, Units, place};

use crate::Script;

/// How often each line with code ran, summed over runs. Lines count from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Of a line with several parts, how often the one ran that ran most.
    pub lines: BTreeMap<u32, u64>,
    /// Each part: its line, and how often it ran.
    parts: BTreeMap<Place, (u32, u64)>,
}

impl Coverage {
    /// Of a script of which nothing has run yet.
    pub fn nothing_of(script: &Script) -> Self {
        script.not_run()
    }

    pub(crate) fn of(units: &Units) -> Self {
        let parts = units.all().map(|(place, Unit { line, .. })| (place, (line, 0)));
        let mut coverage = Self { lines: BTreeMap::new(), parts: parts.collect() };
        coverage.sum_up();
        coverage
    }

    /// Notes that a part ran, if the place is one of a part.
    pub(crate) fn note(&mut self, place: Place) {
        if let Some((_, times)) = self.parts.get_mut(&place) {
            *times = times.saturating_add(1);
        }
    }

    /// Brings the lines up to date with their parts.
    pub(crate) fn sum_up(&mut self) {
        self.lines.clear();
        for (line, times) in self.parts.values() {
            let most = self.lines.entry(*line).or_default();
            *most = (*most).max(*times);
        }
    }

    /// Adds the runs of `other`, which is of the same script.
    pub fn add(&mut self, other: &Coverage) {
        for (place, (line, times)) in &other.parts {
            let (_, sum) = self.parts.entry(*place).or_insert((*line, 0));
            *sum = sum.saturating_add(*times);
        }
        self.sum_up();
    }

    /// Lines that ran, but not all of what stands on them: one arm of an `if` written on one line.
    pub fn partly(&self) -> BTreeSet<u32> {
        let left_out = self.parts.values().filter(|(_, times)| *times == 0).map(|(line, _)| *line);
        left_out.filter(|line| self.ran(*line) == Some(true)).collect()
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

    /// Line and how often it ran, a part each.
    fn coverage(parts: &[(u32, u64)]) -> Coverage {
        let parts = parts.iter().enumerate().map(|(column, (line, times))| ((*line as usize, column), (*line, *times)));
        let mut coverage = Coverage { lines: BTreeMap::new(), parts: parts.collect() };
        coverage.sum_up();
        coverage
    }

    #[test]
    fn gaps_are_told_as_ranges() {
        let coverage = coverage(&[(1, 0), (2, 1), (4, 0), (6, 0), (7, 3), (9, 0)]);
        assert_eq!(coverage.gaps(), [(1, 1), (4, 6), (9, 9)]);
        assert_eq!((coverage.covered(), coverage.total(), coverage.percent()), (2, 6, 33));
        assert_eq!((coverage.ran(2), coverage.ran(4), coverage.ran(5)), (Some(true), Some(false), None));
        assert_eq!(Coverage::default().percent(), 100);
    }

    #[test]
    fn one_line_of_many_keeps_it_from_a_hundred() {
        let all: Vec<(u32, u64)> = (1..=500).map(|line| (line, u64::from(line > 1))).collect();
        let mut most = coverage(&all);
        assert_eq!(most.percent(), 99);
        most.add(&coverage(&[(1, 1)]));
        assert_eq!(most.percent(), 100);
    }

    #[test]
    fn a_line_of_which_an_arm_never_ran_ran_partly() {
        let mut first = coverage(&[(1, 3), (1, 3), (1, 0), (2, 0)]);
        assert_eq!((first.lines[&1], first.partly(), first.uncovered()), (3, BTreeSet::from([1]), vec![2]));
        first.add(&coverage(&[(1, 1), (1, 0), (1, 1), (2, 0)]));
        assert_eq!((first.lines[&1], first.partly(), first.uncovered()), (4, BTreeSet::new(), vec![2]));
    }
}
