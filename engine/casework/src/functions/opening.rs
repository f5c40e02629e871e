//! Moments that are found in a calendar: its next opening, a day that a rule names; and what flows are told of them.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use peygir_calendar::{Calendars, Deadline, Jalali, Language, Place, Rule, date_time, month_name, weekday_name};
use peygir_core::{Data, Moment};
use serde_json::{Value, json};

use crate::deadlines::{Question, Underivable, both, rfc3339};
use crate::host::Fault;
use crate::records::Opening;

/// What stands in place of a rule where the next opening is meant.
pub(crate) const OPEN: &str = "open";

/// What is to be found from an instant on: `open`, or a rule in words or in its structured form.
pub(crate) fn sought(calendar: String, from: Moment, place: Place, what: &Value) -> Result<Opening, Fault> {
    let rule = match what.as_str() {
        Some(OPEN) => None,
        _ => {
            Rule::from_json(what).map_err(|error| Fault::Input(error.to_string()))?;
            Some(Data::from(what.clone()))
        }
    };
    Ok(Opening { calendar, from, place, rule, moves: Vec::new() })
}

/// The moment, as the calendars have it now.
pub(crate) fn find(calendars: &Calendars, opening: &Opening) -> Result<Moment, Underivable> {
    let (place, from) = (&opening.place, opening.from.to_jiff());
    let calendar = question(opening).calendar(calendars)?;
    let never = |why: String| Underivable::Never(opening.calendar.clone(), why);
    match &opening.rule {
        None => {
            let next = calendar.opening(place, from).map(|open| open.at.into());
            next.ok_or_else(|| never("it does not open within ten years".to_owned()))
        }
        Some(rule) => {
            let rule = Rule::from_json(rule.value()).map_err(|error| never(error.to_string()))?;
            let day = rule.after(calendar, place, from).map_err(|error| never(error.to_string()))?;
            Ok(day.at.into())
        }
    }
}

fn question(opening: &Opening) -> Question<'_> {
    Question { calendar: &opening.calendar, from: opening.from, place: &opening.place, suspensions: &[] }
}

/// What a flow is told of a moment that was counted to.
pub(crate) fn counted(deadline: &Deadline) -> Value {
    let mut told = moment(deadline.due, &deadline.time_zone());
    let mut account = deadline.to_json();
    told["text"] = account["text"].take();
    told["derivation"] = account["derivation"].take();
    told["caveats"] = account["caveats"].take();
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
    let (month, season) = (day.month(), day.season());
    let weekday = weekday_name(day.weekday(), Language::English);
    json!({
        "at": rfc3339(at, zone),
        "date": day.to_string(),
        "year": day.year(),
        "month": {
            "number": month,
            "fa": month_name(month, Language::Persian),
            "en": month_name(month, Language::English),
        },
        "season": {
            "number": season.number(),
            "name": season.as_str(),
            "fa": season.name(Language::Persian),
            "en": season.name(Language::English),
        },
        // `sat` to `fri`, as calendars write them.
        "weekday": weekday.chars().take(3).collect::<String>().to_lowercase(),
        "text": both(|language| date_time(at, zone, language)),
    })
}
