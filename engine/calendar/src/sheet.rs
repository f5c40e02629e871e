//! A calendar as it was written: its own lines only, before it is laid over the one that it extends.
//!
//! Made by [`crate::read::sheet`], which has refused what contradicts itself; [`crate::Calendars::resolve`] makes
//! calendars of sheets. What only the base can tell (whether it exists, what it says already) is not known here.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use peygir_source::Span;

use crate::model::{DayPattern, Period};
use crate::{Closure, Counting, DueAt, HalfDay, Holiday, Hours, Jalali, MonthDay, Name, Origin, ReceiptDay, Scope};

/// Something and where it was written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

/// A calendar as it was written.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub(crate) id: Spanned<String>,
    pub(crate) title: Name,
    pub(crate) extends: Option<Spanned<String>>,
    pub(crate) replaces: Option<Spanned<String>>,
    pub(crate) scope: Option<Spanned<Scope>>,
    pub(crate) zone: Option<Spanned<(String, TimeZone)>>,
    pub(crate) week: Week,
    pub(crate) week_span: Span,
    pub(crate) office_hours: Option<Spanned<Hours>>,
    pub(crate) periods: Vec<Spanned<Period>>,
    pub(crate) holidays: Holidays,
    pub(crate) closures: Vec<WrittenClosure>,
    pub(crate) counting: WrittenCounting,
    pub(crate) named_places: Vec<NamedPlace>,
}

/// Sunday first. A calendar that extends none says all seven days.
pub(crate) type Week = [Option<Spanned<DayPattern>>; 7];

#[derive(Debug, Clone, Default)]
pub(crate) struct Holidays {
    /// Absent where the calendar says nothing of holidays.
    pub span: Option<Span>,
    pub fixed: BTreeMap<MonthDay, Spanned<Holiday>>,
    pub years: BTreeMap<i16, WrittenYear>,
    /// Days of every year that are not off here.
    pub not_days: BTreeMap<MonthDay, Spanned<KeptOpen>>,
    /// Days of one year that are not off here.
    pub not_dates: BTreeMap<Jalali, Spanned<KeptOpen>>,
}

#[derive(Debug, Clone)]
pub(crate) struct WrittenYear {
    pub days: BTreeMap<MonthDay, Spanned<Holiday>>,
    pub origin: Origin,
}

/// Says that a holiday is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeptOpen {
    pub name: Name,
    pub origin: Origin,
}

#[derive(Debug, Clone)]
pub(crate) struct WrittenClosure {
    pub first: Jalali,
    pub last: Jalali,
    pub closure: Closure,
    /// Of the day or the days.
    pub span: Span,
    /// Of the hours, where any are written.
    pub hours_span: Option<Span>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct WrittenCounting {
    pub receipt_day: Option<Spanned<ReceiptDay>>,
    pub due_at: Option<Spanned<DueAt>>,
    pub half_day: Option<Spanned<HalfDay>>,
    pub short_day_per_mille: Option<Spanned<u16>>,
}

impl WrittenCounting {
    pub fn over(&self, base: Counting) -> Counting {
        Counting {
            receipt_day: self.receipt_day.as_ref().map_or(base.receipt_day, |one| one.value),
            due_at: self.due_at.as_ref().map_or(base.due_at, |one| one.value),
            half_day: self.half_day.as_ref().map_or(base.half_day, |one| one.value),
            short_day_per_mille: self.short_day_per_mille.as_ref().map_or(base.short_day_per_mille, |one| one.value),
        }
    }
}

/// What a place is named as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlacePart {
    Province,
    County,
    Agency,
}

/// A place that a calendar or one of its closures is for. Calendars do not know which places there are: who has the
/// directory checks them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPlace {
    pub part: PlacePart,
    pub id: String,
    pub span: Span,
}

impl Sheet {
    pub fn id(&self) -> &str {
        &self.id.value
    }

    pub fn title(&self) -> &Name {
        &self.title
    }

    /// Id of the calendar that this one says only its differences from.
    pub fn extends(&self) -> Option<&str> {
        self.extends.as_ref().map(|base| base.value.as_str())
    }

    /// Where its id stands.
    pub fn id_span(&self) -> Span {
        self.id.span
    }

    /// Name of the pack whose calendar of this id it takes the place of on purpose, and where that is said.
    pub fn replaces(&self) -> Option<(&str, Span)> {
        self.replaces.as_ref().map(|pack| (pack.value.as_str(), pack.span))
    }

    /// Where it answers for the one that it extends, and where that is said.
    pub fn scope(&self) -> Option<(&Scope, Span)> {
        self.scope.as_ref().map(|scope| (&scope.value, scope.span))
    }

    /// Where its closures hold that are not for everywhere, each with the place of its day.
    pub fn closure_scopes(&self) -> impl Iterator<Item = (&Scope, Span)> {
        self.closures.iter().map(|written| (&written.closure.scope, written.span))
    }

    /// Every place that it names, in the order of writing.
    pub fn named_places(&self) -> &[NamedPlace] {
        &self.named_places
    }
}
