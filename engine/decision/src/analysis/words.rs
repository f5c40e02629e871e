//! Inputs as a sentence, with the titles that the table gives them.

use peygir_calendar::{Jalali, Name, digits};
use serde_json::Value;

use super::Inputs;
use crate::model::{Input, Output, Table};

/// The member of an answer that names the rule.
const RULE: &str = "rule";

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

/// What a table answers, by its members: `agency "gas", workingDays 3`. Of a fault its own words.
pub(crate) fn answer_in_words(outputs: &[Output], answer: &Value, persian: bool) -> String {
    let Value::Object(members) = answer else {
        return answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
    };
    let told = |(name, value): (&String, &Value)| {
        let output = outputs.iter().find(|output| output.name == *name);
        let titled = |name: &Name| if persian { name.fa.clone() } else { name.en.clone() };
        let called = output.and_then(|output| output.title.as_ref()).map(titled);
        let called = called.unwrap_or_else(|| match name.as_str() {
            RULE if persian => "قاعده".to_owned(),
            _ => name.clone(),
        });
        let of_value = output.zip(value.as_str()).and_then(|(output, text)| output.titles.get(text)).map(titled);
        let value = of_value.map_or_else(|| value.clone(), Value::from);
        let value = match (&value, persian) {
            (Value::Number(number), true) => digits::to_persian(&number.to_string()),
            (value, true) => shown(value, "، ", ("بله", "خیر"), ('«', '»')),
            (value, false) => shown(value, ", ", ("yes", "no"), ('"', '"')),
        };
        format!("{called} {value}")
    };
    members.iter().map(told).collect::<Vec<_>>().join(if persian { "، " } else { ", " })
}

pub(crate) fn title(input: &Input, persian: bool) -> String {
    match &input.title {
        Some(title) if persian => title.fa.clone(),
        Some(title) => title.en.clone(),
        None => input.name.to_string(),
    }
}

/// A value in quotes of a language, with its words for yes and no.
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
