//! Deadlines against a second computation that shares nothing with the first: see `minutes`.
//!
//! `PEYGIR_DEADLINES` says how many deadlines are asked for (one million), `PEYGIR_SEED` repeats the ones of an earlier
//! run.

#[expect(dead_code, reason = "worlds are read sheet by sheet")]
mod common;
mod minutes;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use minutes::draw::{self, Question};
use minutes::oracle::{self, Oracle};
use minutes::random::Random;
use minutes::world::{Where, World, id_of};
use peygir_calendar::{Ask, Calendar, Deadline, Place, Plans, Stretch, Term, Why};

const DEADLINES: u64 = 1_000_000;
const SEED: u64 = 1405;
/// Asked of one world in one place.
const QUESTIONS: u64 = 200;

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Each thread takes the next world; how many there are does not change what is asked.
#[test]
fn deadlines_agree_with_the_minutes() {
    let (wanted, seed) = (number("PEYGIR_DEADLINES", DEADLINES), number("PEYGIR_SEED", SEED));
    let (next, compared) = (AtomicU64::new(0), AtomicU64::new(0));
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while compared.load(Ordering::Relaxed) < wanted {
                    let done = compare_world(seed, next.fetch_add(1, Ordering::Relaxed));
                    compared.fetch_add(done, Ordering::Relaxed);
                }
            });
        }
    });
    assert!(compared.into_inner() >= wanted);
}

/// How many deadlines of this world lie in the days that are written down, all of which agreed.
fn compare_world(seed: u64, part: u64) -> u64 {
    let mut random = Random::new(seed, part);
    let world = draw::world(&mut random);
    let place = draw::place(&mut random);
    // By how many declarations the receipt knows; each with the suspensions of its last question.
    let mut oracles: BTreeMap<usize, (Oracle, Vec<(i64, i64)>)> = BTreeMap::new();
    let calendars = world.calendars();
    let here = place.to_place();
    let calendar = calendars.at(&id_of(0), &here).expect("the first calendar is there");
    // Each question is answered with the days that those before it asked for.
    let plans = Plans::default();
    let mut compared = 0;
    for number in 0..QUESTIONS {
        let question = draw::question(&mut random, &world);
        let known = oracle::known_at(&world, question.from);
        let new = || (Oracle::new(&world, &place, question.from), Vec::new());
        let (oracle, last) = oracles.entry(known).or_insert_with(new);
        oracle.suspend(last, &question.suspensions);
        let found = compare(oracle, (calendar, &plans), &here, &question);
        match found {
            Ok(true) => compared += 1,
            Ok(false) => {}
            Err(problem) => tell(&problem, &world, &place, &question, (seed, part, number)),
        }
        *last = question.suspensions;
    }
    compared
}

fn tell(problem: &str, world: &World, place: &Where, question: &Question, (seed, part, number): (u64, u64, u64)) -> ! {
    let layers: Vec<_> =
        world.layers.iter().enumerate().map(|(index, layer)| layer.to_json(&world.layers, index).to_string()).collect();
    let at = |minutes: &i64| Timestamp::from_second(minutes * 60).unwrap().to_string();
    let rests: Vec<_> = question.suspensions.iter().map(|(from, to)| (at(from), at(to))).collect();
    let from = Timestamp::from_microsecond(question.from).unwrap();
    panic!(
        "PEYGIR_SEED={seed}, world {part}, question {number}: {problem}\n{}\ndeclared: {:#?}\n{place:?}\nfrom {from}, \
         {:?}, suspended {rests:?}",
        layers.join("\n"),
        world.declared,
        question.term,
    );
}

