//! A deadline and why it falls where it falls: what is stored with a task.

mod json;
mod stored;

use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use minicbor::{Decode, Encode};

use crate::due::whole_microseconds;
use crate::{DueError, Jalali, Name, Origin, Place};

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum Term {
    /// Time as clocks count it, whatever is open or closed.
    #[n(0)]
    Within {
        #[n(0)]
        microseconds: i64,
    },
    /// The close of office hours of the nth open day after the day of receipt.
    #[n(1)]
    WorkingDays {
        #[n(0)]
        days: u32,
    },
    /// Open time from the moment on.
    #[n(2)]
    WorkingTime {
        #[n(0)]
        microseconds: i64,
    },
}

impl Term {
    /// Elapsed time. Parts of a microsecond are dropped.
    pub fn within(duration: SignedDuration) -> Self {
        Self::Within { microseconds: micros_of(duration) }
    }

    pub fn working_days(days: u32) -> Self {
        Self::WorkingDays { days }
    }

    /// Open time. Parts of a microsecond are dropped.
    pub fn working_time(duration: SignedDuration) -> Self {
        Self::WorkingTime { microseconds: micros_of(duration) }
    }
}

/// A duration longer than 64 bits of microseconds is cut to them; every limit on terms lies far below.
fn micros_of(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(if duration.is_negative() { i64::MIN } else { i64::MAX })
}

/// Why a stretch was counted or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Why {
    /// Elapsed time is asked for, so all of it counts.
    #[n(0)]
    Elapsed,
    /// The rest of the day on which it was received.
    #[n(1)]
    DayOfReceipt,
    #[n(2)]
    Open,
    #[n(3)]
    OutsideHours,
    /// A day of the week without hours.
    #[n(4)]
    DayOff,
    #[n(5)]
    Holiday,
    /// A holiday whose day is not announced yet.
    #[n(6)]
    EstimatedHoliday,
    #[n(7)]
    Closure,
    /// The law suspended it: the citizen was waited for.
    #[n(8)]
    Suspended,
    /// From the derived date to the one that a person set.
    #[n(9)]
    Set,
}

impl Why {
    /// The name used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Elapsed => "elapsed",
            Self::DayOfReceipt => "day-of-receipt",
            Self::Open => "open",
            Self::OutsideHours => "outside-hours",
            Self::DayOff => "day-off",
            Self::Holiday => "holiday",
            Self::EstimatedHoliday => "estimated-holiday",
            Self::Closure => "closure",
            Self::Suspended => "suspended",
            Self::Set => "set",
        }
    }
}

/// The reason of a stretch before it has its place in time. It borrows from what says so: most days have several
/// grounds, of which few are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ground<'a> {
    pub why: Why,
    /// What says so.
    pub origin: &'a Origin,
    pub name: Option<&'a Name>,
}

impl<'a> Ground<'a> {
    pub fn new(why: Why, origin: &'a Origin) -> Self {
        Self { why, origin, name: None }
    }

    pub fn named(self, name: &'a Name) -> Self {
        Self { name: Some(name), ..self }
    }
}

/// A ground as stretches have it, to be shared by them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub why: Why,
    pub line: Arc<str>,
    pub name: Option<Arc<Name>>,
}

impl Mark {
    pub fn new(ground: &Ground<'_>, line: &str) -> Self {
        Self { why: ground.why, line: line.into(), name: ground.name.cloned().map(Arc::new) }
    }

    pub fn is_of(&self, ground: &Ground<'_>, line: &str) -> bool {
        self.why == ground.why && *self.line == *line && self.name.as_deref() == ground.name
    }
}

/// One part of the way from receipt to deadline.
/// Stretches that say the same share the words of it: a derivation has many of a few kinds.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Stretch {
    #[n(0)]
    #[cbor(with = "micros")]
    pub from: Timestamp,
    #[n(1)]
    #[cbor(with = "micros")]
    pub to: Timestamp,
    #[n(2)]
    pub counted: bool,
    #[n(3)]
    pub why: Why,
    /// Which line of which calendar says so: `ir-working:14`; the calendar alone where no line is needed for it.
    #[cbor(n(4), with = "shared_text")]
    pub line: Arc<str>,
    /// The holiday's, the closure's or the suspension's name.
    #[cbor(n(5), with = "shared_name", has_nil)]
    pub name: Option<Arc<Name>>,
    /// Where days are counted: which counted day it is, from 1.
    #[n(6)]
    pub day: Option<u32>,
    /// Where half days count as halves: how many half days are counted with this one, from the receipt on.
    #[n(7)]
    pub halves: Option<u32>,
}

/// What the deadline leans on that may still change.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Caveat {
    /// A holiday in it, or beside its ends, is not announced and may move by a day.
    #[n(0)]
    Estimated {
        #[n(0)]
        day: Jalali,
        #[n(1)]
        name: Name,
        #[n(2)]
        line: String,
    },
    /// The calendar has no table of lunar holidays for this year.
    #[n(1)]
    MissingTable {
        #[n(0)]
        year: i16,
    },
}

/// An instant by which something must be done, and how it was found. The stretches add up to the whole span from
/// receipt to deadline, in order, without gap or overlap. Instants are whole microseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    pub due: Timestamp,
    /// When it was received.
    pub from: Timestamp,
    pub term: Term,
    /// Id of the calendar that was asked.
    pub calendar: String,
    pub calendar_title: Name,
    /// IANA name of the zone in which days begin and end.
    pub zone: String,
    pub derivation: Vec<Stretch>,
    pub caveats: Vec<Caveat>,
    /// Where it was asked for.
    pub place: Place,
    /// A person's word on the date, which holds over what the calendar says.
    pub set: Option<SetDate>,
    /// What the calendar says, where a person's word holds over it.
    pub derived: Option<Timestamp>,
}

