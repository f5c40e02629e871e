//! `peygir calendar`: pages, openings, rules, deadlines, and what is told of calendars that are wrong.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::binary::{Called, call, folder, root};

/// Called where there is neither pack nor deployment.
fn anywhere(arguments: &[&str]) -> Called {
    let folder = TempDir::new().unwrap();
    call_calendar(folder.path(), arguments)
}

fn call_calendar(folder: &Path, arguments: &[&str]) -> Called {
    call(folder, &[&["calendar"], arguments].concat())
}

fn answer(arguments: &[&str]) -> String {
    let called = anywhere(arguments);
    assert_eq!(called.code, 0, "{arguments:?}: {}", called.stderr);
    assert_eq!(called.stderr, "", "{arguments:?}");
    called.stdout
}

/// Refused as wrong usage, with these words.
fn check_refused(arguments: &[&str], part: &str) {
    let called = anywhere(arguments);
    assert_eq!(called.code, 64, "{arguments:?}: {}{}", called.stdout, called.stderr);
    assert!(called.stderr.contains(part), "{arguments:?}: {}", called.stderr);
    assert_eq!(called.stdout, "", "{arguments:?}");
}

const DUE: [&str; 7] = ["due", "--calendar", "ir-working", "--from", "2026-11-21T10:00+03:30", "--working-days", "10"];

#[test]
fn a_deadline_and_its_derivation_as_json() {
    let text = answer(&[&DUE[..], &["--json"]].concat());
    assert_eq!(text.lines().count(), 1);
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["due"], "2026-12-05T14:30:00+03:30");
    let stretches = json["derivation"].as_array().unwrap();
    assert_eq!(stretches[0]["why"], "day-of-receipt");
    assert_eq!(stretches[0]["from"], "2026-11-21T10:00:00+03:30");
    assert_eq!(stretches[stretches.len() - 1]["to"], json["due"]);
    assert_eq!(stretches.iter().filter(|stretch| stretch["counted"] == true).count(), 10);
    for pair in stretches.windows(2) {
        assert_eq!(pair[0]["to"], pair[1]["from"]);
    }
}

#[test]
fn a_deadline_in_words_of_both_languages() {
    let english = answer(&DUE);
    assert!(english.starts_with("10 working days from Saturday 30 Aban 1405 10:00 by the calendar"), "{english}");
    assert!(english.contains("due Saturday 14 Azar 1405 14:30"), "{english}");
    assert!(english.contains("\n  4 + Tuesday 3 Azar 1405: day 3,"), "{english}");
    let persian = answer(&[&DUE[..], &["--lang", "fa"]].concat());
    assert!(persian.contains("مهلت تا شنبه ۱۴ آذر ۱۴۰۵") && persian.contains("۱۴:۳۰"), "{persian}");
    assert!(persian.lines().all(|line| line.starts_with('\u{2067}') && line.ends_with('\u{2069}')), "{persian}");
    assert_eq!(english.lines().count(), persian.lines().count());
}

#[test]
fn all_ways_to_write_an_instant_and_a_term() {
    let due = |arguments: &[&str]| {
        let json = answer(&[&["due", "--json", "--calendar", "ir-working"], arguments].concat());
        serde_json::from_str::<Value>(&json).unwrap()["due"].as_str().unwrap().to_owned()
    };
    for from in ["1405/08/30 10:00", "۱۴۰۵/۰۸/۳۰ ۱۰:۰۰", "2026-11-21 10:00", "2026-11-21T06:30Z"] {
        assert_eq!(due(&["--from", from, "--working-days", "۱۰"]), "2026-12-05T14:30:00+03:30", "{from}");
    }
    let from = ["--from", "1405/08/30 10:00"];
    let of = |option: &str, value: &str| due(&[&from[..], &[option, value]].concat());
    for hours in ["5", "5:00", "PT5H", "۵"] {
        assert_eq!(of("--working-hours", hours), "2026-11-22T08:00:00+03:30", "{hours}");
    }
    assert_eq!(of("--within", "PT3H"), "2026-11-21T13:00:00+03:30");
    assert_eq!(of("--within", "P2D"), "2026-11-23T10:00:00+03:30");
    // Three of the days are waited away.
    let suspended = ["--working-days", "10", "--suspended", "1405/09/02/1405/09/05"];
    assert_eq!(due(&[&from[..], &suspended].concat()), "2026-12-08T14:30:00+03:30");
    let always = ["due", "--json", "--calendar", "ir-24x7", "--from", "1405/08/30 10:00", "--working-hours", "3"];
    assert!(answer(&always).contains("2026-11-21T13:00:00+03:30"));
}

