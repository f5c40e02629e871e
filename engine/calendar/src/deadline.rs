//! A deadline and why it falls where it falls: what is stored with a task, and its JSON.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use minicbor::{Decode, Encode};
use serde_json::{Value, json};

use crate::{Jalali, Language, Name, Origin, Place, words};

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

/// The reason of a stretch before it has its place in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ground {
    pub why: Why,
    pub line: String,
    pub name: Option<Name>,
}

impl Ground {
    pub fn new(why: Why, origin: &Origin) -> Self {
        Self { why, line: origin.to_string(), name: None }
    }

    pub fn named(mut self, name: &Name) -> Self {
        self.name = Some(name.clone());
        self
    }
}

/// One part of the way from receipt to deadline.
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
    #[n(4)]
    pub line: String,
    /// The holiday's or the closure's name.
    #[n(5)]
    pub name: Option<Name>,
    /// Where days are counted: which counted day it is, from 1.
    #[n(6)]
    pub day: Option<u32>,
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
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Deadline {
    #[n(0)]
    #[cbor(with = "micros")]
    pub due: Timestamp,
    /// When it was received.
    #[n(1)]
    #[cbor(with = "micros")]
    pub from: Timestamp,
    #[n(2)]
    pub term: Term,
    /// Id of the calendar that was asked.
    #[n(3)]
    pub calendar: String,
    #[n(4)]
    pub calendar_title: Name,
    /// IANA name of the zone in which days begin and end.
    #[n(5)]
    pub zone: String,
    #[n(6)]
    pub derivation: Vec<Stretch>,
    #[n(7)]
    pub caveats: Vec<Caveat>,
    /// Where it was asked for.
    #[cbor(n(8), default)]
    pub place: Place,
    /// A person's word on the date, which holds over what the calendar says.
    #[n(9)]
    pub set: Option<SetDate>,
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

impl Deadline {
    /// The same deadline with its date set by a person: cut short or lengthened, stretches and all.
    pub fn with_set(mut self, set: SetDate) -> Self {
        let due = set.due;
        self.derivation.retain(|stretch| stretch.from < due);
        match self.derivation.last_mut() {
            Some(last) if last.to > due => last.to = due,
            _ if self.due < due => self.derivation.push(Stretch {
                from: self.due,
                to: due,
                counted: false,
                why: Why::Set,
                line: self.calendar.clone(),
                name: None,
                day: None,
            }),
            _ => {}
        }
        self.due = due;
        self.set = Some(set);
        self
    }

    /// The zone in which it is told to people; UTC where this program does not know the stored name.
    pub fn time_zone(&self) -> TimeZone {
        crate::zone(&self.zone).unwrap_or(TimeZone::UTC)
    }

    /// `due` first; instants as RFC 3339 in the calendar's zone; every stretch with its words in both languages.
    pub fn to_json(&self) -> Value {
        let zone = self.time_zone();
        json!({
            "due": rfc3339(self.due, &zone),
            "dueText": both(|language| words::end_date_time(self.due, &zone, language)),
            "from": rfc3339(self.from, &zone),
            "term": self.term.to_json(),
            "calendar": self.calendar,
            "zone": self.zone,
            "text": both(|language| self.sentence(language)),
            "derivation": self.derivation.iter().map(|s| s.to_json(&zone)).collect::<Vec<_>>(),
            "caveats": self.caveats.iter().map(Caveat::to_json).collect::<Vec<_>>(),
        })
    }
}

impl Term {
    fn to_json(self) -> Value {
        let iso = |microseconds| SignedDuration::from_micros(microseconds).to_string();
        match self {
            Self::Within { microseconds } => json!({ "within": iso(microseconds) }),
            Self::WorkingDays { days } => json!({ "workingDays": days }),
            Self::WorkingTime { microseconds } => json!({ "workingTime": iso(microseconds) }),
        }
    }
}

impl Stretch {
    fn to_json(&self, zone: &TimeZone) -> Value {
        let mut value = json!({
            "from": rfc3339(self.from, zone),
            "to": rfc3339(self.to, zone),
            "counted": self.counted,
            "why": self.why.as_str(),
            "line": self.line,
            "text": both(|language| self.sentence(zone, language)),
        });
        if let Some(name) = &self.name {
            value["name"] = json!({ "fa": name.fa, "en": name.en });
        }
        if let Some(day) = self.day {
            value["day"] = day.into();
        }
        value
    }
}

impl Caveat {
    fn to_json(&self) -> Value {
        let text = both(|language| self.sentence(language));
        match self {
            Self::Estimated { day, name, line } => json!({
                "kind": "estimated-holiday", "day": day.to_string(),
                "name": { "fa": name.fa, "en": name.en }, "line": line, "text": text,
            }),
            Self::MissingTable { year } => {
                json!({ "kind": "missing-table", "year": year, "text": text })
            }
        }
    }
}

fn both(text: impl Fn(Language) -> String) -> Value {
    json!({ "fa": text(Language::Persian), "en": text(Language::English) })
}

fn rfc3339(at: Timestamp, zone: &TimeZone) -> String {
    at.display_with_offset(zone.to_offset(at)).to_string()
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
