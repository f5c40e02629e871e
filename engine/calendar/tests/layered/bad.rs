//! Layers that cannot be: what is told, in which file, at which line and column.

use super::{NATION, extending, resolve, sheet};
use peygir_calendar::{LAYERS_MAX, PlacePart, read};
use peygir_source::render::Language;
use peygir_source::{Diagnostic, Diagnostics, Severity, yaml};

fn places(found: &Diagnostics) -> Vec<(&'static str, &str, u32, u32)> {
    let place = |one: &Diagnostic| (one.code, one.span.line, one.span.column);
    found
        .list
        .iter()
        .map(|one| {
            assert!(!one.message_fa.is_empty() && one.message != *one.message_fa, "{one:?}");
            let (code, line, column) = place(one);
            (code, one.file.as_str(), line, column)
        })
        .collect()
}

fn check(texts: &[&str], expected: &[(&'static str, &str, u32, u32)]) -> Diagnostics {
    let (_, found) = resolve(texts);
    assert_eq!(places(&found), expected, "{texts:#?}");
    found
}

/// Of one file alone.
fn alone(lines: &str, expected: &[(&'static str, u32, u32)]) {
    let text = format!("kind: calendar\nid: a\ntitle: a\nweek: {{ sat: [\"07:30-14:30\"] }}\n{lines}");
    let found = match read::calendar(&yaml::parse(&text).unwrap()) {
        Ok((_, found)) | Err(found) => found,
    };
    let found: Vec<_> = places(&found).into_iter().map(|(code, _, line, column)| (code, line, column)).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn a_base_that_is_missing_is_told_once() {
    let a = extending("a", "naton", "week: { thu: [\"07:30-11:30\"] }\n");
    let b = extending("b", "a", "week: { fri: [\"07:30-11:30\"] }\n");
    let found = check(&[&b, NATION, &a], &[("PG-C014", "2", 4, 10)]);
    assert_eq!(found.list[0].help_in(Language::English), Some("did you mean \"nation\"?"));
    let (calendars, _) = resolve(&[&b, NATION, &a]);
    assert_eq!(calendars.ids().collect::<Vec<_>>(), ["nation"], "what is right is there all the same");
    let alone = read::calendar(&yaml::parse(&a).unwrap()).unwrap_err();
    assert_eq!(alone.list[0].code, "PG-C014");
}

#[test]
fn a_cycle_is_told_by_each_of_it_and_by_no_other() {
    let ring = |id: &str, base: &str| extending(id, base, "always: true\n");
    let (a, b, c, d) = (ring("a", "b"), ring("b", "c"), ring("c", "a"), ring("d", "a"));
    let found = check(&[&a, &b, &c, &d], &[("PG-C015", "0", 4, 10), ("PG-C015", "1", 4, 10), ("PG-C015", "2", 4, 10)]);
    assert_eq!(found.list[0].message, "this calendar extends itself: a → b → c → a");
    check(&[&ring("a", "a")], &[("PG-C015", "0", 4, 10)]);
}

#[test]
fn layers_have_a_limit() {
    let mut texts = vec![NATION.replace("id: nation", "id: l0")];
    for number in 1..=LAYERS_MAX + 2 {
        texts.push(extending(&format!("l{number}"), &format!("l{}", number - 1), "counting: { shortDay: 0.1 }\n"));
        texts[number] = texts[number].replace("0.1", &format!("0.{number}"));
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let (calendars, found) = resolve(&texts);
    assert_eq!(places(&found), [("PG-C021", "8", 4, 10)]);
    assert_eq!(calendars.ids().count(), LAYERS_MAX);
}

#[test]
fn two_for_one_place() {
    let qom = extending("qom", "nation", "for: { province: qom }\nweek: { thu: [\"07:30-11:30\"] }\n");
    let other = extending("other", "nation", "week: { thu: [\"07:30-11:30\"] }\nfor: { province: qom }\n");
    let found = check(&[NATION, &qom, &other], &[("PG-C016", "2", 6, 1)]);
    assert!(found.list[0].message.starts_with("\"qom\" is for the same place"));
    // Not directly upon the same one, and with a place that comes from the base.
    let below = extending("below", "qom", "for: { county: a }\nalways: true\n");
    let twin = extending("twin", "nation", "for: { county: a, province: qom }\nalways: true\n");
    check(&[NATION, &qom, &twin, &below], &[("PG-C016", "3", 5, 1)]);
    // Upon another base it answers for another name.
    let second = NATION.replace("id: nation", "id: second");
    check(&[NATION, &second, &qom, &extending("other", "second", "for: { province: qom }\nalways: true\n")], &[]);
}

#[test]
fn places_that_cannot_be() {
    alone("for: { province: qom }\n", &[("PG-C022", 5, 1)]);
    alone("closures: [ { date: 1405/09/07, name: a, for: {} } ]\n", &[("PG-C022", 5, 47)]);
    alone(
        "closures: [ { date: 1405/09/07, name: a, for: { provinz: a } } ]\n",
        &[("PG-C022", 5, 47), ("PG-C002", 5, 49)],
    );
    alone("closures: [ { date: 1405/09/07, name: a, for: { county: '' } } ]\n", &[("PG-C001", 5, 57)]);
    let qom = extending("qom", "nation", "for: { province: qom }\nalways: true\n");
    let wrong = extending("wrong", "qom", "for: { province: yazd }\nofficeHours: \"07:00-12:00\"\n");
    check(&[NATION, &qom, &wrong], &[("PG-C022", "2", 5, 1)]);
}

#[test]
fn every_place_is_handed_out_to_be_checked() {
    let lines = "for: { province: qom, agency: bank }\nclosures:\n  - { date: 1405/09/07, name: a, for: { county: salafchegan } }\n";
    let sheet = sheet(&extending("a", "nation", lines));
    let named: Vec<_> =
        sheet.named_places().iter().map(|one| (one.part, one.id.as_str(), one.span.line, one.span.column)).collect();
    assert_eq!(
        named,
        [
            (PlacePart::Province, "qom", 5, 18),
            (PlacePart::Agency, "bank", 5, 31),
            (PlacePart::County, "salafchegan", 7, 49)
        ]
    );
    assert_eq!((sheet.id(), sheet.extends()), ("a", Some("nation")));
}

#[test]
fn what_the_base_says_already() {
    let base = format!(
        "{NATION}officeHours: \"07:30-14:30\"\nclosures: [ {{ date: 1405/09/01, name: Heat }} ]\nperiods: [ {{ from: 1405/09/02, name: a, week: {{ sat: [] }} }} ]\n"
    );
    let lines = r#"zone: Asia/Tehran
week:
  sat: ["07:30-14:30"]
  sun: ["07:30-14:00"]
  fri: []
officeHours: "07:30-14:30"
holidays:
  fixed:
    - { day: 09/15, name: Fixed }
    - { day: 01/01, name: Another name }
  years:
    - { year: 1405, days: [ { day: 09/10, name: Lunar, state: estimated } ] }
    - { year: 1406, days: [ { day: 08/30, name: Lunar, state: announced } ] }
  not:
    - { day: 02/02, name: None }
    - { day: 1405/02/03, name: None }
closures: [ { date: 1405/09/01, name: Heat } ]
periods: [ { from: 1405/09/02, name: b, week: { sat: [] } } ]
counting: { shortDay: 0.50, dueAt: midnight, halfDay: day }
"#;
    let (calendars, found) = resolve(&[&base, &extending("a", "nation", lines)]);
    let c19 = |line, column| ("PG-C019", "1", line, column);
    assert_eq!(
        places(&found),
        [
            c19(5, 7),
            c19(7, 3),
            c19(9, 3),
            c19(10, 14),
            c19(13, 14),
            c19(16, 36),
            c19(19, 14),
            c19(20, 14),
            c19(21, 21),
            c19(22, 20),
            c19(23, 23),
            c19(23, 55)
        ]
    );
    assert!(found.list.iter().all(|one| one.severity == Severity::Warning));
    assert!(calendars.get("a").is_some());
}

#[test]
fn an_extension_that_leaves_nothing_open() {
    let week = "week: { sat: [], sun: [], mon: [], tue: [], wed: [] }\n";
    check(&[NATION, &extending("a", "nation", week)], &[("PG-C011", "1", 5, 7)]);
}

#[test]
fn one_id_twice() {
    let (calendars, found) = resolve(&[NATION, NATION]);
    assert_eq!(places(&found), [("PG-C025", "1", 2, 5)]);
    assert_eq!(found.list[0].message, "the calendar \"nation\" stands in 0 already");
    assert!(calendars.get("nation").is_some());
}

#[test]
fn periods_that_contradict_each_other() {
    let period = |text: &str| format!("  - {{ name: a, {text} }}\n");
    let two = |a: &str, b: &str| format!("periods:\n{}{}", period(a), period(b));
    let sat = "week: { sat: [] }";
    let bounded = |from, to, what: &str| format!("from: {from}, to: {to}, {what}");
    let (first, second) = (bounded("1405/09/01", "1405/09/10", sat), bounded("1405/09/10", "1405/09/20", sat));
    alone(&two(&first, &second), &[("PG-C018", 7, 22)]);
    alone(&two(&first, &bounded("1405/09/03", "1405/09/04", sat)), &[("PG-C018", 7, 22)]);
    alone(&two(&first, &bounded("1405/09/11", "1405/09/20", sat)), &[]);
    alone(&two(&first, &bounded("1405/09/10", "1405/09/20", "week: { sun: [\"08:00-09:00\"] }")), &[]);
    alone(&two(&first, "from: 1405/09/01, week: { sat: [] }"), &[]);
    alone(&two("from: 1405/09/01, week: { sat: [] }", "from: 1405/09/01, week: { sat: [] }"), &[("PG-C018", 7, 22)]);
    alone(&two("from: 1405/09/01, week: { sat: [] }", "from: 1405/09/02, week: { sat: [] }"), &[]);
    let office = "officeHours: \"08:00-12:00\"";
    alone(
        &two(&bounded("1405/09/01", "1405/09/10", office), &bounded("1405/09/01", "1405/09/10", office)),
        &[("PG-C018", 7, 22)],
    );
    alone(&format!("periods:\n{}", period(&bounded("1405/09/10", "1405/09/01", sat))), &[("PG-C017", 6, 38)]);
    alone(
        &format!("periods:\n{}", period("from: 1405/12/30, to: 1405/07/31, week: {}")),
        &[("PG-C008", 6, 22), ("PG-C008", 6, 38)],
    );
    alone(&format!("periods:\n{}", period("from: 1405/09/01")), &[("PG-C003", 6, 5)]);
    alone(
        &format!("periods:\n{}", period("from: 1405/09/01, week: { sat: [\"08:00-10:00\", \"09:00-11:00\"] }")),
        &[("PG-C007", 6, 63)],
    );
}

#[test]
fn closures_that_cannot_be() {
    let closure = |text: &str, expected: &[(&'static str, u32, u32)]| {
        alone(&format!("closures:\n  - {{ name: a, {text} }}\n"), expected)
    };
    closure("date: 1405/13/32", &[("PG-C008", 6, 22)]);
    closure("from: \"12:00\"", &[("PG-C003", 6, 5)]);
    closure("date: 1405/09/07, dates: { from: 1405/09/07, to: 1405/09/08 }", &[("PG-C026", 6, 34)]);
    closure("date: 1405/09/07, from: \"12:00\", hours: [\"08:00-10:00\"]", &[("PG-C026", 6, 49)]);
    closure("date: 1405/09/07, hours: []", &[("PG-C026", 6, 41)]);
    closure("date: 1405/09/07, hours: [\"08:00-10:00\", \"09:00-11:00\"]", &[("PG-C007", 6, 57)]);
    closure("dates: { from: 1405/09/08, to: 1405/09/07 }", &[("PG-C017", 6, 47)]);
    closure("dates: { from: 1405/09/08, to: 1406/09/08 }", &[]);
    closure("dates: { from: 1405/09/08, to: 1406/09/09 }", &[("PG-C021", 6, 23)]);
    let spans: Vec<String> = (0..9).map(|hour| format!("\"{hour:02}:00-{hour:02}:30\"")).collect();
    closure(&format!("date: 1405/09/07, hours: [{}]", spans.join(", ")), &[("PG-C021", 6, 41)]);
}

#[test]
fn a_day_is_closed_once_for_one_place() {
    let lines = |second: &str| {
        format!(
            "closures:\n  - {{ dates: {{ from: 1405/09/01, to: 1405/09/09 }}, name: a }}\n  - {{ name: b, {second} }}\n"
        )
    };
    alone(&lines("date: 1405/09/09"), &[("PG-C009", 7, 22)]);
    alone(&lines("dates: { from: 1405/08/01, to: 1405/09/01 }"), &[("PG-C009", 7, 31)]);
    alone(&lines("date: 1405/09/10"), &[]);
    alone(&lines("date: 1405/09/09, for: { province: qom }"), &[]);
    let two = |first: &str, second: &str| {
        format!(
            "closures:\n  - {{ date: 1405/09/09, name: a, for: {first} }}\n  - {{ date: 1405/09/09, name: b, for: {second} }}\n"
        )
    };
    alone(&two("{ county: malayer }", "{ county: nahavand }"), &[]);
    alone(&two("{ province: qom }", "{ province: qom, agency: water }"), &[]);
    alone(&two("{ county: malayer }", "{ county: malayer }"), &[("PG-C009", 7, 13)]);
}

#[test]
fn a_closure_outside_of_the_hours() {
    // 1405/09/07 is a Saturday, open from 07:30 to 14:30; Sundays are off.
    let closure = |text: &str, expected: &[(&'static str, u32, u32)]| {
        alone(&format!("closures:\n  - {{ name: a, {text} }}\n"), expected)
    };
    closure("date: 1405/09/07, from: \"14:30\"", &[("PG-C020", 6, 40)]);
    closure("date: 1405/09/07, from: \"07:29\"", &[("PG-C020", 6, 40)]);
    closure("date: 1405/09/07, from: \"07:30\"", &[]);
    closure("date: 1405/09/07, from: \"14:29\"", &[]);
    closure("date: 1405/09/07, hours: [\"07:00-15:00\"]", &[("PG-C020", 6, 41)]);
    closure("date: 1405/09/07, hours: [\"07:00-14:00\"]", &[]);
    closure("date: 1405/09/08, from: \"20:00\"", &[]);
    closure("dates: { from: 1405/09/07, to: 1405/09/15 }, from: \"20:00\"", &[("PG-C020", 6, 67)]);
}

#[test]
fn settings_that_are_unknown() {
    alone("counting: { receiptDay: maybe }\n", &[("PG-C023", 5, 25)]);
    alone("counting: { dueAt: 14, halfDay: 0.5 }\n", &[("PG-C023", 5, 20), ("PG-C023", 5, 33)]);
    for share in ["1.5", "-0.1", "50%", "0.1234"] {
        alone(&format!("counting: {{ shortDay: {share} }}\n"), &[("PG-C023", 5, 23)]);
    }
    alone("counting: { shortDay: 0.57, recieptDay: skip }\n", &[("PG-C002", 5, 29)]);
}

#[test]
fn a_day_that_is_off_and_not() {
    let holidays = |text: &str, expected: &[(&'static str, u32, u32)]| {
        alone(
            &format!(
                "holidays:\n  fixed: [ {{ day: 03/15, name: a }} ]\n  years: [ {{ year: 1405, days: [ {{ day: 09/10, name: b, state: announced }} ] }} ]\n  not:\n{text}"
            ),
            expected,
        );
    };
    holidays("    - { day: 03/15, name: c }\n", &[("PG-C024", 9, 14)]);
    holidays("    - { day: 1405/09/10, name: c }\n", &[("PG-C024", 9, 14)]);
    holidays("    - { day: 1405/03/15, name: c }\n", &[]);
    holidays("    - { day: 1405/03/15, name: c }\n    - { day: 1405/03/15, name: c }\n", &[("PG-C009", 10, 14)]);
    holidays(
        "    - { day: 1405/12/30, name: c }\n    - { day: 13/01, name: c }\n",
        &[("PG-C008", 9, 14), ("PG-C008", 10, 14)],
    );
}

/// What extends a calendar without holidays keeps its own tables, with the warnings of such.
#[test]
fn gaps_in_the_tables_of_a_layer() {
    let night = "kind: calendar\nid: night\ntitle: Night\nalways: true\n";
    let own = extending(
        "own",
        "night",
        "holidays:\n  years:\n    - { year: 1404, days: [] }\n    - { year: 1406, days: [] }\n",
    );
    check(&[night, &own], &[("PG-C013", "1", 6, 3)]);
    let fixed = extending("own", "night", "holidays:\n  fixed: [ { day: 01/01, name: a } ]\n");
    check(&[night, &fixed], &[("PG-C013", "1", 6, 3)]);
    let adding = extending("own", "nation", "holidays:\n  years:\n    - { year: 1408, days: [] }\n");
    check(&[NATION, &adding], &[]);
}

#[test]
fn counts_have_limits() {
    let list = |count: usize, item: &dyn Fn(usize) -> String| (0..count).map(item).collect::<String>();
    let closure =
        |n: usize| format!("  - {{ date: 14{:02}/{:02}/{:02}, name: a }}\n", n / 300, n % 12 + 1, n / 12 % 25 + 1);
    alone(&format!("closures:\n{}", list(1000, &closure)), &[]);
    alone(&format!("closures:\n{}", list(1001, &closure)), &[("PG-C021", 6, 3)]);
    let period =
        |n: usize| format!("  - {{ from: 14{n:02}/01/01, to: 14{n:02}/01/02, name: a, week: {{ sat: [] }} }}\n");
    alone(&format!("periods:\n{}", list(64, &period)), &[]);
    alone(&format!("periods:\n{}", list(65, &period)), &[("PG-C021", 6, 3)]);
}