#[test]
fn what_no_deadline_can_be_counted_from() {
    let due = |arguments: &[&'static str]| [&["due", "--from", "1405/08/30 10:00"], arguments].concat();
    check_refused(&["due", "--from", "1405/08/30 10:00"], "--working-days");
    check_refused(&due(&["--working-days", "3", "--within", "PT3H"]), "cannot be used with");
    check_refused(&due(&["--working-days", "ten"]), "--working-days: \"ten\" is no whole number");
    check_refused(&due(&["--working-days", "0"]), "give a term above zero");
    check_refused(&due(&["--working-days", "1001"]), "at most 1000 working days");
    check_refused(&due(&["--working-hours", "P1M"]), "of no fixed length");
    check_refused(&due(&["--within", "3h"]), "is no span of time");
    check_refused(&due(&["--working-days", "3", "--suspended", "x"]), "is not FROM/TO");
    check_refused(&due(&["--working-days", "3", "--lang", "de"]), "[possible values: fa, en]");
    check_refused(&["due", "--from", "1405/12/30", "--working-days", "3"], "1405 is no leap year");
    check_refused(&["due", "--from", "1405/12/30", "--working-days", "3", "--lang", "fa"], "کبیسه نیست");
    check_refused(&["due", "--from", "yesterday", "--working-days", "3"], "--from: \"yesterday\" is no date and time");
    check_refused(&due(&["--working-days", "3", "--calendar", "ir-workin"]), "did you mean \"ir-working\"?");
    check_refused(&due(&["--working-days", "3", "--calendar", "tehran"]), "there are: ir-24x7, ir-working");
    check_refused(&due(&["--working-days", "3", "--pack", "nowhere"]), "nowhere is no pack");
    check_refused(&due(&["--working-days", "3", "--deployment", "nowhere"]), "nowhere is no deployment");
}

#[test]
fn the_next_opening_and_the_days_of_a_rule() {
    assert_eq!(
        answer(&["next", "--from", "1405/09/04 15:00"]),
        "opens Saturday 7 Azar 1405 07:30, until Saturday 7 Azar 1405 14:30\n"
    );
    assert_eq!(
        answer(&["next", "--from", "1405/09/04 15:00", "--lang", "fa"]),
        "\u{2067}شنبه ۷ آذر ۱۴۰۵ ۰۷:۳۰ باز می‌شود، تا شنبه ۷ آذر ۱۴۰۵ ۱۴:۳۰\u{2069}\n"
    );
    assert_eq!(
        answer(&["next", "--calendar", "ir-24x7", "--from", "1405/09/04 15:00"]),
        "open at Wednesday 4 Azar 1405 15:00, and always\n"
    );
    let rule = ["next", "--from", "1405/07/01", "--rule"];
    assert_eq!(
        answer(&[&rule[..], &["first working Monday of the season", "--count", "3"]].concat()),
        "first working Monday of the season: Monday 6 Mehr 1405 07:30\n\
         first working Monday of the season: Monday 7 Dey 1405 07:30\n\
         first working Monday of the season: Monday 9 Farvardin 1406 07:30\n"
    );
    assert_eq!(
        answer(&[&rule[..], &["آخرین روز کاری ماه", "--lang", "fa"]].concat()),
        "\u{2067}آخرین روز کاری ماه: چهارشنبه ۲۹ مهر ۱۴۰۵ ۰۷:۳۰\u{2069}\n"
    );
    let json: Value =
        serde_json::from_str(&answer(&[&rule[..], &["2nd Thursday of next month", "--json"]].concat())).unwrap();
    assert_eq!((&json["date"], &json["at"]), (&"1405/08/14".into(), &"2026-11-05T00:00:00+03:30".into()));
    check_refused(&[&rule[..], &["first workin day of the month"]].concat(), "did you mean \"working\"?");
    check_refused(&[&rule[..], &["first day"]].concat(), "of what");
    check_refused(&[&rule[..], &["first day of the month", "--count", "0"]].concat(), "--count: give 1 to 366");
    let never = anywhere(&[&rule[..], &["first working Friday of the month"]].concat());
    assert_eq!((never.code, never.stdout.as_str()), (1, ""));
    assert!(never.stderr.contains("no such day comes"), "{}", never.stderr);
}

#[test]
fn a_month_as_a_page() {
    let page = answer(&["show", "1403/12"]);
    let head = format!("  Esfand 1403{}19 February – 20 March 2025\n", " ".repeat(18));
    assert!(page.starts_with(&head), "{page}");
    assert!(page.contains("\n    Sat     Sun     Mon     Tue     Wed     Thu     Fri\n"), "{page}");
    assert!(page.contains("  30 *  Thursday   Last day of the year (ir-working:"), "{page}");
    assert!(!page.contains('\u{1b}'), "colours in a file");
    let persian = answer(&["show", "۱۴۰۳/۱۲", "--lang", "fa"]);
    assert!(persian.contains("اسفند ۱۴۰۳") && persian.contains("آخرین روز سال"), "{persian}");
    assert_eq!(answer(&["show", "1403/12/05"]), page);
    assert_eq!(answer(&["show", "1403"]).matches("working days;").count(), 12);
    let json: Value = serde_json::from_str(&answer(&["show", "1403-12", "--json"])).unwrap();
    assert_eq!((&json["year"], &json["month"], json["weeks"].as_array().unwrap().len()), (&1403.into(), &12.into(), 5));
    assert!(answer(&["show"]).contains("[ ] today"));
    check_refused(&["show", "1405/13"], "there is no month 13");
    check_refused(&["show", "Azar"], "\"Azar\" is no month");
    check_refused(&["show", "2026/03"], "outside 1200 to 1500");
}

const QOM: &str = r#"kind: calendar
id: qom
title: { fa: قم, en: Qom }
extends: ir-working
for: { province: qom }
week:
  thu: ["07:30-11:30"]
closures:
  - { date: 1405/09/03, name: { fa: برف, en: Snow } }
"#;

#[test]
fn a_pack_says_its_differences() {
    let pack = folder(&[
        ("pack.yaml", "kind: pack\nname: qom\nversion: 1.0.0\ntitle: Qom\n"),
        ("rules/calendars/qom.yaml", QOM),
    ]);
    let due = ["due", "--from", "1405/09/02 10:00", "--working-days", "2", "--json"];
    let date = |folder: &Path, more: &[&str]| {
        let called = call_calendar(folder, &[&due[..], more].concat());
        assert_eq!(called.code, 0, "{}", called.stderr);
        serde_json::from_str::<Value>(&called.stdout).unwrap()["due"].as_str().unwrap().to_owned()
    };
    // Everywhere else the 3rd and the 4th.
    assert_eq!(date(pack.path(), &[]), "2026-11-25T14:30:00+03:30");
    assert_eq!(date(pack.path(), &["--province", "yazd"]), "2026-11-25T14:30:00+03:30");
    // In Qom the 3rd is closed and Thursday the 5th is half a day: the 4th and the 5th.
    assert_eq!(date(pack.path(), &["--province", "qom"]), "2026-11-26T11:30:00+03:30");
    assert_eq!(date(pack.path(), &["--calendar", "qom"]), "2026-11-26T11:30:00+03:30");
    let elsewhere = TempDir::new().unwrap();
    let pack_path = pack.path().to_str().unwrap();
    let page = call_calendar(elsewhere.path(), &["show", "1405/09", "--pack", pack_path, "--province", "qom"]);
    assert_eq!(page.code, 0, "{}", page.stderr);
    assert!(page.stdout.contains("   3 ×  Tuesday    closed: Snow (qom:9)"), "{}", page.stdout);
    assert!(page.stdout.contains("  Qom (qom)") && page.stdout.contains("½ short hours"), "{}", page.stdout);
}

#[test]
fn the_calendars_of_a_deployment() {
    let deployment = root().join("examples/one-province");
    let called = call_calendar(&deployment, &["show", "1405/09"]);
    assert_eq!(called.code, 0, "{}", called.stderr);
    let elsewhere = TempDir::new().unwrap();
    let named = call_calendar(elsewhere.path(), &["show", "1405/09", "--deployment", deployment.to_str().unwrap()]);
    assert_eq!(named.stdout, called.stdout);
}

#[test]
fn wrong_calendars_are_told_with_their_places() {
    let wrong = "kind: calendar\nid: a\ntitle: a\nextends: b\nweek:\n  sat: [\"07:30-12:00\", \"11:00-14:00\"]\n";
    let folder = folder(&[
        ("a.yaml", wrong),
        (
            "b.yaml",
            "kind: calendar\nid: b\ntitle: b\nalways: true\nholidays:\n  fixed:\n    - { day: 01/32, name: n }\n",
        ),
        ("flow.yaml", "document: {}\n"),
    ]);
    let called = call_calendar(folder.path(), &["check", "."]);
    assert_eq!(called.code, 1);
    assert_eq!(called.stdout, "");
    for part in [
        "error[PG-C007]: the hours 11:00-14:00 overlap 07:30-12:00",
        "--> a.yaml:6:24",
        "6 |   sat: [\"07:30-12:00\", \"11:00-14:00\"]\n  |                        ^",
        "error[PG-C008]: month 1 has 31 days, so there is no day 32",
        "--> b.yaml:7:14",
        "2 calendars checked, 2 errors,",
    ] {
        assert!(called.stderr.contains(part), "lacks {part}:\n{}", called.stderr);
    }
    let persian = call_calendar(folder.path(), &["check", "a.yaml", "b.yaml", "--lang", "fa"]);
    assert!(
        persian.stderr.contains("خطا[PG-C008]") && persian.stderr.contains("۲ تقویم بررسی شد"),
        "{}",
        persian.stderr
    );
    let json = call_calendar(folder.path(), &["check", ".", "--format", "json"]);
    let codes: Vec<String> = json
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["code"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(codes, ["PG-C007", "PG-C008"]);
    let sarif = call_calendar(folder.path(), &["check", ".", "--format", "sarif"]);
    assert_eq!(serde_json::from_str::<Value>(&sarif.stdout).unwrap()["version"], "2.1.0");
    assert_eq!(call_calendar(folder.path(), &["show", "1405/01"]).code, 0, "no pack, so nothing of it is read");
}

#[test]
fn a_check_wants_tables_for_this_year_and_the_next() {
    let text = "kind: calendar\nid: a\ntitle: a\nalways: true\nholidays:\n  years:\n    - { year: 1300, days: [] }\n";
    let folder = folder(&[("a.yaml", text), ("qom.yaml", QOM)]);
    let called = call_calendar(folder.path(), &["check", "a.yaml"]);
    assert_eq!(called.code, 0, "{}", called.stderr);
    assert_eq!(called.stderr.matches("warning[PG-C013]: calendar \"a\" has no table of holidays for 14").count(), 2);
    assert!(called.stderr.ends_with("1 calendar checked, 0 errors, 2 warnings\n"), "{}", called.stderr);
    // It stands on one that comes with the program.
    let called = call_calendar(folder.path(), &["check", "qom.yaml"]);
    assert_eq!(called.code, 0, "{}", called.stderr);
    assert!(called.stderr.contains("1 calendar checked, 0 errors"), "{}", called.stderr);
    let shipped = call_calendar(&root(), &["check", "rules/calendars"]);
    assert_eq!(shipped.code, 0, "{}", shipped.stderr);
    assert!(shipped.stderr.contains("2 calendars checked, 0 errors"), "{}", shipped.stderr);
}

#[test]
fn what_is_no_calendar() {
    let folder = folder(&[("flow.yaml", "document: {}\n"), ("empty/readme.txt", "kind: calendar\n")]);
    let called = call_calendar(folder.path(), &["check", "flow.yaml"]);
    assert_eq!(called.code, 1);
    assert!(called.stderr.contains("PG-C"), "{}", called.stderr);
    assert_eq!(call_calendar(folder.path(), &["check", "nowhere.yaml"]).code, 1);
    let nothing = call_calendar(folder.path(), &["check", "empty"]);
    assert_eq!(nothing.code, 64);
    assert!(nothing.stderr.contains("there is no calendar in what was named"), "{}", nothing.stderr);
    assert_eq!(call_calendar(folder.path(), &["check"]).code, 64);
}

/// Words of a command line; quotes hold a word together.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('"').enumerate() {
        match index % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_owned)),
            _ => words.push(part.to_owned()),
        }
    }
    words
}

/// Every example of the guide is called as it stands there, and prints what stands there.
#[test]
fn the_guide_shows_what_the_commands_print() {
    let guide = std::fs::read_to_string(root().join("docs/calendars.md")).unwrap();
    let folder = TempDir::new().unwrap();
    let mut called = 0;
    for block in guide.split("```console\n").skip(1).filter_map(|rest| rest.split("```\n").next()) {
        for example in block.split("$ ").skip(1) {
            let (line, printed) = example.split_once('\n').unwrap();
            let line = words(line);
            let arguments: Vec<&str> = line.iter().map(String::as_str).collect();
            match arguments.as_slice() {
                ["cat", file] => std::fs::write(folder.path().join(file), printed).unwrap(),
                ["peygir", arguments @ ..] => {
                    let answer = call(folder.path(), arguments);
                    assert_eq!(format!("{}{}", answer.stdout, answer.stderr), printed, "{arguments:?}");
                    called += 1;
                }
                other => panic!("no example of a command: {other:?}"),
            }
        }
    }
    assert_eq!(called, 12);
}
