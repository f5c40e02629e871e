//! Closures as they are written: one day or several, from an hour on or other hours, everywhere or in some places.

use peygir_source::{Help, Node, Span};

use super::fields::Reader;
use super::periods::in_order;
use super::{CLOSURES_MAX, scope, week};
use crate::closure::{CLOSURE_DAYS_MAX, CLOSURE_HOURS_MAX, days_of};
use crate::hours::minute_of_day;
use crate::sheet::WrittenClosure;
use crate::{ClosedHours, Closure, Jalali, Scope};

const KEYS: [&str; 6] = ["date", "dates", "from", "hours", "name", "for"];

pub(super) fn read(reader: &mut Reader, list: &Node) -> Vec<WrittenClosure> {
    let mut closures: Vec<WrittenClosure> = Vec::new();
    let items = reader.items(list).unwrap_or_default();
    reader.limit(list.span, items.len(), CLOSURES_MAX, "closures in a calendar", "تعطیلی در یک تقویم");
    for item in items.iter().take(CLOSURES_MAX) {
        let Some(next) = closure(reader, item) else {
            continue;
        };
        let same = |other: &&WrittenClosure| {
            other.closure.scope == next.closure.scope && other.first <= next.last && next.first <= other.last
        };
        if let Some(first) = closures.iter().find(same) {
            closed_twice(reader, first, next.span);
        }
        closures.push(next);
    }
    closures
}

/// Closures for other places may name the same day: each holds in its own.
fn closed_twice(reader: &mut Reader, first: &WrittenClosure, span: Span) {
    let line = first.span.line;
    reader.error_with_help(
        "PG-C009",
        span,
        format!("the closure in line {line} holds on this day and for the same place already"),
        format!("تعطیلی سطر {line} در همین روز و برای همین جا هست"),
        Help::new(
            "write one closure for the place and the day, or another \"for\" where another place is meant",
            "برای هر جا و هر روز یک تعطیلی بنویسید، یا اگر جای دیگری منظور است for آن را",
        ),
    );
}

fn closure(reader: &mut Reader, item: &Node) -> Option<WrittenClosure> {
    reader.mapping(item, &KEYS)?;
    let days = days(reader, item);
    let name = reader.name_of(item);
    let hours = hours(reader, item);
    let scope = item.get("for").map_or(Some(Scope::default()), |node| scope::read(reader, node));
    let (first, last, span) = days?;
    let (hours, hours_span) = hours?;
    let closure = Closure { scope: scope?, hours, name: name?, origin: reader.origin(item.span), declared: None };
    Some(WrittenClosure { first, last, closure, span, hours_span })
}

/// `date: 1405/05/16` or `dates: { from: 1405/05/16, to: 1405/05/20 }`.
fn days(reader: &mut Reader, item: &Node) -> Option<(Jalali, Jalali, Span)> {
    match (item.entry("date"), item.entry("dates")) {
        (_, None) => {
            let day = reader.date::<Jalali>(item, "date")?;
            Some((day.value, day.value, day.span))
        }
        (None, Some(dates)) => range(reader, &dates.node),
        (Some(_), Some(dates)) => {
            one_way(reader, dates.key_span, "\"date\" or \"dates\"", "یا date دارد یا dates");
            None
        }
    }
}

fn range(reader: &mut Reader, node: &Node) -> Option<(Jalali, Jalali, Span)> {
    reader.mapping(node, &["from", "to"])?;
    let first = reader.date::<Jalali>(node, "from");
    let last = reader.date::<Jalali>(node, "to");
    let (first, last) = (first?, last?);
    let last = in_order(reader, first.value, last)?;
    let days = usize::try_from(days_of(first.value, last)).unwrap_or(usize::MAX);
    let within = reader.limit(node.span, days, CLOSURE_DAYS_MAX as usize, "days in one closure", "روز در یک تعطیلی");
    within.then_some((first.value, last, first.span))
}

/// The whole day, `from: "12:00"` or `hours: ["06:00-10:00"]`.
fn hours(reader: &mut Reader, item: &Node) -> Option<(ClosedHours, Option<Span>)> {
    match (item.get("from"), item.entry("hours")) {
        (None, None) => Some((ClosedHours::From(0), None)),
        (Some(node), None) => Some((ClosedHours::From(minute(reader, node)?), Some(node.span))),
        (None, Some(entry)) => open_only(reader, &entry.node),
        (Some(_), Some(entry)) => {
            one_way(reader, entry.key_span, "\"from\" or \"hours\", or neither", "یا from دارد یا hours یا هیچ‌کدام");
            None
        }
    }
}

fn open_only(reader: &mut Reader, node: &Node) -> Option<(ClosedHours, Option<Span>)> {
    let count = node.items().map_or(0, <[Node]>::len);
    reader.limit(node.span, count, CLOSURE_HOURS_MAX, "spans of hours in a closure", "بازهٔ ساعت در یک تعطیلی");
    let hours = week::day(reader, node);
    if count == 0 && node.items().is_some() {
        one_way(
            reader,
            node.span,
            "no \"hours\" where the whole day is closed: leave them out",
            "برای تعطیلی همهٔ روز hours ندارد؛ آن را ننویسید",
        );
    }
    (!hours.is_empty()).then_some((ClosedHours::OpenOnly(hours), Some(node.span)))
}

fn one_way(reader: &mut Reader, span: Span, en: &str, fa: &str) {
    reader.error("PG-C026", span, format!("a closure has {en}"), format!("هر تعطیلی {fa}"));
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
