//! Inputs that nobody thought of: only the catch-all answers them.
//!
//! Where the catch-all is said to be unexpected, any inputs count. Otherwise only those whose domain is declared and
//! closed do, and only where no rule could hold whatever the open ones are; free texts are then taken as saying
//! nothing. For an open domain is never complete, and to tell that of every table would be noise.

use super::{
    Finding, GAPS_MAX,
    dimension::Base,
    solver::{Clause, Literal, Values},
    space::{Compiled, Point, Reply, Space, Tried},
};
use crate::{
    model::{Rule, Table},
    value_type::ValueType,
};

pub(super) fn gaps(table: &Table) -> Vec<Finding> {
    let Some((catch_all, rules)) = table.rules.split_last() else { return Vec::new() };
    let asked = |at: &usize| rules.iter().any(|rule| rule.when.iter().any(|part| part.at == *at));
    let closed: Vec<usize> = (0..table.inputs.len()).filter(|at| is_closed(table, *at)).filter(asked).collect();
    if !catch_all.unexpected && closed.is_empty() {
        return Vec::new();
    }
    let told: Vec<Rule> =
        rules.iter().map(|rule| if catch_all.unexpected { rule.clone() } else { without_open(table, rule) }).collect();
    let told: Vec<&Rule> = told.iter().collect();
    let space = Space::new(table, &told, &[]);
    let mut frame: Vec<Clause> = closed.iter().map(|at| space.only(*at, space.dimensions[*at].present())).collect();
    if !catch_all.unexpected {
        frame.extend(plain_texts(&space));
        if !some_rule_may_hold(&space, &frame) {
            return Vec::new();
        }
    }
    let mut found = Vec::new();
    while found.len() < GAPS_MAX {
        let Some(point) = gap(&space, &frame) else { break };
        frame.push(space.other_than(&point, closed.iter().copied()));
        found.push(Finding::Gap { witness: point.inputs, on: point.on });
        if closed.is_empty() {
            break;
        }
    }
    found
}

/// Whether the declaration says what all the input's values are.
fn is_closed(table: &Table, at: usize) -> bool {
    let input = &table.inputs[at];
    let is_list = input.value_type == ValueType::List;
    let ends = input.min.is_some() && input.max.is_some();
    !is_list && (!input.values.is_empty() || ends || input.value_type == ValueType::Boolean)
}

/// The rule as far as it asks for closed inputs, texts and lists: where this does not hold, the rule does not,
/// whatever else is given.
fn without_open(table: &Table, rule: &Rule) -> Rule {
    let mut told = rule.clone();
    let says_nothing = |at: usize| matches!(table.inputs[at].value_type, ValueType::Text | ValueType::List);
    told.when.retain(|part| is_closed(table, part.at) || says_nothing(part.at) || !part.cell.is_analysed());
    told
}

/// Texts that have nothing of what cells ask for, and empty lists.
fn plain_texts(space: &Space) -> Vec<Clause> {
    let mut clauses = Vec::new();
    for dimension in &space.dimensions {
        if !matches!(space.table.inputs[dimension.at].value_type, ValueType::Text | ValueType::List) {
            continue;
        }
        let plain = dimension.where_atom(|atom| match &atom.base {
            Base::Begins(start) => start.is_empty(),
            base => *base == Base::List || atom.holds.is_empty() && *base != Base::Absent,
        });
        clauses.push(space.only(dimension.at, plain));
        let without = |variable| vec![Literal { variable, values: Values::one(2, 0) }];
        clauses.extend(dimension.fragments.iter().map(|fragment| without(fragment.variable)));
    }
    clauses
}

fn some_rule_may_hold(space: &Space, frame: &[Clause]) -> bool {
    let may_hold = |rule: &Compiled| !matches!(space.ask(rule.may_hold().iter().chain(frame), &mut 0), Reply::Never);
    space.rules.iter().any(may_hold)
}

/// Inputs within the frame that no rule but the catch-all holds for, run through the cells.
fn gap(space: &Space, frame: &[Clause]) -> Option<Point> {
    // First where every rule certainly fails, then where cells that can't be looked into happen to fail.
    for fails in [Compiled::fails, Compiled::may_fail] {
        let clauses = space.rules.iter().flat_map(fails).chain(frame);
        let Reply::Found(point) = space.ask(clauses, &mut 0) else { continue };
        let (_, rules) = space.table.rules.split_last()?;
        let Ok(completed) = space.table.complete(&point.inputs) else { continue };
        let tried = Tried::new(space.table, &completed, point.on);
        if rules.iter().all(|rule| tried.holds(rule) == Some(false)) {
            return Some(point);
        }
    }
    None
}
