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
fn json_in_a_text_is_read_as_data_is() {
    for (body, answer) in [
        ("parse_json(req.text).a[1] + 0.2 == 0.3", json!(true)),
        ("parse_json(\"[1, null, {}]\")", json!([1, null, {}])),
    ] {
        assert_eq!(call(&main_of(body), &json!({ "text": "{\"a\": [1, 0.1]}" })), Ok(answer), "{body}");
    }
    for text in ["{\n  secret", "#{}", "", "{\"a\": 1} 5"] {
        let fault = call(&main_of("parse_json(req.text)"), &json!({ "text": text })).unwrap_err();
        assert!(fault.to_string().contains("is no JSON: it can't be read from line"), "{text}: {fault}");
        let fa = fault.message_fa();
        assert!(fa.contains("این متن JSON نیست") && !fa.contains("secret"), "{text}: {fa}");
    }
    let deep = json!({ "text": format!("{}{}", "[".repeat(60), "]".repeat(60)) });
    let fault = call(&main_of("parse_json(req.text)"), &deep).unwrap_err();
    assert!(fault.message_fa().contains("تودرتو"), "{fault:?}");
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
}

/// Long numbers are handed on; what is done with them is a fault, and only that.
#[test]
fn a_long_number_stops_nobody_who_leaves_it_alone() {
    for number in
        [json!(1e300), json!(1e-40), json!(u64::MAX), json!(1e20), json!(99_999_999_999_999_999_999_u128 as f64)]
    {
        let data = json!({ "n": number, "m": 1 });
        assert_eq!(call(&main_of("req.m"), &data), Ok(json!(1)), "{number}");
        assert_eq!(call(&main_of("[req, req.n]"), &data), Ok(json!([data, number])), "{number}");
    }
    for body in ["req.n + 1", "1 - req.n", "req.n > 5", "req.n == 1e300", "\"a\" == req.n"] {
        let body = body.replace("1e300", "1.5");
        match call(&format!("fn main(req, now, args) {{\n  {body}\n}}"), &json!({ "n": 1e300 })) {
            Err(fault @ Fault::Input { .. }) => {
                assert_eq!((fault.code(), fault.span().line), ("PG-S106", 2), "{body}");
                assert!(
                    fault.to_string().contains("as a text") && fault.message_fa().contains("به صورت متن"),
                    "{fault}"
                );
            }
            other => panic!("{body}: {other:?}"),
        }
    }
    // It fits a decimal, and is reckoned with.
    assert_eq!(call(&main_of("req.n - 1"), &json!({ "n": u64::MAX })), Ok(json!(u64::MAX - 1)));
}

#[test]
fn moments_dates_and_texts_are_compared_by_what_they_mean() {
    // The moment of the call is 1405/08/27 14:36:40.
    for (body, expected) in [
        ("now > \"1405/08/27 10:00\"", true),
        ("now < \"1405/08/27 10:00\"", false),
        ("\"1405/08/27 10:00\" < now", true),
        ("now == \"2026-11-18T11:06:40Z\"", true),
        ("now != now.iso", false),
        ("now.date == \"1405/08/27\"", true),
        ("\"۱۴۰۵/۸/۲۸\" > now.date", true),
        ("now.date >= \"1405/08/28\"", false),
        ("now != ()", true),
        ("() == now", false),
        ("req.get(\"n\") == () && !(req.get(\"n\") > 3)", true),
        ("[now.date].contains(\"1405/08/27\") && ![now].contains(\"water\")", true),
        ("\"sms\" == \"sms\" && [\"sms\"] != \"sms\" && #{} != \"sms\"", true),
        ("\"a\" in [1, \"a\"] && !(\"1\" in [1]) && 1.0 in [1]", true),
        ("[1, [2.0, #{ a: \"x\" }]] == [1.0, [2, #{ a: \"x\" }]]", true),
        ("[1, 2, 3, 2].index_of(2) == 1 && [1, 2, 3, 2].index_of(2, -1) == 3 && [1].index_of(9) == -1", true),
        ("'a' == \"a\" && \"b\" > 'a'", true),
    ] {
        assert_eq!(call(&main_of(body), &json!({})), Ok(json!(expected)), "{body}");
    }
}

