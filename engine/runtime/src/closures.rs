//! Closures as people declared them, and the calendars that were deployed last: what the stream of closures keeps.
//!
//! Owns: what a closure is, which of them are in force, and the operations that they began and that are not through yet.
//! Knows no store; what a closure does to deadlines is [`crate::operation`]'s affair.

use std::collections::{BTreeMap, BTreeSet};

use minicbor::{Decode, Encode};
use peygir_calendar::{Calendars, ClosedHours, Declared, DeclaredError, Jalali, Name, Place, Scope};
use peygir_core::{Id, Moment};

use crate::command::Recorded;
use crate::operation::About;

/// The stream that keeps them.
pub const STREAM: Id = Id(*b"peygir-closures\0");
/// Closures that are kept, withdrawn ones too: a country's closures of more than twenty years.
pub const CLOSURES_MAX: usize = 20_000;
/// Characters of a closure's name, in each language.
pub const NAME_CHARS_MAX: usize = 200;
/// Characters of the reason for which a closure is withdrawn.
pub const REASON_CHARS_MAX: usize = 1_000;
/// Operations that are under way or wait for their turn; a further closure is refused until one is through.
pub const OPERATIONS_OPEN_MAX: usize = 64;

/// Calendars by their ids, each with the digest of what it was written as.
pub type Digests = BTreeMap<String, String>;

/// A closure as it stands in the journal.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Closure {
    #[n(0)]
    pub id: Id,
    /// It counts in this calendar and in all that extend it.
    #[n(1)]
    pub calendar: String,
    #[n(2)]
    pub scope: Scope,
    #[n(3)]
    pub first: Jalali,
    #[n(4)]
    pub last: Jalali,
    #[n(5)]
    pub hours: Hours,
    #[n(6)]
    pub name: Name,
    #[n(7)]
    pub declared_at: Moment,
    #[n(8)]
    pub declared_by: String,
    /// The operation that its declaration began.
    #[n(9)]
    pub operation: Id,
    #[n(10)]
    pub withdrawn: Option<Withdrawn>,
}

/// What of its days is closed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Hours {
    /// From this minute after midnight on; 0 for the whole day.
    #[n(0)]
    From(#[n(0)] u16),
    /// Open in these spans only, in minutes after midnight.
    #[n(1)]
    OpenOnly(#[n(0)] Vec<(u16, u16)>),
}

#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Withdrawn {
    #[n(0)]
    pub at: Moment,
    #[n(1)]
    pub by: String,
    #[n(2)]
    pub reason: String,
    /// The operation that this began.
    #[n(3)]
    pub operation: Id,
}

/// What a person says who declares a closure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub calendar: String,
    pub scope: Scope,
    pub first: Jalali,
    pub last: Jalali,
    pub hours: ClosedHours,
    pub name: Name,
}

/// Why a closure was not taken. Each names the field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("there is no calendar \"{0}\"")]
    UnknownCalendar(String),
    /// It is there in other places than where the closure is to hold.
    #[error("the calendar \"{0}\" is not there in the closure's place: say the place that it is for")]
    CalendarElsewhere(String),
    #[error(transparent)]
    Span(#[from] DeclaredError),
    #[error("a closure has a name of at most {NAME_CHARS_MAX} characters")]
    Name,
    #[error("a reason of at most {REASON_CHARS_MAX} characters is needed")]
    Reason,
    #[error("there is no such closure")]
    NotFound,
    #[error("it was withdrawn before")]
    Withdrawn,
    #[error("another closure has this id")]
    Taken,
    #[error("there are {CLOSURES_MAX} closures already")]
    TooMany,
    #[error("{OPERATIONS_OPEN_MAX} operations are under way; try again when one is through")]
    Busy,
}

/// The records of the stream of closures.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Closures {
    /// By id, withdrawn ones too.
    pub all: BTreeMap<Id, Closure>,
    pub register: Register,
}

#[derive(Debug, Clone, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Register {
    /// Those that were deployed last; none before the first start that had any.
    #[n(0)]
    pub calendars: Option<Digests>,
    /// Operations that are not through yet, the oldest first.
    #[n(1)]
    pub open: Vec<Begun>,
}

/// An operation that the stream of closures began.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Begun {
    #[n(0)]
    pub operation: Id,
    #[n(1)]
    pub about: About,
}

