//! The inbox: tasks that the person has claimed or may claim.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use peygir_runtime::desk::{Page, PageRequest, TaskFilter, TaskView};

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
        list: Some("inbox".to_owned()),
        case: None,
        page: PageRequest { after: query.given("after"), limit: None },
    };
    let tasks = app.desk.tasks(&caller, &filter).await?;
    Ok(layout::answer(page(&ui, &tasks, query.get("done"))))
}

pub fn page(ui: &Ui, tasks: &Page<TaskView>, done: Option<&str>) -> Markup {
    let body = html! {
        div.page-head { h1 { (ui.t("inbox-title")) } p.meta { (ui.t("inbox-lead")) } }
        (widget::done_notice(ui, done))
        section.card {
            @if tasks.items.is_empty() { (widget::empty(&ui.t("home-inbox-empty"))) } @else {
                (task_list::draw(ui, &tasks.items))
            }
        }
        (widget::pager(ui, &[], tasks.next.as_deref()))
    };
    layout::page(ui, &ui.t("inbox-title"), body)
}
