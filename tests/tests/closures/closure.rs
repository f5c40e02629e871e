//! The closures of these tests, as a line of the calendar has them and as the command takes them.

use std::fs;

use peygir_calendar::{Calendars, Jalali, Place, read, tehran};
use peygir_tests::server::repository;
use peygir_tests::{noon, offices};

use crate::office::place;

/// Days that are looked at for days of work.
const DAYS_MAX: i64 = 60;
const DAY_US: i64 = 86_400_000_000;

/// A closure that is in force, as a line of the calendar has it and as the command takes it.
#[derive(Debug, Clone)]
pub struct Closure {
    /// As YAML.
    pub line: String,
    pub arguments: Vec<String>,
}

impl Closure {
    fn new(line: String, arguments: &[&str]) -> Self {
        Self { line, arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect() }
    }
}

/// The calendars of the deployment, with these closures written into the national one: name of the file and text.
pub fn calendars(closures: &[Closure]) -> Vec<(String, String)> {
    let mut national = fs::read_to_string(repository().join("rules/calendars/ir-working.yaml")).unwrap();
    assert!(!national.contains("\nclosures:"), "the shipped calendar has closures of its own");
    if !closures.is_empty() {
        national += "\nclosures:\n";
    }
    closures.iter().for_each(|closure| national += &format!("  - {{ {}, name: {{ fa: ت, en: c }} }}\n", closure.line));
    let mut all = offices::calendars();
    all.push(("ir-working.yaml".to_owned(), national));
    all
}

pub fn resolved(closures: &[Closure]) -> Calendars {
    let sheet = |(name, text): (String, String)| {
        let root = peygir_source::yaml::parse(&text).unwrap();
        (name, read::sheet(&root).unwrap().0)
    };
    let (calendars, found) = Calendars::resolve(calendars(closures).into_iter().map(sheet).collect());
    assert!(!found.has_errors(), "{found:?}");
    calendars
}

/// The first days from tomorrow on that are days of work everywhere in the province.
fn days_of_work(count: usize) -> Vec<Jalali> {
    let calendars = resolved(&[]);
    let zone = tehran();
    let open = |date: &Jalali| {
        let whole = |number: u32| {
            let place = place(number);
            let calendar = calendars.at("ir-working", &place).unwrap();
            calendar.day(date.to_gregorian(), &place).is_some_and(|day| day.counts)
        };
        (0..36).all(whole)
            && calendars.get("ir-working").unwrap().day(date.to_gregorian(), &Place::default()).unwrap().counts
    };
    let after = |days: i64| noon::now().plus_micros(days * DAY_US).to_jiff();
    let days = (1..DAYS_MAX).map(|days| Jalali::from_gregorian(zone.to_datetime(after(days)).date()));
    days.filter(open).take(count).collect()
}

pub fn closures() -> Vec<Closure> {
    let days = days_of_work(4);
    let [one, two, three, four] = days[..] else { panic!("{days:?}") };
    let dates = [one, two, three, four].map(|day| day.to_string());
    #[rustfmt::skip]
    let all = vec![
        Closure::new(
            format!("date: {one}, for: {{ province: hamedan }}"),
            &["--name", "c0", "--date", &dates[0], "--province", "hamedan"],
        ),
        Closure::new(
            format!("date: {two}, from: \"10:00\""),
            &["--name", "c1", "--date", &dates[1], "--from", "10:00", "--calendar", "ir-working"],
        ),
        Closure::new(
            format!("date: {three}, hours: [\"08:00-09:00\", \"12:00-13:00\"], for: {{ province: hamedan, county: nahavand }}"),
            &["--name", "c2", "--date", &dates[2], "--hours", "08:00-09:00", "--hours", "12:00-13:00",
              "--province", "hamedan", "--county", "nahavand"],
        ),
        Closure::new(
            format!("dates: {{ from: {one}, to: {four} }}, for: {{ province: hamedan }}"),
            &["--name", "c3", "--date", &dates[0], "--until", &dates[3], "--province", "hamedan"],
        ),
    ];
    all
}
