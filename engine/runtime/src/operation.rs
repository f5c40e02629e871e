//! An operation: all open deadlines that a closure, or a change of calendars, may move are derived anew, a page of streams
//! at a time.
//!
//! Owns: how far an operation has come, what failed and when that is tried again, and which deadlines it looks at. Each
//! operation has a stream of its own, whose id is the operation's. What it moved stands in rows that the moved streams
//! write themselves, in the commit that moves them: the list is whole whenever the process ends.

use std::collections::BTreeSet;
use std::sync::Arc;

use minicbor::{Decode, Encode};
use peygir_calendar::{Calendars, ClosedHours, Declared, Jalali, Name, Place, Scope};
use peygir_casework::Records;
use peygir_casework::records::{MoveWhy, Task, Wait};
use peygir_core::{Id, Moment};

use crate::pack::parse_placed;

/// Streams of one page: decided in one go and committed together.
pub const OPERATION_STREAMS: usize = 256;
/// Open deadlines looked at in the index for one page, whether or not they are touched.
pub const OPERATION_DEADLINES: usize = 10_000;
/// Streams that failed and are listed with why; what fails beyond them is counted.
pub const FAILED_LISTED_MAX: usize = 1_000;
/// How often a stream that failed is tried, the first time included.
pub const TRIES_MAX: u32 = 5;
/// Until the second try, in microseconds; before each further one four times as long.
const RETRY_US: i64 = 60_000_000;
const RETRY_FACTOR: i64 = 4;
/// Days beside a closure's own that are looked at too: days begin and end by the calendars' zones.
const MARGIN_DAYS: i64 = 1;
const DAY_US: i64 = 86_400_000_000;

#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Operation {
    #[n(0)]
    pub about: About,
    #[n(1)]
    pub begun_at: Moment,
    #[n(2)]
    pub ended_at: Option<Moment>,
    /// Open deadlines that it looked at.
    #[n(3)]
    pub seen: u64,
    /// Deadlines that moved, as far as its pages have come; once they are through, all that stand in its list.
    #[n(4)]
    pub moved: u64,
    /// The last stream of the page that was done last.
    #[n(5)]
    pub after: Option<Id>,
    /// The pages are through; only what failed is left.
    #[n(6)]
    pub passed: bool,
    /// Streams that failed, listed or not.
    #[n(7)]
    pub failed: u64,
    #[n(8)]
    pub failures: Vec<Failure>,
    #[n(9)]
    pub retry_at: Option<Moment>,
}

/// Why deadlines are derived anew.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum About {
    #[n(0)]
    ClosureDeclared(#[n(0)] Id),
    #[n(1)]
    ClosureWithdrawn(#[n(0)] Id),
    /// Ids of the calendars that were deployed changed, came, or went; with the place where one holds there alone.
    #[n(2)]
    CalendarsChanged(#[n(0)] Vec<String>),
}

/// A stream in which it could not be done.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Failure {
    #[n(0)]
    pub stream: Id,
    /// English, for the log and the incident.
    #[n(1)]
    pub reason: String,
    #[n(2)]
    pub tries: u32,
}

/// What one page came to.
#[derive(Debug, Clone, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Advance {
    #[n(0)]
    pub seen: u64,
    #[n(1)]
    pub moved: u64,
    /// Streams that failed, and why.
    #[n(2)]
    pub failed: Vec<(Id, String)>,
    /// Streams that had failed and went well now.
    #[n(3)]
    pub mended: Vec<Id>,
    /// The page's last stream; none for what is tried again.
    #[n(4)]
    pub after: Option<Id>,
    /// The last page.
    #[n(5)]
    pub last: bool,
    /// With the last page: how many deadlines stand in the list.
    #[n(6)]
    pub in_all: Option<u64>,
}

