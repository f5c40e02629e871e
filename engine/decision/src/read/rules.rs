//! The rules of a table: ids, cells, answers, and the catch-all at the end.

use std::{collections::BTreeMap, sync::Arc};

use peygir_source::{Entry, Node, Span, Value};

use super::{
    cells::Column,
    columns::typed,
    fields::{NAME_FORM, Reader, is_slug},
};
use crate::{
    complaint,
    label::Label,
    limits::{PRIORITY_MAX, RULES_MAX},
    model::{BASE, Condition, Hit, Input, LayerRef, Output, Rule, because},
    normalise::SearchKey,
    output::Template,
    value_type::ValueType,
};

const MEMBERS: &[&str] =
    &["id", "title", "note", "description", "locked", "last", "unexpected", "priority", "effective", "when", "then"];

pub(super) fn read(reader: &mut Reader, table: &Node, context: &Context<'_>) -> Vec<Rule> {
    let items = reader.list(table, "rules", RULES_MAX);
    let read = items.iter().filter_map(|item| Some((context.rule(reader, item)?, item)));
    let (rules, written): (Vec<Rule>, Vec<&Node>) = read.unzip();
    duplicates(reader, &rules);
    let place = table.entry("rules").map_or(table.span, |entry| entry.key_span);
    catch_all(reader, place, &rules);
    if context.hit == Hit::First {
        reached(reader, &rules, &written);
    }
    rules
}

/// What rules are read against.
pub(crate) struct Context<'a> {
    pub inputs: &'a [Input],
    pub outputs: &'a [Output],
    pub search_key: SearchKey,
    pub hit: Hit,
    /// The layer that the rules belong to, and its file.
    pub layer: usize,
    pub file: &'a Label,
    /// The layers so far, where there are several.
    pub layers: &'a [LayerRef],
}

impl Context<'_> {
    pub fn rule(&self, reader: &mut Reader, node: &Node) -> Option<Rule> {
        reader.members(node, "the rule", MEMBERS);
        node.entries()?;
        let id = reader.required_text(node, "id").unwrap_or_default();
        let span = node.get("id").map_or(node.span, |id| id.span);
        if !id.is_empty() && !is_slug(&id) {
            reader.push(complaint::bad_name(span, &id, NAME_FORM));
        }
        let title = reader.name(node, "title");
        reader.text(node, "description");
        let last = reader.flag(node, "last");
        let when = self.conditions(reader, node);
        let then = self.answers(reader, node);
        self.required_outputs(reader, node, &id, span);
        let own = reader.window(node);
        Some(Rule {
            id: id.into(),
            span,
            file: self.file.clone(),
            layer: self.layer,
            changed_by: None,
            changed_at: None,
            locked: reader.flag(node, "locked"),
            last,
            unexpected: unexpected(reader, node, last),
            priority: self.priority(reader, node, last),
            title,
            note: reader.text(node, "note"),
            effective: own,
            except: Vec::new(),
            own,
            bound: None,
            because: because(&when),
            when,
            then,
        })
    }

    /// Every output without a default must be answered.
    pub fn required_outputs(&self, reader: &mut Reader, rule: &Node, id: &str, span: Span) {
        for output in self.outputs {
            let answered = rule.get("then").is_some_and(|then| then.get(&output.name).is_some());
            if output.required && output.default.is_none() && !answered {
                reader.push(complaint::unset_output(span, id, &output.name));
            }
        }
    }

    fn priority(&self, reader: &mut Reader, rule: &Node, last: bool) -> u16 {
        let Some(node) = rule.get("priority") else { return 0 };
        if self.hit != Hit::Priority {
            let reason = ("only tables with hit: priority rank their rules", "فقط جدول‌های hit: priority اولویت دارند");
            reader.push(complaint::no_meaning(node.span, "priority", reason));
        } else if last {
            let reason = (
                "the catch-all answers where no other rule holds",
                "قاعدهٔ فراگیر وقتی پاسخ می‌دهد که هیچ قاعده‌ای برقرار نباشد",
            );
            reader.push(complaint::no_meaning(node.span, "priority", reason));
        }
        let written = match &node.value {
            Value::Number(number) => number.as_u64().and_then(|number| u16::try_from(number).ok()),
            _ => None,
        };
        written.filter(|priority| *priority <= PRIORITY_MAX).unwrap_or_else(|| {
            let form = format!("a whole number from 0 to {PRIORITY_MAX}");
            reader.push(complaint::shape(node.span, "priority", &form, &format!("عددی درست از ۰ تا {PRIORITY_MAX}")));
            0
        })
    }

    /// `when` of a rule, or of what an overlay puts in its place.
    pub fn conditions(&self, reader: &mut Reader, rule: &Node) -> Vec<Condition> {
        let Some(when) = rule.get("when") else {
            return Vec::new();
        };
        let entries = reader.mapping(when, "when");
        entries.iter().filter_map(|entry| self.condition(reader, entry)).collect()
    }

    fn condition(&self, reader: &mut Reader, entry: &Entry) -> Option<Condition> {
        let Some(at) = self.inputs.iter().position(|input| input.name == entry.key) else {
            let known = self.inputs.iter().map(|input| input.name.as_str());
            reader.push(complaint::unknown_name(entry.key_span, ("input", "ورودی"), &entry.key, known));
            return None;
        };
        let column = Column { input: &self.inputs[at], inputs: self.inputs, search_key: self.search_key };
        let cell = column.read(reader, &entry.node)?;
        let (input, written) = (entry.key.as_str().into(), written(&entry.node).into());
        let source = Arc::new(entry.node.to_json());
        Some(Condition { input, span: entry.node.span, layer: self.layer, written, source, cell, at })
    }

    /// `then` of a rule, or of what an overlay puts in its place.
    pub fn answers(&self, reader: &mut Reader, rule: &Node) -> Vec<(String, Template)> {
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
        if let Template::Literal(value) = &template
            && let Some(limit) = output.domain().passed(value)
        {
            let whose = output.limited_by.or((self.layer > BASE).then_some(BASE));
            let layer = whose.and_then(|layer| self.layers.get(layer));
            reader.push(complaint::outside_limits(entry.node.span, &output.name, &limit, layer));
        }
        Some(template)
    }

    fn template(&self, reader: &mut Reader, node: &Node, text: &str) -> Option<Template> {
        let template = match Template::parse(text) {
            Ok(template) => template,
            Err((reason, reason_fa)) => {
                reader.push(complaint::bad_placeholder(node.span, reason, reason_fa));
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
                    reader.push(complaint::bad_placeholder(
                        node.span,
                        &format!("{name} is a list"),
                        &format!("{name} فهرست است"),
                    ));
                }
                Some(_) => {}
            }
        }
        Some(template)
    }
}

