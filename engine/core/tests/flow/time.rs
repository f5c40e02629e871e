//! Waits and timeouts.

use super::check;

#[test]
fn a_wait_ends_at_the_instant_set_when_it_began() {
    check(
        "do: [ { w: { wait: { seconds: 10 } } }, { s: { set: { n: '${ .n + 1 }' } } } ]",
        r#"
        start {"n":1}
        > started w#1 {"n":1}
        > timer 0 Wait at 10 of w#1
        after 9.9
        > rejected: nothing waits for this
        after 30
        > timer 0 fired
        > completed w#1 {"n":1}
        > started s#1 {"n":1}
        > completed s#1 {"n":2}
        > COMPLETED {"n":2}
        "#,
    );
}

#[test]
fn timers_fire_in_the_order_of_their_instants_then_numbers() {
    check(
        "do: [ { f: { fork: { branches: [ { a: { wait: PT9S } }, { b: { wait: PT3S } }, { c: { wait: PT3S } } ] } } } ]",
        r#"
        start 0
        > started f#1 0
        > started f#1/a 0
        > timer 0 Wait at 9 of f#1/a
        > started f#1/b 0
        > timer 1 Wait at 3 of f#1/b
        > started f#1/c 0
        > timer 2 Wait at 3 of f#1/c
        after 100
        > timer 1 fired
        > completed f#1/b 0
        > branch 1 ended
        > timer 2 fired
        > completed f#1/c 0
        > branch 2 ended
        > timer 0 fired
        > completed f#1/a 0
        > branch 0 ended
        > completed f#1 [0,0,0]
        > COMPLETED [0,0,0]
        "#,
    );
}

#[test]
fn a_timeout_of_a_task_is_an_error_that_can_be_caught() {
    check(
        "
do:
  - t:
      try:
        - group: { timeout: { after: PT5S }, do: [ { a: { call: f, timeout: { after: PT1H } } } ] }
      catch:
        errors: { with: { type: 'https://serverlessworkflow.io/spec/1.0.0/errors/timeout', status: 408 } }
        do: [ { s: { set: { at: '${ $error.instance }' } } } ]
",
        r#"
        start {}
        > started t#1 {}
        > started t#1/try {}
        > started t#1/try/group#1 {}
        > timer 0 Timeout at 5 of t#1/try/group#1
        > started t#1/try/group#1/a#1 {}
        > timer 1 Timeout at 3600 of t#1/try/group#1/a#1
        > call t#1/try/group#1/a#1 f {}
        after 5
        > timer 0 fired
        > timer 1 cleared
        > cancelled t#1/try/group#1/a#1
        > faulted t#1/try/group#1 timeout 408 /do/0/t/try/0/group
        > faulted t#1/try timeout 408 /do/0/t/try/0/group
        > caught by t#1 timeout 408 /do/0/t/try/0/group
        > started t#1/catch {}
        > started t#1/catch/s#1 {}
        > completed t#1/catch/s#1 {"at":"/do/0/t/try/0/group"}
        > completed t#1/catch {"at":"/do/0/t/try/0/group"}
        > completed t#1 {"at":"/do/0/t/try/0/group"}
        > withdraw t#1/try/group#1/a#1
        > COMPLETED {"at":"/do/0/t/try/0/group"}
        "#,
    );
}

#[test]
fn a_call_that_timed_out_is_withdrawn() {
    check(
        "do: [ { a: { call: f, timeout: { after: PT5S } } } ]",
        r#"
        start {}
        > started a#1 {}
        > timer 0 Timeout at 5 of a#1
        > call a#1 f {}
        after 5
        > timer 0 fired
        > faulted a#1 timeout 408 /do/0/a
        > withdraw a#1
        > FAULTED [a] timeout 408 /do/0/a
        answer a#1 {}
        > rejected: the instance has ended
        "#,
    );
}

#[test]
fn an_answer_in_time_clears_the_timeout_though_the_clock_is_past_it() {
    check(
        "do: [ { a: { call: f, timeout: { after: PT5S } } } ]",
        r#"
        start {}
        > started a#1 {}
        > timer 0 Timeout at 5 of a#1
        > call a#1 f {}
        later 6
        answer a#1 1
        > timer 0 cleared
        > completed a#1 1
        > COMPLETED 1
        "#,
    );
}

#[test]
fn a_timeout_of_a_try_is_not_its_own_to_catch() {
    check(
        "do: [ { t: { timeout: { after: PT5S }, try: [ { a: { call: f } } ], catch: {} } } ]",
        r#"
        start {}
        > started t#1 {}
        > timer 0 Timeout at 5 of t#1
        > started t#1/try {}
        > started t#1/try/a#1 {}
        > call t#1/try/a#1 f {}
        after 5
        > timer 0 fired
        > cancelled t#1/try/a#1
        > cancelled t#1/try
        > faulted t#1 timeout 408 /do/0/t
        > withdraw t#1/try/a#1
        > FAULTED [t] timeout 408 /do/0/t
        "#,
    );
}

#[test]
fn the_timeout_of_the_workflow_cannot_be_caught_and_cancels_everything() {
    check(
        "
timeout: { after: PT5S }
do: [ { t: { try: [ { a: { call: f } } ], catch: {} } } ]
",
        r#"
        start {}
        > timer 0 Timeout at 5 of root
        > started t#1 {}
        > started t#1/try {}
        > started t#1/try/a#1 {}
        > call t#1/try/a#1 f {}
        after 5
        > timer 0 fired
        > cancelled t#1/try/a#1
        > withdraw t#1/try/a#1
        > FAULTED [] timeout 408
        "#,
    );
}
