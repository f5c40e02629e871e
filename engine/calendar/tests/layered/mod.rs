//! Calendars of several files, and how their days look.

mod bad;
mod flat;

use peygir_calendar::{Calendar, Calendars, Day, Jalali, Place, Sheet, Stretch, Term, read};
use peygir_source::{Diagnostics, yaml};

/// Offices of a country: every day but Thursday and Friday, two fixed holidays, tables of two years.
pub const NATION: &str = r#"kind: calendar
id: nation
title: { fa: کشور, en: Nation }
week:
  sat: ["07:30-14:30"]
  sun: ["07:30-14:30"]
  mon: ["07:30-14:30"]
  tue: ["07:30-14:30"]
  wed: ["07:30-14:30"]
  thu: []
holidays:
  fixed:
    - { day: 01/01, name: Nowruz }
    - { day: 09/15, name: Fixed }
  years:
    - { year: 1405, days: [ { day: 09/10, name: Lunar, state: estimated } ] }
    - { year: 1406, days: [ { day: 08/30, name: Lunar, state: estimated } ] }
"#;

pub fn sheet(text: &str) -> Sheet {
    match read::sheet(&yaml::parse(text).unwrap()) {
        Ok((sheet, _)) => sheet,
        Err(found) => panic!("{text}\n{found:#?}"),
    }
}

/// Files are called 0, 1, 2 in their order.
pub fn resolve(texts: &[&str]) -> (Calendars, Diagnostics) {
    let sheets = texts.iter().enumerate().map(|(index, text)| (index.to_string(), sheet(text)));
    Calendars::resolve(sheets.collect())
}

pub fn good(texts: &[&str]) -> Calendars {
    let (calendars, found) = resolve(texts);
    assert_eq!(found.list, [], "{texts:?}");
    calendars
}

/// A calendar that extends `base` by some lines, without errors or warnings.
pub fn over(base: &str, lines: &str) -> Calendar {
    let text = extending("over", "nation", lines);
    Calendar::clone(good(&[base, &text]).get("over").unwrap())
}

/// Five lines; `lines` begin on the fifth.
pub fn extending(id: &str, base: &str, lines: &str) -> String {
    format!("kind: calendar\nid: {id}\ntitle: {id}\nextends: {base}\n{lines}")
}

pub fn jalali(text: &str) -> Jalali {
    text.parse().unwrap()
}

pub fn day<'a>(calendar: &'a Calendar, date: &str, place: &Place) -> Day<'a> {
    calendar.day(jalali(date).to_gregorian(), place).unwrap()
}

/// `07:30-12:00 12:30-14:30`, as clocks of the calendar's zone show it.
pub fn open_in(calendar: &Calendar, date: &str, place: &Place) -> String {
    let day = day(calendar, date, place);
    let minute = |at: jiff::Timestamp| {
        let since = day.from().unwrap().duration_until(at).as_mins();
        format!("{:02}:{:02}", since / 60, since % 60)
    };
    let open = day.segments.iter().filter(|segment| segment.open);
    open.map(|segment| format!("{}-{}", minute(segment.from), minute(segment.to))).collect::<Vec<_>>().join(" ")
}

pub fn open(calendar: &Calendar, date: &str) -> String {
    open_in(calendar, date, &Place::default())
}

/// The way to a deadline: why, by which line, and by what name. Words are another test's.
pub fn told(calendar: &Calendar, from: &str, term: Term) -> Vec<String> {
    let deadline = calendar.due(from.parse().unwrap(), term).unwrap();
    let one = |stretch: &Stretch| {
        let name = stretch.name.as_ref().map(|name| format!(" {}", name.en)).unwrap_or_default();
        let counted = if stretch.counted { "counted" } else { "not counted" };
        format!("{counted}: {} {}{name}", stretch.why.as_str(), stretch.line)
    };
    deadline.derivation.iter().map(one).collect()
}

pub fn province(id: &str) -> Place {
    Place { province: Some(id.to_owned()), ..Place::default() }
}
