//! A deadline as it is stored.
//!
//! Owns: the numbers of its members, and the short form of derivations. Most of a task's row is the derivations of its
//! deadlines, and most of a derivation is the same few grounds over and over: in the short form each ground stands once, and
//! a stretch has its number and how long it is. Both forms are read; which one is written follows from the derivation alone.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

use super::{Caveat, Deadline, SetDate, Stretch, Term, Why};
use crate::{Name, Place};

/// Stretches from which on a derivation is written in the short form: below them it is hardly shorter.
const SHORT_FROM: usize = 3;
const MINUTE_US: i64 = 60_000_000;

#[derive(Encode)]
#[cbor(map)]
struct Written<'a> {
    #[n(0)]
    #[cbor(with = "super::micros")]
    due: Timestamp,
    #[n(1)]
    #[cbor(with = "super::micros")]
    from: Timestamp,
    #[n(2)]
    term: Term,
    #[n(3)]
    calendar: &'a str,
    #[n(4)]
    calendar_title: &'a Name,
    #[n(5)]
    zone: &'a str,
    /// Absent where `short` is there.
    #[n(6)]
    derivation: Option<&'a [Stretch]>,
    #[n(7)]
    caveats: &'a [Caveat],
    #[n(8)]
    place: &'a Place,
    #[n(9)]
    set: Option<&'a SetDate>,
    #[cbor(n(10), with = "super::micros_if_any", has_nil)]
    derived: Option<Timestamp>,
    #[n(11)]
    short: Option<Short>,
}

#[derive(Decode)]
#[cbor(map)]
struct Read {
    #[n(0)]
    #[cbor(with = "super::micros")]
    due: Timestamp,
    #[n(1)]
    #[cbor(with = "super::micros")]
    from: Timestamp,
    #[n(2)]
    term: Term,
    #[n(3)]
    calendar: String,
    #[n(4)]
    calendar_title: Name,
    #[n(5)]
    zone: String,
    #[n(6)]
    derivation: Option<Vec<Stretch>>,
    #[n(7)]
    caveats: Vec<Caveat>,
    #[cbor(n(8), default)]
    place: Place,
    #[n(9)]
    set: Option<SetDate>,
    #[cbor(n(10), with = "super::micros_if_any", has_nil)]
    derived: Option<Timestamp>,
    #[n(11)]
    short: Option<Short>,
}

/// A derivation whose stretches lie end to end.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Short {
    #[n(0)]
    grounds: Vec<Ground>,
    /// Of each stretch: the number of its ground, its length, and its day and its half days where its ground has them. A
    /// length is whole minutes; one that is not is -1 less its microseconds.
    #[n(1)]
    stretches: Vec<i64>,
}

/// What several stretches say alike.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Ground {
    #[n(0)]
    counted: bool,
    #[n(1)]
    why: Why,
    #[cbor(n(2), with = "super::shared_text")]
    line: Arc<str>,
    #[cbor(n(3), with = "super::shared_name", has_nil)]
    name: Option<Arc<Name>>,
    /// Its stretches have the number of a counted day.
    #[n(4)]
    day: bool,
    #[n(5)]
    halves: bool,
}

impl<C> Encode<C> for Deadline {
    fn encode<W: encode::Write>(
        &self,
        encoder: &mut Encoder<W>,
        context: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        let short = Short::of(self.from, &self.derivation);
        let written = Written {
            due: self.due,
            from: self.from,
            term: self.term,
            calendar: &self.calendar,
            calendar_title: &self.calendar_title,
            zone: &self.zone,
            derivation: short.is_none().then_some(&self.derivation),
            caveats: &self.caveats,
            place: &self.place,
            set: self.set.as_ref(),
            derived: self.derived,
            short,
        };
        written.encode(encoder, context)
    }
}

