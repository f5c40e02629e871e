//! `wait-working`: waits for working time to pass, or for the offices to open. A closure that is declared meanwhile
//! moves its end.

use serde::Deserialize;
use serde_json::Value;

use super::{Function, opening};
use crate::deadlines;
use crate::event::Event;
use crate::host::{Context, Fault, Reply, input};
use crate::records::{CallRef, Wait};
use crate::terms;

pub const FUNCTION: Function = Function {
    name: "wait-working",
    input: r#"{"type":"object","additionalProperties":false,"minProperties":1,"properties":{
        "workingDays":{"type":"integer","minimum":1},"workingHours":{"type":["integer","string"]},
        "until":{"type":["string","object"],"description":"open, or a rule like: first working day of the month"},
        "calendar":{"type":"string"}},
        "oneOf":[{"required":["workingDays"]},{"required":["workingHours"]},{"required":["until"]}]}"#,
    output: r#"{"type":"object","required":["at","date","text"],"properties":{"at":{"type":"string"},
        "date":{"type":"string"},"year":{"type":"integer"},"month":{"type":"object"},"season":{"type":"object"},
        "weekday":{"type":"string"},"text":{"type":"object"},"derivation":{"type":"array"},
        "caveats":{"type":"array"}}}"#,
    call,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Input {
    working_days: Option<u32>,
    working_hours: Option<Value>,
    until: Option<Value>,
    calendar: Option<String>,
}

/// Waits belong to the flow and not to an agency: what is closed for one agency alone does not hold them up.
fn call(context: &mut Context<'_>, call: &CallRef, with: &Value) -> Result<Reply, Fault> {
    let asked: Input = input(with)?;
    let term = terms::term(None, asked.working_days, asked.working_hours.as_ref())?;
    let place = deadlines::place_of(context.records, None);
    let (at, terms, opening) = match (term, asked.until) {
        (Some(term), None) => {
            let terms = terms::begin(context, asked.calendar.as_deref(), term, None, place)?;
            (terms.deadline.due.into(), Some(Box::new(terms)), None)
        }
        (None, Some(until)) => {
            let calendar = asked.calendar.unwrap_or_else(|| context.resources.default_calendar().to_owned());
            let opening = opening::sought(calendar, context.at, place, &until)?;
            let at = opening::find(context.resources.calendars(&opening.place), &opening)?;
            (at, None, Some(Box::new(opening)))
        }
        _ => return Err(Fault::Input("give one of `workingDays`, `workingHours` and `until`".to_owned())),
    };
    let wait = Wait { id: context.draws.id(), caller: call.clone(), at, terms, ended_at: None, opening };
    Ok(Reply { events: vec![Event::WaitBegun(wait)], ..Reply::default() })
}

/// Its moment came: the flow goes on.
pub(crate) fn over(context: &Context<'_>, wait: &Wait) -> Reply {
    let answer = answer(context, wait);
    let events = vec![Event::WaitEnded { wait: wait.id }];
    Reply { events, answers: vec![(wait.caller.clone(), answer)], ..Reply::default() }
}

fn answer(context: &Context<'_>, wait: &Wait) -> Value {
    match (&wait.terms, &wait.opening) {
        (Some(terms), _) => opening::counted(&terms.deadline),
        (None, Some(opening)) => opening::found(context.resources.calendars(&opening.place), opening, wait.at),
        (None, None) => serde_json::json!({ "at": wait.at.to_string() }),
    }
}
