//! `peygir check`: what is told of files that are wrong, in which language and form.

use serde_json::Value;

use crate::binary::{Called, call, folder};

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
