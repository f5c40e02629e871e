//! What holds of every deadline, whatever the calendars say: over worlds and questions that are drawn at random.
//!
//! `PEYGIR_SEED` draws others.

#[expect(dead_code, reason = "worlds are read sheet by sheet")]
mod common;
mod minutes;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use minutes::draw::{self, Question};
use minutes::random::Random;
use minutes::world::{Closes, World, id_of};
use peygir_calendar::{Ask, Calendar, Calendars, Deadline, DueError, Place, Plans, SetDate, Suspension, Term, Why};

const WORLDS: u64 = 300;
const QUESTIONS: u64 = 20;

struct Case<'a> {
    world: &'a World,
    calendars: &'a Calendars,
    calendar: &'a Arc<Calendar>,
    place: &'a Place,
    from: Timestamp,
    term: Term,
    suspensions: Vec<Suspension>,
}

impl Case<'_> {
    fn derive(&self) -> Result<Deadline, DueError> {
        self.derive_by(self.calendar, self.term)
    }

    fn derive_by(&self, calendar: &Calendar, term: Term) -> Result<Deadline, DueError> {
        calendar.derive(&Ask { from: self.from, term, place: self.place, suspensions: &self.suspensions })
    }

    /// The same calendar where `change` was made to what is written.
    fn changed(&self, change: impl FnOnce(&mut World)) -> Calendars {
        let mut world = self.world.clone();
        change(&mut world);
        self.calendars.with_closures(&world.declared())
    }
}

