//! What is seen of a run: the lines that ran, and each step with its values.

use std::collections::BTreeSet;

use peygir_script::steps::{self, Event, Step, Trace};
use peygir_script::{Coverage, Deadline, Fault, Script, World};
use serde_json::{Value, json};

fn script(source: &str) -> Script {
    Script::compile("x", source).unwrap_or_else(|findings| panic!("{source}: {findings:#?}"))
}

fn covered(source: &str, reqs: &[Value]) -> Coverage {
    let script = script(source);
    let mut all: Option<Coverage> = None;
    for req in reqs {
        let (outcome, coverage) = script.call_covered(req, &World::default(), &json!({}), &Deadline::never());
        assert_eq!(outcome, script.call(req, &World::default(), &json!({}), &Deadline::never()), "{source}");
        match &mut all {
            Some(all) => all.add(&coverage),
            None => all = Some(coverage),
        }
    }
    let all = all.expect("there is a run");
    assert_eq!(all.lines.keys().copied().collect::<BTreeSet<u32>>(), script.lines(), "{source}");
    all
}

fn traced(source: &str, req: &Value) -> (Result<Value, Fault>, Trace) {
    script(source).call_traced(req, &World::default(), &json!({ "n": 2 }), &Deadline::never())
}

/// A statement of every kind, spread over as many lines as its grammar lets it.
const EVERY_KIND: &str = r#"const LATE =
    2;

fn main(
    req,
    now,
    args
) {
    // A comment is no code.
    let plain = 1;
    let long = req
        .topic
        .len();
    let map = #{
        constant: "x",
        computed: plain
            + 1,
        nested: #{
            list: [
                1,
                plain,
            ],
        },
    };
    let flag = req.a
        && req.b
        || (
            req.c
            && req.d
        );
    let absent = req.get("absent")
        ?? plain;
    map.nested
        .list[0] = 7;
    map
        .constant
        += "y";
    tell(
        "somebody",
        #{
            by: "sms",
        }
    );
    let text = `hello
        ${plain}
        and ${map.constant}`;
    if flag
        && plain == 1
    {
        plain += 1;
    } else if req.c
    {
        plain += 2;
    }
    else {
        plain += 3;
    }
    let chosen = if req.a {
        "a"
    } else {
        "b"
    };
    let word = switch req.topic {
        "water" => "آب",
        "road" if req.a
            => {
            let inner = "راه";
            inner
        }
        1..5 => "few",
        _ => throw
            "unknown",
    };
    let list = [];
    for item in
        0..2
    {
        if item == 1 { continue; }
        list.push(
            item
        );
    }
    while list.len() < 3 {
        list.push(0);
    }
    loop {
        break;
    }
    do {
        plain -= 1;
    } while plain > 0
        && req.a;
    try {
        fails();
    }
    catch (error) {
        list.push(error);
    }
    let mapped = [1, 2].map(
        |one| one
            * 2
    );
    {
        let within = 1;
        list.push(within);
    }
    if req.d { return
        1; }
    global::LATE
        + plain;
    #{
        answer: text,
        list: list,
    }
}

fn tell(role, options) {
    #{ action: "notify",
       to: role }
}

fn fails() {
    throw "always";
}

fn nobody_calls() {
    let never = 1;
    never
}
"#;

fn reqs() -> Vec<Value> {
    let req =
        |a: bool, b: bool, c: bool, d: bool, topic: &str| json!({ "a": a, "b": b, "c": c, "d": d, "topic": topic });
    vec![
        req(true, true, false, false, "water"),
        req(false, false, true, true, "road"),
        req(true, false, false, false, "road"),
        req(false, false, false, false, "water"),
        req(false, false, true, false, "power"),
        json!({ "a": true, "b": true, "c": false, "d": false, "topic": "x" }),
    ]
}

