//! Reports for people.

use peygir_source::render::{self, Language};

use super::coverage::ratio;
use super::{Failure, FileReport, Kind, ScriptCoverage, Totals};

/// Events of a case that are told with a failure: the last ones.
const STORY_LINES_MAX: usize = 24;

/// `✓ workflows/a.feature: 3 scenarios`.
pub fn file_line(report: &FileReport) -> String {
    let mark = if report.passed() { '✓' } else { '✗' };
    let what = match (report.kind, report.tests.len()) {
        (Kind::Scenarios, 1) => "scenario",
        (Kind::Scenarios, _) => "scenarios",
        (_, 1) => "row",
        _ => "rows",
    };
    let count = report.tests.len();
    let outcome = match report.failed() {
        _ if report.found.has_errors() => "can't be run".to_owned(),
        0 => format!("{count} {what}"),
        failed => format!("{failed} of {count} {what} failed"),
    };
    let coverage = report.coverage.as_ref().map(|coverage| format!("; {}", coverage.told())).unwrap_or_default();
    let place = report.place.as_ref().map(|place| format!(" in {place}")).unwrap_or_default();
    format!("{mark} {}{place}: {outcome}{coverage}", report.file)
}

/// A script that no row calls.
pub fn untested_line(script: &ScriptCoverage) -> String {
    format!("○ {}: no rows; {}", script.script, ratio(script.lines.covered(), script.lines.total()))
}

/// Over all scripts; None where there was none.
pub fn coverage_summary(totals: &Totals) -> Option<String> {
    let plural = if totals.scripts == 1 { "" } else { "s" };
    let told = || format!("{} script{plural}: {}", totals.scripts, ratio(totals.lines_covered, totals.lines));
    (totals.scripts > 0).then(told)
}

/// Everything that went wrong in a file; None where nothing did.
pub fn failures(report: &FileReport) -> Option<String> {
    let mut parts: Vec<String> = report
        .found
        .list
        .iter()
        .map(|diagnostic| {
            let source = std::fs::read_to_string(&diagnostic.file).ok();
            render::human(diagnostic, source.as_deref(), Language::English)
        })
        .collect();
    for test in &report.tests {
        parts.extend(test.failure.as_ref().map(|failure| told(report, &test.name, failure)));
    }
    (!parts.is_empty()).then(|| parts.join("\n"))
}

fn told(report: &FileReport, name: &str, failure: &Failure) -> String {
    let place = report.place.as_ref().map(|place| format!(", in {place}")).unwrap_or_default();
    let mut text = format!("✗ {name}\n  --> {}:{}{place}\n", report.file, failure.line);
    let mut member = |title: &str, value: &str| {
        let indented = value.replace('\n', "\n              ");
        text.push_str(&format!("  {title:<9} {indented}\n"));
    };
    member("step", &failure.step);
    member("expected", &failure.expected);
    member("found", &failure.found);
    if !failure.story.is_empty() {
        text.push_str("  what happened before:\n");
        let skipped = failure.story.len().saturating_sub(STORY_LINES_MAX);
        if skipped > 0 {
            text.push_str(&format!("    … {skipped} earlier\n"));
        }
        failure.story.iter().skip(skipped).for_each(|line| text.push_str(&format!("    {line}\n")));
    }
    text
}

/// The last line.
pub fn summary(totals: &Totals) -> String {
    let plural = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    let mut text = format!(
        "{}, {} in {}: ",
        plural(totals.scenarios, "scenario"),
        plural(totals.rows, "row"),
        plural(totals.files, "file")
    );
    if totals.cuts > 0 {
        text = format!("{} cuts behind commits; {text}", totals.cuts);
    }
    match (totals.failed, totals.unreadable) {
        _ if totals.tests() == 0 && totals.unreadable == 0 => text.push_str("nothing to test"),
        (0, 0) => text.push_str("all passed"),
        (failed, 0) => text.push_str(&format!("{failed} failed")),
        (failed, unreadable) => {
            text.push_str(&format!("{failed} failed, {} can't be run", plural(unreadable, "file")));
        }
    }
    text
}
