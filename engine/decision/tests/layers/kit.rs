//! A national table and the overlays of the cases beside it.

use std::collections::BTreeMap;

use peygir_calendar::Jalali;
use peygir_decision::{Decision, Layer, Overlay, Table};
use peygir_source::{Diagnostic, Diagnostics, Severity, yaml};
use serde_json::Value;

pub const NATIONAL: &str = "kind: decision-table
id: route
version: 1.4.2
hit: first
inputs:
  topic: { type: string, values: [water, sewage, electricity, street, park, other] }
  city: { type: string }
  urgent: { type: boolean, default: false }
outputs:
  agency: { type: string, required: true }
  days: { type: integer, default: 10, max: 15 }
rules:
  - { id: emergency, locked: true, when: { urgent: true }, then: { agency: foad, days: 0 } }
  - { id: water, when: { topic: [water, sewage] }, then: { agency: abfa } }
  - { id: electricity, when: { topic: electricity }, then: { agency: tavanir, days: 8 } }
  - { id: municipal, when: { topic: [street, park] }, then: { agency: 'shahrdari-{city}' } }
  - { id: otherwise, last: true, then: { agency: ostandari } }
tests:
  - { name: pipes, given: { topic: water, city: x }, expect: { rule: water, agency: abfa, days: 10 } }
  - { name: wires, given: { topic: electricity, city: x }, expect: { rule: electricity, days: 8 } }
  - { name: holes, given: { topic: street, city: mashhad }, expect: { rule: municipal, agency: shahrdari-mashhad } }
  - { name: rest, given: { topic: other, city: x }, expect: { rule: otherwise } }
  - { name: fire, given: { topic: other, city: x, urgent: true }, expect: { rule: emergency } }
";

pub fn key(text: &str) -> String {
    text.to_lowercase()
}

pub fn table(text: &str) -> Table {
    let node = yaml::parse(text).unwrap_or_else(|finding| panic!("{text}: {finding:?}"));
    let (table, _) = Table::read(&node, key).unwrap_or_else(|findings| panic!("{text}: {findings:#?}"));
    table.with_pack("national", "route.table.yaml")
}

pub fn national() -> Table {
    table(NATIONAL)
}

/// An overlay of the national table; `body` is what it does.
pub fn text_of(body: &str) -> String {
    format!("kind: decision-table-overlay\nextends: {{ id: route, version: '^1.4' }}\nversion: 0.3.0\n{body}")
}

/// Where `body` of [`text_of`] begins.
pub const BODY_LINE: u32 = 4;

pub fn overlay(text: &str) -> Result<Overlay, Diagnostics> {
    let node = yaml::parse(text).unwrap_or_else(|finding| panic!("{text}: {finding:?}"));
    Overlay::read(&node, key).map(|(overlay, _)| overlay)
}

/// Lays overlays over a table, the lowest first: `layer-1`, `layer-2` and so on.
pub fn laid_over(table: &Table, bodies: &[&str]) -> Result<(Table, Diagnostics), Diagnostics> {
    let mut overlays = Vec::new();
    for (index, body) in bodies.iter().enumerate() {
        let (pack, file) = (format!("layer-{}", index + 1), format!("layer-{}.overlay.yaml", index + 1));
        let read = overlay(&text_of(body)).map_err(|found| found.in_file(&file))?;
        overlays.push((read, pack, file));
    }
    let layers: Vec<Layer<'_>> = overlays.iter().map(|(overlay, pack, file)| Layer::new(overlay, pack, file)).collect();
    table.merge(&layers)
}

/// Lays overlays over the national table, and expects no finding worse than a note.
pub fn merged(bodies: &[&str]) -> Table {
    let (table, found) = laid_over(&national(), bodies).unwrap_or_else(|findings| panic!("{bodies:?}: {findings:#?}"));
    // What a disabled rule leaves to others is warned of; that has tests of its own.
    let is_grave = |one: &&Diagnostic| one.severity > Severity::Information && one.code != "PG-T051";
    let grave: Vec<_> = found.list.iter().filter(is_grave).collect();
    assert!(grave.is_empty(), "{bodies:?}: {grave:#?}");
    table
}

/// The findings as `code file:line`, in order.
pub fn told(found: &Diagnostics) -> Vec<String> {
    found.list.iter().map(|one| format!("{} {}:{}", one.code, one.file, one.span.line)).collect()
}

pub fn day(text: &str) -> Jalali {
    text.parse().unwrap()
}

/// A day on which nothing with dates is in force.
pub fn any_day() -> Jalali {
    day("1404/01/01")
}

pub fn decide(table: &Table, inputs: Value, on: Jalali) -> Decision {
    let inputs: BTreeMap<String, Value> = inputs.as_object().unwrap().clone().into_iter().collect();
    table.decide(&inputs, on).unwrap_or_else(|fault| panic!("{inputs:?}: {fault}"))
}
