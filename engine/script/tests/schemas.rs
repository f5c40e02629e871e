//! What a script takes and gives, as its header says, and lists of actions by the schemas of what carries them out.

use std::sync::Arc;

use peygir_script::{Actions, Deadline, Fault, Script, World, tests};
use peygir_source::render::{self, Language};
use serde_json::{Value, json};

const HEADED: &str = "\
//! Who is told that a reply is late.
//! ---
//! req: { type: object, required: [topic] }
//! args:
//!   type: object
//!   properties: { step: { type: integer, minimum: 1 } }
//! output: { type: array, maxItems: 1 }
fn main(req, now, args) {
    if args.step == 7 { return [1, 2]; }
    [req.topic]
}
";

fn call(source: &str, req: Value, args: Value) -> Result<Value, Fault> {
    let script = Script::compile("x", source).unwrap_or_else(|found| panic!("{found:#?}"));
    script.call(&req, &World::default(), &args, &Deadline::never())
}

#[test]
fn values_must_fit_the_header() {
    assert_eq!(call(HEADED, json!({ "topic": "water" }), json!({ "step": 1 })), Ok(json!(["water"])));
    let topic = || json!({ "topic": "x" });
    for (req, args, code, line, told, told_fa) in [
        (json!({}), json!({ "step": 1 }), "PG-S108", 3, "\"topic\" is a required property", "عضو \"topic\" لازم است"),
        (
            topic(),
            json!({ "step": "secret" }),
            "PG-S108",
            4,
            "/step: value is not of type \"integer\"",
            "\u{2066}/step\u{2069}: باید عدد صحیح باشد",
        ),
        (
            topic(),
            json!({ "step": 0 }),
            "PG-S108",
            4,
            "/step: value is less than the minimum of 1",
            "باید دست‌کم 1 باشد",
        ),
        (topic(), json!({ "step": 7 }), "PG-S109", 7, "has more than 1 item", "فهرست باید حداکثر 1 عضو داشته باشد"),
    ] {
        let fault = call(HEADED, req, args).unwrap_err();
        assert_eq!((fault.code(), fault.span().line), (code, line), "{fault}");
        assert!(fault.to_string().contains(told), "{fault}");
        assert!(!fault.without_values().contains("secret") && fault.without_values().contains("/"), "{fault}");
        let fa = fault.message_fa();
        assert!(fa.contains("طرح") && fa.contains(told_fa) && !fa.contains("secret"), "{fa}");
    }
}

#[test]
fn a_header_is_checked_with_the_script() {
    let main = "\nfn main(req, now, args) { 1 }";
    for (header, line, column, told) in [
        ("//! ---\n//! arg: { type: object }", 2, 5, "a header has no \"arg\""),
        ("//! text\n//! ---\n//!\n//! output: { type: lost }", 4, 13, "this is no JSON Schema"),
        ("//! ---\n//! - 1", 2, 5, "must be a mapping"),
        ("//! ---\n//! req: { $ref: 'https://example.org/x' }", 2, 10, "this is no JSON Schema"),
    ] {
        let found = Script::compile("x", &format!("{header}{main}")).map(|_| ()).expect_err(header);
        let (code, span) = (found[0].code, found[0].span);
        assert_eq!((code, span.line, span.column), ("PG-S012", line, column), "{header}: {found:?}");
        assert!(found[0].message.contains(told), "{header}: {found:?}");
    }
    for header in ["", "//! only text", "//! text\n//! ---", "// ---\n// req: 5", "/// text\n//! ---"] {
        assert!(Script::compile("x", &format!("{header}{main}")).is_ok(), "{header}");
    }
    let bad_yaml = Script::compile("x", &format!("//! ---\n//! req: [1{main}")).map(|_| ()).unwrap_err();
    assert!(bad_yaml[0].code.starts_with("PG-Y") && bad_yaml[0].span.line == 2, "{bad_yaml:?}");
}

fn actions() -> Arc<Actions> {
    let notify =
        r#"{"type":"object","required":["to"],"additionalProperties":false,"properties":{"to":{"type":"string"}}}"#;
    Arc::new(Actions::new([("notify", notify), ("case-mark", "{}")]).unwrap())
}

