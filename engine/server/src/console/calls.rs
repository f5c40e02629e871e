//! The call list: verification calls that are due, in the order of their earliest instant.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use peygir_runtime::desk::{Page, PageRequest, Party, TaskFilter, TaskView};

use super::layout::{self, Ui};
use super::{task_list, widget};
use crate::gate::Caller;
use crate::options::App;
use crate::problem::Problem;
use crate::query::PageQuery;

pub async fn show(
    State(app): State<App>,
    Caller(caller): Caller,
    ui: Ui,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = PageQuery::of(query.as_deref());
    let filter = TaskFilter {
        list: Some("calls".to_owned()),
        case: None,
        page: PageRequest { after: query.given("after"), limit: None },
    };
    let calls = app.desk.tasks(&caller, &filter).await?;
    Ok(layout::answer(page(&ui, &calls, query.get("done"))))
}

pub fn page(ui: &Ui, calls: &Page<TaskView>, done: Option<&str>) -> Markup {
    let body = html! {
        div.page-head { h1 { (ui.t("calls-title")) } p.meta { (ui.t("calls-lead")) } }
        (widget::done_notice(ui, done))
        section.card {
            @if calls.items.is_empty() { (widget::empty(&ui.t("home-calls-empty"))) } @else {
                ul.rows { @for call in &calls.items { (row(ui, call)) } }
            }
        }
        (widget::pager(ui, &[], calls.next.as_deref()))
    };
    layout::page(ui, &ui.t("calls-title"), body)
}

fn row(ui: &Ui, call: &TaskView) -> Markup {
    html! {
        li.row {
            div.row-main {
                a.row-title href={ "/tasks/" (call.id) } {
                    (call.call.as_ref().and_then(|party| party.name.as_deref()).unwrap_or(task_list::title(ui, call)))
                }
                @if let Some(party) = &call.call { p.phone-line { (phone(ui, party)) } }
                p.excerpt dir="auto" { bdi { (task_list::excerpt(&call.text)) } }
                p.meta {
                    (widget::code(&call.tracking_code)) " · " (attempt(ui, call))
                    @if let Some(from) = &call.not_before {
                        " · " (ui.t("not-before")) " " (widget::time(ui, from))
                    }
                }
            }
            div.row-end { (task_list::status(ui, call)) (widget::due(ui, task_list::open_due(call), call.overdue)) }
        }
    }
}

/// Which attempt of how many this is.
pub fn attempt(ui: &Ui, call: &TaskView) -> String {
    let number = |count: u32| i64::from(count).into();
    ui.tw("attempt-of", &[("attempt", number(call.attempt)), ("max", number(call.attempts_max))])
}

/// Whom to call, as a link that a phone dials.
pub fn phone(ui: &Ui, party: &Party) -> Markup {
    html! {
        @match &party.mobile {
            Some(mobile) => a.phone href={ "tel:" (mobile) } { (widget::code(mobile)) },
            None => (ui.t("no-phone")),
        }
    }
}
