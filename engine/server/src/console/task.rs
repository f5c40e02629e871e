//! One task: what it is about, its form, and the buttons to claim, complete and release it.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use peygir_core::Id;
use peygir_runtime::access::Principal;
use peygir_runtime::desk::{DeadlineView, Refusal, TaskView};
use serde_json::Value;

use super::field::{self, Filled};
use super::layout::{self, Ui};
use super::{calls, deadline, task_list, widget};
use crate::api::id;
use crate::form::Posted;
use crate::gate::Caller;
use crate::options::App;
use crate::path::Path;
use crate::problem::{Problem, WrongField};
use crate::query::PageQuery;

pub async fn show(
    State(app): State<App>,
    Caller(caller): Caller,
    ui: Ui,
    Path(task): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let task_id = id(&task)?;
    let task = app.desk.task(&caller, task_id).await?;
    let deadline = deadline(&app, &caller, task_id).await?;
    let query = PageQuery::of(query.as_deref());
    let untouched = Posted::default();
    let filled = Filled { posted: &untouched, wrong: &[] };
    Ok(layout::answer(page(&ui, &task, deadline.as_ref().map(|one| (one, &filled)), &filled, query.get("done"))))
}

pub async fn claim(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(task): Path<String>,
) -> Result<Response, Problem> {
    let claimed = app.desk.claim(&caller, id(&task)?).await?;
    Ok(layout::go(&format!("/tasks/{}?done=claimed", claimed.id)))
}

pub async fn release(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(task): Path<String>,
) -> Result<Response, Problem> {
    let released = app.desk.release(&caller, id(&task)?).await?;
    Ok(layout::go(&format!("{}?done=released", list_of(&released))))
}

/// Completes the task; a form with wrong fields comes back with what was typed.
pub async fn complete(
    State(app): State<App>,
    Caller(caller): Caller,
    ui: Ui,
    Path(task): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let task_id = id(&task)?;
    let task = app.desk.task(&caller, task_id).await?;
    let wrong = match field::answer(&task.form, &posted) {
        Err(wrong) => wrong,
        Ok(answer) => match app.desk.complete(&caller, task_id, answer).await {
            Ok(done) => return Ok(layout::go(&format!("{}?done=completed", list_of(&done)))),
            Err(Refusal::Invalid(fields)) => fields.into_iter().map(WrongField::from).collect(),
            Err(refusal) => return Err(refusal.into()),
        },
    };
    let deadline = deadline(&app, &caller, task_id).await?;
    let untouched = Filled { posted: &Posted::default(), wrong: &[] };
    let deadline = deadline.as_ref().map(|one| (one, &untouched));
    let markup = page(&ui, &task, deadline, &Filled { posted: &posted, wrong: &wrong }, None);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, layout::answer(markup)).into_response())
}

/// The list that a task's reader came from.
fn list_of(task: &TaskView) -> &'static str {
    if task.kind == "verification-call" { "/calls" } else { "/inbox" }
}

/// The task's deadline; a task that has none has no account of one.
pub async fn deadline(app: &App, caller: &Principal, task: Id) -> Result<Option<DeadlineView>, Problem> {
    match app.desk.task_deadline(caller, task).await {
        Ok(deadline) => Ok(Some(deadline)),
        Err(Refusal::NotFound) => Ok(None),
        Err(refusal) => Err(refusal.into()),
    }
}