/// The lines that a reader of the source expects to count, by what stands on them.
fn lines_with(source: &str, words: &[&str]) -> Vec<u32> {
    let found = (1..).zip(source.lines()).filter(|(_, line)| words.contains(&line.trim()));
    found.map(|(line, _)| line).collect()
}

#[test]
fn where_everything_ran_every_line_is_covered_and_what_nobody_calls_is_not() {
    let coverage = covered(EVERY_KIND, &reqs());
    let ranged = lines_with(EVERY_KIND, &["1..5 => \"few\",", "let never = 1;", "never"]);
    assert_eq!(ranged.len(), 3);
    assert_eq!(coverage.uncovered(), ranged, "{:#?}", coverage.lines);
    assert!(coverage.total() > 50, "{}", coverage.total());
}

#[test]
fn lines_without_code_of_their_own_count_nowhere() {
    let lines = script(EVERY_KIND).lines();
    let none = [
        "",
        "fn main(",
        "req,",
        ") {",
        "}",
        "// A comment is no code.",
        ".topic",
        ".len();",
        "constant: \"x\",",
        "+ 1,",
        "else {",
        "} else {",
        "catch (error) {",
        "by: \"sms\",",
        "list: list,",
        "fn fails() {",
    ];
    let wrong: Vec<u32> = lines_with(EVERY_KIND, &none).into_iter().filter(|line| lines.contains(line)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let some = [
        "let long = req",
        "map",
        "&& req.b",
        "req.c",
        "?? plain;",
        "_ => throw",
        "} else if req.c",
        "&& req.a;",
        "inner",
    ];
    for word in some {
        let found = lines_with(EVERY_KIND, &[word]);
        assert!(!found.is_empty() && found.iter().all(|line| lines.contains(line)), "{word}: {lines:?}");
    }
}

#[test]
fn what_was_left_out_is_named() {
    let source =
        "fn main(req, now, args) {\n    if req.late\n        && req.again {\n        return 1;\n    }\n    2\n}\n";
    let check = |reqs: &[Value], expected: &[u32]| assert_eq!(covered(source, reqs).uncovered(), expected);
    check(&[json!({ "late": false })], &[3, 4]);
    check(&[json!({ "late": true, "again": false })], &[4]);
    check(&[json!({ "late": true, "again": true })], &[6]);
    check(&[json!({ "late": true, "again": true }), json!({ "late": false })], &[]);
}

#[test]
fn a_run_that_fails_has_covered_what_ran() {
    let coverage = covered("fn main(req, now, args) {\n  let a = 1;\n  throw \"x\";\n  a\n}", &[json!({})]);
    assert_eq!((coverage.uncovered(), coverage.percent()), (vec![4], 66));
}

#[test]
fn lines_are_counted_as_often_as_they_ran() {
    let coverage = covered("fn main(req, now, args) {\n  for i in 0..3 {\n    let b = i;\n  }\n  4\n}", &[json!({})]);
    assert_eq!(coverage.lines, [(2, 1), (3, 3), (5, 1)].into());
}

const STEPPED: &str = r#"const LATE = 2;
fn main(req, now, args) {
    let role = pick(req.round);
    let digits = fa_digits("12");
    let role = role + digits;
    role
}
fn pick(round) {
    if round > global::LATE { "governor" } else { "centre" }
}
"#;

fn place(step: &Step) -> (u32, &str, usize) {
    (step.line, &step.function, step.depth)
}

fn variable<'a>(step: &'a Step, name: &str) -> Option<&'a Value> {
    step.variables.iter().find(|(found, _)| found == name).map(|(_, value)| value)
}

