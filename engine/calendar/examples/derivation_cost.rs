//! What one deadline's derivation costs: `cargo run --release -p peygir-calendar --example derivation_cost`.
//!
//! Prints microseconds for one derivation of each kind of term by the shipped working calendar, received at moments
//! all over a year: by itself, and with the days that those before it asked for; what its stored form takes to write and to
//! read, and its bytes.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use peygir_calendar::{Ask, Calendar, Deadline, Name, Place, Plans, Suspension, Term, read};

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
fn tell(calendar: &Arc<Calendar>, kind: &Kind) {
    let place = Place { province: Some("tehran".into()), ..Place::default() };
    let received = |index| Timestamp::from_second(FIRST_SECONDS + index * APART_SECONDS).expect("a moment of 1405");
    let questions: Vec<_> =
        (0..DERIVATIONS).map(|index| (received(index), suspensions(received(index), kind.rests))).collect();
    let (plans, mut stretches) = (Plans::default(), 0);
    let alone = each_us(&questions, |ask| drop(black_box(calendar.derive(ask))), kind, &place);
    let kept = each_us(
        &questions,
        |ask| stretches += plans.derive(calendar, ask).expect("a deadline").derivation.len(),
        kind,
        &place,
    );
    let (from, suspensions) = &questions[0];
    let ask = Ask { from: *from, term: kind.term, place: &place, suspensions };
    let deadline = calendar.derive(&ask).expect("a deadline");
    let bytes = minicbor::to_vec(&deadline).expect("it is encoded");
    let written = each_us(&questions, |_| drop(black_box(minicbor::to_vec(&deadline))), kind, &place);
    let read = each_us(&questions, |_| drop(black_box(minicbor::decode::<Deadline>(&bytes))), kind, &place);
    let stretches = stretches as f64 / DERIVATIONS as f64;
    println!(
        "{}: {alone:.2} µs a derivation of {stretches:.1} stretches, {kept:.2} with days that are kept; the first has {} \
         bytes, written in {written:.2} µs and read in {read:.2}",
        kind.what,
        bytes.len()
    );
}

/// What one of these questions takes.
fn each_us(
    questions: &[(Timestamp, Vec<Suspension>)],
    mut work: impl FnMut(&Ask<'_>),
    kind: &Kind,
    place: &Place,
) -> f64 {
    let begun = Instant::now();
    for (from, suspensions) in questions {
        work(&Ask { from: *from, term: kind.term, place, suspensions });
    }
    begun.elapsed().as_secs_f64() * 1e6 / questions.len() as f64
}

fn main() {
    let calendar = Arc::new(calendar());
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
