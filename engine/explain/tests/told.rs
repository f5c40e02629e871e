//! Flows as they are told: what a reader gets to see, word for word, in both languages.

use peygir_calendar::Name;
use peygir_dsl::model::{Kind, Refused, Task, Workflow};
use peygir_dsl::read::{self, AnyNames};
use peygir_explain::{Function, FunctionKind, Language, NoTitles, Title, Titles, sentences};
use peygir_source::yaml;

const EVERYTHING: &str = include_str!("flows/everything.yaml");
const DEADLINES: &str = include_str!("flows/deadlines.yaml");
const FOAD: &str = include_str!("../../../workflows/foad-128/workflow.yaml");

fn flow(text: &str) -> Workflow {
    let root = yaml::parse(text).expect("the test's text is YAML");
    read::workflow(&root, &AnyNames).unwrap_or_else(|found| panic!("{found:#?}")).0
}

/// All sentences as lines, isolates shown as ‹ ›.
fn told(workflow: &Workflow, titles: &dyn Titles, language: Language) -> String {
    let lines = sentences(workflow, titles, language).into_iter().map(|sentence| {
        let space = if sentence.number.is_empty() { "" } else { " " };
        format!("{}{}{space}{}\n", "  ".repeat(sentence.depth), sentence.number, sentence.text)
    });
    lines.collect::<String>().replace('\u{2068}', "‹").replace('\u{2069}', "›")
}

/// Compares with a file beside this one; `EXPLAIN_WRITE=1` writes it anew.
fn check(name: &str, text: &str) {
    let path = format!("{}/tests/told/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("EXPLAIN_WRITE").is_some() {
        std::fs::write(&path, text).expect("the folder of the test can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    for (line, (found, expected)) in text.lines().zip(expected.lines()).enumerate() {
        assert_eq!(found, expected, "{name}, line {}", line + 1);
    }
    assert_eq!(text.lines().count(), expected.lines().count(), "{name}");
}

struct Pack;

impl Titles for Pack {
    fn function(&self, name: &str) -> Option<Function> {
        let title = Name { fa: "ارجاع فوریت‌ها".to_owned(), en: "Urgent referrals".to_owned() };
        (name == "foad-routing").then_some(Function { kind: FunctionKind::Table, title: Some(title) })
    }

    fn title(&self, what: Title, id: &str) -> Option<Name> {
        let (fa, en) = match (what, id) {
            (Title::Form, "foad/resolution") => ("رسیدگی به شکایت", "Answer the complaint"),
            (Title::Calendar, "ir-working") => ("تقویم کاری ادارات", "Office hours"),
            (Title::Calendar, "ir-24x7") => ("شبانه‌روزی", "Day and night"),
            (Title::Role, "inspector") => ("بازرس ویژه", "the special inspector"),
            (Title::Flow, "ir-foad/duty-inspection:1.0.0") => ("بازرسی فوری", "Urgent inspection"),
            _ => return None,
        };
        Some(Name { fa: fa.to_owned(), en: en.to_owned() })
    }
}

#[test]
fn a_shipped_flow_by_the_titles_of_its_pack() {
    let workflow = flow(FOAD);
    check("foad-128.fa", &told(&workflow, &Pack, Language::Persian));
    check("foad-128.en", &told(&workflow, &Pack, Language::English));
}

#[test]
fn every_kind_of_task() {
    let workflow = flow(EVERYTHING);
    check("everything.fa", &told(&workflow, &NoTitles, Language::Persian));
    check("everything.en", &told(&workflow, &NoTitles, Language::English));
}

#[test]
fn every_way_to_give_a_deadline_and_to_ask_a_calendar() {
    let workflow = flow(DEADLINES);
    check("deadlines.fa", &told(&workflow, &Pack, Language::Persian));
    check("deadlines.en", &told(&workflow, &Pack, Language::English));
}

/// A box says what it waits for, not only that it waits.
#[test]
fn waits_in_working_time_are_drawn_with_their_terms() {
    let workflow = flow(DEADLINES);
    let (persian, english) = (drawn(&workflow, Language::Persian), drawn(&workflow, Language::English));
    for text in [
        "انتظار به زمان کاری ۳ روز کاری · تقویم کاری ادارات",
        "انتظار به زمان کاری تا آغاز ساعت کاری ادارات · شبانه‌روزی",
        "زمان بعدی در تقویم پایان ۱۰ روز کاری",
    ] {
        assert!(persian.contains(text), "{text}: {persian}");
    }
    for text in [
        "Wait in working time 3 working days · Office hours",
        "Wait in working time until the first working Monday of the season · Office hours",
        "Next time in the calendar the end of 10 working days",
    ] {
        assert!(english.contains(text), "{text}: {english}");
    }
}

/// The texts of a drawing one after the other, those that were broken into lines put together again.
fn drawn(workflow: &Workflow, language: Language) -> String {
    let svg = peygir_explain::svg(workflow, &Pack, language, &[]).replace(['\u{2068}', '\u{2069}'], "");
    let texts = svg.split("<text").skip(1).filter_map(|rest| rest.split(['>', '<']).nth(1));
    texts.collect::<Vec<_>>().join(" ")
}

/// What is read and not run is told too.
#[test]
fn a_task_that_is_not_run() {
    let mut workflow = flow(EVERYTHING);
    let task = &workflow.tasks[0];
    let kind = Kind::Refused(Refused { feature: "call: grpc", span: task.span });
    workflow.tasks = vec![Task { kind, ..task.clone() }].into();
    let english = told(&workflow, &NoTitles, Language::English);
    assert!(english.contains("Asks for ‹call: grpc›, which this engine does not run"), "{english}");
    let persian = told(&workflow, &NoTitles, Language::Persian);
    assert!(persian.contains("‹call: grpc› می‌خواهد که این سامانه اجرا نمی‌کند"), "{persian}");
    assert!(peygir_explain::svg(&workflow, &NoTitles, Language::Persian, &[]).contains("اجرا نمی‌شود"));
}

/// A message without words would show its id.
#[test]
fn no_id_of_a_message_shows() {
    let flows = [flow(EVERYTHING), flow(DEADLINES)];
    for (workflow, language) in flows.iter().flat_map(|flow| [(flow, Language::Persian), (flow, Language::English)]) {
        let text = told(workflow, &NoTitles, language);
        for start in [
            "call-",
            "drawing-",
            "cond-",
            "short-",
            "event-",
            "listen-",
            "retry-",
            "way-",
            "task-",
            "duration-",
            "rest-",
            "wait-",
            "next-",
            "remind-",
        ] {
            let shown = text.split([' ', '(', '“', '«']).find(|word| word.starts_with(start));
            assert_eq!(shown, None, "{language:?}");
        }
        let svg = peygir_explain::svg(workflow, &NoTitles, language, &[]);
        assert!(!svg.contains(">drawing-") && !svg.contains(">short-") && !svg.contains("{ $"), "{language:?}");
    }
}
