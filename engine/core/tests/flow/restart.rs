//! Going on behind the bound on a turn's steps, and after a fault.

use super::{Run, check};

#[test]
fn a_retry_runs_the_faulted_task_again_in_its_scope_with_its_key() {
    check(
        "
timeout: { after: PT1H }
do:
  - group:
      timeout: { after: PT10M }
      do: [ { a: { set: { n: 2 } } }, { b: { call: f } }, { c: { set: { n: '${ .n + 1 }' } } } ]
",
        r#"
        start {"n":1}
        > timer 0 Timeout at 3600 of root
        > started group#1 {"n":1}
        > timer 1 Timeout at 600 of group#1
        > started group#1/a#1 {"n":1}
        > completed group#1/a#1 {"n":2}
        > started group#1/b#1 {"n":2}
        > call group#1/b#1 f {"n":2}
        fault group#1/b#1 refused 500
        > faulted group#1/b#1 refused 500 /do/0/group/do/1/b
        > timer 0 cleared
        > timer 1 cleared
        > FAULTED [group/b] refused 500 /do/0/group/do/1/b
        later 60
        retry
        > retried all
        > timer 2 Timeout at 3660 of root
        > timer 3 Timeout at 660 of group#1
        > started group#1/b#1 {"n":2}
        > call group#1/b#1 f {"n":2}
        retry
        > rejected: nothing waits for this
        answer group#1/b#1 {"n":5}
        > completed group#1/b#1 {"n":5}
        > started group#1/c#1 {"n":5}
        > completed group#1/c#1 {"n":6}
        > timer 3 cleared
        > completed group#1 {"n":6}
        > timer 2 cleared
        > COMPLETED {"n":6}
        "#,
    );
}

#[test]
fn a_retry_starts_what_the_fault_stopped_beside_it_too() {
    check(
        "
do:
  - both:
      fork:
        branches:
          - done: { set: { d: 1 } }
          - bad: { call: f }
          - open: { do: [ { ask: { call: g } } ] }
          - later: { wait: PT9S }
",
        r#"
        start {}
        > started both#1 {}
        > started both#1/done {}
        > completed both#1/done {"d":1}
        > branch 0 ended
        > started both#1/bad {}
        > started both#1/open {}
        > started both#1/open/ask#1 {}
        > started both#1/later {}
        > timer 0 Wait at 9 of both#1/later
        > call both#1/bad f {}
        > call both#1/open/ask#1 g {}
        fault both#1/bad x 1
        > faulted both#1/bad x 1 /do/0/both/fork/branches/1/bad
        > timer 0 cleared
        > cancelled both#1/later
        > cancelled both#1/open/ask#1
        > withdraw both#1/open/ask#1
        > FAULTED [both/bad] x 1 /do/0/both/fork/branches/1/bad
        later 100
        retry
        > retried all
        > started both#1/bad {}
        > started both#1/open/ask#1 {}
        > started both#1/later {}
        > timer 1 Wait at 109 of both#1/later
        > call both#1/bad f {}
        > call both#1/open/ask#1 g {}
        answer both#1/bad 1
        > completed both#1/bad 1
        > branch 1 ended
        answer both#1/open/ask#1 2
        > completed both#1/open/ask#1 2
        > completed both#1/open 2
        > branch 2 ended
        after 109
        > timer 1 fired
        > completed both#1/later {}
        > branch 3 ended
        > completed both#1 [{"d":1},1,2,{}]
        > COMPLETED [{"d":1},1,2,{}]
        "#,
    );
}

#[test]
fn branches_that_were_not_started_when_one_faulted_are_started_by_the_retry() {
    check(
        "do: [ { both: { fork: { branches: [ { bad: { set: '${ .x | error }' } }, { late: { call: g } } ] } } } ]",
        r#"
        start {}
        > started both#1 {}
        > started both#1/bad {}
        > faulted both#1/bad expression 400 /do/0/both/fork/branches/0/bad
        > FAULTED [both/bad] expression 400 /do/0/both/fork/branches/0/bad
        retry
        > retried all
        > started both#1/bad {}
        > faulted both#1/bad expression 400 /do/0/both/fork/branches/0/bad
        > FAULTED [both/bad] expression 400 /do/0/both/fork/branches/0/bad
        "#,
    );
}

