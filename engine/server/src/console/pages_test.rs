//! Every page in both languages, from sample views: what holds for all of them, and what each must show.

use peygir_runtime::desk::{CaseFilter, InstanceFilter, Page};

use super::field::Filled;
use super::*;
use crate::form::Posted;
use crate::locale::Locale;
use crate::problem::{Code, Problem, WrongField};

/// Name and markup of every page.
fn pages(locale: Locale) -> Vec<(&'static str, String)> {
    let everything = samples::all_roles();
    let ui = |path: &str| samples::ui(locale, &everything, path);
    let nobody = |path: &str| samples::ui(locale, &[], path);
    let untouched = Posted::default();
    let fresh = Filled { posted: &untouched, wrong: &[] };
    let typed = Posted(vec![
        ("/from/name".into(), "مریم <نمونه>".into()),
        ("/from/nationalId".into(), "9990000019".into()),
        ("/text".into(), "متن & \"پیام\"".into()),
        ("/topic".into(), "system-down".into()),
    ]);
    let wrong = [WrongField { pointer: "/from/nationalId".into(), code: "national-id-checksum".into() }];
    let call_typed = Posted(vec![("/outcome".into(), "unsolved".into()), ("/satisfaction".into(), "2".into())]);
    let call_wrong = [WrongField { pointer: "/note".into(), code: "required".into() }];
    let waiting = home::Waiting {
        mine: vec![samples::task()],
        inbox: Some(vec![samples::overdue_task(), samples::open_task()]),
        calls: Some(vec![samples::call()]),
        incidents: Some(vec![samples::incident()]),
    };
    let tasks = Page { items: vec![samples::overdue_task(), samples::task(), samples::open_task()], next: None };
    let calls = Page { items: vec![samples::call()], next: Some("x&y".to_owned()) };
    let none = home::Waiting { mine: vec![], inbox: Some(vec![]), calls: None, incidents: None };
    let by_code = CaseFilter { status: Some("open".into()), ..CaseFilter::default() };
    let markup = [
        ("home", home::page(&ui("/"), &waiting)),
        ("home-empty", home::page(&samples::ui(locale, &["duty-manager"], "/"), &none)),
        ("inbox", inbox::page(&ui("/inbox"), &tasks, Some("completed"))),
        ("calls", calls::page(&ui("/calls"), &calls, None)),
        ("task", task::page(&ui("/tasks/1"), &samples::task(), &fresh, Some("claimed"))),
        ("task-open", task::page(&ui("/tasks/1"), &samples::open_task(), &fresh, None)),
        ("task-done", task::page(&ui("/tasks/1"), &samples::completed_task(), &fresh, None)),
        (
            "call",
            task::page(&ui("/tasks/1"), &samples::call(), &Filled { posted: &call_typed, wrong: &call_wrong }, None),
        ),
        ("intake", intake::page(&ui("/intake"), &fresh)),
        ("intake-wrong", intake::page(&ui("/intake"), &Filled { posted: &typed, wrong: &wrong })),
        ("cases", cases::page(&ui("/cases"), &samples::cases(), &by_code)),
        ("case", case::page(&ui("/cases/1"), &samples::case(), false, Some("registered"))),
        ("case-clear", case::page(&ui("/cases/1"), &samples::case(), true, None)),
        ("outbox", outbox::page(&ui("/outbox"), &samples::outbox())),
        (
            "instances",
            instances::page(&ui("/instances"), &samples::instances(), &InstanceFilter::default(), "2026-11-20"),
        ),
        (
            "instance",
            instances::detail(&ui("/instances/1"), &samples::instance(), Some("<svg></svg>"), Some("resumed")),
        ),
        ("instance-faulted", instances::detail(&ui("/instances/1"), &samples::faulted_instance(), None, None)),
        ("incidents", incidents::page(&ui("/incidents"), &samples::incidents(), None)),
        ("track-form", track::form_page(&nobody("/track"), "", false)),
        ("track-unknown", track::form_page(&nobody("/track/1"), "11111111111", true)),
        ("track", track::page(&nobody("/track/1"), &samples::track())),
        ("login", login::page(&nobody("/login/x"), "pgl_x", "رضا نمونه")),
        ("problem-sign-in", layout::problem(&nobody("/inbox"), &Problem::new(Code::Unauthenticated))),
        ("problem-forbidden", layout::problem(&ui("/incidents"), &Problem::new(Code::Forbidden))),
    ];
    markup.into_iter().map(|(name, markup)| (name, markup.into_string())).collect()
}

