//! Moments that are found in a calendar: its next opening, a day that a rule names.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use peygir_calendar::{Calendars, Deadline, Jalali, Place, Term, date_time, month_name, weekday_name};
use peygir_core::Moment;
use serde_json::{Value, json};

use crate::deadlines::{Question, Underivable, both, rfc3339};
use crate::host::{Context, Fault};
use crate::records::Opening;

/// What a wait for the next opening writes in place of a rule.
const OPEN: &str = "open";

/// The moment, as the calendars have it now.
pub(crate) fn find(calendars: &Calendars, opening: &Opening) -> Result<Moment, Underivable> {
    let question =
        Question { calendar: &opening.calendar, from: opening.from, place: &opening.place, suspensions: &[] };
    match &opening.rule {
        None => next_open(calendars, &question),
        Some(rule) => Err(Underivable::Rule(opening.calendar.clone(), rule.clone())),
    }
}

/// The first open instant from `from` on: the beginning of the first microsecond of open time.
fn next_open(calendars: &Calendars, question: &Question<'_>) -> Result<Moment, Underivable> {
    let first = question.derive(calendars, Term::WorkingTime { microseconds: 1 })?;
    Ok(Moment::from(first.due).plus_micros(-1))
}

/// A moment to be found from now on: `open`, or a rule.
pub(crate) fn from_now(
    context: &Context<'_>,
    calendar: Option<String>,
    place: Place,
    until: &str,
) -> Result<Opening, Fault> {
    let calendar = calendar.unwrap_or_else(|| context.resources.default_calendar().to_owned());
    let rule = (until != OPEN).then(|| until.to_owned());
    Ok(Opening { calendar, from: context.at, place, rule, moves: Vec::new() })
}

/// What a flow is told of a moment that was counted to.
pub(crate) fn counted(deadline: &Deadline) -> Value {
    let zone = deadline.time_zone();
    let mut told = moment(deadline.due, &zone);
    let account = deadline.to_json();
    told["text"] = account["text"].clone();
    told["derivation"] = account["derivation"].clone();
    told
}

/// What a flow is told of a moment that was found.
pub(crate) fn found(calendars: &Calendars, opening: &Opening, at: Moment) -> Value {
    let calendar = calendars.at(&opening.calendar, &opening.place);
    let zone = calendar.map_or(TimeZone::UTC, |calendar| calendar.zone().clone());
    moment(at.to_jiff(), &zone)
}

fn moment(at: Timestamp, zone: &TimeZone) -> Value {
    let day = Jalali::from_gregorian(zone.to_datetime(at).date());
    json!({
        "at": rfc3339(at, zone),
        "date": day.to_string(),
        "weekday": both(|language| weekday_name(day.weekday(), language).to_owned()),
        "month": both(|language| month_name(day.month(), language).to_owned()),
        "text": both(|language| date_time(at, zone, language)),
    })
}