#[test]
fn a_retry_after_the_workflows_timeout_runs_what_was_cancelled() {
    check(
        "
timeout: { after: PT5S }
do: [ { t: { try: [ { a: { call: f } } ], catch: { retry: { delay: PT1H, limit: { attempt: { count: 3 } } } } } } ]
",
        r#"
        start {}
        > timer 0 Timeout at 5 of root
        > started t#1 {}
        > started t#1/try {}
        > started t#1/try/a#1 {}
        > call t#1/try/a#1 f {}
        fault t#1/try/a#1 x 1
        > faulted t#1/try/a#1 x 1 /do/0/t/try/0/a
        > faulted t#1/try x 1 /do/0/t/try/0/a
        > retry 1 of t#1 because of x 1 /do/0/t/try/0/a
        > timer 1 Retry at 3600 of t#1
        after 5
        > timer 0 fired
        > timer 1 cleared
        > cancelled t#1
        > FAULTED [] timeout 408
        retry
        > retried all
        > timer 2 Timeout at 10 of root
        > started t#1 {}
        > started t#1/try {}
        > started t#1/try/a#1 {}
        > call t#1/try/a#1 f {}
        "#,
    );
}

#[test]
fn an_output_that_the_workflow_refuses_can_be_tried_again() {
    check(
        "
do: [ { a: { set: { n: 1 } } } ]
output: { as: '.n | error' }
",
        r#"
        start {}
        > started a#1 {}
        > completed a#1 {"n":1}
        > FAULTED [] expression 400
        retry
        > retried all
        > FAULTED [] expression 400
        "#,
    );
}

#[test]
fn a_turn_that_would_not_end_is_cut_and_goes_on_by_continue() {
    let mut run = Run::new(
        "
do:
  - count: { set: { n: '${ .n + 1 }' } }
  - more: { switch: [ { again: { when: '.n < 1250', then: count } }, { done: { then: end } } ] }
",
    );
    let told = run.line(r#"start {"n":0}"#);
    assert_eq!(told[told.len() - 2..], ["bounded before count", "continue"]);
    assert_eq!(run.line("after 10"), ["rejected: nothing waits for this"]);
    let told = run.line("continue");
    assert_eq!(told[told.len() - 2..], ["bounded before count", "continue"]);
    let told = run.line("continue");
    assert_eq!(told.last().map(String::as_str), Some(r#"COMPLETED {"n":1250}"#));
    assert_eq!(run.line("continue"), ["rejected: the instance has ended"]);
}

#[test]
fn every_branch_that_waits_behind_the_bound_goes_on() {
    let mut run = Run::new(
        "
do:
  - both:
      fork:
        branches:
          - a: { do: [ { x: { set: { n: '${ .n + 1 }' } } }, { y: { switch: [ { z: { when: '.n < 600', then: x } }, { d: { then: exit } } ] } } ] }
          - b: { do: [ { x: { set: { n: '${ .n + 1 }' } } }, { y: { switch: [ { z: { when: '.n < 600', then: x } }, { d: { then: exit } } ] } } ] }
",
    );
    let mut told = run.line(r#"start {"n":0}"#);
    assert_eq!(told[told.len() - 3..], ["bounded before x", "bounded before b", "continue"]);
    while told.last().is_some_and(|line| line == "continue") {
        told = run.line("continue");
    }
    assert_eq!(told.last().map(String::as_str), Some(r#"COMPLETED [{"n":600},{"n":600}]"#));
}

#[test]
fn an_instance_starts_once_and_nothing_comes_before_its_start() {
    let mut run = Run::new("do: [ { a: { call: f } } ]");
    assert_eq!(run.line("cancel"), ["rejected: nothing waits for this"]);
    run.line("start {}");
    assert_eq!(run.line("start {}"), ["rejected: the instance was started already"]);
    assert_eq!(run.line("continue"), ["rejected: nothing waits for this"]);
}
