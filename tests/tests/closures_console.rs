//! A closure in a real browser: declared from 12:00 today by a person of the inspection centre, carried out, read in the
//! account of a deadline by agency and citizen alike, and withdrawn. Pictures are kept under `target/screenshots/`.
//!
//! The server is put where it is noon, and its calendar has offices open today, whatever day it is.

use peygir_calendar::{Calendar, Calendars, Jalali, Place, digits, read};
use peygir_tests::desk::{self, Desk};
use peygir_tests::server::{Site, repository};
use peygir_tests::{noon, offices};
use serde_json::{Value, json};

/// Of the offices' directory.
const CENTRE: &str = "centre";
const MANAGER: &str = "mgr-city";
const HEAT: &str = "گرمای هوا";
/// Why a date was set, and why the closure was withdrawn.
const LATER: &str = "دستگاه مهلت بیشتری خواست؛ نقشه‌ها هنوز نرسیده است.";
const COOLER: &str = "هوا خنک شد؛ تعطیلی اعلام‌نشده بود.";

/// What the page shows of each deadline: its heading, and line by line how it was found.
const ACCOUNTS: &str = "[...document.querySelectorAll('.account-heading')].map(heading => [heading.textContent, \
                        ...[...(heading.nextElementSibling?.querySelectorAll('li') ?? [])].map(line => \
                        line.lastElementChild.textContent)])";

/// The shipped calendar of offices.
fn shipped() -> Calendar {
    let text = std::fs::read_to_string(repository().join("rules/calendars/ir-working.yaml")).unwrap();
    let root = peygir_source::yaml::parse(&text).unwrap();
    let (calendars, _) = Calendars::resolve(vec![("ir-working.yaml".into(), read::sheet(&root).unwrap().0)]);
    (**calendars.get("ir-working").unwrap()).clone()
}

fn today(zone: &str) -> Jalali {
    let zone = peygir_calendar::zone(zone).unwrap();
    Jalali::from_gregorian(zone.to_datetime(noon::now().to_jiff()).date())
}

/// The province's calendar: it is noon there, and today is a day of work.
fn calendar(zone: &str) -> String {
    let today = today(zone);
    let mut text = format!(
        "kind: calendar\nid: hamedan-working\ntitle: {{ fa: تقویم کاری استان همدان, en: Working calendar of Hamedan }}\n\
         extends: ir-working\nzone: {zone}\nfor: {{ province: hamedan }}\nweek:\n  thu: [\"07:30-11:30\"]\n"
    );
    let shipped = shipped();
    let opens = |day: &peygir_calendar::Day<'_>| day.segments.iter().any(|segment| segment.open);
    if !shipped.day(today.to_gregorian(), &Place::default()).is_some_and(|day| opens(&day)) {
        let hours = ["sat", "sun", "mon", "tue", "wed", "thu", "fri"].map(|day| format!("{day}: [\"07:30-14:30\"]"));
        text += &format!(
            "periods:\n  - {{ from: {today}, to: {today}, name: {{ fa: روز کشیک, en: On duty }}, week: {{ {} }} }}\n",
            hours.join(", ")
        );
    }
    if shipped.holiday(today).is_some() {
        text += &format!("holidays:\n  not:\n    - {{ day: {today}, name: {{ fa: روز کشیک, en: On duty }} }}\n");
    }
    text
}

fn site() -> Site {
    let zone = noon::zone();
    offices::site(&zone, &[("hamedan.yaml".to_owned(), calendar(&zone))])
}

/// A case with a deadline in working hours and one in working days, as the citizen's call makes it.
struct Case {
    id: String,
    code: String,
    /// Ids of the tasks.
    hours: String,
    days: String,
}

fn call_in(desk: &Desk) -> Case {
    let (id, code) = desk.submit(
        "one",
        &json!({
            "channel": "phone", "text": "نامهٔ ما در شهرداری مانده است.", "topic": "three-terms", "agency": "city",
            "from": { "nationalId": "9990000018", "mobile": "09990000001", "name": "مریم نمونه‌پور" },
        }),
    );
    let of_form = |title: &str| {
        desk.await_some(title, || {
            let all = deadlines(desk, &id);
            let found = all.iter().find(|deadline| deadline["title"]["en"] == title)?;
            Some(found["id"].as_str().unwrap().to_owned())
        })
    };
    let (hours, days) = (of_form("Three working hours"), of_form("Ten working days"));
    Case { id, code, hours, days }
}

fn deadlines(desk: &Desk, case: &str) -> Vec<Value> {
    desk.get(&format!("/api/v1/cases/{case}/deadlines")).as_array().unwrap().clone()
}

fn deadline(desk: &Desk, task: &str) -> Value {
    desk.get(&format!("/api/v1/tasks/{task}/deadline"))
}

fn persian(text: &str) -> String {
    digits::to_persian(text)
}