impl<'b, C> Decode<'b, C> for Deadline {
    fn decode(decoder: &mut Decoder<'b>, context: &mut C) -> Result<Self, decode::Error> {
        let read = Read::decode(decoder, context)?;
        let derivation = match (read.short, read.derivation) {
            (Some(short), _) => short.stretches_from(read.from)?,
            (None, derivation) => derivation.ok_or_else(|| decode::Error::missing_value(6))?,
        };
        let Read { due, from, term, calendar, calendar_title, zone, caveats, place, set, derived, .. } = read;
        Ok(Self { due, from, term, calendar, calendar_title, zone, derivation, caveats, place, set, derived })
    }
}

impl Short {
    /// None where the derivation is too short for it, or where a stretch does not begin where the one before ended.
    fn of(from: Timestamp, derivation: &[Stretch]) -> Option<Self> {
        if derivation.len() < SHORT_FROM {
            return None;
        }
        let mut grounds: Vec<Ground> = Vec::new();
        let mut stretches = Vec::with_capacity(3 * derivation.len());
        let mut at = from;
        for stretch in derivation {
            let length = stretch.to.as_microsecond().checked_sub(stretch.from.as_microsecond())?;
            if stretch.from != at || length < 0 || !is_whole(at) || !is_whole(stretch.to) {
                return None;
            }
            at = stretch.to;
            let number = grounds.iter().position(|ground| ground.is_of(stretch));
            let number = number.unwrap_or_else(|| {
                grounds.push(Ground::of(stretch));
                grounds.len() - 1
            });
            stretches.push(i64::try_from(number).ok()?);
            stretches.push(if length % MINUTE_US == 0 { length / MINUTE_US } else { -1 - length });
            stretches.extend(stretch.day.map(i64::from));
            stretches.extend(stretch.halves.map(i64::from));
        }
        Some(Self { grounds, stretches })
    }

    fn stretches_from(&self, from: Timestamp) -> Result<Vec<Stretch>, decode::Error> {
        let wrong = || decode::Error::message("a derivation's short form is broken");
        let mut derivation = Vec::with_capacity(self.stretches.len() / 2);
        let mut numbers = self.stretches.iter().copied();
        let mut at = from;
        while let Some(ground) = numbers.next() {
            let ground = usize::try_from(ground).ok().and_then(|number| self.grounds.get(number)).ok_or_else(wrong)?;
            let length = match numbers.next().ok_or_else(wrong)? {
                minutes @ 0.. => minutes.checked_mul(MINUTE_US).ok_or_else(wrong)?,
                micros => -1 - micros,
            };
            let end = at.checked_add(SignedDuration::from_micros(length)).map_err(|_| wrong())?;
            let begin = std::mem::replace(&mut at, end);
            let mut number_if = |there: bool| match there {
                true => numbers.next().and_then(|number| u32::try_from(number).ok()).map(Some).ok_or_else(wrong),
                false => Ok(None),
            };
            let (day, halves) = (number_if(ground.day)?, number_if(ground.halves)?);
            derivation.push(ground.stretch(begin, at, day, halves));
        }
        Ok(derivation)
    }
}

/// Finer instants than whole microseconds are not stored.
fn is_whole(at: Timestamp) -> bool {
    at.subsec_nanosecond() % 1_000 == 0
}

impl Ground {
    fn of(stretch: &Stretch) -> Self {
        Self {
            counted: stretch.counted,
            why: stretch.why,
            line: stretch.line.clone(),
            name: stretch.name.clone(),
            day: stretch.day.is_some(),
            halves: stretch.halves.is_some(),
        }
    }

    fn is_of(&self, stretch: &Stretch) -> bool {
        (self.counted, self.why, self.day, self.halves)
            == (stretch.counted, stretch.why, stretch.day.is_some(), stretch.halves.is_some())
            && stretch.has_words(&self.line, self.name.as_ref())
    }

    fn stretch(&self, from: Timestamp, to: Timestamp, day: Option<u32>, halves: Option<u32>) -> Stretch {
        let (line, name) = (self.line.clone(), self.name.clone());
        Stretch { from, to, counted: self.counted, why: self.why, line, name, day, halves }
    }
}
