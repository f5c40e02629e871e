//! Scripts that mean harm, or were written in haste: each ends within its limit, with its line named.

use std::time::{Duration, Instant};

use peygir_script::limits::{OPERATIONS_MAX, SCRIPT_MS_MAX};
use peygir_script::{Deadline, Fault, Limit, Script, World};
use serde_json::{Value, json};

/// The wall-clock time a caller grants in these tests.
const DEADLINE_MS: u64 = 1_000;
/// What may pass before a stopped script has answered, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

fn deadline(ms: u64) -> Deadline {
    let start = Instant::now();
    Deadline::new(move || start.elapsed() > Duration::from_millis(ms))
}

fn run(source: &str, deadline: &Deadline) -> Result<Value, Fault> {
    let script = Script::compile("hostile", source).unwrap_or_else(|findings| panic!("{source}: {findings:#?}"));
    let start = Instant::now();
    let outcome = script.call(&json!({}), &World::default(), &json!({}), deadline);
    assert!(start.elapsed() < PATIENCE, "{source} took {:?}", start.elapsed());
    outcome
}

/// `body` stands in `main`, its first line being line 2.
fn run_body(body: &str) -> Result<Value, Fault> {
    run(&format!("fn main(req, now, args) {{\n{body}\n}}"), &Deadline::never())
}

#[test]
fn fuel_and_sizes_are_met_with_the_line_named() {
    let cases: &[(&str, Limit, u32)] = &[
        ("loop {}", Limit::Operations, 2),
        ("let n = 0;\nwhile true { n += 1; }", Limit::Operations, 3),
        ("for x in 0..1000000000000 {}", Limit::Operations, 2),
        ("let s = \"ab\";\nloop {\n  s += s;\n}", Limit::Size, 4),
        ("let a = [];\nloop {\n  a.push(1);\n}", Limit::Size, 4),
        ("let m = #{};\nfor i in 0..100000 {\n  m[`k${i}`] = i;\n}", Limit::Size, 4),
        ("let s = \"\";\ns.pad(60000, \"a\");\nlet m = #{};\nfor i in 0..100000 {\n  m[s + i] = i;\n}", Limit::Size, 6),
        (
            "let s = \"\";\ns.pad(60000, \"a\");\nlet m = #{ a: [#{}] };\nfor i in 0..100000 {\n  m.a[0][`${i}`] = s + i;\n}",
            Limit::Size,
            6,
        ),
        (
            "let s = \"\";\ns.pad(60000, \"a\");\nlet a = [];\na.pad(900, 0);\nfor i in 0..900 {\n  a[i] = s + i;\n}",
            Limit::Size,
            7,
        ),
        ("let s = \"\";\ns.pad(60000, \"a\");\nlet m = #{};\nfor i in 0..400 {\n  m.set(s + i, 1);\n}", Limit::Size, 6),
        (
            "let s = \"\";\ns.pad(60000, \"a\");\nlet m = #{};\nfor i in 0..400 {\n  let n = #{};\n  n[s + i] = 1;\n  m += n;\n}",
            Limit::Size,
            8,
        ),
        (
            "let s = \"\";\ns.pad(60000, \"a\");\nlet m = #{};\nfor i in 0..400 {\n  let n = #{};\n  n[s + i] = 1;\n  m = m + n;\n}",
            Limit::Size,
            8,
        ),
        ("let s = \"\";\ns.pad(1000000000, \"abc\");", Limit::Size, 3),
        ("let a = [];\na.pad(1000000000, 0);", Limit::Size, 3),
        ("let s = \"\";\ns.pad(60000, \"a\");\ns.replace(\"a\", s);", Limit::Size, 4),
        ("let s = \"\";\ns.pad(60000, \"a\");\nlet t = `${s}${s}${s}`;", Limit::Size, 4),
        ("let s = \"\";\ns.pad(60000, \"a\");\ns.split(\"\").len()", Limit::Size, 4),
        ("let a = [1];\na.pad(900, 0);\nlet b = [];\nb.pad(900, a);", Limit::Size, 5),
        ("let a = [];\nfor i in 0..5000 {\n  a = [a];\n}\na", Limit::Size, 4),
        ("let f = |me| me.call(me);\nf.call(f)", Limit::CallLevels, 2),
    ];
    for (body, limit, line) in cases {
        match run_body(body) {
            Err(Fault::Limit { limit: met, at }) => {
                assert_eq!((met, at.line), (*limit, *line), "{body}")
            }
            other => panic!("{body} ended in {other:?}"),
        }
    }
}

