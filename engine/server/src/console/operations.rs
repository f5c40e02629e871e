//! Operations: which there were, and one with what it has done so far and the cases whose deadlines moved.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use peygir_runtime::desk::{MovedView, OperationView, Page, PageRequest};

use super::layout::{self, Ui};
use super::widget::{self, Tone};
use crate::api::id;
use crate::gate::Caller;
use crate::options::App;
use crate::path::Path;
use crate::problem::Problem;
use crate::query::PageQuery;
use crate::when;

/// The page of an operation that goes on is loaded again after as many seconds.
const REFRESH_SECONDS: u32 = 3;

pub async fn show(
    State(app): State<App>,
    Caller(caller): Caller,
    ui: Ui,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = PageQuery::of(query.as_deref());
    let request = PageRequest { after: query.given("after"), limit: None };
    Ok(layout::answer(list(&ui, &app.desk.operations(&caller, &request).await?)))
}

pub async fn one(
    State(app): State<App>,
    Caller(caller): Caller,
    ui: Ui,
    Path(operation): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = PageQuery::of(query.as_deref());
    let id = id(&operation)?;
    let request = PageRequest { after: query.given("after"), limit: None };
    let operation = app.desk.operation(&caller, id).await?;
    let moved = app.desk.operation_moved(&caller, id, &request).await?;
    Ok(layout::answer(page(&ui, &operation, &moved, query.get("done"))))
}

pub fn list(ui: &Ui, operations: &Page<OperationView>) -> Markup {
    let columns = ["operation-kind", "started-at", "status", "operation-seen", "operation-moved", "operation-failed"]
        .map(|id| ui.t(id));
    let body = html! {
        div.page-head { h1 { (ui.t("operations-title")) } p.meta { (ui.t("operations-lead")) } }
        section.card {
            @if operations.items.is_empty() { (widget::empty(&ui.t("operations-empty"))) } @else {
                table.cases {
                    thead { tr { @for column in &columns { th scope="col" { (column) } } } }
                    tbody {
                        @for operation in &operations.items {
                            tr {
                                td data-label=(columns[0]) {
                                    a.row-title href={ "/operations/" (operation.id) } { (kind(ui, operation)) }
                                }
                                td data-label=(columns[1]) { (widget::time(ui, &operation.begun_at)) }
                                td data-label=(columns[2]) { (status(ui, operation)) }
                                td data-label=(columns[3]) { (ui.locale.number(operation.seen)) }
                                td data-label=(columns[4]) { (ui.locale.number(operation.moved)) }
                                td data-label=(columns[5]) { (ui.locale.number(operation.failed)) }
                            }
                        }
                    }
                }
            }
        }
        (widget::pager(ui, &[], operations.next.as_deref()))
    };
    layout::page(ui, &ui.t("operations-title"), body)
}

pub fn page(ui: &Ui, operation: &OperationView, moved: &Page<MovedView>, done: Option<&str>) -> Markup {
    let is_running = operation.ended_at.is_none();
    let body = html! {
        div.page-head {
            h1 { (ui.t("operations-title")) " " (status(ui, operation)) }
            p.meta { (kind(ui, operation)) " · " (widget::long_time(ui, &operation.begun_at)) }
        }
        (widget::done_notice(ui, done))
        section.card {
            (progress(ui, operation))
            @if is_running {
                p.meta role="status" { (ui.tw("operation-running-note", &[("seconds", i64::from(REFRESH_SECONDS).into())])) }
            }
            @if operation.failed > 0 {
                p.fault { (ui.t("operation-failed-note")) " " a href="/incidents" { (ui.t("nav-incidents")) } }
            }
            p.fine {
                (ui.t("operation-id")) " " (widget::code(&operation.id))
                @if let Some(closure) = &operation.closure {
                    " · " a href={ "/closures#closure-" (closure) } { (ui.t("operation-closure")) }
                }
            }
        }
        section.card {
            h2 { (ui.t("operation-cases")) }
            @if moved.items.is_empty() {
                (widget::empty(&ui.t(if is_running { "operation-cases-yet" } else { "operation-cases-empty" })))
            } @else { (table(ui, &moved.items)) }
        }
        (widget::pager(ui, &[], moved.next.as_deref()))
    };
    layout::refreshed_page(ui, &ui.t("operations-title"), is_running.then_some(REFRESH_SECONDS), body)
}

/// What came before it.
fn kind(ui: &Ui, operation: &OperationView) -> String {
    widget::state(ui, "operation", &operation.kind)
}

fn status(ui: &Ui, operation: &OperationView) -> Markup {
    match (operation.ended_at.is_some(), operation.failed) {
        (false, _) => widget::chip(Tone::Accent, &ui.t("operation-running")),
        (true, 0) => widget::chip(Tone::Good, &ui.t("operation-ended")),
        (true, _) => widget::chip(Tone::Warning, &ui.t("operation-ended")),
    }
}

fn progress(ui: &Ui, operation: &OperationView) -> Markup {
    let counts = [
        ("operation-seen", operation.seen),
        ("operation-moved", operation.moved),
        ("operation-failed", operation.failed),
    ];
    html! {
        dl.counts {
            @for (label, count) in counts {
                div.count { dt { (ui.t(label)) } dd { (ui.locale.number(count)) } }
            }
        }
    }
}

fn table(ui: &Ui, moved: &[MovedView]) -> Markup {
    let columns = ["case", "operation-from", "operation-to", "operation-shift"].map(|id| ui.t(id));
    html! {
        table.cases {
            thead { tr { @for column in &columns { th scope="col" { (column) } } } }
            tbody {
                @for one in moved {
                    tr {
                        td data-label=(columns[0]) {
                            a.row-title href={ "/cases/" (one.case_id) } {
                                @if let Some(code) = &one.tracking_code { (widget::code(code)) } @else { (ui.t("to-case")) }
                            }
                        }
                        td data-label=(columns[1]) { (widget::long_time(ui, &one.from)) }
                        td data-label=(columns[2]) { (widget::long_time(ui, &one.to)) }
                        td data-label=(columns[3]) { (shift(ui, &one.from, &one.to)) }
                    }
                }
            }
        }
    }
}

/// How far a deadline moved, and which way.
fn shift(ui: &Ui, from: &str, to: &str) -> Markup {
    let (Ok(from), Ok(to)) = (from.parse::<Timestamp>(), to.parse::<Timestamp>()) else { return html! { "—" } };
    let (tone, id) = if from <= to { (Tone::Plain, "shift-later") } else { (Tone::Warning, "shift-earlier") };
    widget::chip(tone, &ui.tw(id, &[("span", when::distance(from, to, ui.locale).into())]))
}