/// A deadline's date as a person set it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SetDate {
    #[n(0)]
    #[cbor(with = "micros")]
    pub due: Timestamp,
    #[n(1)]
    #[cbor(with = "micros")]
    pub at: Timestamp,
    /// Id of the person.
    #[n(2)]
    pub by: String,
    /// Why, in the person's words; a host that keeps it may seal it.
    #[n(3)]
    pub reason: String,
}

impl Stretch {
    /// Whether these are its words. Most often they are the very same ones, and not only alike.
    pub(crate) fn has_words(&self, line: &Arc<str>, name: Option<&Arc<Name>>) -> bool {
        let same_name = match (&self.name, name) {
            (Some(own), Some(other)) => Arc::ptr_eq(own, other) || own == other,
            (None, None) => true,
            _ => false,
        };
        same_name && (Arc::ptr_eq(&self.line, line) || self.line == *line)
    }
}

impl Deadline {
    /// The same deadline with its date set by a person: cut short or lengthened, stretches and all. What the person
    /// says leans on no holiday, so its caveats go.
    pub fn with_set(mut self, mut set: SetDate) -> Result<Self, DueError> {
        set.due = whole_microseconds(set.due);
        if set.due <= self.from {
            return Err(DueError::SetBeforeReceipt);
        }
        let derived = self.derived.unwrap_or(self.due);
        self.derivation.retain(|stretch| stretch.from < set.due);
        match self.derivation.last_mut() {
            Some(last) if last.to > set.due || last.why == Why::Set => last.to = set.due,
            _ if self.due < set.due => self.derivation.push(Stretch {
                from: self.due,
                to: set.due,
                counted: false,
                why: Why::Set,
                line: self.calendar.as_str().into(),
                name: None,
                day: None,
                halves: None,
            }),
            _ => {}
        }
        self.due = set.due;
        self.set = Some(set);
        self.derived = Some(derived);
        self.caveats.clear();
        Ok(self)
    }

    /// The zone in which it is told to people; UTC where this program does not know the stored name.
    pub fn time_zone(&self) -> TimeZone {
        crate::zone(&self.zone).unwrap_or(TimeZone::UTC)
    }
}

/// Instants as stored: microseconds since 1970-01-01T00:00:00Z.
pub(crate) mod micros {
    use jiff::Timestamp;
    use minicbor::{Decoder, Encoder};

    pub fn encode<C, W: minicbor::encode::Write>(
        at: &Timestamp,
        encoder: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        encoder.i64(at.as_microsecond())?.ok()
    }

    pub fn decode<C>(decoder: &mut Decoder<'_>, _: &mut C) -> Result<Timestamp, minicbor::decode::Error> {
        Timestamp::from_microsecond(decoder.i64()?).map_err(minicbor::decode::Error::message)
    }
}

/// A text that several hold, as a text.
mod shared_text {
    use std::sync::Arc;

    use minicbor::{Decoder, Encoder};

    pub fn encode<C, W: minicbor::encode::Write>(
        text: &Arc<str>,
        encoder: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        encoder.str(text)?.ok()
    }

    pub fn decode<C>(decoder: &mut Decoder<'_>, _: &mut C) -> Result<Arc<str>, minicbor::decode::Error> {
        decoder.str().map(Arc::from)
    }
}

/// A name that several hold, where there is one.
mod shared_name {
    use std::sync::Arc;

    use minicbor::{Decode, Decoder, Encode, Encoder};

    use crate::Name;

    pub fn encode<C, W: minicbor::encode::Write>(
        name: &Option<Arc<Name>>,
        encoder: &mut Encoder<W>,
        context: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        name.as_deref().encode(encoder, context)
    }

    pub fn decode<C>(decoder: &mut Decoder<'_>, context: &mut C) -> Result<Option<Arc<Name>>, minicbor::decode::Error> {
        Ok(Option::<Name>::decode(decoder, context)?.map(Arc::new))
    }

    /// What stands for a field that was not stored.
    pub fn nil() -> Option<Option<Arc<Name>>> {
        Some(None)
    }

    pub fn is_nil(name: &Option<Arc<Name>>) -> bool {
        name.is_none()
    }
}

/// Instants as stored, where there may be none.
mod micros_if_any {
    use jiff::Timestamp;
    use minicbor::{Decoder, Encoder};

    pub fn encode<C, W: minicbor::encode::Write>(
        at: &Option<Timestamp>,
        encoder: &mut Encoder<W>,
        context: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        match at {
            Some(at) => super::micros::encode(at, encoder, context),
            None => encoder.null()?.ok(),
        }
    }

    pub fn decode<C>(decoder: &mut Decoder<'_>, context: &mut C) -> Result<Option<Timestamp>, minicbor::decode::Error> {
        if decoder.datatype()? == minicbor::data::Type::Null {
            return decoder.null().map(|()| None);
        }
        super::micros::decode(decoder, context).map(Some)
    }

    /// What stands for a field that was not stored.
    pub fn nil() -> Option<Option<Timestamp>> {
        Some(None)
    }

    pub fn is_nil(at: &Option<Timestamp>) -> bool {
        at.is_none()
    }
}
