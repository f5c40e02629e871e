//! What scripts can do, and what authors are told.

use std::collections::BTreeMap;

use peygir_script::{Cell, Deadline, Fault, Now, Script, World, tests};
use peygir_source::render::Language;
use serde_json::{Value, json};

const ESCALATION: &str = r#"
const LATE = 2;
fn on_overdue(req, now, args) {
    let actions = [];
    if req.vulnerable || req.topic == "water" {
        actions += tell("governor-office");
    }
    if args.step == 1 { actions += tell("agency-head"); }
    if args.late >= global::LATE { actions += #{ action: "human-task", at: now.epoch }; }
    actions
}
fn tell(role) { #{ action: "notify", to: role } }
"#;

fn call(source: &str, req: &Value) -> Result<Value, Fault> {
    let script = Script::compile("x", source).unwrap_or_else(|findings| panic!("{source}: {findings:#?}"));
    let now = Now { epoch_s: 1_795_000_000, iso: "2026-11-18T11:06:40Z".to_owned() };
    script.call(req, &World::at(now), &json!({ "step": 1, "late": 3 }), &Deadline::never())
}

fn main_of(body: &str) -> String {
    format!("fn main(req, now, args) {{ {body} }}")
}

#[test]
fn a_script_answers_a_list_of_actions() {
    let script = Script::compile("on-overdue", ESCALATION).unwrap();
    let now = Now { epoch_s: 7, iso: String::new() };
    let req = json!({ "vulnerable": false, "topic": "water" });
    let answer = script.call(&req, &World::at(now), &json!({ "step": 1, "late": 3 }), &Deadline::never()).unwrap();
    let expected = json!([
        { "action": "notify", "to": "governor-office" },
        { "action": "notify", "to": "agency-head" },
        { "action": "human-task", "at": 7 },
    ]);
    assert_eq!(answer, expected);
    assert!(script.warnings().is_empty(), "{:?}", script.warnings());
}

#[test]
fn json_goes_in_and_out_unchanged() {
    let data = json!({
        "integer": i64::MAX, "float": 1.5, "whole": 2.0, "text": "کد ۱۲", "none": null, "flags": [true, false],
        "nested": { "b": 1, "a": [{}] },
    });
    let answer = call(&main_of("req"), &data).unwrap();
    assert_eq!(answer.to_string(), data.to_string());
}

#[test]
fn numbers_with_a_fraction_are_decimals() {
    let data = json!({ "tenth": 0.1, "small": 1e-7, "price": 1250000.75 });
    for (body, expected) in [
        ("0.1 + 0.2 == 0.3", json!(true)),
        ("req.tenth + 0.2 == 0.3", json!(true)),
        ("req.tenth * 3", json!(0.3)),
        ("req.small * 10", json!(1e-6)),
        ("req.price + 0.25", json!(1250001.0)),
        ("(10.0 / 3).round(2)", json!(3.33)),
        ("(2.5 * 3).round()", json!(8)),
        ("7 / 2", json!(3)),
        ("7 / 2.0", json!(3.5)),
        ("type_of(1.5)", json!("decimal")),
        ("5.to_decimal() / 2", json!(2.5)),
        ("1.5 < 2 && 2 > 1.5 && 2.0 == 2", json!(true)),
    ] {
        assert_eq!(call(&main_of(body), &data), Ok(expected), "{body}");
    }
    for number in [json!(1e300), json!(1e-40), json!(u64::MAX)] {
        assert!(matches!(call(&main_of("1"), &json!({ "n": number })), Err(Fault::Input { .. })), "{number}");
    }
}

#[test]
fn what_json_cannot_tell_is_named_with_its_path() {
    for (body, path) in [("#{ a: [1, 10.0 / 3] }", "/a/1"), ("#{ f: |x| x }", "/f"), ("0..5", "")] {
        match call(&main_of(body), &json!({})) {
            Err(Fault::Answer { path: told, .. }) => assert_eq!(told, path, "{body}"),
            other => panic!("{body}: {other:?}"),
        }
    }
}

#[test]
fn the_moment_and_the_digits() {
    let cases = [
        ("now.epoch", json!(1_795_000_000)),
        ("now.iso", json!("2026-11-18T14:36:40+03:30")),
        ("fa_digits(\"12-٣\")", json!("۱۲-۳")),
        ("latin_digits(\"۱۲٣a\")", json!("123a")),
        ("parse_int(\"۱۲\".latin_digits())", json!(12)),
        ("let t = \"aXbX\"; t.replace(\"X\", \"--\"); t", json!("a--b--")),
        ("let t = \"aXb\"; t.replace('X', '-'); t", json!("a-b")),
        ("let نام = 5; نام", json!(5)),
        ("req.get(\"absent\") ?? 3", json!(3)),
        ("let m = #{}; m.x = 1; m", json!({ "x": 1 })),
    ];
    for (body, expected) in cases {
        assert_eq!(call(&main_of(body), &json!({})), Ok(expected), "{body}");
    }
}

#[test]
fn a_failing_script_names_its_line_and_the_remedy() {
    let typo =
        call("fn main(req, now, args) {\n  let x = 1;\n  req.topc\n}", &json!({ "topic": "water" })).unwrap_err();
    assert_eq!((typo.code(), typo.span().line), ("PG-S103", 3), "{typo:?}");
    assert!(typo.to_string().contains("get(\"topc\")"), "{typo}");
    let thrown = call("fn main(req, now, args) {\n  throw #{ reason: 5 };\n}", &json!({})).unwrap_err();
    assert_eq!((thrown.code(), thrown.span().line), ("PG-S104", 2), "{thrown:?}");
    assert!(matches!(thrown, Fault::Thrown { value, .. } if value == json!({ "reason": 5 })));
}

#[test]
fn what_is_journalled_about_a_fault_holds_no_value() {
    for body in [
        "parse_int(req.nid + \"x\")",
        "throw req.nid",
        "req.nid - 1",
        "[1][parse_int(req.nid)]",
        "#{ a: 1 }[req.nid].b",
        "#{}[req.nid] - 1",
    ] {
        let fault = call(&main_of(body), &json!({ "nid": "4170000011" })).unwrap_err();
        assert!(!fault.without_values().contains("4170000011"), "{body}: {}", fault.without_values());
        assert!(fault.without_values().contains("line 1"), "{body}: {}", fault.without_values());
    }
}

#[test]
fn findings_have_code_place_and_remedy() {
    let cases: &[(&str, &str, u32, &str)] = &[
        ("fn main(req, now, args) {\n  let case = 1;\n}", "PG-S002", 2, "req"),
        ("fn main(case, now, args) { 1 }", "PG-S002", 1, "req"),
        ("fn main(req, now, args) {\n  case.topic\n}", "PG-S002", 2, "req"),
        ("fn main(req, now, args) {\n  let x = null;\n}", "PG-S002", 2, "()"),
        ("fn main(req, now, args) {\n  let default = 1;\n}", "PG-S002", 2, "default_"),
        ("fn main(req, now, args) {\n  foo\n}", "PG-S004", 2, "parameters"),
        ("fn main(req, now, args) {\n  let x = ;\n}", "PG-S001", 2, ""),
        ("fn main(req, now, args) {\n  1", "PG-S001", 2, ""),
        ("fn main(req, now, args) {\n  tel(1)\n}\nfn tell(x) { x }", "PG-S006", 2, "tell"),
        ("fn main(req, now) { 1 }", "PG-S003", 1, "fn main(req, now, args)"),
        ("fn other(req, now, args) { 1 }", "PG-S003", 1, "fn on_overdue(req, now, args)"),
        ("let x = 1;\nfn main(req, now, args) { 1 }", "PG-S008", 1, "const"),
    ];
    for (source, code, line, help) in cases {
        let findings = Script::compile("on-overdue", source).unwrap_err();
        let finding = &findings[0];
        assert_eq!((finding.code, finding.span.line), (*code, *line), "{source}: {findings:?}");
        assert!(
            finding.help.as_ref().is_none_or(|one| !one.fa.is_empty())
                && (help.is_empty() || finding.help.as_ref().is_some_and(|one| one.en.contains(help))),
            "{source}: {finding:?}"
        );
        assert!(!finding.message_fa.is_empty());
    }
}

#[test]
fn every_reserved_word_is_told_as_one() {
    for word in [
        "async", "await", "case", "default", "go", "goto", "is", "match", "new", "null", "public", "super", "sync",
        "use", "var", "with", "yield",
    ] {
        let findings = Script::compile("x", &main_of(&format!("let {word} = 1; 2"))).unwrap_err();
        assert_eq!(findings[0].code, "PG-S002", "{word}: {findings:?}");
    }
}

#[test]
fn an_unknown_method_is_a_warning() {
    let script = Script::compile("x", &main_of("req.text.contans(\"a\")")).unwrap();
    let warning = &script.warnings()[0];
    assert_eq!((warning.code, warning.help_in(Language::English)), ("PG-S006", Some("did you mean \"contains\"?")));
}

#[test]
fn scripts_are_shared_between_threads() {
    let script = Script::compile("x", &main_of("args.n * 2")).unwrap();
    let world = World::default();
    std::thread::scope(|scope| {
        for n in 0..8 {
            let (script, world) = (&script, &world);
            scope.spawn(move || {
                let answer = script.call(&json!({}), world, &json!({ "n": n }), &Deadline::never());
                assert_eq!(answer, Ok(json!(n * 2)));
            });
        }
    });
}

#[test]
fn cells_answer_yes_or_no() {
    let inputs = BTreeMap::from([("text".to_owned(), json!("نزدیک حرم")), ("n".to_owned(), json!(3))]);
    let eval = |source: &str| Cell::compile(source, &["text", "n", "absent"]).unwrap().eval(&inputs);
    assert_eq!(eval("text.contains(\"حرم\") && n >= 3"), Ok(true));
    assert_eq!(eval("n < 3 || absent != ()"), Ok(false));
    assert!(matches!(eval("n + 1"), Err(Fault::Failed { .. })));
    assert!(matches!(eval("text > n.foo"), Err(Fault::Failed { .. })));
}

#[test]
fn cells_are_one_expression_over_their_inputs() {
    for (source, code) in [
        ("other == 1", "PG-S004"),
        ("case == 1", "PG-S002"),
        ("text.contains(", "PG-S001"),
        ("loop {}", "PG-S001"),
        ("sleep(5) == ()", "PG-S005"),
        ("print(text)", "PG-S005"),
        ("[1].map(|x| x) == []", "PG-S001"),
        ("let x = 1", "PG-S001"),
    ] {
        let findings = Cell::compile(source, &["text"]).unwrap_err();
        assert_eq!(findings[0].code, code, "{source}: {findings:?}");
    }
    assert_eq!(Cell::compile(&"text + ".repeat(1_000), &["text"]).unwrap_err()[0].code, "PG-S007");
}

#[test]
fn rows_beside_a_script_are_run() {
    let yaml = "
- name: water
  req: { topic: water, vulnerable: false }
  now: { iso: '2026-11-21T09:00:00Z', epoch: 9 }
  args: { step: 2, late: 0 }
  expect: [{ action: notify, to: governor-office }]
- name: wrong
  req: { topic: road, vulnerable: false }
  args: { step: 2, late: 0 }
  expect: [1]
- name: a field is missing
  req: {}
  fault: PG-S103
";
    let rows = tests::read(&peygir_source::yaml::parse(yaml).unwrap()).unwrap();
    let script = Script::compile("on-overdue", ESCALATION).unwrap();
    let outcomes = tests::run(&script, &rows, &World::default(), &Deadline::never());
    assert_eq!(outcomes.iter().map(|outcome| outcome.passed).collect::<Vec<_>>(), [true, false, true], "{outcomes:#?}");
    let finding = outcomes[1].to_diagnostic().unwrap();
    assert_eq!((finding.code, finding.span.line), ("PG-S011", 7));
    assert!(finding.message.contains("expects [1] and got []"), "{}", finding.message);
}

#[test]
fn all_errors_of_a_test_file_come_at_once() {
    let yaml = "- { name: a, exepct: 1 }\n- 5\n- { now: 3, expect: 1 }\n";
    let findings = tests::read(&peygir_source::yaml::parse(yaml).unwrap()).unwrap_err();
    let found: Vec<_> = findings.list.iter().map(|finding| (finding.code, finding.span.line)).collect();
    assert_eq!(found, [("PG-S010", 1), ("PG-S010", 1), ("PG-S010", 2), ("PG-S010", 3)]);
    assert_eq!(findings.list[0].help_in(Language::English), Some("did you mean \"expect\"?"));
}
