//! Any text as a jq expression: it compiles or says why not, and evaluating ends with a value within the limits.

#![no_main]

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use libfuzzer_sys::fuzz_target;
use peygir_dsl::expr::{Expr, MESSAGE_CHARS_MAX, NOW, VALUE_DEPTH_MAX};
use serde_json::{Value, json};

/// Longest evaluation; generous, since the build that looks for faults is slow.
const EVALUATION_MAX: Duration = Duration::from_secs(20);

static INPUTS: LazyLock<[Value; 4]> = LazyLock::new(|| {
    [
        json!({}),
        json!({"a": [1, 2.5, {"b": "متن"}], "b": {"c": null, "d": true}, "n": 9_007_199_254_740_993_i64}),
        json!(["x", "y", ["z"], 3, -1, "2026-11-21T10:00:00Z"]),
        json!("a,b;c \u{1F600} 12"),
    ]
});

fuzz_target!(init: abort_on_our_panics(), |bytes: &[u8]| {
    let Ok(source) = std::str::from_utf8(bytes) else { return };
    let expr = match Expr::compile(source, &["context", "secrets", "input"]) {
        Ok(expr) => expr,
        Err(error) => {
            assert!(error.offset.is_none_or(|offset| source.is_char_boundary(offset)), "{error:?}");
            return;
        }
    };
    assert_eq!(expr.source(), source);
    let now = json!(1_790_000_000);
    for input in &*INPUTS {
        let begun = Instant::now();
        let result = expr.eval(input, &[("context", input), (NOW, &now)]);
        assert!(begun.elapsed() < EVALUATION_MAX, "evaluation takes {:?}", begun.elapsed());
        match result {
            Ok(value) => assert!(depth(&value) <= VALUE_DEPTH_MAX),
            Err(error) => assert!(error.message.chars().count() <= MESSAGE_CHARS_MAX),
        }
    }
});

/// A panic within the jq library is caught and becomes an error, so it is no finding; one of ours is.
fn abort_on_our_panics() {
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("{panic}");
        if !panic.location().is_some_and(|place| place.file().contains("/jaq-")) {
            std::process::abort();
        }
    }));
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(|item| depth(item) + 1).max().unwrap_or(0),
        Value::Object(members) => members.values().map(|value| depth(value) + 1).max().unwrap_or(0),
        _ => 0,
    }
}
