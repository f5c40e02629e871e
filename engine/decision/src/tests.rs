//! The tests that a table carries: run when it is checked, and again on each merged table.

use std::collections::BTreeMap;

use peygir_calendar::Jalali;
use peygir_source::{Diagnostic, Span};
use serde_json::{Map, Value};

use crate::{
    fault::Fault,
    model::{BASE, LayerRef, Table},
    window::Window,
};

/// One embedded test: these inputs, that rule and those outputs. Outputs that it does not name are not looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct TestRow {
    pub name: Option<String>,
    pub span: Span,
    /// The layer that wrote it, an index of [`Table::layers`].
    pub layer: usize,
    /// The day it is about. A row without one claims to hold on every day on which its layer is in force.
    pub on: Option<Jalali>,
    /// As written, or as it would be where the layers above hold.
    pub given: BTreeMap<String, Value>,
    /// As written, where that is something else.
    pub written: Option<BTreeMap<String, Value>>,
    pub rule: Option<String>,
    /// Of a table that collects: all rules that answer, in order.
    pub rules: Option<Vec<String>>,
    /// Null expects that the output is left out. Of a table that collects, a list stands for all answers, and a single
    /// value for the first.
    pub outputs: BTreeMap<String, Value>,
    /// Days on which the layer that wrote it is not in force: it says nothing of them.
    pub outside: Vec<Window>,
    /// Days on which a layer above changes what it expects, or where it is brought to another place another answer holds; it
    /// is not run on them.
    pub except: Vec<Window>,
    /// What layers above made of it, the lowest first.
    pub changed: Vec<Changed>,
    /// It fails on the table that it stands in: it is told there, and not run again.
    pub fails: bool,
}

/// That a layer gave a row of a lower one another outcome on purpose.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// The layer, an index of [`Table::layers`].
    pub by: usize,
    /// What came before and what comes now, as far as they differ, under the names that the row uses.
    pub before: Value,
    pub after: Value,
    /// Why, where the layer says so under `supersedes`.
    pub why: Option<String>,
    /// Whether it is so on every day; otherwise the row is still run on the others.
    pub always: bool,
}

/// What came of one embedded test.
#[derive(Debug, Clone, PartialEq)]
pub struct TestOutcome {
    /// The row's own name, or its number from 1 among those of its layer.
    pub name: String,
    pub span: Span,
    /// The layer that wrote the row, an index of [`Table::layers`].
    pub layer: usize,
    pub passed: bool,
    /// The day on which it failed; of a row that passed, the first day on which it was run. None where the row names
    /// no day and the table is the same on all days.
    pub on: Option<Jalali>,
    /// What the row expects, under the names it uses.
    pub expected: Value,
    /// What came, under the same names; a text that says why where no decision was made.
    pub got: Value,
    /// The same in Persian, where no decision was made.
    pub got_fa: Option<String>,
    /// The rule that answered, where one did.
    pub rule: Option<String>,
    /// All rules that answered; of two of which only one may, both.
    pub rules: Vec<String>,
}

impl TestOutcome {
    /// Without the day where it says nothing: the row names none, and all days are the same.
    pub(crate) fn told(mut self, row: &TestRow, days: &[Jalali]) -> Self {
        self.on = self.on.filter(|_| row.on.is_some() || days.len() > 1);
        self
    }

    /// The same with what answers it, where that is a rule of another layer.
    pub(crate) fn to_diagnostic_of(&self, table: &Table) -> Option<Diagnostic> {
        let told = self.to_diagnostic()?;
        let row = table.rules.iter().find(|rule| Some(rule.id.as_str()) == self.rule.as_deref());
        let layer = row.map_or(self.layer, |rule| rule.changed_by.unwrap_or(rule.layer));
        let Some((rule, layer)) = row.zip(table.layers.get(layer).filter(|_| layer != self.layer)) else {
            return Some(told);
        };
        let (id, pack) = (&rule.id, layer.called());
        let at = format!(
            "{}:{}",
            table.file(rule.changed_by.unwrap_or(rule.layer)),
            rule.changed_at.unwrap_or(rule.span).line
        );
        Some(told.with_help(
            format!("\"{id}\" of \"{pack}\" ({at}) answers it: narrow that rule, stand before it, or expect what it answers"),
            format!(
                "«{id}» از «{pack}» (\u{2066}{at}\u{2069}) به آن پاسخ می‌دهد: آن قاعده را تنگ‌تر کنید، پیش از آن بنشینید یا همان پاسخ را انتظار داشته باشید"
            ),
        ))
    }

    /// The finding about a row that did not pass.
    pub fn to_diagnostic(&self) -> Option<Diagnostic> {
        let Self { name, expected, got, .. } = self;
        let (on, on_fa) = self.day_told();
        let got_fa = self.got_fa.clone().unwrap_or_else(|| format!("\u{2066}{got}\u{2069}"));
        let finding = || {
            Diagnostic::error(
                "PG-T015",
                self.span,
                format!("test {name} expects {expected} and got {got}{on}"),
                format!("آزمون «{name}» انتظار \u{2066}{expected}\u{2069} داشت و {got_fa} به دست آمد{on_fa}"),
            )
        };
        (!self.passed).then(finding)
    }

    /// The end of a sentence in English and in Persian: on which day it came so.
    pub(crate) fn day_told(&self) -> (String, String) {
        let Some(on) = self.on else { return (String::new(), String::new()) };
        let day = peygir_calendar::digits::to_persian(&on.to_string());
        (format!(", on {on}"), format!("، در روز {day}"))
    }
}

impl Table {
    /// Runs every embedded test, in the order of writing.
    pub fn run_tests(&self) -> Vec<TestOutcome> {
        let days = self.days();
        let rows = self.tests.iter().zip(self.names_of_tests());
        rows.filter_map(|(row, name)| self.run_test(&name, row, &days)).collect()
    }

