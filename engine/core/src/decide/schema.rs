//! Schemas of inputs, outputs and exports.

use serde_json::Value;

use crate::error::Kind;
use crate::{Data, Error};

/// Problems named in one error; more are only counted.
const PROBLEMS_MAX: usize = 5;

/// Checks a value against a JSON Schema 2020-12. A schema can refer to itself only: nothing is fetched.
pub(super) fn validate(schema: &Value, value: &Value) -> Result<(), String> {
    let validator = jsonschema::validator_for(schema).map_err(|error| format!("the schema can't be used: {error}"))?;
    let mut problems: Vec<String> = validator
        .iter_errors(value)
        .map(|problem| {
            let place = problem.instance_path().to_string();
            // The value itself may be personal data and is left out of the text.
            format!("{}: {}", if place.is_empty() { "/" } else { &place }, problem.masked())
        })
        .collect();
    if problems.is_empty() {
        return Ok(());
    }
    let more = problems.len().saturating_sub(PROBLEMS_MAX);
    problems.truncate(PROBLEMS_MAX);
    let rest = if more > 0 { format!("; and {more} more") } else { String::new() };
    Err(format!("{}{rest}", problems.join("; ")))
}

/// The same as the fault of a flow; without a schema everything is valid.
pub(super) fn check(schema: Option<&Value>, data: &Data) -> Result<(), Error> {
    schema.map_or(Ok(()), |schema| {
        validate(schema, data.value()).map_err(|problem| Error::new(Kind::Validation, problem))
    })
}
