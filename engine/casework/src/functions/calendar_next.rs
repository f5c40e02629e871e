//! `calendar-next`: asks the calendars for a moment, and is answered at once: the next opening, the day that a rule
//! names, the moment after so many working days or so much working time.

use peygir_calendar::Calendars;
use peygir_core::Moment;
use serde::Deserialize;
use serde_json::Value;

use super::Function;
use super::opening::{self, OPEN};
use crate::deadlines::{self, Question};
use crate::host::{Context, Fault, Reply, input};
use crate::records::{CallRef, Opening};
use crate::terms;

pub const FUNCTION: Function = Function {
    name: "calendar-next",
    input: r#"{"type":"object","additionalProperties":false,"minProperties":1,"properties":{
        "rule":{"type":["string","object"],"description":"like: first working monday of the season"},
        "open":{"const":true},"workingDays":{"type":"integer","minimum":1},
        "workingHours":{"type":["integer","string"]},
        "from":{"type":"string","description":"an instant, RFC 3339; the present one where absent"},
        "calendar":{"type":"string"}},
        "oneOf":[{"required":["rule"]},{"required":["open"]},{"required":["workingDays"]},
            {"required":["workingHours"]}]}"#,
    output: r#"{"type":"object","required":["at","date","text"],"properties":{"at":{"type":"string"},
        "date":{"type":"string"},"year":{"type":"integer"},"month":{"type":"object"},"season":{"type":"object"},
        "weekday":{"type":"string"},"text":{"type":"object"},"derivation":{"type":"array"},
        "caveats":{"type":"array"}}}"#,
    call,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Input {
    rule: Option<Value>,
    #[serde(default)]
    open: bool,
    working_days: Option<u32>,
    working_hours: Option<Value>,
    from: Option<String>,
    calendar: Option<String>,
}

fn call(context: &mut Context<'_>, call: &CallRef, with: &Value) -> Result<Reply, Fault> {
    let asked: Input = input(with)?;
    let term = terms::term(None, asked.working_days, asked.working_hours.as_ref())?;
    let place = deadlines::place_of(context.records, None);
    let from = asked.from.as_deref().map(instant).transpose()?.unwrap_or(context.at);
    let calendars = context.resources.calendars(&place);
    let calendar = asked.calendar.unwrap_or_else(|| context.resources.default_calendar().to_owned());
    let answer = match (term, asked.rule, asked.open) {
        (Some(term), None, false) => {
            let question = Question { calendar: &calendar, from, place: &place, suspensions: &[] };
            opening::counted(&question.derive(context.basis(&place), term)?)
        }
        (None, Some(what), false) => found(calendars, &opening::sought(calendar, from, place, &what)?)?,
        (None, None, true) => found(calendars, &opening::sought(calendar, from, place, &OPEN.into())?)?,
        _ => {
            return Err(Fault::Input("give one of `rule`, `open`, `workingDays` and `workingHours`".to_owned()));
        }
    };
    Ok(Reply::answered(call, Vec::new(), answer))
}

fn found(calendars: &Calendars, sought: &Opening) -> Result<Value, Fault> {
    Ok(opening::found(calendars, sought, opening::find(calendars, sought)?))
}

fn instant(text: &str) -> Result<Moment, Fault> {
    text.parse::<jiff::Timestamp>()
        .map(Moment::from)
        .map_err(|_| Fault::Input(format!("`from: {text}` is no instant like 2026-11-21T10:00:00+03:30")))
}