#[test]
fn a_closure_from_noon_today_is_declared_read_and_withdrawn() {
    desk::with("a_closure_from_noon_today_is_declared_read_and_withdrawn", site, |desk| {
        let today = today(&noon::zone());
        let case = call_in(desk);
        let before = deadline(desk, &case.hours);

        desk.sign_in(CENTRE);
        looks_at_the_month(desk, today);
        let operation = declares(desk, today);
        let after = deadline(desk, &case.hours);
        the_operation_lists_the_case(desk, &operation, &case, (&before, &after));
        everybody_reads_the_same(desk, &case);
        sets_another_date(desk, &case);
        withdraws(desk, &case, &before);
    });
}

fn looks_at_the_month(desk: &mut Desk, today: Jalali) {
    desk.browser.follow("nav a[href='/calendars']").unwrap();
    desk.says("تقویم کاری استان همدان");
    desk.picture("calendars-fa");
    desk.browser.follow("main a[href^='/calendars/ir-working']").unwrap();
    desk.says(&persian(&today.year().to_string()));
    desk.picture("calendar-month-fa");
    desk.phone_picture("calendar-month-phone-fa");
    desk.visit("/calendars/ir-working?lang=en");
    desk.picture("calendar-month-en");
    desk.visit("/calendars/ir-working?lang=fa&province=hamedan");
    desk.picture("calendar-month-hamedan-fa");
}

/// Answers the operation's address.
fn declares(desk: &mut Desk, today: Jalali) -> String {
    desk.visit("/closures");
    desk.picture("closures-empty-fa");
    desk.browser.click("input[name='/kind'][value='from']").unwrap();
    desk.browser.type_into("input[name='/from']", "۲۵").unwrap();
    desk.browser.type_into("input[name='/date']", &persian(&today.to_string())).unwrap();
    desk.browser.follow("form.closure button").unwrap();
    desk.says("field-name-fa-error");
    desk.picture("closure-form-errors-fa");

    desk.browser.retype("input[name='/from']", "۱۲").unwrap();
    desk.browser.type_into("input[name='/name/fa']", HEAT).unwrap();
    desk.browser.type_into("input[name='/name/en']", "Heat").unwrap();
    desk.browser.choose("select[name='/for/province']", "hamedan").unwrap();
    desk.picture("closure-form-fa");
    desk.phone_picture("closure-form-phone-fa");
    desk.browser.follow("form.closure button").unwrap();
    await_end(desk)
}

/// Waits on an operation's page until it is through; answers its address.
fn await_end(desk: &mut Desk) -> String {
    let address = desk.browser.address().unwrap();
    let path = address.strip_prefix(&desk.url("")).unwrap().to_owned();
    assert!(path.starts_with("/operations/"), "{path}: {}", desk.browser.html().unwrap());
    let id = path.trim_start_matches("/operations/").split('?').next().unwrap().to_owned();
    desk.await_some("end of the operation", || {
        desk.get(&format!("/api/v1/operations/{id}"))["endedAt"].as_str().map(str::to_owned)
    });
    desk.visit(&path);
    format!("/operations/{id}")
}

fn the_operation_lists_the_case(desk: &mut Desk, operation: &str, case: &Case, (before, after): (&Value, &Value)) {
    let moved = desk.get(&format!("/api/v1{operation}/moved"))["items"].clone();
    let expected = json!([{
        "caseId": case.id, "trackingCode": case.code, "id": case.hours, "from": before["due"], "to": after["due"],
    }]);
    assert_eq!(
        moved, expected,
        "the working hours move; ten working days do not count today, elapsed hours ask nobody"
    );
    assert!(before["due"].as_str() < after["due"].as_str(), "{before:#} {after:#}");
    desk.says(&case.code);
    desk.picture("operation-fa");
    desk.phone_picture("operation-phone-fa");
    desk.visit(&format!("{operation}?lang=en"));
    desk.picture("operation-en");
    desk.visit("/operations?lang=fa");
    desk.picture("operations-fa");
    desk.visit("/closures");
    desk.says(HEAT);
    desk.picture("closures-fa");
    desk.visit("/calendars/ir-working?province=hamedan");
    desk.says(HEAT);
    desk.picture("calendar-month-closed-fa");
    desk.visit(operation);
    desk.browser.follow(&format!("td a[href='/cases/{}']", case.id)).unwrap();
    desk.picture("case-deadlines-fa");
    desk.phone_picture("case-deadlines-phone-fa");
    desk.visit(&format!("/cases/{}?lang=en", case.id));
    desk.picture("case-deadlines-en");
}

/// The accounts that a page shows, each heading with its lines.
fn accounts(desk: &mut Desk) -> Vec<Value> {
    desk.asks(ACCOUNTS).as_array().unwrap().clone()
}

fn unfold(desk: &mut Desk) {
    desk.asks("document.querySelectorAll('details.account').forEach(one => one.open = true)");
}

