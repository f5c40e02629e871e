//! Every page in both languages, from sample views: what holds for all of them, and what each must show.

use peygir_runtime::desk::{CaseFilter, DeadlineView, InstanceFilter, Page};

use super::field::Filled;
use super::*;
use crate::form::Posted;
use crate::instruments::Verdict;
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
    let (deadline, moved) = (samples_time::deadline(), samples_time::moved_deadline());
    let ended = DeadlineView { status: "completed".into(), may_set: false, may_suspend: false, ..deadline.clone() };
    let of_case = DeadlineView { id: "01JD7ZHHHHHHHHHHHHHHHHHHHH".into(), ..moved.clone() };
    let deadlines = [deadline.clone(), of_case, samples_time::wait()];
    let why = case::Why { deadlines: deadlines.to_vec(), decisions: vec![samples::proposal(), samples::decision()] };
    let field = |form: &str, field: &str| deadline::field_name(form, &deadline.id, field);
    let date_typed = Posted(vec![(field("set", "/due"), "فردا".into()), (field("set", "/reason"), "<سیل>".into())]);
    let date_errors = [("/due", "jalali-date"), ("/time", "required")]
        .map(|(name, code)| WrongField { pointer: field("set", name), code: code.into() });
    let date_wrong = Filled { posted: &date_typed, wrong: &date_errors };
    let closures = samples_time::closures();
    let closure_fresh = closures::fresh(&closures.calendars);
    let closure_typed = Posted(vec![
        ("/kind".into(), "from".into()),
        ("/date".into(), "1405/13/01".into()),
        ("/for/county".into(), "malayer".into()),
    ]);
    let closure_errors = [("/date", "jalali-date"), ("/from", "time-of-day"), ("/name/fa", "required")]
        .map(|(name, code)| WrongField { pointer: name.into(), code: code.into() });
    let closure_wrong = Filled { posted: &closure_typed, wrong: &closure_errors };
    let no_closures = closures::Closures { calendars: samples_time::calendars(), closures: Vec::new() };
    let on_azar = layout::Ui { now: "2026-11-24T08:00:00Z".parse().unwrap(), ..ui("/calendars/hamedan-working") };
    let reader = |path: &str| samples::ui(locale, &["operator"], path);
    let pack_typed = Posted(vec![("/effectiveFrom".into(), "دیروز".into()), ("/note".into(), "<نامه>".into())]);
    let pack_errors = [WrongField { pointer: "/effectiveFrom".into(), code: "jalali-date".into() }];
    let pack_wrong = Filled { posted: &pack_typed, wrong: &pack_errors };
    let packs_refused =
        Problem { findings: vec![samples_packs::finding("error", 2)], ..Problem::new(Code::PacksRefused) };
    let markup = [
        ("home", home::page(&ui("/"), &waiting)),
        ("home-empty", home::page(&samples::ui(locale, &["duty-manager"], "/"), &none)),
        ("inbox", inbox::page(&ui("/inbox"), &tasks, Some("completed"))),
        ("calls", calls::page(&ui("/calls"), &calls, None)),
        ("task", task::page(&ui("/tasks/1"), &samples::task(), Some((&deadline, &fresh)), &fresh, Some("claimed"))),
        ("task-open", task::page(&ui("/tasks/1"), &samples::open_task(), None, &fresh, None)),
        ("task-done", task::page(&ui("/tasks/1"), &samples::completed_task(), Some((&ended, &fresh)), &fresh, None)),
        ("task-moved", task::page(&ui("/tasks/1"), &samples::task(), Some((&moved, &fresh)), &fresh, None)),
        (
            "task-date-wrong",
            task::page(&ui("/tasks/1"), &samples::task(), Some((&deadline, &date_wrong)), &fresh, None),
        ),
        (
            "call",
            task::page(
                &ui("/tasks/1"),
                &samples::call(),
                None,
                &Filled { posted: &call_typed, wrong: &call_wrong },
                None,
            ),
        ),
        ("intake", intake::page(&ui("/intake"), &fresh)),
        ("intake-wrong", intake::page(&ui("/intake"), &Filled { posted: &typed, wrong: &wrong })),
        ("cases", cases::page(&ui("/cases"), &samples::cases(), &by_code)),
        ("case", case::page(&ui("/cases/1"), &samples::case(), &why, false, Some("registered"))),
        ("case-clear", case::page(&ui("/cases/1"), &samples::case(), &case::Why::default(), true, None)),
        ("outbox", outbox::page(&ui("/outbox"), &samples::outbox())),
        (
            "instances",
            instances::page(&ui("/instances"), &samples::instances(), &InstanceFilter::default(), "2026-11-20"),
        ),
        (
            "instance",
            instances::detail(&ui("/instances/1"), &samples::instance(), Some("<svg></svg>"), Some("resumed")),
        ),
        ("instance-restarted", instances::detail(&ui("/instances/1"), &samples::restarted_instance(), None, None)),
        ("instance-faulted", instances::detail(&ui("/instances/1"), &samples::faulted_instance(), None, None)),
        ("incidents", incidents::page(&ui("/incidents"), &samples::incidents(), None)),
        ("calendars", calendars::page(&ui("/calendars"), &samples_time::calendars())),
        ("month", month::page(&ui("/calendars/hamedan-working"), &samples_time::shown_month())),
        ("month-today", month::page(&on_azar, &samples_time::shown_month())),
        ("month-bare", month::page(&ui("/calendars/ir-24x7"), &samples_time::bare_month())),
        (
            "closures",
            closures::page(
                &ui("/closures"),
                &closures,
                &Filled { posted: &closure_fresh, wrong: &[] },
                Some("closure-declared"),
            ),
        ),
        ("closures-wrong", closures::page(&ui("/closures"), &no_closures, &closure_wrong, None)),
        ("closures-read", closures::page(&reader("/closures"), &closures, &fresh, None)),
        ("operations", operations::list(&ui("/operations"), &samples_time::operations())),
        (
            "operation",
            operations::page(
                &ui("/operations/1"),
                &samples_time::operation(),
                &samples_time::moved(),
                Some("closure-declared"),
            ),
        ),
        (
            "operation-running",
            operations::page(&ui("/operations/1"), &samples_time::running_operation(), &samples_time::no_moves(), None),
        ),
        ("packs", packs::list(&ui("/packs"), &samples_packs::packs(), Some("edition-deployed"))),
        ("packs-read", packs::list(&samples::ui(locale, &["auditor"], "/packs"), &samples_packs::packs(), None)),
        ("pack", pack::page(&ui("/packs/hamedan"), &samples_packs::shown(), Some("pack-deployed"))),
        ("pack-kept", pack::page(&ui("/packs/hamedan"), &samples_packs::shown_refused(), None)),
        ("editions", editions::list(&ui("/packs/editions"), &samples_packs::editions(), 0)),
        ("edition", editions::page(&ui("/packs/editions/5"), &samples_packs::changes("in-force"), None)),
        ("edition-to-come", editions::page(&ui("/packs/editions/5"), &samples_packs::changes("to-come"), None)),
        (
            "edition-withdrawn",
            editions::page(&ui("/packs/editions/3"), &samples_packs::changes("withdrawn"), Some("edition-withdrawn")),
        ),
        ("edition-first", editions::page(&ui("/packs/editions/1"), &samples_packs::first(), None)),
        (
            "edition-read",
            editions::page(
                &samples::ui(locale, &["auditor"], "/packs/editions/5"),
                &samples_packs::changes("to-come"),
                None,
            ),
        ),
        ("upload", upload::page(&ui("/packs/upload"), &upload::Checked::Nothing, &fresh)),
        (
            "upload-wrong",
            upload::page(
                &ui("/packs/upload"),
                &upload::Checked::Wrong(
                    vec![samples_packs::finding("error", 2), samples_packs::finding("warning", 1)],
                    samples_packs::sources(),
                ),
                &fresh,
            ),
        ),
        (
            "upload-right",
            upload::page(
                &ui("/packs/upload"),
                &upload::Checked::Right(Box::new(samples_packs::ready(Vec::new()))),
                &pack_wrong,
            ),
        ),
        (
            "upload-contrary",
            upload::page(
                &ui("/packs/upload"),
                &upload::Checked::Right(Box::new(samples_packs::ready(vec![samples_packs::contradiction()]))),
                &fresh,
            ),
        ),
        ("problem-packs", layout::problem(&ui("/packs"), &packs_refused)),
        ("health", health::page(&ui("/health"), &samples_health::health())),
        ("health-bare", health::page(&ui("/health"), &samples_health::bare_health())),
        ("receipt", receipts::page(&ui("/cases/1/receipt"), &samples_health::given(), "/cases/1")),
        ("receipt-not-yet", receipts::page(&nobody("/track/1/receipt"), &samples_health::not_yet(), "/track/1")),
        ("receipt-check", receipts::check_page(&nobody("/receipts"), "", None)),
        (
            "receipt-holds",
            receipts::check_page(&nobody("/receipts"), "{}", Some(&samples_health::checked(Verdict::Holds))),
        ),
        (
            "receipt-cut-off",
            receipts::check_page(&nobody("/receipts"), "{<}", Some(&samples_health::checked(Verdict::CutOff))),
        ),
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
        "calendar-",
        "calendars-",
        "month-",
        "day-",
        "place-",
        "closure-",
        "closures-",
        "operation-",
        "operations-",
        "shift-",
        "deadline-",
        "deadlines-",
        "wait-",
        "pack-",
        "packs-",
        "edition-",
        "editions-",
        "upload-",
        "contrary-",
        "rule-",
        "severity-",
        "finding-",
        "findings-",
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

#[test]
fn a_month_is_a_table_whose_days_are_told_without_colour() {
    let html = one(Locale::Fa, "month");
    assert_eq!(html.matches("<th scope=\"col\">").count(), 7);
    let (saturday, friday) =
        (html.find("class=\"weekday\">شنبه<").unwrap(), html.find("class=\"weekday\">جمعه<").unwrap());
    assert!(saturday < friday, "Saturday first");
    assert_eq!(html.matches("<time class=\"number\"").count(), 30);
    assert!(html.contains("datetime=\"2026-11-22\">۱</time>"));
    assert!(html.contains("۲۲ نوامبر تا ۲۱ دسامبر ۲۰۲۶") && !html.contains("2026-11-22 –"));
    assert!(one(Locale::En, "month").contains("22 November – 21 December 2026"));
    assert!(html.contains("<td class=\"estimated-holiday\">") && html.contains("تعطیل برآوردی") && html.contains("≈"));
    assert!(html.contains("آلودگی هوا") && html.contains("۰۷:۳۰"));
    let later = "/calendars/hamedan-working?month=1405%2F10&amp;province=hamedan&amp;county=malayer";
    assert!(html.contains(&format!("href=\"{later}\"")), "the next month is of the same place");
    assert!(!html.contains("aria-current=\"date\""), "today is not in this month");
    let html = one(Locale::En, "month-today");
    assert_eq!(html.matches("aria-current=\"date\"").count(), 1);
    assert!(html.contains("class=\"today-word\">today<"));
    assert!(one(Locale::En, "month-bare").contains("There is no table of lunar holidays"));
}

#[test]
fn closures_are_declared_and_withdrawn_by_those_who_may() {
    let html = one(Locale::En, "closures");
    assert!(html.contains("action=\"/closures\"") && html.contains("<option value=\"ir-working\" selected>"));
    assert_eq!(html.matches("/withdraw\"").count(), 3, "not the one that is withdrawn");
    assert!(html.contains("closed from") && html.contains("open only") && html.contains("whole day"));
    let html = one(Locale::En, "closures-read");
    assert!(!html.contains("/withdraw\"") && !html.contains("action=\"/closures\""));
    let html = one(Locale::Fa, "closures-wrong");
    assert!(html.contains("value=\"1405/13/01\"") && html.contains("href=\"#field-name-fa\""));
    assert!(html.contains("<option value=\"malayer\" selected>"));
}

#[test]
fn an_operation_at_work_loads_again_by_itself_and_one_that_ended_does_not() {
    let running = one(Locale::Fa, "operation-running");
    assert!(running.contains("<meta http-equiv=\"refresh\" content=\"3\">") && running.contains("۵۱۲"));
    let ended = one(Locale::Fa, "operation");
    assert!(!ended.contains("http-equiv"));
    assert!(ended.contains("href=\"/cases/01JD7Z8QH5RRA4J4C0V3M1X2YB\"") && ended.contains("سه‌شنبه ۱۷ آذر ۱۴۰۵ ۱۴:۳۰"));
    assert!(ended.contains("دیرتر") && ended.contains("زودتر"));
    assert!(ended.contains("href=\"/operations/1?after=after\""));
}

#[test]
fn a_deadline_says_why_in_the_same_words_to_everybody() {
    for (locale, line) in [(Locale::Fa, "روز ۱، ساعت کاری"), (Locale::En, "day 1, working hours")] {
        for page in ["task", "case", "track"] {
            let html = one(locale, page);
            assert!(html.contains(line), "{page} {locale:?}");
        }
    }
    for page in ["task", "track"] {
        let html = one(Locale::En, page);
        assert_eq!(html.matches("<li class=\"counted\">").count(), 2, "{page}");
        assert_eq!(html.matches("<li class=\"uncounted\">").count(), 1, "{page}");
    }
    let title = super::samples_time::deadline().title;
    assert!(one(Locale::Fa, "track").contains(&title.fa));
    assert!(!one(Locale::En, "track").contains("/deadline\""));
}

#[test]
fn a_deadline_is_moved_only_where_its_view_says_so() {
    let task = "/tasks/01JD7Z9AAAAAAAAAAAAAAAAAAA";
    let html = one(Locale::Fa, "task");
    assert!(
        html.contains(&format!("action=\"{task}/deadline\""))
            && html.contains(&format!("action=\"{task}/suspension\""))
    );
    assert!(!html.contains("/suspension/end"));
    assert!(html.contains("value=\"۱۴۰۵/۰۹/۰۲\"") && html.contains("value=\"۱۴:۳۰\""), "the present date is typed in");
    let html = one(Locale::Fa, "task-moved");
    assert!(html.contains(&format!("action=\"{task}/suspension/end\"")));
    assert!(!html.contains(&format!("action=\"{task}/suspension\"")));
    assert!(
        html.contains("تصویر کارت ملی خواسته شد.") && html.contains("href=\"/operations/01KDBAAAAAAAAAAAAAAAAAAAAA\"")
    );
    let folded = one(Locale::En, "case");
    let (ended, wait) = (folded.find("Deadlines that have ended").unwrap(), folded.find("Wait for the next").unwrap());
    assert!(ended < wait && folded.matches("class=\"card deadline\"").count() == 3);
    let html = one(Locale::Fa, "task-done");
    assert!(!html.contains("/deadline\"") && !html.contains("/suspension"));
    let html = one(Locale::Fa, "task-date-wrong");
    assert!(html.contains("value=\"فردا\"") && html.contains("&lt;سیل&gt;</textarea>"));
    assert!(html.contains("href=\"#field-set-01JD7Z9AAAAAAAAAAAAAAAAAAA-due\""));
    assert!(one(Locale::Fa, "case").contains("name=\"from\" value=\"case\""), "the way back to the case");
}

#[test]
fn packs_have_dates_in_every_column_and_planned_ones_in_their_order() {
    let html = one(Locale::Fa, "packs");
    assert!(html.contains("۱۴۰۵/۸/۳۰ ۱۰:۰۰"), "since today: with the date");
    assert!(html.contains("۱۴۰۵/۱۰/۱ ۰۰:۰۰") && html.contains("۱۴۰۵/۱۱/۱ ۰۰:۰۰"), "what is to come has its dates");
    let (next, later) = (html.rfind("/packs/editions/6").unwrap(), html.rfind("/packs/editions/7").unwrap());
    assert!(next < later, "the next change stands first");
    assert!(html.contains("<bdi class=\"code\" dir=\"ltr\">hamedan@1.2.0</bdi>"));
    for state in ["to-come", "in-force", "past", "broken", "withdrawn"] {
        assert!(html.contains(&format!("<li class=\"{state}\">")), "{state}");
    }
    let (planned, present) =
        (html.find("<li class=\"to-come\">").unwrap(), html.find("<li class=\"in-force\">").unwrap());
    assert!(planned < present, "the picture runs from what is to come to what is past");
    assert!(html.contains("href=\"/packs/upload\"") && !one(Locale::Fa, "packs-read").contains("/packs/upload"));
}

#[test]
fn an_edition_tells_each_rule_before_and_after() {
    let html = one(Locale::Fa, "edition");
    assert!(html.contains("مهلت ۱۰ روز کاری است.") && html.contains("مهلت ۷ روز کاری است."));
    for word in ["افزوده", "حذف‌شده", "تغییریافته", "جابه‌جاشده", "پیش از این", "پس از این", "شهرستان \u{2068}ملایر"]
    {
        assert!(html.contains(word), "{word}");
    }
    assert!(html.contains("<del>") && html.contains("<ins>"));
    assert!(html.contains("action=\"/packs/hamedan/rollback\"") && html.contains("value=\"1.0.0\""));
    assert!(!html.contains("/withdraw\""), "what is in force is not withdrawn");
    let planned = one(Locale::En, "edition-to-come");
    assert!(planned.contains("action=\"/packs/editions/5/withdraw\"") && !planned.contains("/rollback\""));
    assert!(!one(Locale::En, "edition-read").contains("/withdraw\""), "an auditor only reads");
    assert!(one(Locale::En, "edition-first").contains("This is the first edition"));
    assert!(one(Locale::En, "case").contains("href=\"/packs/editions/3\""), "a decision leads to its edition");
    let withdrawn = one(Locale::Fa, "edition-withdrawn");
    assert!(withdrawn.contains("نامه پس گرفته شد") && withdrawn.contains("هیچ قاعده‌ای را تغییر نمی‌دهد"));
    assert!(!withdrawn.contains("/withdraw\"") && !withdrawn.contains("/rollback\""));
}

#[test]
fn an_upload_tells_what_is_wrong_at_its_line() {
    let html = one(Locale::Fa, "upload-wrong");
    assert!(html.contains("<bdi class=\"code place\" dir=\"ltr\">town/rules/greet.rhai:2:11</bdi>"));
    assert!(
        html.contains("پیش از `;` مقداری نیست") && html.contains("<pre class=\"source\" dir=\"ltr\">  let x = ;</pre>")
    );
    assert!(html.contains("role=\"alert\"") && html.contains("webkitdirectory"));
    let right = one(Locale::En, "upload-right");
    assert!(right.contains("name=\"checked\" value=\"W10=\"") && right.contains("action=\"/packs/deploy\""));
    assert!(right.contains("value=\"دیروز\"") && right.contains("&lt;نامه&gt;</textarea>"));
    assert!(one(Locale::En, "problem-packs").contains("town/rules/greet.rhai:2:11"));
}

/// Writes the pages into the folder that `PEYGIR_GALLERY` names, to be looked at in a browser.
#[test]
fn gallery() {
    let Some(folder) = std::env::var_os("PEYGIR_GALLERY").map(std::path::PathBuf::from) else { return };
    std::fs::create_dir_all(folder.join("assets")).unwrap();
    std::fs::write(folder.join("assets/style.css"), crate::assets::style()).unwrap();
    for locale in Locale::ALL {
        for (name, html) in pages(locale) {
            let html = html.replace("href=\"/assets/", "href=\"assets/");
            std::fs::write(folder.join(format!("{name}.{}.html", locale.code())), html).unwrap();
        }
    }
}

#[test]
fn the_health_page_tells_the_worst_first_and_how_to_mend_it() {
    for (locale, first, lag) in [(Locale::En, "Wrong", "0.0"), (Locale::Fa, "خراب", "۱۲۰۴")] {
        let html = one(locale, "health");
        let (wrong, waits) = (html.find("id=\"weight-wrong\"").unwrap(), html.find("id=\"weight-waits\"").unwrap());
        assert!(wrong < waits && waits < html.find("id=\"weight-fine\"").unwrap());
        assert!(html.contains(first) && (locale == Locale::En || html.contains(lag)));
        assert!(html.contains("href=\"/incidents\"") && html.contains("http-equiv=\"refresh\""));
        let neglected = peygir_core::Id([7; 16]);
        assert!(html.contains(&format!("href=\"/cases/{neglected}\"")), "a neglected case is one step away");
    }
    assert!(one(Locale::En, "health").contains("\u{2068}2.0\u{2069} ms"));
    let (prose, prose_fa) =
        ("the server's log; /incidents", "گزارش سرور را بخوانید و صفحهٔ \u{2066}/incidents\u{2069} را ببینید");
    for (locale, told, other) in [(Locale::En, prose, prose_fa), (Locale::Fa, prose_fa, prose)] {
        let html = one(locale, "health");
        assert!(html.contains(told) && !html.contains(other), "what is to be done is told in the reader's language");
    }
    assert!(one(Locale::Fa, "health").contains("یکشنبه ۱ آذر ۱۴۰۵"), "an edition to come stands with its Jalali date");
}

#[test]
fn a_receipt_is_text_to_be_kept_and_each_verdict_has_its_words() {
    for locale in Locale::ALL {
        assert!(one(locale, "receipt").contains("peygir-receipt-1"));
        assert!(!one(locale, "receipt-not-yet").contains("<textarea"));
        for verdict in Verdict::ALL {
            for id in [format!("verdict-{}", verdict.as_str()), format!("verdict-{}-note", verdict.as_str())] {
                assert!(crate::text::exists(&id), "{id}");
            }
        }
        assert!(one(locale, "receipt-cut-off").contains("role=\"alert\""));
        assert!(one(locale, "receipt-holds").contains("role=\"status\""));
    }
}
