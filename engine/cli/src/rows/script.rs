//! The tests that lie beside a script: `on-overdue.test.yaml` beside `on-overdue.rhai`.

use peygir_runtime::pack::SourceFile;
use peygir_script::{Deadline, Script, World, tests};
use peygir_source::{Diagnostic, Diagnostics, Node};

use super::{one, report};
use crate::report::{FileReport, Kind, TestReport};

/// Runs the rows whose names `wanted` lets pass.
pub fn run(
    file: &SourceFile,
    root: &Node,
    deadline: &dyn Fn() -> Deadline,
    wanted: &dyn Fn(&str) -> bool,
) -> FileReport {
    let mut all = FileReport::new(file.name.clone(), Kind::ScriptRows);
    match rows(file, root, deadline) {
        Err(found) => all.found = found.in_file(&file.name),
        Ok(reports) => all.tests = reports.into_iter().filter(|test| wanted(&test.name)).collect(),
    }
    all
}

fn rows(file: &SourceFile, root: &Node, deadline: &dyn Fn() -> Deadline) -> Result<Vec<TestReport>, Diagnostics> {
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
    let script = Script::compile(&name, &source.text).map_err(|list| Diagnostics { list }.in_file(&source.name))?;
    let rows = tests::read(root)?;
    let world = World::default();
    // Each row has the whole of the wall-clock limit for itself.
    let outcomes = rows.iter().flat_map(|row| tests::run(&script, std::slice::from_ref(row), &world, &deadline()));
    let reported = outcomes.map(|outcome| {
        let name = format!("{name} {}", outcome.name);
        report(&name, outcome.span, outcome.passed, &outcome.expected, &outcome.got)
    });
    Ok(reported.collect())
}
