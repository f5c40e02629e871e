//! Which rules stand in each other's way, by the hit policy.

use crate::model::{Hit, Table};

/// The places of rules by who takes whose inputs.
pub(crate) struct Ranking {
    hit: Hit,
    priorities: Vec<u16>,
}

impl Ranking {
    pub fn of(table: &Table) -> Self {
        Self { hit: table.hit, priorities: table.rules.iter().map(|rule| rule.priority).collect() }
    }

    pub fn hit(&self) -> Hit {
        self.hit
    }

    /// The catch-all answers where no other rule does.
    pub fn catch_all(&self) -> usize {
        self.priorities.len().saturating_sub(1)
    }

    /// Whether the other rule answers instead of this one where both hold.
    pub fn takes(&self, other: usize, rule: usize) -> bool {
        if rule == self.catch_all() || other == self.catch_all() {
            return other < rule;
        }
        match self.hit {
            Hit::First => other < rule,
            Hit::Priority => {
                let (mine, theirs) = (self.priorities[rule], self.priorities[other]);
                theirs > mine || theirs == mine && other < rule
            }
            Hit::Unique | Hit::Collect => false,
        }
    }

    /// The rules that answer instead of this one where both hold.
    pub fn above(&self, rule: usize) -> Vec<usize> {
        (0..self.priorities.len()).filter(|other| self.takes(*other, rule)).collect()
    }

    /// The pairs of rules that must not hold together, earlier ones first.
    pub fn rivals(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (hit, priorities) = (self.hit, self.priorities.clone());
        let equal = move |first: usize, second: usize| match hit {
            Hit::Unique => true,
            Hit::Priority => priorities[first] == priorities[second],
            Hit::First | Hit::Collect => false,
        };
        let end = self.catch_all();
        let pairs = (0..end).flat_map(move |first| (first + 1..end).map(move |second| (first, second)));
        pairs.filter(move |(first, second)| equal(*first, *second))
    }
}
