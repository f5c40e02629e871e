//! Every row of the failure matrix is told whole and names tests that run, and every test of an injected fault stands in a row.

use std::collections::BTreeSet;
use std::fs;

use crate::sources::{Source, all, source};
use crate::{none, root};

const PAGE: &str = "docs/failures.md";
/// Every test in this folder is about a fault, and stands in the matrix.
const FAULTS: &str = "tests/tests/faults/";
/// What the page calls `local::file::test` lies here.
const LOCAL: &str = "engine/store-local/tests/local/";
const TESTS: &str = "tests/tests/";
/// How the head of a table of faults begins.
const HEAD: &str = "| fault |";
/// What a row tells: the fault, what happens, what the user sees, the test.
const CELLS: usize = 4;

#[test]
fn every_row_of_the_failure_matrix_names_tests_that_are_there() {
    let page = fs::read_to_string(root().join(PAGE)).expect("the page is there");
    none(PAGE, &wrong_rows(&page, &all()));
}

#[test]
fn every_test_of_an_injected_fault_stands_in_the_failure_matrix() {
    let page = fs::read_to_string(root().join(PAGE)).expect("the page is there");
    none(PAGE, &left_out(&page, &all()));
}

/// A test by its file and its name.
type Test = (String, String);

/// The rows of the tables of faults, without heads. Other tables of the page tell other things.
fn rows(page: &str) -> Vec<(usize, Vec<&str>)> {
    let mut rows = Vec::new();
    let mut in_table = false;
    for (index, line) in page.lines().enumerate() {
        let is_head = line.starts_with(HEAD);
        in_table = is_head || (in_table && line.starts_with('|'));
        if in_table && !is_head && !line.starts_with("| ---") {
            let cells = line.strip_prefix('|').and_then(|line| line.strip_suffix('|')).unwrap_or(line);
            rows.push((index + 1, cells.split('|').map(str::trim).collect()));
        }
    }
    rows
}

/// What stands between backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// `faults::calls::name`, `local::file::name`, or a path with the name behind it.
fn test_of(reference: &str) -> Option<Test> {
    let (place, name) = reference.rsplit_once("::")?;
    let file = match place.strip_prefix("local::") {
        _ if place.contains('/') => place.to_owned(),
        Some(file) => format!("{LOCAL}{file}.rs"),
        None => format!("{TESTS}{}.rs", place.replace("::", "/")),
    };
    Some((file, name.to_owned()))
}

/// The tests that run. One that is ignored shows nothing.
fn tests(sources: &[Source]) -> BTreeSet<Test> {
    let of_source = |source: &Source| {
        let lines: Vec<&str> = source.text.lines().map(str::trim).collect();
        let tests: Vec<Test> = (1..lines.len()).filter_map(|at| test_at(&lines, at, &source.path)).collect();
        tests
    };
    sources.iter().flat_map(of_source).collect()
}

/// The function in a line, where an attribute above it makes it a test.
fn test_at(lines: &[&str], at: usize, path: &str) -> Option<Test> {
    let rest = lines[at].strip_prefix("async ").unwrap_or(lines[at]).strip_prefix("fn ")?;
    let above = || lines[..at].iter().rev().take_while(|line| line.starts_with('#'));
    let is_test = above().any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"));
    let is_ignored = above().any(|line| line.starts_with("#[ignore"));
    (is_test && !is_ignored).then(|| (path.to_owned(), rest.split('(').next().unwrap_or_default().to_owned()))
}

fn wrong_rows(page: &str, sources: &[Source]) -> Vec<String> {
    let there = tests(sources);
    let mut complaints = Vec::new();
    for (line, cells) in rows(page) {
        let named = cells.last().map(|cell| quoted(cell)).unwrap_or_default();
        if cells.len() != CELLS || cells.contains(&"") || named.is_empty() {
            complaints.push(format!("line {line} lacks a cell or its test"));
        }
        let missing = named.iter().filter(|name| !test_of(name).is_some_and(|test| there.contains(&test)));
        complaints.extend(missing.map(|name| format!("line {line}: no test {name} is there, or it does not run")));
    }
    complaints
}

fn left_out(page: &str, sources: &[Source]) -> Vec<String> {
    let rows = rows(page);
    let cells = rows.iter().filter_map(|(_, cells)| cells.last());
    let named: BTreeSet<Test> = cells.flat_map(|cell| quoted(cell)).filter_map(test_of).collect();
    let of_faults = tests(sources).into_iter().filter(|(file, _)| file.starts_with(FAULTS));
    of_faults
        .filter(|test| !named.contains(test))
        .map(|(file, name)| format!("{file}: {name} stands in no row"))
        .collect()
}

#[test]
fn a_row_without_its_test_and_a_test_without_its_row_are_seen() {
    let sources = [
        source("tests/tests/faults/a.rs", "//! x\n#[test]\nfn holds() {\n}\n\nfn no_test() {}\n"),
        source("tests/tests/b.rs", "#[tokio::test(flavor = \"multi_thread\")]\nasync fn waits() {}\n"),
        source(
            "tests/tests/d.rs",
            "#[ignore = \"slow\"]\n#[test]\nfn above() {}\n\n#[test]\n#[ignore]\nfn below() {}\n",
        ),
        source("engine/store-local/tests/local/c.rs", "#[test]\nfn cuts() {}\n"),
    ];
    let of = |cells: &str| format!("| fault | happens | sees | test |\n| --- | --- | --- | --- |\n| {cells} |\n");
    let page = |tests: &str| of(&format!("a | b | c | {tests}"));
    let seen = |tests: &str| wrong_rows(&page(tests), &sources).len();
    for good in ["`faults::a::holds`", "`b::waits`, `local::c::cuts`", "`tests/tests/b.rs::waits`"] {
        assert_eq!(seen(good), 0, "{good}");
    }
    for bad in ["", "`faults::a::no_test`", "`b::waits`, `b::gone`", "holds", "`holds`", "`d::above`", "`d::below`"] {
        assert_eq!(seen(bad), 1, "{bad}");
    }
    for cells in [" | b | c", "a |  | c", "a | b | ", "a | b"] {
        assert_eq!(wrong_rows(&of(&format!("{cells} | `b::waits`")), &sources).len(), 1, "{cells}");
    }
    assert_eq!(left_out(&page("`b::waits`"), &sources), ["tests/tests/faults/a.rs: holds stands in no row"]);
    assert!(left_out(&page("`faults::a::holds`"), &sources).is_empty());
}
