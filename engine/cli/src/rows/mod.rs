//! Rows of tests that people write beside rules: inside decision tables and overlays, and in `*.test.yaml` beside scripts.

mod mutants;
mod overlay;
mod script;
mod table;

pub use mutants::{Faults, has_days, kind_fa, merged as faults_of_merged, percent, table as faults_of_table};
pub use overlay::{Merged, broken, here, merged, run as run_merged_rows, untried};
pub use script::{run as run_script_rows, untested as untested_script};
pub use table::run as run_table_rows;

use peygir_decision::TestOutcome;
use peygir_source::{Diagnostic, Diagnostics, Span};
use serde_json::Value;

use crate::report::{Failure, TestReport};

fn report(name: &str, span: Span, passed: bool, expected: &Value, got: &Value) -> TestReport {
    let failure = (!passed).then(|| Failure {
        line: span.line,
        step: format!("row {name}"),
        expected: expected.to_string(),
        found: got.to_string(),
        story: Vec::new(),
        fa: Box::default(),
    });
    TestReport { name: name.to_owned(), line: span.line, tags: Vec::new(), cuts: 0, failure }
}

/// What came of a row of a table, under the name that it has among those of all tables.
fn report_outcome(name: &str, outcome: &TestOutcome) -> TestReport {
    let mut report = report(name, outcome.span, outcome.passed, &outcome.expected, &outcome.got);
    if let Some(failure) = &mut report.failure {
        failure.fa.found = outcome.got_fa.clone();
    }
    report
}

fn one(diagnostic: Diagnostic) -> Diagnostics {
    Diagnostics { list: vec![diagnostic] }
}