fn one(locale: Locale, name: &str) -> String {
    pages(locale).into_iter().find(|(known, _)| *known == name).expect("the page is listed").1
}

/// Values of an attribute, in order.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    html.split(start.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn what_holds_for_every_page() {
    for locale in Locale::ALL {
        for (name, html) in pages(locale) {
            let context = format!("{name} {locale:?}");
            let opening = format!("<html lang=\"{}\" dir=\"{}\">", locale.code(), locale.direction());
            assert!(html.contains(&opening), "{context}");
            assert_eq!(html.matches("<h1").count(), 1, "{context}: one heading");
            assert!(html.contains("<a class=\"skip\" href=\"#main\">"), "{context}: skip link");
            for forbidden in ["<script", " style=", " onclick", "javascript:", "{$", "{ $"] {
                assert!(!html.contains(forbidden), "{context}: {forbidden}");
            }
            for (index, id) in attributes(&html, "id").iter().enumerate() {
                assert!(!attributes(&html, "id")[..index].contains(id), "{context}: id {id} twice");
            }
            for target in attributes(&html, "for").into_iter().chain(attributes(&html, "aria-describedby")) {
                assert!(attributes(&html, "id").contains(&target), "{context}: nothing has the id {target}");
            }
        }
    }
}

#[test]
fn no_message_id_shows_itself() {
    let families = [
        "nav-",
        "home-",
        "case-",
        "cases-",
        "task-",
        "field-",
        "stage-",
        "done-",
        "outbox-",
        "track-",
        "login-",
        "intake-",
        "incident-",
        "journal-",
        "arg-",
        "actor-",
        "role-",
        "channel-",
        "message-",
        "due-",
        "span-",
    ];
    for locale in Locale::ALL {
        for (name, html) in pages(locale) {
            let text: String = html
                .split('<')
                .filter_map(|part| part.split_once('>'))
                .map(|(_, text)| text)
                .fold(String::new(), |text, part| text + "\n" + part);
            for word in text.split(|c: char| c.is_whitespace() || c == '(' || c == ')') {
                assert!(!families.iter().any(|family| word.starts_with(family)), "{name} {locale:?}: {word}");
            }
        }
    }
}

#[test]
fn every_control_has_a_label() {
    for (name, html) in pages(Locale::En) {
        for part in html
            .split('<')
            .filter(|part| part.starts_with("input ") || part.starts_with("select ") || part.starts_with("textarea "))
        {
            let tag = part.split('>').next().unwrap_or_default();
            if tag.contains("type=\"hidden\"") || tag.contains("type=\"radio\"") {
                continue;
            }
            let id = attributes(&format!(" {tag}"), "id").first().copied().unwrap_or_default().to_owned();
            assert!(attributes(&html, "for").contains(&id.as_str()), "{name}: {tag}");
        }
    }
}

#[test]
fn codes_and_phones_are_isolated_left_to_right() {
    for locale in Locale::ALL {
        let html = one(locale, "call");
        assert!(html.contains("href=\"tel:+989121234567\""));
        assert!(html.contains("<bdi class=\"code\" dir=\"ltr\">+989121234567</bdi>"));
        assert!(one(locale, "cases").contains("<bdi class=\"code\" dir=\"ltr\">48213907564</bdi>"));
    }
}