/// Every case that has a deadline, with numbers of its own to draw from.
fn every_case(part: u64, check: impl Fn(&Case<'_>, Deadline, &mut Random)) {
    let seed = std::env::var("PEYGIR_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1405);
    let mut checked = 0;
    for number in 0..WORLDS {
        let random = &mut Random::new(seed, part << 32 | number);
        let world = draw::world(random);
        let place = draw::place(random).to_place();
        let calendars = world.calendars();
        let calendar = calendars.at(&id_of(0), &place).unwrap();
        for _ in 0..QUESTIONS {
            let question = draw::question(random, &world);
            let case = Case {
                world: &world,
                calendars: &calendars,
                calendar,
                place: &place,
                from: Timestamp::from_microsecond(question.from).unwrap(),
                term: question.term,
                suspensions: Question::suspended(&question),
            };
            if let Ok(deadline) = case.derive() {
                check(&case, deadline, random);
                checked += 1;
            }
        }
    }
    assert!(checked > WORLDS * QUESTIONS / 2, "{checked} deadlines");
}

fn assert_adds_up(deadline: &Deadline) {
    let mut at = deadline.from;
    for stretch in &deadline.derivation {
        assert_eq!(stretch.from, at, "gap or overlap in {deadline:#?}");
        assert!(stretch.from < stretch.to, "empty stretch in {deadline:#?}");
        at = stretch.to;
    }
    assert_eq!(at, deadline.due, "{deadline:#?}");
}

/// Equal questions to calendars that were read twice give equal answers, to the last byte; what is stored is read again.
#[test]
fn equal_inputs_give_equal_derivations() {
    every_case(1, |case, deadline, random| {
        assert_adds_up(&deadline);
        let bytes = minicbor::to_vec(&deadline).unwrap();
        assert_eq!(minicbor::decode::<Deadline>(&bytes).unwrap(), deadline);
        if random.once_in(10) {
            let again = case.world.calendars();
            let calendar = again.at(&id_of(0), &case.place.clone()).unwrap();
            let same = case.derive_by(calendar, case.term).unwrap();
            assert_eq!(minicbor::to_vec(&same).unwrap(), bytes);
            assert_eq!(same.to_json(), deadline.to_json());
        }
    });
}

/// What was asked before, of which calendar and for which place, is in no answer: kept days are those that are made anew.
#[test]
fn kept_days_give_equal_derivations() {
    let plans = Plans::default();
    let mut closed_later = 0;
    for number in 0..WORLDS {
        let random = &mut Random::new(1405, 9 << 32 | number);
        let world = draw::world(random);
        let calendars = [world.calendars(), world.calendars().with_closures(&[])];
        let places: Vec<Place> = (0..4).map(|_| draw::place(random).to_place()).collect();
        for _ in 0..QUESTIONS {
            let question = draw::question(random, &world);
            let from = Timestamp::from_microsecond(question.from).unwrap();
            let suspensions = Question::suspended(&question);
            let answers = calendars.each_ref().map(|calendars| {
                let answers = places.iter().map(|place| {
                    let calendar = calendars.at(&id_of(0), place).unwrap();
                    let ask = Ask { from, term: question.term, place, suspensions: &suspensions };
                    let kept = plans.derive(calendar, &ask);
                    assert_eq!(kept, calendar.derive(&ask), "{place:?}");
                    kept
                });
                answers.collect::<Vec<_>>()
            });
            closed_later += usize::from(answers[0] != answers[1]);
        }
    }
    assert!(closed_later > 0, "no closure was declared that counts");
}

/// A longer term is due later. Only where a day cannot be the last one, because its close is suspended, one day more is
/// due on the same day.
#[test]
fn deadlines_grow_with_their_terms() {
    every_case(2, |case, deadline, random| {
        let longer = match case.term {
            Term::Within { microseconds } => Term::Within { microseconds: microseconds + random.within(1, 1 << 36) },
            Term::WorkingTime { microseconds } => {
                Term::WorkingTime { microseconds: microseconds + random.within(1, 1 << 34) }
            }
            Term::WorkingDays { days } => Term::working_days(days + random.within(1, 4) as u32),
        };
        if let Ok(later) = case.derive_by(case.calendar, longer) {
            let may_be_same = matches!(case.term, Term::WorkingDays { .. }) && !case.suspensions.is_empty();
            let is_later = deadline.due < later.due || (may_be_same && deadline.due == later.due);
            assert!(is_later, "{deadline:#?}\n{later:#?}");
        }
    });
}

/// One more suspension makes no deadline earlier, and what lies in it is not counted in time.
#[test]
fn suspensions_never_hasten() {
    every_case(3, |case, deadline, random| {
        let seconds = |random: &mut Random| SignedDuration::from_secs(random.within(0, 20 * 86_400));
        let from = case.from + seconds(random);
        let name = peygir_calendar::Name { fa: "پاسخ".into(), en: "answer".into() };
        let one = Suspension { number: 9, from, to: from + seconds(random), name };
        let mut suspensions = case.suspensions.clone();
        suspensions.push(one.clone());
        let ask = Ask { from: case.from, term: case.term, place: case.place, suspensions: &suspensions };
        let Ok(later) = case.calendar.derive(&ask) else { return };
        assert!(deadline.due <= later.due, "{deadline:#?}\n{later:#?}");
        assert_adds_up(&later);
        if !matches!(case.term, Term::WorkingDays { .. }) {
            let in_it = |at: &Timestamp| (one.from..one.to).contains(at);
            assert!(later.derivation.iter().all(|stretch| !stretch.counted || !in_it(&stretch.from)), "{later:#?}");
        }
        // Where it falls due, the deadline runs.
        let rests = later.derivation.last().is_some_and(|last| last.why == Why::Suspended);
        assert!(!rests, "{later:#?}");
    });
}

/// A closure that is declared after the receipt makes no deadline earlier, whatever it closes, whatever hours it offers
/// in place of the usual ones and whatever else is closed or suspended.
#[test]
fn later_closures_never_hasten() {
    every_case(4, |case, deadline, random| {
        let closes = draw::closure(random, case.world.near, 0).closes;
        let first = case.world.near + random.within(-10, 40);
        let closed = case.changed(|world| {
            world.declared.push(minutes::world::Closure {
                scope: Default::default(),
                first,
                last: first + random.within(0, 3),
                closes,
                calendar: 0,
                declared: Some(case.from.as_second().div_euclid(60) + random.within(1, 40 * 1440)),
            });
        });
        let Ok(later) = case.derive_by(closed.at(&id_of(0), case.place).unwrap(), case.term) else { return };
        assert!(deadline.due <= later.due, "{deadline:#?}\n{later:#?}");
        assert_adds_up(&later);
    });
}

/// One that was known at the receipt takes open time away and adds none. So a deadline of time is never earlier by it,
/// and one of days never falls on an earlier day: only within its last day, which closes early. (In a calendar that
/// suspensions touch, a day that now closes before its suspension begins may become the last one.)
#[test]
fn known_closures_hasten_within_a_day_at_most() {
    every_case(8, |case, deadline, random| {
        let is_days = matches!(case.term, Term::WorkingDays { .. });
        if is_days && !case.suspensions.is_empty() {
            return;
        }
        let minute = if random.once_in(2) { 0 } else { random.within(1, 1380) };
        let first = case.world.near + random.within(-10, 40);
        let closed = case.changed(|world| {
            world.declared.push(minutes::world::Closure {
                scope: Default::default(),
                first,
                last: first + random.within(0, 3),
                closes: Closes::From(minute),
                calendar: 0,
                declared: Some(case.from.as_second().div_euclid(60)),
            });
        });
        let Ok(later) = case.derive_by(closed.at(&id_of(0), case.place).unwrap(), case.term) else { return };
        let day = |deadline: &Deadline| {
            let last = deadline.due - SignedDuration::from_micros(1);
            case.calendar.zone().to_datetime(last).date()
        };
        match is_days {
            true => assert!(day(&deadline) <= day(&later), "{deadline:#?}\n{later:#?}"),
            false => assert!(deadline.due <= later.due, "{deadline:#?}\n{later:#?}"),
        }
    });
}

/// What a closure does not touch, by the word of the calendars, it does not change.
#[test]
fn what_is_not_touched_stays() {
    every_case(5, |case, deadline, _| {
        for (number, declared) in case.world.declared().iter().enumerate() {
            if case.calendars.is_touched(&id_of(0), case.place, declared) {
                continue;
            }
            let others: Vec<_> = case
                .world
                .declared()
                .into_iter()
                .enumerate()
                .filter(|(n, _)| *n != number)
                .map(|(_, one)| one)
                .collect();
            let without = case.calendars.with_closures(&others);
            let same = case.derive_by(without.at(&id_of(0), case.place).unwrap(), case.term).unwrap();
            assert_eq!(same, deadline);
        }
    });
}

/// From the reminder on there is as much open time left as it says, unless other hours are declared after it.
#[test]
fn as_much_is_left_as_reminders_say() {
    every_case(6, |case, deadline, _| {
        let Term::WorkingTime { microseconds } = case.term else { return };
        let Ok(at) = case.calendar.before(deadline.due, case.term, case.place) else { return };
        assert!(at >= deadline.from, "without the suspensions it takes less time");
        if case.world.declared().iter().any(|closure| closure.at > at) {
            return;
        }
        let ask = Ask { from: at, term: Term::WorkingTime { microseconds }, place: case.place, suspensions: &[] };
        assert_eq!(case.calendar.derive(&ask).unwrap().due, deadline.due);
    });
}

/// A date set by a person holds, and the way to it has no gap.
#[test]
fn set_dates_add_up() {
    every_case(7, |case, deadline, random| {
        let due = case.from + SignedDuration::from_micros(random.within(-1 << 33, 1 << 41));
        let set = |due| SetDate { due, at: case.from, by: "p".into(), reason: "r".into() };
        let derived = deadline.due;
        let once = deadline.clone().with_set(set(due));
        if due <= deadline.from {
            assert_eq!(once, Err(DueError::SetBeforeReceipt));
            return;
        }
        let once = once.unwrap();
        assert_eq!((once.due, once.derived, once.caveats.len()), (due, Some(derived), 0));
        assert_adds_up(&once);
        let bytes = minicbor::to_vec(&once).unwrap();
        assert_eq!(minicbor::decode::<Deadline>(&bytes).unwrap(), once);
        let again = case.from + SignedDuration::from_micros(random.within(1, 1 << 41));
        let twice = once.with_set(set(again)).unwrap();
        assert_eq!((twice.due, twice.derived), (again, Some(derived)));
        assert_adds_up(&twice);
    });
}