#[test]
fn what_can_not_be_compared_is_told() {
    for (body, en, fa) in [
        ("now > \"water\"", "water", "water"),
        ("now == \"1405/13/01\"", "no month 13", "ماه ۱۳"),
        ("now.date < \"soon\"", "soon", "soon"),
        ("now > now.date", "write .date behind the moment", ".date"),
        ("now > 5", "a moment and a number can't be compared", "لحظه و عدد"),
        ("1.5 == \"1.5\"", "parse_decimal", "parse_decimal"),
        ("\"5\" > 3", "parse_decimal", "parse_decimal"),
        ("3 <= \"5\"", "parse_decimal", "parse_decimal"),
        ("true == \"true\"", "without quotes", "بی گیومه"),
        ("[1] > 0", "a list and a number", "فهرست و عدد"),
    ] {
        match call(&format!("fn main(req, now, args) {{\n  {body}\n}}"), &json!({})) {
            Err(fault @ Fault::Failed { .. }) => {
                assert_eq!(fault.span().line, 2, "{body}");
                assert!(fault.to_string().contains(en) && fault.message_fa().contains(fa), "{body}: {fault:?}");
            }
            other => panic!("{body}: {other:?}"),
        }
    }
}

#[test]
fn lists_are_sorted_by_what_their_function_says() {
    for (body, expected) in [
        ("let a = [3, 1.5, 2]; a.sort(); a", json!([1.5, 2, 3])),
        ("let a = [1.5, 1.25, 10.5]; a.sort(|a, b| a - b); a", json!([1.25, 1.5, 10.5])),
        ("let a = [1.5, 1.25, 10.5]; a.sort_by(|a, b| b - a); a", json!([10.5, 1.5, 1.25])),
        ("let a = [3, 1, 2]; a.sort(|a, b| a < b); a", json!([1, 2, 3])),
        ("let a = [3, 1, 2]; a.sort(|a, b| a >= b); a", json!([3, 2, 1])),
        ("[3, 1, 2].order()", json!([1, 2, 3])),
        ("[\"ب\", \"الف\"].order_by(|a, b| if a < b { -1 } else { 1 })", json!(["الف", "ب"])),
        ("let a = [\"b\", \"a\"]; a.sort_desc(); a", json!(["b", "a"])),
        ("let a = [now, moment(\"1405/01/01\")]; a.sort(); a[0] < now", json!(true)),
        ("let a = [date(1405, 2, 1), date(1405, 1, 1)]; a.sort(); a[0].month", json!(1)),
        (
            "let a = [#{ n: 1, k: 1 }, #{ n: 0, k: 2 }, #{ n: 1, k: 3 }, #{ n: 0, k: 4 }]; a.sort(|a, b| a.n < b.n); a.map(|x| x.k)",
            json!([2, 4, 1, 3]),
        ),
        ("let a = [1, 1.0, 2, 2]; a.dedup(); a", json!([1, 2])),
        ("let a = [1, 2, 5, 6]; a.dedup(|a, b| b - a == 1); a", json!([1, 5])),
    ] {
        assert_eq!(call(&main_of(body), &json!({})), Ok(expected), "{body}");
    }
}

#[test]
fn a_fault_of_a_comparing_function_ends_the_run_with_its_line() {
    let source = |function: &str| {
        format!("fn main(req, now, args) {{\n  let a = [3, 1, 2];\n  a.sort(|x, y| {{\n    {function}\n  }});\n  a\n}}")
    };
    for (function, code, line) in
        [("x.nothing", "PG-S103", 4), ("throw 5", "PG-S104", 4), ("\"x\"", "PG-S103", 3), ("loop {}", "PG-S102", 4)]
    {
        let fault = call(&source(function), &json!({})).unwrap_err();
        assert_eq!((fault.code(), fault.span().line), (code, line), "{function}: {fault:?}");
    }
    for body in ["[1, \"a\"].order()", "[#{}, #{}].order()", "let a = [1, 1]; a.dedup(|x, y| 5)"] {
        let fault = call(&main_of(body), &json!({})).unwrap_err();
        assert_eq!(fault.code(), "PG-S103", "{body}: {fault:?}");
    }
}

