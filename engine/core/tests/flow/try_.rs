//! `try`: what is caught, by whom, and how often a list is tried again.

use super::{Run, check};

#[test]
fn a_caught_error_is_seen_by_catch_do_under_its_name() {
    check(
        "
do:
  - t:
      try: [ { get: { call: f } } ]
      catch: { errors: { with: { status: 404 } }, as: err, do: [ { s: { set: { e: '${ $err.status }', i: '${ .n }' } } } ] }
",
        r#"
        start {"n":1}
        > started t#1 {"n":1}
        > started t#1/try {"n":1}
        > started t#1/try/get#1 {"n":1}
        > call t#1/try/get#1 f {"n":1}
        fault t#1/try/get#1 communication 404
        > faulted t#1/try/get#1 communication 404 /do/0/t/try/0/get
        > faulted t#1/try communication 404 /do/0/t/try/0/get
        > caught by t#1 communication 404 /do/0/t/try/0/get
        > started t#1/catch {"n":1}
        > started t#1/catch/s#1 {"n":1}
        > completed t#1/catch/s#1 {"e":404,"i":1}
        > completed t#1/catch {"e":404,"i":1}
        > completed t#1 {"e":404,"i":1}
        > COMPLETED {"e":404,"i":1}
        "#,
    );
}

