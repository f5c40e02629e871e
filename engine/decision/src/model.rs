//! A table as read: what deciding, explaining and, later, layering and analysis work on.

use peygir_source::Span;
use serde_json::Value;

use crate::{cell::Cell, normalise::SearchKey, output::Template, tests::TestRow, value_type::ValueType};

/// A decision table that was read without errors.
#[derive(Debug, Clone)]
pub struct Table {
    pub(crate) id: String,
    pub(crate) version: semver::Version,
    pub(crate) title: Option<String>,
    pub(crate) hit: Hit,
    pub(crate) inputs: Vec<Input>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) tests: Vec<TestRow>,
    pub(crate) search_key: SearchKey,
}

/// Which of the rules that hold answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hit {
    /// The first one in the order of writing.
    First,
}

/// A named value that cells may ask about.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    pub name: String,
    pub value_type: ValueType,
    /// Where the caller finds the value, as a dotted path: `case.topic`, `input.severity`, `message.text`.
    pub from: String,
    /// Taken where the caller gives nothing or null.
    pub default: Option<Value>,
}

/// A named value that rules answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    pub name: String,
    pub value_type: ValueType,
    pub required: bool,
    pub default: Option<Value>,
    /// Least and greatest value of a numeric output.
    pub min: Option<Value>,
    pub max: Option<Value>,
    /// The only values allowed, where there are any.
    pub values: Vec<Value>,
}

/// One row of a table.
#[derive(Debug, Clone)]
pub struct Rule {
    pub id: String,
    pub span: Span,
    /// No layer may change, disable or precede it.
    pub locked: bool,
    /// The catch-all, which stays last in every layer.
    pub last: bool,
    pub(crate) when: Vec<Condition>,
    pub(crate) then: Vec<(String, Template)>,
}

/// One cell of a rule and the input it asks about.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub input: String,
    pub span: Span,
    /// The cell as written, for explanations.
    pub written: String,
    pub cell: Cell,
}

impl Table {
    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn version(&self) -> &semver::Version {
        &self.version
    }

    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    pub fn hit(&self) -> Hit {
        self.hit
    }

    /// What the caller gathers before it asks for a decision.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The embedded tests, in the order of writing.
    pub fn tests(&self) -> &[TestRow] {
        &self.tests
    }

    /// Cells that analysis can't look into: rule id, input and place.
    pub fn not_analysed(&self) -> Vec<(&str, &str, Span)> {
        let conditions = self.rules.iter().flat_map(|rule| rule.when.iter().map(move |condition| (rule, condition)));
        conditions
            .filter(|(_, condition)| !condition.cell.is_analysed())
            .map(|(rule, condition)| (rule.id.as_str(), condition.input.as_str(), condition.span))
            .collect()
    }

    pub(crate) fn input(&self, name: &str) -> Option<&Input> {
        self.inputs.iter().find(|input| input.name == name)
    }
}