#[test]
fn recursion_ends_at_the_depth_of_calls() {
    for source in [
        "fn f(n) {\n  f(n + 1)\n}\nfn main(req, now, args) { f(0) }",
        "fn f(n) {\n  Fn(\"f\").call(n)\n}\nfn main(req, now, args) { f(0) }",
    ] {
        let fault = run(source, &Deadline::never()).unwrap_err();
        assert!(matches!(fault, Fault::Limit { limit: Limit::CallLevels, .. }), "{fault:?}");
        assert_eq!(fault.span().line, 2, "{fault:?}");
    }
}

#[test]
fn a_method_cannot_grow_its_object_past_the_limit() {
    let source = "fn grow(key) {\n  this[key] = 1;\n}\nfn main(req, now, args) {\n  let m = #{};\n  let s = \"\";\n  s.pad(60000, \"a\");\n  for i in 0..10000 { m.grow(s + i); }\n}";
    let fault = run(source, &Deadline::never()).unwrap_err();
    assert!(matches!(fault, Fault::Limit { limit: Limit::Size, .. }), "{fault:?}");
    assert_eq!(fault.span().line, 2, "{fault:?}");
}

#[test]
fn variables_are_bounded() {
    let body: String = (0..200).map(|n| format!("let v{n} = 0;\n")).collect();
    let fault = run_body(&body).unwrap_err();
    assert!(matches!(fault, Fault::Limit { limit: Limit::Variables, .. }), "{fault:?}");
    assert!(fault.span().line > 90, "{fault:?}");
}

#[test]
fn slow_searches_are_stopped_by_the_wall_clock() {
    let slow = "fn main(req, now, args) {\n  let a = [];\n  a.pad(990, \"x\");\n  for i in 0..60000 {\n    a.contains(\"y\");\n  }\n}";
    let fault = run(slow, &deadline(200)).unwrap_err();
    assert!(matches!(fault, Fault::Aborted { .. }), "{fault:?}");
    assert!((3..=6).contains(&fault.span().line), "{fault:?}");
    assert!(fault.depends_on_machine());
}

/// Sorting asks a function of the script again and again, and each time costs far more than its few operations: it burns fuel
/// for it, so that the run ends at the same place everywhere, and before a clock would end it.
#[test]
fn who_is_asked_by_a_function_of_the_language_burns_fuel() {
    let list = "  let a = []; for i in 0..900 { a.push(-i); }\n";
    // The body of what is asked stands in line 5, or in a function of its own.
    for (asked, line) in [
        ("a.sort(|x, y|\n x - y)", 5),
        ("a.order(|x, y|\n x < y)", 5),
        ("a.sort(Fn(\"less\"))", 8),
        ("a.dedup(|x, y|\n x == y)", 5),
        ("a.map(|x|\n x + 1)", 5),
        ("a.filter(|x|\n x > 3)", 5),
        ("a.reduce(|sum, x|\n sum + x, 0)", 5),
        ("a.some(|x|\n x == 5)", 5),
        ("a.all(|x|\n x < 5)", 5),
        ("a.find(|x|\n x == 5)", 5),
        ("a.index_of(|x|\n x == 5)", 5),
        ("a.retain(|x|\n x < 5)", 5),
        ("a.for_each(|x|\n x + 1)", 5),
        ("#{ a: 1, b: 2, c: 3 }.filter(|k|\n k == \"a\")", 5),
    ] {
        let source =
            format!("fn main(req, now, args) {{\n{list}  loop {{\n    {asked};\n  }}\n}}\nfn less(x, y) {{\n x - y }}");
        let script = Script::compile("hostile", &source).unwrap_or_else(|findings| panic!("{asked}: {findings:#?}"));
        let run = || script.call_covered(&json!({}), &World::default(), &json!({}), &Deadline::never());
        let (came, coverage) = run();
        assert!(matches!(came, Err(Fault::Limit { limit: Limit::Operations, .. })), "{asked}: {came:?}");
        let times = coverage.lines.get(&line).copied().unwrap_or_default();
        // A call is noted twice, as it begins and at its expression.
        assert!((1_000..OPERATIONS_MAX / 4).contains(&times), "{asked}: asked {times} times, {:?}", coverage.lines);
        assert_eq!(run().1.lines, coverage.lines, "{asked}");
    }
}

