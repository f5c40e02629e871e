//! One sheet laid over the calendar that it extends.
//!
//! The rules: what the sheet says of a day holds over what its base says of it. Closures and holidays come together;
//! `not` takes a holiday of the base away. Of hours, a period speaks before the week, and of several periods that of the
//! sheet before those of the base.

use std::collections::BTreeMap;

use peygir_source::{Diagnostic, Diagnostics, Span};

use super::repeats;
use crate::closure::{self, ClosedHours};
use crate::model::{DayPattern, Period, Tables};
use crate::read::{never_open, warn_of_gaps};
use crate::sheet::{Holidays, Sheet, Spanned, WrittenClosure};
use crate::{Calendar, Counting, Jalali, MonthDay, Scope, TEHRAN, YearTable};

/// The calendar, if sheet and base together make one. Findings carry no file yet.
pub(super) fn lay(base: Option<&Calendar>, sheet: &Sheet, file: &str, found: &mut Diagnostics) -> Option<Calendar> {
    if let Some(base) = base {
        repeats::warn(base, sheet, found);
    }
    let (zone_name, zone) = match (&sheet.zone, base) {
        (Some(zone), _) => zone.value.clone(),
        (None, Some(base)) => (base.zone_name.clone(), base.zone.clone()),
        (None, None) => (TEHRAN.to_owned(), crate::tehran()),
    };
    let mut calendar = Calendar {
        id: sheet.id().to_owned(),
        title: sheet.title.clone(),
        zone,
        zone_name,
        bases: base.map(bases_with).unwrap_or_default(),
        scope: scope(base, sheet, found),
        week: week(base, sheet, found)?,
        periods: periods(base, sheet),
        office_hours: sheet.office_hours.as_ref().map(|hours| hours.value).or(base.and_then(|base| base.office_hours)),
        fixed: base.map(|base| base.fixed.clone()).unwrap_or_default(),
        years: base.map(|base| base.years.clone()).unwrap_or_default(),
        kept_days: base.map(|base| base.kept_days.clone()).unwrap_or_default(),
        kept_dates: base.map(|base| base.kept_dates.clone()).unwrap_or_default(),
        tables: base.and_then(|base| base.tables.clone()),
        closures: base.map(|base| base.closures.clone()).unwrap_or_default(),
        declared: Default::default(),
        counting: sheet.counting.over(base.map_or_else(Counting::default, |base| base.counting)),
    };
    holidays(&mut calendar, sheet, file, found);
    for written in &sheet.closures {
        closes_something(&calendar, written, found);
        closure::add(&mut calendar.closures, written.first, written.last, written.closure.clone());
    }
    Some(calendar)
}

/// The calendar and those that it extends, the nearest first.
fn bases_with(base: &Calendar) -> Vec<String> {
    std::iter::once(&base.id).chain(&base.bases).cloned().collect()
}

/// Where it answers: what it says of the place, and the rest as its base has it.
fn scope(base: Option<&Calendar>, sheet: &Sheet, found: &mut Diagnostics) -> Option<Scope> {
    let Spanned { value: own, span } = sheet.scope.as_ref()?;
    let of_base = base.and_then(|base| base.scope.clone()).unwrap_or_default();
    let mut part = |own: &Option<String>, of_base: &Option<String>| {
        if let (Some(own), Some(of_base)) = (own, of_base)
            && own != of_base
        {
            found.push(elsewhere(*span, own, of_base));
        }
        own.clone().or_else(|| of_base.clone())
    };
    Some(Scope {
        province: part(&own.province, &of_base.province),
        county: part(&own.county, &of_base.county),
        agency: part(&own.agency, &of_base.agency),
    })
}

fn elsewhere(span: Span, own: &str, of_base: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-C022",
        span,
        format!("this calendar is for \"{own}\", but the one that it extends is for \"{of_base}\""),
        format!("این تقویم برای «{own}» است، ولی تقویمی که گسترش می‌دهد برای «{of_base}» است"),
    )
}

fn week(base: Option<&Calendar>, sheet: &Sheet, found: &mut Diagnostics) -> Option<[DayPattern; 7]> {
    let day = |index: usize| {
        let own = sheet.week[index].as_ref().map(|day| &day.value);
        own.or_else(|| base.map(|base| &base.week[index])).cloned()
    };
    let [Some(sun), Some(mon), Some(tue), Some(wed), Some(thu), Some(fri), Some(sat)] = std::array::from_fn(day) else {
        return None;
    };
    let week = [sun, mon, tue, wed, thu, fri, sat];
    if week.iter().all(|day| day.hours.is_empty()) {
        found.push(never_open(sheet.week_span));
        return None;
    }
    Some(week)
}

/// Those of the sheet before those of the base; periods with an end before those that hold for good, of which the later
/// one speaks.
fn periods(base: Option<&Calendar>, sheet: &Sheet) -> Vec<Period> {
    let mut own: Vec<Period> = sheet.periods.iter().map(|period| period.value.clone()).collect();
    own.sort_by_key(|period| (period.last.is_none(), std::cmp::Reverse(period.first)));
    own.extend(base.into_iter().flat_map(|base| base.periods.iter().cloned()));
    own
}