#[test]
fn a_form_that_came_back_keeps_what_was_typed_and_says_what_is_wrong() {
    let html = one(Locale::Fa, "intake-wrong");
    assert!(html.contains("value=\"مریم &lt;نمونه&gt;\""));
    assert!(html.contains("متن &amp; \"پیام\"</textarea>") || html.contains("متن &amp; &quot;پیام&quot;</textarea>"));
    assert!(html.contains("<option value=\"system-down\" selected>"));
    assert!(html.contains("role=\"alert\"") && html.contains("href=\"#field-from-nationalId\""));
    assert!(html.contains("کد ملی درست نیست"));
    let html = one(Locale::En, "call");
    assert!(html.contains("value=\"unsolved\" required checked") && html.contains("value=\"2\" checked"));
    assert!(html.contains("aria-invalid=\"true\""));
}

#[test]
fn persian_pages_have_persian_digits_and_jalali_dates() {
    let html = one(Locale::Fa, "case");
    assert!(html.contains("شنبه ۳۰ آبان ۱۴۰۵ ۱۲:۴۰") && html.contains("۱۴:۲۲") && html.contains("مانده"));
    assert!(html.contains("به \u{2068}شرکت آب و فاضلاب استان همدان\u{2069} ارجاع شد"));
    assert!(one(Locale::En, "case").contains("Saturday 30 Aban 1405 12:40"));
}

#[test]
fn a_case_shows_its_steps_and_its_story_and_falls_back_for_unknown_kinds() {
    let html = one(Locale::En, "case");
    assert_eq!(html.matches("<li class=\"done\"").count(), 6);
    assert_eq!(html.matches("<li class=\"skipped\"").count(), 1, "what an ended flow passed by");
    assert_eq!(html.matches("aria-current=\"step\"").count(), 2);
    assert!(html.contains("some-later-kind") && html.contains("askInspector"));
    assert!(html.contains("action=\"/cases/01JD7Z8QH5RRA4J4C0V3M1X2YB/clear\""));
    assert!(!one(Locale::En, "case-clear").contains("/clear\""));
    assert!(html.contains("Connector \u{2068}sms\u{2069}") && html.contains("Reza Nemouneh"));
}

#[test]
fn what_went_nowhere_is_plainly_marked() {
    assert!(one(Locale::Fa, "outbox").contains("ارسال نشده"));
    assert!(one(Locale::Fa, "outbox").contains("پیامک و رایانامه"));
    assert!(one(Locale::En, "outbox").contains("Not sent"));
}

#[test]
fn a_message_that_became_no_case_is_shown_and_can_only_be_settled() {
    let html = one(Locale::En, "incidents");
    assert!(html.contains("href=\"tel:+988138251111\"") && html.contains("No case could be made of a message"));
    let unread = "/incidents/01JD7ZEEEEEEEEEEEEEEEEEEEE";
    assert!(html.contains(&format!("{unread}/settle\"")) && !html.contains(&format!("{unread}/retry\"")));
}

#[test]
fn the_navigation_shows_what_the_roles_may() {
    let html = one(Locale::En, "home-empty");
    assert!(html.contains("href=\"/inbox\""));
    for path in ["/calls", "/intake", "/outbox", "/incidents"] {
        assert!(!html.contains(&format!("href=\"{path}\"")), "a duty manager has no {path}");
    }
    assert!(!one(Locale::En, "track").contains("<nav"));
}

#[test]
fn the_next_page_keeps_the_filter() {
    assert!(one(Locale::En, "cases").contains("href=\"/cases?status=open&amp;after=2026-11-18T06%3A40%3A00Z\""));
    assert!(one(Locale::En, "calls").contains("href=\"/calls?after=x%26y\""));
}

/// Writes the pages into the folder that `PEYGIR_GALLERY` names, to be looked at in a browser.
#[test]
fn gallery() {
    let Some(folder) = std::env::var_os("PEYGIR_GALLERY").map(std::path::PathBuf::from) else { return };
    std::fs::create_dir_all(folder.join("assets")).unwrap();
    std::fs::write(folder.join("assets/style.css"), include_str!("../../assets/style.css")).unwrap();
    for locale in Locale::ALL {
        for (name, html) in pages(locale) {
            let html = html.replace("href=\"/assets/", "href=\"assets/");
            std::fs::write(folder.join(format!("{name}.{}.html", locale.code())), html).unwrap();
        }
    }
}
