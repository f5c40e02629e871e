//! `run`: flows, scripts and commands (63, 64).

use peygir_core::{Command, Effect, command::Answer, error::Kind};

use super::check;
use super::run::{Run, start};

#[test]
fn s63_a_run_waits_for_its_child_and_gives_its_output() {
    check(
        "
do:
  - sub:
      run: { workflow: { namespace: other, name: sub, version: '1.2.3', input: { n: '${ .n }' } } }
      output: { as: .result }
",
        r#"
        start {"n":1}
        > started sub#1 {"n":1}
        > run sub#1 sub:1.2.3 {"n":1}
        answer sub#1 {"result":7}
        > completed sub#1 7
        > COMPLETED 7
        "#,
    );
}

#[test]
fn s63_a_run_that_does_not_wait_gives_its_own_transformed_input_at_once() {
    check(
        "
do:
  - sub:
      input: { from: '{ n: .n }' }
      run: { workflow: { namespace: other, name: sub, version: '1.2.3', input: { x: 1 } }, await: false }
",
        r#"
        start {"n":1,"more":2}
        > started sub#1 {"n":1,"more":2}
        > completed sub#1 {"n":1}
        > run sub#1 sub:1.2.3 {"x":1} for nobody
        > COMPLETED {"n":1}
        "#,
    );
}

#[test]
fn s63_the_childs_id_is_in_the_journal_and_the_effect_and_its_fault_is_the_tasks_with_that_id() {
    let mut run = Run::new("do: [ { sub: { run: { workflow: { namespace: other, name: sub, version: '1.2.3' } } } } ]");
    let outcome = run.send(&start(serde_json::json!({ "n": 1 }).into())).expect("it starts");
    let [Effect::Run { activation, child, input, .. }] = &outcome.effects[..] else { panic!("{:?}", outcome.effects) };
    assert_eq!(input.json(), r#"{"n":1}"#);
    let journal = format!("{:?}", outcome.events);
    assert!(journal.contains(&child.to_string()), "{journal}");
    let mut error = peygir_core::Error::new(Kind::Communication, "the other side is away");
    error.instance = Some("/do/3/inside".into());
    run.send(&Command::Answer { activation: *activation, answer: Answer::Fault(error) }).expect("it is answered");
    let fault = run.instance().fault.clone().expect("the parent faulted");
    assert_eq!((fault.status, fault.instance.as_deref()), (500, Some("/do/0/sub")));
    assert_eq!(fault.child.as_deref(), Some(child));
    assert_eq!(fault.to_value()["child"], child.to_string());
}

#[test]
fn s63_a_child_that_is_waited_for_is_cancelled_with_its_parent_and_by_a_timeout() {
    check(
        "do: [ { sub: { run: { workflow: { namespace: other, name: sub, version: '1.0.0' } } } } ]",
        r#"
        start {}
        > started sub#1 {}
        > run sub#1 sub:1.0.0 {}
        cancel
        > cancelled sub#1
        > withdraw sub#1
        > CANCELLED unwanted
        "#,
    );
    check(
        "
do:
  - t:
      try: [ { sub: { run: { workflow: { namespace: other, name: sub, version: '1.0.0' } }, timeout: { after: PT5S } } } ]
      catch: {}
",
        r#"
        start {}
        > started t#1 {}
        > started t#1/try {}
        > started t#1/try/sub#1 {}
        > timer 0 Timeout at 5 of t#1/try/sub#1
        > run t#1/try/sub#1 sub:1.0.0 {}
        after 5
        > timer 0 fired
        > faulted t#1/try/sub#1 timeout 408 /do/0/t/try/0/sub
        > faulted t#1/try timeout 408 /do/0/t/try/0/sub
        > caught by t#1 timeout 408 /do/0/t/try/0/sub
        > completed t#1 {}
        > withdraw t#1/try/sub#1
        > COMPLETED {}
        "#,
    );
}

#[test]
fn s63_children_are_limited() {
    let mut run = Run::new(
        "
do:
  - loop:
      for: { in: '[ range(5) ]' }
      do: [ { sub: { run: { workflow: { namespace: other, name: sub, version: '1.0.0' }, await: false } } } ]
",
    );
    run.surroundings.limits.children_max = 3;
    let told = run.line("start {}");
    assert_eq!(told.iter().filter(|line| line.starts_with("run ")).count(), 3);
    assert_eq!(told.last().map(String::as_str), Some("FAULTED [loop/do/sub] runtime 500 /do/0/loop/do/0/sub"));
}

#[test]
fn s64_a_script_is_a_function_of_the_host() {
    check(
        "
do:
  - s: { run: { script: { language: js, code: 'print(1)', arguments: [ '${ .n }' ] }, return: code } }
",
        r#"
        start {"n":1}
        > started s#1 {"n":1}
        > call s#1 run-script {"arguments":[1],"code":"print(1)","language":"js","return":"code"}
        answer s#1 0
        > completed s#1 0
        > COMPLETED 0
        "#,
    );
}

#[test]
fn s64_a_command_that_nobody_waits_for_is_asked_for_once_and_the_task_is_over() {
    check(
        "
do:
  - s: { run: { shell: { command: ls }, await: false } }
  - next: { set: { after: '${ .n }' } }
",
        r#"
        start {"n":1}
        > started s#1 {"n":1}
        > completed s#1 {"n":1}
        > started next#1 {"n":1}
        > completed next#1 {"after":1}
        > call s#1 run-shell {"command":"ls","return":"stdout"} for nobody
        > COMPLETED {"after":1}
        answer s#1 0
        > rejected: the instance has ended
        "#,
    );
}