fn unexpected(reader: &mut Reader, rule: &Node, last: bool) -> bool {
    let unexpected = reader.flag(rule, "unexpected");
    if let Some(node) = rule.get("unexpected").filter(|_| !last) {
        let reason = ("only a catch-all (last: true) can be unexpected", "فقط قاعدهٔ فراگیر (last: true) آن را می‌پذیرد");
        reader.push(complaint::no_meaning(node.span, "unexpected", reason));
    }
    unexpected
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
    for rule in rules.iter().filter(|rule| rule.last && rule.effective.is_some()) {
        reader.push(complaint::bad_catch_all(rule.span, "is in force every day", "هر روز برقرار است و تاریخ نمی‌پذیرد"));
    }
    if !end.last {
        if !others.iter().any(|rule| rule.last) {
            reader.push(complaint::no_catch_all(place));
        }
    } else if let Some(condition) = end.when.iter().find(|condition| !condition.cell.is_any()) {
        reader.push(complaint::bad_catch_all(condition.span, "can't have conditions", "نمی‌تواند شرط داشته باشد"));
    }
}

/// Rules below one that asks nothing. One with a cell or a date that can't be read asks for something, though nobody knows
/// for what: nothing is concluded from it.
fn reached(reader: &mut Reader, rules: &[Rule], written: &[&Node]) {
    let is_whole = |rule: &Rule, node: &Node| {
        let cells = node.get("when").map_or(Some(0), |when| Some(when.entries()?.len()));
        cells == Some(rule.when.len()) && (node.get("effective").is_none() || rule.effective.is_some())
    };
    let asks_nothing =
        |(rule, node): (&Rule, &&Node)| is_whole(rule, node) && rule.asks_nothing() && rule.effective.is_none();
    let Some(at) = rules.iter().zip(written).position(asks_nothing) else {
        return;
    };
    for below in &rules[at + 1..] {
        reader.push(complaint::never_reached(below.span, &below.id, &rules[at].id));
    }
}
