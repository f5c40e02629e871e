//! Nothing runs, grows or nests without end, whatever is written.

use serde_json::{Value, json};

use super::super::{DEPTH_MAX, SOURCE_BYTES_MAX, TOKENS_MAX};
use super::eval;

/// Each of these runs, grows or recurses without end in stock jq. On a small stack, since the host's threads are.
#[test]
fn runaways_end_within_the_budget() {
    let runaways = [
        "[range(1e9)] | length".to_owned(),
        "last(range(1e12))".into(),
        "[repeat(1)]".into(),
        "last(repeat(1))".into(),
        "0 | until(false; . + 1)".into(),
        "[0 | while(true; . + 1)]".into(),
        "[recurse(.)]".into(),
        "last(recurse(try error(1) catch .))".into(),
        "try last(range(1e12)) catch 1".into(),
        "[limit(1e9; repeat(0))]".into(),
        "reduce range(60) as $i (\"a\"; . + .)".into(),
        "reduce range(60) as $i ([0]; . + .)".into(),
        "reduce range(60) as $i (0; [., .]) | tojson".into(),
        "reduce range(60) as $i (0; {a: ., b: .})".into(),
        "reduce range(100000) as $i (0; [.])".into(),
        "reduce range(100000) as $i ([0]; .. |= [.])".into(),
        "reduce range(40) as $i (2; . * .)".into(),
        "recurse(.) |= .".into(),
        "[path(recurse(.))]".into(),
        "repeat(.) |= .".into(),
        "until(false; .) |= .".into(),
        "while(true; .) |= .".into(),
        "limit(1e6; repeat(.)) |= .".into(),
        "del(recurse(.))".into(),
        "(reduce range(1e6) as $x (.; .)) |= 1".into(),
        "(foreach range(1e6) as $x (.; .)) |= 1".into(),
        "[path(foreach range(1e6) as $x (.; .))]".into(),
        "setpath([range(1e4) | \"a\"]; 1)".into(),
        "getpath([range(1e4) | \"a\"])".into(),
        "[paths(true)] | [.[] | repeat(.)]".into(),
        "first(path(last(repeat(.))))".into(),
        "\"a\" * 1000000000".into(),
        "\"aa\" as $x | reduce range(9) as $i ($x; . * 1000)".into(),
        "{a: \"ab\"} | .a *= 100000000".into(),
        "[combinations(50)]".replace("combinations", "[0, 1] | combinations"),
        format!("[0 | {}]", vec!["(., .)"; 60].join(" | ")),
        format!("[[0, 1] | {}]", vec![". as [$a, $b] | ([$a, $b], [$b, $a])"; 40].join(" | ")),
        format!(
            "{} f50",
            (0..=50).fold(String::from("def f: .;"), |defs, n| {
                let inner = if n == 0 { "f".to_owned() } else { format!("f{}", n - 1) };
                format!("{defs} def f{n}: {inner} | {inner};")
            })
        ),
        format!("def a(f): f | f; {}.{}", "a(".repeat(40), ")".repeat(40)),
        "[range(20000)] | . - .".into(),
        "[range(20000)] | contains([range(20000)])".into(),
        "[range(20000) | 0] | indices(.[:10000])".into(),
        "(\"a\" * 500000) as $s | $s | indices($s[:200000])".into(),
        "\"a\" * 500000 | [match(\"a*b|a\"; \"g\")]".into(),
        "\"a\" * 500000 | gsub(\".*b|a\"; \"x\")".into(),
        "[range(1000) | tostring as $n | \"x\" | test(\"a{\\($n)}\")]".into(),
        "(\"a\" * 500000) as $s | [range(1e5) | $s[.:. + 1]]".into(),
        "[range(20000)] as $n | [range(1e5) | $n | try .a catch 1]".into(),
        ".[999999999] = 0".into(),
        "[path(recurse(.a?))]".into(),
        "path(last(recurse(.a?)))".into(),
        "path(null | until(false; .a))".into(),
        ".a[536870911] = 0".into(),
        ". as [$a] ?// $a | ".repeat(60) + "$a",
        "reduce range(30) as $i (\"[\"; . + .) | .[:100000] | fromjson".into(),
        "[.[]?, .[]?] | ".repeat(60) + "length",
        "[splits(\"\")] | length | [range(. * 1e9)]".into(),
    ];
    for source in runaways {
        let thread = std::thread::Builder::new().stack_size(1 << 20);
        let run = thread.spawn(move || {
            let input = json!(["x", ["y"], {"z": [1, 2, 3]}]);
            let result = eval(&source, &input, &[]);
            assert!(result.is_err(), "{source} gives {:.60}", format!("{result:?}"));
        });
        run.unwrap().join().unwrap();
    }
    // Ordinary work on a large document fits.
    let many: Vec<Value> = (0..5_000).map(|n| json!({"id": n, "city": "همدان"})).collect();
    assert_eq!(eval("map(select(.id % 2 == 0)) | length", &Value::Array(many), &[]), Ok(json!(2_500)));
}

