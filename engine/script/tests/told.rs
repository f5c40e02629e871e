//! Limits and numbers as they are told: with the line on which something happened, and for what it was.

use peygir_script::{Cell, Deadline, Fault, Script, World};
use peygir_source::Severity;
use serde_json::{Value, json};

fn run(source: &str, req: &Value) -> Result<Value, Fault> {
    let script = Script::compile("x", source).unwrap_or_else(|findings| panic!("{source}: {findings:#?}"));
    script.call(req, &World::default(), &json!({}), &Deadline::never())
}

/// A list in a list, and so on, as deep as that.
fn nested(depth: usize) -> Value {
    (0..depth).fold(json!(1), |inner, _| json!([inner]))
}

#[test]
fn a_depth_that_is_too_great_is_told_where_it_was_met() {
    let given = "fn main(req, now, args) {\n  let s = [1];\n  for i in 0..900 { s = [s]; }\n  s\n}";
    let fault = run(given, &json!({})).unwrap_err();
    assert_eq!((fault.code(), fault.span().line), ("PG-S102", 4), "{fault}");
    // What a script was given is told where it begins.
    let taken = "// of nothing\nfn main(req, now, args) {\n  1\n}";
    let fault = run(taken, &nested(900)).unwrap_err();
    assert_eq!((fault.code(), fault.span().line), ("PG-S102", 2), "{fault}");
    // A cell is one line, whatever ran on the thread before.
    let _ = run(given, &json!({}));
    let cell = Cell::compile("text == 1", &["text"]).unwrap();
    let fault = cell.eval(&[("text".to_owned(), nested(900))].into()).unwrap_err();
    assert_eq!((fault.code(), fault.span().line), ("PG-S102", 1), "{fault}");
}

#[test]
fn a_remainder_that_has_no_place_is_not_told_as_a_division_by_zero() {
    let of = |divisor: i64| {
        let source = format!("fn main(req, now, args) {{ req.n % {divisor} }}");
        run(&source, &json!({ "n": i64::MIN })).map_err(|fault| (fault.to_string(), fault.message_fa()))
    };
    assert_eq!(of(-2), Ok(json!(0)));
    let (en, fa) = of(-1).unwrap_err();
    assert!(en.contains("the result is too large") && !en.contains("zero"), "{en}");
    assert!(fa.contains("بیش از حد بزرگ"), "{fa}");
    let (en, fa) = of(0).unwrap_err();
    assert!(en.contains("nothing can be divided by zero") && fa.contains("تقسیم بر صفر"), "{en} {fa}");
}

#[test]
fn a_number_with_more_digits_than_are_kept_is_refused() {
    let long = format!("0.{}", "9".repeat(1000));
    for number in [long.as_str(), "-0.12345678901234567890123456789", "1.00000000000000000000000000000001"] {
        let source = format!("fn main(req, now, args) {{\n  let a = {number};\n  a\n}}");
        let found = Script::compile("x", &source).map(|_| ()).unwrap_err();
        let [one] = found.as_slice() else { panic!("{number}: {found:#?}") };
        assert_eq!((one.code, one.severity, one.span.line), ("PG-S001", Severity::Error, 2), "{one:?}");
        assert!(one.message.contains("digits") && one.message.chars().count() < 200, "{one:?}");
        assert!(one.message_fa.contains("رقم"), "{one:?}");
        assert!(Cell::compile(&format!("n > {number}"), &["n"]).is_err(), "{number}");
    }
    // What is kept is no finding, nor what only looks like a number.
    let kept = "fn main(req, now, args) {\n  // 0.999999999999999999999999999999999999\n  [1.5, 0.10, -2.5, 1_000.25, 1.5.round(), \"0.99999999999999999999999999999999\"]\n}";
    assert_eq!(run(kept, &json!({})).unwrap()[3], json!(1000.25));
}
