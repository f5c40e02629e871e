//! What a cell asks as a clause: as a condition, as what held, and as what did not.

use peygir_decision::{Condition, Input, ValueType};
use serde_json::Value;

use super::Teller;
use super::cell::{Said, Shape};
use super::column;

/// Alternatives up to which no `one of` is said.
const PLAIN_MAX: usize = 2;

/// Whether a clause says what must be, or what is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    If,
    Is,
}

impl Mood {
    fn id(self, name: &str, negated: bool) -> String {
        let mood = if self == Self::If { "if" } else { "is" };
        format!("cell-{name}-{mood}{}", if negated { "-not" } else { "" })
    }
}

impl Teller<'_> {
    /// The cell as a condition of its rule; nothing where it asks nothing.
    pub(super) fn condition(&self, condition: &Condition) -> Option<String> {
        let (input, said) = self.read(condition)?;
        (said.shape != Shape::Any).then(|| self.clause(input, &said, Mood::If))
    }

    /// Why the cell held, for a value that may be shown.
    pub(super) fn held(&self, condition: &Condition, met: Option<&Value>) -> Option<String> {
        let (input, said) = self.read(condition)?;
        if said.shape == Shape::Any {
            return None;
        }
        let is = |value| self.value_is(input, value);
        Some(match (&said.shape, said.negated, met) {
            (Shape::Value { nouns, exact: false }, false, Some(met)) => self.words.with(
                "cell-value-is-of",
                [
                    ("left", self.left(input).into()),
                    ("value", self.input_value(input, met).into()),
                    ("wanted", self.nouns(nouns, false).into()),
                ],
            ),
            (Shape::Value { .. } | Shape::Known | Shape::Mixed(_), false, Some(met)) if !is_text(input) => is(met),
            (Shape::Value { nouns, exact }, true, Some(met)) if !is_text(input) => {
                self.met_not(input, met, self.nouns(nouns, *exact))
            }
            (_, true, None) => self.unknown(input),
            _ => self.clause(input, &said, Mood::Is),
        })
    }

    /// Why the cell did not hold, for a value that may be shown.
    pub(super) fn failed(&self, condition: &Condition, met: Option<&Value>) -> String {
        let Some((input, said)) = self.read(condition) else { return String::new() };
        match (&said.shape, said.negated, met) {
            (Shape::Code(_), ..) => self.clause(input, &opposite(&said), Mood::Is),
            (Shape::Value { nouns, exact }, false, Some(met)) if !is_text(input) => {
                self.met_not(input, met, self.nouns(nouns, *exact))
            }
            (Shape::Value { nouns, exact }, false, None) => self.words.with(
                "cell-value-absent",
                [("left", self.left(input).into()), ("wanted", self.nouns(nouns, *exact).into())],
            ),
            (Shape::Value { .. } | Shape::Mixed(_), true, Some(met)) if !is_text(input) => self.words.with(
                "cell-value-shut",
                [("left", self.left(input).into()), ("value", self.input_value(input, met).into())],
            ),
            (Shape::Known, true, Some(met)) if !is_text(input) => self.value_is(input, met),
            (Shape::Prefix(_) | Shape::Contains(_) | Shape::Words(_) | Shape::Known, false, None) => {
                self.unknown(input)
            }
            _ => self.clause(input, &opposite(&said), Mood::Is),
        }
    }

    fn read(&self, condition: &Condition) -> Option<(&Input, Said)> {
        let input = self.input(&condition.input)?;
        let kind = column::kind(&input.name, &input.from);
        Some((input, self.said(kind, &condition.cell, &condition.source)))
    }

    fn clause(&self, input: &Input, said: &Said, mood: Mood) -> String {
        let left = || self.left(input);
        let (name, left, wanted) = match &said.shape {
            Shape::Any => return self.words.say("cond-always"),
            Shape::Known => ("known", left(), String::new()),
            Shape::Value { nouns, exact } => ("value", left(), self.nouns(nouns, *exact)),
            Shape::Prefix(texts) => ("prefix", self.spelt(input), self.words.either(texts)),
            Shape::Contains(texts) => ("contains", self.spelt(input), self.words.either(texts)),
            Shape::Words(texts) => ("words", left(), self.words.either(texts)),
            Shape::Code(code) => ("code", String::new(), code.clone()),
            Shape::Mixed(parts) => {
                // That none of them holds is said of each: "not a and not b" needs no brackets between other conditions.
                if said.negated {
                    let each = parts.iter().map(|part| self.clause(input, &opposite(part), mood));
                    return self.words.list(&each.collect::<Vec<_>>());
                }
                let parts: Vec<String> = parts.iter().map(|part| self.clause(input, part, mood)).collect();
                return self.words.with("cond-group", [("inner", self.words.either(&parts).into())]);
            }
        };
        self.words.with(&mood.id(name, said.negated), [("left", left.into()), ("wanted", wanted.into())])
    }

    /// `«a» یا «b»`, `یکی از «a»، «b» یا «c»`. Ranges have words of their own before them.
    fn nouns(&self, nouns: &[String], exact: bool) -> String {
        let list = self.words.either(nouns);
        if nouns.len() <= PLAIN_MAX || !exact { list } else { self.words.with("noun-one-of", [("list", list.into())]) }
    }

    /// What letters are asked of: where the values are shown by titles, their ids.
    fn spelt(&self, input: &Input) -> String {
        let left = self.left(input);
        match column::kind(&input.name, &input.from) {
            Some(_) => self.words.with("column-id", [("left", left.into())]),
            None => left,
        }
    }

    fn value_is(&self, input: &Input, met: &Value) -> String {
        let value = self.input_value(input, met);
        self.words.with("cell-value-is", [("left", self.left(input).into()), ("wanted", value.into())])
    }

    fn met_not(&self, input: &Input, met: &Value, wanted: String) -> String {
        self.words.with(
            "cell-value-met",
            [
                ("left", self.left(input).into()),
                ("value", self.input_value(input, met).into()),
                ("wanted", wanted.into()),
            ],
        )
    }

    fn unknown(&self, input: &Input) -> String {
        let known = Said { shape: Shape::Known, negated: true };
        self.clause(input, &known, Mood::Is)
    }
}

/// What citizens wrote is too long to be repeated in a clause.
fn is_text(input: &Input) -> bool {
    input.value_type == ValueType::Text
}

fn opposite(said: &Said) -> Said {
    Said { negated: !said.negated, ..said.clone() }
}