#[test]
fn lists_of_actions_are_checked() {
    let actions = actions();
    for right in [json!([{ "action": "notify", "to": "citizen" }]), json!([1, 2]), json!({ "a": 1 }), json!([])] {
        assert_eq!(actions.check(&right, &[]), Ok(()), "{right}");
    }
    for (wrong, number, told) in [
        (json!([{ "action": "notify", "to": "x" }, { "action": "notify" }]), 2, "\"to\" is a required property"),
        (json!([{ "action": "notify", "to": 9121234567_u64 }]), 1, "/to: value is not of type \"string\""),
        (json!([{ "action": "notfy", "to": "x" }]), 1, "did you mean \"notify\"?"),
        (json!([{ "action": "notify", "to": "x" }, { "to": "x" }]), 2, "a member \"action\""),
        (json!([{ "action": "notify", "to": "x" }, 5]), 2, "a member \"action\""),
        (json!([{ "action": 5 }]), 1, "a member \"action\""),
        (json!({ "action": "no-list" }), 1, "no such action"),
    ] {
        let fault = actions.check(&wrong, &[]).unwrap_err();
        assert!(matches!(&fault, Fault::Action { wrong } if wrong[0].number == number), "{wrong}: {fault:?}");
        assert!(fault.to_string().contains(told) && fault.code() == "PG-S110", "{wrong}: {fault}");
        assert!(!fault.to_string().contains("9121234567"), "{fault}");
    }
    assert!(Actions::new([("x", "{")]).is_err() && Actions::new([("x", r#"{"type":5}"#)]).is_err());
}

#[test]
fn rows_are_checked_by_the_actions_of_their_world() {
    let script = Script::compile("x", "fn main(req, now, args) { [notify(#{ to: args.to })] }").unwrap();
    let yaml = "
- { args: { to: citizen }, expect: [{ action: notify, to: citizen }] }
- { args: { to: 5 }, expect: [{ action: notify, to: 5 }] }
- { args: { to: 5 }, fault: PG-S110 }
";
    let rows = tests::read(&peygir_source::yaml::parse(yaml).unwrap()).unwrap();
    let passed = |world: &World| -> Vec<bool> {
        tests::run(&script, &rows, world, &Deadline::never()).iter().map(|outcome| outcome.passed).collect()
    };
    assert_eq!(passed(&World { actions: Some(actions()), ..World::default() }), [true, false, true]);
    assert_eq!(passed(&World::default()), [true, true, false]);
}

#[test]
fn a_row_has_its_moment_and_place() {
    let source = "fn main(req, now, args) { `${now.date} ${now.hour}` }";
    let script = Script::compile("x", source).unwrap();
    let yaml = "
- { now: 1405/08/30 14:30, expect: 1405/08/30 14 }
- { now: '2026-11-21T00:10+03:30', place: { province: hamedan }, calendar: ir-working, expect: 1405/08/30 0 }
";
    let rows = tests::read(&peygir_source::yaml::parse(yaml).unwrap()).unwrap();
    let outcomes = tests::run(&script, &rows, &World::default(), &Deadline::never());
    assert!(outcomes.iter().all(|outcome| outcome.passed), "{outcomes:#?}");
    let world = rows[1].world(&World::default());
    assert_eq!((world.place.province.as_deref(), world.calendar.as_str()), (Some("hamedan"), "ir-working"));
    for (yaml, line) in [
        ("- { now: soon, expect: 1 }", 1),
        ("- expect: 1\n  place: { city: x }", 2),
        ("- expect: 1\n  calendar: [1]", 2),
    ] {
        let found = tests::read(&peygir_source::yaml::parse(yaml).unwrap()).unwrap_err();
        assert_eq!((found.list[0].code, found.list[0].span.line), ("PG-S010", line), "{yaml}: {found:?}");
    }
}

#[test]
fn a_fault_is_shown_with_its_line_and_a_caret() {
    let source = "fn main(req, now, args) {\n    let late = args.late;\n    req.topc\n}";
    let script = Script::compile("x", source).unwrap();
    let rows = tests::read(&peygir_source::yaml::parse("- { args: { late: 1 }, expect: 1 }").unwrap()).unwrap();
    let outcome = &tests::run(&script, &rows, &World::default(), &Deadline::never())[0];
    let fault = outcome.faults[0].clone();
    let shown = render::human(&fault, Some(script.source()), Language::English);
    assert!(shown.contains("3 |     req.topc\n  |         ^"), "{shown}");
}
