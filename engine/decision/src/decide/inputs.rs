//! What is given to a table, held against the inputs that it declares.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    fault::Fault,
    limits::INPUT_BYTES_MAX,
    model::{Input, Table},
};

impl Table {
    /// The inputs with defaults, without nulls, each of its type and within its domain.
    pub(crate) fn complete(&self, given: &BTreeMap<String, Value>) -> Result<BTreeMap<String, Value>, Fault> {
        if let Some(unknown) = given.keys().find(|name| self.input(name).is_none()) {
            return Err(Fault::UnknownInput { input: unknown.clone() });
        }
        let mut complete = BTreeMap::new();
        for input in &self.inputs {
            let value = given.get(&input.name).filter(|value| !value.is_null()).or(input.default.as_ref());
            let Some(value) = value else { continue };
            input.check(value)?;
            complete.insert(input.name.clone(), value.clone());
        }
        Ok(complete)
    }
}

impl Input {
    fn check(&self, value: &Value) -> Result<(), Fault> {
        let input = || self.name.clone();
        if !self.value_type.holds(value) {
            let (expected, got) = (self.value_type.name(), kind(value).to_owned());
            return Err(Fault::InputType { input: input(), expected, got });
        }
        if bytes(value) > INPUT_BYTES_MAX {
            return Err(Fault::InputSize { input: input(), bytes_max: INPUT_BYTES_MAX });
        }
        match self.domain().passed(value) {
            Some(limit) => Err(Fault::InputDomain { input: input(), limit }),
            None => Ok(()),
        }
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
