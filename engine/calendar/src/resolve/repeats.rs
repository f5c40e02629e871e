//! Warnings for what a calendar says although its base says the same: it hides what differs, and stays behind when the
//! base changes.

use peygir_source::{Diagnostic, Diagnostics, Span};

use crate::model::{DayPattern, Period};
use crate::sheet::{Sheet, Spanned, WrittenClosure};
use crate::{Calendar, closure};

pub(super) fn warn(base: &Calendar, sheet: &Sheet, found: &mut Diagnostics) {
    let mut spans: Vec<Span> = Vec::new();
    week(base, sheet, &mut spans);
    let mut if_same = |same: bool, span: Option<Span>| spans.extend(span.filter(|_| same));
    let zone = sheet.zone.as_ref();
    if_same(zone.is_some_and(|zone| zone.value.0 == base.zone_name), zone.map(|zone| zone.span));
    let office = sheet.office_hours.as_ref();
    if_same(office.map(|hours| hours.value) == base.office_hours, office.map(|hours| hours.span));
    for period in &sheet.periods {
        if_same(base.periods.iter().any(|other| says_all_of(other, &period.value)), Some(period.span));
    }
    for (day, holiday) in &sheet.holidays.fixed {
        if_same(base.fixed.get(day).is_some_and(|other| other.name == holiday.value.name), Some(holiday.span));
    }
    for (year, table) in &sheet.holidays.years {
        let of_base = base.years.get(year);
        for (day, Spanned { value, span }) in &table.days {
            let same = |table: &crate::YearTable| {
                table
                    .days
                    .get(day)
                    .is_some_and(|other| (&other.name, other.certainty) == (&value.name, value.certainty))
            };
            if_same(of_base.is_some_and(same), Some(*span));
        }
    }
    for written in &sheet.closures {
        if_same(closes_already(base, written), Some(written.span));
    }
    counting(base, sheet, &mut spans);
    for span in spans {
        found.push(repeated(span));
    }
}

/// The days of the week whose hours are those of the base. `always` is told only if it says nothing else.
fn week(base: &Calendar, sheet: &Sheet, spans: &mut Vec<Span>) {
    let said: Vec<(Span, bool)> = sheet
        .week
        .iter()
        .zip(&base.week)
        .filter_map(|(own, other)| own.as_ref().map(|own| (own.span, own.value.hours == other.hours)))
        .collect();
    for (span, _) in &said {
        let all_same = said.iter().filter(|(other, _)| other == span).all(|(_, same)| *same);
        if all_same && !spans.contains(span) {
            spans.push(*span);
        }
    }
}

fn says_all_of(base: &Period, own: &Period) -> bool {
    let hours = |day: &Option<DayPattern>| day.as_ref().map(|day| day.hours.clone());
    let same_week = base.week.iter().zip(&own.week).all(|(base, own)| own.is_none() || hours(base) == hours(own));
    let same_office = own.office_hours.is_none() || own.office_hours == base.office_hours;
    (base.first, base.last) == (own.first, own.last) && same_week && same_office
}

fn closes_already(base: &Calendar, written: &WrittenClosure) -> bool {
    let own = &written.closure;
    closure::days(written.first, written.last).all(|day| {
        let there = base.closures.get(&day).map(Vec::as_slice).unwrap_or_default();
        there.iter().any(|other| (&other.scope, &other.hours, &other.name) == (&own.scope, &own.hours, &own.name))
    })
}

fn counting(base: &Calendar, sheet: &Sheet, spans: &mut Vec<Span>) {
    fn same<T: PartialEq>(own: &Option<Spanned<T>>, base: &T) -> Option<Span> {
        own.as_ref().filter(|own| own.value == *base).map(|own| own.span)
    }
    let (own, base) = (&sheet.counting, &base.counting);
    spans.extend(same(&own.receipt_day, &base.receipt_day));
    spans.extend(same(&own.due_at, &base.due_at));
    spans.extend(same(&own.half_day, &base.half_day));
    spans.extend(same(&own.short_day_per_mille, &base.short_day_per_mille));
}

fn repeated(span: Span) -> Diagnostic {
    Diagnostic::warning(
        "PG-C019",
        span,
        "the calendar that this one extends says the same",
        "تقویمی که این تقویم گسترش می‌دهد همین را می‌گوید",
    )
    .with_help(
        "leave it out: a calendar that extends another says only its differences",
        "آن را ننویسید: تقویمی که تقویم دیگری را گسترش می‌دهد تنها تفاوت‌ها را می‌گوید",
    )
}

/// For `not`, where there is nothing to take away.
pub(super) fn no_holiday(span: Span) -> Diagnostic {
    Diagnostic::warning(
        "PG-C019",
        span,
        "this day is no holiday anyhow, so there is nothing to take away",
        "این روز در هر حال تعطیل نیست و چیزی برای برداشتن نیست",
    )
}
