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
    [("jq.test", 464), ("man.test", 225), ("onig.test", 46), ("base64.test", 10), ("uri.test", 20)];

/// What we do otherwise on purpose, by words of the refusal or of the fault.
const BY_DESIGN: [(&str, &str); 11] = [
    ("by design: environment", "reads the environment"),
    ("by design: input", "reads further inputs"),
    ("by design: debug", "writes to the log"),
    ("by design: halt", "ends the program"),
    ("by design: modules", "loads a module"),
    ("by design: time zone", "reads the zone of the machine"),
    ("by design: interpreter", "asks about the interpreter"),
    ("by design: recursion", "calls itself"),
    ("by design: limits", "longer than"),
    ("by design: limits", "nested deeper than"),
    ("by design: limits", "too many steps"),
];
/// Digits from which on jq rounds integers, and we keep them.
const EXACT_DIGITS: usize = 16;
/// The member that marks an output as the fault that ended the outputs.
const FAULT: &str = "\u{1}fault";

struct Case {
    line: usize,
    program: String,
    /// None where the program must not compile.
    run: Option<(String, Vec<String>)>,
}

#[test]
fn jqs_own_tests_pass_as_often_as_recorded() {
    let Some(path) = std::env::var_os(PATH_VARIABLE).map(PathBuf::from) else {
        // Nobody has to have these files: they are jq's, and none of our peers.
        eprintln!("{PATH_VARIABLE} names no folder with jq's own test files: they were not run");
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
    let (outputs, fault) =
        outputs(&case.program, &input).map_err(|message| (category(&message).unwrap_or("faults"), message))?;
    let same = outputs.len() == expected.len() && outputs.iter().zip(&expected).all(|(left, right)| equal(left, right));
    if same {
        return Ok(());
    }
    let told = format!("{} instead of {}", Value::from(outputs.clone()), Value::from(expected));
    let fault = fault.into_iter().chain(outputs).filter_map(|message| category(message.as_str()?)).next();
    let exact = has_large_integer(&case.program) || case.run.iter().any(|(input, _)| has_large_integer(input));
    Err((fault.unwrap_or(if exact { "by design: exact integers" } else { "differs" }), told))
}

fn has_large_integer(text: &str) -> bool {
    text.contains("have_decnum")
        || text.split(|sign: char| !sign.is_ascii_digit()).any(|digits| digits.len() >= EXACT_DIGITS)
}

/// All outputs up to the first error, and its message.
fn outputs(program: &str, input: &Value) -> Result<(Vec<Value>, Option<Value>), String> {
    Expr::compile(program, &[]).map_err(|error| error.message)?;
    let wrapped = format!("[try ({program}\n) catch {{\"{FAULT}\": .}}]");
    let expr = Expr::compile(&wrapped, &[]).map_err(|error| error.message)?;
    let Value::Array(mut outputs) = expr.eval(input, &[]).map_err(|error| error.message)? else {
        return Err("not a list".to_owned());
    };
    let end = outputs.iter().position(|output| output.get(FAULT).is_some());
    let fault = end.map(|end| outputs.split_off(end)[0][FAULT].take());
    Ok((outputs, fault))
}

fn category(message: &str) -> Option<&'static str> {
    let refused = BY_DESIGN.iter().find(|(_, words)| message.contains(words));
    match refused {
        Some((category, _)) => Some(category),
        None if message.starts_with("there is no") => Some("missing"),
        None if message.contains("expected, found") => Some("syntax"),
        None => None,
    }
}

/// Equal as JSON: 1 and 1.0 are the same number.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(one), Value::Number(two)) => one == two || one.as_f64() == two.as_f64(),
        (Value::Array(one), Value::Array(two)) => {
            one.len() == two.len() && one.iter().zip(two).all(|(a, b)| equal(a, b))
        }
        (Value::Object(one), Value::Object(two)) => {
            one.len() == two.len() && one.iter().all(|(key, a)| two.get(key).is_some_and(|b| equal(a, b)))
        }
        _ => left == right,
    }
}
