//! Deciding: the first rule whose every cell holds answers, and all that was looked at is told along.

use std::collections::BTreeMap;

use peygir_source::Span;
use serde_json::{Map, Value};

use crate::{
    cell::Facts,
    fault::Fault,
    limits::INPUT_BYTES_MAX,
    model::{Condition, Output, Rule, Table},
    value_type::ValueType,
};

/// What a table answered, with all that is needed to say why.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    pub table: String,
    pub version: String,
    /// Id of the rule that answered.
    pub rule: String,
    /// The outputs, an object.
    pub outputs: Value,
    /// The inputs as cells saw them, defaults filled in.
    pub inputs: BTreeMap<String, Value>,
    /// The cells of the rule that answered, as written, by input.
    pub because: BTreeMap<String, String>,
    /// The rules above it, in order, each with the first cell that did not hold.
    pub not_fired: Vec<NotFired>,
}

/// A rule that did not answer and the cell that stopped it.
#[derive(Debug, Clone, PartialEq)]
pub struct NotFired {
    pub rule: String,
    pub input: String,
    /// The cell as written.
    pub cell: String,
    pub span: Span,
}

impl Table {
    /// Decides over `inputs`, by name. Null and absent are the same: the default, or no value. An input that the
    /// table does not have, or of another type than declared, is a fault.
    pub fn decide(&self, inputs: &BTreeMap<String, Value>) -> Result<Decision, Fault> {
        let inputs = self.complete(inputs)?;
        let texts: Vec<&str> = self
            .inputs
            .iter()
            .filter(|input| input.value_type == ValueType::Text)
            .map(|input| input.name.as_str())
            .collect();
        let facts = Facts::new(&inputs, &texts, self.search_key);
        let mut not_fired = Vec::new();
        for rule in &self.rules {
            match rule.first_failing(&facts)? {
                Some(condition) => not_fired.push(NotFired {
                    rule: rule.id.clone(),
                    input: condition.input.clone(),
                    cell: condition.written.clone(),
                    span: condition.span,
                }),
                None => {
                    let outputs = self.answer(rule, &inputs)?;
                    return Ok(self.decision(rule, outputs, inputs, not_fired));
                }
            }
        }
        unreachable!("reading refuses a table whose last rule is no catch-all")
    }

    fn decision(
        &self,
        rule: &Rule,
        outputs: Value,
        inputs: BTreeMap<String, Value>,
        not_fired: Vec<NotFired>,
    ) -> Decision {
        let because = rule.when.iter().map(|condition| (condition.input.clone(), condition.written.clone())).collect();
        Decision {
            table: self.id.clone(),
            version: self.version.to_string(),
            rule: rule.id.clone(),
            outputs,
            inputs,
            because,
            not_fired,
        }
    }

    /// The inputs with defaults, without nulls, each of its type.
    fn complete(&self, given: &BTreeMap<String, Value>) -> Result<BTreeMap<String, Value>, Fault> {
        if let Some(unknown) = given.keys().find(|name| self.input(name).is_none()) {
            return Err(Fault::UnknownInput { input: unknown.clone() });
        }
        let mut complete = BTreeMap::new();
        for input in &self.inputs {
            let value = given.get(&input.name).filter(|value| !value.is_null()).or(input.default.as_ref());
            let Some(value) = value else { continue };
            if !input.value_type.holds(value) {
                return Err(Fault::InputType {
                    input: input.name.clone(),
                    expected: input.value_type.name(),
                    got: kind(value).to_owned(),
                });
            }
            if bytes(value) > INPUT_BYTES_MAX {
                return Err(Fault::InputSize { input: input.name.clone(), bytes_max: INPUT_BYTES_MAX });
            }
            complete.insert(input.name.clone(), value.clone());
        }
        Ok(complete)
    }

    fn answer(&self, rule: &Rule, inputs: &BTreeMap<String, Value>) -> Result<Value, Fault> {
        let mut outputs = Map::new();
        for output in &self.outputs {
            let written = rule.then.iter().find(|(name, _)| *name == output.name);
            let value = match written {
                Some((_, template)) => Some(template.fill(inputs).map_err(|input| Fault::Placeholder {
                    rule: rule.id.clone(),
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

impl Rule {
    fn first_failing(&self, facts: &Facts) -> Result<Option<&Condition>, Fault> {
        for condition in &self.when {
            let holds = condition.cell.holds(&condition.input, facts);
            if !holds.map_err(|fault| Fault::of_cell(&self.id, &condition.input, fault))? {
                return Ok(Some(condition));
            }
        }
        Ok(None)
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

/// What a value is, in the words of the table. Never the value itself: it may be personal.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

fn bytes(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(|item| item.as_str().map_or(0, str::len)).sum(),
        _ => 0,
    }
}
