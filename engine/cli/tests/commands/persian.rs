//! What is told with `--lang fa`: no English sentence and no Latin number stands in it, whichever command speaks and whatever is
//! wrong. Names, files, versions, values and what is to be typed stay as they are written.

use tempfile::TempDir;

use crate::binary::{Called, call, folder};

/// Latin words that are names of the fixture, of files or of programs.
const NAMES: &[&str] = &[
    "peygir",
    "rhai",
    "error",
    "args",
    "req",
    "now",
    "main",
    "late",
    "route",
    "yazd",
    "national",
    "old",
    "new",
    "water",
    "power",
    "street",
    "abfa",
    "city",
    "office",
    "true",
    "false",
    "fault",
    "message",
    "UTF",
    "FOLDER",
    "NAME",
    "nowhere",
    "topic",
    "days",
    "here",
    "there",
    "HTTP",
    "string",
    "boolean",
    "integer",
    "get",
    "none",
    "then",
    "when",
    "last",
    "replace",
    "otherwise",
    "agency",
    "step",
    "urgent",
];

/// Latin words and digits that nobody who reads Persian alone could read: everything but names, codes, quoted texts, values,
/// lines of a source and what is marked as running from left to right.
pub fn foreign(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines().filter(|line| !is_source(line)) {
        for word in without_marked(line).split_whitespace() {
            let word = word.trim_matches(|one: char| !one.is_alphanumeric() && !"./@_=-".contains(one));
            let word = word.trim_end_matches(['.', ':']);
            let latin = word.chars().any(|one| one.is_ascii_alphanumeric());
            // A path, an option, a version, an assignment, a code, a date as it is typed.
            let is_written = word.chars().any(|one| "./@_=-:#+".contains(one));
            if latin && !is_written && !NAMES.contains(&word) {
                found.push(format!("{word}  <-  {line}"));
            }
        }
    }
    found
}

/// A line of a script or a file, or the line of its place.
fn is_source(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("-->")
        || line.split_once('|').is_some_and(|(head, _)| !head.chars().any(|one| ('ا'..='ی').contains(&one)))
}

/// The line without quoted stretches, values in brackets and stretches that run from left to right.
fn without_marked(line: &str) -> String {
    let mut left = String::new();
    let (mut closers, mut tick) = (Vec::new(), false);
    for one in line.chars() {
        match one {
            '`' | '"' => tick = !tick,
            '«' => closers.push('»'),
            '\u{2066}' | '\u{2068}' => closers.push('\u{2069}'),
            // What is to be typed, up to where the sentence goes on.
            '\u{200E}' if !closers.contains(&'\u{200E}') => closers.push('\u{200E}'),
            _ if closers.last() == Some(&'\u{200E}') && ('ا'..='ی').contains(&one) => {
                closers.pop();
            }
            '{' => closers.push('}'),
            '[' => closers.push(']'),
            _ if closers.last() == Some(&one) => {
                closers.pop();
            }
            // A line of its own direction.
            '\u{2067}' | '\u{2069}' => {}
            _ if closers.is_empty() && !tick => left.push(one),
            _ => {}
        }
    }
    left
}

pub fn check(called: &Called, what: &str) {
    for (stream, text) in [("stdout", &called.stdout), ("stderr", &called.stderr)] {
        let found = foreign(text);
        assert!(found.is_empty(), "{what}, {stream}:\n{}\n\n{text}", found.join("\n"));
    }
    assert!(!(called.stdout.is_empty() && called.stderr.is_empty()), "{what} says nothing");
}

const TABLE: &str = "kind: decision-table
id: route
version: 1.0.0
hit: first
inputs:
  topic: { type: string, title: { fa: موضوع, en: topic } }
  urgent: { type: boolean, default: false }
outputs:
  agency: { type: string, required: true }
  days: { type: integer, default: 10, max: 15 }
rules:
  - { id: water, when: { topic: water }, then: { agency: abfa } }
  - { id: street, when: { topic: street }, then: { agency: city, days: 12 } }
  - { id: otherwise, last: true, then: { agency: office } }
tests:
  - { name: لوله, given: { topic: water }, expect: { rule: water, days: 9 } }
  - { name: نوع, given: { topic: 5 }, expect: { rule: water } }
";

/// With every kind of cell that faults are put into, and rows that notice none of them.
const UNNOTICED: &str = "kind: decision-table
id: route
version: 1.0.0
hit: first
inputs:
  topic: { type: string, title: { fa: موضوع, en: topic } }
  urgent: { type: boolean, default: false }
  days: { type: number }
  here: { type: string }
