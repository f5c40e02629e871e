//! `verification-call`: somebody asks the citizen whether it is solved. Today an operator of the call list does; the
//! flow does not see who. It is answered when the citizen was reached or the tries are used up.

use peygir_calendar::Window;
use peygir_core::Moment;
use serde::Deserialize;

use super::agency_time::Named;
use super::{Function, human_task};
use crate::deadlines;
use crate::event::Event;
use crate::host::{Context, Fault, Reply, input};
use crate::records::{CallRef, Task, TaskKind, TaskStatus, Terms};
use crate::terms;

/// Most tries that a flow may ask for.
pub const ATTEMPTS_MAX: u32 = 20;

pub const FUNCTION: Function = Function {
    name: "verification-call",
    input: INPUT,
    output: OUTPUT,
    call: |context, call, with| begin(context, call, input(with)?),
};

/// As scripts have it: a call that an agency makes has no time of a script's.
pub const ACTION: Function = Function {
    name: FUNCTION.name,
    input: INPUT,
    output: OUTPUT,
    call: |context, call, with| {
        let asked: Input = input(with)?;
        let whom = asked.assign.as_ref().map(|assign| Named { role: &assign.role, person: None });
        if let Some(whom) = whom.filter(|whom| whom.answers_for_an_agency(context)) {
            whom.given_none(asked.due.is_some())?;
        }
        begin(context, call, asked)
    },
};

const INPUT: &str = concat!(
    r#"{"type":"object","required":["script"],"additionalProperties":false,"properties":{
        "script":{"type":"string","description":"the form whose questions are asked"},
        "attempts":{"type":"integer","minimum":1,"maximum":20,"default":3},
        "every":{"type":"string","default":"PT30M"},
        "between":{"type":"string","default":"08:00-21:00"},
        "assign":{"type":"object","properties":{"role":{"type":"string"}}},
        "due":"#,
    due_schema!(),
    r#","reminders":"#,
    reminders_schema!(),
    "}}"
);
const OUTPUT: &str = r#"{"type":"object","required":["outcome","attempts"],"properties":{
        "outcome":{"enum":["solved","unsolved","unreached"]},"satisfaction":{"type":["integer","null"]},
        "attempts":{"type":"integer"}}}"#;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    script: String,
    #[serde(default = "three")]
    attempts: u32,
    #[serde(default = "half_an_hour")]
    every: String,
    #[serde(default = "by_day")]
    between: String,
    assign: Option<Assign>,
    due: Option<terms::Due>,
    #[serde(default)]
    reminders: Vec<terms::Remind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Assign {
    role: String,
}

fn three() -> u32 {
    3
}

fn half_an_hour() -> String {
    "PT30M".to_owned()
}

fn by_day() -> String {
    "08:00-21:00".to_owned()
}

fn begin(context: &mut Context<'_>, call: &CallRef, asked: Input) -> Result<Reply, Fault> {
    if context.resources.form(&asked.script).is_none() {
        return Err(Fault::Missing(format!("there is no form `{}`", asked.script)));
    }
    if asked.attempts == 0 || asked.attempts > ATTEMPTS_MAX {
        return Err(Fault::Input(format!("`attempts` is from 1 to {ATTEMPTS_MAX}")));
    }
    let every_us = terms::micros(&asked.every)?;
    let place = deadlines::place_of(context.records, None);
    let terms = terms::terms(context, asked.due.as_ref(), None, place)?;
    // A citizen is asked until they were reached or the tries are used up: time alone does not end it.
    let terms = terms.map(|terms| Terms { max: None, max_deadline: None, ..terms });
    let reminders = human_task::reminders(context, &asked.reminders, terms.as_ref(), None)?;
    let not_before = next_call(context, context.at, &asked.between)?;
    let round = context.records.case.as_ref().map_or(1, |case| case.round);
    let task = Task {
        id: context.draws.id(),
        kind: TaskKind::VerificationCall,
        form: asked.script,
        role: asked.assign.map_or_else(|| "operator".to_owned(), |assign| assign.role),
        person: None,
        copy_to: Vec::new(),
        status: TaskStatus::Open,
        claimed_by: None,
        caller: call.clone(),
        created_at: context.at,
        due_at: terms.as_ref().map(|terms| terms.deadline.due.into()),
        max_at: None,
        derivation: None,
        overdue_at: None,
        on_overdue: None,
        reminders,
        closed_by: Vec::new(),
        ended_at: None,
        outcome: None,
        answer: None,
        round,
        attempt: 1,
        attempts_max: asked.attempts,
        not_before: Some(not_before),
        every_us,
        between: Some(asked.between),
        agency: None,
        terms: terms.map(Box::new),
    };
    let events = vec![Event::TaskCreated(task), Event::MilestoneMarked("verifying".to_owned())];
    Ok(Reply { events, ..Reply::default() })
}

/// The first instant from `from` on that lies within the window of the day.
pub fn next_call(context: &Context<'_>, from: Moment, between: &str) -> Result<Moment, Fault> {
    let window = Window::parse(between)
        .map_err(|_| Fault::Input(format!("`between: {between}` is not a stretch of the day like 08:00-21:00")))?;
    Ok(peygir_calendar::next_within(from.to_jiff(), &window, context.resources.zone()).into())
}
