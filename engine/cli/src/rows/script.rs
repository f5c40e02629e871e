//! The tests that lie beside a script: `on-overdue.test.yaml` beside `on-overdue.rhai`.

use peygir_runtime::pack::{self, SourceFile};
use peygir_script::{Coverage, Deadline, Script, tests};
use peygir_source::{Diagnostic, Diagnostics, Node, render};

use super::{one, report};
use crate::report::{Failure, FileReport, Kind, ScriptCoverage, TestReport};

/// Runs the rows whose names `wanted` lets pass.
pub fn run(
    file: &SourceFile,
    root: &Node,
    deadline: &dyn Fn() -> Deadline,
    wanted: &dyn Fn(&str) -> bool,
    language: render::Language,
) -> FileReport {
    let mut all = FileReport::new(file.name.clone(), Kind::ScriptRows);
    match rows(file, root, deadline, language) {
        Err(found) => all.found = found.in_file(&file.name),
        Ok((reports, coverage)) => {
            all.tests = reports.into_iter().filter(|test| wanted(&test.name)).collect();
            all.coverage = Some(coverage);
        }
    }
    all
}

/// A script beside which no rows lie: nothing of it is run.
pub fn untested(file: &SourceFile) -> Result<ScriptCoverage, Diagnostics> {
    let name = file.path.file_stem().unwrap_or_default().to_string_lossy();
    let script = compile(&name, file)?;
    Ok(ScriptCoverage { script: file.name.clone(), source: file.text.clone(), lines: Coverage::nothing_of(&script) })
}

fn compile(name: &str, source: &SourceFile) -> Result<Script, Diagnostics> {
    Script::compile(name, &source.text).map_err(|list| Diagnostics { list }.in_file(&source.name))
}

type Run = (Vec<TestReport>, ScriptCoverage);

fn rows(
    file: &SourceFile,
    root: &Node,
    deadline: &dyn Fn() -> Deadline,
    language: render::Language,
) -> Result<Run, Diagnostics> {
    let name = file.path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.strip_suffix(".test.yaml").or(name.strip_suffix(".test.yml")).unwrap_or(&name).to_owned();
    let path = file.path.with_file_name(format!("{name}.rhai"));
    if !path.is_file() {
        return Err(one(Diagnostic::error(
            "PG-G005",
            root.span,
            format!("there is no script {name}.rhai beside these tests"),
            format!("کنار این آزمون‌ها اسکریپت {name}.rhai نیست"),
        )));
    }
    let source = SourceFile::read(&path).map_err(one)?;
    let script = compile(&name, &source)?;
    let rows = tests::read(root)?;
    let stack = pack::pack_above(&path).map(|folder| pack::stack(&folder));
    let around = stack.as_ref().map(|stack| &stack.catalog);
    // Names of packs that are not here can't be looked up.
    let whole = stack.as_ref().filter(|stack| stack.missing.is_empty());
    let mut lines = Coverage::nothing_of(&script);
    let mut reports = Vec::new();
    for row in &rows {
        // Each row has the whole of the wall-clock limit for itself.
        let world = pack::row_world(row, around);
        let (outcomes, ran) = tests::run_covered(&script, std::slice::from_ref(row), &world, &deadline());
        lines.add(&ran);
        reports.extend(outcomes.into_iter().map(|outcome| {
            let place = whole.map(|stack| (&stack.place, &stack.catalog));
            let named = place.map(|place| pack::row_findings(row, &outcome.got, place, &Diagnostics::default()));
            let name = format!("{name} {}", outcome.name);
            let mut report = report(&name, outcome.span, outcome.passed, &outcome.expected, &outcome.got);
            if let Some(failure) = &mut report.failure {
                failure.fa.found = outcome.got_fa();
                failure.story =
                    outcome.faults.into_iter().flat_map(|fault| snippet(fault, &source, language)).collect();
            }
            if report.failure.is_none() {
                report.failure = nowhere(&report, &named.unwrap_or_default(), language);
            }
            report
        }));
    }
    Ok((reports, ScriptCoverage { script: source.name, source: source.text, lines }))
}

/// A row that passed and whose actions name what is not there: they would fail where the case is.
fn nowhere(row: &TestReport, named: &Diagnostics, language: render::Language) -> Option<Failure> {
    let told: Vec<&str> = named.list.iter().map(|one| one.message_in(language)).collect();
    (!told.is_empty()).then(|| Failure {
        line: row.line,
        step: format!("row {}", row.name),
        expected: match language {
            render::Language::English => "actions that name what there is".to_owned(),
            render::Language::Persian => "اقدام‌هایی که آنچه هست را نام می‌برند".to_owned(),
        },
        found: told.join("; "),
        story: Vec::new(),
        fa: Box::default(),
    })
}

/// The line of the script at which a row failed, with a caret under the place.
fn snippet(fault: Diagnostic, source: &SourceFile, language: render::Language) -> Vec<String> {
    let fault = Diagnostic { file: source.name.clone(), ..fault };
    render::human(&fault, Some(&source.text), language).lines().map(str::to_owned).collect()
}