/// A deadline that an operation moved.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Moved {
    #[n(0)]
    pub stream: Id,
    /// The task or the wait.
    #[n(1)]
    pub of: Id,
    /// The case's tracking code.
    #[n(2)]
    pub code: Option<String>,
    #[n(3)]
    pub from: Moment,
    #[n(4)]
    pub to: Moment,
}

/// An open deadline as its index tells it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct OpenDeadline {
    /// The calendar that was named for it.
    #[n(0)]
    pub calendar: String,
    #[n(1)]
    pub place: Place,
    #[n(2)]
    pub from: Moment,
    /// The later of its date and of the instant at which its task expires.
    #[n(3)]
    pub until: Moment,
}

/// Which deadlines an operation looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum Reach {
    Closure(Declared),
    /// Deadlines that lean on one of these calendars: by id, and by id and place where one holds in that place alone.
    Calendars(BTreeSet<String>),
    /// All that there are: a calendar that is gone can't be asked whose it was.
    Everything,
}

/// An operation that is not through, as turns know it.
#[derive(Debug, Clone, PartialEq)]
pub struct Open {
    pub id: Id,
    pub about: About,
    pub reach: Arc<Reach>,
}

impl About {
    /// The closure that it is about.
    pub fn closure(&self) -> Option<Id> {
        match self {
            About::ClosureDeclared(closure) | About::ClosureWithdrawn(closure) => Some(*closure),
            About::CalendarsChanged(_) => None,
        }
    }

    /// As clients are told it.
    pub fn as_str(&self) -> &'static str {
        match self {
            About::ClosureDeclared(_) => "closure-declared",
            About::ClosureWithdrawn(_) => "closure-withdrawn",
            About::CalendarsChanged(_) => "calendars-changed",
        }
    }
}

impl Open {
    pub fn why(&self) -> MoveWhy {
        match self.about {
            About::ClosureDeclared(_) | About::ClosureWithdrawn(_) => MoveWhy::Closure,
            About::CalendarsChanged(_) => MoveWhy::Calendar,
        }
    }
}

impl OpenDeadline {
    /// None where the task has no deadline that follows from terms, or has ended.
    pub fn of_task(task: &Task) -> Option<Self> {
        let terms = task.terms.as_deref().filter(|_| task.is_open())?;
        let until = task.due_at.max(task.max_at)?;
        Some(Self { calendar: terms.calendar.clone(), place: terms.place.clone(), from: terms.from, until })
    }

    pub fn of_wait(wait: &Wait) -> Option<Self> {
        let (calendar, place, from) = match (&wait.terms, &wait.opening) {
            _ if !wait.is_open() => return None,
            (Some(terms), _) => (&terms.calendar, &terms.place, terms.from),
            (None, Some(opening)) => (&opening.calendar, &opening.place, opening.from),
            (None, None) => return None,
        };
        Some(Self { calendar: calendar.clone(), place: place.clone(), from, until: wait.at })
    }

    /// All of a stream.
    pub fn all(records: &Records) -> impl Iterator<Item = Self> {
        let waits = records.waits.values().filter_map(Self::of_wait);
        records.tasks.values().filter_map(Self::of_task).chain(waits)
    }
}

impl Operation {
    pub fn begun(about: About, at: Moment) -> Self {
        Self {
            about,
            begun_at: at,
            ended_at: None,
            seen: 0,
            moved: 0,
            after: None,
            passed: false,
            failed: 0,
            failures: Vec::new(),
            retry_at: None,
        }
    }

    /// Whether there is anything to do for it now.
    pub fn is_workable(&self, now: Moment) -> bool {
        self.ended_at.is_none() && self.retry_at.is_none_or(|at| at <= now)
    }

    /// When something has to be done for it again; none as long as its pages go on by themselves.
    pub fn next_due(&self) -> Option<Moment> {
        self.retry_at.filter(|_| self.ended_at.is_none())
    }

