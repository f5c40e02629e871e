//! Inputs that reach as many rules and edges of a table as possible, each run through the table.

use std::collections::BTreeSet;

use peygir_calendar::Jalali;

use super::{
    ANALYSIS_STEPS_MAX, Inputs,
    effort::Effort,
    ranking::Ranking,
    space::{Compiled, Point, Reply, Space},
};
use crate::model::{Rule, Table};

/// Inputs, a day, and the rule that answered them.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    pub inputs: Inputs,
    pub on: Jalali,
    pub rule: String,
}

/// At most so many inputs that a table answers: first one for each rule, then others that differ from these in one
/// input, at the edges of the cells.
pub fn examples(table: &Table, most: usize) -> Vec<Inputs> {
    examples_on(table, most).into_iter().map(|example| example.inputs).collect()
}

/// As [`examples`], with the day and the rule that answered.
pub fn examples_on(table: &Table, most: usize) -> Vec<Example> {
    let rules: Vec<&Rule> = table.rules.iter().collect();
    let effort = Effort::of(ANALYSIS_STEPS_MAX);
    let space = Space::new(table, &rules, &[], &effort);
    let mut gathered = Gathered { table, most, seen: BTreeSet::new(), list: Vec::new() };
    let points = reaching(&space, &Ranking::of(table), &(0..rules.len()).collect::<Vec<_>>());
    for (_, point) in &points {
        gathered.add(&point.inputs, point.on);
    }
    for (_, point) in &points {
        around(&space, point, &mut |inputs, on| gathered.add(inputs, on));
    }
    gathered.list
}

struct Gathered<'a> {
    table: &'a Table,
    most: usize,
    seen: BTreeSet<(String, Jalali)>,
    list: Vec<Example>,
}

impl Gathered<'_> {
    /// False as soon as there are enough.
    fn add(&mut self, inputs: &Inputs, on: Jalali) -> bool {
        if self.list.len() >= self.most {
            return false;
        }
        if self.seen.insert((format!("{inputs:?}"), on))
            && let Ok(decision) = self.table.decide(inputs, on)
        {
            self.list.push(Example { inputs: inputs.clone(), on, rule: decision.rule.to_string() });
        }
        true
    }
}

/// For each of these rules inputs that it answers, where the search finds some, with the place of the rule.
pub(super) fn reaching(space: &Space, ranking: &Ranking, rules: &[usize]) -> Vec<(usize, Point)> {
    let mut points = Vec::new();
    for place in rules.iter().copied() {
        let rule = &space.rules[place];
        let rivals: Vec<usize> = match ranking.hit() {
            crate::model::Hit::Unique => (0..ranking.catch_all()).filter(|other| *other != place).collect(),
            _ => ranking.above(place),
        };
        let others = rivals.iter().map(|other| &space.rules[*other]).filter(|other| rule.may_meet(other));
        let others: Vec<&Compiled> = others.collect();
        for fails in [Compiled::fails, Compiled::may_fail] {
            let clauses = rule.may_hold().iter().chain(others.iter().flat_map(|other| fails(other)));
            if let Reply::Found(point) = space.ask(clauses) {
                points.push((place, point));
                break;
            }
        }
    }
    points
}

/// Points that differ from this one in one input or in the day, until the visitor has enough.
pub(super) fn around(space: &Space, point: &Point, visit: &mut dyn FnMut(&Inputs, Jalali) -> bool) {
    let asked = space.dimensions.iter().enumerate().filter(|(at, one)| one.at == *at && one.is_asked());
    for (_, dimension) in asked {
        let alone = dimension.fragments.iter().map(Some).chain([None]);
        for fragment in alone {
            for (place, atom) in dimension.atoms.iter().enumerate() {
                if fragment.is_some() && !atom.base.is_open() {
                    continue;
                }
                let fragments: Vec<_> = fragment.into_iter().collect();
                let Ok(value) = dimension.example(space.table, place, &fragments, space.effort) else { continue };
                let mut inputs = point.inputs.clone();
                space.set(&mut inputs, dimension.at, value.as_ref());
                if space.at_odds(&inputs).is_some() {
                    continue;
                }
                if !visit(&inputs, point.on) {
                    return;
                }
            }
        }
    }
    for day in space.days() {
        if !visit(&point.inputs, *day) {
            return;
        }
    }
}