#[test]
fn a_stop_by_the_clock_cannot_be_caught_and_answered() {
    let source = "fn f() { loop {} }\nfn main(req, now, args) {\n  try { f() } catch { }\n  5\n}";
    let fault = run(source, &Deadline::new(|| true)).unwrap_err();
    assert!(matches!(fault, Fault::Aborted { .. }), "{fault:?}");
}

#[test]
fn fuel_cannot_be_caught_and_answered() {
    let source = "fn f() { loop {} }\nfn main(req, now, args) {\n  try { f() } catch { }\n  5\n}";
    let fault = run(source, &Deadline::never()).unwrap_err();
    assert!(matches!(fault, Fault::Limit { limit: Limit::Operations, .. }), "{fault:?}");
}

#[test]
fn the_same_script_meets_the_same_limit_at_the_same_place() {
    let body = "let n = 0;\nloop {\n  n += 1;\n  if n > 7 { n -= 3; }\n}";
    assert_eq!(run_body(body), run_body(body));
}

#[test]
fn what_reaches_outside_is_refused_when_compiled() {
    let cases: &[(&str, &str)] = &[
        ("eval(\"1 + 1\")", "eval"),
        ("import \"std\" as s;", "import"),
        ("print(\"x\")", "print"),
        ("debug(1)", "debug"),
        ("sleep(5)", "sleep"),
        ("sleep(0.5)", "sleep"),
        ("timestamp()", "timestamp"),
        ("let f = |a, b| a + b;\nf.curry(1)", "curry"),
    ];
    for (body, word) in cases {
        let findings = Script::compile("x", &format!("fn main(req, now, args) {{\n{body}\n}}")).unwrap_err();
        let finding = &findings[0];
        assert_eq!((finding.code, findings.len()), ("PG-S005", 1), "{body}: {findings:?}");
        assert!(finding.message.contains(word) && finding.span.line >= 2 && finding.help.is_some(), "{finding:?}");
    }
}

#[test]
fn the_back_ways_to_the_same_functions_are_closed_too() {
    for word in ["sleep", "eval", "print", "debug", "timestamp", "import"] {
        let start = Instant::now();
        let fault = run_body(&format!("Fn(\"{word}\").call(3)")).unwrap_err();
        assert!(matches!(fault, Fault::Failed { .. } | Fault::Thrown { .. }), "{word}: {fault:?}");
        assert_eq!(fault.span().line, 2, "{word}: {fault:?}");
        assert!(start.elapsed() < Duration::from_secs(2), "{word} held its thread");
    }
    for call in
        ["get_fn_metadata_list()", "get_fn_metadata_list(\"pad\")", "get_fn_metadata_list(\"pad\", 3)", "back_trace()"]
    {
        let fault = run_body(call).unwrap_err();
        assert!(fault.to_string().contains("is not available in scripts"), "{call}: {fault}");
    }
    let fault = run_body("[3].map(Fn(\"sleep\"))").unwrap_err();
    assert!(fault.to_string().contains("sleep is not available"), "{fault}");
}

#[test]
fn closures_that_capture_are_refused() {
    // Such a value holds itself; comparing or printing it would wait for its own lock for ever.
    let body = "let a = #{};\nlet f = || a.x;\na.f = f;\na.to_json()";
    let findings = Script::compile("x", &format!("fn main(req, now, args) {{\n{body}\n}}")).unwrap_err();
    assert_eq!(findings.iter().map(|finding| (finding.code, finding.span.line)).collect::<Vec<_>>(), [("PG-S009", 3)]);
}