impl Order {
    /// The closure that it asks for. When and by whom it was declared is filled in by the turn.
    pub fn closure(&self, id: Id, operation: Id) -> Closure {
        Closure {
            id,
            calendar: self.calendar.clone(),
            scope: self.scope.clone(),
            first: self.first,
            last: self.last,
            hours: Hours::of(&self.hours),
            name: self.name.clone(),
            declared_at: Moment(0),
            declared_by: String::new(),
            operation,
            withdrawn: None,
        }
    }
}

impl Hours {
    fn of(hours: &ClosedHours) -> Self {
        match hours {
            ClosedHours::From(minute) => Hours::From(*minute),
            ClosedHours::OpenOnly(spans) => Hours::OpenOnly(spans.iter().map(|span| (span.from, span.to)).collect()),
        }
    }
}

impl Closure {
    /// What is wrong with it, if anything.
    pub fn check(&self, calendars: &Calendars) -> Result<(), Refused> {
        if calendars.get(&self.calendar).is_none() {
            return Err(Refused::UnknownCalendar(self.calendar.clone()));
        }
        self.declared().check()?;
        let named = |name: &str| !name.trim().is_empty() && name.chars().count() <= NAME_CHARS_MAX;
        if named(&self.name.fa) && named(&self.name.en) { Ok(()) } else { Err(Refused::Name) }
    }

    /// The widest place in which it holds.
    pub fn place(&self) -> Place {
        let Scope { province, county, agency } = self.scope.clone();
        Place { province, county, agency }
    }

    /// As the calendars take it.
    pub fn declared(&self) -> Declared {
        let span = |(from, to): &(u16, u16)| peygir_calendar::Hours { from: *from, to: *to };
        let hours = match &self.hours {
            Hours::From(minute) => ClosedHours::From(*minute),
            Hours::OpenOnly(spans) => ClosedHours::OpenOnly(spans.iter().map(span).collect()),
        };
        Declared {
            id: self.id.to_string(),
            at: self.declared_at.to_jiff(),
            calendar: self.calendar.clone(),
            scope: self.scope.clone(),
            first: self.first,
            last: self.last,
            hours,
            name: self.name.clone(),
        }
    }
}

impl Closures {
    /// Those that were not withdrawn, in the order in which they were declared.
    pub fn in_force(&self) -> Vec<Declared> {
        let mut in_force: Vec<&Closure> = self.all.values().filter(|closure| closure.withdrawn.is_none()).collect();
        in_force.sort_by_key(|closure| (closure.declared_at, closure.id));
        in_force.into_iter().map(Closure::declared).collect()
    }

    /// Whether another operation may begin.
    pub fn may_begin(&self) -> Result<(), Refused> {
        if self.register.open.len() < OPERATIONS_OPEN_MAX { Ok(()) } else { Err(Refused::Busy) }
    }

    /// Calendars that are not what they were when they were deployed last, those that came and went among them. None
    /// where nothing was ever deployed: nothing can have been derived from it.
    pub fn changed(&self, deployed: &Digests) -> Option<BTreeSet<String>> {
        let before = self.register.calendars.as_ref()?;
        let ids = before.keys().chain(deployed.keys());
        Some(ids.filter(|id| before.get(*id) != deployed.get(*id)).cloned().collect())
    }

    pub(crate) fn apply(&mut self, event: &Recorded) {
        let open = &mut self.register.open;
        match event {
            Recorded::ClosureDeclared(closure) => {
                open.push(Begun { operation: closure.operation, about: About::ClosureDeclared(closure.id) });
                self.all.insert(closure.id, closure.clone());
            }
            Recorded::ClosureWithdrawn { closure, withdrawn } => {
                let about = About::ClosureWithdrawn(*closure);
                open.push(Begun { operation: withdrawn.operation, about });
                if let Some(closure) = self.all.get_mut(closure) {
                    closure.withdrawn = Some(withdrawn.clone());
                }
            }
            Recorded::CalendarsDeployed { calendars, begun } => {
                open.extend(begun.clone());
                self.register.calendars = Some(calendars.clone());
            }
            Recorded::OperationEnded(ended) => open.retain(|begun| begun.operation != *ended),
            _ => {}
        }
    }
}
