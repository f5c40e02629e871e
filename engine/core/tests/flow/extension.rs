//! Extensions around tasks (65, 16).

use super::{Run, check, check_output};

const LOG: &str = "
use:
  extensions:
    - log:
        extend: call
        before: [ { begin: { call: log, with: { at: '${ $task.reference }', of: '${ . }' } } } ]
        after: [ { done: { call: log, with: { of: '${ . }' } } } ]
";

#[test]
fn s65_before_and_after_run_around_the_task_and_what_they_put_out_is_dropped() {
    check(
        &format!("{LOG}
do: [ {{ a: {{ call: f, input: {{ from: .x }}, output: {{ as: '{{ y: . }}' }} }} }}, {{ b: {{ set: {{ z: '${{ .y }}' }} }} }} ]
"),
        r#"
        start {"x":1}
        > started a#1 {"x":1}
        > started a#1/@before:log {"x":1}
        > started a#1/@before:log/begin#1 {"x":1}
        > call a#1/@before:log/begin#1 log {"at":"/do/0/a","of":{"x":1}}
        answer a#1/@before:log/begin#1 "dropped"
        > completed a#1/@before:log/begin#1 "dropped"
        > completed a#1/@before:log "dropped"
        > a#1 goes to Task
        > started a#1/@task {"x":1}
        > call a#1/@task f 1
        answer a#1/@task 2
        > completed a#1/@task {"y":2}
        > a#1 goes to After(0) {"y":2}
        > started a#1/@after:log {"y":2}
        > started a#1/@after:log/done#1 {"y":2}
        > call a#1/@after:log/done#1 log {"of":{"y":2}}
        answer a#1/@after:log/done#1 "dropped"
        > completed a#1/@after:log/done#1 "dropped"
        > completed a#1/@after:log "dropped"
        > completed a#1 {"y":2}
        > started b#1 {"y":2}
        > completed b#1 {"z":2}
        > COMPLETED {"z":2}
        "#,
    );
}

#[test]
fn s65_several_extensions_stand_within_each_other_the_first_outermost() {
    check(
        "
use:
  extensions:
    - outer: { extend: all, before: [ { ob: { set: { v: ob } } } ], after: [ { oa: { set: { v: oa } } } ] }
    - other: { extend: call, before: [ { never: { raise: { error: { type: 'https://example.ir/e', status: 500 } } } } ] }
    - inner: { extend: set, before: [ { ib: { set: { v: ib } } } ], after: [ { ia: { set: { v: ia } } } ] }
do: [ { a: { set: { x: 1 }, then: end } }, { b: { set: { never: true } } } ]
",
        r#"
        start {}
        > started a#1 {}
        > started a#1/@before:outer {}
        > started a#1/@before:outer/ob#1 {}
        > completed a#1/@before:outer/ob#1 {"v":"ob"}
        > completed a#1/@before:outer {"v":"ob"}
        > a#1 goes to Before(1)
        > started a#1/@before:inner {}
        > started a#1/@before:inner/ib#1 {}
        > completed a#1/@before:inner/ib#1 {"v":"ib"}
        > completed a#1/@before:inner {"v":"ib"}
        > a#1 goes to Task
        > started a#1/@task {}
        > completed a#1/@task {"x":1}
        > a#1 goes to After(1) {"x":1} then end
        > started a#1/@after:inner {"x":1}
        > started a#1/@after:inner/ia#1 {"x":1}
        > completed a#1/@after:inner/ia#1 {"v":"ia"}
        > completed a#1/@after:inner {"v":"ia"}
        > a#1 goes to After(0) {"x":1} then end
        > started a#1/@after:outer {"x":1}
        > started a#1/@after:outer/oa#1 {"x":1}
        > completed a#1/@after:outer/oa#1 {"v":"oa"}
        > completed a#1/@after:outer {"v":"oa"}
        > completed a#1 {"x":1}
        > COMPLETED {"x":1}
        "#,
    );
}

#[test]
fn s65_when_sees_the_task_with_its_definition_and_decides_for_each() {
    let flow = |when: &str| {
        format!(
            "
use:
  extensions:
    - mock:
        extend: call
        when: {when}
        before: [ {{ m: {{ set: {{ mocked: true }}, then: exit }} }} ]
do: [ {{ a: {{ call: f, with: {{ url: 'https://a.ir/x' }} }} }} ]
"
        )
    };
    for when in [
        "$task.call == \"f\"",
        "$task.definition.call == \"f\" and ($task.with.url | startswith(\"https://a.ir\"))",
        "$task.name == \"a\" and $task.reference == \"/do/0/a\" and $task.input.n == 1 and .n == 1",
    ] {
        check_output(&flow(&format!("'{when}'")), r#"{"n": 1}"#, r#"{"mocked": true}"#);
    }
    check(
        &flow("'$task.call == \"g\"'"),
        r#"
        start {"n":1}
        > started a#1 {"n":1}
        > call a#1 f {"url":"https://a.ir/x"}
        "#,
    );
    check(
        &flow("'.n | error'"),
        r#"
        start {"n":1}
        > started a#1 {"n":1}
        > faulted a#1 expression 400 /do/0/a
        > FAULTED [a] expression 400 /do/0/a
        "#,
    );
}

#[test]
fn s16_exit_in_before_puts_its_output_in_the_place_of_the_tasks() {
    check(
        "
use:
  extensions:
    - log: { extend: call, after: [ { done: { set: { dropped: true } } } ] }
    - mock:
        extend: call
        before: [ { group: { do: [ { one: { set: { body: 7 }, then: exit } } ] } }, { m: { set: { body: '${ .body + 1 }' }, then: exit } } ]
        after: [ { never: { raise: { error: { type: 'https://example.ir/e', status: 500 } } } } ]
do:
  - a: { call: f, output: { as: .body }, export: { as: '{ got: $output }' }, then: last }
  - b: { set: { never: true } }
  - last: { set: '${ [ ., $context.got ] }' }
",
        r#"
        start {}
        > started a#1 {}
        > a#1 goes to Before(1)
        > started a#1/@before:mock {}
        > started a#1/@before:mock/group#1 {}
        > started a#1/@before:mock/group#1/one#1 {}
        > completed a#1/@before:mock/group#1/one#1 {"body":7}
        > completed a#1/@before:mock/group#1 {"body":7}
        > started a#1/@before:mock/m#1 {"body":7}
        > completed a#1/@before:mock/m#1 {"body":8}
        > completed a#1/@before:mock {"body":8}
        > context {"got":8}
        > a#1 goes to After(0) 8 then last
        > started a#1/@after:log 8
        > started a#1/@after:log/done#1 8
        > completed a#1/@after:log/done#1 {"dropped":true}
        > completed a#1/@after:log {"dropped":true}
        > completed a#1 8
        > started last#1 8
        > completed last#1 [8,8]
        > COMPLETED [8,8]
        "#,
    );
}

#[test]
fn s65_a_task_that_is_skipped_has_no_extensions_and_end_in_one_ends_the_workflow() {
    check(
        &format!(
            "{LOG}
do: [ {{ a: {{ if: 'false', call: f }} }} ]
"
        ),
        r#"
        start {}
        > skipped a
        > COMPLETED {}
        "#,
    );
    check(
        "
use: { extensions: [ { stop: { extend: all, before: [ { s: { set: { stopped: true }, then: end } } ] } } ] }
do: [ { group: { do: [ { a: { set: { x: 1 } } } ] } } ]
",
        r#"
        start {}
        > started group#1 {}
        > started group#1/@before:stop {}
        > started group#1/@before:stop/s#1 {}
        > completed group#1/@before:stop/s#1 {"stopped":true}
        > completed group#1/@before:stop {"stopped":true}
        > completed group#1 {"stopped":true}
        > COMPLETED {"stopped":true}
        "#,
    );
}

#[test]
fn s65_a_fault_in_an_extension_is_the_tasks_and_a_retry_keeps_the_keys() {
    check(
        &format!(
            "{LOG}
do:
  - t:
      try: [ {{ a: {{ call: f }} }} ]
      catch: {{ retry: {{ delay: PT1S, limit: {{ attempt: {{ count: 2 }} }} }} }}
"
        ),
        r#"
        start {}
        > started t#1 {}
        > started t#1/try {}
        > started t#1/try/a#1 {}
        > started t#1/try/a#1/@before:log {}
        > started t#1/try/a#1/@before:log/begin#1 {}
        > call t#1/try/a#1/@before:log/begin#1 log {"at":"/do/0/t/try/0/a","of":{}}
        answer t#1/try/a#1/@before:log/begin#1 1
        > completed t#1/try/a#1/@before:log/begin#1 1
        > completed t#1/try/a#1/@before:log 1
        > t#1/try/a#1 goes to Task
        > started t#1/try/a#1/@task {}
        > call t#1/try/a#1/@task f {}
        answer t#1/try/a#1/@task 2
        > completed t#1/try/a#1/@task 2
        > t#1/try/a#1 goes to After(0) 2
        > started t#1/try/a#1/@after:log 2
        > started t#1/try/a#1/@after:log/done#1 2
        > call t#1/try/a#1/@after:log/done#1 log {"of":2}
        fault t#1/try/a#1/@after:log/done#1 x 500
        > faulted t#1/try/a#1/@after:log/done#1 x 500 /do/0/t/try/0/a
        > faulted t#1/try/a#1/@after:log x 500 /do/0/t/try/0/a
        > faulted t#1/try/a#1 x 500 /do/0/t/try/0/a
        > faulted t#1/try x 500 /do/0/t/try/0/a
        > retry 1 of t#1 because of x 500 /do/0/t/try/0/a
        > timer 0 Retry at 1 of t#1
        after 1
        > timer 0 fired
        > retried t#1
        > started t#1/try {}
        > started t#1/try/a#1 {}
        > started t#1/try/a#1/@before:log {}
        > started t#1/try/a#1/@before:log/begin#1 {}
        > call t#1/try/a#1/@before:log/begin#1 log {"at":"/do/0/t/try/0/a","of":{}}
        fault t#1/try/a#1/@before:log/begin#1 x 500
        > faulted t#1/try/a#1/@before:log/begin#1 x 500 /do/0/t/try/0/a
        > faulted t#1/try/a#1/@before:log x 500 /do/0/t/try/0/a
        > faulted t#1/try/a#1 x 500 /do/0/t/try/0/a
        > faulted t#1/try x 500 /do/0/t/try/0/a
        > retry 2 of t#1 because of x 500 /do/0/t/try/0/a
        > timer 1 Retry at 2 of t#1
        "#,
    );
}

#[test]
fn s65_a_task_that_faulted_within_extensions_is_tried_again_without_its_before_list() {
    check(
        &format!(
            "{LOG}
do: [ {{ a: {{ call: f, timeout: {{ after: PT9S }} }} }} ]
"
        ),
        r#"
        start {}
        > started a#1 {}
        > started a#1/@before:log {}
        > started a#1/@before:log/begin#1 {}
        > call a#1/@before:log/begin#1 log {"at":"/do/0/a","of":{}}
        answer a#1/@before:log/begin#1 1
        > completed a#1/@before:log/begin#1 1
        > completed a#1/@before:log 1
        > a#1 goes to Task
        > started a#1/@task {}
        > timer 0 Timeout at 9 of a#1/@task
        > call a#1/@task f {}
        fault a#1/@task x 500
        > timer 0 cleared
        > faulted a#1/@task x 500 /do/0/a
        > FAULTED [a] x 500 /do/0/a
        retry
        > retried all
        > started a#1/@task {}
        > timer 1 Timeout at 9 of a#1/@task
        > call a#1/@task f {}
        answer a#1/@task 2
        > timer 1 cleared
        > completed a#1/@task 2
        > a#1 goes to After(0) 2
        > started a#1/@after:log 2
        > started a#1/@after:log/done#1 2
        > call a#1/@after:log/done#1 log {"of":2}
        answer a#1/@after:log/done#1 1
        > completed a#1/@after:log/done#1 1
        > completed a#1/@after:log 1
        > completed a#1 2
        > COMPLETED 2
        "#,
    );
}

#[test]
fn s65_branches_loops_functions_and_composites_are_extended() {
    let mut run = Run::new(
        "
use:
  functions: { f: { set: { in: f } } }
  extensions: [ { count: { extend: all, before: [ { c: { set: { x: 1 }, export: { as: '$context + { n: (($context.n // 0) + 1) }' } } } ] } } ]
do:
  - loop: { for: { in: '[ 1, 2 ]' }, do: [ { a: { call: f } } ] }
  - both: { fork: { branches: [ { x: { set: { x: 1 } } }, { y: { do: [ { z: { set: { z: 1 } } } ] } } ] } }
",
    );
    let told = run.line("start {}");
    let around = told.iter().filter(|line| line.contains("/@before:count ") && line.starts_with("started")).count();
    // loop, 2 × (a and the function's task), both, x, y, z
    assert_eq!(around, 9, "{told:#?}");
    assert_eq!(told.last().map(String::as_str), Some(r#"COMPLETED [{"x":1},{"z":1}]"#));
}
