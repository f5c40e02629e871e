//! Expressions of arbitrary words: none makes the compiler or an evaluation panic, and what comes out is within limits.

use peygir_dsl::expr::{DEPTH_MAX, Expr, MESSAGE_CHARS_MAX, NOW, Template, VALUE_DEPTH_MAX};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::{Value, json};

/// Words and signs of which sources are made: enough that a good part of them compiles.
const WORDS: &[&str] = &[
    ".",
    ".a",
    ".b.c",
    ".[0]",
    ".[]",
    ".[1:]",
    ".[-1]",
    "..",
    "?",
    "|",
    ",",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    ";",
    "$x",
    "$context",
    "$secrets",
    "$secrets.k",
    "as",
    "def",
    "f",
    "f(g)",
    "f($x)",
    "g",
    "reduce",
    "foreach",
    "if",
    "then",
    "elif",
    "else",
    "end",
    "try",
    "catch",
    "label",
    "$l",
    "break",
    "and",
    "or",
    "not",
    "//",
    "//=",
    "|=",
    "+=",
    "=",
    "==",
    "<",
    "+",
    "-",
    "*",
    "/",
    "%",
    "0",
    "1",
    "2.5",
    "-1",
    "1e9",
    ".5",
    "\"a\"",
    "\"\\(.a)\"",
    "\"(\"",
    "null",
    "true",
    "empty",
    "error",
    "range(9)",
    "limit(3; .[])",
    "recurse",
    "repeat(1)",
    "map(.)",
    "select(.)",
    "path(..)",
    "paths",
    "del(.a)",
    "keys",
    "length",
    "add",
    "any",
    "tostring",
    "tojson",
    "fromjson",
    "test(\"a\")",
    "gsub(\"a\"; \"b\")",
    "splits(\"a\")",
    "ltrimstr(\"a\")",
    "@base32",
    "@base32d",
    "@csv",
    "@uri \"\\(.)\"",
    "join(\",\")",
    "flatten",
    "group_by(.a)",
    "sort",
    "implode",
    "explode",
    "todate",
    "strptime(\"%Y\")",
    "mktime",
    "now",
    "infinite",
    "nan",
    "tonumber",
    "setpath([\"a\", 0]; 1)",
    "getpath([\"a\"])",
    "to_entries",
    "walk(.)",
    "input",
    "env",
    "__x",
    "$__loc__",
    "#",
    "\n",
    "?//",
    "${",
    "}",
];

fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(WORDS), 0..24).prop_map(|words| words.join(" "))
}

/// Sources that are put together as the grammar wants, so that most of them compile.
fn program() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(
        WORDS.iter().copied().filter(|word| Expr::compile(word, &["context", "secrets"]).is_ok()).collect::<Vec<_>>(),
    );
    leaf.prop_map(str::to_owned).prop_recursive(6, 40, 3, |inner| {
        let operator = prop::sample::select(
            &["|", ",", "//", "+", "-", "*", "/", "%", "==", "<", "and", "|=", "=", "+=", "//="][..],
        );
        prop_oneof![
            (inner.clone(), operator, inner.clone())
                .prop_map(|(left, operator, right)| format!("({left} {operator} {right})")),
            inner.clone().prop_map(|body| format!("[{body}]")),
            inner.clone().prop_map(|body| format!("{{a: ({body}), \"b\\({body})\": 1}}")),
            inner.clone().prop_map(|body| format!("try ({body}) catch .")),
            (inner.clone(), inner.clone()).prop_map(|(source, body)| format!("reduce ({source}) as $x (0; {body})")),
            (inner.clone(), inner.clone()).prop_map(|(body, given)| format!("def f(g): g | {body} | g; f({given})")),
            (inner.clone(), inner.clone()).prop_map(|(from, to)| format!(".[({from}):({to})]")),
            (inner.clone(), inner).prop_map(|(path, index)| format!("({path})[{index}]?")),
        ]
    })
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(|item| depth(item) + 1).max().unwrap_or(0),
        Value::Object(members) => members.values().map(|value| depth(value) + 1).max().unwrap_or(0),
        _ => 0,
    }
}

fn run(source: &str) -> bool {
    let Ok(expr) = Expr::compile(source, &["context", "secrets"]) else { return false };
    let context = json!({"a": [1, {"b": "متن"}], "n": 9_007_199_254_740_993_i64});
    for input in [json!(null), json!({"a": "x1", "b": {"c": [3, 1, 2]}}), json!(["a,b", [0.5, null], true])] {
        match expr.eval(&input, &[("context", &context), (NOW, &json!(1_790_000_000))]) {
            Ok(value) => assert!(depth(&value) <= VALUE_DEPTH_MAX, "{source}"),
            Err(error) => {
                assert!(error.message.chars().count() <= MESSAGE_CHARS_MAX, "{source}");
                assert_ne!(error.message, "the expression cannot be evaluated", "a panic was caught: {source}");
            }
        }
    }
    true
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn soup_never_panics(source in soup()) {
        run(&source);
        if let Ok(template) = Template::compile_text(&source, &["context"]) {
            prop_assert_eq!(template.source(), json!(source));
        }
    }

    #[test]
    fn programs_end_within_the_limits(source in program()) {
        run(&source);
    }

    #[test]
    fn nested_definitions_end_within_the_limits(levels in 1usize..24, body in soup()) {
        let defs = (1..=levels).fold(format!("def t0(f): f | {body};"), |defs, n| {
            format!("{defs} def t{n}(f): t{m}(t{m}(f));", m = n - 1)
        });
        let compiled = run(&format!("{defs} t{levels}(.)"));
        prop_assert!(!compiled || 1 << levels <= DEPTH_MAX);
    }
}

#[test]
fn most_programs_of_the_grammar_compile() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let compiled = (0..100).filter(|_| run(&program().new_tree(&mut runner).unwrap().current())).count();
    assert!(compiled > 60, "{compiled} of 100");
}
