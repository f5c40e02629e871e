//! Incidents: what failed for good, to be tried again or settled with a note.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use peygir_runtime::access::Permission;
use peygir_runtime::desk::{IncidentView, Page, PageRequest, UnreadMessage};

use super::instances::flow_name;
use super::layout::{self, Ui};
use super::timeline;
use super::widget::{self, Tone};
use crate::api::id;
use crate::api::incidents::{NOTE_CHARACTERS_MAX, checked_note};
use crate::form::Posted;
use crate::gate::Caller;
use crate::options::App;
use crate::path::Path;
use crate::problem::Problem;
use crate::query::PageQuery;

pub async fn show(
    State(app): State<App>,
    Caller(caller): Caller,
    ui: Ui,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = PageQuery::of(query.as_deref());
    let page_request = PageRequest { after: query.given("after"), limit: None };
    let incidents = app.desk.incidents(&caller, &page_request).await?;
    Ok(layout::answer(page(&ui, &incidents, query.get("done"))))
}

pub async fn retry(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(incident): Path<String>,
) -> Result<Response, Problem> {
    app.desk.retry_incident(&caller, id(&incident)?).await?;
    Ok(layout::go("/incidents?done=retried"))
}

pub async fn settle(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(incident): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let incident = id(&incident)?;
    let Ok(note) = checked_note(posted.get("note")) else {
        return Ok(layout::go("/incidents?done=note-missing"));
    };
    app.desk.settle_incident(&caller, incident, note).await?;
    Ok(layout::go("/incidents?done=settled"))
}

pub fn page(ui: &Ui, incidents: &Page<IncidentView>, done: Option<&str>) -> Markup {
    let body = html! {
        div.page-head { h1 { (ui.t("incidents-title")) } p.meta { (ui.t("incidents-lead")) } }
        (widget::done_notice(ui, done))
        section.card {
            @if incidents.items.is_empty() { (widget::empty(&ui.t("incidents-empty"))) } @else {
                ul.rows { @for incident in &incidents.items { (row(ui, incident)) } }
            }
        }
        (widget::pager(ui, &[], incidents.next.as_deref()))
    };
    layout::page(ui, &ui.t("incidents-title"), body)
}

pub fn row(ui: &Ui, incident: &IncidentView) -> Markup {
    let is_open = incident.status == "open";
    let tone = if is_open { Tone::Danger } else { Tone::Good };
    html! {
        li.row {
            div.row-main {
                p.row-title { (widget::state(ui, "incident", &incident.kind)) }
                p.text.small { bdi dir="auto" { (widget::fault_words(ui, &incident.reason)) } }
                @if let Some(message) = &incident.message { (unread(ui, message)) }
                p.meta {
                    (widget::time(ui, &incident.opened_at))
                    @if let (Some(case), Some(code)) = (&incident.case_id, &incident.tracking_code) {
                        " · " a href={ "/cases/" (case) } { (widget::code(code)) }
                    }
                    @if let (Some(instance), Some(flow)) = (&incident.instance, &incident.workflow) {
                        " · " (flow_of(ui, instance, &flow_name(flow)))
                        @if let Some(task) = &incident.task { " " (widget::code(task)) }
                    }
                    @if let Some(by) = &incident.resolved_by { " · " (timeline::actor(ui, by)) }
                }
                @if is_open && ui.may(Permission::IncidentResolve) { (resolve(ui, incident)) }
            }
            div.row-end { (widget::chip(tone, &widget::state(ui, "incident-status", &incident.status))) }
        }
    }
}

/// The flow, with a way to its instance for whoever may look at it.
fn flow_of(ui: &Ui, instance: &str, flow: &str) -> Markup {
    html! {
        @if ui.may(Permission::InstanceRead) { a href={ "/instances/" (instance) } { (widget::code(flow)) } }
        @else { (widget::code(flow)) }
    }
}

/// A message that became no case: who wrote, and what.
fn unread(ui: &Ui, message: &UnreadMessage) -> Markup {
    html! {
        figure.unread {
            figcaption { (ui.t("message-from")) " " a.phone href={ "tel:" (message.from) } { (widget::code(&message.from)) } }
            blockquote.text dir="auto" { (message.text) }
        }
    }
}

/// A message that became no case stays what it is, however often it is read.
fn can_be_retried(incident: &IncidentView) -> bool {
    !["message-unread", "turn-aborted"].contains(&incident.kind.as_str())
}

fn resolve(ui: &Ui, incident: &IncidentView) -> Markup {
    let field = format!("note-{}", incident.id);
    html! {
        div.resolve {
            @if can_be_retried(incident) {
                form method="post" action={ "/incidents/" (incident.id) "/retry" } {
                    button type="submit" { (ui.t("retry")) }
                }
            }
            details {
                summary.button.quiet { (ui.t("settle")) }
                form method="post" action={ "/incidents/" (incident.id) "/settle" } {
                    label for=(field) { (ui.t("settle-note")) }
                    textarea id=(field) name="note" rows="2" required dir="auto" maxlength=(NOTE_CHARACTERS_MAX) {}
                    button.quiet type="submit" { (ui.t("settle-confirm")) }
                }
            }
        }
    }
}
