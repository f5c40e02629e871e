//! The order of tasks: lists, `then`, `switch`, ends from any depth, and the keys of what runs again.

use super::{check, check_output};

const COLORS: &str = "
  - setRed: { set: { colors: '${ .colors + [ \"red\" ] }' }, then: end }
  - setGreen: { set: { colors: '${ .colors + [ \"green\" ] }' }, then: end }
  - setOther: { set: { colors: '${ .colors + [ $input.color ] }' } }
";

#[test]
fn tasks_run_in_the_order_of_writing_or_as_then_says() {
    check(
        "
do:
  - setRed: { set: { c: '${ .c + [ \"red\" ] }' }, then: setGreen }
  - setBlue: { set: { c: '${ .c + [ \"blue\" ] }' }, then: end }
  - setGreen: { set: { c: '${ .c + [ \"green\" ] }' }, then: setBlue }
",
        r#"
        start {}
        > started setRed#1 {}
        > completed setRed#1 {"c":["red"]}
        > started setGreen#1 {"c":["red"]}
        > completed setGreen#1 {"c":["red","green"]}
        > started setBlue#1 {"c":["red","green"]}
        > completed setBlue#1 {"c":["red","green","blue"]}
        > COMPLETED {"c":["red","green","blue"]}
        "#,
    );
}

#[test]
fn a_do_is_a_scope_with_keys_of_its_own() {
    check(
        "
do:
  - outer:
      do:
        - a: { set: { x: '${ .x + 1 }' } }
      output: { as: '{ x: .x, filtered: true }' }
  - after: { set: '${ . }' }
",
        r#"
        start {"x":1}
        > started outer#1 {"x":1}
        > started outer#1/a#1 {"x":1}
        > completed outer#1/a#1 {"x":2}
        > completed outer#1 {"filtered":true,"x":2}
        > started after#1 {"filtered":true,"x":2}
        > completed after#1 {"filtered":true,"x":2}
        > COMPLETED {"filtered":true,"x":2}
        "#,
    );
}

#[test]
fn exit_leaves_the_scope_and_end_leaves_the_workflow() {
    let flow = |then: &str| {
        format!(
            "
do:
  - outer:
      do:
        - a: {{ set: {{ a: 1 }}, then: {then} }}
        - b: {{ set: {{ b: 1 }} }}
  - after: {{ set: {{ after: '${{ . }}' }} }}
"
        )
    };
    check_output(&flow("continue"), "{}", r#"{"after": {"b": 1}}"#);
    check_output(&flow("exit"), "{}", r#"{"after": {"a": 1}}"#);
    check_output(&flow("end"), "{}", r#"{"a": 1}"#);
    check_output(&flow("b"), "{}", r#"{"after": {"b": 1}}"#);
}

#[test]
fn the_first_true_case_decides_and_the_default_comes_last() {
    let switch = |cases: &str| format!("do:\n  - pick: {{ switch: [ {cases} ] }}{COLORS}");
    let red = "{ red: { when: '.color == \"red\"', then: setRed } }";
    let any = "{ any: { then: setOther } }";
    check_output(&switch(&format!("{red}, {any}")), r#"{"color": "red"}"#, r#"{"colors": ["red"]}"#);
    check_output(&switch(&format!("{any}, {red}")), r#"{"color": "red"}"#, r#"{"colors": ["red"]}"#);
    check_output(&switch(&format!("{any}, {red}")), r#"{"color": "teal"}"#, r#"{"colors": ["teal"]}"#);
    // Without a default the task's own `then` holds, and without that the next task follows.
    check_output(&switch(red), r#"{"color": "teal"}"#, r#"{"colors": ["red"]}"#);
    let then_end = format!("do:\n  - pick: {{ switch: [ {red} ], then: end }}{COLORS}");
    check_output(&then_end, r#"{"color": "teal"}"#, r#"{"color": "teal"}"#);
}

#[test]
fn a_condition_is_true_unless_it_is_null_or_false() {
    for (when, output) in [("null", 2), ("false", 2), ("0", 1), ("\"\"", 1), ("[]", 1), ("true", 1)] {
        let flow = format!(
            "
do:
  - pick: {{ switch: [ {{ yes: {{ when: '{when}', then: one }} }}, {{ no: {{ then: two }} }} ] }}
  - one: {{ set: {{ n: 1 }}, then: end }}
  - two: {{ set: {{ n: 2 }} }}
"
        );
        check_output(&flow, "{}", &format!("{{\"n\": {output}}}"));
    }
}

#[test]
fn a_backward_jump_is_a_new_activation_with_a_new_key() {
    check(
        "
do:
  - ask: { call: ask, with: { n: '${ .n }' } }
  - judge: { switch: [ { again: { when: .again, then: ask } }, { done: { then: end } } ] }
",
        r#"
        start {"n":1}
        > started ask#1 {"n":1}
        > call ask#1 ask {"n":1}
        answer ask#1 {"again":true,"n":2}
        > completed ask#1 {"again":true,"n":2}
        > started judge#1 {"again":true,"n":2}
        > completed judge#1 {"again":true,"n":2}
        > started ask#2 {"again":true,"n":2}
        > call ask#2 ask {"n":2}
        answer ask#1 {}
        > rejected: nothing waits for this
        answer ask#2 {"n":3}
        > completed ask#2 {"n":3}
        > started judge#2 {"n":3}
        > completed judge#2 {"n":3}
        > COMPLETED {"n":3}
        answer ask#2 {}
        > rejected: the instance has ended
        "#,
    );
}

#[test]
fn a_call_without_with_gets_the_input_of_the_task() {
    check(
        "do: [ { a: { call: f, input: { from: .x }, output: { as: .y } } } ]",
        r#"
        start {"x":[1]}
        > started a#1 {"x":[1]}
        > call a#1 f [1]
        answer a#1 {"y":7}
        > completed a#1 7
        > COMPLETED 7
        "#,
    );
}

#[test]
fn cancelling_withdraws_calls_and_clears_timers() {
    check(
        "
timeout: { after: PT9H }
do: [ { outer: { timeout: { after: PT1H }, do: [ { a: { call: f } } ] } } ]
",
        "
        start {}
        > timer 0 Timeout at 32400 of root
        > started outer#1 {}
        > timer 1 Timeout at 3600 of outer#1
        > started outer#1/a#1 {}
        > call outer#1/a#1 f {}
        cancel
        > cancelled outer#1/a#1
        > timer 1 cleared
        > cancelled outer#1
        > timer 0 cleared
        > withdraw outer#1/a#1
        > CANCELLED unwanted
        cancel
        > rejected: the instance has ended
        ",
    );
}
