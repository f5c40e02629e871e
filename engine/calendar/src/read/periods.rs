//! Periods: other hours from one day on, to a last day or for good.

use peygir_source::{Help, Node, Span};

use super::fields::Reader;
use super::{PERIODS_MAX, week};
use crate::model::Period;
use crate::sheet::Spanned;
use crate::{Jalali, Name};

const KEYS: [&str; 5] = ["from", "to", "name", "week", "officeHours"];

pub(super) fn read(reader: &mut Reader, list: &Node) -> Vec<Spanned<Period>> {
    let mut periods: Vec<Spanned<Period>> = Vec::new();
    let items = reader.items(list).unwrap_or_default();
    reader.limit(list.span, items.len(), PERIODS_MAX, "periods in a calendar", "دوره در یک تقویم");
    for item in items.iter().take(PERIODS_MAX) {
        let Some(period) = period(reader, item) else {
            continue;
        };
        if let Some(other) = periods.iter().find(|other| overlap(&other.value, &period.value)) {
            overlaps(reader, period.span, other);
        }
        periods.push(period);
    }
    periods
}

fn period(reader: &mut Reader, item: &Node) -> Option<Spanned<Period>> {
    reader.mapping(item, &KEYS)?;
    let first = reader.date::<Jalali>(item, "from");
    let last = item.get("to").map(|_| reader.date::<Jalali>(item, "to"));
    let name = reader.name_of(item);
    let office_hours = item.get("officeHours").map(|node| week::hours(reader, node));
    let days = match item.get("week") {
        None if office_hours.is_some() => Some(Default::default()),
        _ => reader.required(item, "week").and_then(|node| week::some_days(reader, node)),
    };
    let (first, days, name) = (first?, days?, name?);
    let last = match last {
        Some(written) => Some(in_order(reader, first.value, written?)?),
        None => None,
    };
    let week = days.map(|day| day.map(|day| crate::model::DayPattern { name: Some(Name::clone(&name)), ..day.value }));
    let office_hours = office_hours.flatten().map(|hours| hours.value);
    Some(Spanned { value: Period { first: first.value, last, week, office_hours }, span: first.span })
}

/// The last day, if it is not before the first.
pub(super) fn in_order(reader: &mut Reader, first: Jalali, last: Spanned<Jalali>) -> Option<Jalali> {
    if first <= last.value {
        return Some(last.value);
    }
    let last_day = last.value;
    reader.error(
        "PG-C017",
        last.span,
        format!("it ends on {last_day}, before it begins on {first}"),
        format!("در {last_day} و پیش از آغازش در {first} پایان می‌یابد"),
    );
    None
}

/// Whether both say something of the same day and neither is the narrower one. A period with an end speaks over one
/// that holds for good, and of two that hold for good the later one speaks.
fn overlap(a: &Period, b: &Period) -> bool {
    let both = |(a, b): (&Option<_>, &Option<_>)| a.is_some() && b.is_some();
    let same_subject = a.week.iter().zip(&b.week).any(both) || (a.office_hours.is_some() && b.office_hours.is_some());
    let same_days = match (a.last, b.last) {
        (Some(a_last), Some(b_last)) => a.first <= b_last && b.first <= a_last,
        (None, None) => a.first == b.first,
        _ => false,
    };
    same_subject && same_days
}

fn overlaps(reader: &mut Reader, span: Span, other: &Spanned<Period>) {
    let line = other.span.line;
    reader.error_with_help(
        "PG-C018",
        span,
        format!("this period overlaps the one of line {line}: both say the hours of the same days"),
        format!("این دوره با دورهٔ سطر {line} هم‌پوشانی دارد: هر دو ساعت‌های همان روزها را می‌گویند"),
        Help::new(
            "let one end before the other begins, or let them say different days of the week",
            "یکی باید پیش از آغاز دیگری پایان یابد یا روزهای دیگری از هفته را بگوید",
        ),
    );
}
