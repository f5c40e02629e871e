//! Functions that are tasks (61).

use super::{Run, check, check_output};

const GREET: &str = "
use:
  functions:
    greet:
      input: { schema: { document: { required: [ name ] } } }
      set: { text: '${ \"salam \" + .name }', context: '${ $context }' }
    refuse: { do: [ { no: { raise: { error: { type: 'https://example.ir/no', status: 409 } } } } ] }
";

#[test]
fn s61_with_is_the_functions_input_and_the_task_of_the_function_gives_the_output() {
    check(
        &format!(
            "{GREET}
do:
  - a: {{ call: greet, with: {{ name: '${{ .who }}' }}, output: {{ as: .text }} }}
"
        ),
        r#"
        start {"who":"Sara"}
        > started a#1 {"who":"Sara"}
        > started a#1/greet#1 {"name":"Sara"}
        > completed a#1/greet#1 {"context":{},"text":"salam Sara"}
        > completed a#1 "salam Sara"
        > COMPLETED "salam Sara"
        "#,
    );
}

#[test]
fn s61_s53_errors_inside_a_function_have_the_place_of_the_call() {
    check(
        &format!(
            "{GREET}
do: [ {{ group: {{ do: [ {{ a: {{ call: refuse }} }} ] }} }} ]
"
        ),
        r#"
        start {"who":"Sara"}
        > started group#1 {"who":"Sara"}
        > started group#1/a#1 {"who":"Sara"}
        > started group#1/a#1/refuse#1 {"who":"Sara"}
        > started group#1/a#1/refuse#1/no#1 {"who":"Sara"}
        > faulted group#1/a#1/refuse#1/no#1 no 409 /do/0/group/do/0/a
        > FAULTED [group/a/refuse/no] no 409 /do/0/group/do/0/a
        "#,
    );
}

#[test]
fn s53_the_place_within_the_function_stands_beside_that_of_the_call() {
    for (tasks, inner) in [
        ("[ { a: { call: refuse } } ]", Some("/use/functions/refuse/do/0/no")),
        ("[ { a: { call: greet } } ]", Some("/use/functions/greet")),
        ("[ { a: { set: { x: '${ error }' } } } ]", None),
        ("[ { a: { call: greet, input: { from: .who + 1 } } } ]", None),
    ] {
        let mut run = Run::new(&format!("{GREET}\ndo: {tasks}\n"));
        run.line(r#"start {"who":"Sara"}"#);
        let fault = run.instance().fault.clone().expect("it faulted");
        assert_eq!(
            (fault.instance.as_deref(), fault.inner.as_deref().map(String::as_str)),
            (Some("/do/0/a"), inner),
            "{tasks}"
        );
        assert_eq!(fault.to_value().get("inner").and_then(|inner| inner.as_str()), inner, "{tasks}");
    }
}

#[test]
fn s61_arguments_are_not_the_context_and_a_call_without_with_hands_on_its_input() {
    check_output(
        &format!(
            "{GREET}
do: [ {{ a: {{ call: greet, output: {{ as: .context }} }} }} ]
"
        ),
        r#"{"name": "Sara"}"#,
        "{}",
    );
}

#[test]
fn s61_a_function_that_rests_keeps_a_key_below_its_call() {
    check(
        "
use: { functions: { twice: { do: [ { one: { call: f } }, { two: { call: g } } ] } } }
do: [ { a: { call: twice, timeout: { after: PT9S } } }, { b: { call: twice } } ]
",
        r#"
        start {}
        > started a#1 {}
        > timer 0 Timeout at 9 of a#1
        > started a#1/twice#1 {}
        > started a#1/twice#1/one#1 {}
        > call a#1/twice#1/one#1 f {}
        answer a#1/twice#1/one#1 1
        > completed a#1/twice#1/one#1 1
        > started a#1/twice#1/two#1 1
        > call a#1/twice#1/two#1 g 1
        answer a#1/twice#1/two#1 2
        > completed a#1/twice#1/two#1 2
        > completed a#1/twice#1 2
        > timer 0 cleared
        > completed a#1 2
        > started b#1 2
        > started b#1/twice#1 2
        > started b#1/twice#1/one#1 2
        > call b#1/twice#1/one#1 f 2
        "#,
    );
}

#[test]
fn s61_a_function_that_calls_itself_ends_at_the_limit_of_depth() {
    let mut run = Run::new(
        "
use: { functions: { again: { call: again } } }
do: [ { t: { try: [ { a: { call: again } } ], catch: { errors: { with: { type: 'https://serverlessworkflow.io/spec/1.0.0/errors/runtime' } } } } } ]
",
    );
    run.surroundings.limits.depth_max = 20;
    let told = run.line("start {}");
    assert_eq!(told.last().map(String::as_str), Some("COMPLETED {}"));
    assert_eq!(told.iter().filter(|line| line.starts_with("started")).count(), 21);
    let caught = told.iter().find(|line| line.starts_with("caught")).map(String::as_str);
    assert_eq!(caught, Some("caught by t#1 runtime 500 /do/0/t/try/0/a"));
}
