//! Holidays, fixed and by year, and those of the base that are not kept.

use std::collections::BTreeMap;

use peygir_source::{Diagnostic, Diagnostics, Node, Span};

use super::fields::Reader;
use crate::sheet::{Holidays, KeptOpen, Spanned, WrittenYear};
use crate::{Certainty, Holiday, Jalali, JalaliError, MonthDay, YEAR_MAX, YEAR_MIN};

pub(super) fn read(reader: &mut Reader, node: &Node, extends: bool) -> Holidays {
    if reader.mapping(node, &["fixed", "years", "not"]).is_none() {
        return Holidays::default();
    }
    let mut holidays = Holidays { span: Some(node.span), ..Holidays::default() };
    holidays.fixed = node.get("fixed").map(|list| fixed_days(reader, list)).unwrap_or_default();
    holidays.years = node.get("years").map(|list| tables(reader, list)).unwrap_or_default();
    if let Some(list) = node.get("not") {
        kept_open(reader, list, &mut holidays);
    }
    // What extends another may add days to its tables: only both together can be called whole.
    // After an error a table may be missing because it could not be read.
    let is_judged = !holidays.years.is_empty() || !reader.found.has_errors();
    if is_judged && !extends {
        warn_of_gaps(node.span, holidays.years.keys(), &mut reader.found);
    }
    holidays
}

fn fixed_days(reader: &mut Reader, list: &Node) -> BTreeMap<MonthDay, Spanned<Holiday>> {
    let mut days = BTreeMap::new();
    for item in reader.items(list).unwrap_or_default() {
        if reader.mapping(item, &["day", "name"]).is_none() {
            continue;
        }
        let day = reader.date::<MonthDay>(item, "day");
        let name = reader.name_of(item);
        let (Some(Spanned { value: day, span }), Some(name)) = (day, name) else {
            continue;
        };
        let origin = reader.origin(item.span);
        let value = Holiday { name, certainty: Certainty::Announced, origin };
        if days.insert(day, Spanned { value, span }).is_some() {
            reader.twice(span);
        }
    }
    days
}

fn tables(reader: &mut Reader, list: &Node) -> BTreeMap<i16, WrittenYear> {
    let mut years = BTreeMap::new();
    for item in reader.items(list).unwrap_or_default() {
        if reader.mapping(item, &["year", "days"]).is_none() {
            continue;
        }
        let year = year(reader, item);
        let days = reader.required(item, "days");
        let (Some((year, span)), Some(days)) = (year, days) else {
            continue;
        };
        let origin = reader.origin(item.span);
        let table = WrittenYear { days: table_days(reader, year, days), origin };
        if years.insert(year, table).is_some() {
            reader.twice(span);
        }
    }
    years
}

fn year(reader: &mut Reader, item: &Node) -> Option<(i16, Span)> {
    let node = reader.required(item, "year")?;
    let number = reader.integer(node)?;
    let year = i16::try_from(number).ok().filter(|y| (YEAR_MIN..=YEAR_MAX).contains(y));
    if year.is_none() {
        reader.bad_date(node.span, &JalaliError::Year(number));
    }
    year.map(|year| (year, node.span))
}

fn table_days(reader: &mut Reader, year: i16, list: &Node) -> BTreeMap<MonthDay, Spanned<Holiday>> {
    let mut days = BTreeMap::new();
    for item in reader.items(list).unwrap_or_default() {
        if reader.mapping(item, &["day", "name", "state"]).is_none() {
            continue;
        }
        let day = reader.date::<MonthDay>(item, "day");
        let name = reader.name_of(item);
        let certainty = certainty(reader, item);
        let (Some(Spanned { value: day, span }), Some(name), Some(certainty)) = (day, name, certainty) else {
            continue;
        };
        if let Err(error) = Jalali::of(year, day) {
            reader.bad_date(span, &error);
        }
        let value = Holiday { name, certainty, origin: reader.origin(item.span) };
        if days.insert(day, Spanned { value, span }).is_some() {
            reader.twice(span);
        }
    }
    days
}

