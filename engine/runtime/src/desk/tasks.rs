//! Tasks: who sees them, who may take them, and what is asked.

use std::sync::Arc;

use peygir_casework::content::FieldKind;
use peygir_casework::records::{self, Task, TaskKind, TaskStatus};
use peygir_casework::view as record_view;
use peygir_core::{Data, Id};
use serde_json::Value;

use super::names::{agency, instant, party, person, triple};
use super::refusal::Refusal;
use super::view::{FieldView, FormView, Named, Page, TaskFilter, TaskView};
use super::{Desk, place_of};
use crate::access::{Permission, Place, Principal};
use crate::catalog::Catalog;
use crate::command::Command;
use crate::rows::{self, List};
use crate::stream::Stream;

impl Desk {
    /// Open tasks, oldest first.
    pub async fn tasks(&self, by: &Principal, filter: &TaskFilter) -> Result<Page<TaskView>, Refusal> {
        if !by.may_somewhere(Permission::TaskRead) {
            return Err(Refusal::Forbidden);
        }
        let list = filter.list.as_deref().unwrap_or("inbox");
        let (catalog, now) = (self.host.engine.catalog(), self.host.clock.now());
        self.page(List::OpenTasks, &filter.page, |stream, id| {
            let task = stream.records.tasks.get(&id)?;
            let here = sees(&catalog, by, stream, task)
                && filter.case.as_ref().is_none_or(|case| *case == stream.id.to_string());
            let wanted = match list {
                "calls" => {
                    task.kind == TaskKind::VerificationCall
                        && owes(&catalog, by, stream, task)
                        && task.not_before.is_none_or(|instant| instant <= now)
                }
                "mine" => task.claimed_by.as_deref() == Some(by.id.as_str()),
                "all" => true,
                _ => {
                    task.kind == TaskKind::Form
                        && owes(&catalog, by, stream, task)
                        && task.claimed_by.as_deref().is_none_or(|holder| holder == by.id)
                }
            };
            (here && wanted).then(|| self.task_view(by, stream, task))
        })
        .await
    }

    pub async fn task(&self, by: &Principal, id: Id) -> Result<TaskView, Refusal> {
        let stream = self.stream_of_task(id).await?;
        let task = stream.records.tasks.get(&id).ok_or(Refusal::NotFound)?;
        if !sees(&self.host.engine.catalog(), by, &stream, task) {
            return Err(Refusal::Forbidden);
        }
        Ok(self.task_view(by, &stream, task))
    }

    pub async fn claim(&self, by: &Principal, task: Id) -> Result<TaskView, Refusal> {
        self.work_on(by, task, Command::ClaimTask(task)).await
    }

    pub async fn release(&self, by: &Principal, task: Id) -> Result<TaskView, Refusal> {
        self.work_on(by, task, Command::ReleaseTask(task)).await
    }

    /// `answer` is checked against the task's form.
    pub async fn complete(&self, by: &Principal, task: Id, answer: Value) -> Result<TaskView, Refusal> {
        let stream = self.stream_of_task(task).await?;
        let answer = self.seal_answer(&stream, &answer)?;
        self.work_on(by, task, Command::CompleteTask { task, answer }).await
    }

    async fn work_on(&self, by: &Principal, task: Id, command: Command) -> Result<TaskView, Refusal> {
        let stream = self.stream_of_task(task).await?;
        let found = stream.records.tasks.get(&task).ok_or(Refusal::NotFound)?;
        if !owes(&self.host.engine.catalog(), by, &stream, found) {
            return Err(Refusal::Forbidden);
        }
        let stream = self.host.carry_out(stream.id, &by.id, command).await?;
        let task = stream.records.tasks.get(&task).ok_or(Refusal::NotFound)?;
        Ok(self.task_view(by, &stream, task))
    }

    pub(super) async fn stream_of_task(&self, task: Id) -> Result<Arc<Stream>, Refusal> {
        let key = self.only_key(rows::task_range(task)).await?;
        self.stream(rows::parse_task(&key).ok_or(Refusal::NotFound)?).await
    }

    /// The whole answer under the key of whom the case is about: the command stands in the journal as it comes.
    fn seal_answer(&self, stream: &Stream, answer: &Value) -> Result<Data, Refusal> {
        let Some(party) = stream.records.concerned() else { return Ok(Data::from(answer.clone())) };
        let engine = &self.host.engine;
        let sealed = engine
            .vault
            .seal(party.person, &answer.to_string(), &engine.random())
            .ok_or(Refusal::Conflict("erased"))?;
        Ok(Data::from(Value::String(sealed)))
    }

