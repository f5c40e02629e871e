//! Columns and their values by the names that people use.

use peygir_decision::{Input, Output};
use serde_json::Value;

use super::Teller;
use crate::text::{Words, isolated, plain};
use crate::titles::{Title, Titles};

/// Longest list of values that a sentence names one by one.
const NAMED_MAX: usize = 12;

/// What the values of a column are ids of, by its name or by where it comes from.
pub fn kind(name: &str, from: &str) -> Option<Title> {
    let last = from.rsplit('.').next().unwrap_or(from);
    [name, last].into_iter().find_map(|name| match name {
        "topic" => Some(Title::Topic),
        "province" => Some(Title::Province),
        "county" => Some(Title::County),
        "agency" => Some(Title::Agency),
        "managerRole" | "role" => Some(Title::Role),
        _ => None,
    })
}

/// A value as it stands in a sentence: by its title, as a number, or quoted as it is written.
pub(super) fn value(titles: &dyn Titles, words: Words, kind: Option<Title>, value: &Value) -> String {
    match value {
        Value::Null => words.say("value-null"),
        Value::Bool(true) => words.say("value-true"),
        Value::Bool(false) => words.say("value-false"),
        Value::Number(number) => words.number(number),
        Value::String(text) => {
            let title = kind.and_then(|kind| titles.title(kind, text));
            let shown = title.map_or_else(|| isolated(text), |title| isolated(title.in_language(words.language)));
            words.with("quoted", [("text", shown.into())])
        }
        Value::Array(items) => {
            let mut parts: Vec<String> =
                items.iter().take(NAMED_MAX).map(|item| self::value(titles, words, kind, item)).collect();
            if items.len() > NAMED_MAX {
                parts.push("…".to_owned());
            }
            words.list(&parts)
        }
        Value::Object(_) => isolated(&value.to_string()),
    }
}

impl Teller<'_> {
    pub(super) fn input(&self, name: &str) -> Option<&Input> {
        self.table.inputs().iter().find(|input| input.name == name)
    }

    /// An input as the subject of a sentence.
    pub(super) fn left(&self, input: &Input) -> String {
        let titled = input.title.as_ref().map(|title| plain(title.in_language(self.words.language)));
        let last = input.from.rsplit('.').next().unwrap_or(&input.name);
        let known = || self.words.known(&format!("field-{last}"), []);
        match titled.or_else(known) {
            Some(name) => self.words.with("column-titled", [("name", name.into())]),
            None => self.words.with("column-named", [("name", isolated(&input.name).into())]),
        }
    }

    pub(super) fn input_value(&self, input: &Input, of: &Value) -> String {
        value(self.titles, self.words, kind(&input.name, &input.from), of)
    }
}

/// What an output is called within a list of them.
pub(super) fn output_name(words: Words, output: Option<&Output>, name: &str) -> String {
    let titled = output.and_then(|output| output.title.as_ref()).map(|title| title.in_language(words.language));
    titled.map(plain).or_else(|| words.known(&format!("field-{name}"), [])).unwrap_or_else(|| isolated(name))
}
