//! Durations: of fixed length, by the calendar, and as expressions (39, 40, 47-49).

use super::{Run, check};

#[test]
fn s39_durations_are_expressions_that_are_made_out_when_they_are_needed() {
    check(
        "
timeout: { after: '${ .hours }' }
do:
  - list: { set: { s: 5 }, export: { as: '{ wait: { seconds: 7 } }' } }
  - w: { wait: '${ $context.wait }' }
  - c: { call: f, input: { from: '{ limit: \"PT9S\" }' }, timeout: { after: '${ .limit }' } }
",
        r#"
        start {"hours":"PT1H"}
        > timer 0 Timeout at 3600 of root
        > started list#1 {"hours":"PT1H"}
        > context {"wait":{"seconds":7}}
        > completed list#1 {"s":5}
        > started w#1 {"s":5}
        > timer 1 Wait at 7 of w#1
        after 7
        > timer 1 fired
        > completed w#1 {"s":5}
        > started c#1 {"s":5}
        > timer 2 Timeout at 16 of c#1
        > call c#1 f {"limit":"PT9S"}
        answer c#1 1
        > timer 2 cleared
        > completed c#1 1
        > timer 0 cleared
        > COMPLETED 1
        "#,
    );
}

#[test]
fn s39_a_text_that_is_no_duration_is_an_expression_error_of_the_task() {
    for task in [
        "{ wait: '${ .s }' }",
        "{ call: f, timeout: { after: '${ .s }' } }",
        "{ try: [ { x: { call: f } } ], catch: { retry: { delay: PT1S, limit: { attempt: { duration: '${ .s }', count: 1 } } } } }",
    ] {
        let mut run = Run::new(&format!("do: [ {{ a: {task} }} ]"));
        let told = run.line(r#"start {"s":"soon"}"#);
        assert_eq!(told.last().map(String::as_str), Some("FAULTED [a] expression 400 /do/0/a"), "{task}");
    }
    let mut workflow = Run::new("timeout: { after: '${ .s }' }\ndo: [ { a: { call: f } } ]");
    assert_eq!(workflow.line(r#"start {"s":5}"#), ["FAULTED [] expression 400"]);
    let told = workflow.line("retry");
    assert_eq!(told, ["retried all", "FAULTED [] expression 400"]);
}

#[test]
fn s48_s49_delay_jitter_and_limits_of_a_retry_can_be_expressions() {
    check(
        "
do:
  - t:
      try: [ { a: { call: f } } ]
      catch:
        retry:
          delay: '${ if $error.status == 503 then \"PT4S\" else \"PT1S\" end }'
          jitter: { from: '${ \"PT1S\" }', to: '${ { seconds: 1 } }' }
          limit: { duration: '${ \"PT10S\" }', attempt: { duration: '${ $input.patience }' } }
",
        r#"
        start {"patience":"PT3S"}
        > started t#1 {"patience":"PT3S"}
        > timer 0 Attempt at 3 of t#1
        > started t#1/try {"patience":"PT3S"}
        > started t#1/try/a#1 {"patience":"PT3S"}
        > call t#1/try/a#1 f {"patience":"PT3S"}
        fault t#1/try/a#1 x 503
        > faulted t#1/try/a#1 x 503 /do/0/t/try/0/a
        > faulted t#1/try x 503 /do/0/t/try/0/a
        > timer 0 cleared
        > retry 1 of t#1 because of x 503 /do/0/t/try/0/a
        > timer 1 Retry at 5 of t#1
        after 5
        > timer 1 fired
        > retried t#1
        > timer 2 Attempt at 8 of t#1
        > started t#1/try {"patience":"PT3S"}
        > started t#1/try/a#1 {"patience":"PT3S"}
        > call t#1/try/a#1 f {"patience":"PT3S"}
        fault t#1/try/a#1 x 500
        > faulted t#1/try/a#1 x 500 /do/0/t/try/0/a
        > faulted t#1/try x 500 /do/0/t/try/0/a
        > timer 2 cleared
        > retry 2 of t#1 because of x 500 /do/0/t/try/0/a
        > timer 3 Retry at 7 of t#1
        after 7
        > timer 3 fired
        > retried t#1
        > timer 4 Attempt at 10 of t#1
        > started t#1/try {"patience":"PT3S"}
        > started t#1/try/a#1 {"patience":"PT3S"}
        > call t#1/try/a#1 f {"patience":"PT3S"}
        fault t#1/try/a#1 x 503
        > faulted t#1/try/a#1 x 503 /do/0/t/try/0/a
        > timer 4 cleared
        > FAULTED [t/try/a] x 503 /do/0/t/try/0/a
        "#,
    );
    let mut run = Run::new(
        "do: [ { t: { try: [ { a: { call: f } } ], catch: { retry: { delay: '${ 5 }', limit: { attempt: { count: 1 } } } } } } ]",
    );
    run.line("start {}");
    let told = run.line("fault t#1/try/a#1 x 500");
    assert_eq!(told.last().map(String::as_str), Some("FAULTED [t] expression 400 /do/0/t"));
}

#[test]
fn s40_days_are_24_hours_and_months_are_of_the_calendar_in_the_flows_zone() {
    // 2026-11-21T08:00Z is 11:30 in Tehran; a month of 30 days and one of 31 follow.
    for (duration, seconds) in [("P1D", 86_400), ("P1W", 604_800), ("P1M", 30 * 86_400), ("P2M", 61 * 86_400)] {
        let mut run = Run::new(&format!("do: [ {{ w: {{ wait: {duration} }} }} ]"));
        let told = run.line("start {}");
        assert_eq!(told.last().map(String::as_str), Some(format!("timer 0 Wait at {seconds} of w#1").as_str()));
    }
}
