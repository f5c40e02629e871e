//! What came of tests, and how it is told: for people a line for each file and then what failed, for programs JSON.
//!
//! Knows no scenario and no table: whoever runs tests fills in [`FileReport`].

mod coverage;
mod human;
mod json;
pub mod sarif;

use peygir_source::Diagnostics;
use peygir_source::render::Language;

pub use coverage::{ScriptCoverage, marked_source};
pub use human::{changed_lines, coverage_summary, failures, file_line, numbered, placed, summary, untested_line};
pub use json::{coverage_line, file_lines, summary_line};

/// One of two texts.
fn pick<'a>(language: Language, en: &'a str, fa: &'a str) -> &'a str {
    match language {
        Language::English => en,
        Language::Persian => fa,
    }
}

/// What a file holds that can be tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Scenarios,
    TableRows,
    ScriptRows,
}

/// What came of the tests of one file.
#[derive(Debug, Clone)]
pub struct FileReport {
    pub file: String,
    pub kind: Kind,
    /// Of rows on a merged table, in words: where it holds.
    pub place: Option<String>,
    pub tests: Vec<TestReport>,
    /// Rows that a layer above gave another outcome on purpose: they are told, and not run where that is so.
    pub changed: Vec<ChangedRow>,
    /// Of rows beside a script: what of it they run.
    pub coverage: Option<ScriptCoverage>,
    /// Why the file's tests could not be run at all.
    pub found: Diagnostics,
}

/// What came of one test.
#[derive(Debug, Clone)]
pub struct TestReport {
    pub name: String,
    /// Where it begins in its file.
    pub line: u32,
    /// Of a scenario, without their at-signs.
    pub tags: Vec<String>,
    /// How often the process was ended and begun again meanwhile.
    pub cuts: u64,
    pub failure: Option<Failure>,
}

/// A row of a lower layer with the outcome that a higher one gave it.
#[derive(Debug, Clone)]
pub struct ChangedRow {
    pub name: String,
    /// Where it stands in its file.
    pub line: u32,
    /// The overlay's file.
    pub by: String,
    pub before: String,
    pub after: String,
    /// As the overlay says it under `supersedes`.
    pub why: Option<String>,
    /// Whether it is so on every day; on other days the row is among those that were run.
    pub always: bool,
}

/// What was expected, and what was found instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub line: u32,
    /// The step, or the row's name.
    pub step: String,
    pub expected: String,
    pub found: String,
    /// What happened before, a line for each event; empty where nothing did.
    pub story: Vec<String>,
    pub fa: Box<InPersian>,
}

/// What of a failure is told otherwise in Persian.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InPersian {
    pub expected: Option<String>,
    pub found: Option<String>,
    /// Empty where it is the same.
    pub story: Vec<String>,
}

/// Counts over all files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    pub files: usize,
    pub scenarios: usize,
    pub rows: usize,
    pub failed: usize,
    /// Rows that overlays gave another outcome.
    pub changed: usize,
    /// Files whose tests could not be run.
    pub unreadable: usize,
    /// Ends of a process behind a commit, over all scenarios.
    pub cuts: u64,
    pub scripts: usize,
    /// Lines with code of all scripts, and those of them that rows run.
    pub lines: usize,
    pub lines_covered: usize,
}

impl FileReport {
    pub fn new(file: String, kind: Kind) -> Self {
        Self {
            file,
            kind,
            place: None,
            tests: Vec::new(),
            changed: Vec::new(),
            coverage: None,
            found: Diagnostics::default(),
        }
    }

    pub fn passed(&self) -> bool {
        !self.found.has_errors() && self.failed() == 0
    }

    pub fn failed(&self) -> usize {
        self.tests.iter().filter(|test| test.failure.is_some()).count()
    }
}

impl Totals {
    pub fn add(&mut self, report: &FileReport) {
        self.files += 1;
        match report.kind {
            Kind::Scenarios => self.scenarios += report.tests.len(),
            Kind::TableRows | Kind::ScriptRows => self.rows += report.tests.len(),
        }
        self.failed += report.failed();
        self.changed += report.changed.len();
        self.cuts += report.tests.iter().map(|test| test.cuts).sum::<u64>();
        self.unreadable += usize::from(report.found.has_errors());
        if let Some(coverage) = &report.coverage {
            self.add_script(coverage);
        }
    }

    /// A script, with or without rows beside it.
    pub fn add_script(&mut self, script: &ScriptCoverage) {
        self.scripts += 1;
        self.lines += script.lines.total();
        self.lines_covered += script.lines.covered();
    }

    pub fn tests(&self) -> usize {
        self.scenarios + self.rows
    }

    pub fn passed(&self) -> bool {
        self.failed == 0 && self.unreadable == 0 && self.tests() > 0
    }
}