    /// Streams that are tried again.
    pub fn to_retry(&self) -> impl Iterator<Item = Id> {
        self.failures.iter().filter(|failure| failure.tries < TRIES_MAX).map(|failure| failure.stream)
    }

    pub(crate) fn advance(&mut self, page: &Advance, at: Moment) {
        self.seen += page.seen;
        self.moved = page.in_all.unwrap_or(self.moved + page.moved);
        self.after = page.after.or(self.after);
        self.passed |= page.last;
        for (stream, reason) in &page.failed {
            self.fail(*stream, reason);
        }
        let failed = self.failures.len();
        self.failures.retain(|failure| !page.mended.contains(&failure.stream));
        self.failed -= (failed - self.failures.len()) as u64;
        if !self.passed {
            return;
        }
        let tries = self.failures.iter().map(|failure| failure.tries).filter(|tries| *tries < TRIES_MAX).min();
        let later = tries.map(|tries| at.plus_micros(RETRY_US * RETRY_FACTOR.pow(tries.saturating_sub(1))));
        (self.retry_at, self.ended_at) = (later, later.is_none().then_some(at));
    }

    fn fail(&mut self, stream: Id, reason: &str) {
        if let Some(known) = self.failures.iter_mut().find(|failure| failure.stream == stream) {
            known.tries += 1;
            reason.clone_into(&mut known.reason);
            return;
        }
        self.failed += 1;
        if self.failures.len() < FAILED_LISTED_MAX {
            self.failures.push(Failure { stream, reason: reason.to_owned(), tries: 1 });
        }
    }

    /// A person mended the cause: what failed is tried from the beginning.
    pub(crate) fn resume(&mut self, at: Moment) {
        self.failures.iter_mut().for_each(|failure| failure.tries = 0);
        if !self.failures.is_empty() {
            (self.ended_at, self.retry_at) = (None, Some(at));
        }
    }
}

impl Reach {
    /// Whether a deadline may be moved. What can't be is not even loaded.
    /// `calendars`: those of the deadline's place.
    pub fn touches(&self, calendars: &Calendars, deadline: &OpenDeadline) -> bool {
        match self {
            Reach::Everything => true,
            Reach::Closure(closure) => {
                meets(closure, deadline) && calendars.is_touched(&deadline.calendar, &deadline.place, closure)
            }
            Reach::Calendars(changed) => changed.iter().any(|changed| {
                let (id, place) = parse_placed(changed);
                let leans = || calendars.is_touched(&deadline.calendar, &deadline.place, &closed(id, deadline.from));
                scope_of(place).holds(&deadline.place) && (id == deadline.calendar || leans())
            }),
        }
    }
}

/// What is said in a place is said for all that lies within it.
fn scope_of(Place { province, county, agency }: Place) -> Scope {
    Scope { province, county, agency }
}

/// Whether the closure's days and the time from receipt to deadline overlap.
fn meets(closure: &Declared, deadline: &OpenDeadline) -> bool {
    let day_us = |day: Jalali| {
        let days = jiff::civil::Date::constant(1970, 1, 1).until(day.to_gregorian());
        days.map_or(0, |span| i64::from(span.get_days())).saturating_mul(DAY_US)
    };
    let begins = day_us(closure.first) - MARGIN_DAYS * DAY_US;
    let ends = day_us(closure.last) + (1 + MARGIN_DAYS) * DAY_US;
    deadline.from.0 < ends && begins <= deadline.until.0
}

/// Something that is said in a calendar, for whoever leans on that calendar.
fn closed(calendar: &str, at: Moment) -> Declared {
    let day = Jalali::from_gregorian(at.to_jiff().to_zoned(jiff::tz::TimeZone::UTC).date());
    Declared {
        id: String::new(),
        at: at.to_jiff(),
        calendar: calendar.to_owned(),
        scope: Scope::default(),
        first: day,
        last: day,
        hours: ClosedHours::From(0),
        name: Name { fa: String::new(), en: String::new() },
    }
}
