//! Which rules answer, by the hit policy, and what stopped the others.
//!
//! What a fault does: a rule whose expression fails counts as one that does not hold, and is told. Where it might have
//! answered in the place of the rule that does, the decision is a fault, for nobody can say who should answer; but where a
//! *locked* rule holds, that one answers. So nothing that a layer writes takes an answer from a locked rule.

use std::borrow::Cow;

use peygir_calendar::Jalali;

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
    /// Those that decided nothing.
    pub faults: Vec<Fault>,
}

impl<'a> Picked<'a> {
    pub fn first(&self) -> &'a Rule {
        self.rules.first().expect("a table has a catch-all, which answers where no other rule does")
    }

    /// A rule that held and could not answer.
    pub fn leave_out(&mut self, table: &Table, rule: &Rule, fault: Fault) {
        let at = table.rules.iter().position(|other| std::ptr::eq(other, rule));
        if let Some(at) = at {
            self.not_fired.add(table.stops().faulted(at));
        }
        self.faults.push(fault);
    }
}

/// A walk over the rules, which remembers those that do not hold.
struct Walk<'a, 'b> {
    facts: &'b Facts<'a>,
    on: Jalali,
    stops: &'b Stops,
    /// What stopped those that were looked at.
    not_fired: Vec<u32>,
    /// The places of rules that failed, and how.
    faults: Vec<(usize, Fault)>,
}

impl Table {
    /// What can stop its rules.
    fn stops(&self) -> Cow<'_, Stops> {
        if self.stops.fit(&self.rules) { Cow::Borrowed(&self.stops) } else { Cow::Owned(Stops::of(&self.rules)) }
    }

    pub(super) fn pick<'a>(&'a self, facts: &Facts<'_>, on: Jalali) -> Result<Picked<'a>, Fault> {
        let stops = self.stops();
        let not_fired = Vec::with_capacity(self.rules.len());
        let mut walk = Walk { facts, on, stops: &stops, not_fired, faults: Vec::new() };
        let (catch_all, rules) = self.rules.split_last().expect("reading refuses a table without rules");
        let mut picked = match self.hit {
            Hit::First => walk.first(rules)?,
            Hit::Unique => walk.only(rules)?,
            Hit::Collect => walk.all(rules)?,
            Hit::Priority => walk.highest(rules)?,
        };
        if picked.is_empty() {
            picked.push(catch_all);
        }
        let not_fired = Stopped::new(&stops, walk.not_fired);
        Ok(Picked { rules: picked, not_fired, faults: walk.faults.into_iter().map(|(_, fault)| fault).collect() })
    }
}

