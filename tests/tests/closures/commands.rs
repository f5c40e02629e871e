//! What the commands print, and what they say where something is wrong.

use peygir_calendar::{Jalali, Language, date_time, moment, tehran};
use peygir_core::Moment;
use serde_json::Value;

use crate::closure::closures;
use crate::office::{AGENCIES, Declared, Office, TOPICS, declared};

/// Ids and codes that nobody has.
const NO_ID: &str = "01ARYZ6S41TSV4RRFFQ69G5FAV";
const NO_CODE: &str = "10000000000";

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_tell_what_was_closed_and_why_a_case_is_due() {
    let mut office = Office::open(4).await;
    let three = office.cases.iter().find(|(_, (number, _))| TOPICS[*number as usize] == "three-terms");
    let (case, code) = three.map(|(case, (_, code))| (case.clone(), code.clone())).expect("there is one");
    let closure = closures().remove(0);
    assert_eq!(office.told(&["closure", "list"]), "");
    let done = office.declare(&closure);
    let date = &closure.arguments[3];
    let line = format!("{}  {date}  all day  ir-working  hamedan  c0", done.closure);
    assert_eq!(office.told(&["closure", "list"]).trim_end(), line);

    // What is explained is the account of the API, by code and by id.
    let all = office.client.get(&format!("/api/v1/cases/{case}/deadlines")).await.json();
    for language in ["fa", "en"] {
        let told = office.told(&["explain", "deadline", &code, "--lang", language]);
        assert_eq!(told, office.told(&["explain", "deadline", &case, "--lang", language]));
        let mut lines = told.lines().filter(|line| !line.is_empty());
        for deadline in all.as_array().unwrap() {
            assert_eq!(lines.next(), deadline["title"][language].as_str());
            for expected in deadline["account"][language].as_array().unwrap() {
                assert_eq!(lines.next().and_then(|line| line.strip_prefix("  ")), expected.as_str());
            }
        }
        assert_eq!(lines.next(), None);
        assert!(told.contains(&format!("closure:{}", done.closure)), "{told}");
        assert!(told.contains(if language == "fa" { "جابه‌جا شد" } else { "Moved on" }), "{told}");
    }
    let json: Value = serde_json::from_str(&office.told(&["explain", "deadline", &code, "--json"])).unwrap();
    assert_eq!(json, all);
    an_operation_is_told(&office, &done);

    office.token = Some(token(&office, "inspector", "province:hamedan"));
    an_inspector_sets_a_date(&office, &all);
    office.token = None;
    office.token = Some(token(&office, "duty-manager", &format!("agency:{}", AGENCIES[0])));
    an_agency_may_not_wait_here(&office, &all);
    office.token = None;
    wrong_orders_are_refused(&office, &done);
    let back = office.told(&["closure", "withdraw", &done.closure, "--reason", "it did not snow", "--wait"]);
    assert_eq!(declared(&back).closure, done.closure);
    assert_eq!(office.told(&["closure", "list"]).trim_end(), format!("{line}  (withdrawn)"));
    let again = office.refused(&["closure", "withdraw", &done.closure, "--reason", "again"]);
    assert!(again.contains("(409)"), "{again}");

    assert!(office.server.take().unwrap().stop().success());
    for command in [&["closure", "list"][..], &["operation", "list"], &["explain", "deadline", &code]] {
        let said = office.refused(command);
        assert!(said.contains("no server runs on") && said.contains("peygir serve"), "{said}");
    }
    office.start();
    office.kill();
    let said = office.refused(&["closure", "list"]);
    assert!(said.contains("does not answer; is it still running?"), "{said}");
}

/// By what closure, on the clock of the place, in both languages.
fn an_operation_is_told(office: &Office, done: &Declared) {
    let listed = office.told(&["operation", "list"]);
    let about = format!("{}  closure declared \"c0\" ({})  began ", done.operation, done.closure);
    assert!(listed.starts_with(&about), "{listed}");
    let shown = office.told(&["operation", "show", &done.operation]);
    let (summary, moved) = shown.split_once('\n').unwrap();
    assert_eq!(summary, listed.trim_end());
    let codes = office.listed(&done.operation);
    assert_eq!(moved.lines().count(), codes.len());
    for (line, [code, from, to]) in moved.lines().zip(&codes) {
        let [from, to] = [from, to].map(|at| date_time(at.parse().unwrap(), &tehran(), Language::English));
        assert_eq!(line, format!("  {code}  {from}  ->  {to}"));
    }
    let persian = office.told(&["operation", "show", &done.operation, "--lang", "fa"]);
    assert!(persian.contains("اعلام تعطیلی «c0»") && !persian.contains("Azar"), "{persian}");
}

