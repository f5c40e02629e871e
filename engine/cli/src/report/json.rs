//! Reports for programs: JSON lines.

use peygir_source::render;
use serde_json::{Value, json};

use super::{FileReport, Kind, ScriptCoverage, Totals};

/// A line for each test of a file, and one for each finding where its tests could not be run.
pub fn file_lines(report: &FileReport) -> Vec<Value> {
    let kind = match report.kind {
        Kind::Scenarios => "scenario",
        Kind::TableRows => "table-row",
        Kind::ScriptRows => "script-row",
    };
    let findings = report.found.list.iter().map(|found| {
        let mut line = render::json(found);
        line["kind"] = "finding".into();
        line
    });
    let tests = report.tests.iter().map(|test| {
        let mut line = json!({
            "kind": kind, "file": report.file, "line": test.line, "name": test.name, "passed": test.failure.is_none(),
        });
        if let Some(place) = &report.place {
            line["place"] = place.as_str().into();
        }
        if !test.tags.is_empty() {
            line["tags"] = json!(test.tags);
        }
        if test.cuts > 0 {
            line["cuts"] = test.cuts.into();
        }
        if let Some(failure) = &test.failure {
            line["failure"] = json!({
                "line": failure.line, "step": failure.step, "expected": failure.expected, "found": failure.found,
                "story": failure.story,
            });
        }
        line
    });
    let changed = report.changed.iter().map(|row| {
        json!({
            "kind": "changed-row", "file": report.file, "line": row.line, "name": row.name, "place": report.place,
            "by": row.by, "before": row.before, "after": row.after, "why": row.why, "always": row.always,
        })
    });
    findings.chain(tests).chain(changed).collect()
}

/// What rows run of a script; `rows` is null where no file of rows lies beside it.
pub fn coverage_line(rows: Option<&str>, script: &ScriptCoverage) -> Value {
    json!({
        "kind": "script-coverage", "file": script.script, "rows": rows, "lines": script.lines.total(),
        "covered": script.lines.covered(), "percent": script.lines.percent(), "uncovered": script.lines.uncovered(),
        "partly": script.lines.partly(),
        "times": script.lines.lines,
    })
}

/// The last line.
pub fn summary_line(totals: &Totals) -> Value {
    json!({
        "kind": "summary", "files": totals.files, "scenarios": totals.scenarios, "rows": totals.rows,
        "failed": totals.failed, "changed": totals.changed, "filesUnreadable": totals.unreadable, "cuts": totals.cuts, "passed": totals.passed(),
        "scripts": totals.scripts, "scriptLines": totals.lines, "scriptLinesCovered": totals.lines_covered,
    })
}
