use peygir_calendar::{Name, Place, Term, Why};
use proptest::prelude::*;

use super::*;

const ID: Id = Id([1; 16]);

fn deadline(derivation: Vec<Stretch>) -> Deadline {
    let due = derivation.last().map_or(Moment(0).to_jiff(), |last| last.to);
    Deadline {
        due,
        from: Moment(0).to_jiff(),
        term: Term::WorkingDays { days: 3 },
        calendar: "c".to_owned(),
        calendar_title: Name { fa: "ف".to_owned(), en: "e".to_owned() },
        zone: "UTC".to_owned(),
        derivation,
        caveats: Vec::new(),
        place: Place::default(),
        set: None,
        derived: None,
    }
}

fn stretch(from: i64, to: i64, why: Why, day: Option<u32>) -> Stretch {
    Stretch {
        from: Moment(from).to_jiff(),
        to: Moment(to).to_jiff(),
        counted: why == Why::Open,
        why,
        line: "c:1".into(),
        name: None,
        day,
        halves: day.map(|day| day * 2),
    }
}

fn working(day: i64, number: u32) -> [Stretch; 2] {
    let from = day * 10;
    [stretch(from, from + 4, Why::Open, Some(number)), stretch(from + 4, from + 10, Why::OutsideHours, None)]
}

/// Derivations over the same days, of which each may be open, off or closed, with any numbers.
fn derivations() -> impl Strategy<Value = Vec<Stretch>> {
    let day = (any::<bool>(), 0u32..4, any::<bool>());
    prop::collection::vec(day, 0..12).prop_map(|days| {
        let days = days.into_iter().zip(0..).flat_map(|((open, number, numbered), day): (_, i64)| {
            let [mut counted, outside] = working(day, number);
            if !numbered {
                (counted.day, counted.halves) = (None, None);
            }
            if open { vec![counted, outside] } else { vec![stretch(day * 10, day * 10 + 10, Why::DayOff, None)] }
        });
        days.collect()
    })
}

proptest! {
    #[test]
    fn a_difference_leads_from_before_to_after(before in derivations(), after in derivations(), derived in any::<bool>()) {
        let before = deadline(before);
        let after = Deadline { derived: derived.then(|| Moment(7).to_jiff()), ..deadline(after) };
        let difference = Difference::between(&before, &after).unwrap();
        let mut made = before.clone();
        difference.apply(&mut made);
        prop_assert_eq!(&made, &after);
        let bytes = minicbor::to_vec(&difference).unwrap();
        prop_assert_eq!(minicbor::decode::<Difference>(&bytes).unwrap(), difference);
    }

    /// What was told of one deadline and is read over another is wrong, and no more than that.
    #[test]
    fn a_difference_over_another_deadline_does_not_panic(first in derivations(), second in derivations()) {
        let difference = Difference::between(&deadline(first.clone()), &deadline(second)).unwrap();
        let mut other = deadline(first.into_iter().take(1).collect());
        difference.apply(&mut other);
        prop_assert_eq!(Moment::from(other.due), difference.due);
    }
}

#[test]
fn a_closed_day_is_told_in_a_few_parts() {
    let before: Vec<_> = (0..10).flat_map(|day| working(day, day as u32 + 1)).collect();
    let mut after: Vec<_> = (0..3).flat_map(|day| working(day, day as u32 + 1)).collect();
    after.push(stretch(30, 40, Why::Closure, None));
    after.extend((4..11).flat_map(|day| working(day, day as u32)));
    let difference = Difference::between(&deadline(before), &deadline(after.clone())).unwrap();
    let [shut, open, outside] = [&after[6], &after[19], &after[20]].map(|new| Part::New(new.clone()));
    let kept = |skipped, count, days, halves| Part::Kept { skipped, count, days, halves };
    assert_eq!(difference.parts, [kept(0, 6, 0, 0), shut, kept(2, 12, -1, -2), open, outside]);
}

#[test]
fn the_answer_to_another_question_is_no_difference() {
    let before = deadline(working(0, 1).to_vec());
    for other in [
        Deadline { calendar: "d".to_owned(), ..before.clone() },
        Deadline { term: Term::WorkingDays { days: 4 }, ..before.clone() },
        Deadline { from: Moment(1).to_jiff(), ..before.clone() },
        Deadline { zone: "Asia/Tehran".to_owned(), ..before.clone() },
        Deadline { place: Place { province: Some("qom".to_owned()), ..Place::default() }, ..before.clone() },
    ] {
        assert_eq!(Difference::between(&before, &other), None);
    }
}

fn change(deadline: Deadline, max_deadline: Option<Deadline>) -> DeadlineChange {
    let due_at = deadline.due.into();
    let max_at = max_deadline.as_ref().map(|max| max.due.into());
    let why = super::super::MoveWhy::Closure;
    let moved = Move { operation: Some(ID), at: Moment(1), from: Moment(2), to: due_at, why, by: None };
    DeadlineChange { due_at, max_at, deadline, max_deadline, reminders: Vec::new(), moved, holder: Holder::Task }
}

#[test]
fn a_latest_deadline_that_came_or_went_is_told_in_full() {
    let one = deadline(working(0, 1).to_vec());
    let terms = |max_deadline| Terms {
        calendar: "c".to_owned(),
        term: one.term,
        max: None,
        from: Moment(0),
        place: Place::default(),
        suspensions: Vec::new(),
        set: None,
        moves: Vec::new(),
        deadline: one.clone(),
        max_deadline,
        suspend: None,
    };
    let max = Some(one.clone());
    for (before, after, in_full) in
        [(None, None, false), (max.clone(), max.clone(), false), (None, max.clone(), true), (max.clone(), None, true)]
    {
        let told = Rederived::of_change(ID, change(one.clone(), after), &terms(before));
        assert_eq!(told.is_err(), in_full);
    }
}