#[test]
fn signs_of_the_persian_keyboard_are_named() {
    for (source, line, column, help, help_fa) in [
        ("fn main(req, now, args) {\n  let x = 1؛\n  x\n}", 2, 12, "write ; with", "بنویسید"),
        ("fn main(req، now, args) { 1 }", 1, 12, "write , with", "انگلیسی"),
        ("fn main(req, now, args) {\n  «آب»\n}", 2, 3, "two \"", "صفحه‌کلید"),
        ("fn main(req, now, args) {\n  let x = ۱۲٫۵;\n  x\n}", 2, 11, "write 12.5", "12.5"),
        ("fn main(req, now, args) {\n  8 ÷ 2\n}", 2, 5, "write / with", "/"),
        ("fn main(req, now, args) {\n  8 × 2\n}", 2, 5, "write * with", "*"),
        ("fn main(req, now, args) {\n  1 \u{202B}+ 2\n}", 2, 5, "type them again", "دوباره"),
        ("fn main(req, now, args) {\n  // ؛ «»\n  `${1؛}`\n}", 3, 7, "write ; with", ";"),
    ] {
        let findings = Script::compile("x", source).unwrap_err();
        let finding = &findings[0];
        assert_eq!((finding.code, finding.span.line, finding.span.column), ("PG-S001", line, column), "{findings:?}");
        let told = finding.help.as_ref().unwrap();
        assert!(told.en.contains(help) && told.fa.contains(help_fa), "{source}: {told:?}");
        assert!(!finding.message_fa.chars().any(|letter| letter.is_ascii_alphabetic()), "{}", finding.message_fa);
    }
}

#[test]
fn what_is_right_may_hold_any_sign() {
    for body in ["\"؛ «آب»، ۱۲ ÷ ×\"", "/* ؛ « */ 1", "let نام۱ = \"۵\"; نام۱", "`«${ \"»\" }؛`", "'؛'", "\"\\\"؛\""]
    {
        assert!(call(&main_of(body), &json!({})).is_ok(), "{body}");
    }
    assert_eq!(call(&format!("\u{FEFF}{}", main_of("1")), &json!({})), Ok(json!(1)), "a byte order mark");
}

#[test]
fn arabic_and_persian_letters_in_names_are_told_apart() {
    let findings = Script::compile("x", &main_of("let كد = 1; کد")).unwrap_err();
    let help = findings[0].help.as_ref().unwrap();
    assert!(findings[0].code == "PG-S004" && help.en.contains("كد") && help.fa.contains("عربی"), "{findings:?}");
}

#[test]
fn errors_of_several_functions_come_at_once() {
    let source =
        "fn main(req, now, args) {\n  let a = ;\n}\nfn two() {\n  foo\n}\nfn three() { 3 }\nfn four() {\n  if { 1 }\n}";
    let findings = Script::compile("x", source).unwrap_err();
    let found: Vec<_> = findings.iter().map(|finding| (finding.code, finding.span.line)).collect();
    assert_eq!(found, [("PG-S001", 2), ("PG-S004", 5), ("PG-S001", 9)], "{findings:?}");
    for finding in findings {
        let fa = &finding.message_fa;
        assert!(fa.chars().any(|letter| ('\u{600}'..'\u{700}').contains(&letter)), "{fa}");
        assert!(!fa.contains("xpect"), "{fa}");
    }
}

#[test]
fn the_parser_speaks_persian() {
    for (body, fa) in [
        ("let x = ;", "نمی‌تواند این‌جا بیاید"),
        ("let x = (1;", "برای بستن ( پیش از این"),
        ("let x = 5 let y = 6;", "«;» در پایان دستور پیش از این کم است"),
        ("foo(1", "آرگومان"),
        ("[1, 2", "فهرست"),
        ("#{ a: 1, a: 2 }", "دو بار"),
        ("\"abc", "بسته نشده"),
        ("1 === 1", "=="),
        ("break;", "حلقه"),
        ("const A = 1; A = 2;", "ثابت"),
        ("let x = 2; if x = 1 { }", "=="),
        ("'ab'", "یک حرف"),
        ("fn inner() { 1 }", "جدا می‌آید"),
    ] {
        let findings = Script::compile("x", &main_of(body)).unwrap_err();
        assert!(findings.iter().any(|finding| finding.message_fa.contains(fa)), "{body}: {findings:?}");
    }
}