fn certainty(reader: &mut Reader, item: &Node) -> Option<Certainty> {
    let node = reader.required(item, "state")?;
    match node.as_str() {
        Some("announced") => Some(Certainty::Announced),
        Some("estimated") => Some(Certainty::Estimated),
        _ => {
            reader.error(
                "PG-C012",
                node.span,
                "the state of a holiday is \"announced\" or \"estimated\"",
                "وضعیت (state) یک تعطیلی announced یا estimated است",
            );
            None
        }
    }
}

/// `not`: days, of every year or of one, on which a holiday is not kept.
fn kept_open(reader: &mut Reader, list: &Node, holidays: &mut Holidays) {
    for item in reader.items(list).unwrap_or_default() {
        if reader.mapping(item, &["day", "name"]).is_none() {
            continue;
        }
        let name = reader.name_of(item);
        let Some(node) = reader.required(item, "day") else {
            continue;
        };
        let of_one_year = node.as_str().is_some_and(|text| text.matches(['/', '-']).count() == 2);
        let kept = name.map(|name| KeptOpen { name, origin: reader.origin(item.span) });
        if of_one_year {
            let date = reader.date::<Jalali>(item, "day");
            let own = |holidays: &Holidays, date: Jalali| {
                holidays.years.get(&date.year()).is_some_and(|table| table.days.contains_key(&date.month_day()))
            };
            keep(reader, date, kept, own, holidays, |holidays| &mut holidays.not_dates);
        } else {
            let day = reader.date::<MonthDay>(item, "day");
            let own = |holidays: &Holidays, day: MonthDay| holidays.fixed.contains_key(&day);
            keep(reader, day, kept, own, holidays, |holidays| &mut holidays.not_days);
        }
    }
}

type Kept<D> = BTreeMap<D, Spanned<KeptOpen>>;

fn keep<D: Ord + Copy>(
    reader: &mut Reader,
    day: Option<Spanned<D>>,
    kept: Option<KeptOpen>,
    is_own: impl Fn(&Holidays, D) -> bool,
    holidays: &mut Holidays,
    list: impl Fn(&mut Holidays) -> &mut Kept<D>,
) {
    let (Some(Spanned { value: day, span }), Some(value)) = (day, kept) else {
        return;
    };
    if is_own(holidays, day) {
        reader.error(
            "PG-C024",
            span,
            "this calendar itself makes the day a holiday: it cannot be off and not off",
            "همین تقویم این روز را تعطیل می‌کند؛ یک روز نمی‌تواند هم تعطیل باشد و هم نباشد",
        );
    } else if list(holidays).insert(day, Spanned { value, span }).is_some() {
        reader.twice(span);
    }
}

/// A year between two that have a table is most likely forgotten; fixed holidays alone are not all holidays.
pub(crate) fn warn_of_gaps<'a>(
    span: Span,
    mut years: impl DoubleEndedIterator<Item = &'a i16> + Clone,
    found: &mut Diagnostics,
) {
    let all = years.clone();
    let Some(first) = years.next() else {
        found.push(Diagnostic::warning(
            "PG-C013",
            span,
            "no year has a table of holidays, so lunar holidays count as open days",
            "هیچ سالی جدول تعطیلات ندارد و تعطیلات قمری روز باز حساب می‌شوند",
        ));
        return;
    };
    let last = years.next_back().unwrap_or(first);
    for year in (*first..=*last).filter(|year| !all.clone().any(|one| one == year)) {
        found.push(Diagnostic::warning(
            "PG-C013",
            span,
            format!("the year {year} has no table of holidays, though years before and after have"),
            format!("سال {year} جدول تعطیلات ندارد، ولی سال‌های پیش و پس از آن دارند"),
        ));
    }
}
