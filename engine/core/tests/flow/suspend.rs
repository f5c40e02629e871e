//! Suspending and going on (39, 68).

use super::check;

#[test]
fn s39_a_suspended_instance_fires_no_timer_and_starts_no_task_but_takes_answers() {
    check(
        "
do:
  - both:
      fork:
        branches:
          - a: { do: [ { ask: { call: f } }, { next: { call: g } } ] }
          - w: { wait: PT5S }
          - l: { listen: { to: { one: { with: { type: a } } } } }
",
        r#"
        start {}
        resume
        suspend
        suspend
        after 6
        event a 1 1
        answer both#1/a/ask#1 1
        continue
        retry
        resume
        event a 1 1
        answer both#1/a/next#1 2
        "#,
    );
}

#[test]
fn s68_an_answer_can_end_a_suspended_instance_and_a_cancel_too() {
    check(
        "do: [ { a: { call: f } } ]",
        r#"
        start {}
        suspend
        answer a#1 1
        resume
        "#,
    );
    check(
        "timeout: { after: PT9S }\ndo: [ { a: { call: f } } ]",
        r#"
        start {}
        suspend
        cancel
        "#,
    );
    check(
        "do: [ { a: { call: f } } ]",
        r#"
        start {}
        suspend
        fault a#1 x 500
        retry
        "#,
    );
}

#[test]
fn s39_a_timeout_that_passed_meanwhile_fires_on_resuming_before_anything_starts() {
    check(
        "do: [ { t: { try: [ { group: { timeout: { after: PT5S }, do: [ { a: { call: f } }, { b: { call: g } } ] } } ], catch: {} } } ]",
        r#"
        start {}
        suspend
        answer t#1/try/group#1/a#1 1
        later 60
        resume
        "#,
    );
}

#[test]
fn s51_a_retry_that_is_due_meanwhile_begins_on_resuming() {
    check(
        "do: [ { t: { try: [ { a: { call: f } } ], catch: { retry: { delay: PT2S, limit: { attempt: { count: 1 } } } } } } ]",
        r#"
        start {}
        suspend
        fault t#1/try/a#1 x 500
        after 9
        resume
        "#,
    );
}

#[test]
fn s39_a_round_waits_for_the_instance_to_go_on() {
    check(
        "do: [ { loop: { for: { in: '[ 1, 2 ]' }, do: [ { a: { call: f } } ] } } ]",
        r#"
        start {}
        suspend
        answer loop#1[0]/a#1 1
        resume
        answer loop#1[1]/a#1 2
        "#,
    );
}
