//! Whether the actions that a script returned can be carried out, before any of them is.
//!
//! Knows what the caller says that there is: names of built-in functions with the JSON Schemas of their inputs.

use std::{collections::BTreeMap, fmt};

use jsonschema::Validator;
use peygir_source::suggest;
use serde_json::{Map, Value};

use crate::{fault::Fault, header::problems, library::ACTION};

/// The actions that there are, with what each takes.
pub struct Actions(BTreeMap<String, Validator>);

impl fmt::Debug for Actions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Actions {
    /// Of names and JSON Schemas. A schema that can't be used is told with its name.
    pub fn new<'a>(schemas: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, String> {
        let compiled = schemas.into_iter().map(|(name, schema)| {
            let schema: Value = serde_json::from_str(schema).map_err(|error| format!("{name}: {error}"))?;
            let validator = jsonschema::validator_for(&schema).map_err(|error| format!("{name}: {error}"))?;
            Ok((name.to_owned(), validator))
        });
        compiled.collect::<Result<_, String>>().map(Self)
    }

    /// Checks the answer of a script. It is a list of actions where it is a list and one of its items names one; anything
    /// else is data, and right.
    pub fn check(&self, answer: &Value) -> Result<(), Fault> {
        let items = answer.as_array().map(Vec::as_slice).unwrap_or_default();
        if !items.iter().any(|item| item.get(ACTION).is_some()) {
            return Ok(());
        }
        for (index, item) in items.iter().enumerate() {
            let name = item.get(ACTION).and_then(Value::as_str).unwrap_or_default();
            self.check_one(item).map_err(|reason| Fault::Action {
                number: index + 1,
                action: name.to_owned(),
                reason,
            })?;
        }
        Ok(())
    }

    /// Checks one action, with its name among its members; else says what is wrong with it. No value is repeated.
    pub fn check_one(&self, action: &Value) -> Result<(), String> {
        let Some(name) = action.get(ACTION).and_then(Value::as_str) else {
            return Err("an item of a list of actions has a member \"action\" with its name".to_owned());
        };
        let Some(validator) = self.0.get(name) else {
            let near = suggest(name, self.0.keys().map(String::as_str));
            let near = near.map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
            return Err(format!("there is no such action{near}"));
        };
        let members = action.as_object().into_iter().flatten().filter(|(member, _)| *member != ACTION);
        let members: Map<String, Value> = members.map(|(member, value)| (member.clone(), value.clone())).collect();
        problems(validator, &Value::Object(members))
    }
}
