//! The tests written in a table, read against its inputs, outputs and rules.

use std::collections::BTreeMap;

use peygir_source::{Entry, Node, Value};

use super::{
    columns::{typed, within},
    fields::Reader,
};
use crate::{
    complaint,
    limits::{RULES_MAX, TESTS_MAX},
    model::{Hit, Input, Output, Rule},
    sources::{agree, are_kin},
    tests::TestRow,
};

const MEMBERS: &[&str] = &["name", "on", "given", "expect"];

pub(crate) fn read(reader: &mut Reader, table: &Node, context: &Context<'_>) -> Vec<TestRow> {
    let items = reader.list(table, "tests", TESTS_MAX);
    items.iter().map(|item| context.row(reader, item)).collect()
}

/// What tests are read against.
pub(crate) struct Context<'a> {
    inputs: &'a [Input],
    outputs: &'a [Output],
    rules: &'a [Rule],
    hit: Hit,
    layer: usize,
}

impl<'a> Context<'a> {
    pub fn new(inputs: &'a [Input], outputs: &'a [Output], rules: &'a [Rule], hit: Hit, layer: usize) -> Self {
        Self { inputs, outputs, rules, hit, layer }
    }

    fn row(&self, reader: &mut Reader, node: &Node) -> TestRow {
        reader.members(node, "the test", MEMBERS);
        let name = reader.text(node, "name");
        let on = reader.day(node, "on").flatten();
        let mut row = TestRow {
            name,
            span: node.span,
            layer: self.layer,
            on,
            given: BTreeMap::new(),
            written: None,
            rule: None,
            rules: None,
            outputs: BTreeMap::new(),
            outside: Vec::new(),
            except: Vec::new(),
            changed: Vec::new(),
            fails: false,
        };
        for part in ["given", "expect"] {
            let Some(values) = node.get(part) else {
                reader.push(complaint::missing(node.span, part));
                continue;
            };
            for entry in reader.mapping(values, part) {
                if part == "given" {
                    self.given(reader, entry, &mut row)
                } else {
                    self.expect(reader, (values, entry), &mut row)
                }
            }
        }
        self.kin(reader, node, &mut row);
        row
    }

    /// Inputs that are read from one place have one value: given once, it is that of all of them.
    fn kin(&self, reader: &mut Reader, node: &Node, row: &mut TestRow) {
        for (at, input) in self.inputs.iter().enumerate() {
            let others = self.inputs.iter().enumerate().filter(|(place, other)| *place != at && are_kin(other, input));
            let mut given =
                others.filter_map(|(place, other)| Some((place, other, row.given.get(&other.name)?.clone())));
            let Some((place, other, value)) = given.next() else { continue };
            match row.given.get(&input.name) {
                Some(own) if agree((input, Some(own)), (other, Some(&value))) => {}
                // Told at the later of the two.
                Some(_) if place < at => {
                    let entry = node.get("given").and_then(|given| given.entry(&input.name));
                    let span = entry.map_or(node.span, |entry| entry.node.span);
                    reader.push(complaint::at_odds(span, &input.name, &other.name, &input.from));
                }
                Some(_) => {}
                None if input.value_type.holds(&value) && input.domain().passed(&value).is_none() => {
                    row.given.insert(input.name.clone(), value);
                }
                None => {}
            }
        }
    }

    fn given(&self, reader: &mut Reader, entry: &Entry, row: &mut TestRow) {
        let Some(input) = self.inputs.iter().find(|input| input.name == entry.key) else {
            let known = self.inputs.iter().map(|input| input.name.as_str());
            return reader.push(complaint::unknown_name(entry.key_span, ("input", "ورودی"), &entry.key, known));
        };
        if entry.node.value == Value::Null {
            return;
        }
        if let Some(value) = typed(reader, &entry.node, &entry.key, input.value_type) {
            within(reader, &entry.node, &entry.key, input.domain(), &value);
            row.given.insert(entry.key.clone(), value);
        }
    }

    fn expect(&self, reader: &mut Reader, (node, entry): (&Node, &Entry), row: &mut TestRow) {
        if entry.key == "rule" {
            row.rule = self.rule(reader, &entry.node);
            return;
        }
        let is_output = self.outputs.iter().any(|output| output.name == entry.key);
        if entry.key == "rules" && self.hit == Hit::Collect && !is_output {
            let items = reader.list(node, "rules", RULES_MAX);
            row.rules = items.iter().map(|item| self.rule(reader, item)).collect();
            return;
        }
        let Some(output) = self.outputs.iter().find(|output| output.name == entry.key) else {
            let known = self.outputs.iter().map(|output| output.name.as_str()).chain(["rule"]);
            return reader.push(complaint::unknown_name(entry.key_span, ("output", "خروجی"), &entry.key, known));
        };
        // Null says that the rule leaves the output out.
        if entry.node.value == Value::Null {
            row.outputs.insert(entry.key.clone(), serde_json::Value::Null);
        } else if let Some(value) = self.answered(reader, entry, output) {
            row.outputs.insert(entry.key.clone(), value);
        }
    }

    /// One value; of a table that collects also a list, a value for each answer.
    fn answered(&self, reader: &mut Reader, entry: &Entry, output: &Output) -> Option<serde_json::Value> {
        let one = |reader: &mut Reader, node: &Node| match node.value {
            Value::Null => Some(serde_json::Value::Null),
            _ => typed(reader, node, &entry.key, output.value_type),
        };
        match entry.node.items() {
            Some(items) if self.hit == Hit::Collect => items.iter().map(|item| one(reader, item)).collect(),
            _ => typed(reader, &entry.node, &entry.key, output.value_type),
        }
    }

    fn rule(&self, reader: &mut Reader, node: &Node) -> Option<String> {
        let known = || self.rules.iter().map(|rule| rule.id.as_str());
        match node.as_str() {
            Some(rule) if known().any(|id| id == rule) => return Some(rule.to_owned()),
            Some(rule) => reader.push(complaint::unknown_name(node.span, ("rule", "قاعدهٔ"), rule, known())),
            None => reader.push(complaint::shape(node.span, "rule", "the id of a rule", "شناسهٔ یک قاعده")),
        }
        None
    }
}
