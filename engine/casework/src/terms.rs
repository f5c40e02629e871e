//! Deadlines and reminders as flows write them, turned into instants by the calendars.

use peygir_core::{Data, Moment};
use peygir_dsl::duration::Duration;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::host::{Context, Fault};

/// `due: {within: PT3H}` or `{workingDays: 10, max: 15}`, by a calendar of its own or the flow's.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Due {
    pub within: Option<String>,
    pub working_days: Option<u32>,
    /// The instant at which the task expires: working days, or a duration beside `within`.
    pub max: Option<Value>,
    pub calendar: Option<String>,
}

/// `{after: PT1H30M, …}` from the task's start, or `{before: PT30M, …}` the deadline.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remind {
    pub after: Option<String>,
    pub before: Option<String>,
    pub tell: Value,
    pub by: Value,
    pub template: String,
}

/// An instant with how it was derived.
pub struct Deadline {
    pub due_at: Moment,
    pub max_at: Option<Moment>,
    pub derivation: Data,
}

/// Microseconds of an ISO 8601 duration without months or years.
pub fn micros(text: &str) -> Result<i64, Fault> {
    match Duration::parse(text) {
        Ok(Duration { months: 0, microseconds }) => Ok(microseconds),
        Ok(_) => Err(Fault::Input(format!("`{text}`: months and years have no fixed length here"))),
        Err(error) => Err(Fault::Input(format!("`{text}` is no ISO 8601 duration: {error}"))),
    }
}

pub fn derive(context: &Context<'_>, due: &Due) -> Result<Deadline, Fault> {
    let name = due.calendar.as_deref().unwrap_or_else(|| context.resources.default_calendar());
    let calendar =
        context.resources.calendar(name).ok_or_else(|| Fault::Missing(format!("there is no calendar `{name}`")))?;
    let from = context.at.to_jiff();
    let of_days = |days: u32| {
        calendar.working_days(from, days).map_err(|error| Fault::State(format!("calendar `{name}`: {error}")))
    };
    let of_time = |text: &str| {
        let span = jiff::SignedDuration::from_micros(micros(text)?);
        calendar.within(from, span).map_err(|error| Fault::State(format!("calendar `{name}`: {error}")))
    };
    let (deadline, max) = match (&due.within, due.working_days) {
        (Some(text), None) => {
            (of_time(text)?, due.max.as_ref().map(|max| max.as_str().map_or(Err(wrong_max()), of_time)))
        }
        (None, Some(days)) => {
            let max = due
                .max
                .as_ref()
                .map(|max| max.as_u64().and_then(|days| u32::try_from(days).ok()).map_or(Err(wrong_max()), of_days));
            (of_days(days)?, max)
        }
        _ => return Err(Fault::Input("`due` has either `within` or `workingDays`".to_owned())),
    };
    let max = max.transpose()?;
    Ok(Deadline {
        due_at: deadline.due.into(),
        max_at: max.as_ref().map(|max| max.due.into()),
        derivation: Data::from(json!({
            "calendar": name, "due": deadline.to_json(), "max": max.map(|max| max.to_json()),
        })),
    })
}

fn wrong_max() -> Fault {
    Fault::Input("`max` is a number of working days beside `workingDays`, a duration beside `within`".to_owned())
}

pub fn remind_at(context: &Context<'_>, remind: &Remind, deadline: Option<&Deadline>) -> Result<Moment, Fault> {
    match (&remind.after, &remind.before, deadline) {
        (Some(after), None, _) => Ok(context.at.plus_micros(micros(after)?)),
        (None, Some(before), Some(deadline)) => Ok(deadline.due_at.plus_micros(-micros(before)?)),
        (None, Some(_), None) => Err(Fault::Input("a reminder `before` needs a `due`".to_owned())),
        _ => Err(Fault::Input("a reminder has either `after` or `before`".to_owned())),
    }
}