/// Schemas of two built-in functions, as the engine has them.
fn actions() -> std::sync::Arc<peygir_script::Actions> {
    let mark = r#"{ "type": "object", "required": ["milestone"], "additionalProperties": false, "properties": { "milestone": { "type": "string" } } }"#;
    std::sync::Arc::new(
        peygir_script::Actions::new([("case-mark", mark), ("notify", r#"{ "required": ["to"] }"#)]).unwrap(),
    )
}

fn acted(source: &str) -> Result<Value, Fault> {
    let world = World { actions: Some(actions()), ..World::default() };
    Script::compile("x", source).unwrap().call(&json!({}), &world, &json!({}), &Deadline::never())
}

#[test]
fn all_wrong_actions_are_told_with_line_and_number() {
    let source = "\n\nfn main(req, now, args) {\n  let list = [];\n  list.push(case_mark(#{ milestone: \"a\" }));\n  list.push(case_mark(#{}));\n  list += made();\n  list.push(#{ action: \"case-mrk\" });\n  list.push([case_mark(#{ milestone: \"b\" })]);\n  list\n}\nfn made() {\n  notify(#{})\n}\n";
    let Err(Fault::Action { wrong }) = acted(source) else { panic!("not told") };
    let told: Vec<_> = wrong.iter().map(|one| (one.number, one.action.as_str(), one.at.line)).collect();
    // Of a map that the script wrote itself, the function that it begins with is named.
    assert_eq!(told, [(2, "case-mark", 6), (3, "notify", 13), (4, "case-mrk", 3), (5, "", 3)], "{wrong:?}");
    let fault = Fault::Action { wrong };
    let lines: Vec<u32> = fault.to_diagnostics().iter().map(|finding| finding.span.line).collect();
    assert_eq!((fault.code(), lines), ("PG-S110", vec![6, 13, 3, 3]));
    assert!(fault.to_string().contains("did you mean \"case-mark\"") && fault.message_fa().contains("خودش فهرست"));
}

#[test]
fn an_action_by_itself_is_a_list_of_one() {
    let one = acted("fn main(req, now, args) { case_mark(#{ milestone: \"a\" }) }").unwrap();
    assert_eq!(peygir_script::listed(&one).map(<[Value]>::len), Some(1));
    let wrong = acted("fn main(req, now, args) {\n  case_mark(#{})\n}").unwrap_err();
    assert_eq!((wrong.code(), wrong.span().line, wrong.span().column), ("PG-S110", 2, 3));
    assert_eq!(peygir_script::listed(&json!([1, "a", [2]])), None);
    assert_eq!(peygir_script::listed(&json!({ "a": 1 })), None);
}

#[test]
fn halves_of_money_go_up() {
    for (body, expected) in [
        ("round_half_up(0.5)", json!(1)),
        ("round_half_up(-0.5)", json!(-1)),
        ("round_half_up(2.675, 2)", json!(2.68)),
        ("round_half_up(1234500, -3)", json!(1_235_000)),
        ("round_half_up(1250.5, -2)", json!(1300)),
        ("round_half_up(49, -2)", json!(0)),
        ("round_half_up(5, -40)", json!(0)),
        ("round_half_up(1.5, 99)", json!(1.5)),
        ("round_half_up(1.5, 4294967296)", json!(1.5)),
        ("2.5.round()", json!(2)),
    ] {
        assert_eq!(call(&main_of(body), &json!({})), Ok(expected), "{body}");
    }
    let fault = call(&main_of("round_half_up(9223372036854775807, -1)"), &json!({})).unwrap_err();
    assert!(fault.to_string().contains("too large"), "{fault}");
}

#[test]
fn what_json_cannot_tell_is_named_with_its_path() {
    for (body, path) in [("#{ a: [1, 10.0 / 3] }", "/a/1"), ("#{ f: |x| x }", "/f"), ("0..5", "")] {
        match call(&main_of(body), &json!({})) {
            Err(fault @ Fault::Answer { .. }) => {
                assert!(fault.span().line > 0, "{body}: {fault:?}");
                let Fault::Answer { path: told, .. } = fault else { unreachable!() };
                assert_eq!(&*told, path, "{body}");
            }
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
    // Of a file without rows its beginning is told, in either language.
    for (yaml, fa) in [
        ("# nothing yet\n", "پروندهٔ آزمون‌های اسکریپت باید فهرستی از سطرها باشد"),
        ("- 5\n", "هر سطر باید نگاشتی از نام و مقدار باشد"),
    ] {
        let findings = tests::read(&peygir_source::yaml::parse(yaml).unwrap()).unwrap_err();
        assert_eq!((findings.list[0].span.line, findings.list[0].message_fa.to_string()), (1, fa.to_owned()), "{yaml}");
    }
}

#[test]
fn failures_are_told_in_persian() {
    for (body, fa) in [
        ("1 / 0", "تقسیم بر صفر"),
        ("[1][5]", "فهرست 1 عضو دارد"),
        ("9223372036854775807 + 1", "بیش از حد بزرگ"),
        ("1 - \"a\"", "«-» برای عدد صحیح و متن تعریف نشده است"),
        ("req.get(\"n\") + 1", "«+» برای هیچ و عدد صحیح تعریف نشده است؛ آنچه مقدار ندارد () است: بنویسید x ?? 0"),
        ("1 + req.get(\"n\")", "«+» برای عدد صحیح و هیچ تعریف نشده است؛"),
        ("let x = 5; x.y", "عدد صحیح عضوی به نام «y» ندارد"),
        ("let x = req.get(\"n\"); x.y", "هیچ عضوی به نام «y» ندارد؛ اگر شاید مقدار نداشته باشد بنویسید x?.y"),
        ("let x = 5; x.y = 1", "«y» در عدد صحیح نوشتنی نیست"),
        ("let x = true; x[0]", "از درست یا نادرست با [عدد صحیح] چیزی نمی‌توان گرفت"),
        ("Fn(\"eval\").call(\"1\")", "«eval» در اسکریپت‌ها در دسترس نیست"),
        ("let x = 5; if x { 1 }", "این‌جا درست یا نادرست لازم است، نه عدد صحیح"),
        ("parse_int(\"ده\")", "«ده» عدد صحیح نیست"),
        ("parse_decimal(\"۱۲٫۵٫۱\")", "«۱۲٫۵٫۱» عدد نیست"),
        ("let x = 5; for y in x { 1 }", "یکی‌یکی"),
    ] {
        let fault = call(&main_of(body), &json!({})).unwrap_err();
        assert!(fault.message_fa().contains(fa), "{body}: {}", fault.message_fa());
        // The interpreter's own words are for those who write interpreters.
        let en = fault.to_string();
        for raw in
            ["getter", "setter", "not registered", "i64", "Function not found", "Syntax error", "Data type", "مفسر"]
        {
            assert!(!en.contains(raw) && !fault.message_fa().contains(raw), "{body}: {en}");
        }
    }
}

#[test]
fn numbers_are_read_from_the_digits_that_people_type() {
    for (body, expected) in [
        ("parse_int(\"۱۲۳\")", json!(123)),
        ("parse_int(\" ٤٥ \")", json!(45)),
        ("parse_int(\"-۷\")", json!(-7)),
        ("parse_int(\"۱٬۲۵۰٬۰۰۰\")", json!(1_250_000)),
        ("parse_int(\"ff\", 16)", json!(255)),
        ("parse_decimal(\"۱۲٫۵\")", json!(12.5)),
        ("parse_float(\"1.5\") + parse_decimal(\"۳\")", json!(4.5)),
        ("parse_int(fa_digits(\"1405\"))", json!(1405)),
    ] {
        assert_eq!(call(&main_of(body), &json!({})), Ok(expected), "{body}");
    }
}

/// As rhai's own, but for what would never end: lengths are of characters, and no text becomes shorter.
#[test]
fn texts_are_padded_to_a_length() {
    for (text, length, with, padded) in [
        ("آب", 4, "'…'", "آب……"),
        ("hello", 10, "\"(!)\"", "hello(!)(!"),
        ("hello", 3, "\"-\"", "hello"),
        ("hello", -1, "'-'", "hello"),
        ("", 0, "\"\"", ""),
    ] {
        let source = format!("fn main(req, now, args) {{ let t = \"{text}\"; t.pad({length}, {with}); t }}");
        let script = Script::compile("pad", &source).unwrap();
        let got = script.call(&json!({}), &World::default(), &json!({}), &Deadline::never()).unwrap();
        assert_eq!(got, json!(padded), "{source}");
    }
}
