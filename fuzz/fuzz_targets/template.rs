//! Any text as a value field, an expression field and an address: what compiles is given back as it was written.

#![no_main]

use libfuzzer_sys::fuzz_target;
use peygir_dsl::expr::{Error, Expr, Template};
use serde_json::json;

fuzz_target!(|text: &str| {
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