#[test]
fn each_step_has_its_place_and_values() {
    let (outcome, trace) = traced(STEPPED, &json!({ "round": 3 }));
    assert_eq!(outcome, Ok(json!("governor۱۲")));
    let places: Vec<_> = trace.steps.iter().map(place).collect();
    let expected = [
        (1, "", 0),
        (3, "main", 1),
        (9, "pick", 2),
        (10, "pick", 2),
        (4, "main", 1),
        (5, "main", 1),
        (6, "main", 1),
        (7, "main", 1),
    ];
    assert_eq!(places, expected, "{:#?}", trace.steps);
    let steps = &trace.steps;
    assert_eq!(steps[3].event, Event::Return(json!("governor")));
    assert_eq!(steps[7].event, Event::Return(json!("governor۱۲")));
    assert_eq!(variable(&steps[1], "req"), Some(&json!({ "round": 3 })));
    assert_eq!(variable(&steps[1], "role"), None);
    assert_eq!(variable(&steps[2], "round"), Some(&json!(3)));
    assert_eq!(variable(&steps[2], "req"), None, "a function has its own variables only");
    assert_eq!(variable(&steps[4], "role"), Some(&json!("governor")));
    assert_eq!(steps[4].gave, [("fa_digits".to_owned(), json!("۱۲"))]);
    assert_eq!(variable(&steps[6], "role"), Some(&json!("governor۱۲")), "the name means the newer one");
    assert_eq!(steps[6].variables.iter().filter(|(name, _)| name == "role").count(), 1);
}

#[test]
fn a_fault_ends_the_steps_at_its_line() {
    let (outcome, trace) = traced("fn main(req, now, args) {\n  let a = args.n;\n  req.topc\n}", &json!({}));
    assert_eq!(outcome.unwrap_err().span().line, 3);
    assert_eq!(trace.steps.last().map(place), Some((3, "main", 1)));
    assert_eq!(variable(trace.steps.last().unwrap(), "a"), Some(&json!(2)));
}

#[test]
fn what_is_kept_of_a_run_is_bounded() {
    let many = "fn main(req, now, args) { let i = 0; while i < 9000 { i += 1; } i }";
    let (outcome, trace) = traced(many, &json!({}));
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(trace.steps.len(), steps::STEPS_MAX);
    assert!(trace.steps_dropped > 3_000, "{}", trace.steps_dropped);

    let long =
        "fn main(req, now, args) { let t = \"م\"; t.pad(30000, \"ن\"); let l = []; l.pad(900, t.sub_string(0, 9)); 1 }";
    let (outcome, trace) = traced(long, &json!({}));
    assert_eq!(outcome, Ok(json!(1)));
    let last = &trace.steps[trace.steps.len() - 2].variables;
    let text = last.iter().find(|(name, _)| name == "t").unwrap().1.as_str().unwrap();
    assert!(text.ends_with('…') && text.len() < steps::VALUE_BYTES_MAX + 8, "{}", text.len());
    let list = last.iter().find(|(name, _)| name == "l").unwrap().1.as_array().unwrap();
    assert!(list.len() < 200 && list.last().unwrap().as_str().unwrap().ends_with("more"), "{list:?}");
}

#[test]
fn values_that_are_no_data_are_named_by_their_type() {
    let (outcome, trace) = traced("fn main(req, now, args) {\n  let f = |x| x;\n  let r = 0..3;\n  1\n}", &json!({}));
    assert_eq!(outcome, Ok(json!(1)));
    let last = &trace.steps[trace.steps.len() - 2];
    assert_eq!(variable(last, "f"), Some(&json!("‹Fn›")));
    let range = variable(last, "r").and_then(Value::as_str).unwrap();
    assert!(range.starts_with('‹') && range.ends_with('›'), "{range}");
}

#[test]
fn nobody_looks_on_at_the_run_after_a_watched_one() {
    let (_, trace) = traced(STEPPED, &json!({ "round": 1 }));
    let plain = script(STEPPED).call(&json!({ "round": 1 }), &World::default(), &json!({}), &Deadline::never());
    assert_eq!(plain, Ok(json!("centre۱۲")));
    let (_, again) = traced(STEPPED, &json!({ "round": 1 }));
    assert_eq!(trace, again);
}
