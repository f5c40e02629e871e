//! The rules that did not answer, each with what stopped it.
//!
//! A decision tells dozens of them. All that can stop a rule is known once the table is read, so a decision only notes
//! which of it did: no name and no cell is copied.

use std::{fmt, ops::Index, slice, sync::Arc};

use super::{NotFired, WhyNot};
use crate::model::Rule;

/// Everything that can stop one of these rules: for each rule its cells in order, that it failed, that it is not in
/// force, and that another one answered.
#[derive(Debug, Clone)]
pub(crate) struct Stops {
    all: Arc<[NotFired]>,
    /// Where those of each rule begin, and the end.
    first: Arc<[u32]>,
}

impl Default for Stops {
    fn default() -> Self {
        Self { all: Arc::new([]), first: Arc::new([0]) }
    }
}

impl Stops {
    pub fn of(rules: &[Rule]) -> Self {
        let (mut all, mut first) = (Vec::new(), vec![0]);
        for rule in rules {
            let stop = |why| NotFired { rule: rule.id.clone(), layer: rule.layer, why };
            all.extend(rule.when.iter().map(|condition| {
                let (input, cell) = (condition.input.clone(), condition.written.clone());
                stop(WhyNot::Cell { input, cell, span: condition.span })
            }));
            all.extend([stop(WhyNot::Faulted), stop(WhyNot::NotInForce), stop(WhyNot::Outranked)]);
            first.push(u32::try_from(all.len()).expect("a table has far fewer cells than this"));
        }
        Self { all: all.into(), first: first.into() }
    }

    /// Whether they can be those of these rules. Who edits rules in place makes them anew.
    pub fn fit(&self, rules: &[Rule]) -> bool {
        self.first.len() == rules.len() + 1
    }

    /// That the cell of a rule does not hold.
    pub fn cell(&self, rule: usize, cell: usize) -> u32 {
        self.first[rule] + u32::try_from(cell).expect("a rule has far fewer cells than this")
    }

    pub fn faulted(&self, rule: usize) -> u32 {
        self.first[rule + 1] - 3
    }

    pub fn not_in_force(&self, rule: usize) -> u32 {
        self.first[rule + 1] - 2
    }

    pub fn outranked(&self, rule: usize) -> u32 {
        self.first[rule + 1] - 1
    }
}

/// The rules that were looked at and did not answer, in order.
#[derive(Clone)]
pub struct Stopped {
    all: Arc<[NotFired]>,
    which: Vec<u32>,
}

impl Stopped {
    pub(super) fn new(stops: &Stops, which: Vec<u32>) -> Self {
        Self { all: stops.all.clone(), which }
    }

    /// One more, among the others in the order of the table.
    pub(super) fn add(&mut self, stop: u32) {
        let at = self.which.partition_point(|other| *other < stop);
        self.which.insert(at, stop);
    }

    pub fn len(&self) -> usize {
        self.which.len()
    }

    pub fn is_empty(&self) -> bool {
        self.which.is_empty()
    }

    pub fn iter(&self) -> Iter<'_> {
        Iter { all: &self.all, which: self.which.iter() }
    }
}

/// Goes through [`Stopped`].
#[derive(Debug, Clone)]
pub struct Iter<'a> {
    all: &'a [NotFired],
    which: slice::Iter<'a, u32>,
}

impl<'a> Iterator for Iter<'a> {
    type Item = &'a NotFired;

    fn next(&mut self) -> Option<&'a NotFired> {
        self.which.next().map(|at| &self.all[*at as usize])
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.which.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a Stopped {
    type Item = &'a NotFired;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl Index<usize> for Stopped {
    type Output = NotFired;

    fn index(&self, at: usize) -> &NotFired {
        &self.all[self.which[at] as usize]
    }
}

impl PartialEq for Stopped {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl fmt::Debug for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
