//! jq's own test files, run through our expressions: how close we are to jq may grow and never shrink.
//!
//! The files are not ours and not in the repository: `PEYGIR_JQ_TESTS` names the folder that holds them (`tests` of
//! jq's sources), or one of them. What fails is printed by category, and what is refused by design stands apart from what
//! differs.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use peygir_dsl::expr::Expr;
use serde_json::Value;

/// Where the files are.
const PATH_VARIABLE: &str = "PEYGIR_JQ_TESTS";

/// Fewest cases that must pass, by name of the file, of the files of jq 1.8.2.
const RECORDED: [(&str, usize); 5] =
    [("jq.test", 0), ("man.test", 0), ("onig.test", 0), ("base64.test", 0), ("uri.test", 0)];

/// What a refused program does that flows must not, by a word of the refusal.
const BY_DESIGN: [(&str, &str); 9] = [
    ("environment", "reads the environment"),
    ("input", "reads further inputs"),
    ("debug", "writes to the log"),
    ("halt", "ends the program"),
    ("modules", "loads a module"),
    ("time zone", "reads the zone of the machine"),
    ("interpreter", "asks about the interpreter"),
    ("recursion", "calls itself"),
    ("limits", "longer than"),
];

struct Case {
    line: usize,
    program: String,
    /// None where the program must not compile.
    run: Option<(String, Vec<String>)>,
}

#[test]
fn jqs_own_tests_pass_as_often_as_recorded() {
    let Some(path) = std::env::var_os(PATH_VARIABLE).map(PathBuf::from) else {
        let reason = format!("{PATH_VARIABLE} names no folder with jq's own test files");
        assert!(std::env::var("CI").as_deref() != Ok("true"), "jq-tests: {reason}");
        // Past the test harness, which keeps the output of tests that pass to itself.
        writeln!(std::io::stderr().lock(), "SKIPPED peer jq-tests: {reason}").unwrap();
        return;
    };
    let mut files = 0;
    for (name, recorded) in RECORDED {
        let file = if path.is_dir() { path.join(name) } else { path.clone() };
        if file.file_name().is_some_and(|found| found == name) && file.exists() {
            files += 1;
            check_file(&file, name, recorded);
        }
    }
    assert!(files > 0, "{} holds none of the files", path.display());
}

fn check_file(file: &Path, name: &str, recorded: usize) {
    let cases = cases(&fs::read_to_string(file).unwrap());
    assert!(!cases.is_empty(), "{name} holds no cases");
    let mut failures: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for case in &cases {
        if let Err((category, told)) = check(case) {
            failures.entry(category).or_default().push(format!("{name}:{}: {}\n      {told}", case.line, case.program));
        }
    }
    let failed: usize = failures.values().map(Vec::len).sum();
    let passed = cases.len() - failed;
    let mut report = format!("{name}: {passed} of {} pass\n", cases.len());
    for (category, failures) in &failures {
        report.push_str(&format!("  {category}: {}\n", failures.len()));
        for failure in failures {
            report.push_str(&format!("    {failure}\n"));
        }
    }
    writeln!(std::io::stderr().lock(), "{report}").unwrap();
    assert!(passed >= recorded, "{name}: {passed} pass, {recorded} did");
}

/// Groups of lines: the program, its input, the outputs; or after `%%FAIL` a program that must not compile.
fn cases(text: &str) -> Vec<Case> {
    let blank = |line: &str| line.trim_start_matches([' ', '\t']).is_empty() || line.trim_start().starts_with('#');
    let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    let mut cases = Vec::new();
    while let Some((line, program)) = lines.find(|(_, line)| !blank(line)) {
        let refused = program.starts_with("%%FAIL");
        let (line, program) = if refused { lines.next().expect("a program follows") } else { (line, program) };
        let mut rest = lines.by_ref().map(|(_, line)| line.to_owned()).take_while(|line| !blank(line));
        let input = if refused { None } else { Some(rest.next().expect("an input follows")) };
        let others: Vec<String> = rest.collect();
        let run = input.map(|input| (input, others));
        cases.push(Case { line, program: program.to_owned(), run });
    }
    cases
}

fn check(case: &Case) -> Result<(), (&'static str, String)> {
    let Some((input, expected)) = &case.run else {
        return match Expr::compile(&case.program, &[]) {
            Ok(_) => Err(("compiles, and should not", String::new())),
            Err(_) => Ok(()),
        };
    };
    let read = |text: &str| serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}'));
    let (Ok(input), Ok(expected)) =
        (read(input), expected.iter().map(|text| read(text)).collect::<Result<Vec<_>, _>>())
    else {
        return Err(("no JSON", "its data holds what JSON cannot say".to_owned()));
    };
    let outputs = outputs(&case.program, &input).map_err(|message| (category(&message), message))?;
    let same = outputs.len() == expected.len() && outputs.iter().zip(&expected).all(|(left, right)| equal(left, right));
    let told = || ("differs", format!("{} instead of {}", Value::from(outputs.clone()), Value::from(expected.clone())));
    if same { Ok(()) } else { Err(told()) }
}

/// All outputs up to the first error.
fn outputs(program: &str, input: &Value) -> Result<Vec<Value>, String> {
    const FAULT: &str = "\u{1}fault";
    let wrapped = format!("[try ({program}\n) catch {{\"{FAULT}\": .}}]");
    let expr = Expr::compile(&wrapped, &[]).map_err(|error| error.message)?;
    match expr.eval(input, &[]).map_err(|error| error.message)? {
        Value::Array(outputs) => Ok(outputs.into_iter().take_while(|output| output.get(FAULT).is_none()).collect()),
        other => Err(format!("not a list: {other}")),
    }
}

fn category(message: &str) -> &'static str {
    let refused = BY_DESIGN.iter().find(|(_, words)| message.contains(words));
    match refused {
        Some((category, _)) => category,
        None if message.starts_with("there is no") => "missing",
        None if message.contains("expected") => "syntax",
        None => "faults",
    }
}

/// Equal as JSON: 1 and 1.0 are the same number.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(one), Value::Number(two)) => one == two || one.as_f64() == two.as_f64(),
        (Value::Array(one), Value::Array(two)) => one.len() == two.len() && one.iter().zip(two).all(|(a, b)| equal(a, b)),
        (Value::Object(one), Value::Object(two)) => {
            one.len() == two.len() && one.iter().all(|(key, a)| two.get(key).is_some_and(|b| equal(a, b)))
        }
        _ => left == right,
    }
}
