//! Holidays, fixed and by year, and closures.

use std::collections::BTreeMap;
use std::str::FromStr;

use peygir_source::{Node, Span};

use super::fields::Reader;
use crate::closure::{self, Closures};
use crate::hours::minute_of_day;
use crate::{
    Certainty, ClosedHours, Closure, Holiday, Jalali, JalaliError, MonthDay, Scope, YEAR_MAX, YEAR_MIN, YearTable,
};

type Fixed = BTreeMap<MonthDay, Holiday>;
type Years = BTreeMap<i16, YearTable>;

pub(super) fn read(reader: &mut Reader, node: &Node) -> (Fixed, Years) {
    if reader.mapping(node, &["fixed", "years"]).is_none() {
        return Default::default();
    }
    let fixed = node.get("fixed").map(|list| fixed_days(reader, list)).unwrap_or_default();
    let years = node.get("years").map(|list| tables(reader, list)).unwrap_or_default();
    warn_of_gaps(reader, node.span, &years);
    (fixed, years)
}

fn fixed_days(reader: &mut Reader, list: &Node) -> Fixed {
    let mut days = Fixed::new();
    for item in reader.items(list).unwrap_or_default() {
        if reader.mapping(item, &["day", "name"]).is_none() {
            continue;
        }
        let day = date::<MonthDay>(reader, item, "day");
        let name = reader.name_of(item);
        let (Some((day, span)), Some(name)) = (day, name) else {
            continue;
        };
        let origin = reader.origin(item.span);
        let holiday = Holiday { name, certainty: Certainty::Announced, origin };
        if days.insert(day, holiday).is_some() {
            twice(reader, span);
        }
    }
    days
}

fn tables(reader: &mut Reader, list: &Node) -> Years {
    let mut years = Years::new();
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
        let table = YearTable { days: table_days(reader, year, days), origin, whole: true };
        if years.insert(year, table).is_some() {
            twice(reader, span);
        }
    }
    years
}

fn year(reader: &mut Reader, item: &Node) -> Option<(i16, Span)> {
    let node = reader.required(item, "year")?;
    let number = reader.integer(node)?;
    let year = i16::try_from(number).ok().filter(|y| (YEAR_MIN..=YEAR_MAX).contains(y));
    if year.is_none() {
        bad_date(reader, node.span, &JalaliError::Year(number));
    }
    year.map(|year| (year, node.span))
}

fn table_days(reader: &mut Reader, year: i16, list: &Node) -> BTreeMap<MonthDay, Holiday> {
    let mut days = BTreeMap::new();
    for item in reader.items(list).unwrap_or_default() {
        if reader.mapping(item, &["day", "name", "state"]).is_none() {
            continue;
        }
        let day = date::<MonthDay>(reader, item, "day");
        let name = reader.name_of(item);
        let certainty = certainty(reader, item);
        let (Some((day, span)), Some(name), Some(certainty)) = (day, name, certainty) else {
            continue;
        };
        if let Err(error) = Jalali::of(year, day) {
            bad_date(reader, span, &error);
        }
        let holiday = Holiday { name, certainty, origin: reader.origin(item.span) };
        if days.insert(day, holiday).is_some() {
            twice(reader, span);
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

/// A year between two that have a table is most likely forgotten; fixed holidays alone are not all holidays.
fn warn_of_gaps(reader: &mut Reader, span: Span, years: &Years) {
    let (Some(first), Some(last)) = (years.keys().next(), years.keys().next_back()) else {
        if !reader.found.has_errors() {
            reader.warning(
                "PG-C013",
                span,
                "no year has a table of holidays, so lunar holidays count as open days".to_owned(),
                "هیچ سالی جدول تعطیلات ندارد و تعطیلات قمری روز باز حساب می‌شوند".to_owned(),
            );
        }
        return;
    };
    for year in (*first..=*last).filter(|year| !years.contains_key(year)) {
        reader.warning(
            "PG-C013",
            span,
            format!("the year {year} has no table of holidays, though years before and after have"),
            format!("سال {year} جدول تعطیلات ندارد، ولی سال‌های پیش و پس از آن دارند"),
        );
    }
}

pub(super) fn closures(reader: &mut Reader, list: &Node) -> Closures {
    let mut closures = Closures::new();
    for item in reader.items(list).unwrap_or_default() {
        if reader.mapping(item, &["date", "from", "name"]).is_none() {
            continue;
        }
        let date = date::<Jalali>(reader, item, "date");
        let name = reader.name_of(item);
        let from = item.get("from").map_or(Some(0), |node| minute(reader, node));
        let (Some((date, span)), Some(name), Some(from)) = (date, name, from) else {
            continue;
        };
        if closures.contains_key(&date) {
            twice(reader, span);
        }
        let (hours, origin) = (ClosedHours::From(from), reader.origin(item.span));
        closure::add(&mut closures, date, date, Closure { scope: Scope::default(), hours, name, origin });
    }
    closures
}

fn minute(reader: &mut Reader, node: &Node) -> Option<u16> {
    let text = reader.text(node)?;
    match minute_of_day(text) {
        Ok(minute) => Some(minute),
        Err(error) => {
            reader.error("PG-C006", node.span, error.to_string(), error.message_fa());
            None
        }
    }
}

/// A date under a required key, and where it stood.
fn date<T: FromStr<Err = JalaliError>>(reader: &mut Reader, item: &Node, key: &str) -> Option<(T, Span)> {
    let node = reader.required(item, key)?;
    let text = reader.text(node)?;
    match text.parse() {
        Ok(date) => Some((date, node.span)),
        Err(error) => {
            bad_date(reader, node.span, &error);
            None
        }
    }
}

fn bad_date(reader: &mut Reader, span: Span, error: &JalaliError) {
    reader.error("PG-C008", span, error.to_string(), error.message_fa());
}

fn twice(reader: &mut Reader, span: Span) {
    reader.error(
        "PG-C009",
        span,
        "this day or year is written twice in the same list",
        "این روز یا سال در همین فهرست دو بار نوشته شده است",
    );
}