#[test]
fn deep_values_do_not_overflow_the_stack() {
    for last in ["a == a", "a.to_string().len()", "[a].contains(a)", "1"] {
        let source = format!("fn main(req, now, args) {{ let a = []; for i in 0..990 {{ a = [a]; }} {last} }}");
        let outcome = run(&source, &deadline(DEADLINE_MS));
        assert!(matches!(outcome, Ok(_) | Err(Fault::Aborted { .. })), "{last}: {outcome:?}");
    }
    let deep = run_body("let a = [];\nfor i in 0..100 { a = [a]; }\na").unwrap_err();
    assert!(matches!(deep, Fault::Limit { limit: Limit::JsonDepth, .. }), "{deep:?}");
}

#[test]
fn inconsistent_orders_and_odd_numbers_end_without_a_panic() {
    // The last line is what is meant: it is reached.
    for body in [
        "let a = []; for i in 0..500 { a.push((i * 7919) % 907); }\na.sort(|p, q| if (p * 31 + q * 17) % 3 == 0 { 1 } else { -1 })",
        "let a = []; for i in 0..500 { a.push(if i % 3 == 0 { \"x\" } else { i }); }\na.sort()",
        "let a = []; for i in 0..500 { a.push(if i % 3 == 0 { () } else { 0.1 * i }); }\na.sort()",
        "0.0 / 0.0",
        "let x = -9223372036854775807 - 1;\nx / -1",
        "9223372036854775807 + 1",
        "1 / 0",
        "2 ** 1000",
        "[1][9223372036854775807]",
        "\"سلام\"[-9]",
        "[1, 2].splice(-9223372036854775807, 9223372036854775807, [4])",
    ] {
        let source = format!("fn main(req, now, args) {{\n{body}\n}}");
        let script = Script::compile("hostile", &source).unwrap_or_else(|findings| panic!("{body}: {findings:#?}"));
        let (outcome, coverage) =
            script.call_covered(&json!({}), &World::default(), &json!({}), &deadline(SCRIPT_MS_MAX));
        let told = matches!(&outcome, Err(Fault::Failed { .. } | Fault::Thrown { .. })) || outcome.is_ok();
        assert!(told, "{body}: {outcome:?}");
        let last = 1 + body.lines().count() as u32;
        assert!(coverage.lines.get(&last).is_some_and(|times| *times > 0), "{body}: {:?}", coverage.lines);
    }
}

#[test]
fn deeply_nested_source_is_refused() {
    for (open, close) in [("(", ")"), ("[", "]"), ("#{a:", "}"), ("if true {", "}")] {
        let body = format!("{}1{}", open.repeat(5_000), close.repeat(5_000));
        let findings = Script::compile("x", &format!("fn main(req, now, args) {{\n{body}\n}}")).unwrap_err();
        assert_eq!(findings[0].code, "PG-S007", "{open}: {findings:?}");
    }
    let chain = format!("fn main(req, now, args) {{\n1{}\n}}", " + 1".repeat(20_000));
    assert_eq!(Script::compile("x", &chain).unwrap_err()[0].code, "PG-S007");
    let long = format!("fn main(req, now, args) {{ 1 }}\n//{}", "x".repeat(200_000));
    assert_eq!(Script::compile("x", &long).unwrap_err()[0].code, "PG-S007");
}

#[test]
fn data_past_the_limits_is_not_let_in() {
    let script = Script::compile("x", "fn main(req, now, args) { 1 }").unwrap();
    let deep = (0..40).fold(json!(1), |inner, _| json!([inner]));
    for req in [json!({ "text": "x".repeat(70_000) }), json!(vec![0; 1_001]), deep] {
        let fault = script.call(&req, &World::default(), &json!({}), &Deadline::never()).unwrap_err();
        assert!(matches!(fault, Fault::Limit { .. }), "{fault:?}");
    }
    // A number that is too long is let in: only who reckons with it meets a fault.
    assert_eq!(script.call(&json!(1e300), &World::default(), &json!({}), &Deadline::never()), Ok(json!(1)));
}
