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
        > started both#1 {}
        > started both#1/a {}
        > started both#1/a/ask#1 {}
        > started both#1/w {}
        > timer 0 Wait at 5 of both#1/w
        > started both#1/l {}
        > call both#1/a/ask#1 f {}
        > listening both#1/l
        resume
        > rejected: nothing waits for this
        suspend
        > suspended by test
        suspend
        > rejected: the instance is suspended
        after 6
        > rejected: the instance is suspended
        event a 1 1
        > rejected: the instance is suspended
        answer both#1/a/ask#1 1
        > completed both#1/a/ask#1 1
        > bounded before next
        continue
        > rejected: the instance is suspended
        retry
        > rejected: the instance is suspended
        resume
        > resumed
        > timer 0 fired
        > completed both#1/w {}
        > branch 1 ended
        > started both#1/a/next#1 1
        > call both#1/a/next#1 g 1
        > listening both#1/l
        event a 1 1
        > consumed 1 by 0 of both#1/l
        > completed both#1/l [1]
        > branch 2 ended
        answer both#1/a/next#1 2
        > completed both#1/a/next#1 2
        > completed both#1/a 2
        > branch 0 ended
        > completed both#1 [2,{},[1]]
        > COMPLETED [2,{},[1]]
        "#,
    );
}

#[test]
fn s68_an_answer_can_end_a_suspended_instance_and_a_cancel_too() {
    check(
        "do: [ { a: { call: f } } ]",
        r#"
        start {}
        > started a#1 {}
        > call a#1 f {}
        suspend
        > suspended by test
        answer a#1 1
        > completed a#1 1
        > COMPLETED 1
        resume
        > rejected: the instance has ended
        "#,
    );
    check(
        "timeout: { after: PT9S }\ndo: [ { a: { call: f } } ]",
        r#"
        start {}
        > timer 0 Timeout at 9 of root
        > started a#1 {}
        > call a#1 f {}
        suspend
        > suspended by test
        cancel
        > cancelled a#1
        > timer 0 cleared
        > withdraw a#1
        > CANCELLED unwanted
        "#,
    );
    check(
        "do: [ { a: { call: f } } ]",
        r#"
        start {}
        > started a#1 {}
        > call a#1 f {}
        suspend
        > suspended by test
        fault a#1 x 500
        > faulted a#1 x 500 /do/0/a
        > FAULTED [a] x 500 /do/0/a
        retry
        > retried all
        > started a#1 {}
        > call a#1 f {}
        "#,
    );
}

#[test]
fn s39_a_timeout_that_passed_meanwhile_fires_on_resuming_before_anything_starts() {
    check(
        "do: [ { t: { try: [ { group: { timeout: { after: PT5S }, do: [ { a: { call: f } }, { b: { call: g } } ] } } ], catch: {} } } ]",
        r#"
        start {}
        > started t#1 {}
        > started t#1/try {}
        > started t#1/try/group#1 {}
        > timer 0 Timeout at 5 of t#1/try/group#1
        > started t#1/try/group#1/a#1 {}
        > call t#1/try/group#1/a#1 f {}
        suspend
        > suspended by test
        answer t#1/try/group#1/a#1 1
        > completed t#1/try/group#1/a#1 1
        > bounded before b
        later 60
        resume
        > resumed
        > timer 0 fired
        > faulted t#1/try/group#1 timeout 408 /do/0/t/try/0/group
        > faulted t#1/try timeout 408 /do/0/t/try/0/group
        > caught by t#1 timeout 408 /do/0/t/try/0/group
        > completed t#1 {}
        > COMPLETED {}
        "#,
    );
}

#[test]
fn s51_a_retry_that_is_due_meanwhile_begins_on_resuming() {
    check(
        "do: [ { t: { try: [ { a: { call: f } } ], catch: { retry: { delay: PT2S, limit: { attempt: { count: 1 } } } } } } ]",
        r#"
        start {}
        > started t#1 {}
        > started t#1/try {}
        > started t#1/try/a#1 {}
        > call t#1/try/a#1 f {}
        suspend
        > suspended by test
        fault t#1/try/a#1 x 500
        > faulted t#1/try/a#1 x 500 /do/0/t/try/0/a
        > faulted t#1/try x 500 /do/0/t/try/0/a
        > retry 1 of t#1 because of x 500 /do/0/t/try/0/a
        > timer 0 Retry at 2 of t#1
        after 9
        > rejected: the instance is suspended
        resume
        > resumed
        > timer 0 fired
        > retried t#1
        > started t#1/try {}
        > started t#1/try/a#1 {}
        > call t#1/try/a#1 f {}
        "#,
    );
}

#[test]
fn s39_a_round_waits_for_the_instance_to_go_on() {
    check(
        "do: [ { loop: { for: { in: '[ 1, 2 ]' }, do: [ { a: { call: f } } ] } } ]",
        r#"
        start {}
        > started loop#1 {}
        > round loop#1[0] of 1 {}
        > started loop#1[0]/a#1 {}
        > call loop#1[0]/a#1 f {}
        suspend
        > suspended by test
        answer loop#1[0]/a#1 1
        > completed loop#1[0]/a#1 1
        > completed loop#1[0] 1
        > round loop#1[1] of 2 1
        > bounded before a
        resume
        > resumed
        > started loop#1[1]/a#1 1
        > call loop#1[1]/a#1 f 1
        answer loop#1[1]/a#1 2
        > completed loop#1[1]/a#1 2
        > completed loop#1[1] 2
        > completed loop#1 2
        > COMPLETED 2
        "#,
    );
}
