//! The first page: what waits for the person who signed in.

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use peygir_runtime::access::{Permission, Principal};
use peygir_runtime::desk::{IncidentView, PageRequest, Refusal, TaskFilter, TaskView};

use super::icon::{self, Icon};
use super::layout::{self, Ui};
use super::{incidents, task_list, widget};
use crate::gate::Caller;
use crate::options::App;
use crate::problem::Problem;

/// Rows of each list on this page.
const ROWS_MAX: usize = 5;

/// What waits; a part is None where the person's roles have no use for it.
pub struct Waiting {
    pub mine: Vec<TaskView>,
    pub inbox: Option<Vec<TaskView>>,
    pub calls: Option<Vec<TaskView>>,
    pub incidents: Option<Vec<IncidentView>>,
}

pub async fn show(State(app): State<App>, Caller(caller): Caller, ui: Ui) -> Result<Response, Problem> {
    let mine = list(&app, &caller, "mine").await?;
    let inbox = match ui.may(Permission::TaskWork) {
        true => Some(list(&app, &caller, "inbox").await?),
        false => None,
    };
    let calls = match ui.may(Permission::CallWork) {
        true => Some(list(&app, &caller, "calls").await?),
        false => None,
    };
    let incidents = match ui.may(Permission::IncidentRead) {
        true => Some(app.desk.incidents(&caller, &first_rows()).await?.items),
        false => None,
    };
    Ok(layout::answer(page(&ui, &Waiting { mine, inbox, calls, incidents })))
}

fn first_rows() -> PageRequest {
    PageRequest { after: None, limit: Some(ROWS_MAX) }
}

async fn list(app: &App, caller: &Principal, list: &str) -> Result<Vec<TaskView>, Refusal> {
    let filter = TaskFilter { list: Some(list.to_owned()), case: None, page: first_rows() };
    Ok(app.desk.tasks(caller, &filter).await?.items)
}

pub fn page(ui: &Ui, waiting: &Waiting) -> Markup {
    let body = html! {
        div.page-head {
            h1 { (ui.t("home-title")) }
            p.meta { (crate::when::long(ui.now, &ui.zone, ui.locale)) }
        }
        (search(ui))
        div.columns {
            (tasks(ui, "home-mine", "home-mine-empty", Icon::Person, "/inbox", Some(&waiting.mine)))
            (tasks(ui, "home-inbox", "home-inbox-empty", Icon::Inbox, "/inbox", waiting.inbox.as_deref()))
            (tasks(ui, "home-calls", "home-calls-empty", Icon::Phone, "/calls", waiting.calls.as_deref()))
            @if let Some(list) = &waiting.incidents { (open_incidents(ui, list)) }
        }
    };
    layout::page(ui, &ui.t("home-title"), body)
}

fn search(ui: &Ui) -> Markup {
    html! {
        @if ui.may(Permission::CaseRead) {
            form.search method="get" action="/cases" role="search" {
                label for="code" { (ui.t("tracking-code")) }
                input type="search" id="code" name="code" dir="ltr" inputmode="numeric" autocomplete="off" maxlength="40";
                button type="submit" { (ui.t("find-case")) }
            }
        }
    }
}

fn tasks(ui: &Ui, title: &str, empty: &str, icon: Icon, path: &str, tasks: Option<&[TaskView]>) -> Markup {
    let Some(tasks) = tasks else { return html! {} };
    html! {
        section.card {
            h2 { (icon::draw(icon)) (ui.t(title)) }
            @if tasks.is_empty() { (widget::empty(&ui.t(empty))) } @else {
                (task_list::draw(ui, tasks))
                @if tasks.len() == ROWS_MAX { p.more { a href=(path) { (ui.t("see-all")) } } }
            }
        }
    }
}

fn open_incidents(ui: &Ui, list: &[IncidentView]) -> Markup {
    let open: Vec<_> = list.iter().filter(|incident| incident.status == "open").collect();
    html! {
        section.card {
            h2 { (icon::draw(Icon::Alert)) (ui.t("home-incidents")) }
            @if open.is_empty() { (widget::empty(&ui.t("incidents-empty"))) } @else {
                ul.rows { @for incident in open { (incidents::row(ui, incident)) } }
                p.more { a href="/incidents" { (ui.t("see-all")) } }
            }
        }
    }
}
