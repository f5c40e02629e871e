//! Inputs as a sentence, with the titles that the table gives them.

use peygir_calendar::{Jalali, Language, Name, digits};
use serde_json::Value;

use super::Inputs;
use crate::model::{Input, Output, Table};

/// The member of an answer that names the rule.
const RULE: &str = "rule";

/// What people call a value of an input, where whoever asks knows that.
pub type CalledValues<'a> = &'a dyn Fn(&Input, &str) -> Option<Name>;

/// `topic is water, urgent is yes`, in English. Without inputs that matter: `any inputs`.
pub fn inputs_in_words(table: &Table, inputs: &Inputs, asked: &[&str], on: Option<Jalali>) -> String {
    inputs_called(table, inputs, (asked, on), Language::English, &|_, _| None)
}

/// The same in Persian.
pub fn inputs_in_words_fa(table: &Table, inputs: &Inputs, asked: &[&str], on: Option<Jalali>) -> String {
    inputs_called(table, inputs, (asked, on), Language::Persian, &|_, _| None)
}

/// The same in either language, with what their values are called beside them.
pub fn inputs_called(
    table: &Table,
    inputs: &Inputs,
    (asked, on): (&[&str], Option<Jalali>),
    language: Language,
    called: CalledValues<'_>,
) -> String {
    let mut parts = Vec::new();
    for input in table.inputs.iter().filter(|input| asked.contains(&input.name.as_str())) {
        let title = title(input, language == Language::Persian);
        let value = given(inputs, input).map(|value| {
            let called = value.as_str().and_then(|value| called(input, value));
            let called = called.map(|name| format!(" ({})", name.in_language(language)));
            let told = match value {
                // Where a sentence is shown, its whole numbers get their digits.
                Value::Number(number) if !number.is_f64() => number.to_string(),
                value => shown(value, language),
            };
            told + &called.unwrap_or_default()
        });
        parts.push(match (value, language) {
            (None, Language::English) => format!("{title} is not given"),
            (None, Language::Persian) => format!("{title} داده نشده"),
            (Some(value), Language::English) => format!("{title} is {value}"),
            (Some(value), Language::Persian) => format!("{title}: {value}"),
        });
    }
    let (any, between) = match language {
        Language::English => ("any inputs", ", "),
        Language::Persian => ("هر ورودی", "، "),
    };
    if parts.is_empty() {
        parts.push(any.to_owned());
    }
    let told = parts.join(between);
    match (on, language) {
        (Some(day), Language::English) => format!("{told} on {day}"),
        (Some(day), Language::Persian) => format!("{told} در {}", digits::to_persian(&day.to_string())),
        (None, _) => told,
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
    let (language, between) = if persian { (Language::Persian, "، ") } else { (Language::English, ", ") };
    let told = |(name, value): (&String, &Value)| {
        let output = outputs.iter().find(|output| output.name == *name);
        let titled = |name: &Name| name.in_language(language).to_owned();
        let called = output.and_then(|output| output.title.as_ref()).map(titled);
        let called = called.unwrap_or_else(|| match name.as_str() {
            RULE if persian => "قاعده".to_owned(),
            _ => name.clone(),
        });
        let of_value = output.zip(value.as_str()).and_then(|(output, text)| output.titles.get(text)).map(titled);
        let value = of_value.map_or_else(|| value.clone(), Value::from);
        format!("{called} {}", shown(&value, language))
    };
    members.iter().map(told).collect::<Vec<_>>().join(between)
}

pub(crate) fn title(input: &Input, persian: bool) -> String {
    match &input.title {
        Some(title) if persian => title.fa.clone(),
        Some(title) => title.en.clone(),
        None => input.name.to_string(),
    }
}

/// A value in the quotes of a language, with its words for yes and no, and its digits.
pub(crate) fn shown(value: &Value, language: Language) -> String {
    match (value, language) {
        (Value::Bool(flag), Language::English) => if *flag { "yes" } else { "no" }.to_owned(),
        (Value::Bool(flag), Language::Persian) => if *flag { "بله" } else { "خیر" }.to_owned(),
        (Value::String(text), Language::English) => format!("\"{text}\""),
        (Value::String(text), Language::Persian) => format!("«{text}»"),
        (Value::Number(number), Language::Persian) => digits::to_persian_number(&number.to_string()),
        (Value::Array(items), _) => {
            let items: Vec<String> = items.iter().map(|item| shown(item, language)).collect();
            format!("[{}]", items.join(if language == Language::Persian { "، " } else { ", " }))
        }
        (other, _) => other.to_string(),
    }
}
