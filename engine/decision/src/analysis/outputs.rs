//! What rules answer: whether two answer alike, and whether an answer passes the limits of its output.

use std::collections::BTreeMap;

use peygir_calendar::Jalali;
use serde_json::Value;

use super::{
    Finding, Inputs,
    space::{Point, Reply, Space},
};
use crate::{
    cell::Cell,
    decide::Decision,
    fault::Fault,
    model::{Condition, Output, Rule, Table},
    output::Template,
    value_type::ValueType,
};

/// Most fillings of one text that are looked at.
const FILLINGS_MAX: usize = 200;
/// A text that an input without declared values may well have.
const ANY_TEXT: &str = "x";

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

/// Whether some answer of the rule has to be filled.
pub(super) fn is_text(rule: &Rule) -> bool {
    rule.then.iter().any(|(_, template)| template.inputs().next().is_some())
}

/// Answers as they are written that pass the limits of their output. Reading and merging refuse most of them.
pub(super) fn outside(table: &Table) -> Vec<Finding> {
    let mut found = Vec::new();
    for rule in &table.rules {
        for output in &table.outputs {
            if let Some(Template::Literal(value)) = answer(table, rule, &output.name)
                && output.domain().passed(&value).is_some()
            {
                let (rule, output) = (rule.id.to_string(), output.name.clone());
                found.push(Finding::OutsideLimits { rule, output, value, witness: None });
            }
        }
    }
    found.dedup();
    found
}

/// Texts that pass the limits of their output or have nothing to be filled with, of rows of the space that were reached. They are
/// filled with what the rule's own cells let through, and each finding was decided.
pub(super) fn filled(space: &Space, rows: &[&Rule], reached: &[(usize, Point)]) -> Vec<Finding> {
    let cells = space.table.rules.iter().flat_map(|rule| &rule.when).map(|part| part.cell.size()).sum();
    let mut found = Vec::new();
    let mut unfilled: Vec<Finding> = Vec::new();
    for (place, rule) in rows.iter().enumerate().filter(|(_, rule)| is_text(rule)) {
        let Some((_, point)) = reached.iter().find(|(at, _)| *at == place) else { continue };
        if space.effort.is_spent() {
            found.push(Finding::NotAnalysed { rule: rule.id.to_string(), input: None, is_limit: true });
            continue;
        }
        let fillings = Fillings { space, rule, place, on: point.on, names: placeholders(rule), cells };
        let begun = fillings.begun(&point.inputs);
        found.extend(fillings.outside(&begun));
        fillings.unfilled(&begun).into_iter().for_each(|one| gather(&mut unfilled, one));
    }
    found.dedup();
    found.extend(unfilled);
    found
}

