//! `human-task`: something a person has to do, with its deadline as data. It is answered when the task ends.
//!
//! A script's action gives an agency no time of its own ([`Named`]); others have what the script says.

use serde::Deserialize;
use serde_json::Value;

use super::agency_time::Named;
use super::{Function, notify};
use crate::deadlines;
use crate::event::Event;
use crate::host::{Context, Fault, Reply, data, input};
use crate::message::{Notice, queue};
use crate::recipients::{Who, holders};
use crate::records::{CallRef, Reminder, Task, TaskKind, TaskStatus, Terms};
use crate::terms;

pub const FUNCTION: Function = Function {
    name: "human-task",
    input: INPUT,
    output: OUTPUT,
    call: |context, call, with| {
        let asked: Input = input(with)?;
        let agency = agency(context, &asked.assign.role);
        begin(context, call, &asked, agency)
    },
};

/// As scripts have it.
pub const ACTION: Function = Function {
    name: FUNCTION.name,
    input: INPUT,
    output: OUTPUT,
    call: |context, call, with| {
        let asked: Input = input(with)?;
        let whom = Named { role: &asked.assign.role, person: asked.assign.person.as_deref() };
        if !whom.answers_for_an_agency(context) {
            return begin(context, call, &asked, None);
        }
        whom.given_none(asked.due.is_some())?;
        let agency = whom.agency_with_terms(context)?;
        begin(context, call, &asked, Some(agency))
    },
};

const INPUT: &str = concat!(
    r#"{"type":"object","required":["form","assign"],"additionalProperties":false,"properties":{
    "form":{"type":"string"},
    "assign":{"type":"object","properties":{"role":{"type":"string"},"person":{"type":"string"}},"required":["role"]},
    "copyTo":{"type":"array","items":{"type":"object","properties":{"role":{"type":"string"}}}},
    "due":"#,
    due_schema!(),
    r#","reminders":"#,
    reminders_schema!(),
    r#",
    "onOverdue":{"type":"object","required":["flow"],"properties":{"flow":{"type":"string"}}},
    "closedBy":{"type":"array","items":{"type":"string"}},
    "notify":{"type":"object","required":["by","template"]}}}"#
);
const OUTPUT: &str = r#"{"type":"object","required":["outcome"],"properties":{
    "outcome":{"enum":["answered","expired","closed-by-event","cancelled"]},"by":{"type":["string","null"]}}}"#;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Input {
    form: String,
    assign: Assign,
    #[serde(default)]
    copy_to: Vec<Copy>,
    due: Option<terms::Due>,
    #[serde(default)]
    reminders: Vec<terms::Remind>,
    on_overdue: Option<OnOverdue>,
    #[serde(default)]
    closed_by: Vec<String>,
    /// Tells the task's owner that it is there.
    notify: Option<Tell>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Assign {
    role: String,
    person: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Copy {
    role: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OnOverdue {
    flow: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tell {
    by: Value,
    template: String,
}

fn begin(context: &mut Context<'_>, call: &CallRef, asked: &Input, agency: Option<String>) -> Result<Reply, Fault> {
    if context.resources.form(&asked.form).is_none() {
        return Err(Fault::Missing(format!("there is no form `{}`", asked.form)));
    }
    let place = deadlines::place_of(context.records, agency.as_deref());
    // The referral's terms are those of the agency that it names; what others have to do is not meant by them.
    let referral = context.records.case.as_ref().and_then(|case| case.referral.as_ref()).filter(|_| agency.is_some());
    let referred = referral.map(terms::Referred::of).transpose()?;
    let terms = terms::terms(context, asked.due.as_ref(), referred.as_ref(), place)?;
    let reminders = reminders(context, &asked.reminders, terms.as_ref(), referred.as_ref())?;
    let task = Task { agency, reminders, ..task(context, call, asked, terms) };
    let mut events = vec![Event::TaskCreated(task.clone())];
    if let Some(tell) = &asked.notify {
        let channels = notify::channels(&tell.by)?;
        let notice = Notice {
            who: &Who::TaskOwner,
            channels: &channels,
            template: &tell.template,
            key: &format!("{}/{}", call.instance, call.key),
            task: Some(&task),
            args: Value::Null,
            belongs_to_task: true,
        };
        events.extend(queue(context, &notice)?);
    }
    Ok(Reply { events, ..Reply::default() })
}

pub(super) fn reminders(
    context: &Context<'_>,
    asked: &[terms::Remind],
    terms: Option<&Terms>,
    referred: Option<&terms::Referred>,
) -> Result<Vec<Reminder>, Fault> {
    let mut reminders = Vec::new();
    for remind in asked {
        let Some((rule, at)) = terms::remind_at(context, remind, terms, referred)? else { continue };
        reminders.push(Reminder {
            at,
            rule: Some(rule),
            tell: data(Who::read(&remind.tell)?.to_value()),
            by: notify::channels(&remind.by)?,
            template: remind.template.clone(),
            sent_at: None,
        });
    }
    Ok(reminders)
}

/// The task is the agency's where the role is held there; roles of the centre are held for a province.
fn agency(context: &Context<'_>, role: &str) -> Option<String> {
    let referral = context.records.case.as_ref()?.referral.as_ref()?;
    let held_there = || {
        holders(context, role)
            .iter()
            .flat_map(|person| &person.roles)
            .any(|held| held.role == role && held.agency.as_ref() == Some(&referral.agency))
    };
    (role == referral.manager_role || held_there()).then(|| referral.agency.clone())
}

/// The task but for its agency and its reminders.
fn task(context: &mut Context<'_>, call: &CallRef, asked: &Input, terms: Option<Terms>) -> Task {
    let case = context.records.case.as_ref();
    let referral = case.and_then(|case| case.referral.as_ref());
    let person = asked.assign.person.clone().or_else(|| {
        referral.filter(|referral| referral.manager_role == asked.assign.role).and_then(|found| found.manager.clone())
    });
    let round = case.map_or(1, |case| case.round);
    let max = terms.as_ref().and_then(|terms| terms.max_deadline.as_ref());
    Task {
        id: context.draws.id(),
        kind: TaskKind::Form,
        form: asked.form.clone(),
        role: asked.assign.role.clone(),
        person,
        copy_to: asked.copy_to.iter().map(|copy| copy.role.clone()).collect(),
        status: TaskStatus::Open,
        claimed_by: None,
        caller: call.clone(),
        created_at: context.at,
        due_at: terms.as_ref().map(|terms| terms.deadline.due.into()),
        max_at: max.map(|max| max.due.into()),
        derivation: None,
        overdue_at: None,
        on_overdue: asked.on_overdue.as_ref().map(|beside| beside.flow.clone()),
        reminders: Vec::new(),
        closed_by: asked.closed_by.clone(),
        ended_at: None,
        outcome: None,
        answer: None,
        round,
        attempt: 0,
        attempts_max: 0,
        not_before: None,
        every_us: 0,
        between: None,
        agency: None,
        terms: terms.map(Box::new),
    }
}
