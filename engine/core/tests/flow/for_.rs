//! `for`: rounds, their values, their keys, their ends (19-21).

use super::{Run, check, check_output};

#[test]
fn s19_each_round_works_on_the_output_of_the_one_before_it() {
    check(
        "
do:
  - loop:
      for: { each: color, in: .colors, at: place }
      do: [ { add: { set: { seen: '${ .seen + [ { c: $color, i: $place } ] }' } } } ]
",
        r#"
        start {"colors":["red","green"]}
        > started loop#1 {"colors":["red","green"]}
        > round loop#1[0] of "red" {"colors":["red","green"]}
        > started loop#1[0]/add#1 {"colors":["red","green"]}
        > completed loop#1[0]/add#1 {"seen":[{"c":"red","i":0}]}
        > completed loop#1[0] {"seen":[{"c":"red","i":0}]}
        > round loop#1[1] of "green" {"seen":[{"c":"red","i":0}]}
        > started loop#1[1]/add#1 {"seen":[{"c":"red","i":0}]}
        > completed loop#1[1]/add#1 {"seen":[{"c":"red","i":0},{"c":"green","i":1}]}
        > completed loop#1[1] {"seen":[{"c":"red","i":0},{"c":"green","i":1}]}
        > completed loop#1 {"seen":[{"c":"red","i":0},{"c":"green","i":1}]}
        > COMPLETED {"seen":[{"c":"red","i":0},{"c":"green","i":1}]}
        "#,
    );
}

#[test]
fn s19_item_and_index_are_the_names_unless_others_are_given_and_inner_ones_hide_outer_ones() {
    check_output(
        "
do:
  - outer:
      for: { in: '[ 1, 2 ]' }
      do:
        - inner:
            for: { each: x, in: '[ \"a\" ]' }
            do:
              - group: { do: [ { add: { set: '${ . + [ [ $item, $index, $x ] ] }' } } ] }
        - hidden:
            for: { in: '[ \"h\" ]' }
            do: [ { add: { set: '${ . + [ $item ] }' } } ]
",
        "[]",
        r#"[[1, 0, "a"], "h", [2, 0, "a"], "h"]"#,
    );
}

#[test]
fn s19_without_items_the_output_is_the_input() {
    check(
        "do: [ { loop: { for: { in: .list }, do: [ { a: { set: { never: true } } } ], output: { as: '{ out: . }' } } } ]",
        r#"
        start {"list":[]}
        > started loop#1 {"list":[]}
        > completed loop#1 {"out":{"list":[]}}
        > COMPLETED {"out":{"list":[]}}
        "#,
    );
}

#[test]
fn s20_while_is_asked_before_each_round_on_the_value_as_it_is() {
    check(
        "
do:
  - loop:
      for: { in: '[ 1, 2, 3 ]' }
      while: '.n < 2 and $item < 5 and $index >= 0'
      do: [ { a: { set: { n: '${ .n + 1 }' } } } ]
",
        r#"
        start {"n":0}
        > started loop#1 {"n":0}
        > round loop#1[0] of 1 {"n":0}
        > started loop#1[0]/a#1 {"n":0}
        > completed loop#1[0]/a#1 {"n":1}
        > completed loop#1[0] {"n":1}
        > round loop#1[1] of 2 {"n":1}
        > started loop#1[1]/a#1 {"n":1}
        > completed loop#1[1]/a#1 {"n":2}
        > completed loop#1[1] {"n":2}
        > completed loop#1 {"n":2}
        > COMPLETED {"n":2}
        "#,
    );
    check_output(
        "do: [ { loop: { for: { in: '[ 1 ]' }, while: 'false', do: [ { a: { set: { never: true } } } ] } } ]",
        r#"{"n": 1}"#,
        r#"{"n": 1}"#,
    );
}

#[test]
fn s20_what_is_no_array_and_a_while_that_fails_are_expression_errors_of_the_loop() {
    check(
        "do: [ { loop: { for: { in: .n }, do: [ { a: { set: { x: 1 } } } ] } } ]",
        r#"
        start {"n":5}
        > started loop#1 {"n":5}
        > faulted loop#1 expression 400 /do/0/loop
        > FAULTED [loop] expression 400 /do/0/loop
        "#,
    );
    check(
        "do: [ { loop: { for: { in: '[ 1, 2 ]' }, while: '.n | error', do: [ { a: { set: { x: 1 } } } ] } } ]",
        r#"
        start {"n":5}
        > started loop#1 {"n":5}
        > faulted loop#1 expression 400 /do/0/loop
        > FAULTED [loop] expression 400 /do/0/loop
        "#,
    );
}

#[test]
fn s20_the_items_are_those_of_the_start_whatever_comes_of_the_context() {
    check_output(
        "
do:
  - list: { set: { x: 1 }, export: { as: '{ list: [ 1, 2 ] }' } }
  - loop:
      for: { in: $context.list }
      do: [ { a: { set: '${ (. | arrays) // [] | . + [ $item ] }', export: { as: '{ list: [] }' } } } ]
",
        "{}",
        "[1, 2]",
    );
}

