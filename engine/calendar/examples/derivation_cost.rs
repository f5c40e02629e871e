//! What one deadline's derivation costs: `cargo run --release -p peygir-calendar --example derivation_cost`.
//!
//! Prints microseconds for one derivation of each kind of term by the shipped working calendar, received at moments
//! all over a year, and the bytes of its stored form.

use std::hint::black_box;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use peygir_calendar::{Ask, Calendar, Name, Place, Suspension, Term, read};

const WORKING: &str = include_str!("../../../rules/calendars/ir-working.yaml");
const DERIVATIONS: i64 = 20_000;
/// 1 Farvardin 1405, 10:00 in Tehran.
const FIRST_SECONDS: i64 = 1_774_074_600;
/// Between two moments of receipt; 20,000 of them are a little over a year.
const APART_SECONDS: i64 = 1_601;

struct Kind {
    what: &'static str,
    term: Term,
    /// Days after the receipt on which the deadline rests, for as many days.
    rests: Option<i64>,
}

fn calendar() -> Calendar {
    let root = peygir_source::yaml::parse(WORKING).expect("it is YAML");
    read::calendar(&root).expect("it is a calendar").0
}

fn suspensions(from: Timestamp, rests: Option<i64>) -> Vec<Suspension> {
    let days = |days| from + SignedDuration::from_hours(24 * days);
    let name = Name { fa: "پاسخ شهروند".into(), en: "the citizen's answer".into() };
    rests.map(|rests| Suspension { number: 1, from: days(rests), to: days(2 * rests), name }).into_iter().collect()
}

#[expect(clippy::print_stdout, reason = "its lines are what it is for")]
fn tell(calendar: &Calendar, kind: &Kind) {
    let place = Place { province: Some("tehran".into()), ..Place::default() };
    let received = |index| Timestamp::from_second(FIRST_SECONDS + index * APART_SECONDS).expect("a moment of 1405");
    let questions: Vec<_> =
        (0..DERIVATIONS).map(|index| (received(index), suspensions(received(index), kind.rests))).collect();
    let begun = Instant::now();
    let mut stretches = 0;
    for (from, suspensions) in &questions {
        let ask = Ask { from: *from, term: kind.term, place: &place, suspensions };
        let deadline = black_box(calendar.derive(&ask)).expect("a deadline");
        stretches += deadline.derivation.len();
    }
    let each_us = begun.elapsed().as_secs_f64() * 1e6 / DERIVATIONS as f64;
    let (from, suspensions) = &questions[0];
    let ask = Ask { from: *from, term: kind.term, place: &place, suspensions };
    let bytes = minicbor::to_vec(calendar.derive(&ask).expect("a deadline")).expect("it is encoded").len();
    let stretches = stretches as f64 / DERIVATIONS as f64;
    println!("{}: {each_us:.2} µs a derivation of {stretches:.1} stretches, the first {bytes} bytes", kind.what);
}

fn main() {
    let calendar = calendar();
    let hours = |hours| Term::working_time(SignedDuration::from_hours(hours));
    let kinds = [
        Kind { what: "10 working days", term: Term::working_days(10), rests: None },
        Kind { what: "10 working days with a suspension of 3 days", term: Term::working_days(10), rests: Some(3) },
        Kind { what: "90 working days", term: Term::working_days(90), rests: None },
        Kind { what: "3 working hours", term: hours(3), rests: None },
        Kind { what: "70 working hours", term: hours(70), rests: None },
        Kind { what: "10 days as clocks count", term: Term::within(SignedDuration::from_hours(240)), rests: None },
    ];
    for kind in &kinds {
        tell(&calendar, kind);
    }
}