/// `deadline` comes with what was typed into its own forms.
pub fn page(
    ui: &Ui,
    task: &TaskView,
    deadline: Option<(&DeadlineView, &Filled<'_>)>,
    filled: &Filled<'_>,
    done: Option<&str>,
) -> Markup {
    let title = task_list::title(ui, task);
    let body = html! {
        div.page-head {
            h1 { (title) }
            p.meta { (ui.t("tracking-code")) " " (widget::code(&task.tracking_code)) }
        }
        (widget::done_notice(ui, done))
        div.split {
            div.split-main {
                @if let Some(party) = &task.call {
                    section.card.call-card {
                        h2 { (ui.t("call-whom")) }
                        p.call-name { bdi { (party.name.as_deref().unwrap_or_default()) } }
                        p.call-phone { (calls::phone(ui, party)) }
                        p.meta { (calls::attempt(ui, task)) }
                    }
                }
                section.card { h2 { (ui.t("citizen-text")) } p.text dir="auto" { (task.text) } }
                (work(ui, task, filled))
                @if let Some((deadline, filled)) = deadline { (deadline::card(ui, deadline, deadline::From::Task, filled)) }
            }
            aside.card { h2 { (ui.t("task-facts")) } (facts(ui, task)) }
        }
    };
    layout::page(ui, title, body)
}

fn facts(ui: &Ui, task: &TaskView) -> Markup {
    html! {
        dl.facts {
            (widget::fact(&ui.t("status"), task_list::status(ui, task)))
            @if let Some(due) = &task.due {
                (widget::fact(&ui.t("due"), html! {
                    (widget::long_time(ui, due)) " " (widget::due(ui, task_list::open_due(task), task.overdue))
                }))
            }
            (widget::fact(&ui.t("for-role"), html! { (widget::role(ui, &task.role)) }))
            @if let Some(agency) = &task.agency { (widget::fact(&ui.t("agency"), html! { (ui.named(agency)) })) }
            (widget::fact(&ui.t("created-at"), widget::time(ui, &task.created_at)))
            @if let Some(from) = &task.not_before { (widget::fact(&ui.t("not-before"), widget::time(ui, from))) }
            (widget::fact(&ui.t("round"), html! { (ui.locale.number(task.round)) }))
            (widget::fact(&ui.t("case"), html! { a href={ "/cases/" (task.case_id) } { (ui.t("to-case")) } }))
        }
    }
}

/// The part to act in: claim it, answer it, or see what was answered.
fn work(ui: &Ui, task: &TaskView, filled: &Filled<'_>) -> Markup {
    html! {
        @if task.may_claim {
            section.card.claim {
                p { (ui.t("claim-lead")) }
                form method="post" action={ "/tasks/" (task.id) "/claim" } {
                    button type="submit" { (ui.t("claim")) }
                }
            }
        } @else if task.may_complete {
            (form(ui, task, filled))
        } @else if let Some(answer) = &task.answer {
            section.card { h2 { (ui.t("answer")) } (answered(ui, task, answer)) }
        } @else {
            section.card { p.empty { (ui.t("task-not-yours")) } }
        }
    }
}

fn form(ui: &Ui, task: &TaskView, filled: &Filled<'_>) -> Markup {
    html! {
        section.card {
            h2 { (ui.t("your-answer")) }
            (field::summary(ui, filled, &field::labels(ui, &task.form)))
            form method="post" action={ "/tasks/" (task.id) "/complete" } novalidate {
                @for part in &task.form.fields { (field::draw(ui, part, filled)) }
                p.actions { button type="submit" { (ui.t("complete")) } }
            }
            form.beside method="post" action={ "/tasks/" (task.id) "/release" } {
                button.quiet type="submit" { (ui.t("release")) }
            }
        }
    }
}

/// The answer by the labels of its form.
fn answered(ui: &Ui, task: &TaskView, answer: &Value) -> Markup {
    html! {
        dl.facts {
            @for part in &task.form.fields {
                @if let Some(value) = answer.get(&part.name) {
                    (widget::fact(ui.locale.pick(&part.label_fa, &part.label_en), html! { bdi { (words(ui, part, value)) } }))
                }
            }
        }
    }
}

fn words(ui: &Ui, part: &peygir_runtime::desk::FieldView, value: &Value) -> String {
    match value {
        Value::Bool(yes) => ui.t(if *yes { "yes" } else { "no" }),
        Value::Number(number) => ui.locale.number(number),
        Value::String(text) => {
            let option = part.options.iter().find(|option| option.id == *text);
            option.map_or_else(|| text.clone(), |option| ui.named(option).to_owned())
        }
        other => other.to_string(),
    }
}
