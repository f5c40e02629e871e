//! Faults of whole rules: taken out, moved, or widened over the next one.

use std::sync::Arc;

use super::{Kind, Plan};
use crate::{
    cell::Cell,
    model::{Condition, Hit, Rule, Table},
};

/// Without each rule but the catch-all.
pub(super) fn deleted(table: &Table) -> Vec<Plan> {
    let rules = table.rules.iter().enumerate().filter(|(_, rule)| !rule.last);
    rules
        .map(|(at, rule)| Plan {
            kind: Kind::Deleted,
            what: format!("rule {} is taken out", rule.id),
            what_fa: format!("قاعدهٔ {} برداشته شد", rule.id),
            broken: None,
            edit: Box::new(move |table| drop(table.rules.remove(at))),
        })
        .collect()
}

/// Each rule in the place of the next one, where the order counts.
pub(super) fn moved(table: &Table) -> Vec<Plan> {
    let counts = |one: &Rule, other: &Rule| match table.hit {
        Hit::First | Hit::Collect => true,
        Hit::Priority => one.priority == other.priority,
        Hit::Unique => false,
    };
    let mut list = Vec::new();
    for (at, pair) in table.rules.windows(2).enumerate() {
        let [one, other] = pair else { continue };
        if other.last || !counts(one, other) {
            continue;
        }
        list.push(Plan {
            kind: Kind::Moved,
            what: format!("rule {} is moved below {}", one.id, other.id),
            what_fa: format!("قاعدهٔ {} به زیر {} رفت", one.id, other.id),
            broken: None,
            edit: Box::new(move |table| table.rules.swap(at, at + 1)),
        });
    }
    list
}

/// Each rule made to hold wherever the next one does.
pub(super) fn shadowed(table: &Table) -> Vec<Plan> {
    let mut list = Vec::new();
    for (at, pair) in table.rules.windows(2).enumerate() {
        let [one, other] = pair else { continue };
        let next = other.clone();
        list.push(Plan {
            kind: Kind::Shadowed,
            what: format!("rule {} is widened over {}", one.id, other.id),
            what_fa: format!("قاعدهٔ {} چنان گشاد شد که {} را هم بگیرد", one.id, other.id),
            broken: None,
            edit: Box::new(move |table| widen(&mut table.rules[at], &next)),
        });
    }
    list
}

/// A condition that the other rule does not have falls away; one that it has too holds for either.
fn widen(rule: &mut Rule, other: &Rule) {
    let mut when: Vec<Condition> = Vec::new();
    for part in &rule.when {
        let Some(theirs) = other.when.iter().find(|theirs| theirs.at == part.at) else { continue };
        let mut part = part.clone();
        part.written = format!("one of {}, {}", part.written, theirs.written).into();
        part.cell = Cell::OneOf(vec![part.cell, theirs.cell.clone()]);
        when.push(part);
    }
    rule.because = Arc::new(when.iter().map(|part| (part.input.to_string(), part.written.to_string())).collect());
    rule.when = when;
    if rule.effective != other.effective || rule.except != other.except {
        rule.effective = None;
        rule.except.clear();
    }
}
