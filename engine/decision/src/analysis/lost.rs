//! Answers that overlays take away although a locked rule of another table asks for them.
//!
//! What one table answers another one may be asked with: a topic that is proposed is a topic that is routed. A lock of the
//! second is worth nothing where a layer of the first sees to it that it is never asked.

use peygir_source::Diagnostic;
use serde_json::Value;

use crate::{
    cell::Cell,
    complaint::overlay as complaints,
    model::{BASE, Rule, Table},
    output::Template,
};

/// What is lost of `below` in `merged`, as far as locked rules of the other tables ask for it. Each finding carries the
/// file of the overlay.
pub fn lost(below: &Table, merged: &Table, others: &[&Table]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in &below.rules {
        for (output, value) in texts(rule).filter(|(output, value)| !may_answer(merged, output, value)) {
            let asking = others.iter().filter(|other| other.id != merged.id);
            let lock = asking.filter_map(|other| Some((*other, lock_on(other, output, value)?))).next();
            let by = merged.spoken.iter().rev().find(|spoken| spoken.rule == rule.id && spoken.layer > BASE);
            if let (Some((other, lock)), Some(by)) = (lock, by) {
                let mut finding =
                    complaints::lost_answer(by.span, (merged.id(), output, value), (other.id(), lock.id.as_str()));
                merged.file(by.layer).clone_into(&mut finding.file);
                found.push(finding);
            }
        }
    }
    found.dedup();
    found
}

/// The texts that a rule answers as they are written, by output.
fn texts(rule: &Rule) -> impl Iterator<Item = (&str, &str)> {
    rule.then.iter().filter_map(|(output, template)| match template {
        Template::Literal(Value::String(text)) => Some((output.as_str(), text.as_str())),
        _ => None,
    })
}

/// Whether some rule or the default may still answer it.
fn may_answer(table: &Table, output: &str, value: &str) -> bool {
    let default = table.outputs.iter().find(|column| column.name == output).and_then(|column| column.default.as_ref());
    let says = |rule: &Rule| {
        rule.then.iter().filter(|(name, _)| name == output).any(|(_, template)| match template {
            Template::Literal(text) => text == value,
            Template::Text(_) => true,
        })
    };
    default.is_some_and(|default| default == value) || table.rules.iter().any(says)
}

/// The locked rule that asks for the value, of an input that has this name or is read from a place of this name.
fn lock_on<'t>(table: &'t Table, name: &str, value: &str) -> Option<&'t Rule> {
    let is_it = |at: usize| {
        let input = &table.inputs[at];
        input.name == name || input.from.rsplit('.').next() == Some(name)
    };
    let asks = |rule: &&Rule| rule.when.iter().any(|part| is_it(part.at) && names(&part.cell, value));
    table.rules.iter().filter(|rule| rule.is_lock()).find(asks)
}

fn names(cell: &Cell, value: &str) -> bool {
    match cell {
        Cell::Equals(text) => text == value,
        Cell::OneOf(cells) => cells.iter().any(|cell| names(cell, value)),
        _ => false,
    }
}