fn holidays(calendar: &mut Calendar, sheet: &Sheet, file: &str, found: &mut Diagnostics) {
    let Some(span) = sheet.holidays.span else {
        return;
    };
    let adds_to_tables = calendar.tables.is_some() && !calendar.years.is_empty();
    take_away(calendar, &sheet.holidays, found);
    for (day, holiday) in &sheet.holidays.fixed {
        calendar.kept_days.remove(day);
        calendar.kept_dates.retain(|date, _| date.month_day() != *day);
        calendar.fixed.insert(*day, holiday.value.clone());
    }
    for (year, written) in &sheet.holidays.years {
        let empty = || YearTable { days: BTreeMap::new(), origin: written.origin.clone(), whole: !adds_to_tables };
        let table = calendar.years.entry(*year).or_insert_with(empty);
        for (day, holiday) in &written.days {
            table.days.insert(*day, holiday.value.clone());
        }
        calendar.kept_dates.retain(|date, _| date.year() != *year || !written.days.contains_key(&date.month_day()));
    }
    not_in_one_year(calendar, &sheet.holidays, found);
    let says_holidays = !sheet.holidays.fixed.is_empty() || !sheet.holidays.years.is_empty();
    if says_holidays && !adds_to_tables {
        let (calendar_id, file) = (calendar.id.clone(), file.to_owned());
        calendar.tables = Some(Tables { calendar: calendar_id, file, span });
        if sheet.extends.is_some() {
            warn_of_gaps(span, calendar.years.keys(), found);
        }
    }
}

/// `not` of every year: on fixed holidays, and on that day in the tables of the base.
fn take_away(calendar: &mut Calendar, holidays: &Holidays, found: &mut Diagnostics) {
    for (day, Spanned { value: kept, span }) in &holidays.not_days {
        let fixed = calendar.fixed.remove(day).is_some();
        if fixed {
            calendar.kept_days.insert(*day, kept.clone());
        }
        let mut in_tables = false;
        for (year, table) in &mut calendar.years {
            if table.days.remove(day).is_none() {
                continue;
            }
            in_tables = true;
            if let Ok(date) = Jalali::of(*year, *day) {
                calendar.kept_dates.insert(date, kept.clone());
            }
        }
        if !fixed && !in_tables {
            found.push(repeats::no_holiday(*span));
        }
    }
}

/// `not` of one year: on the day of its table, and on a fixed holiday that falls on it.
fn not_in_one_year(calendar: &mut Calendar, holidays: &Holidays, found: &mut Diagnostics) {
    for (date, Spanned { value: kept, span }) in &holidays.not_dates {
        let day: MonthDay = date.month_day();
        let table = calendar.years.get_mut(&date.year());
        let in_table = table.is_some_and(|table| table.days.remove(&day).is_some());
        if in_table || calendar.fixed.contains_key(&day) {
            calendar.kept_dates.insert(*date, kept.clone());
        } else {
            found.push(repeats::no_holiday(*span));
        }
    }
}

/// A closure whose hours lie outside of those of its days was mostly meant otherwise.
fn closes_something(calendar: &Calendar, written: &WrittenClosure, found: &mut Diagnostics) {
    let Some(span) = written.hours_span else {
        return;
    };
    let mut usual = None;
    for day in closure::days(written.first, written.last) {
        let pattern = calendar.pattern(day, day.to_gregorian().weekday());
        let (Some(first), Some(last)) = (pattern.hours.first(), pattern.hours.last()) else {
            continue;
        };
        if calendar.holiday(day).is_some() {
            continue;
        }
        let is_outside = match &written.closure.hours {
            ClosedHours::From(minute) => *minute > 0 && (*minute < first.from || last.to <= *minute),
            open_only @ ClosedHours::OpenOnly(_) => {
                let mut minutes = pattern.hours.iter().flat_map(|hours| hours.from..hours.to);
                minutes.all(|minute| open_only.leaves(minute))
            }
        };
        if !is_outside {
            return;
        }
        usual = usual.or(Some(crate::Hours { from: first.from, to: last.to }));
    }
    if let Some(usual) = usual {
        found.push(outside(span, usual));
    }
}

fn outside(span: Span, usual: crate::Hours) -> Diagnostic {
    Diagnostic::warning(
        "PG-C020",
        span,
        format!("this lies outside of the usual hours {usual} of the day: the closure closes all of it or nothing"),
        format!("این ساعت بیرون از ساعت‌های معمول روز ({usual}) است: تعطیلی همهٔ روز را می‌بندد یا هیچ را"),
    )
    .with_help(
        "leave \"from\" and \"hours\" out where the whole day is closed",
        "اگر همهٔ روز تعطیل است from و hours را ننویسید",
    )
}
