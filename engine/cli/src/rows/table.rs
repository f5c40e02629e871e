//! The tests that a decision table carries.

use peygir_casework::text::search_key;
use peygir_decision::{Table, TestOutcome};
use peygir_runtime::pack::{SourceFile, check_inputs};
use peygir_source::{Diagnostics, Node};

use super::report_outcome;
use crate::report::{FileReport, Kind};

/// Runs the rows whose names `wanted` lets pass.
pub fn run(file: &SourceFile, root: &Node, wanted: &dyn Fn(&str) -> bool) -> FileReport {
    let mut all = FileReport::new(file.name.clone(), Kind::TableRows);
    match Table::read(root, search_key) {
        Err(found) => all.found = found.in_file(&file.name),
        Ok((table, _)) => {
            all.found = Diagnostics { list: check_inputs(&table) }.in_file(&file.name);
            let outcomes = table.run_tests();
            let named = outcomes.iter().map(|outcome| (name(table.id(), outcome), outcome));
            all.tests =
                named.filter(|(name, _)| wanted(name)).map(|(name, outcome)| report_outcome(&name, outcome)).collect();
        }
    }
    all
}

/// A row's name among those of all tables.
pub fn name(table: &str, outcome: &TestOutcome) -> String {
    format!("{table} {}", outcome.name)
}