#[test]
fn filters_of_catch_are_errors_then_when_then_except_when() {
    for (catch, caught) in [
        ("{}", true),
        ("{ errors: { with: { status: 503 } } }", true),
        ("{ errors: { with: { status: 404 } } }", false),
        ("{ errors: { with: { type: other } } }", false),
        ("{ errors: { with: { instance: /do/0/t/try/0/get } } }", true),
        ("{ when: '.status > 500' }", true),
        ("{ when: '$error.status > 503' }", false),
        ("{ exceptWhen: '$error.status > 500' }", false),
        ("{ as: err, exceptWhen: '$err.status > 503' }", true),
    ] {
        let mut run = Run::new(&format!("do: [ {{ t: {{ try: [ {{ get: {{ call: f }} }} ], catch: {catch} }} }} ]"));
        run.line(r#"start {"n":1}"#);
        run.line("fault t#1/try/get#1 communication 503");
        let output = run.instance().output.as_ref().map(|output| output.json().to_owned());
        assert_eq!(output, caught.then(|| r#"{"n":1}"#.to_owned()), "{catch}");
    }
}

#[test]
fn an_inner_try_that_does_not_want_an_error_leaves_it_to_the_outer_one() {
    check(
        "
do:
  - outer:
      try:
        - inner: { try: [ { a: { call: f } } ], catch: { errors: { with: { status: 1 } } } }
      catch: { then: end }
  - never: { set: { x: 1 } }
",
        r#"
        start {}
        > started outer#1 {}
        > started outer#1/try {}
        > started outer#1/try/inner#1 {}
        > started outer#1/try/inner#1/try {}
        > started outer#1/try/inner#1/try/a#1 {}
        > call outer#1/try/inner#1/try/a#1 f {}
        fault outer#1/try/inner#1/try/a#1 x 2
        > faulted outer#1/try/inner#1/try/a#1 x 2 /do/0/outer/try/0/inner/try/0/a
        > faulted outer#1/try/inner#1/try x 2 /do/0/outer/try/0/inner/try/0/a
        > faulted outer#1/try/inner#1 x 2 /do/0/outer/try/0/inner/try/0/a
        > faulted outer#1/try x 2 /do/0/outer/try/0/inner/try/0/a
        > caught by outer#1 x 2 /do/0/outer/try/0/inner/try/0/a
        > completed outer#1 {}
        > COMPLETED {}
        "#,
    );
}

#[test]
fn an_error_in_catch_do_goes_past_its_try() {
    check(
        "do: [ { t: { try: [ { a: { call: f } } ], catch: { do: [ { b: { call: g } } ] } } } ]",
        r#"
        start {}
        > started t#1 {}
        > started t#1/try {}
        > started t#1/try/a#1 {}
        > call t#1/try/a#1 f {}
        fault t#1/try/a#1 x 1
        > faulted t#1/try/a#1 x 1 /do/0/t/try/0/a
        > faulted t#1/try x 1 /do/0/t/try/0/a
        > caught by t#1 x 1 /do/0/t/try/0/a
        > started t#1/catch {}
        > started t#1/catch/b#1 {}
        > call t#1/catch/b#1 g {}
        fault t#1/catch/b#1 y 2
        > faulted t#1/catch/b#1 y 2 /do/0/t/catch/do/0/b
        > FAULTED [t/catch/b] y 2 /do/0/t/catch/do/0/b
        retry
        > retried all
        > started t#1/catch/b#1 {}
        > call t#1/catch/b#1 g {}
        answer t#1/catch/b#1 5
        > completed t#1/catch/b#1 5
        > completed t#1/catch 5
        > completed t#1 5
        > COMPLETED 5
        "#,
    );
}

#[test]
fn a_retry_runs_the_whole_list_with_the_same_keys_and_then_catch_do() {
    check(
        "
do:
  - t:
      try: [ { s: { set: { n: '${ .n + 1 }' } } }, { a: { call: f } } ]
      catch: { retry: { delay: { seconds: 10 }, limit: { attempt: { count: 1 } } }, do: [ { c: { set: { gave: up } } } ] }
",
        r#"
        start {"n":1}
        > started t#1 {"n":1}
        > started t#1/try {"n":1}
        > started t#1/try/s#1 {"n":1}
        > completed t#1/try/s#1 {"n":2}
        > started t#1/try/a#1 {"n":2}
        > call t#1/try/a#1 f {"n":2}
        fault t#1/try/a#1 x 1
        > faulted t#1/try/a#1 x 1 /do/0/t/try/1/a
        > faulted t#1/try x 1 /do/0/t/try/1/a
        > retry 1 of t#1 because of x 1 /do/0/t/try/1/a
        > timer 0 Retry at 10 of t#1
        after 10
        > timer 0 fired
        > retried t#1
        > started t#1/try {"n":1}
        > started t#1/try/s#1 {"n":1}
        > completed t#1/try/s#1 {"n":2}
        > started t#1/try/a#1 {"n":2}
        > call t#1/try/a#1 f {"n":2}
        fault t#1/try/a#1 x 1
        > faulted t#1/try/a#1 x 1 /do/0/t/try/1/a
        > faulted t#1/try x 1 /do/0/t/try/1/a
        > caught by t#1 x 1 /do/0/t/try/1/a
        > started t#1/catch {"n":1}
        > started t#1/catch/c#1 {"n":1}
        > completed t#1/catch/c#1 {"gave":"up"}
        > completed t#1/catch {"gave":"up"}
        > completed t#1 {"gave":"up"}
        > COMPLETED {"gave":"up"}
        "#,
    );
}

/// Instants of the retries of a call that always fails, in seconds after the one before, until the try gives up.
fn delays(retry: &str) -> Vec<f64> {
    let mut run =
        Run::new(&format!("do: [ {{ t: {{ try: [ {{ a: {{ call: f }} }} ], catch: {{ retry: {{ {retry} }} }} }} }} ]"));
    run.line("start {}");
    let (mut delays, mut last) = (Vec::new(), 0.0);
    for _ in 0..20 {
        run.line("fault t#1/try/a#1 x 1");
        let Some(due) = run.instance().timers.values().next().map(|timer| timer.due) else {
            break;
        };
        let at = (due.0 - super::run::START.0) as f64 / 1e6;
        delays.push(at - last);
        last = at;
        run.line(&format!("after {at}"));
    }
    delays
}

#[test]
fn backoff_grows_as_it_is_called_and_the_limits_end_it() {
    let limited = |policy: &str, count: u32| delays(&format!("{policy}, limit: {{ attempt: {{ count: {count} }} }}"));
    assert_eq!(limited("delay: PT5S", 3), [5.0, 5.0, 5.0]);
    assert_eq!(limited("delay: PT5S, backoff: { linear: {} }", 3), [5.0, 10.0, 15.0]);
    assert_eq!(limited("delay: PT5S, backoff: { exponential: {} }", 4), [5.0, 10.0, 20.0, 40.0]);
    assert_eq!(limited("delay: PT30M, backoff: { exponential: {} }", 3), [1800.0, 3600.0, 3600.0]);
    assert_eq!(limited("delay: PT2H, backoff: { exponential: {} }", 2), [7200.0, 7200.0]);
    assert_eq!(delays("delay: PT5S, limit: { duration: PT12S }"), [5.0, 5.0]);
    assert_eq!(delays("delay: PT5S, when: '.status == 2', limit: { attempt: { count: 3 } }"), [0.0; 0]);
    assert_eq!(delays("delay: PT5S, exceptWhen: '.status == 1', limit: { attempt: { count: 3 } }"), [0.0; 0]);
}

#[test]
fn jitter_is_drawn_once_for_each_retry_and_lies_between_its_bounds() {
    let policy = "delay: PT5S, jitter: { from: { seconds: 1 }, to: { seconds: 3 } }, limit: { attempt: { count: 9 } }";
    let drawn = delays(policy);
    assert_eq!(drawn.len(), 9);
    assert!(drawn.iter().all(|delay| (6.0..=8.0).contains(delay)), "{drawn:?}");
    assert!(drawn.windows(2).any(|pair| pair[0] != pair[1]), "{drawn:?}");
    assert_eq!(drawn, delays(policy));
}

#[test]
fn an_error_without_do_and_then_goes_on_when_the_retries_are_used_up() {
    check(
        "do: [ { t: { try: [ { a: { call: f } } ], catch: { retry: { limit: { attempt: { count: 0 } } } } } } ]",
        r#"
        start {}
        > started t#1 {}
        > started t#1/try {}
        > started t#1/try/a#1 {}
        > call t#1/try/a#1 f {}
        fault t#1/try/a#1 x 1
        > faulted t#1/try/a#1 x 1 /do/0/t/try/0/a
        > FAULTED [t/try/a] x 1 /do/0/t/try/0/a
        "#,
    );
}

#[test]
fn an_attempt_that_takes_too_long_is_an_error_of_that_attempt() {
    check(
        "
do:
  - t:
      try: [ { a: { call: f } } ]
      catch: { retry: { delay: { seconds: 5 }, limit: { attempt: { count: 1, duration: PT10S } } } }
",
        r#"
        start {}
        > started t#1 {}
        > timer 0 Attempt at 10 of t#1
        > started t#1/try {}
        > started t#1/try/a#1 {}
        > call t#1/try/a#1 f {}
        after 10
        > timer 0 fired
        > cancelled t#1/try/a#1
        > faulted t#1/try timeout 408 /do/0/t
        > retry 1 of t#1 because of timeout 408 /do/0/t
        > timer 1 Retry at 15 of t#1
        > withdraw t#1/try/a#1
        after 15
        > timer 1 fired
        > retried t#1
        > timer 2 Attempt at 25 of t#1
        > started t#1/try {}
        > started t#1/try/a#1 {}
        > call t#1/try/a#1 f {}
        answer t#1/try/a#1 1
        > completed t#1/try/a#1 1
        > completed t#1/try 1
        > timer 2 cleared
        > completed t#1 1
        > COMPLETED 1
        "#,
    );
}

#[test]
fn a_condition_of_catch_that_fails_is_the_tries_error() {
    check(
        "do: [ { t: { try: [ { a: { call: f } } ], catch: { when: 'error' } } } ]",
        r#"
        start {}
        > started t#1 {}
        > started t#1/try {}
        > started t#1/try/a#1 {}
        > call t#1/try/a#1 f {}
        fault t#1/try/a#1 x 1
        > faulted t#1/try/a#1 x 1 /do/0/t/try/0/a
        > faulted t#1/try x 1 /do/0/t/try/0/a
        > faulted t#1 x 1 /do/0/t/try/0/a
        > FAULTED [t] expression 400 /do/0/t
        "#,
    );
}

#[test]
fn s16_end_in_a_try_and_in_its_catch_ends_the_workflow_and_exit_ends_the_list() {
    let flow = |then: &str, fails: bool| {
        let first =
            if fails { "{ x: { raise: { error: { type: 'https://example.ir/e', status: 500 } } } }, " } else { "" };
        format!(
            "
do:
  - t:
      try: [ {first}{{ a: {{ set: {{ a: 1 }}, then: {then} }} }}, {{ b: {{ set: {{ b: 1 }} }} }} ]
      catch: {{ do: [ {{ c: {{ set: {{ c: 1 }}, then: {then} }} }}, {{ d: {{ set: {{ d: 1 }} }} }} ] }}
  - after: {{ set: {{ after: '${{ . }}' }} }}
"
        )
    };
    for (then, fails, output) in [
        ("end", false, r#"{"a": 1}"#),
        ("end", true, r#"{"c": 1}"#),
        ("exit", false, r#"{"after": {"a": 1}}"#),
        ("exit", true, r#"{"after": {"c": 1}}"#),
    ] {
        super::check_output(&flow(then, fails), "{}", output);
    }
}

#[test]
fn s50_what_a_failed_attempt_exported_stays() {
    let mut run = Run::new(
        "
do:
  - t:
      try:
        - count: { set: { x: 1 }, export: { as: '{ n: (($context.n // 0) + 1) }' } }
        - a: { call: f }
      catch: { retry: { delay: PT1S, limit: { attempt: { count: 1 } } } }
  - show: { set: '${ $context }' }
",
    );
    run.line("start {}");
    run.line("fault t#1/try/a#1 x 500");
    run.line("after 1");
    assert_eq!(run.line("answer t#1/try/a#1 {}").last().map(String::as_str), Some(r#"COMPLETED {"n":2}"#));
}

#[test]
fn s41_a_timeout_of_a_try_covers_its_attempts_and_catch_do_together() {
    let mut run = Run::new(
        "
do:
  - t:
      timeout: { after: PT10S }
      try: [ { a: { call: f } } ]
      catch: { retry: { delay: PT4S, limit: { attempt: { count: 1 } } }, do: [ { c: { call: g } } ] }
",
    );
    run.line("start {}");
    run.line("fault t#1/try/a#1 x 500");
    run.line("after 4");
    run.line("fault t#1/try/a#1 x 500");
    let told = run.line("after 10");
    assert_eq!(told.last().map(String::as_str), Some("FAULTED [t] timeout 408 /do/0/t"));
    assert!(told.contains(&"withdraw t#1/catch/c#1".to_owned()), "{told:?}");
}
