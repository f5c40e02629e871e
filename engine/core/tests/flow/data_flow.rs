//! Data on its way through a task: `if`, `input.from`, `output.as`, `export.as`, schemas, and the variables of each.

use super::{Run, check, check_output};

#[test]
fn each_task_works_on_the_output_of_the_one_before() {
    check_output(
        "
do:
  - a: { set: { n: '${ .n + 1 }' } }
  - b: { set: { n: '${ .n * 10 }' } }
",
        r#"{"n": 1}"#,
        r#"{"n": 20}"#,
    );
}

#[test]
fn input_from_and_output_as_filter() {
    let flow = "
do:
  - id:
      input: { from: .user.claims.subject }
      set: { playerId: '${ . }' }
      output: { as: '{ ids: [ $input, .playerId ] }' }
";
    check_output(flow, r#"{"user": {"claims": {"subject": "x"}}}"#, r#"{"ids": ["x", "x"]}"#);
}

#[test]
fn set_takes_text_without_expression_as_it_is_and_never_evaluates_data() {
    check_output(
        "do: [ { a: { set: { t: '.n', e: '${ .n }' } } } ]",
        r#"{"n": "${ 1 }"}"#,
        r#"{"t": ".n", "e": "${ 1 }"}"#,
    );
}

#[test]
fn an_expression_of_no_value_or_several_is_a_fault() {
    for expression in ["empty", ".[]", "error(\"x\")"] {
        check(
            &format!("do: [ {{ a: {{ set: {{ x: '${{ {expression} }}' }} }} }} ]"),
            "
            start [1,2]
            > started a#1 [1,2]
            > faulted a#1 expression 400 /do/0/a
            > FAULTED [a] expression 400 /do/0/a
            ",
        );
    }
}

#[test]
fn a_task_whose_if_is_false_gives_its_raw_input_and_its_then_is_followed() {
    check(
        "
do:
  - a:
      if: .go
      input: { from: .missing.so }
      set: { x: 1 }
      output: { as: '{}' }
      export: { as: '{ a: 1 }' }
      then: c
  - b: { set: { wrong: true } }
  - c: { set: { context: '${ $context }', got: '${ . }' } }
",
        r#"
        start {"go":null}
        > skipped a
        > started c#1 {"go":null}
        > completed c#1 {"context":{},"got":{"go":null}}
        > COMPLETED {"context":{},"got":{"go":null}}
        "#,
    );
}

#[test]
fn export_replaces_the_context() {
    check_output(
        "
do:
  - a: { set: { x: 1 }, export: { as: '{ first: .x, seen: $output.x }' } }
  - b: { set: { y: 2 }, export: { as: '$context + { second: .y }' } }
  - c: { set: '${ $context }' }
  - d: { set: { x: 1 }, export: { as: '{ only: 1 }' } }
  - e: { set: '${ [$context, $input] }', input: { from: '{ c: $context.only }' } }
",
        "{}",
        r#"[{"only": 1}, {"c": 1}]"#,
    );
}

#[test]
fn the_workflow_has_filters_of_its_own() {
    check_output(
        "
input: { from: '{ n: .n, raw: $workflow.input.n }' }
do:
  - a: { set: { n: '${ .n + 1 }', raw: '${ .raw }' }, export: { as: '{ c: 5 }' } }
output: { as: '[ .n, .raw, $context.c ]' }
",
        r#"{"n": 1, "other": 2}"#,
        "[2, 1, 5]",
    );
}

#[test]
fn descriptors_tell_of_task_workflow_and_runtime() {
    check_output(
        "
do:
  - outer:
      do:
        - a:
            input: { from: '{ changed: true }' }
            set:
              name: '${ $task.name }'
              reference: '${ $task.reference }'
              input: '${ $task.input }'
              began: '${ $task.startedAt.epoch.seconds }'
              iso: '${ $workflow.startedAt.iso8601 }'
              flow: '${ $workflow.definition.document.name }'
              engine: '${ $runtime.name }'
              now: '${ now }'
",
        r#"{"n": 1}"#,
        r#"{"name": "a", "reference": "/do/0/outer/do/0/a", "input": {"n": 1}, "began": 1795248000,
            "iso": "2026-11-21T08:00:00Z", "flow": "flow", "engine": "peygir", "now": 1795248000}"#,
    );
}

#[test]
fn schemas_are_checked_on_raw_input_output_and_export() {
    let number = "{ schema: { document: { type: object, properties: { n: { type: integer } }, required: [ n ] } } }";
    for (clauses, ok) in [
        (format!("input: {number}"), false),
        ("input: { schema: { document: { required: [ s ] } } }".to_owned(), true),
        (format!("output: {number}"), false),
        (format!("export: {{ as: ., schema: {} }}", "{ document: { required: [ n ] } }"), false),
    ] {
        let mut run = super::Run::new(&format!("do: [ {{ a: {{ set: {{ s: 1 }}, {clauses} }} }} ]"));
        run.line(r#"start {"s": 1}"#);
        let fault = run.instance().fault.as_ref().map(|fault| (fault.status, fault.instance.clone()));
        assert_eq!(fault, (!ok).then(|| (400, Some("/do/0/a".to_owned()))), "{clauses}");
    }
}

#[test]
fn a_schema_that_refers_to_elsewhere_is_refused() {
    for reference in ["http://127.0.0.1:9/schema.json", "file:///etc/passwd"] {
        // The reader refuses it too; here it stands for one that came another way.
        let mut run = Run::new("do: [ { a: { set: { x: 1 }, input: { schema: { document: { type: object } } } } } ]");
        let mut tasks = run.workflow.tasks.to_vec();
        tasks[0].input.as_mut().expect("the input is given").schema = Some(serde_json::json!({ "$ref": reference }));
        run.workflow.tasks = tasks.into();
        let told = run.line("start {}");
        assert_eq!(told.last().map(String::as_str), Some("FAULTED [a] validation 400 /do/0/a"));
    }
}

#[test]
fn an_input_that_the_workflow_refuses_faults_it_before_any_task() {
    check(
        "
input: { schema: { document: { required: [ n ] } } }
do: [ { a: { set: { x: 1 } } } ]
",
        "
        start {}
        > FAULTED [] validation 400
        retry
        > rejected: nothing waits for this
        ",
    );
}