/// Whether the minutes that are written down reach to the deadline; an error where the two differ.
fn compare(
    oracle: &Oracle,
    (calendar, plans): (&Arc<Calendar>, &Plans),
    place: &Place,
    question: &Question,
) -> Result<bool, String> {
    let suspensions = question.suspended();
    let from = Timestamp::from_microsecond(question.from).unwrap();
    let derived = plans.derive(calendar, &Ask { from, term: question.term, place, suspensions: &suspensions });
    let expected = match question.term {
        Term::Within { microseconds } => oracle.time(question.from, microseconds, false),
        Term::WorkingTime { microseconds } => oracle.time(question.from, microseconds, true),
        Term::WorkingDays { days } => oracle.days(question.from, days),
    };
    let Some(expected) = expected else {
        let is_later = derived.as_ref().is_ok_and(|one| one.due.as_microsecond() >= oracle.end()) || derived.is_err();
        return if is_later { Ok(false) } else { Err(format!("not in the minutes: {derived:#?}")) };
    };
    let deadline = derived.map_err(|error| format!("{error}, but the minutes reach {expected}"))?;
    if deadline.due.as_microsecond() != expected {
        let expected = Timestamp::from_microsecond(expected).unwrap();
        return Err(format!("the minutes say {expected}: {deadline:#?}"));
    }
    let good = fits(oracle, &deadline) && adds_up(&deadline);
    if !good {
        return Err(format!("the stretches are wrong: {deadline:#?}"));
    }
    before(oracle, calendar, place, &deadline).map(|()| true)
}

/// Every stretch lies end to end with the next one, and says of its ends what the minutes say.
fn fits(oracle: &Oracle, deadline: &Deadline) -> bool {
    let mut at = deadline.from;
    let is_whole = deadline.derivation.iter().all(|stretch| {
        let from = std::mem::replace(&mut at, stretch.to);
        from == stretch.from && stretch.from < stretch.to
    });
    let of_days = matches!(deadline.term, Term::WorkingDays { .. });
    let says = |stretch: &Stretch| {
        if of_days {
            return stretch.counted == stretch.day.is_some() && stretch.counted == (stretch.why == Why::Open);
        }
        let ends = [stretch.from.as_microsecond(), stretch.to.as_microsecond() - 1];
        ends.into_iter().all(|at| says_of(oracle, deadline, stretch, at))
    };
    is_whole && at == deadline.due && deadline.derivation.iter().all(says)
}

fn says_of(oracle: &Oracle, deadline: &Deadline, stretch: &Stretch, at: i64) -> bool {
    if let Some(index) = oracle.suspension(at) {
        return !stretch.counted && *stretch.line == *format!("suspension:{}", index + 1);
    }
    let is_open = oracle.is_open(at) || matches!(deadline.term, Term::Within { .. });
    let is_holiday = matches!(stretch.why, Why::Holiday | Why::EstimatedHoliday);
    stretch.counted == is_open && stretch.why != Why::Suspended && (!is_holiday || oracle.is_holiday(at))
}

/// What is counted is the term, no more and no less.
fn adds_up(deadline: &Deadline) -> bool {
    let counted = || deadline.derivation.iter().filter(|stretch| stretch.counted);
    match deadline.term {
        Term::Within { microseconds } | Term::WorkingTime { microseconds } => {
            let lengths = counted().map(|one| one.to.as_microsecond() - one.from.as_microsecond());
            lengths.sum::<i64>() == microseconds
        }
        Term::WorkingDays { days } => {
            let halves = counted().next_back().and_then(|one| one.halves);
            let numbers = || counted().filter_map(|one| one.day);
            match halves {
                Some(halves) => numbers().next_back() == Some(days) && (2 * days..=2 * days + 1).contains(&halves),
                None => numbers().eq(1..=days),
            }
        }
    }
}

/// Reminders before it, where the minutes reach back so far.
fn before(oracle: &Oracle, calendar: &Calendar, place: &Place, deadline: &Deadline) -> Result<(), String> {
    let due = deadline.due.as_microsecond();
    let term = match deadline.term {
        Term::WorkingDays { days } => Term::working_days(days.min(3)),
        Term::WorkingTime { microseconds } => Term::WorkingTime { microseconds: microseconds.min(7_200_000_000) },
        Term::Within { .. } => return Ok(()),
    };
    let expected = match term {
        Term::WorkingDays { days } => oracle.days_before(due, days),
        Term::WorkingTime { microseconds } => oracle.time_before(due, microseconds),
        Term::Within { .. } => None,
    };
    let Some(expected) = expected else { return Ok(()) };
    match calendar.before(deadline.due, term, place) {
        Ok(at) if at.as_microsecond() == expected => Ok(()),
        other => Err(format!("{term:?} before {}: {other:?}, the minutes say {expected}", deadline.due)),
    }
}