/// The inputs that a rule's answers are filled with, each once.
fn placeholders(rule: &Rule) -> Vec<&str> {
    let mut names: Vec<&str> = rule.then.iter().flat_map(|(_, template)| template.inputs()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// What may be missing is told once for all rules that need it; what is certainly missing, for each rule.
pub(super) fn gather(found: &mut Vec<Finding>, one: Finding) {
    let Finding::Unfilled { input, rules, is_certain: false, .. } = &one else { return found.push(one) };
    let known = found.iter_mut().find_map(|known| match known {
        Finding::Unfilled { input: other, rules, is_certain: false, .. } if other == input => Some(rules),
        _ => None,
    });
    match known {
        Some(known) => known.extend(rules.iter().cloned()),
        None => found.push(one),
    }
}

/// Inputs that reach one rule, with other values where its answers are filled with them.
struct Fillings<'a> {
    space: &'a Space<'a>,
    rule: &'a Rule,
    /// Its place in the space.
    place: usize,
    on: Jalali,
    names: Vec<&'a str>,
    /// What one decision costs.
    cells: u64,
}

impl Fillings<'_> {
    fn table(&self) -> &Table {
        self.space.table
    }

    /// What the table makes of the inputs; none where there has been work enough.
    fn decide(&self, inputs: &Inputs) -> Option<Result<Decision, Fault>> {
        self.space.effort.charge(self.cells);
        (!self.space.effort.is_spent()).then(|| self.table().decide(inputs, self.on))
    }

    /// Inputs that give every text something, as far as the rule still answers them.
    fn begun(&self, inputs: &Inputs) -> Inputs {
        let mut begun = inputs.clone();
        for name in self.names.iter().filter(|name| !inputs.contains_key(**name)) {
            let with = |value: &Value| self.with(&begun, name, Some(value));
            let fits = |inputs: &Inputs| match self.decide(inputs) {
                Some(Ok(decision)) => decision.fired.iter().any(|fired| fired.rule == self.rule.id),
                Some(Err(fault)) => fault.rule() == Some(&*self.rule.id),
                None => false,
            };
            if let Some(filled) = self.values(name).iter().filter_map(with).find(fits) {
                begun = filled;
            }
        }
        begun
    }

    /// The inputs with this value; none where another input that is read from the same place is at odds with it.
    fn with(&self, inputs: &Inputs, name: &str, value: Option<&Value>) -> Option<Inputs> {
        let at = self.table().inputs.iter().position(|input| input.name == name)?;
        let mut inputs = inputs.clone();
        self.space.set(&mut inputs, self.space.dimensions[at].at, value);
        self.space.at_odds(&inputs).is_none().then_some(inputs)
    }

    /// Outputs that some filling takes past their values.
    fn outside(&self, begun: &Inputs) -> Vec<Finding> {
        let has_values = |output: &&Output| !output.values.is_empty();
        let texts = self.rule.then.iter().filter(|(_, template)| template.inputs().next().is_some());
        let limited = texts.filter_map(|(name, template)| {
            let output = self.table().outputs.iter().find(|output| output.name == *name).filter(has_values)?;
            Some((output, template))
        });
        limited.filter_map(|(output, template)| self.outside_of(output, template, begun)).collect()
    }

    fn outside_of(&self, output: &Output, text: &Template, begun: &Inputs) -> Option<Finding> {
        let mut fillings = vec![begun.clone()];
        for name in text.inputs() {
            let values = self.values(name);
            let filled = fillings.iter().flat_map(|inputs| {
                let with = |value: &Value| self.with(inputs, name, Some(value));
                values.iter().filter_map(with).chain([inputs.clone()]).collect::<Vec<_>>()
            });
            fillings = filled.take(FILLINGS_MAX).collect();
        }
        let (value, inputs) = fillings.iter().find_map(|inputs| match self.decide(inputs)? {
            Err(Fault::OutputValue { rule, output: name, .. }) if *self.rule.id == *rule && output.name == name => {
                Some((text.fill(&self.table().complete(inputs).ok()?).ok()?, inputs.clone()))
            }
            _ => None,
        })?;
        let (rule, output) = (self.rule.id.to_string(), output.name.clone());
        Some(Finding::OutsideLimits { rule, output, value, witness: Some((inputs, self.on)) })
    }

    /// Inputs that may have no value where the rule needs one.
    fn unfilled(&self, begun: &Inputs) -> Vec<Finding> {
        let missing = self.names.iter().filter_map(|name| {
            let witness = self.with(begun, name, None)?;
            let fault = self.decide(&witness)?.err()?;
            let is_it =
                matches!(&fault, Fault::Placeholder { rule, input, .. } if *self.rule.id == **rule && input == name);
            is_it.then(|| Finding::Unfilled {
                input: (*name).to_owned(),
                rules: vec![self.rule.id.to_string()],
                witness,
                on: self.on,
                is_certain: self.never_has(name),
            })
        });
        missing.collect()
    }

    /// Whether the rule holds for no inputs in which this one has a value.
    fn never_has(&self, name: &str) -> bool {
        let at = self.table().inputs.iter().position(|input| input.name == name);
        let Some((at, compiled)) = at.zip(self.space.rules.get(self.place)) else { return false };
        let has_value = self.space.only(at, self.space.dimensions[at].present());
        matches!(self.space.ask(compiled.may_hold().iter().chain([&has_value])), Reply::Never)
    }

    /// Values of an input that may reach the rule: those declared, those that its cell names, and of an open one any.
    fn values(&self, name: &str) -> Vec<Value> {
        let Some(input) = self.table().input(name) else { return Vec::new() };
        let mut values = input.values.clone();
        let cell = self.rule.when.iter().find(|part| part.input == *name).map(|part| &part.cell);
        if let Some(cell) = cell {
            named(cell, &mut values);
        }
        if input.values.is_empty() {
            values.push(match input.value_type {
                ValueType::String | ValueType::Text | ValueType::List => ANY_TEXT.into(),
                ValueType::Boolean => true.into(),
                ValueType::Integer | ValueType::Number => input.max.clone().or(input.min.clone()).unwrap_or(1.into()),
            });
        }
        values
    }
}

fn named(cell: &Cell, values: &mut Vec<Value>) {
    match cell {
        Cell::Equals(text) | Cell::KeyEquals(text) => values.push(text.as_str().into()),
        Cell::Boolean(flag) => values.push((*flag).into()),
        Cell::OneOf(cells) => cells.iter().for_each(|cell| named(cell, values)),
        _ => {}
    }
}