#[test]
fn deep_and_long_sources_end_in_an_error_or_a_value() {
    let repeated = |unit: &str, last: &str| format!("{}{last}", unit.repeat(TOKENS_MAX / 2 - 3));
    let sources = [
        "(".repeat(4_000) + "1" + &")".repeat(4_000),
        "[".repeat(8_000),
        "\"\\(".repeat(2_000),
        repeated("-", "1"),
        repeated("1 + ", "1"),
        repeated(". | ", "."),
        repeated("try ", "."),
        repeated(".a", ""),
        ".".to_owned() + &"[0]".repeat(TOKENS_MAX / 4),
        repeated("1 as $x | ", "$x"),
        repeated("1 , ", "1"),
        "if 1 then ".repeat(TOKENS_MAX / 4) + "1" + &" end".repeat(TOKENS_MAX / 4),
        "def f: .; ".repeat(TOKENS_MAX / 5 - 2) + ".",
        "def f: ".repeat(TOKENS_MAX / 5 - 2) + "1" + &"; 1".repeat(TOKENS_MAX / 5 - 2),
        "reduce . as $x (1; ".repeat(60) + "1" + &")".repeat(60),
        "a".repeat(SOURCE_BYTES_MAX + 1),
        "label $x | ".repeat(TOKENS_MAX / 4) + "1",
    ];
    for source in sources {
        let thread = std::thread::Builder::new().stack_size(2 << 20);
        let run = thread.spawn(move || drop(eval(&source, &json!({}), &[])));
        run.unwrap().join().unwrap();
    }
}

/// What is evaluated on the caller's stack must fit into a small one.
#[test]
fn short_sources_need_little_stack() {
    let nested = |open: &str, inside: &str, close: &str, times: usize| {
        format!("{}{inside}{}", open.repeat(times), close.repeat(times))
    };
    let sources = [
        nested("-", "1", "", 99),
        nested("[", "1", "]", 49),
        nested("map(", ".", ")", 49),
        nested("recurse(", ".[]?", ")", 47),
        nested("limit(3;", ".", ")", 24),
        nested("try ", ".", "", 98),
        nested("{a:", "1", "}", 32),
        nested("1|", ".", "", 49),
        nested("1 as $x|", "$x", "", 24),
        nested("[.[]|", ".", "]", 19),
        nested("def f:", "1", ";f", 19),
        nested("reduce . as $x(.;", ".", ")", 13),
        nested("walk(", ".", ")", 49),
        nested(".[]|=(", ".", ")", 19),
    ];
    for source in sources {
        let thread = std::thread::Builder::new().stack_size(1 << 20);
        let run = thread.spawn(move || {
            let deep = (0..40).fold(json!([1, 2]), |inner, _| json!([inner]));
            drop(eval(&source, &deep, &[]));
        });
        run.unwrap().join().unwrap();
    }
}

/// Filters as arguments nest calls exponentially deep in a short text, and are refused before anything is evaluated.
#[test]
fn definitions_that_nest_too_deep_are_refused() {
    let doubling = |levels: usize| {
        (1..=levels)
            .fold("def t0(f): f | f;".to_owned(), |defs, n| format!("{defs} def t{n}(f): t{m}(t{m}(f));", m = n - 1))
    };
    let error = eval(&format!("{} t20(.)", doubling(20)), &json!(1), &[]).unwrap_err();
    assert!(error.contains(&format!("nest deeper than {DEPTH_MAX} levels")), "{error}");
    assert_eq!(eval(&format!("{} t3(.)", doubling(3)), &json!(1), &[]), Ok(json!(1)));
}

/// As deep as is allowed, through every filter of the library that takes one, fits the stack that is given.
#[test]
fn the_deepest_definitions_fit_the_stack() {
    let around = [
        "f | f",
        "[f]",
        "map(f)",
        "[.[]? | f]",
        "recurse(f)",
        "first(f)",
        "limit(2; f)",
        "walk(f)",
        "try f catch .",
        "(f |= 1)",
        "with_entries(f)",
        "sort_by(f)",
        "any(f; .)",
        "[paths(f)]",
        "del(f)",
        "until(true; f)",
        "{a: f}",
        "reduce f as $x (0; f)",
        "label $l | f",
        "\"\\(f)\"",
        "f as $x | f",
        "if f then f else f end",
        "-f",
        "f + f",
        "sub(\"a\"; f)",
        "IN(f)",
        "pick(f)",
    ];
    for body in around {
        let work = move || {
            let levels = |count: usize| {
                let mut source = format!("def t0(f): {body};");
                for n in 1..=count {
                    source.push_str(&format!(" def t{n}(f): t{m}(t{m}(f));", m = n - 1));
                }
                format!("{source} try t{count}(.) catch 0")
            };
            let deep = (0..40).fold(json!(["a", {"b": 1}]), |inner, _| json!([inner]));
            let deepest = (0..12).map(levels).take_while(|source| super::Expr::compile(source, &[]).is_ok()).last();
            drop(eval(&deepest.expect("the shallowest is allowed"), &deep, &[]));
        };
        std::thread::Builder::new().stack_size(1 << 20).spawn(work).unwrap().join().unwrap();
    }
}
