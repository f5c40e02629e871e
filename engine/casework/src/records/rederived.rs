//! A deadline that was derived again, told by what differs from before: a closure changes a day of many, and a hundred
//! thousand deadlines at once.
//!
//! Owns: the difference of two derivations and its way back. Whoever has the deadline of before gets exactly the one of
//! after. Knows nothing of why it moved.

use minicbor::{Decode, Encode};
use peygir_calendar::{Caveat, Deadline, Stretch};
use peygir_core::{Id, Moment};

use super::{DeadlineChange, Holder, Move, Terms};

/// What became of a deadline that was derived again, for who knows its terms of before.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Rederived {
    #[n(0)]
    pub of: Id,
    #[n(1)]
    pub holder: Holder,
    #[n(2)]
    pub deadline: Difference,
    #[n(3)]
    pub max_deadline: Option<Difference>,
    /// Reminders that move, by their index, with their new instants.
    #[n(4)]
    pub reminders: Vec<(u32, Moment)>,
    #[n(5)]
    pub moved: Move,
}

/// What a deadline has that the one before it had not.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Difference {
    #[n(0)]
    pub due: Moment,
    /// What calendars say where a person's word holds over it.
    #[n(1)]
    pub derived: Option<Moment>,
    /// The derivation, in order.
    #[n(2)]
    pub parts: Vec<Part>,
    /// Absent: those of before.
    #[n(3)]
    pub caveats: Option<Vec<Caveat>>,
}

/// A part of a derivation.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
pub enum Part {
    #[n(0)]
    New(#[n(0)] Stretch),
    /// Stretches of before, whose days and half days are counted from another number on.
    #[n(1)]
    Kept {
        /// Stretches of before that are left out ahead of these.
        #[n(0)]
        skipped: u32,
        #[n(1)]
        count: u32,
        #[n(2)]
        days: i32,
        #[n(3)]
        halves: i32,
    },
}

impl Rederived {
    /// The change, told by what differs from the terms of before; given back where it can't be told so.
    pub fn of_change(of: Id, change: DeadlineChange, before: &Terms) -> Result<Self, Box<DeadlineChange>> {
        let told = match (&change.max_deadline, &before.max_deadline) {
            (None, None) => Some(None),
            (Some(max), Some(before)) => Difference::between(before, max).map(Some),
            _ => None,
        };
        let told = told.and_then(|max| Some((Difference::between(&before.deadline, &change.deadline)?, max)));
        match told {
            Some((deadline, max_deadline)) => {
                let DeadlineChange { reminders, moved, holder, .. } = change;
                Ok(Self { of, holder, deadline, max_deadline, reminders, moved })
            }
            None => Err(Box::new(change)),
        }
    }
}

impl Difference {
    /// What makes one deadline of the other; none where more differs than derivations do that answer the same question.
    pub fn between(before: &Deadline, after: &Deadline) -> Option<Self> {
        let Deadline { due, from, term, calendar, calendar_title, zone, derivation, caveats, place, set, derived } =
            after;
        let asked = (from, term, calendar, calendar_title, zone, place, set);
        let asked_before = (
            &before.from,
            &before.term,
            &before.calendar,
            &before.calendar_title,
            &before.zone,
            &before.place,
            &before.set,
        );
        if asked != asked_before {
            return None;
        }
        let caveats = (*caveats != before.caveats).then(|| caveats.clone());
        let parts = Parts::between(&before.derivation, derivation);
        Some(Self { due: (*due).into(), derived: derived.map(Moment::from), parts, caveats })
    }

    /// Makes the deadline of before the one of after. Total: what is not there is left out.
    pub fn apply(&self, deadline: &mut Deadline) {
        let mut before = std::mem::take(&mut deadline.derivation).into_iter();
        for part in &self.parts {
            match part {
                Part::New(stretch) => deadline.derivation.push(stretch.clone()),
                Part::Kept { skipped, count, days, halves } => {
                    let kept = before.by_ref().skip(*skipped as usize).take(*count as usize);
                    deadline.derivation.extend(kept.map(|stretch| counted_on(stretch, *days, *halves)));
                }
            }
        }
        deadline.due = self.due.to_jiff();
        deadline.derived = self.derived.map(Moment::to_jiff);
        if let Some(caveats) = &self.caveats {
            deadline.caveats.clone_from(caveats);
        }
    }
}

fn counted_on(stretch: Stretch, days: i32, halves: i32) -> Stretch {
    let on = |number: Option<u32>, by: i32| number.map(|number| number.wrapping_add_signed(by));
    Stretch { day: on(stretch.day, days), halves: on(stretch.halves, halves), ..stretch }
}

/// The parts of a derivation as they are found.
#[derive(Default)]
struct Parts {
    found: Vec<Part>,
    /// Stretches of before up to here have been kept or left out.
    passed: usize,
    run: Option<Run>,
}

/// Stretches that are kept one behind the other. A shift that no stretch has had yet may be any.
struct Run {
    first: usize,
    count: usize,
    days: Option<i32>,
    halves: Option<i32>,
}

impl Parts {
    fn between(before: &[Stretch], after: &[Stretch]) -> Vec<Part> {
        let mut parts = Self::default();
        let mut at = 0;
        for stretch in after {
            while before.get(at).is_some_and(|old| old.from < stretch.from) {
                at += 1;
            }
            match before.get(at).filter(|old| says_the_same(old, stretch)) {
                Some(old) => parts.keep(at, shift(old.day, stretch.day), shift(old.halves, stretch.halves)),
                None => {
                    parts.end_run();
                    parts.found.push(Part::New(stretch.clone()));
                }
            }
        }
        parts.end_run();
        parts.found
    }

    fn keep(&mut self, at: usize, days: Option<i32>, halves: Option<i32>) {
        let fits = |run: Option<i32>, one: Option<i32>| run.is_none() || one.is_none() || run == one;
        if let Some(run) = &mut self.run
            && run.first + run.count == at
            && fits(run.days, days)
            && fits(run.halves, halves)
        {
            run.count += 1;
            (run.days, run.halves) = (run.days.or(days), run.halves.or(halves));
            return;
        }
        self.end_run();
        self.run = Some(Run { first: at, count: 1, days, halves });
    }

    fn end_run(&mut self) {
        let Some(Run { first, count, days, halves }) = self.run.take() else { return };
        let (skipped, days, halves) = ((first - self.passed) as u32, days.unwrap_or(0), halves.unwrap_or(0));
        self.passed = first + count;
        self.found.push(Part::Kept { skipped, count: count as u32, days, halves });
    }
}

/// Whether one stretch is the other, but for the numbers of its days.
fn says_the_same(old: &Stretch, new: &Stretch) -> bool {
    let Stretch { from, to, counted, why, line, name, day, halves } = old;
    (*from, *to, *counted, *why) == (new.from, new.to, new.counted, new.why)
        && (line, name) == (&new.line, &new.name)
        && (day.is_some(), halves.is_some()) == (new.day.is_some(), new.halves.is_some())
}

/// By how much a number is another; none where there is none. It wraps both ways, so that it always leads back.
fn shift(old: Option<u32>, new: Option<u32>) -> Option<i32> {
    Some(new?.wrapping_sub(old?).cast_signed())
}

#[cfg(test)]
mod tests;