outputs:
  agency: { type: string, required: true }
  late: { type: boolean }
  step: { type: number, max: 4 }
rules:
  - { id: water, when: { topic: [water, power], urgent: true }, then: { agency: abfa, late: true } }
  - { id: street, when: { topic: { not: [street, city] }, days: '>= 1.5' }, then: { agency: city, step: 2.5 } }
  - { id: power, when: { days: '1..4', here: { present: true } }, then: { agency: '{here}' } }
  - { id: otherwise, last: true, then: { agency: office } }
tests:
  - { name: لوله, given: { topic: none, days: 9 }, expect: { rule: street } }
";

const SCRIPT: &str = "fn main(req, now, args) {
  if req.n > 3 {
    return [];
  }
  let days = req.days + 1;
  days
}
";

const ROWS: &str = "- { name: نخست, req: { n: 1, days: 2 }, now: '2026-11-21T10:00:00+03:30', expect: 3 }
- { name: دوم, req: { n: 1 }, expect: 4 }
";

fn pack() -> TempDir {
    let manifest = |name: &str, version: &str, more: &str| {
        format!("kind: pack\nname: {name}\nversion: {version}\ntitle: {{ fa: بسته, en: Pack }}\n{more}")
    };
    let overlay = "kind: decision-table-overlay\nextends: { id: route, version: '^1.0' }\nversion: 1.0.0\n\
                   replace:\n  water: { then: { agency: abfa, days: 11 } }\n  street: { then: { agency: city, days: 13 } }\n";
    let moved = TABLE.replace("version: 1.0.0", "version: 2.0.0").replace("days: 12", "days: 14");
    let sound = |table: &str| table.split("tests:").next().unwrap().to_owned();
    let directory = "kind: directory\nprovince: { id: yazd, fa: یزد, en: Yazd }\n";
    folder(&[
        ("old/pack.yaml", &manifest("national", "1.0.0", "")),
        ("old/rules/route.table.yaml", &sound(TABLE)),
        ("new/pack.yaml", &manifest("national", "2.0.0", "")),
        ("new/rules/route.table.yaml", &sound(&moved)),
        (
            "yazd/pack.yaml",
            &manifest("yazd", "1.0.0", "for: { province: yazd }\nover: [ { name: national, version: '^1.0' } ]\n"),
        ),
        ("yazd/rules/route.overlay.yaml", overlay),
        ("yazd/rules/directory.yaml", directory),
        ("tests/late.rhai", SCRIPT),
        ("tests/late.test.yaml", ROWS),
        ("tests/route.table.yaml", TABLE),
        ("tests/alone.rhai", SCRIPT),
        ("unnoticed/route.table.yaml", UNNOTICED),
        ("typed.rhai", "fn main(req, now, args) {\n  if 5 { 1 }\n}\n"),
        ("broken.yaml", "kind: decision-table\nid: route\n"),
    ])
}