#[test]
fn s21_a_round_goes_on_where_it_rested_and_the_next_has_keys_of_its_own() {
    check(
        "
do:
  - loop:
      for: { in: .people }
      do:
        - tell: { call: sms, with: { to: '${ $item }' } }
        - again: { switch: [ { more: { when: .again, then: tell } }, { enough: { then: continue } } ] }
",
        r#"
        start {"people":["a","b"]}
        > started loop#1 {"people":["a","b"]}
        > round loop#1[0] of "a" {"people":["a","b"]}
        > started loop#1[0]/tell#1 {"people":["a","b"]}
        > call loop#1[0]/tell#1 sms {"to":"a"}
        answer loop#1[0]/tell#1 {"again":true}
        > completed loop#1[0]/tell#1 {"again":true}
        > started loop#1[0]/again#1 {"again":true}
        > completed loop#1[0]/again#1 {"again":true}
        > started loop#1[0]/tell#2 {"again":true}
        > call loop#1[0]/tell#2 sms {"to":"a"}
        answer loop#1[0]/tell#2 {"again":false}
        > completed loop#1[0]/tell#2 {"again":false}
        > started loop#1[0]/again#2 {"again":false}
        > completed loop#1[0]/again#2 {"again":false}
        > completed loop#1[0] {"again":false}
        > round loop#1[1] of "b" {"again":false}
        > started loop#1[1]/tell#1 {"again":false}
        > call loop#1[1]/tell#1 sms {"to":"b"}
        answer loop#1[1]/tell#1 {"n":2}
        > completed loop#1[1]/tell#1 {"n":2}
        > started loop#1[1]/again#1 {"n":2}
        > completed loop#1[1]/again#1 {"n":2}
        > completed loop#1[1] {"n":2}
        > completed loop#1 {"n":2}
        > COMPLETED {"n":2}
        "#,
    );
}

#[test]
fn s16_exit_in_a_loop_ends_the_round_and_end_ends_the_workflow() {
    let flow = |then: &str| {
        format!(
            "
do:
  - loop:
      for: {{ in: '[ 1, 2 ]' }}
      do:
        - a: {{ set: {{ n: '${{ .n + 1 }}' }}, then: {then} }}
        - b: {{ set: {{ n: '${{ .n + 10 }}' }} }}
  - after: {{ set: {{ after: '${{ .n }}' }} }}
"
        )
    };
    check_output(&flow("exit"), r#"{"n": 0}"#, r#"{"after": 2}"#);
    check_output(&flow("end"), r#"{"n": 0}"#, r#"{"n": 1}"#);
    check_output(&flow("continue"), r#"{"n": 0}"#, r#"{"after": 22}"#);
}

#[test]
fn s50_a_retry_of_a_loop_has_the_keys_of_the_attempt_before_it() {
    check(
        "
do:
  - t:
      try: [ { loop: { for: { in: '[ 7 ]' }, do: [ { a: { call: f, with: { item: '${ $item }' } } } ] } } ]
      catch: { retry: { delay: PT1S, limit: { attempt: { count: 1 } } } }
",
        r#"
        start {}
        > started t#1 {}
        > started t#1/try {}
        > started t#1/try/loop#1 {}
        > round t#1/try/loop#1[0] of 7 {}
        > started t#1/try/loop#1[0]/a#1 {}
        > call t#1/try/loop#1[0]/a#1 f {"item":7}
        fault t#1/try/loop#1[0]/a#1 x 500
        > faulted t#1/try/loop#1[0]/a#1 x 500 /do/0/t/try/0/loop/do/0/a
        > faulted t#1/try/loop#1[0] x 500 /do/0/t/try/0/loop/do/0/a
        > faulted t#1/try/loop#1 x 500 /do/0/t/try/0/loop/do/0/a
        > faulted t#1/try x 500 /do/0/t/try/0/loop/do/0/a
        > retry 1 of t#1 because of x 500 /do/0/t/try/0/loop/do/0/a
        > timer 0 Retry at 1 of t#1
        after 1
        > timer 0 fired
        > retried t#1
        > started t#1/try {}
        > started t#1/try/loop#1 {}
        > round t#1/try/loop#1[0] of 7 {}
        > started t#1/try/loop#1[0]/a#1 {}
        > call t#1/try/loop#1[0]/a#1 f {"item":7}
        fault t#1/try/loop#1[0]/a#1 x 500
        > faulted t#1/try/loop#1[0]/a#1 x 500 /do/0/t/try/0/loop/do/0/a
        > FAULTED [t/try/loop/do/a] x 500 /do/0/t/try/0/loop/do/0/a
        retry
        > retried all
        > started t#1/try/loop#1[0]/a#1 {}
        > call t#1/try/loop#1[0]/a#1 f {"item":7}
        "#,
    );
}

#[test]
fn s21_ten_thousand_rounds_end_in_as_many_turns_as_the_bound_makes_of_them() {
    let mut run = Run::new(
        "do: [ { loop: { for: { in: '[ range(10000) ]' }, do: [ { a: { set: { n: '${ .n + $item }' } } } ] } } ]",
    );
    let mut told = run.line(r#"start {"n":0}"#);
    let mut turns = 1;
    while told.last().is_some_and(|line| line == "continue") {
        told = run.line("continue");
        turns += 1;
    }
    assert_eq!((told.last().map(String::as_str), turns), (Some(r#"COMPLETED {"n":49995000}"#), 11));
}