    pub(super) fn task_view(&self, by: &Principal, stream: &Stream, task: &Task) -> TaskView {
        let catalog = self.host.engine.catalog();
        let vault = &self.host.engine.vault;
        let case = stream.records.case.as_ref();
        let now = self.host.clock.now();
        let status = record_view::task_status(task, now);
        let mine = task.claimed_by.as_deref() == Some(by.id.as_str());
        let owed = owes(&catalog, by, stream, task) && task.is_open() && status != "scheduled";
        // Who claimed a call has to know whom to ring; the claim on record says who read it.
        let may_call = task.kind == TaskKind::VerificationCall && mine && task.is_open();
        TaskView {
            id: task.id.to_string(),
            case_id: stream.id.to_string(),
            tracking_code: case.map(|case| case.code.clone()).unwrap_or_default(),
            kind: match task.kind {
                TaskKind::Form => "form",
                TaskKind::VerificationCall => "verification-call",
            }
            .to_owned(),
            form: form_view(&catalog, stream, &task.form),
            status: status.to_owned(),
            role: task.role.clone(),
            agency: task.agency.as_deref().map(|id| agency(&catalog, id)),
            claimed_by: task.claimed_by.as_deref().map(|id| person(&catalog, id)),
            created_at: instant(task.created_at),
            due: task.due_at.map(instant),
            overdue: task.overdue_at.is_some(),
            not_before: task.not_before.map(instant),
            attempt: task.attempt,
            attempts_max: task.attempts_max,
            text: case.map(|case| vault.open(&case.text)).unwrap_or_default(),
            call: whom_to_call(stream).filter(|_| may_call).map(|whom| party(vault, &whom, true)),
            answer: task
                .answer
                .as_ref()
                .map(|answer| crate::vault::replace_sealed(answer.value(), &|token| vault.open(token))),
            outcome: task.outcome.clone(),
            may_claim: owed && task.status == TaskStatus::Open,
            may_complete: owed && task.claimed_by.as_deref().is_none_or(|_| mine),
            round: task.round,
        }
    }
}

/// Whom a verification call asks: the person concerned, by the number of whoever told of the matter where they left none.
fn whom_to_call(stream: &Stream) -> Option<records::Party> {
    let mut whom = stream.records.concerned()?.clone();
    whom.mobile = whom.mobile.or_else(|| stream.records.case.as_ref()?.citizen.mobile.clone());
    Some(whom)
}

/// Where a task belongs: its agency's, or the province's where it is the centre's own.
pub(super) fn place(catalog: &Catalog, stream: &Stream, task: &Task) -> Place {
    Place { agency: task.agency.clone(), ..place_of(catalog, stream) }
}

/// Whether a principal may do the task: holds its role for its place, or is the person meant.
fn owes(catalog: &Catalog, by: &Principal, stream: &Stream, task: &Task) -> bool {
    let permission = match task.kind {
        TaskKind::Form => Permission::TaskWork,
        TaskKind::VerificationCall => Permission::CallWork,
    };
    let place = place(catalog, stream, task);
    by.may(permission, &place)
        && (by.has_role(&[task.role.as_str()], &place) || task.person.as_deref() == Some(by.id.as_str()))
}

/// Whether a principal may see the task: does it, gets a copy, or may read the case.
pub(super) fn sees(catalog: &Catalog, by: &Principal, stream: &Stream, task: &Task) -> bool {
    let place = place_of(catalog, stream);
    let copies: Vec<&str> = task.copy_to.iter().map(String::as_str).collect();
    owes(catalog, by, stream, task) || by.has_role(&copies, &place) || by.may(Permission::CaseRead, &place)
}

fn form_view(catalog: &Catalog, stream: &Stream, id: &str) -> FormView {
    let Some(form) = catalog.form(id, &stream.place(catalog)) else {
        return FormView { id: id.to_owned(), title_fa: id.to_owned(), title_en: id.to_owned(), fields: Vec::new() };
    };
    let fields = form.fields.iter().map(|field| {
        let options: Vec<Named> = match &field.kind {
            FieldKind::Choice(choices) => {
                choices.iter().map(|choice| triple(&choice.value, &choice.fa, &choice.en)).collect()
            }
            _ => Vec::new(),
        };
        FieldView {
            name: field.name.clone(),
            kind: kind_word(&field.kind).to_owned(),
            label_fa: field.label_fa.clone(),
            label_en: field.label_en.clone(),
            required: field.required,
            max: field.max,
            min: field.min,
            options,
        }
    });
    FormView {
        id: form.id.clone(),
        title_fa: form.title_fa.clone(),
        title_en: form.title_en.clone(),
        fields: fields.collect(),
    }
}

fn kind_word(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "text",
        FieldKind::Line => "line",
        FieldKind::Choice(_) => "choice",
        FieldKind::Boolean => "boolean",
        FieldKind::Integer => "integer",
        FieldKind::Rating => "rating",
    }
}