impl Walk<'_, '_> {
    fn first<'a>(&mut self, rules: &'a [Rule]) -> Result<Vec<&'a Rule>, Fault> {
        for (at, rule) in rules.iter().enumerate() {
            if self.holds(at, rule) {
                self.judge(rule.is_lock(), |_| true)?;
                return Ok(vec![rule]);
            }
        }
        self.judge(false, |_| true)?;
        Ok(Vec::new())
    }

    fn only<'a>(&mut self, rules: &'a [Rule]) -> Result<Vec<&'a Rule>, Fault> {
        let held = self.held(rules);
        let locks = held.iter().filter(|(_, rule)| rule.is_lock()).count();
        let answers = match held.as_slice() {
            [] => None,
            [one] => Some(*one),
            // One that is locked answers; that another one holds too is told.
            [(_, first), (_, second), ..] => {
                let overlap = Fault::Overlap { first: first.id.to_string(), second: second.id.to_string() };
                let lock = held.iter().find(|(_, rule)| rule.is_lock()).filter(|_| locks == 1).copied();
                let Some((at, rule)) = lock else { return Err(overlap) };
                self.faults.push((at, overlap));
                Some((at, rule))
            }
        };
        self.judge(answers.is_some_and(|(_, rule)| rule.is_lock()), |_| true)?;
        let others = held.iter().filter(|(at, _)| answers.is_some_and(|(answering, _)| answering != *at));
        for stop in others.map(|(at, _)| self.stops.outranked(*at)) {
            let place = self.not_fired.partition_point(|other| *other < stop);
            self.not_fired.insert(place, stop);
        }
        Ok(answers.map(|(_, rule)| rule).into_iter().collect())
    }

    fn all<'a>(&mut self, rules: &'a [Rule]) -> Result<Vec<&'a Rule>, Fault> {
        let held: Vec<&Rule> = self.held(rules).into_iter().map(|(_, rule)| rule).collect();
        self.judge(held.iter().any(|rule| rule.is_lock()), |_| true)?;
        Ok(held)
    }

    fn highest<'a>(&mut self, rules: &'a [Rule]) -> Result<Vec<&'a Rule>, Fault> {
        // The best one so far with its place, and where it will stand among those that did not answer if a better one
        // comes.
        let mut best: Option<(&Rule, usize, usize)> = None;
        for (at, rule) in rules.iter().enumerate() {
            if !self.holds(at, rule) {
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
        let outranks = |other: usize| {
            let rank = |at: usize, rule: &Rule| (std::cmp::Reverse(rule.priority), at);
            best.is_none_or(|(rule, at, _)| rank(other, &rules[other]) < rank(at, rule))
        };
        self.judge(best.is_some_and(|(rule, ..)| rule.is_lock()), outranks)?;
        Ok(best.map(|(rule, ..)| rule).into_iter().collect())
    }

    /// The rules that hold, with their places.
    fn held<'a>(&mut self, rules: &'a [Rule]) -> Vec<(usize, &'a Rule)> {
        rules.iter().enumerate().filter(|(at, rule)| self.holds(*at, rule)).collect()
    }

    /// Whether what was found stands, although some rules failed: it does where a lock answers, and where none of those
    /// that failed `might_answer` in its place.
    fn judge(&self, is_lock: bool, might_answer: impl Fn(usize) -> bool) -> Result<(), Fault> {
        let deciding = self.faults.iter().find(|(at, _)| might_answer(*at));
        match deciding {
            Some((_, fault)) if !is_lock => Err(fault.clone()),
            _ => Ok(()),
        }
    }

    /// Whether the rule at this place holds; what stops it otherwise is remembered.
    fn holds(&mut self, at: usize, rule: &Rule) -> bool {
        let stop = if rule.is_in_force(self.on) {
            match rule.first_failing(self.facts) {
                Ok(stopped) => stopped.map(|cell| self.stops.cell(at, cell)),
                Err(fault) => {
                    self.faults.push((at, fault));
                    Some(self.stops.faulted(at))
                }
            }
        } else {
            Some(self.stops.not_in_force(at))
        };
        self.not_fired.extend(stop);
        stop.is_none()
    }
}

impl Rule {
    /// The first of its cells that does not hold. Expressions are asked last: where another cell does not hold, none is
    /// run, and none can fail.
    pub(crate) fn first_failing(&self, facts: &Facts) -> Result<Option<usize>, Fault> {
        let mut is_open = false;
        for (at, condition) in self.when.iter().enumerate() {
            match condition.cell.holds_closed(condition.at, facts) {
                Some(true) => {}
                Some(false) => return Ok(Some(at)),
                None => is_open = true,
            }
        }
        if is_open { self.first_failing_expression(facts) } else { Ok(None) }
    }

    /// As [`Rule::first_failing`], where all that can be said without expressions holds.
    fn first_failing_expression(&self, facts: &Facts) -> Result<Option<usize>, Fault> {
        let mut failed = None;
        for (at, condition) in self.when.iter().enumerate() {
            match condition.cell.holds(condition.at, facts) {
                Ok(true) => {}
                Ok(false) => return Ok(Some(at)),
                Err(fault) => failed = failed.or_else(|| Some(Fault::of_cell(&self.id, &condition.input, fault))),
            }
        }
        failed.map_or(Ok(None), Err)
    }
}
