//! What reaches outside of a script is closed, however it is spelt.

use std::time::{Duration, Instant};

use peygir_script::{Deadline, Fault, Script, World};
use serde_json::{Value, json};

const FORBIDDEN: [&str; 8] = ["eval", "import", "export", "print", "debug", "curry", "sleep", "timestamp"];

/// Longer than any of these runs takes, shorter than what a sleep asks for.
const PATIENCE: Duration = Duration::from_secs(4);

fn of(body: &str) -> String {
    format!("fn main(req, now, args) {{\n{body}\n}}")
}

fn run(body: &str) -> Result<Value, Fault> {
    let script = Script::compile("x", &of(body)).unwrap_or_else(|found| panic!("{body}: {found:#?}"));
    let begun = Instant::now();
    let came = script.call(&json!({}), &World::default(), &json!({}), &Deadline::never());
    assert!(begun.elapsed() < PATIENCE, "{body}");
    came
}

#[test]
fn written_calls_are_refused_with_their_line() {
    for word in FORBIDDEN {
        for body in [
            format!("{word}(5)"),
            format!("{word}(\"5\", 6)"),
            format!("let x = 5;\nx.{word}()"),
            format!("let x = \"5\";\nx.{word}(1)"),
            format!("let x = `a${{{word}(5)}}`;"),
            format!("let f = |x| {word}(x);\nf.call(5)"),
            format!("[5].for_each(|x| {word}(x))"),
            format!("if false {{\n {word}(5) }}"),
            format!("switch 1 {{ 1 => {word}(5), _ => 2 }}"),
            format!("try {{ throw 1; }} catch (e) {{ {word}(e) }}"),
            format!("let m = #{{ a: {word}(5) }};"),
        ] {
            let found = Script::compile("x", &of(&body)).map(|script| script.warnings().to_vec());
            let found = found.expect_err(&body);
            assert!(found.iter().any(|one| one.code == "PG-S005" && one.span.line >= 2), "{body}: {found:?}");
        }
    }
}

#[test]
fn names_can_not_be_taken_over() {
    for word in FORBIDDEN {
        for source in [
            format!("fn {word}(x) {{ x }}\nfn main(req, now, args) {{ {word}(1) }}"),
            format!("fn main(req, {word}, args) {{ {word}(1) }}"),
            of(&format!("let {word} = |x| x;\n{word}.call(1) + {word}(1)")),
        ] {
            let found = Script::compile("x", &source).map(|_| ()).expect_err(&source);
            assert!(found.iter().any(|one| matches!(one.code, "PG-S005" | "PG-S002")), "{source}: {found:?}");
        }
    }
}

#[test]
fn names_made_at_run_time_lead_nowhere() {
    for word in FORBIDDEN {
        let (head, tail) = word.split_at(2);
        for body in [
            format!("Fn(\"{word}\").call(5)"),
            format!("Fn(\"{head}\" + \"{tail}\").call(5)"),
            format!("Fn(`{head}${{\"{tail}\"}}`).call(\"5\")"),
            format!("let f = Fn(\"{word}\");\nf.call()"),
            format!("let f = Fn(\"{word}\");\nf.call(\"1 + 1\", 2)"),
            format!("call(Fn(\"{word}\"), 5)"),
            format!("[5].map(Fn(\"{word}\"))"),
            format!("[5, 6].sort(Fn(\"{word}\"))"),
            format!("let x = 5;\nx.call(Fn(\"{word}\"))"),
            format!("let m = #{{ f: Fn(\"{word}\") }};\nm.f.call(5)"),
            format!("let m = #{{ {word}_: 1 }};\nm[\"{word}\"] = Fn(\"{word}\");\nm[\"{word}\"].call(5)"),
        ] {
            let came = run(&body);
            let is_closed = matches!(came, Err(Fault::Failed { .. } | Fault::Thrown { .. }));
            // A list that is asked to sort itself by what is no function keeps its order.
            assert!(is_closed || body.contains("sort"), "{body}: {came:?}");
            assert!(came.err().is_none_or(|fault| fault.span().line >= 2), "{body}");
        }
    }
}

#[test]
fn what_only_looks_like_a_name_is_text() {
    for word in FORBIDDEN {
        let body = format!("let m = #{{ \"{word}\": \"{word}(5)\" }};\nm[\"{word}\"]");
        assert_eq!(run(&body), Ok(format!("{word}(5)").into()), "{body}");
    }
}

#[test]
fn a_word_that_is_taken_is_named_with_what_to_do() {
    let reserved = "async await case default go goto is match module new nil null package protected public shared spawn \
                    static super sync thread use var void with yield";
    let keywords = "as break catch const continue do else false fn for if in let loop private return switch this throw \
                    true try until while Fn call type_of is_def_var";
    for word in reserved.split_whitespace().chain(keywords.split_whitespace()) {
        for source in [
            of(&format!("let {word} = 1;")),
            of(&format!("const {word} = 1;")),
            of(&format!("for {word} in 0..5 {{}}")),
            format!("fn main({word}, now, args) {{ 1 }}"),
            format!("fn {word}(x) {{ 1 }}\nfn main(req, now, args) {{ 1 }}"),
        ] {
            let found = Script::compile("x", &source).map(|_| ()).expect_err(&source);
            let first = &found[0];
            assert_eq!(first.code, "PG-S002", "{source}: {first:?}");
            assert!(first.message.contains(&format!("`{word}`")) && first.help.is_some(), "{source}: {first:?}");
            assert!(first.message_fa.contains(word), "{source}: {first:?}");
        }
    }
}
