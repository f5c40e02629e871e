//! What authors write and what they are told: every problem at once, with code, place and the nearest right word.

use peygir_calendar::{Calendar, Place, read};
use peygir_source::render::Language;
use peygir_source::{Diagnostic, Severity, yaml};

fn found(text: &str) -> Vec<Diagnostic> {
    match read::calendar(&yaml::parse(text).unwrap()) {
        Ok((_, warnings)) => warnings.list,
        Err(found) => found.list,
    }
}

fn check(text: &str, expected: &[(&str, u32, u32)]) {
    let found: Vec<_> = found(text).iter().map(|d| (d.code, d.span.line, d.span.column)).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn all_problems_are_told_at_once() {
    let text = r#"kind: calendar
id: Hamedan
title: { fa: همدان }
zone: Asia/Teheran
weak:
  sat: ["07:30-14:30"]
week:
  sat: ["07:30-12:00", "11:00-14:30"]
  sun: ["25:00-26:00"]
  mn: []
holidays:
  fixed:
    - { day: 01/32, name: نوروز }
  years:
    - year: 1405
      days:
        - { day: 12/30, name: a, state: announced }
        - { day: 07/01, name: a, state: perhaps }
        - { day: 07/02, name: a, state: estimated }
        - { day: 07/02, name: b, state: estimated }
closures:
  - { date: 1405/13/01, from: 12, name: c }
"#;
    check(
        text,
        &[
            ("PG-C004", 2, 5),
            ("PG-C003", 3, 8),
            ("PG-C005", 4, 7),
            ("PG-C002", 5, 1),
            ("PG-C007", 8, 24),
            ("PG-C006", 9, 9),
            ("PG-C002", 10, 3),
            ("PG-C008", 13, 14),
            ("PG-C008", 17, 18),
            ("PG-C012", 18, 41),
            ("PG-C009", 20, 18),
            ("PG-C008", 22, 13),
            ("PG-C001", 22, 31),
        ],
    );
}

#[test]
fn the_nearest_key_is_offered() {
    let found = found("kind: calendar\nid: a\ntitle: a\nalways: true\nofficeHour: \"07:00-14:00\"\n");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].help_in(Language::English), Some("did you mean \"officeHours\"?"));
    assert!(found[0].message_fa.contains("officeHour"));
}

#[test]
fn what_is_no_calendar_at_all() {
    check("- 1\n", &[("PG-C001", 1, 1)]);
    check("kind: workflow\nid: a\ntitle: a\nalways: true\n", &[("PG-C004", 1, 7)]);
    check("kind: calendar\nid: a\ntitle: a\nalways: false\n", &[("PG-C010", 4, 9)]);
}

#[test]
fn a_gap_between_tables_is_a_warning() {
    let text = "kind: calendar\nid: a\ntitle: a\nalways: true\nholidays:\n  years:\n    - { year: 1404, days: [] }\n    - { year: 1406, days: [] }\n";
    let found = found(text);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].code, found[0].severity), ("PG-C013", Severity::Warning));
}

#[test]
fn a_full_calendar_is_read_whole() {
    let text =
        "kind: calendar\nid: qom\ntitle: { fa: قم, en: Qom }\nweek:\n  thu: [\"10:00-12:00\", \"07:30-09:30\"]\n";
    let (calendar, warnings): (Calendar, _) = read::calendar(&yaml::parse(text).unwrap()).unwrap();
    assert!(warnings.list.is_empty());
    assert_eq!((calendar.id(), calendar.zone_name()), ("qom", "Asia/Tehran"));
    assert_eq!(calendar.title().fa, "قم");
    // Hours are kept in order, however they were written.
    let thursday = calendar.day(jiff::civil::date(2026, 11, 26), &Place::default()).unwrap();
    assert_eq!(thursday.segments.iter().filter(|segment| segment.open).count(), 2);
    assert!(thursday.counts);
}
