//! Deciding: the rules that hold answer as the hit policy says, and all that was looked at is told along.

mod inputs;
mod pick;

use std::{collections::BTreeMap, sync::Arc};

use peygir_calendar::Jalali;
use peygir_source::Span;
use serde_json::{Map, Value};

use crate::{
    cell::Facts,
    fault::Fault,
    label::Label,
    model::{Because, Hit, LayerRef, Output, Rule, Table},
};

/// What a table answered, with all that is needed to say why.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    pub table: Label,
    /// Version of the base.
    pub version: Label,
    /// What the table was merged from, the base first.
    pub layers: Arc<[LayerRef]>,
    /// Id of the rule that answered; with `hit: collect` the first of them.
    pub rule: Label,
    /// All rules that answered: one, or with `hit: collect` one and more.
    pub fired: Vec<Fired>,
    /// The outputs: an object, or with `hit: collect` an array of objects, one for each rule that answered.
    pub outputs: Value,
    /// The inputs as cells saw them, defaults filled in.
    pub inputs: BTreeMap<String, Value>,
    /// The cells of the first rule that answered, as written, by input.
    pub because: Because,
    /// The rules that were looked at and did not answer, in order, each with what stopped it. With `hit: first` these
    /// are the rules above the one that answered. A catch-all that was not needed is not among them.
    pub not_fired: Vec<NotFired>,
}

/// A rule that answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Fired {
    pub rule: Label,
    /// The layer it was born in, an index of [`Decision::layers`].
    pub layer: usize,
    /// The overlay that replaced parts of it.
    pub changed_by: Option<usize>,
    /// Its cells as written, by input.
    pub because: Because,
}

/// A rule that did not answer.
#[derive(Debug, Clone, PartialEq)]
pub struct NotFired {
    pub rule: Label,
    /// The layer it was born in, an index of [`Decision::layers`].
    pub layer: usize,
    pub why: WhyNot,
}

/// What stopped a rule.
#[derive(Debug, Clone, PartialEq)]
pub enum WhyNot {
    /// The first cell that did not hold, as written.
    Cell { input: Label, cell: Label, span: Span },
    /// The day is none of the rule's days.
    NotInForce,
    /// It held, but another one answered.
    Outranked,
}

impl Table {
    /// Decides over `inputs`, by name, on the day `on`. Null and absent are the same: the default, or no value. An
    /// input that the table does not have, of another type than declared, or outside its domain is a fault.
    pub fn decide(&self, inputs: &BTreeMap<String, Value>, on: Jalali) -> Result<Decision, Fault> {
        if let Some(window) = self.effective.filter(|window| !window.contains(on)) {
            return Err(Fault::NotInForce { table: self.id.to_string(), on, window });
        }
        let inputs = self.complete(inputs)?;
        let picked = self.pick(&Facts::new(self, &inputs), on)?;
        let first = picked.rules.first().expect("a table has a catch-all, which answers where no other rule does");
        let outputs = match self.hit {
            Hit::Collect => picked.rules.iter().map(|rule| self.answer(rule, &inputs)).collect::<Result<_, _>>()?,
            Hit::First | Hit::Unique | Hit::Priority => self.answer(first, &inputs)?,
        };
        Ok(Decision {
            table: self.id.clone(),
            version: self.written_version.clone(),
            layers: self.layers.clone(),
            rule: first.id.clone(),
            because: first.because.clone(),
            fired: picked.rules.iter().map(|rule| Fired::of(rule)).collect(),
            outputs,
            inputs,
            not_fired: picked.not_fired,
        })
    }

    fn answer(&self, rule: &Rule, inputs: &BTreeMap<String, Value>) -> Result<Value, Fault> {
        let mut outputs = Map::new();
        for output in &self.outputs {
            let written = rule.then.iter().find(|(name, _)| *name == output.name);
            let value = match written {
                Some((_, template)) => Some(template.fill(inputs).map_err(|input| Fault::Placeholder {
                    rule: rule.id.to_string(),
                    output: output.name.clone(),
                    input,
                })?),
                None => output.default.clone(),
            };
            if let Some(value) = value {
                output.check_value(&rule.id, &value)?;
                outputs.insert(output.name.clone(), value);
            }
        }
        Ok(Value::Object(outputs))
    }
}

impl Fired {
    fn of(rule: &Rule) -> Self {
        Self { rule: rule.id.clone(), layer: rule.layer, changed_by: rule.changed_by, because: rule.because.clone() }
    }
}

impl Output {
    /// Literals were checked when the table was read; a filled text can only be checked now.
    fn check_value(&self, rule: &str, value: &Value) -> Result<(), Fault> {
        if self.values.is_empty() || self.values.contains(value) {
            return Ok(());
        }
        Err(Fault::OutputValue { rule: rule.to_owned(), output: self.name.clone(), got: value.to_string() })
    }
}
