//! The tests that a table carries: run when it is checked, and again on each merged table.

use std::collections::BTreeMap;

use peygir_source::{Diagnostic, Span};
use serde_json::{Map, Value};

use crate::model::Table;

/// One embedded test: these inputs, that rule and those outputs. Outputs that it does not name are not looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct TestRow {
    pub name: Option<String>,
    pub span: Span,
    pub given: BTreeMap<String, Value>,
    pub rule: Option<String>,
    /// Null expects that the output is left out.
    pub outputs: BTreeMap<String, Value>,
}

/// What came of one embedded test.
#[derive(Debug, Clone, PartialEq)]
pub struct TestOutcome {
    /// The row's own name, or its number from 1.
    pub name: String,
    pub span: Span,
    pub passed: bool,
    /// What the row expects, under the names it uses.
    pub expected: Value,
    /// What came, under the same names; a text that says why where no decision was made.
    pub got: Value,
}

impl TestOutcome {
    /// The finding about a row that did not pass.
    pub fn to_diagnostic(&self) -> Option<Diagnostic> {
        let Self { name, expected, got, .. } = self;
        let finding = || {
            Diagnostic::error(
                "PG-T015",
                self.span,
                format!("test {name} expects {expected} and got {got}"),
                format!("آزمون {name} انتظار {expected} داشت و {got} به دست آمد"),
            )
        };
        (!self.passed).then(finding)
    }
}

impl Table {
    /// Runs every embedded test, in the order of writing.
    pub fn run_tests(&self) -> Vec<TestOutcome> {
        self.tests.iter().enumerate().map(|(index, row)| self.run_test(index + 1, row)).collect()
    }

    fn run_test(&self, number: usize, row: &TestRow) -> TestOutcome {
        let name = row.name.clone().unwrap_or_else(|| number.to_string());
        let mut expected: Map<String, Value> =
            row.outputs.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        if let Some(rule) = &row.rule {
            expected.insert("rule".to_owned(), rule.clone().into());
        }
        let got = match self.decide(&row.given) {
            Ok(decision) => {
                let value_of = |name: &String| match name.as_str() {
                    "rule" => decision.rule.clone().into(),
                    output => decision.outputs.get(output).cloned().unwrap_or(Value::Null),
                };
                Value::Object(expected.keys().map(|name| (name.clone(), value_of(name))).collect())
            }
            Err(fault) => Value::String(fault.to_string()),
        };
        let expected = Value::Object(expected);
        TestOutcome { name, span: row.span, passed: got == expected, expected, got }
    }
}
