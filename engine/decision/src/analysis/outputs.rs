//! What rules answer: whether two answer alike, and whether an answer passes the limits of its output.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Finding,
    examples::{Example, answered},
    space::Space,
};
use crate::{
    cell::Cell,
    fault::Fault,
    model::{Condition, Output, Rule, Table},
    output::Template,
};

/// Most fillings of one text that are looked at.
const FILLINGS_MAX: usize = 200;

/// Whether two rules answer the same to the same inputs, as written.
pub(crate) fn same_answer(old: &Table, one: &Rule, new: &Table, other: &Rule) -> bool {
    let names = old.outputs.iter().chain(&new.outputs).map(|output| output.name.as_str());
    names.into_iter().all(|name| answer(old, one, name) == answer(new, other, name))
}

/// Whether two rules hold for the same inputs on the same days and are ranked alike, as written.
pub(crate) fn same_rule(one: &Rule, other: &Rule) -> bool {
    one.effective == other.effective
        && one.except == other.except
        && one.priority == other.priority
        && one.last == other.last
        && same_cells(one, other)
}

/// Whether two rules ask the same of the inputs, as written.
pub(crate) fn same_cells(one: &Rule, other: &Rule) -> bool {
    let cells = |rule: &Rule| {
        let asked = rule.when.iter().filter(|part| !part.cell.is_any());
        asked.map(|part| (part.input.to_string(), cell_name(part))).collect::<BTreeMap<_, _>>()
    };
    cells(one) == cells(other)
}

/// A name under which equal cells are one. Expressions are told by how they are written.
fn cell_name(part: &Condition) -> String {
    if part.cell.is_analysed() { format!("{:?}", part.cell) } else { part.written.to_string() }
}

/// What the rule answers in one output: as written, else the default.
fn answer(table: &Table, rule: &Rule, name: &str) -> Option<Template> {
    let written = rule.then.iter().find(|(output, _)| output == name).map(|(_, template)| template.clone());
    let default = || table.outputs.iter().find(|output| output.name == name)?.default.clone().map(Template::Literal);
    written.or_else(default)
}

/// Answers that pass the limits of their output. Reading and merging refuse literal ones; texts are filled with what
/// the rule's own cells let through, and each that is told was decided.
pub(super) fn outside_limits(space: &Space) -> Vec<Finding> {
    let table = space.table;
    let is_filled = |output: &Output| {
        let writes = |rule: &Rule| matches!(answer(table, rule, &output.name), Some(Template::Text(_)));
        !output.values.is_empty() && table.rules.iter().any(writes)
    };
    // Inputs that reach each rule are searched for only where some text has to be filled.
    let reached = if table.outputs.iter().any(is_filled) { answered(space) } else { Vec::new() };
    let mut found = Vec::new();
    for rule in &table.rules {
        for output in &table.outputs {
            let outside = |value: &Value| output.domain().passed(value).is_some();
            let value = match answer(table, rule, &output.name) {
                Some(Template::Literal(value)) if outside(&value) => Some(value),
                Some(text @ Template::Text(_)) if !output.values.is_empty() => {
                    let at = reached.iter().find(|example| example.rule == *rule.id);
                    at.and_then(|example| filled_outside(table, rule, output, &text, example))
                }
                _ => None,
            };
            if let Some(value) = value {
                found.push(Finding::OutsideLimits { rule: rule.id.to_string(), output: output.name.clone(), value });
            }
        }
    }
    found.dedup();
    found
}

/// A filling of the text that is none of the output's values, for inputs that the table was asked with.
fn filled_outside(table: &Table, rule: &Rule, output: &Output, text: &Template, at: &Example) -> Option<Value> {
    let mut fillings = vec![at.inputs.clone()];
    for name in text.inputs() {
        let values = values_for(table, rule, name);
        let filled = fillings.iter().flat_map(|inputs| {
            let with = move |value: &Value| {
                let mut inputs = inputs.clone();
                inputs.insert(name.to_owned(), value.clone());
                inputs
            };
            values.iter().map(with).chain([inputs.clone()]).collect::<Vec<_>>()
        });
        fillings = filled.take(FILLINGS_MAX).collect();
    }
    fillings.iter().find_map(|inputs| match table.decide(inputs, at.on) {
        Err(Fault::OutputValue { rule: id, output: name, .. }) if rule.id == id && output.name == name => {
            text.fill(&table.complete(inputs).ok()?).ok()
        }
        _ => None,
    })
}

/// Values of an input that may reach the rule: those declared, and those that its cell names.
fn values_for(table: &Table, rule: &Rule, name: &str) -> Vec<Value> {
    let declared = table.input(name).map(|input| input.values.clone()).unwrap_or_default();
    let cell = rule.when.iter().find(|part| part.input == *name).map(|part| &part.cell);
    let mut values = declared;
    if let Some(cell) = cell {
        named(cell, &mut values);
    }
    values
}

fn named(cell: &Cell, values: &mut Vec<Value>) {
    match cell {
        Cell::Equals(text) | Cell::KeyEquals(text) => values.push(text.as_str().into()),
        Cell::Boolean(flag) => values.push((*flag).into()),
        Cell::OneOf(cells) => cells.iter().for_each(|cell| named(cell, values)),
        _ => {}
    }
}
