//! The week: the usual hours of each day, or `always`.

use peygir_source::{Node, Span, Value};

use super::fields::Reader;
use crate::Hours;
use crate::model::DayPattern;

/// Sunday first, as the calendar keeps them.
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

pub(super) fn read(reader: &mut Reader, root: &Node) -> Option<[DayPattern; 7]> {
    match (root.entry("week"), root.entry("always")) {
        (Some(week), None) => days(reader, &week.node),
        (None, Some(always)) => open_always(reader, &always.node),
        (Some(_), Some(always)) => {
            either(reader, always.key_span);
            None
        }
        (None, None) => {
            either(reader, root.span);
            None
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

fn open_always(reader: &mut Reader, node: &Node) -> Option<[DayPattern; 7]> {
    if node.value != Value::Bool(true) {
        either(reader, node.span);
        return None;
    }
    let origin = reader.origin(node.span);
    Some(std::array::from_fn(|_| DayPattern { hours: vec![Hours::ALL_DAY], origin: origin.clone(), name: None }))
}

fn days(reader: &mut Reader, node: &Node) -> Option<[DayPattern; 7]> {
    reader.mapping(node, &DAYS)?;
    let week = DAYS.map(|name| match node.entry(name) {
        Some(entry) => {
            DayPattern { hours: day(reader, &entry.node), origin: reader.origin(entry.key_span), name: None }
        }
        None => DayPattern { hours: Vec::new(), origin: reader.origin(node.span), name: None },
    });
    if week.iter().all(|day| day.hours.is_empty()) && !reader.found.has_errors() {
        reader.error(
            "PG-C011",
            node.span,
            "the calendar is never open: no day of the week has hours",
            "این تقویم هرگز باز نیست: هیچ روزی ساعت کاری ندارد",
        );
    }
    Some(week)
}

/// The hours of one day in their order; those that overlap are told and left out.
fn day(reader: &mut Reader, node: &Node) -> Vec<Hours> {
    let mut all: Vec<(Hours, Span)> = Vec::new();
    for item in reader.items(node).unwrap_or_default() {
        let Some(next) = hours(reader, item) else {
            continue;
        };
        let other = all.iter().find(|(other, _)| other.from < next.to && next.from < other.to);
        if let Some((other, _)) = other {
            reader.error(
                "PG-C007",
                item.span,
                format!("the hours {next} overlap {other} of the same day"),
                format!("ساعت‌های {next} با {other} از همان روز هم‌پوشانی دارد"),
            );
            continue;
        }
        all.push((next, item.span));
    }
    all.sort_by_key(|(hours, _)| *hours);
    all.into_iter().map(|(hours, _)| hours).collect()
}

pub(super) fn hours(reader: &mut Reader, node: &Node) -> Option<Hours> {
    let text = reader.text(node)?;
    match Hours::parse(text) {
        Ok(hours) => Some(hours),
        Err(error) => {
            reader.error("PG-C006", node.span, error.to_string(), error.message_fa());
            None
        }
    }
}
