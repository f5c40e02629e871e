//! The closed grammar of cells: what a rule can ask of one input, as data that analysis can look into.

use std::{cell::OnceCell, cmp::Ordering, collections::BTreeMap};

use serde_json::Value;

use crate::{
    fault::Fault,
    model::{Input, Table},
    normalise::{SearchKey, words},
    value_type::ValueType,
};

pub use crate::number::Number;

/// One question to one input. An input without a value answers no to all but `Any`, `Present(false)` and `Not`.
#[derive(Debug, Clone)]
pub enum Cell {
    /// Holds for everything, also for nothing.
    Any,
    /// Whether there is a value at all.
    Present(bool),
    /// The same letters; for a list, one of its members.
    Equals(String),
    /// The same search key. Holds the key.
    KeyEquals(String),
    Boolean(bool),
    Compare(Comparison, Number),
    /// Both ends belong to it.
    Between(Number, Number),
    Prefix(String),
    KeyPrefix(String),
    Contains(String),
    KeyContains(String),
    /// Whole words, side by side, in the search key.
    KeyWords(String),
    OneOf(Vec<Cell>),
    Not(Box<Cell>),
    /// An expression over all inputs; analysis does not look into it.
    Expression(peygir_script::Cell),
}

/// How a number is compared with the one in the cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Comparison {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::AtMost => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::AtLeast => ordering.is_ge(),
        }
    }
}

/// The inputs of one decision, in the order of the table's columns, with the search keys of texts. A key is made when the
/// first cell asks for it.
pub(crate) struct Facts<'a> {
    values: &'a BTreeMap<String, Value>,
    columns: Vec<Column<'a>>,
    search_key: SearchKey,
}

struct Column<'a> {
    value: Option<&'a Value>,
    is_text: bool,
    key: OnceCell<String>,
    words: OnceCell<String>,
}

impl<'a> Facts<'a> {
    pub fn new(table: &Table, values: &'a BTreeMap<String, Value>) -> Self {
        let column = |input: &Input| Column {
            value: values.get(&input.name),
            is_text: input.value_type == ValueType::Text,
            key: OnceCell::new(),
            words: OnceCell::new(),
        };
        Self { values, columns: table.inputs.iter().map(column).collect(), search_key: table.search_key }
    }

    /// All texts of an input that cells compare with their own: its value or members, and its search key in both forms.
    pub(crate) fn texts(&'a self, at: usize, mut visit: impl FnMut(&str)) {
        let column = &self.columns[at];
        match column.value {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).for_each(&mut visit),
            Some(value) => value.as_str().into_iter().for_each(&mut visit),
            None => {}
        }
        [self.key(column), self.words(column)].into_iter().flatten().for_each(visit);
    }

    /// The search key of a text.
    fn key(&self, column: &'a Column<'_>) -> Option<&'a str> {
        let text = column.value.filter(|_| column.is_text)?.as_str()?;
        Some(column.key.get_or_init(|| (self.search_key)(text)))
    }

    /// The same in words.
    fn words(&self, column: &'a Column<'_>) -> Option<&'a str> {
        let key = self.key(column)?;
        Some(column.words.get_or_init(|| words(key)))
    }
}

impl Cell {
    /// Whether analysis can look into the cell.
    pub fn is_analysed(&self) -> bool {
        match self {
            Self::Expression(_) => false,
            Self::Not(cell) => cell.is_analysed(),
            Self::OneOf(cells) => cells.iter().all(Self::is_analysed),
            _ => true,
        }
    }

    /// Questions in it: what trying it costs.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::Not(cell) => cell.size(),
            Self::OneOf(cells) => cells.iter().map(Self::size).sum(),
            _ => 1,
        }
    }

    /// Whether the cell says something about every value.
    pub(crate) fn is_any(&self) -> bool {
        matches!(self, Self::Any)
    }

    /// Whether two cells ask for one text over search keys, with its words apart or joined.
    pub(crate) fn is_spelt_like(&self, other: &Self) -> bool {
        let letters = |cell: &Self| match cell {
            Self::KeyEquals(text) | Self::KeyPrefix(text) | Self::KeyContains(text) | Self::KeyWords(text) => {
                Some(text.replace(' ', ""))
            }
            _ => None,
        };
        std::mem::discriminant(self) == std::mem::discriminant(other)
            && letters(self).is_some_and(|own| letters(other) == Some(own))
    }

    /// Whether it holds, as far as that can be said without running an expression.
    pub(crate) fn holds_closed(&self, at: usize, facts: &Facts) -> Option<bool> {
        match self {
            Self::Expression(_) => None,
            Self::Not(cell) => cell.holds_closed(at, facts).map(|holds| !holds),
            Self::OneOf(cells) => {
                let mut holds = Some(false);
                for cell in cells {
                    match cell.holds_closed(at, facts) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => holds = None,
                    }
                }
                holds
            }
            closed => closed.holds(at, facts).ok(),
        }
    }

    /// `at` is the place of the input among the table's columns.
    pub(crate) fn holds(&self, at: usize, facts: &Facts) -> Result<bool, peygir_script::Fault> {
        let column = &facts.columns[at];
        let value = column.value;
        Ok(match self {
            Self::Any => true,
            Self::Present(wanted) => value.is_some() == *wanted,
            Self::Not(cell) => !cell.holds(at, facts)?,
            Self::OneOf(cells) => {
                for cell in cells {
                    if cell.holds(at, facts)? {
                        return Ok(true);
                    }
                }
                false
            }
            Self::Expression(expression) => expression.eval(facts.values)?,
            Self::KeyWords(text) => facts.words(column).is_some_and(|words| words.contains(text.as_str())),
            closed => value.is_some_and(|value| closed.holds_for(value, || facts.key(column))),
        })
    }

    /// The cells that look at one present value. Values have the declared type, so a mismatch can't be met here.
    fn holds_for<'k>(&self, value: &Value, key: impl Fn() -> Option<&'k str>) -> bool {
        let number = || Number::of(value);
        let any_text = |test: &dyn Fn(&str) -> bool| match value {
            Value::Array(items) => items.iter().filter_map(Value::as_str).any(test),
            value => value.as_str().is_some_and(test),
        };
        let key_is = |test: &dyn Fn(&str) -> bool| key().is_some_and(test);
        match self {
            Self::Equals(text) => any_text(&|value| value == text),
            Self::Prefix(text) => any_text(&|value| value.starts_with(text.as_str())),
            Self::Contains(text) => any_text(&|value| value.contains(text.as_str())),
            Self::KeyEquals(text) => key_is(&|key| key == text),
            Self::KeyPrefix(text) => key_is(&|key| key.starts_with(text.as_str())),
            Self::KeyContains(text) => key_is(&|key| key.contains(text.as_str())),
            Self::Boolean(flag) => value.as_bool() == Some(*flag),
            Self::Compare(comparison, limit) => number().is_some_and(|number| comparison.holds(number.compare(*limit))),
            Self::Between(low, high) => {
                number().is_some_and(|number| number.compare(*low).is_ge() && number.compare(*high).is_le())
            }
            Self::Any | Self::Present(_) | Self::KeyWords(_) | Self::Not(_) | Self::OneOf(_) | Self::Expression(_) => {
                false
            }
        }
    }
}

impl Fault {
    pub(crate) fn of_cell(rule: &str, input: &str, fault: peygir_script::Fault) -> Self {
        Self::Cell { rule: rule.to_owned(), input: input.to_owned(), fault }
    }
}
