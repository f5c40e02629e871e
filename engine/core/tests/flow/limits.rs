//! Limits of an instance: each ends by a named error (7 of the issue's list), never by a standstill.

use peygir_core::{Limits, state::Status};

use super::run::Run;

fn run(tasks: &str, limit: impl FnOnce(&mut Limits)) -> Run {
    let mut run = Run::new(tasks);
    limit(&mut run.surroundings.limits);
    run
}

const RUNTIME: &str = "FAULTED [a] runtime 500 /do/0/a";

#[test]
fn outputs_contexts_inputs_items_and_events_have_a_largest_size() {
    let long = format!("'{}'", "x".repeat(200));
    for task in [
        format!("{{ set: {{ x: {long} }} }}"),
        format!("{{ set: {{ x: 1 }}, output: {{ as: '\"{}\"' }} }}", "x".repeat(200)),
        format!("{{ set: {{ x: 1 }}, export: {{ as: '\"{}\"' }} }}", "x".repeat(200)),
        format!("{{ set: {{ x: 1 }}, input: {{ from: '\"{}\"' }} }}", "x".repeat(200)),
        format!("{{ call: f, with: {{ x: {long} }} }}"),
        format!("{{ emit: {{ event: {{ with: {{ type: t, data: {long} }} }} }} }}"),
        "{ for: { in: '[ range(100) ]' }, do: [ { x: { set: { x: 1 } } } ] }".to_owned(),
        format!("{{ run: {{ workflow: {{ namespace: n, name: n, version: '1.0.0', input: {{ x: {long} }} }} }} }}"),
    ] {
        let mut run = run(&format!("do: [ {{ a: {task} }} ]"), |limits| limits.payload_bytes_max = 150);
        assert_eq!(run.line("start {}").last().map(String::as_str), Some(RUNTIME), "{task}");
    }
}

#[test]
fn answers_and_the_input_and_output_of_the_workflow_have_a_largest_size() {
    let long = format!("\"{}\"", "x".repeat(200));
    let mut answered = run("do: [ { a: { call: f } } ]", |limits| limits.payload_bytes_max = 150);
    answered.line("start {}");
    assert_eq!(answered.line(&format!("answer a#1 {long}")).last().map(String::as_str), Some(RUNTIME));
    let mut started = run("do: [ { a: { call: f } } ]", |limits| limits.payload_bytes_max = 150);
    assert_eq!(started.line(&format!("start {long}")), ["FAULTED [] runtime 500"]);
    let flow = format!("output: {{ as: '{long}' }}\ndo: [ {{ a: {{ set: {{ x: 1 }} }} }} ]");
    let mut ended = run(&flow, |limits| limits.payload_bytes_max = 150);
    assert_eq!(ended.line("start {}").last().map(String::as_str), Some("FAULTED [] runtime 500"));
}

#[test]
fn data_is_no_deeper_than_can_be_read_again() {
    let mut run = run(
        "do: [ { a: { for: { in: '[ range(200) ]' }, do: [ { f: { fork: { branches: [ { x: { set: '${ . }' } } ] } } } ] } } ]",
        |_| {},
    );
    let told = run.line("start {}");
    assert_eq!(told.last().map(String::as_str), Some("FAULTED [a/do/f] runtime 500 /do/0/a/do/0/f"));
}

#[test]
fn a_loop_has_a_largest_number_of_items() {
    let flow = "do: [ { a: { for: { in: '[ 1, 2, 3 ]' }, do: [ { x: { set: { x: 1 } } } ] } } ]";
    assert_eq!(run(flow, |limits| limits.items_max = 2).line("start {}").last().map(String::as_str), Some(RUNTIME));
    let told = run(flow, |limits| limits.items_max = 3).line("start {}");
    assert_eq!(told.last().map(String::as_str), Some(r#"COMPLETED {"x":1}"#));
}

#[test]
fn the_journal_of_an_instance_has_an_end_that_nothing_inside_catches() {
    let flow = "
do:
  - t:
      try:
        - a: { call: f }
        - again: { set: { x: 1 }, then: a }
      catch: {}
";
    let mut run = run(flow, |limits| limits.journal_events_max = 40);
    run.line("start {}");
    for visit in 1..40 {
        run.line(&format!("answer t#1/try/a#{visit} {{}}"));
        if run.instance().status != Status::Active {
            break;
        }
    }
    assert_eq!(run.instance().status, Status::Faulted);
    let fault = run.instance().fault.clone().expect("a fault");
    assert!(fault.detail.is_some_and(|detail| detail.contains("40 events")), "{:?}", run.instance().fault);
    assert!((40..60).contains(&run.instance().events), "{}", run.instance().events);
    // Whoever allows it more lets it go on.
    run.surroundings.limits.journal_events_max = 1_000;
    let told = run.line("retry");
    assert!(told.last().is_some_and(|line| line.starts_with("call t#1/try/a#")), "{told:?}");
}

#[test]
fn backoff_grows_to_its_limit() {
    let mut run = run(
        "
do:
  - t:
      try: [ { a: { call: f } } ]
      catch: { retry: { delay: PT10S, backoff: { exponential: {} }, limit: { attempt: { count: 9 } } } }
",
        |limits| limits.backoff_micros_max = 25_000_000,
    );
    run.line("start {}");
    for due in ["10", "30", "55", "80"] {
        let told = run.line("fault t#1/try/a#1 x 500");
        assert!(told.last().is_some_and(|line| line.contains(&format!("Retry at {due} of"))), "{told:?}");
        run.line(&format!("after {due}"));
    }
}

#[test]
fn the_steps_of_a_turn_are_as_many_as_the_host_says() {
    let mut run =
        run("do: [ { a: { set: { x: 1 } } }, { b: { set: { x: 2 } } }, { c: { set: { x: 3 } } } ]", |limits| {
            limits.turn_steps_max = 1;
        });
    assert_eq!(run.line("start {}")[2..], ["bounded before b", "continue"]);
    assert_eq!(run.line("continue")[2..], ["bounded before c", "continue"]);
    assert_eq!(run.line("continue").last().map(String::as_str), Some(r#"COMPLETED {"x":3}"#));
}
