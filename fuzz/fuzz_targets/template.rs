//! Any text as a value field, an expression field and an address: what compiles is given back as it was written.

#![no_main]

use libfuzzer_sys::fuzz_target;
use peygir_dsl::expr::{Error, Expr, Template};
use serde_json::json;

fuzz_target!(init: abort_on_our_panics(), |bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let input = json!({"a": "متن", "b": [1], "n": 2.5});
    for compiled in [Template::compile_text(text, &["secrets"]), Template::compile_uri(text)] {
        match compiled {
            Ok(template) => {
                assert_eq!(template.source(), json!(text));
                drop(template.secrets());
                drop(template.eval(&input, &[]));
            }
            Err(error) => check_offset(text, &error),
        }
    }
    match Expr::compile_field(text, &["secrets"]) {
        Ok(expr) => assert_eq!(expr.written(), text),
        Err(error) => check_offset(text, &error),
    }
});

fn check_offset(text: &str, error: &Error) {
    assert!(error.offset.is_none_or(|offset| text.is_char_boundary(offset)), "{error:?}");
}

/// A panic within the jq library is caught and becomes an error, so it is no finding; one of ours is.
fn abort_on_our_panics() {
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("{panic}");
        if !panic.location().is_some_and(|place| place.file().contains("/jaq-")) {
            std::process::abort();
        }
    }));
}