fn token(office: &Office, role: &str, scope: &str) -> String {
    office.told(&["token", "new", "--role", role, "--scope", scope, "--name", role]).trim().to_owned()
}

fn ten_days(deadlines: &Value) -> &Value {
    let all = deadlines.as_array().unwrap();
    all.iter().find(|one| one["title"]["en"] == "Ten working days").unwrap()
}

fn an_inspector_sets_a_date(office: &Office, deadlines: &Value) {
    let [task, due] = ["id", "due"].map(|name| ten_days(deadlines)[name].as_str().unwrap().to_owned());
    let later = Moment::from(moment(&due, &tehran()).unwrap()).plus_micros(3_600_000_000).to_jiff();
    let words =
        |due: &str| ["deadline", "set", &task, "--due", due, "--reason", "the plans are late"].map(str::to_owned);
    let set = |due: &str| office.told(&words(due).each_ref().map(String::as_str));
    let refused = |due: &str| office.refused(&words(due).each_ref().map(String::as_str));
    let told = format!("due {} ({later})", date_time(later, &tehran(), Language::English));
    let local = tehran().to_datetime(later);
    let jalali = format!("{} {}", Jalali::from_gregorian(local.date()), local.strftime("%H:%M"));
    for written in [later.to_string(), jalali] {
        assert_eq!(set(&written).trim_end(), told, "{written}");
    }
    for wrong in ["1405/09/30", "1405/13/30 10:00", "tomorrow"] {
        let said = office.command(&words(wrong).each_ref().map(String::as_str));
        assert_eq!(said.status.code(), Some(64), "wrong usage");
        assert!(String::from_utf8_lossy(&said.stderr).contains("--due: "), "{said:?}");
    }
    for (wrong, why) in
        [("2020-01-01T00:00:00Z", "/due"), ("2099-01-01T00:00:00Z", "/due"), ("1400/01/02 10:00", "/due")]
    {
        let said = refused(wrong);
        assert!(said.contains("(422)") && said.contains(why), "{said}");
    }
    let said = office.refused(&["deadline", "resume", &task]);
    assert!(said.contains("(409)"), "{said}");
}

/// The flow of this task has no `suspend`.
fn an_agency_may_not_wait_here(office: &Office, deadlines: &Value) {
    let task = ten_days(deadlines)["id"].as_str().unwrap();
    let said = office.refused(&["deadline", "suspend", task, "--reason", "papers"]);
    assert!(said.contains("(409)"), "{said}");
    let said = office.refused(&["deadline", "resume", task]);
    assert!(said.contains("(409)"), "{said}");
    let said = office.refused(&["deadline", "set", task, "--due", "2099-01-01T00:00:00Z", "--reason", "x"]);
    assert!(said.contains("(403)"), "{said}");
}

fn wrong_orders_are_refused(office: &Office, done: &Declared) {
    let declare = |words: &[&str]| office.refused(&[&["closure", "declare", "--name", "x"], words].concat());
    let day = closures()[0].arguments[3].clone();
    let cases: [(&[&str], &str); 8] = [
        (&["--date", "1405/13/01"], "/date"),
        (&["--date", "tomorrow"], "/date"),
        (&["--date", &day, "--until", "1400/01/01"], "/until"),
        (&["--date", &day, "--from", "25:00"], "/from"),
        (&["--date", &day, "--hours", "10:00-08:00"], "/hours"),
        (&["--date", &day, "--calendar", "ir-wroking"], "/calendar"),
        (&["--date", &day, "--county", "atlantis"], "/for/county"),
        (&["--date", &day, "--agency", "atlantis"], "/for/agency"),
    ];
    for (words, field) in cases {
        let said = declare(words);
        assert!(said.contains("(422)") && said.contains(&format!("{field}: ")), "{words:?}: {said}");
    }
    let unsaid = office.refused(&["closure", "withdraw", &done.closure, "--reason", " "]);
    assert!(unsaid.contains("/reason"), "{unsaid}");
    let nothing: [&[&str]; 4] = [
        &["closure", "withdraw", NO_ID, "--reason", "x"],
        &["operation", "show", NO_ID],
        &["explain", "deadline", NO_CODE],
        &["explain", "deadline", "no such thing"],
    ];
    for words in nothing {
        let said = office.refused(words);
        assert!(said.contains("(404)"), "{words:?}: {said}");
    }
    let said = office.command(&[
        "closure",
        "declare",
        "--date",
        &day,
        "--name",
        "x",
        "--from",
        "12:00",
        "--hours",
        "08:00-09:00",
    ]);
    assert_eq!(said.status.code(), Some(64), "wrong usage");
    assert_eq!(office.told(&["closure", "list"]).lines().count(), 1, "none of these was declared");
}
