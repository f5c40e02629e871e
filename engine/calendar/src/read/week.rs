//! The week: the usual hours of each day, or `always`.

use peygir_source::{Node, Span, Value};

use super::HOURS_MAX;
use super::fields::Reader;
use crate::Hours;
use crate::model::DayPattern;
use crate::sheet::{Spanned, Week};

/// Sunday first, as the calendar keeps them.
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// The week and where it stands. A calendar that extends another may say less than all of it.
pub(super) fn read(reader: &mut Reader, root: &Node, extends: bool) -> (Option<Week>, Span) {
    let (week, always) = (root.entry("week"), root.entry("always"));
    match (week, always) {
        (Some(week), None) if extends => (some_days(reader, &week.node), week.node.span),
        (Some(week), None) => (all_days(reader, &week.node), week.node.span),
        (None, Some(always)) => (open_always(reader, &always.node), always.node.span),
        (None, None) if extends => (Some(Week::default()), root.span),
        (_, always) => {
            either(reader, always.map_or(root.span, |always| always.key_span));
            (None, root.span)
        }
    }
}

fn either(reader: &mut Reader, span: Span) {
    reader.error(
        "PG-C010",
        span,
        "a calendar has either \"week\" or \"always: true\"",
        "هر تقویم یا week دارد یا always: true",
    );
}

fn open_always(reader: &mut Reader, node: &Node) -> Option<Week> {
    if node.value != Value::Bool(true) {
        either(reader, node.span);
        return None;
    }
    let value = DayPattern { hours: vec![Hours::ALL_DAY], origin: reader.origin(node.span), name: None };
    Some(std::array::from_fn(|_| Some(Spanned { value: value.clone(), span: node.span })))
}

/// The days that are written, and no others.
pub(super) fn some_days(reader: &mut Reader, node: &Node) -> Option<Week> {
    reader.mapping(node, &DAYS)?;
    Some(DAYS.map(|name| {
        let entry = node.entry(name)?;
        let hours = day(reader, &entry.node);
        let value = DayPattern { hours, origin: reader.origin(entry.key_span), name: None };
        Some(Spanned { value, span: entry.key_span })
    }))
}

/// A day that is not written is off.
fn all_days(reader: &mut Reader, node: &Node) -> Option<Week> {
    let mut week = some_days(reader, node)?;
    let off = DayPattern { hours: Vec::new(), origin: reader.origin(node.span), name: None };
    for day in week.iter_mut().filter(|day| day.is_none()) {
        *day = Some(Spanned { value: off.clone(), span: node.span });
    }
    if week.iter().flatten().all(|day| day.value.hours.is_empty()) && !reader.found.has_errors() {
        reader.found.push(never_open(node.span));
    }
    Some(week)
}

pub(crate) fn never_open(span: Span) -> peygir_source::Diagnostic {
    peygir_source::Diagnostic::error(
        "PG-C011",
        span,
        "the calendar is never open: no day of the week has hours",
        "این تقویم هرگز باز نیست: هیچ روزی ساعت کاری ندارد",
    )
}

/// The hours of one day in their order; those that overlap are told and left out.
pub(super) fn day(reader: &mut Reader, node: &Node) -> Vec<Hours> {
    let mut all: Vec<Hours> = Vec::new();
    let items = reader.items(node).unwrap_or_default();
    reader.limit(node.span, items.len(), HOURS_MAX, "spans of hours in a day", "بازهٔ ساعت در یک روز");
    for item in items.iter().take(HOURS_MAX) {
        let Some(Spanned { value: next, span }) = hours(reader, item) else {
            continue;
        };
        let other = all.iter().find(|other| other.from < next.to && next.from < other.to);
        if let Some(other) = other {
            reader.error(
                "PG-C007",
                span,
                format!("the hours {next} overlap {other} of the same day"),
                format!("ساعت‌های {next} با {other} از همان روز هم‌پوشانی دارد"),
            );
            continue;
        }
        all.push(next);
    }
    all.sort();
    all
}

pub(super) fn hours(reader: &mut Reader, node: &Node) -> Option<Spanned<Hours>> {
    let text = reader.text(node)?;
    match Hours::parse(text) {
        Ok(value) => Some(Spanned { value, span: node.span }),
        Err(error) => {
            reader.error("PG-C006", node.span, error.to_string(), error.message_fa());
            None
        }
    }
}
