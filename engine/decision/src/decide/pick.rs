//! Which of the rules answer: one short walk for each hit policy.

use peygir_calendar::Jalali;

use std::borrow::Cow;

use super::{Stopped, Stops};
use crate::{
    cell::Facts,
    fault::Fault,
    model::{Hit, Rule, Table},
};

/// The rules that answer, at least one, and those that were looked at and do not.
pub(super) struct Picked<'a> {
    pub rules: Vec<&'a Rule>,
    pub not_fired: Stopped,
}

/// A walk over the rules, which remembers those that do not hold.
struct Walk<'a, 'b> {
    facts: &'b Facts<'a>,
    on: Jalali,
    stops: &'b Stops,
    /// What stopped those that were looked at.
    not_fired: Vec<u32>,
}

impl Table {
    pub(super) fn pick<'a>(&'a self, facts: &Facts<'_>, on: Jalali) -> Result<Picked<'a>, Fault> {
        let stops =
            if self.stops.fit(&self.rules) { Cow::Borrowed(&self.stops) } else { Cow::Owned(Stops::of(&self.rules)) };
        let mut walk = Walk { facts, on, stops: &stops, not_fired: Vec::with_capacity(self.rules.len()) };
        let (catch_all, rules) = self.rules.split_last().expect("reading refuses a table without rules");
        let mut picked = match self.hit {
            Hit::First => walk.first(rules)?.into_iter().collect(),
            Hit::Unique => walk.only(rules)?.into_iter().collect(),
            Hit::Collect => walk.all(rules)?,
            Hit::Priority => walk.highest(rules)?.into_iter().collect(),
        };
        if picked.is_empty() {
            picked.push(catch_all);
        }
        let not_fired = Stopped::new(&stops, walk.not_fired);
        Ok(Picked { rules: picked, not_fired })
    }
}

impl Walk<'_, '_> {
    fn first<'a>(&mut self, rules: &'a [Rule]) -> Result<Option<&'a Rule>, Fault> {
        for (at, rule) in rules.iter().enumerate() {
            if self.holds(at, rule)? {
                return Ok(Some(rule));
            }
        }
        Ok(None)
    }

    fn only<'a>(&mut self, rules: &'a [Rule]) -> Result<Option<&'a Rule>, Fault> {
        let mut found: Option<&Rule> = None;
        for (at, rule) in rules.iter().enumerate() {
            if !self.holds(at, rule)? {
                continue;
            }
            if let Some(first) = found {
                return Err(Fault::Overlap { first: first.id.to_string(), second: rule.id.to_string() });
            }
            found = Some(rule);
        }
        Ok(found)
    }

    fn all<'a>(&mut self, rules: &'a [Rule]) -> Result<Vec<&'a Rule>, Fault> {
        let mut found = Vec::new();
        for (at, rule) in rules.iter().enumerate() {
            if self.holds(at, rule)? {
                found.push(rule);
            }
        }
        Ok(found)
    }

    fn highest<'a>(&mut self, rules: &'a [Rule]) -> Result<Option<&'a Rule>, Fault> {
        // The best one so far with its place, and where it will stand among those that did not answer if a better one
        // comes.
        let mut best: Option<(&Rule, usize, usize)> = None;
        for (at, rule) in rules.iter().enumerate() {
            if !self.holds(at, rule)? {
                continue;
            }
            match best {
                Some((found, ..)) if found.priority >= rule.priority => self.not_fired.push(self.stops.outranked(at)),
                Some((_, before, place)) => {
                    self.not_fired.insert(place, self.stops.outranked(before));
                    best = Some((rule, at, self.not_fired.len()));
                }
                None => best = Some((rule, at, self.not_fired.len())),
            }
        }
        Ok(best.map(|(rule, ..)| rule))
    }

    /// Whether the rule at this place holds; what stops it otherwise is remembered.
    fn holds(&mut self, at: usize, rule: &Rule) -> Result<bool, Fault> {
        let stop = if rule.is_in_force(self.on) {
            rule.first_failing(self.facts)?.map(|cell| self.stops.cell(at, cell))
        } else {
            Some(self.stops.not_in_force(at))
        };
        self.not_fired.extend(stop);
        Ok(stop.is_none())
    }
}

impl Rule {
    /// The first of its cells that does not hold.
    fn first_failing(&self, facts: &Facts) -> Result<Option<usize>, Fault> {
        for (at, condition) in self.when.iter().enumerate() {
            let holds = condition.cell.holds(condition.at, facts);
            if !holds.map_err(|fault| Fault::of_cell(&self.id, &condition.input, fault))? {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }
}
