//! Which of the rules answer: one short walk for each hit policy.

use peygir_calendar::Jalali;

use super::{NotFired, WhyNot};
use crate::{
    cell::Facts,
    fault::Fault,
    model::{Hit, Rule, Table},
};

/// The rules that answer, at least one, and those that were looked at and do not.
pub(super) struct Picked<'a> {
    pub rules: Vec<&'a Rule>,
    pub not_fired: Vec<NotFired>,
}

/// A walk over the rules, which remembers those that do not hold.
struct Walk<'a, 'b> {
    facts: &'b Facts<'a>,
    on: Jalali,
    not_fired: Vec<NotFired>,
}

impl Table {
    pub(super) fn pick<'a>(&'a self, facts: &Facts<'_>, on: Jalali) -> Result<Picked<'a>, Fault> {
        let mut walk = Walk { facts, on, not_fired: Vec::new() };
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
        Ok(Picked { rules: picked, not_fired: walk.not_fired })
    }
}

impl Walk<'_, '_> {
    fn first<'a>(&mut self, rules: &'a [Rule]) -> Result<Option<&'a Rule>, Fault> {
        for rule in rules {
            if self.holds(rule)? {
                return Ok(Some(rule));
            }
        }
        Ok(None)
    }

    fn only<'a>(&mut self, rules: &'a [Rule]) -> Result<Option<&'a Rule>, Fault> {
        let mut found: Option<&Rule> = None;
        for rule in rules {
            if !self.holds(rule)? {
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
        for rule in rules {
            if self.holds(rule)? {
                found.push(rule);
            }
        }
        Ok(found)
    }

    fn highest<'a>(&mut self, rules: &'a [Rule]) -> Result<Option<&'a Rule>, Fault> {
        // The best one so far, and where it will stand among those that did not answer if a better one comes.
        let mut best: Option<(&Rule, usize)> = None;
        for rule in rules {
            if !self.holds(rule)? {
                continue;
            }
            match best {
                Some((found, _)) if found.priority >= rule.priority => self.not_fired.push(outranked(rule)),
                Some((found, at)) => {
                    self.not_fired.insert(at, outranked(found));
                    best = Some((rule, self.not_fired.len()));
                }
                None => best = Some((rule, self.not_fired.len())),
            }
        }
        Ok(best.map(|(rule, _)| rule))
    }

    /// Whether the rule holds; what stops it otherwise is remembered.
    fn holds(&mut self, rule: &Rule) -> Result<bool, Fault> {
        let why = if rule.is_in_force(self.on) { rule.first_failing(self.facts)? } else { Some(WhyNot::NotInForce) };
        let Some(why) = why else { return Ok(true) };
        self.not_fired.push(NotFired { rule: rule.id.clone(), layer: rule.layer, why });
        Ok(false)
    }
}

impl Rule {
    fn first_failing(&self, facts: &Facts) -> Result<Option<WhyNot>, Fault> {
        for condition in &self.when {
            let holds = condition.cell.holds(condition.at, facts);
            if !holds.map_err(|fault| Fault::of_cell(&self.id, &condition.input, fault))? {
                let (input, cell) = (condition.input.clone(), condition.written.clone());
                return Ok(Some(WhyNot::Cell { input, cell, span: condition.span }));
            }
        }
        Ok(None)
    }
}

fn outranked(rule: &Rule) -> NotFired {
    NotFired { rule: rule.id.clone(), layer: rule.layer, why: WhyNot::Outranked }
}
