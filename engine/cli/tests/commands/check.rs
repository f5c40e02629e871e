//! `peygir check`: what is told of files that are wrong, in which language and form.

use serde_json::Value;

use crate::binary::{Called, call, copy_of_content, folder};

const FLOW: &str = "\
document: { dsl: '1.0.3', namespace: test, name: one, version: '1.0.0' }
do:
  - greet:
      set: { text: hello }
      ouput: { as: .text }
";

fn check(flow: &str, options: &[&str]) -> Called {
    let folder = folder(&[("a.yaml", flow)]);
    call(folder.path(), &[&["check", "a.yaml"], options].concat())
}

#[test]
fn hints_speak_the_language_that_is_asked_for() {
    let english = check(FLOW, &[]);
    assert_eq!(english.code, 1);
    assert!(english.stderr.contains("= help: did you mean `output`?"), "{}", english.stderr);
    let persian = check(FLOW, &["--lang", "fa"]);
    assert!(persian.stderr.contains("= راهنما: آیا منظورتان «output» است؟"), "{}", persian.stderr);
    assert!(!persian.stderr.contains("did you mean"), "{}", persian.stderr);
    let expression = check(&FLOW.replace("ouput: { as: .text }", "if: ${ $contxt.a }"), &["--lang", "fa"]);
    assert!(expression.stderr.contains("«$context»"), "{}", expression.stderr);
    assert!(!expression.stderr.contains("did you mean"), "{}", expression.stderr);
}

#[test]
fn programs_get_both_languages_or_the_one_they_ask_for() {
    let json = check(FLOW, &["--format", "json", "--lang", "fa"]);
    let finding: Value = serde_json::from_str(json.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(finding["help"], "did you mean `output`?");
    assert_eq!(finding["help_fa"], "آیا منظورتان «output» است؟");
    let sarif = check(FLOW, &["--format", "sarif", "--lang", "fa"]);
    let log: Value = serde_json::from_str(&sarif.stdout).unwrap();
    let text = log["runs"][0]["results"][0]["message"]["text"].as_str().unwrap();
    assert!(text.ends_with("آیا منظورتان «output» است؟"), "{text}");
}

/// Keeps holidays, and has no table of any year in which this test may run.
const OLD: &str = "\
kind: calendar
id: old
title: { fa: کهنه, en: Old }
always: true
holidays:
  years:
    - { year: 1300, days: [] }
";

#[test]
fn calendars_are_wanted_to_have_the_tables_of_this_year_and_the_next() {
    let copy = copy_of_content();
    let file = "examples/one-province/pack/rules/calendars/old.yaml";
    let path = copy.path().join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, OLD).unwrap();
    let lacks = |called: &Called| {
        assert_eq!(called.stderr.matches("[PG-C013]: calendar \"old\" has no table of holidays for 14").count(), 2);
        assert!(called.stderr.contains(&format!("{file}:5:")) || called.stderr.contains(&format!("{file}:6:")));
    };
    // A deployment, a pack that lies over another, a file by itself.
    for checked in ["examples/one-province", "examples/one-province/pack", file] {
        let called = call(copy.path(), &["check", checked]);
        assert_eq!(called.code, 0, "{}", called.stderr);
        lacks(&called);
    }
    // What else is wrong does not hide it.
    std::fs::write(copy.path().join("examples/one-province/pack/rules/wrong.yaml"), "kind: form\nid: a/b\n").unwrap();
    let called = call(copy.path(), &["check", "examples/one-province"]);
    assert_eq!(called.code, 1, "{}", called.stderr);
    lacks(&called);
    let persian = call(copy.path(), &["check", file, "--lang", "fa"]);
    assert_eq!(persian.stderr.matches("هشدار[PG-C013]: تقویم «old»").count(), 2, "{}", persian.stderr);
}