#[test]
fn every_command_speaks_persian_alone() {
    let pack = pack();
    let said = |arguments: &[&str]| {
        let called = call(pack.path(), &[arguments, &["--lang", "fa"]].concat());
        check(&called, &arguments.join(" "));
        called
    };
    let tests = said(&["test", "tests"]);
    assert!(tests.stdout.contains("۱ از ۲ سطر رد شد") && tests.stdout.contains("سطرهای اجراشده"), "{}", tests.stdout);
    said(&["test", "yazd", "tests/alone.rhai"]);
    said(&["test", "tests/route.table.yaml", "--mutants"]);
    let faults = said(&["test", "unnoticed", "--mutants"]);
    for words in
        ["بی گزینهٔ ۱", "دست‌کم ۰٫۵", "پاسخ ۳٫۵ می‌دهد", "پاسخ «city-x» می‌دهد", "پاسخ خیر می‌دهد", "[\"water\",\"power\"]"]
    {
        assert!(faults.stdout.contains(words), "{words}: {}", faults.stdout);
    }
    said(&["test", "no-such-folder"]);
    said(&["check", "tests", "typed.rhai", "broken.yaml", "no-such-file.yaml"]);
    let rebased = said(&["rebase", "yazd", "--onto", "new", "--from", "old"]);
    assert!(rebased.stdout.contains("۱۳") || rebased.stdout.contains("۱۱"), "{}", rebased.stdout);
    said(&["rebase", "yazd", "--onto", "new", "--from", "nowhere"]);
    said(&["rebase", "yazd", "--onto", "new", "--data", "none"]);
    said(&["explain", "table", "old/rules/route.table.yaml"]);
    let day = said(&["explain", "table", "old/rules/route.table.yaml", "--on", "1405/13/01"]);
    assert!(day.stderr.contains("ماه ۱۳ وجود ندارد"), "{}", day.stderr);
    let place = said(&["explain", "table", "yazd", "--province", "nowhere"]);
    assert!(place.stderr.contains("استانی به نام «nowhere» نیست؛ هست: yazd"), "{}", place.stderr);
    said(&["explain", "table", "yazd", "--table", "rote"]);
    said(&["explain", "table", "no-such-file.yaml"]);
    // The steps are lines of the script and its values; what is said of them is Persian.
    for (row, words) in [
        ("نخست", ["شنبه ۳۰ آبان ۱۴۰۵ ۱۰:۰۰", "گام   سطر  تابع", "همان که سطر انتظار دارد"]),
        ("دوم", ["سطر now ندارد", "اسکریپت در سطر ۵ خطا داد", "انتظار: 4"]),
    ] {
        let called = call(pack.path(), &["debug", "tests/late.rhai", "--test", row, "--trace", "--lang", "fa"]);
        for words in words {
            assert!(called.stdout.contains(words), "{words}: {}", called.stdout);
        }
    }
    said(&["debug", "tests/late.rhai", "--test", "سوم"]);
    said(&["debug", "late", "--case", "12345678903", "--data", "none"]);
    for asked in
        [&["packs"][..], &["packs", "rollback"], &["deploy", "yazd"], &["closure", "list"], &["operation", "list"]]
    {
        let called = said(&[asked, &["--data", "none"]].concat());
        assert!(called.stderr.contains("سروری روی none در کار نیست"), "{}", called.stderr);
        assert!(called.stderr.contains("چنین پرونده یا پوشه‌ای نیست"), "{}", called.stderr);
    }
    said(&["deploy", "no-such-folder", "--data", "none"]);
    said(&["explain", "decision", "12345678903", "--data", "none"]);
    said(&["explain", "deadline", "12345678903", "--data", "none"]);
}

#[test]
fn a_server_that_does_not_answer_is_told_in_persian() {
    let folder = folder(&[("a", "")]);
    let mut command = crate::binary::command(folder.path(), &["packs", "--url", "http://127.0.0.1:9", "--lang", "fa"]);
    let output = command.env("PEYGIR_TOKEN", "x").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("پاسخ نمی‌دهد") && foreign(&told).is_empty(), "{:?}\n{told}", foreign(&told));
}

#[test]
fn what_the_checker_of_these_tests_finds() {
    for (line, words) in [
        ("✓ a/b.yaml: 10 سطر", vec!["10"]),
        ("✓ a/b.yaml: ۱۰ سطر", vec![]),
        ("there is no province", vec!["there", "is", "no", "province"]),
        ("نسخهٔ 1.4.0 و \u{2066}any thing 5\u{2069} و «some text» و PG-T012", vec![]),
        ("خطای os error ۲", vec!["os"]),
        ("3 | let x = 5;", vec![]),
    ] {
        let found: Vec<String> = foreign(line).iter().map(|one| one.split("  <-").next().unwrap().to_owned()).collect();
        let expected: Vec<&str> = words.into_iter().filter(|word| !NAMES.contains(word)).collect();
        assert_eq!(found, expected, "{line}");
    }
}

/// A call that can't be understood is told in the language that it asked for.
#[test]
fn a_call_that_is_mistyped_is_told_in_persian() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, words) in [
        (vec!["check", "--noets", ".", "--lang", "fa"], ["شناخته نیست", "--noets", "--notes"]),
        (vec!["chek", ".", "--lang", "fa"], ["شناخته نیست", "chek", "check"]),
        (vec!["check", ".", "--format", "xml", "--lang", "fa"], ["پذیرفته نیست", "xml", "sarif"]),
        (vec!["packs", "withdraw", "3", "--lang=fa"], ["لازم است", "--reason", "peygir --help"]),
    ] {
        let called = crate::binary::call(folder.path(), &arguments);
        assert_eq!(called.code, 64, "{arguments:?}: {}", called.stderr);
        for word in words {
            assert!(called.stderr.contains(word), "{arguments:?} {word}: {}", called.stderr);
        }
        assert!(!called.stderr.contains("error:") && !called.stderr.contains("Usage"), "{}", called.stderr);
    }
    let english = crate::binary::call(folder.path(), &["check", "--noets", "."]);
    assert!(english.stderr.contains("unexpected argument"), "{}", english.stderr);
}