    /// Runs every embedded test and sets the rows aside that fail: told once, they need not be told again of each table that is
    /// made of this one. Overlays may name them still.
    pub fn set_failing_tests_aside(&mut self) -> Vec<TestOutcome> {
        let days = self.days();
        let rows = self.tests.iter().zip(self.names_of_tests());
        let outcomes: Vec<Option<TestOutcome>> = rows.map(|(row, name)| self.run_test(&name, row, &days)).collect();
        let failed = |outcome: Option<TestOutcome>| outcome.filter(|outcome| !outcome.passed);
        let rows = self.tests.iter_mut().zip(outcomes.into_iter().map(failed));
        rows.filter_map(|(row, failed)| {
            row.fails = failed.is_some();
            failed
        })
        .collect()
    }

    /// The rows to which a layer gave another outcome, each with its name: they are not run where that is so.
    pub fn changed_rows(&self) -> impl Iterator<Item = (String, &TestRow)> {
        let rows = self.names_of_tests().into_iter().zip(&self.tests);
        rows.filter(|(_, row)| !row.changed.is_empty())
    }

    /// What the rows are called: by their names, and without one by their number from 1 among those of their layer. The rows of
    /// an overlay have its pack before the number: whatever other overlays there are, it is the same.
    pub(crate) fn names_of_tests(&self) -> Vec<String> {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        let mut name = |row: &TestRow| {
            let number = counts.entry(row.layer).or_default();
            *number += 1;
            let layer = self.layers.get(row.layer).filter(|_| row.layer != BASE);
            match (&row.name, layer) {
                (Some(name), _) => name.clone(),
                (None, None) => number.to_string(),
                (None, Some(LayerRef { pack, id, .. })) if self.id == *id => format!("{pack} {number}"),
                (None, Some(LayerRef { pack, id, .. })) => format!("{pack} {id} {number}"),
            }
        };
        self.tests.iter().map(&mut name).collect()
    }

    /// One row on each of its days, until one fails. None where no day is left on which it is run.
    fn run_test(&self, name: &str, row: &TestRow, days: &[Jalali]) -> Option<TestOutcome> {
        let mut passed = None;
        for on in self.days_of(row, days) {
            let outcome = self.run_on(name, row, on).told(row, days);
            if !outcome.passed {
                return Some(outcome);
            }
            passed.get_or_insert(outcome);
        }
        passed
    }

    /// The days on which a row is run.
    pub(crate) fn days_of(&self, row: &TestRow, days: &[Jalali]) -> Vec<Jalali> {
        let mut left = row.claimed(days);
        left.retain(|day| !row.fails && !row.except.iter().any(|out| out.contains(*day)));
        left
    }

    pub(crate) fn run_on(&self, name: &str, row: &TestRow, on: Jalali) -> TestOutcome {
        let mut expected: Map<String, Value> =
            row.outputs.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        if let Some(rule) = &row.rule {
            expected.insert("rule".to_owned(), rule.clone().into());
        }
        if let Some(rules) = &row.rules {
            expected.insert("rules".to_owned(), rules.clone().into());
        }
        let (mut answered, mut rules, mut got_fa) = (None, Vec::new(), None);
        let got = match self.decide(&row.given, on) {
            Ok(decision) => {
                let value_of = |(name, expected): (&String, &Value)| match name.as_str() {
                    "rule" if decision.fired.len() == 1 => decision.rule.clone().into(),
                    // A row that names one rule where several answered would pass whatever else answers.
                    "rule" => decision.fired.iter().map(|one| one.rule.to_string()).collect(),
                    "rules" if row.rules.is_some() => decision.fired.iter().map(|one| one.rule.to_string()).collect(),
                    output => {
                        answered_under(output, &decision.outputs, expected.is_array() || decision.fired.len() > 1)
                    }
                };
                let got = expected.iter().map(|(name, value)| (name.clone(), value_of((name, value)))).collect();
                let got = Value::Object(got);
                answered = Some(decision.rule.to_string());
                rules = decision.fired.iter().map(|one| one.rule.to_string()).collect();
                got
            }
            Err(fault) => {
                got_fa = Some(fault.message_fa());
                if let Fault::Overlap { first, second } = &fault {
                    rules = vec![first.clone(), second.clone()];
                }
                Value::String(fault.to_string())
            }
        };
        let (expected, name) = (Value::Object(expected), name.to_owned());
        let (passed, on) = (got == expected, Some(on));
        TestOutcome { name, span: row.span, layer: row.layer, passed, on, expected, got, got_fa, rule: answered, rules }
    }
}

/// What came under the name of an output. Of several answers all are asked for, or the first.
fn answered_under(output: &str, outputs: &Value, all: bool) -> Value {
    let of = |answer: &Value| answer.get(output).cloned().unwrap_or(Value::Null);
    match outputs.as_array() {
        Some(answers) if all => answers.iter().map(of).collect(),
        Some(answers) => answers.first().map_or(Value::Null, of),
        None => of(outputs),
    }
}

impl TestRow {
    /// The days that it speaks of, whatever layers above made of it.
    pub(crate) fn claimed(&self, days: &[Jalali]) -> Vec<Jalali> {
        let all = self.on.map_or_else(|| days.to_vec(), |on| vec![on]);
        all.into_iter().filter(|day| !self.outside.iter().any(|out| out.contains(*day))).collect()
    }

    /// Whether a layer above gave it another outcome on this day.
    pub(crate) fn is_given_up(&self, on: Jalali) -> bool {
        !self.changed.is_empty() && self.except.iter().any(|out| out.contains(on))
    }
}
