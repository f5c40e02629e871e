//! Deciding: the rules that hold answer as the hit policy says, and all that was looked at is told along.

mod inputs;
mod pick;
mod stopped;

use std::{collections::BTreeMap, sync::Arc};

use peygir_calendar::Jalali;
use peygir_source::Span;
use serde_json::{Map, Value};

use self::pick::Picked;
pub use self::stopped::Stopped;
pub(crate) use self::stopped::Stops;
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
    pub not_fired: Stopped,
    /// What failed without deciding anything: rules whose expression failed while a locked rule answered, or while they
    /// were outranked anyway. Somebody has to mend them.
    pub faults: Vec<Fault>,
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
    /// It could not be said whether it holds, or what it answers: [`Decision::faults`] tells why.
    Faulted,
}

impl Table {
    /// Decides over `inputs`, by name, on the day `on`. Null and absent are the same: the default, or no value. An
    /// input that the table does not have, of another type than declared, or outside its domain is a fault.
    pub fn decide(&self, inputs: &BTreeMap<String, Value>, on: Jalali) -> Result<Decision, Fault> {
        if let Some(window) = self.effective.filter(|window| !window.contains(on)) {
            return Err(Fault::NotInForce { table: self.id.to_string(), on, window });
        }
        let inputs = self.complete(inputs)?;
        let mut picked = self.pick(&Facts::new(self, &inputs), on)?;
        let outputs = match self.hit {
            Hit::Collect => self.answers(&mut picked, &inputs)?,
            Hit::First | Hit::Unique | Hit::Priority => self.answer(picked.first(), &inputs)?,
        };
        let first = picked.first();
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
            faults: picked.faults,
        })
    }

    /// The answers of all rules that hold. One that can't be made is left out where a locked rule answers: a fault never
    /// takes away what that one says.
    fn answers(&self, picked: &mut Picked<'_>, inputs: &BTreeMap<String, Value>) -> Result<Value, Fault> {
        let made: Vec<_> = picked.rules.iter().map(|rule| self.answer(rule, inputs)).collect();
        let has_lock = picked.rules.iter().zip(&made).any(|(rule, answer)| rule.is_lock() && answer.is_ok());
        let mut answers = Vec::with_capacity(made.len());
        let mut kept = Vec::with_capacity(made.len());
        for (rule, answer) in std::mem::take(&mut picked.rules).into_iter().zip(made) {
            match answer {
                Ok(answer) => {
                    answers.push(answer);
                    kept.push(rule);
                }
                Err(fault) if has_lock => picked.leave_out(self, rule, fault),
                Err(fault) => return Err(fault),
            }
        }
        picked.rules = kept;
        Ok(answers.into())
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
