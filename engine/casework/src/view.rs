//! Records as plain values: for tables and scripts, for the words of templates, and where a case stands.

use serde_json::{Value, json};

use crate::host::Resources;
use crate::records::{Case, Party, Records, Task, TaskKind, TaskStatus};

/// What a value of the case is, for whoever asks for it by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    Text,
    Integer,
    Boolean,
    /// Of texts.
    List,
}

/// The single values of [`case_in_clear`], by their paths below `case`: what the inputs of tables may be taken from.
pub const CASE_FIELDS: [(&str, FieldType); 25] = [
    ("id", FieldType::Text),
    ("code", FieldType::Text),
    ("type", FieldType::Text),
    ("channel", FieldType::Text),
    ("province", FieldType::Text),
    ("county", FieldType::Text),
    ("topic", FieldType::Text),
    ("agency", FieldType::Text),
    ("agencyTitle", FieldType::Text),
    ("manager", FieldType::Text),
    ("text", FieldType::Text),
    ("citizen.name", FieldType::Text),
    ("citizen.mobile", FieldType::Text),
    ("citizen.nationalId", FieldType::Text),
    ("onBehalfOf.name", FieldType::Text),
    ("onBehalfOf.mobile", FieldType::Text),
    ("onBehalfOf.nationalId", FieldType::Text),
    ("round", FieldType::Integer),
    ("repeats", FieldType::Integer),
    ("openedAt", FieldType::Text),
    ("closed", FieldType::Boolean),
    ("outcome", FieldType::Text),
    ("overdue", FieldType::Boolean),
    ("line", FieldType::Text),
    ("milestones", FieldType::List),
];

/// Those of them that every message brings: none is taken without a text.
pub const CASE_ALWAYS: [&str; 1] = ["text"];

/// The case as tables, scripts and templates see it, personal data in clear. It never leaves the turn.
pub fn case_in_clear(records: &Records, resources: &dyn Resources) -> Value {
    let Some(case) = &records.case else { return Value::Null };
    let referred = case.referral.as_ref().map(|referral| &referral.agency).or(case.agency.as_ref());
    let agency = referred.and_then(|id| resources.directory().agency(id));
    json!({
        "id": case.id.to_string(),
        "code": case.code,
        "type": case.case_type,
        "channel": case.channel,
        "province": case.province,
        "county": case.county,
        "topic": case.topic,
        "agency": referred,
        "agencyTitle": agency.map(|agency| agency.fa.clone()),
        "manager": case.referral.as_ref().and_then(|referral| referral.manager.clone()),
        "text": resources.open(&case.text),
        "citizen": party(&case.citizen, resources),
        "onBehalfOf": case.on_behalf_of.as_ref().map(|other| party(other, resources)),
        "round": case.round,
        "repeats": case.times_told_besides(),
        "openedAt": case.opened_at.to_string(),
        "closed": case.closed,
        "outcome": case.outcome,
        "overdue": records.tasks.values().any(|task| task.is_open() && task.overdue_at.is_some()),
        "line": case.line,
        "milestones": case.milestones.iter().map(|milestone| milestone.name.clone()).collect::<Vec<_>>(),
    })
}

fn party(party: &Party, resources: &dyn Resources) -> Value {
    let open = |sealed: &Option<String>| sealed.as_ref().map(|text| resources.open(text));
    json!({ "nationalId": open(&party.national_id), "mobile": open(&party.mobile), "name": open(&party.name) })
}

/// A task as templates see it.
pub fn task_for_words(task: &Task) -> Value {
    json!({
        "id": task.id.to_string(),
        "form": task.form,
        "due": task.due_at.map(|due| due.to_string()),
        "createdAt": task.created_at.to_string(),
        "round": task.round,
    })
}

/// Where a case stands, as a code for people; its words are in the locale files.
pub fn stage(records: &Records) -> &'static str {
    let Some(case) = &records.case else { return "registered" };
    if case.closed {
        return match case.outcome.as_deref() {
            Some("solved") => "closed-solved",
            Some("unreached") => "closed-unreached",
            _ => "closed-other",
        };
    }
    let open: Vec<&Task> = records.tasks.values().filter(|task| task.is_open()).collect();
    if open.iter().any(|task| task.kind == TaskKind::VerificationCall) {
        return "verifying";
    }
    open_stage(case, &open)
}

fn open_stage(case: &Case, open: &[&Task]) -> &'static str {
    let agency_owes = open.iter().find(|task| task.agency.is_some());
    match agency_owes {
        Some(task) if task.overdue_at.is_some() => "overdue",
        Some(_) => "referred",
        None if open.iter().any(|task| task.role == "inspector") => "inspecting",
        None if case.referral.is_none() && !open.is_empty() => "classifying",
        None if case.referral.is_some() => "referred",
        None => "registered",
    }
}

/// Whether a task waits for somebody at `status`, in one word for lists.
pub fn task_status(task: &Task, at: peygir_core::Moment) -> &'static str {
    match task.status {
        TaskStatus::Open if task.not_before.is_some_and(|instant| instant > at) => "scheduled",
        TaskStatus::Open => "open",
        TaskStatus::Claimed => "claimed",
        TaskStatus::Completed => "completed",
        TaskStatus::Expired => "expired",
        TaskStatus::Withdrawn => "withdrawn",
    }
}
