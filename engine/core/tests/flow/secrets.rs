//! `$secrets` and `$authorization` (9-11, 58).

use peygir_core::{Command, Data, command::Answer};
use serde_json::json;

use super::run::Run;

fn run(use_: &str, task: &str) -> Run {
    let mut run = Run::new(&format!("use: {{ secrets: {use_} }}\ndo: [ {{ a: {task} }} ]"));
    run.surroundings.secrets =
        Some(json!({ "sms": "token-1", "db": { "user": "token-2" }, "hidden": "token-3" }).into());
    run
}

#[test]
fn s10_a_declared_secret_is_read_where_the_table_ticks_and_the_journal_has_its_token() {
    for task in [
        "{ set: { x: '${ $secrets.sms }' } }",
        "{ set: { x: 1 }, output: { as: '{ x: $secrets.sms }' } }",
        "{ if: '$secrets.sms == \"token-1\"', set: { x: '${ $secrets[\"sms\"] }' } }",
        "{ input: { from: '{ k: $secrets.sms }' }, set: { x: '${ .k }' } }",
        "{ set: { x: '${ $secrets | keys[0] as $k | .[$k] }' } }",
    ] {
        let told = run("[ sms ]", task).line("start {}");
        assert_eq!(told.last().map(String::as_str), Some(r#"COMPLETED {"x":"token-1"}"#), "{task}");
    }
}

#[test]
fn s11_a_secret_that_is_not_declared_or_not_there_is_an_authorization_error() {
    let told = run("[ sms, gone ]", "{ set: { x: '${ $secrets.gone }' } }").line("start {}");
    assert_eq!(told.last().map(String::as_str), Some("FAULTED [a] authorization 403 /do/0/a"));
    // What the reader refuses is refused here too.
    let mut undeclared = run("[ hidden ]", "{ set: { x: '${ $secrets.hidden }' } }");
    undeclared.workflow.secrets = vec!["sms".into()];
    let told = undeclared.line("start {}");
    assert_eq!(told.last().map(String::as_str), Some("FAULTED [a] authorization 403 /do/0/a"));
}

#[test]
fn s11_an_expression_that_goes_through_all_secrets_sees_the_declared_ones_only() {
    let told = run("[ sms ]", "{ set: { x: '${ $secrets | keys }' } }").line("start {}");
    assert_eq!(told.last().map(String::as_str), Some(r#"COMPLETED {"x":["sms"]}"#));
}

#[test]
fn s58_the_authorization_of_a_call_is_seen_by_its_output_and_export() {
    let mut run = Run::new(
        "
do:
  - a: { call: f, output: { as: '[ ., $authorization.scheme ]' }, export: { as: '$authorization' } }
  - b: { set: '${ [ ., $context, $authorization ] }' }
",
    );
    run.line("start {}");
    let authorization: Data = json!({ "scheme": "Bearer", "parameter": "sealed" }).into();
    let answer = Answer::Output { output: Data::null(), provenance: None, authorization: Some(authorization) };
    run.send(&Command::Answer { activation: 1, answer }).expect("it is answered");
    let output = run.instance().output.clone().expect("it completed");
    assert_eq!(*output.value(), json!([[null, "Bearer"], { "scheme": "Bearer", "parameter": "sealed" }, null]));
}
