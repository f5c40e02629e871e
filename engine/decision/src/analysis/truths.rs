//! Expressions that answer with something else than true or false. What they answer is found by running them on inputs that
//! reach their rule, with a value for every input: what is told was seen.

use serde_json::Value;

use super::{
    Finding, Inputs,
    space::{Point, Space},
};
use crate::{
    cell::{Cell, Facts},
    model::{Condition, Input, Rule},
    value_type::ValueType,
};

/// A text that an input without declared values may well have.
const ANY_TEXT: &str = "x";

/// Whether some cell of the rule is an expression.
pub(super) fn has_expressions(rule: &Rule) -> bool {
    rule.when.iter().any(|part| !part.cell.is_analysed())
}

pub(super) fn no_truths(space: &Space, rows: &[&Rule], reached: &[(usize, Point)]) -> Vec<Finding> {
    let rules = rows.iter().enumerate();
    rules.flat_map(|(place, rule)| of_rule(space, rule, reached.iter().find(|(at, _)| *at == place))).collect()
}

fn of_rule(space: &Space, rule: &Rule, reached: Option<&(usize, Point)>) -> Vec<Finding> {
    if !has_expressions(rule) {
        return Vec::new();
    }
    let Some((_, point)) = reached else { return Vec::new() };
    let witness = with_values(space, &point.inputs);
    let Ok(completed) = space.table.complete(&witness) else { return Vec::new() };
    let facts = Facts::new(space.table, &completed);
    let is_stopped = |part: &Condition| part.cell.holds_closed(part.at, &facts) == Some(false);
    if !rule.is_in_force(point.on) || rule.when.iter().any(is_stopped) {
        return Vec::new();
    }
    let told = rule.when.iter().filter_map(|part| {
        let (found, found_fa) = no_truth(&part.cell, &completed)?;
        Some(Finding::NoTruth {
            rule: rule.id.to_string(),
            input: part.input.to_string(),
            found,
            found_fa,
            witness: witness.clone(),
            on: point.on,
        })
    });
    told.collect()
}

/// What the first expression in a cell answers that is neither true nor false.
fn no_truth(cell: &Cell, inputs: &Inputs) -> Option<(String, String)> {
    match cell {
        Cell::Expression(expression) => expression.no_truth(inputs).ok().flatten(),
        Cell::Not(cell) => no_truth(cell, inputs),
        Cell::OneOf(cells) => cells.iter().find_map(|cell| no_truth(cell, inputs)),
        _ => None,
    }
}

/// The inputs, with a value for those that have none: nothing that is missing is to blame for what comes.
fn with_values(space: &Space, inputs: &Inputs) -> Inputs {
    let mut filled = inputs.clone();
    for (at, input) in space.table.inputs.iter().enumerate() {
        if filled.contains_key(&input.name) || input.default.is_some() {
            continue;
        }
        let mut with = filled.clone();
        space.set(&mut with, space.dimensions[at].at, Some(&any_value(input)));
        if space.at_odds(&with).is_none() {
            filled = with;
        }
    }
    filled
}

fn any_value(input: &Input) -> Value {
    if let Some(first) = input.values.first() {
        return if input.value_type == ValueType::List { vec![first.clone()].into() } else { first.clone() };
    }
    match input.value_type {
        ValueType::String | ValueType::Text => ANY_TEXT.into(),
        ValueType::List => vec![ANY_TEXT].into(),
        ValueType::Boolean => true.into(),
        ValueType::Integer | ValueType::Number => input.max.clone().or(input.min.clone()).unwrap_or(1.into()),
    }
}
