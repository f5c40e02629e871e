//! Inputs as a sentence, with the titles that the table gives them.

use peygir_calendar::{Jalali, digits};
use serde_json::Value;

use super::Inputs;
use crate::model::{Input, Table};

/// `topic is water, urgent is yes`, in English. Without inputs that matter: `any inputs`.
pub fn inputs_in_words(table: &Table, inputs: &Inputs, asked: &[&str], on: Option<Jalali>) -> String {
    let mut parts = Vec::new();
    for input in table.inputs.iter().filter(|input| asked.contains(&input.name.as_str())) {
        let title = title(input, false);
        match given(inputs, input) {
            None => parts.push(format!("{title} is not given")),
            Some(value) => parts.push(format!("{title} is {}", shown(value, ", ", ("yes", "no"), ('"', '"')))),
        }
    }
    if parts.is_empty() {
        parts.push("any inputs".to_owned());
    }
    match on {
        Some(day) => format!("{} on {day}", parts.join(", ")),
        None => parts.join(", "),
    }
}

/// The same in Persian.
pub fn inputs_in_words_fa(table: &Table, inputs: &Inputs, asked: &[&str], on: Option<Jalali>) -> String {
    let mut parts = Vec::new();
    for input in table.inputs.iter().filter(|input| asked.contains(&input.name.as_str())) {
        let title = title(input, true);
        match given(inputs, input) {
            None => parts.push(format!("{title} داده نشده")),
            Some(value) => parts.push(format!("{title}: {}", shown(value, "، ", ("بله", "خیر"), ('«', '»')))),
        }
    }
    if parts.is_empty() {
        parts.push("هر ورودی".to_owned());
    }
    match on {
        Some(day) => format!("{} در {}", parts.join("، "), digits::to_persian(&day.to_string())),
        None => parts.join("، "),
    }
}

fn given<'a>(inputs: &'a Inputs, input: &'a Input) -> Option<&'a Value> {
    inputs.get(input.name.as_str()).filter(|value| !value.is_null()).or(input.default.as_ref())
}

pub(super) fn title(input: &Input, persian: bool) -> String {
    match &input.title {
        Some(title) if persian => title.fa.clone(),
        Some(title) => title.en.clone(),
        None => input.name.to_string(),
    }
}

fn shown(value: &Value, between: &str, (yes, no): (&str, &str), (open, close): (char, char)) -> String {
    match value {
        Value::Bool(true) => yes.to_owned(),
        Value::Bool(false) => no.to_owned(),
        Value::String(text) => format!("{open}{text}{close}"),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| shown(item, between, (yes, no), (open, close))).collect();
            format!("[{}]", items.join(between))
        }
        other => other.to_string(),
    }
}
