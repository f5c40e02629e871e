//! A row of the tests beside a script, run step by step.

use std::path::{Path, PathBuf};

use anyhow::Result;
use peygir_casework::text::search_key;
use peygir_runtime::desk::{ScriptEnd, ScriptFault, ScriptStep};
use peygir_runtime::pack::{self, SourceFile};
use peygir_script::tests::{self, Expectation, Row};
use peygir_script::{Fault, Script};
use peygir_source::{Diagnostic, Diagnostics, render};
use serde_json::{Value, json};

use super::super::local::Lang;
use super::super::serve::script_deadline;
use super::told::{Told, compact, end_line, moment};

/// The inner error is wrong usage: no such script, no such row.
pub fn run(script: &str, test: &str, lang: Lang) -> Result<Result<Told, String>> {
    let Some(path) = file_of(script) else {
        return Ok(Err(match lang {
            Lang::En => format!("there is no script {script} here"),
            Lang::Fa => format!("اسکریپت {script} این‌جا نیست"),
        }));
    };
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let beside = ["test.yaml", "test.yml"].map(|extension| path.with_extension(extension));
    let Some(rows) = beside.iter().find(|file| file.is_file()) else {
        let beside = pack::shown(&beside[0]);
        return Ok(Err(match lang {
            Lang::En => format!("there are no tests {beside} beside the script"),
            Lang::Fa => format!("آزمون‌های {beside} کنار اسکریپت نیست"),
        }));
    };
    let source = SourceFile::read(&path).map_err(|found| told_of(&[found], lang))?;
    let script = Script::compile(&name, &source.text).map_err(|found| {
        let found = Diagnostics { list: found }.in_file(&source.name);
        told_of(&found.list, lang)
    })?;
    let (file, rows) = (pack::shown(rows), read(rows).map_err(|found| told_of(&found.list, lang))?);
    let row = match wanted(&rows, (test, &file), lang) {
        Ok(row) => row,
        Err(why) => return Ok(Err(why)),
    };
    let around = pack::around(&path);
    let world = row.world(&pack::row_world(row, around.as_ref()));
    let (outcome, trace) = script.call_traced(&row.req, &world, &row.args, &script_deadline());
    let steps: Vec<ScriptStep> = trace.steps.into_iter().map(ScriptStep::from).collect();
    Ok(Ok(told(&source, row, &outcome, steps, trace.steps_dropped, lang)))
}

fn told(
    source: &SourceFile,
    row: &Row,
    outcome: &std::result::Result<Value, Fault>,
    steps: Vec<ScriptStep>,
    steps_dropped: u64,
    lang: Lang,
) -> Told {
    let ended = match outcome {
        Ok(answer) => ScriptEnd::Answer(answer.clone()),
        Err(fault) => ScriptEnd::Fault(ScriptFault {
            code: fault.code().to_owned(),
            line: fault.span().line,
            column: fault.span().column,
            en: fault.to_string(),
            fa: fault.message_fa(),
        }),
    };
    let (passed, expected) = match (&row.expect, outcome) {
        (Expectation::Answer(expected), came) => (came.as_ref() == Ok(expected), expected.clone()),
        (Expectation::Fault(code), came) => {
            (came.as_ref().is_err_and(|fault| fault.code() == code), json!({ "fault": code }))
        }
    };
    let judged = match passed {
        true => lang.pick("as the row expects", "همان که سطر انتظار دارد").to_owned(),
        false => format!("{} {}", lang.pick("expected:", "انتظار:"), compact(&expected)),
    };
    let unsaid = if row.says_now { "" } else { lang.pick("; the row says no `now`", "؛ سطر now ندارد") };
    let head = format!("{}: {} ({}{unsaid})", source.name, row.name, moment(&row.now.iso, lang));
    let head = vec![head, format!("  args = {}", compact(&row.args)), format!("  req = {}", compact(&row.req))];
    let json = json!({
        "script": source.path.file_stem().unwrap_or_default().to_string_lossy(), "test": row.name, "now": row.now.iso,
        "req": row.req, "args": row.args, "text": { "file": source.name, "source": source.text }, "steps": steps,
        "stepsDropped": steps_dropped, "ended": ended, "expected": expected, "passed": passed,
    });
    Told {
        head,
        warnings: Vec::new(),
        file: source.name.clone(),
        source: source.text.lines().map(str::to_owned).collect(),
        steps,
        steps_dropped,
        end: vec![end_line(&ended, lang), judged],
        json,
    }
}

/// The file itself, its tests' file, or the one script of this name below the current folder.
fn file_of(script: &str) -> Option<PathBuf> {
    let path = PathBuf::from(script);
    if path.extension().is_some_and(|extension| extension == "rhai") {
        return path.is_file().then_some(path);
    }
    let wanted = format!("{script}.rhai");
    let named = |file: &PathBuf| file.file_name().is_some_and(|name| name.to_string_lossy() == wanted);
    pack::walk(Path::new("."), &mut Diagnostics::default()).into_iter().find(named)
}

fn read(path: &Path) -> std::result::Result<Vec<Row>, Diagnostics> {
    let file = SourceFile::read(path).map_err(|found| Diagnostics { list: vec![found] })?;
    let mut found = Diagnostics::default();
    let root = file.parse(&mut found).ok_or(found)?;
    tests::read(&root).map_err(|found| found.in_file(&file.name))
}

/// The row of this name, or the only one with these words. Of two with one name neither is meant more than the other.
fn wanted<'a>(rows: &'a [Row], (test, file): (&str, &str), lang: Lang) -> std::result::Result<&'a Row, String> {
    let named: Vec<&Row> = rows.iter().filter(|row| row.name == test).collect();
    match named.as_slice() {
        [] => {}
        [row] => return Ok(row),
        several => {
            let places: String = several.iter().map(|row| format!("\n  {file}:{}", row.span.line)).collect();
            return Err(match lang {
                Lang::En => format!("several rows are named \"{test}\"; give each a name of its own:{places}"),
                Lang::Fa => format!("نام چند سطر «{test}» است؛ به هر یک نامی از خودش بدهید:{places}"),
            });
        }
    }
    let words = search_key(test);
    let found: Vec<&Row> = rows.iter().filter(|row| search_key(&row.name).contains(&words)).collect();
    let list = |rows: &[&Row]| rows.iter().map(|row| format!("\n  {}", row.name)).collect::<String>();
    match (found.as_slice(), lang) {
        ([row], _) => Ok(row),
        ([], Lang::En) => {
            Err(format!("no row has \"{test}\" in its name; there are:{}", list(&rows.iter().collect::<Vec<_>>())))
        }
        ([], Lang::Fa) => {
            Err(format!("نام هیچ سطری «{test}» ندارد؛ سطرها این‌هایند:{}", list(&rows.iter().collect::<Vec<_>>())))
        }
        (several, Lang::En) => Err(format!("several rows have \"{test}\" in their names:{}", list(several))),
        (several, Lang::Fa) => Err(format!("نام چند سطر «{test}» دارد:{}", list(several))),
    }
}

fn told_of(found: &[Diagnostic], lang: Lang) -> anyhow::Error {
    let told = found.iter().map(|one| {
        let source = std::fs::read_to_string(&one.file).ok();
        render::human(one, source.as_deref(), lang.render())
    });
    anyhow::anyhow!("{}", told.collect::<Vec<_>>().join("\n"))
        .context(lang.pick("the script or its tests have errors", "اسکریپت یا آزمون‌هایش خطا دارند"))
}
