//! Closures: days on which the offices are closed although the calendar has them open, wholly or in part.
//!
//! Owns what is written in a calendar ([`Closure`]) and what a person declares later ([`Declared`]), and their limits.
//! Deliberately does not know who may declare what, or how a declaration is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::{DAY_MINUTES, Hours, Jalali, Name, Origin, Scope};

/// Most days that one closure may span.
pub const CLOSURE_DAYS_MAX: u32 = 366;
/// Most spans of hours in which a closure may leave a day open.
pub const CLOSURE_HOURS_MAX: usize = 8;

/// Closures by the days that they cover, those of a day in the order in which they are named.
pub(crate) type Closures = BTreeMap<Jalali, Vec<Arc<Closure>>>;

/// A day on which the offices are closed although the calendar has it open, wholly or in part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    /// Where it holds.
    pub scope: Scope,
    pub hours: ClosedHours,
    pub name: Name,
    pub origin: Origin,
    /// When a person declared it; absent for one that stands in the calendar, which was always known.
    pub declared: Option<Timestamp>,
}

/// Which closures a deadline follows, and how far. What is declared after a deadline began may give it time, never take
/// some: nobody could reckon with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Follows {
    /// All of them, to the letter: the day as it really is.
    All,
    /// Those that were known at this instant, to the letter; the others are left out.
    KnownAt(Timestamp),
    /// Those that were known at this instant to the letter; the others close what they close, and the hours that they
    /// offer in place of the usual ones are none.
    LaterOnlyClose(Timestamp),
}

impl Follows {
    /// Whether the closure closes anything.
    pub fn heeds(self, closure: &Closure) -> bool {
        !matches!(self, Self::KnownAt(at) if !closure.is_known_at(at))
    }

    /// Whether the hours in which the closure leaves a day open take the place of its usual ones.
    pub fn offers(self, closure: &Closure) -> bool {
        match self {
            Self::All => true,
            Self::KnownAt(at) | Self::LaterOnlyClose(at) => closure.is_known_at(at),
        }
    }
}

impl Closure {
    pub(crate) fn is_known_at(&self, at: Timestamp) -> bool {
        self.declared.is_none_or(|declared| declared <= at)
    }
}

/// What of a day is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClosedHours {
    /// From this minute after midnight on; 0 for the whole day.
    From(u16),
    /// The day is open in these hours only, in place of its usual ones: in order, without overlap, not empty.
    OpenOnly(Vec<Hours>),
}

/// A closure as a person declared it, after the calendars were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// Names it in derivations: `closure:ID`.
    pub id: String,
    /// When it was declared: a deadline that began before is never made earlier by it.
    pub at: Timestamp,
    /// It counts in this calendar and in all that extend it.
    pub calendar: String,
    pub scope: Scope,
    pub first: Jalali,
    /// The last day that is closed; `first` where it is one day.
    pub last: Jalali,
    pub hours: ClosedHours,
    pub name: Name,
}

/// Why a closure was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeclaredError {
    #[error("the closure ends on {last}, before it begins on {first}")]
    Order { first: Jalali, last: Jalali },
    #[error("a closure spans at most {CLOSURE_DAYS_MAX} days, not {0}")]
    TooLong(u32),
    #[error("a closure begins between 00:00 and 24:00")]
    Minute,
    #[error("hours of a closure are 1 to {CLOSURE_HOURS_MAX} spans in order that do not overlap")]
    Hours,
}

impl DeclaredError {
    /// The same sentence in Persian.
    pub fn message_fa(&self) -> String {
        let text = match self {
            Self::Order { first, last } => format!("تعطیلی در {last} و پیش از آغازش در {first} پایان می‌یابد"),
            Self::TooLong(days) => format!("تعطیلی حداکثر {CLOSURE_DAYS_MAX} روز است، نه {days} روز"),
            Self::Minute => "تعطیلی از ساعتی میان 00:00 و 24:00 آغاز می‌شود".to_owned(),
            Self::Hours => format!(
                "ساعت‌های یک تعطیلی ۱ تا {CLOSURE_HOURS_MAX} بازه است که به ترتیب نوشته شده‌اند و هم‌پوشانی ندارند"
            ),
        };
        crate::digits::to_persian(&text)
    }
}

impl ClosedHours {
    /// Whether a minute that this leaves alone may be open.
    pub(crate) fn leaves(&self, minute: u16) -> bool {
        match self {
            Self::From(from) => minute < *from,
            Self::OpenOnly(hours) => hours.iter().any(|span| span.holds(minute)),
        }
    }

    fn is_in_order(hours: &[Hours]) -> bool {
        let real = hours.iter().all(|span| span.from < span.to && span.to <= DAY_MINUTES);
        let apart = hours.windows(2).all(|pair| matches!(pair, [a, b] if a.to <= b.from));
        real && apart && (1..=CLOSURE_HOURS_MAX).contains(&hours.len())
    }
}

impl Declared {
    /// Refuses what no calendar would take: ask before it is declared.
    pub fn check(&self) -> Result<(), DeclaredError> {
        if self.last < self.first {
            return Err(DeclaredError::Order { first: self.first, last: self.last });
        }
        let days = days_of(self.first, self.last);
        if days > CLOSURE_DAYS_MAX {
            return Err(DeclaredError::TooLong(days));
        }
        match &self.hours {
            ClosedHours::From(minute) if *minute >= DAY_MINUTES => Err(DeclaredError::Minute),
            ClosedHours::OpenOnly(hours) if !ClosedHours::is_in_order(hours) => Err(DeclaredError::Hours),
            _ => Ok(()),
        }
    }

    fn closure(&self) -> Closure {
        Closure {
            scope: self.scope.clone(),
            hours: self.hours.clone(),
            name: self.name.clone(),
            origin: Origin::Closure { id: self.id.clone() },
            declared: Some(self.at),
        }
    }
}

/// Closures that were declared, by their days. Those of a day stand in the order of their ids, so that equal sets of
/// closures give equal derivations.
pub(crate) fn by_day<'a>(declared: impl Iterator<Item = &'a Declared>) -> Closures {
    let mut sorted: Vec<&Declared> = declared.collect();
    sorted.sort_by(|a, b| a.id.cmp(&b.id));
    let mut closures = Closures::new();
    for one in sorted {
        add(&mut closures, one.first, one.last, one.closure());
    }
    closures
}

/// Puts a closure on each of its days, after those that are there. Days past [`CLOSURE_DAYS_MAX`] were refused before.
pub(crate) fn add(closures: &mut Closures, first: Jalali, last: Jalali, closure: Closure) {
    let closure = Arc::new(closure);
    for day in days(first, last).take(CLOSURE_DAYS_MAX as usize) {
        closures.entry(day).or_default().push(Arc::clone(&closure));
    }
}

/// Every day from `first` to `last`.
pub(crate) fn days(first: Jalali, last: Jalali) -> impl Iterator<Item = Jalali> {
    let end = last.to_gregorian();
    let all = first.to_gregorian().series(jiff::Span::new().days(1)).take_while(move |day| *day <= end);
    all.map(Jalali::from_gregorian)
}

/// How many days that are; 0 where `last` lies before `first`.
pub(crate) fn days_of(first: Jalali, last: Jalali) -> u32 {
    let hours = first.to_gregorian().duration_until(last.to_gregorian()).as_hours();
    u32::try_from(hours / 24 + 1).unwrap_or(0)
}
