//! Inputs that nobody thought of: only the catch-all answers them.
//!
//! Where the catch-all is said to be unexpected, any inputs count. Otherwise only those whose domain is declared and
//! closed do, and only where no rule could hold whatever the open ones are; free texts are then taken as saying
//! nothing. For an open domain is never complete, and to tell that of every table would be noise.

use super::{
    Finding, GAPS_MAX,
    dimension::Base,
    effort::Effort,
    solver::{Clause, Literal},
    space::{Compiled, Point, Reply, Space, Tried},
    values::Values,
};
use crate::{
    model::{Rule, Table},
    value_type::ValueType,
};

pub(super) fn gaps<'a>(table: &'a Table, effort: &'a Effort<'a>) -> Vec<Finding> {
    let Some((catch_all, rules)) = table.rules.split_last() else { return Vec::new() };
    let asked = |at: &usize| rules.iter().any(|rule| rule.when.iter().any(|part| part.at == *at));
    let closed: Vec<usize> = (0..table.inputs.len()).filter(|at| is_closed(table, *at)).filter(asked).collect();
    if !catch_all.unexpected && closed.is_empty() {
        return Vec::new();
    }
    let told: Vec<Rule> =
        rules.iter().map(|rule| if catch_all.unexpected { rule.clone() } else { without_open(table, rule) }).collect();
    let told: Vec<&Rule> = told.iter().collect();
    let space = Space::new(table, &told, &[], effort);
    let mut frame: Vec<Clause> = closed.iter().map(|at| space.only(*at, space.dimensions[*at].present())).collect();
    if !catch_all.unexpected {
        frame.extend(plain_texts(&space));
        if !some_rule_may_hold(&space, &frame) {
            return Vec::new();
        }
    }
    let mut found = Vec::new();
    while found.len() < GAPS_MAX {
        match gap(&space, &frame) {
            Sought::Found(point) => {
                frame.push(space.other_than(&point, closed.iter().copied()));
                found.push(Finding::Gap { witness: point.inputs, on: point.on });
            }
            Sought::Spent => {
                found.push(Finding::NotAnalysed { rule: catch_all.id.to_string(), input: None, is_limit: true });
                break;
            }
            Sought::Nothing => break,
        }
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
    let may_hold = |rule: &Compiled| !matches!(space.ask(rule.may_hold().iter().chain(frame)), Reply::Never);
    space.rules.iter().any(may_hold)
}

/// What came of looking for a gap.
enum Sought {
    Found(Point),
    /// Either there is none, or a cell that can't be looked into hides it.
    Nothing,
    /// The search reached its limit.
    Spent,
}

/// Inputs within the frame that no rule but the catch-all holds for, run through the cells.
fn gap(space: &Space, frame: &[Clause]) -> Sought {
    let Some((_, rules)) = space.table.rules.split_last() else { return Sought::Nothing };
    // First where every rule certainly fails, then where cells that can't be looked into happen to fail.
    let mut nothing = Sought::Nothing;
    for fails in [Compiled::fails, Compiled::may_fail] {
        let clauses = space.rules.iter().flat_map(fails).chain(frame);
        let point = match space.ask(clauses) {
            Reply::Found(point) => point,
            Reply::Spent => {
                nothing = Sought::Spent;
                continue;
            }
            Reply::Never | Reply::Unwritten(_) => continue,
        };
        let Ok(completed) = space.table.complete(&point.inputs) else { continue };
        let tried = Tried::new(space.table, &completed, point.on);
        if rules.iter().all(|rule| space.holds(&tried, rule) == Some(false)) {
            return Sought::Found(point);
        }
    }
    nothing
}
