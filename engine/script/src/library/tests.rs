//! Every example is true, and the list is what the engine has.

use std::{fs, path::Path};

use peygir_calendar::{Calendars, Place, read};

use super::LIBRARY;
use crate::{Deadline, Fault, Now, Script, World, engine};

/// Tehran on a Saturday morning, with the calendar of offices that is shipped.
pub(crate) fn world() -> World {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules/calendars/ir-working.yaml");
    let tree = peygir_source::yaml::parse(&fs::read_to_string(path).unwrap()).unwrap();
    let (sheet, _) = read::sheet(&tree).unwrap();
    let zone = peygir_calendar::tehran();
    World {
        now: Now::of("2026-11-21T10:00+03:30".parse().unwrap(), &zone),
        calendars: Calendars::resolve(vec![("ir-working.yaml".to_owned(), sheet)]).0,
        calendar: "ir-working".to_owned(),
        place: Place::default(),
        zone,
        actions: None,
    }
}

fn eval(expression: &str) -> Result<serde_json::Value, Fault> {
    let source = format!("fn main(req, now, args) {{ {expression} }}");
    let script = Script::compile("x", &source).unwrap_or_else(|found| panic!("{expression}: {found:#?}"));
    assert!(script.warnings().is_empty(), "{expression}: {:?}", script.warnings());
    script.call(&serde_json::json!({}), &world(), &serde_json::json!({}), &Deadline::never())
}

#[test]
fn every_example_is_true() {
    for function in LIBRARY.iter().flat_map(|group| group.functions) {
        assert!(!function.examples.is_empty(), "{} has no example", function.name);
        for (expression, equal) in function.examples {
            let (got, expected) = (eval(expression), eval(equal));
            assert!(got.is_ok(), "{expression}: {got:?}");
            assert_eq!(got, expected, "{expression}");
        }
    }
}

#[test]
fn everything_is_told_in_both_languages() {
    let is_persian = |text: &str| text.chars().any(|c| ('\u{600}'..'\u{700}').contains(&c));
    for group in LIBRARY {
        assert_eq!(group.about_en.is_empty(), group.about_fa.is_empty(), "{}", group.en);
        for function in group.functions {
            assert!(function.en.ends_with('.') && is_persian(function.fa), "{}", function.name);
        }
    }
}

#[test]
fn the_checker_knows_every_function() {
    for function in LIBRARY.iter().flat_map(|group| group.functions) {
        let is_property = function.signatures.iter().all(|signature| !signature.contains('('));
        assert!(is_property || engine::FUNCTION_NAMES.contains(function.name), "{}", function.name);
    }
}

#[test]
fn the_nearest_right_name_is_offered() {
    for (wrong, right) in [
        ("add_workingdays(1, 2)", "add_working_days"),
        ("fa_digit(\"1\")", "fa_digits"),
        ("humantask(#{})", "human_task"),
        ("is_nationalid(\"1\")", "is_national_id"),
        ("contain_words(\"a\", \"b\")", "contains_words"),
    ] {
        let source = format!("fn main(req, now, args) {{ {wrong} }}");
        let finding = &Script::compile("x", &source).unwrap_err()[0];
        let help = finding.help.as_ref().map(|help| help.en.as_str());
        assert_eq!((finding.code, help), ("PG-S006", Some(format!("did you mean \"{right}\"?").as_str())), "{wrong}");
    }
}

#[test]
fn what_a_function_can_not_take_is_said_in_both_languages() {
    for (expression, en, fa) in [
        ("date(\"1405/13/01\")", "there is no month 13", "ماه ۱۳ وجود ندارد"),
        ("date(5)", "is needed here, not a whole number", "لازم است، نه عدد صحیح"),
        ("add_working_days(now, 2, \"no-such\")", "there is no calendar \"no-such\"", "no-such"),
        ("add_working_days(now, 100000)", "at most 1000 working days", "حداکثر 1000"),
        ("working_days_between(\"1300/01/01\", \"1405/01/01\")", "at most 3660 days", "3660"),
        ("add_days(now, 9223372036854775807)", "outside of the years", "بیرون از سال‌ها"),
        ("add_hours(now, 9223372036854775807)", "outside of the years", "بیرون از سال‌ها"),
        ("add_working_minutes(now, 9223372036854775807)", "a term is at most", "مهلت حداکثر"),
        ("notify(#{ action: \"x\" })", "set by the function itself", "خود تابع"),
        ("join([#{}], \"\")", "item 0 of the list is a map", "عضو 0 فهرست نگاشت است"),
    ] {
        match eval(expression) {
            Err(Fault::Failed { message, message_fa, at }) => {
                assert!(message.contains(en), "{expression}: {message}");
                assert!(message_fa.contains(fa), "{expression}: {message_fa}");
                assert_eq!(at.line, 1, "{expression}");
            }
            other => panic!("{expression}: {other:?}"),
        }
    }
    let caught = "let t = \"\"; try { date(\"x\"); } catch (why) { t = `${why}`; } t.contains(\"is no date\")";
    assert_eq!(eval(caught), Ok(true.into()));
}

#[test]
fn without_a_calendar_working_time_says_so() {
    let script = Script::compile("x", "fn main(req, now, args) { is_working_day(now) }").unwrap();
    let none = serde_json::json!({});
    let fault = script.call(&none, &World::default(), &none, &Deadline::never()).unwrap_err();
    assert!(fault.to_string().contains("no calendar is set"), "{fault}");
}

#[test]
fn moments_and_dates_leave_a_script_as_text() {
    assert_eq!(eval("now"), Ok("2026-11-21T10:00:00+03:30".into()));
    assert_eq!(eval("[now.date]"), Ok(serde_json::json!(["1405/08/30"])));
    assert_eq!(eval("`${now.date}: ${now}`"), Ok("1405/08/30: 2026-11-21T10:00:00+03:30".into()));
}

#[test]
fn working_time_agrees_with_deadlines() {
    // Ten working days from a Saturday: ten later days that count, ended by the close of the office.
    assert_eq!(eval("add_working_days(now, 10).iso"), Ok("2026-12-05T14:30:00+03:30".into()));
    assert_eq!(eval("working_days_between(now, add_working_days(now, 10))"), Ok(10.into()));
    assert_eq!(eval("add_working_days(now.date, 10) == add_working_days(now, 10).date"), Ok(true.into()));
    assert_eq!(eval("working_minutes_between(\"1405/08/30\", \"1405/09/01\")"), Ok((7 * 60).into()));
    assert_eq!(eval("working_minutes_between(\"1405/08/30 12:00\", \"1405/08/30 11:00\")"), Ok((-60).into()));
    assert_eq!(eval("add_working_days(moment(\"1405/09/01 10:00\"), -1).iso"), Ok("2026-11-21T07:30:00+03:30".into()));
}

#[test]
fn fuel_ends_a_loop_of_costly_functions_at_the_same_place() {
    let source = "fn main(req, now, args) {\n  for i in 0..100000 {\n    working_days_between(\"1400/01/01\", \"1409/01/01\");\n  }\n}";
    let script = Script::compile("x", source).unwrap();
    let run = || script.call(&serde_json::json!({}), &world(), &serde_json::json!({}), &Deadline::never());
    let first = run();
    assert!(matches!(first, Err(Fault::Limit { limit: crate::Limit::Operations, at }) if at.line == 3), "{first:?}");
    assert_eq!(first, run());
}
