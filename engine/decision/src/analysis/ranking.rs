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

    /// The rules that answer instead of this one where both hold.
    pub fn above(&self, rule: usize) -> Vec<usize> {
        if rule == self.catch_all() {
            return (0..rule).collect();
        }
        match self.hit {
            Hit::First => (0..rule).collect(),
            Hit::Priority => {
                let mine = self.priorities[rule];
                let takes = |other: usize| {
                    let theirs = self.priorities[other];
                    theirs > mine || theirs == mine && other < rule
                };
                (0..self.catch_all()).filter(|other| takes(*other)).collect()
            }
            Hit::Unique | Hit::Collect => Vec::new(),
        }
    }

    /// The pairs of rules that must not hold together, earlier ones first.
    pub fn rivals(&self) -> Vec<(usize, usize)> {
        let equal = |first: usize, second: usize| match self.hit {
            Hit::Unique => true,
            Hit::Priority => self.priorities[first] == self.priorities[second],
            Hit::First | Hit::Collect => false,
        };
        let pairs =
            (0..self.catch_all()).flat_map(|first| (first + 1..self.catch_all()).map(move |second| (first, second)));
        pairs.filter(|(first, second)| equal(*first, *second)).collect()
    }
}
