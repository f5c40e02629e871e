//! The timers of an instance: by number, by when they are due, and by the activation that they belong to.
//!
//! A step asks for what is due next and for the timers of one activation: it looks at those, however many there are.

use std::collections::BTreeMap;

use minicbor::{Decode, Decoder};

use crate::Moment;
use crate::shared_map::SharedMap;
use crate::state::{ActivationNumber, Timer, TimerNumber};

/// A map in the order of the numbers. Cheap to clone.
#[derive(Clone, Default)]
pub struct Timers {
    all: SharedMap<TimerNumber, Timer>,
    by_due: SharedMap<(Moment, TimerNumber), ()>,
    by_activation: SharedMap<(ActivationNumber, TimerNumber), ()>,
}

impl Timers {
    pub fn get(&self, number: &TimerNumber) -> Option<&Timer> {
        self.all.get(number)
    }

    pub fn insert(&mut self, number: TimerNumber, timer: Timer) -> Option<Timer> {
        let before = self.remove(&number);
        self.by_due.insert((timer.due, number), ());
        self.by_activation.insert((timer.activation, number), ());
        self.all.insert(number, timer);
        before
    }

    pub fn remove(&mut self, number: &TimerNumber) -> Option<Timer> {
        let removed = self.all.remove(number)?;
        self.by_due.remove(&(removed.due, *number));
        self.by_activation.remove(&(removed.activation, *number));
        Some(removed)
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&TimerNumber, &Timer)> {
        self.all.iter()
    }

    pub fn keys(&self) -> impl Iterator<Item = &TimerNumber> {
        self.iter().map(|(number, _)| number)
    }

    pub fn values(&self) -> impl Iterator<Item = &Timer> {
        self.iter().map(|(_, timer)| timer)
    }

    /// When the earliest is due.
    pub fn next_due(&self) -> Option<Moment> {
        self.by_due.iter().next().map(|((due, _), ())| *due)
    }

    /// Those that are due at this very instant, from this number on, in the order of their numbers.
    pub fn due_at(&self, at: Moment, from: TimerNumber) -> impl Iterator<Item = &Timer> {
        let there = self.by_due.from(&(at, from)).take_while(move |((due, _), ())| *due == at);
        there.filter_map(|((_, number), ())| self.get(number))
    }

    /// Those of an activation, in the order of their numbers.
    pub fn of(&self, activation: ActivationNumber) -> impl Iterator<Item = &Timer> {
        let there = self.by_activation.from(&(activation, 0)).take_while(move |((owner, _), ())| *owner == activation);
        there.filter_map(|((_, number), ())| self.get(number))
    }
}

impl FromIterator<(TimerNumber, Timer)> for Timers {
    fn from_iter<I: IntoIterator<Item = (TimerNumber, Timer)>>(all: I) -> Self {
        let mut timers = Self::default();
        for (number, timer) in all {
            timers.insert(number, timer);
        }
        timers
    }
}

impl PartialEq for Timers {
    fn eq(&self, other: &Self) -> bool {
        self.all == other.all
    }
}

impl std::fmt::Debug for Timers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.all.fmt(f)
    }
}

impl<'b, C> Decode<'b, C> for Timers {
    fn decode(decoder: &mut Decoder<'b>, context: &mut C) -> Result<Self, minicbor::decode::Error> {
        Ok(BTreeMap::<TimerNumber, Timer>::decode(decoder, context)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::TimerPurpose;

    fn timer(number: TimerNumber, activation: ActivationNumber, due: i64) -> Timer {
        Timer { number, activation, due: Moment(due), purpose: TimerPurpose::Wait }
    }

    fn numbers<'a>(timers: impl Iterator<Item = &'a Timer>) -> Vec<TimerNumber> {
        timers.map(|timer| timer.number).collect()
    }

    #[test]
    fn timers_are_found_by_instant_and_by_activation() {
        let all = [timer(0, 0, 50), timer(1, 1, 20), timer(2, 2, 20), timer(3, 1, 30)];
        let mut timers: Timers = all.iter().map(|timer| (timer.number, timer.clone())).collect();
        assert_eq!(timers.next_due(), Some(Moment(20)));
        assert_eq!(numbers(timers.due_at(Moment(20), 0)), [1, 2]);
        assert_eq!(numbers(timers.due_at(Moment(20), 2)), [2]);
        assert_eq!((numbers(timers.of(1)), numbers(timers.of(3))), (vec![1, 3], Vec::new()));

        // One that is set again leaves no trace of what it was.
        assert_eq!(timers.insert(1, timer(1, 3, 60)).as_ref(), Some(&all[1]));
        assert_eq!((numbers(timers.due_at(Moment(20), 0)), numbers(timers.of(1))), (vec![2], vec![3]));
        assert_eq!(timers.remove(&2).as_ref(), Some(&all[2]));
        assert_eq!((timers.remove(&2), timers.len(), timers.next_due()), (None, 3, Some(Moment(30))));
        assert_eq!(numbers(timers.values()), [0, 1, 3]);
        timers.clear();
        assert!(timers.is_empty() && timers.next_due().is_none() && timers.of(3).next().is_none());
    }
}
