//! The rules of a table: ids, cells, answers, and the catch-all at the end.

use std::collections::BTreeMap;

use peygir_source::{Entry, Node, Span, Value};

use super::{
    cells::Column,
    columns::{typed, within},
    fields::{NAME_FORM, Reader, is_slug},
};
use crate::{
    complaint,
    limits::RULES_MAX,
    model::{Condition, Input, Output, Rule},
    normalise::SearchKey,
    output::Template,
    value_type::ValueType,
};

const MEMBERS: &[&str] = &["id", "title", "description", "locked", "last", "when", "then"];

pub(super) fn read(
    reader: &mut Reader,
    table: &Node,
    inputs: &[Input],
    outputs: &[Output],
    search_key: SearchKey,
) -> Vec<Rule> {
    let items = reader.list(table, "rules", RULES_MAX);
    let context = Context { inputs, outputs, search_key };
    let rules: Vec<Rule> = items.iter().filter_map(|item| context.rule(reader, item)).collect();
    duplicates(reader, &rules);
    let place = table.entry("rules").map_or(table.span, |entry| entry.key_span);
    catch_all(reader, place, &rules);
    reached(reader, &rules);
    rules
}

struct Context<'a> {
    inputs: &'a [Input],
    outputs: &'a [Output],
    search_key: SearchKey,
}

impl Context<'_> {
    fn rule(&self, reader: &mut Reader, node: &Node) -> Option<Rule> {
        reader.members(node, "the rule", MEMBERS);
        node.entries()?;
        let id = reader.required_text(node, "id").unwrap_or_default();
        let span = node.get("id").map_or(node.span, |id| id.span);
        if !id.is_empty() && !is_slug(&id) {
            reader.push(complaint::bad_name(span, &id, NAME_FORM));
        }
        reader.text(node, "title");
        reader.text(node, "description");
        let locked = reader.flag(node, "locked");
        let last = reader.flag(node, "last");
        let when = self.conditions(reader, node);
        let then = self.answers(reader, node);
        for output in self.outputs {
            let answered = node.get("then").is_some_and(|then| then.get(&output.name).is_some());
            if output.required && output.default.is_none() && !answered {
                reader.push(complaint::unset_output(span, &id, &output.name));
            }
        }
        Some(Rule { id, span, locked, last, when, then })
    }

    fn conditions(&self, reader: &mut Reader, rule: &Node) -> Vec<Condition> {
        let Some(when) = rule.get("when") else {
            return Vec::new();
        };
        let entries = reader.mapping(when, "when");
        entries.iter().filter_map(|entry| self.condition(reader, entry)).collect()
    }

    fn condition(&self, reader: &mut Reader, entry: &Entry) -> Option<Condition> {
        let Some(input) = self.inputs.iter().find(|input| input.name == entry.key) else {
            let known = self.inputs.iter().map(|input| input.name.as_str());
            reader.push(complaint::unknown_name(entry.key_span, ("input", "ورودی"), &entry.key, known));
            return None;
        };
        let column = Column { input, inputs: self.inputs, search_key: self.search_key };
        let cell = column.read(reader, &entry.node)?;
        let written = written(&entry.node);
        Some(Condition { input: entry.key.clone(), span: entry.node.span, written, cell })
    }

    fn answers(&self, reader: &mut Reader, rule: &Node) -> Vec<(String, Template)> {
        let Some(then) = rule.get("then") else {
            reader.push(complaint::missing(rule.span, "then"));
            return Vec::new();
        };
        let entries = reader.mapping(then, "then");
        entries.iter().filter_map(|entry| Some((entry.key.clone(), self.answer(reader, entry)?))).collect()
    }

    fn answer(&self, reader: &mut Reader, entry: &Entry) -> Option<Template> {
        let Some(output) = self.outputs.iter().find(|output| output.name == entry.key) else {
            let known = self.outputs.iter().map(|output| output.name.as_str());
            reader.push(complaint::unknown_name(entry.key_span, ("output", "خروجی"), &entry.key, known));
            return None;
        };
        let value = typed(reader, &entry.node, &output.name, output.value_type)?;
        let template = match value.as_str() {
            Some(text) => self.template(reader, &entry.node, text)?,
            None => Template::Literal(value),
        };
        if let Template::Literal(value) = &template {
            within(reader, &entry.node, output, value);
        }
        Some(template)
    }

    fn template(&self, reader: &mut Reader, node: &Node, text: &str) -> Option<Template> {
        let template = match Template::parse(text) {
            Ok(template) => template,
            Err(reason) => {
                reader.push(complaint::bad_placeholder(node.span, reason));
                return None;
            }
        };
        for name in template.inputs() {
            match self.inputs.iter().find(|input| input.name == name) {
                None => {
                    let known = self.inputs.iter().map(|input| input.name.as_str());
                    reader.push(complaint::unknown_name(node.span, ("input", "ورودی"), name, known));
                }
                Some(input) if input.value_type == ValueType::List => {
                    reader.push(complaint::bad_placeholder(node.span, &format!("{name} is a list")));
                }
                Some(_) => {}
            }
        }
        Some(template)
    }
}

/// A cell in one line, as a person would say it.
fn written(node: &Node) -> String {
    match &node.value {
        Value::String(text) => text.clone(),
        Value::Sequence(items) => format!("one of {}", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        Value::Mapping(entries) => {
            let parts = entries.iter().map(|entry| format!("{} {}", entry.key, written(&entry.node)));
            parts.collect::<Vec<_>>().join(", ")
        }
        _ => node.to_json().to_string(),
    }
}

fn duplicates(reader: &mut Reader, rules: &[Rule]) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for rule in rules.iter().filter(|rule| !rule.id.is_empty()) {
        match seen.get(rule.id.as_str()) {
            Some(first) => reader.push(complaint::duplicate_rule(rule.span, &rule.id, *first)),
            None => {
                seen.insert(&rule.id, rule.span);
            }
        }
    }
}

fn catch_all(reader: &mut Reader, place: Span, rules: &[Rule]) {
    let Some((end, others)) = rules.split_last() else {
        return reader.push(complaint::no_catch_all(place));
    };
    for rule in others.iter().filter(|rule| rule.last) {
        reader.push(complaint::bad_catch_all(rule.span, "must be the last rule", "باید آخرین قاعده باشد"));
    }
    if !end.last {
        if !others.iter().any(|rule| rule.last) {
            reader.push(complaint::no_catch_all(place));
        }
    } else if let Some(condition) = end.when.iter().find(|condition| !condition.cell.is_any()) {
        reader.push(complaint::bad_catch_all(condition.span, "can't have conditions", "نمی‌تواند شرط داشته باشد"));
    }
}

fn reached(reader: &mut Reader, rules: &[Rule]) {
    let holds_always = |rule: &&Rule| rule.when.iter().all(|condition| condition.cell.is_any());
    let Some(at) = rules.iter().position(|rule| holds_always(&rule)) else {
        return;
    };
    for below in &rules[at + 1..] {
        reader.push(complaint::never_reached(below.span, &below.id, &rules[at].id));
    }
}
