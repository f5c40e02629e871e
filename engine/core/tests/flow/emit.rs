//! `emit`.

use super::{Run, check};

#[test]
fn an_emitted_event_has_an_id_and_a_time_and_is_the_output() {
    let mut run = Run::new(
        "
do:
  - greet:
      emit:
        event:
          with:
            source: https://example.ir
            type: ir.greeted.v1
            subject: '${ .code }'
            priority: 3
            data: { greetings: '${ \"Hello \" + .name }' }
",
    );
    assert_eq!(
        run.line(r#"start {"name":"Zal","code":"c-1"}"#)[1],
        r#"emitted ir.greeted.v1 {"greetings":"Hello Zal"}"#
    );
    let output = run.instance().output.as_ref().expect("it completed").value().clone();
    for (member, value) in [
        ("source", "https://example.ir"),
        ("type", "ir.greeted.v1"),
        ("subject", "c-1"),
        ("specversion", "1.0"),
        ("time", "2026-11-21T08:00:00Z"),
    ] {
        assert_eq!(output[member], value);
    }
    assert_eq!((&output["priority"], &output["data"]["greetings"]), (&3.into(), &"Hello Zal".into()));
    assert_eq!(output["id"].as_str().map(str::len), Some(26));
}

#[test]
fn an_event_without_a_type_is_a_fault() {
    check(
        "do: [ { a: { emit: { event: { with: { type: '${ .type }' } } } } } ]",
        "
        start {}
        > started a#1 {}
        > faulted a#1 expression 400 /do/0/a
        > FAULTED [a] expression 400 /do/0/a
        ",
    );
}
