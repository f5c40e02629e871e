//! What a rule answers: a literal, or text with places of inputs (`abfa-{province}`).

use std::collections::BTreeMap;

use serde_json::Value;

/// What most filled texts fit in, so that they are written without growing.
const FILLED_BYTES: usize = 48;

/// One output of one rule.
#[derive(Debug, Clone, PartialEq)]
pub enum Template {
    Literal(Value),
    Text(Vec<Part>),
}

/// A stretch of a text output.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    Plain(String),
    Input(String),
}

impl Template {
    /// Reads a text. `{{` and `}}` stand for braces; an open or empty brace is an error, told as a reason in both
    /// languages.
    pub(crate) fn parse(text: &str) -> Result<Self, (&'static str, &'static str)> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '{' | '}' if letters.peek() == Some(&letter) => {
                    letters.next();
                    plain.push(letter);
                }
                '{' => {
                    let mut name = String::new();
                    loop {
                        match letters.next() {
                            Some('}') => break,
                            Some(letter) => name.push(letter),
                            None => return Err(("a brace is opened and not closed", "آکولادی باز شده و بسته نشده است")),
                        }
                    }
                    parts.push(Part::Plain(std::mem::take(&mut plain)));
                    parts.push(Part::Input(name.trim().to_owned()));
                }
                '}' => return Err(("a brace is closed that was not opened", "آکولادی بسته شده که باز نشده بود")),
                letter => plain.push(letter),
            }
        }
        if parts.is_empty() {
            return Ok(Self::Literal(plain.into()));
        }
        parts.push(Part::Plain(plain));
        parts.retain(|part| !matches!(part, Part::Plain(text) if text.is_empty()));
        Ok(Self::Text(parts))
    }

    /// The inputs it names.
    pub fn inputs(&self) -> impl Iterator<Item = &str> {
        let parts = match self {
            Self::Literal(_) => &[],
            Self::Text(parts) => parts.as_slice(),
        };
        parts.iter().filter_map(|part| match part {
            Part::Input(name) => Some(name.as_str()),
            Part::Plain(_) => None,
        })
    }

    /// The value, or the name of the input that has none.
    pub fn fill(&self, inputs: &BTreeMap<String, Value>) -> Result<Value, String> {
        let parts = match self {
            Self::Literal(value) => return Ok(value.clone()),
            Self::Text(parts) => parts,
        };
        let mut text = String::with_capacity(FILLED_BYTES);
        for part in parts {
            match part {
                Part::Plain(plain) => text.push_str(plain),
                Part::Input(name) => match inputs.get(name) {
                    Some(Value::String(value)) => text.push_str(value),
                    Some(value) => text.push_str(&value.to_string()),
                    None => return Err(name.clone()),
                },
            }
        }
        Ok(text.into())
    }
}