/// The centre, the agency's manager and the citizen are told in the same words.
fn everybody_reads_the_same(desk: &mut Desk, case: &Case) {
    for language in ["en", "fa"] {
        let told = |deadline: &Value| deadline["account"][language].clone();
        let expected = told(&deadline(desk, &case.hours));
        assert!(expected.to_string().contains(if language == "fa" { HEAT } else { "Heat" }), "{expected:#}");
        let page = format!("/tasks/{}?lang={language}", case.hours);
        desk.visit(&page);
        assert_eq!(accounts(desk), std::slice::from_ref(&expected), "the centre");
        unfold(desk);
        desk.picture(&format!("task-deadline-{language}"));
        desk.phone_picture(&format!("task-deadline-phone-{language}"));

        desk.sign_in(MANAGER);
        desk.visit(&page);
        assert_eq!(accounts(desk), std::slice::from_ref(&expected), "the agency");

        desk.browser.follow("form[action='/sign-out'] button").unwrap();
        desk.visit(&format!("/track/{}?lang={language}", case.code));
        let all: Vec<Value> = deadlines(desk, &case.id).iter().map(told).collect();
        assert_eq!(accounts(desk), all, "the citizen");
        assert!(all.contains(&expected));
        unfold(desk);
        desk.picture(&format!("track-deadlines-{language}"));
        desk.phone_picture(&format!("track-deadlines-phone-{language}"));
        desk.visit("/?lang=fa");
        desk.sign_in(CENTRE);
    }
}

fn sets_another_date(desk: &mut Desk, case: &Case) {
    let page = format!("/tasks/{}", case.days);
    desk.visit(&page);
    let form = format!("form[action='{page}/deadline']");
    desk.browser.click(&format!("details:has({form}) > summary")).unwrap();
    desk.browser.follow(&format!("{form} button")).unwrap();
    desk.says(&format!("field-set-{}-reason-error", case.days));
    desk.picture("task-deadline-errors-fa");
    let before = deadline(desk, &case.days);
    let zone = peygir_calendar::zone(&noon::zone()).unwrap();
    let due: peygir_core::Moment = peygir_calendar::moment(before["due"].as_str().unwrap(), &zone).unwrap().into();
    let later = Jalali::from_gregorian(zone.to_datetime(due.plus_micros(86_400_000_000).to_jiff()).date());
    desk.browser.retype(&format!("{form} input[name$='/due']"), &persian(&later.to_string())).unwrap();
    desk.browser.retype(&format!("{form} input[name$='/time']"), "۱۱:۱۵").unwrap();
    desk.browser.type_into(&format!("{form} textarea"), LATER).unwrap();
    desk.picture("task-deadline-form-fa");
    desk.browser.follow(&format!("{form} button")).unwrap();
    assert_eq!(desk.browser.address().unwrap(), desk.url(&format!("{page}?done=deadline-set")));
    desk.says(LATER);
    unfold(desk);
    desk.picture("task-deadline-set-fa");

    let set = deadline(desk, &case.days);
    let expected = peygir_calendar::moment(&format!("{later} 11:15"), &zone).unwrap();
    assert_eq!(set["due"], expected.to_string());
    assert_eq!(set["set"]["reason"], LATER);
    desk.visit(&format!("/track/{}", case.code));
    desk.is_silent_on(LATER);
    let told = accounts(desk);
    assert!(told.contains(&set["account"]["fa"]), "{told:#?}");
}

fn withdraws(desk: &mut Desk, case: &Case, before: &Value) {
    let set = deadline(desk, &case.days);
    desk.visit("/closures");
    let form = "form[action$='/withdraw']";
    desk.browser.click(&format!("details:has({form}) > summary")).unwrap();
    desk.browser.type_into(&format!("{form} textarea"), COOLER).unwrap();
    desk.picture("closure-withdraw-fa");
    desk.browser.follow(&format!("{form} button")).unwrap();
    let operation = await_end(desk);
    desk.says(&case.code);
    desk.picture("operation-withdrawn-fa");
    assert_eq!(desk.get(&format!("/api/v1{operation}"))["kind"], "closure-withdrawn");
    let after = deadline(desk, &case.hours);
    assert_eq!(after["due"], before["due"], "all is as before the closure");
    assert_eq!(deadline(desk, &case.days)["due"], set["due"], "a person's word holds");
    desk.visit("/closures");
    desk.says(COOLER);
    desk.picture("closures-withdrawn-fa");
    desk.phone_picture("closures-withdrawn-phone-fa");
    desk.visit(&format!("/tasks/{}", case.hours));
    unfold(desk);
    desk.picture("task-deadline-withdrawn-fa");
    desk.visit(&format!("/track/{}", case.code));
    let told = accounts(desk);
    assert!(told.contains(&after["account"]["fa"]), "{told:#?}");
}
