//! Cases: filter, search by tracking code, list.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use peygir_runtime::desk::{CaseFilter, CaseSummary, Named, Page, PageRequest};

use super::layout::{self, Ui};
use super::track::clean_code;
use super::{stage, widget};
use crate::api::cases::STATUSES;
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
    let filter = CaseFilter {
        status: query.given("status").filter(|status| STATUSES.contains(&status.as_str())),
        topic: query.given("topic"),
        agency: query.given("agency"),
        tracking_code: query.get("code").map(clean_code),
        page: PageRequest { after: query.given("after"), limit: None },
    };
    let cases = app.desk.cases(&caller, &filter).await?;
    // Who typed a whole code wants that case and no list of one.
    if let (Some(_), [only]) = (&filter.tracking_code, cases.items.as_slice()) {
        return Ok(layout::go(&format!("/cases/{}", only.id)));
    }
    Ok(layout::answer(page(&ui, &cases, &filter)))
}

pub fn page(ui: &Ui, cases: &Page<CaseSummary>, filter: &CaseFilter) -> Markup {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let (status, topic, agency) = (text(&filter.status), text(&filter.topic), text(&filter.agency));
    let body = html! {
        div.page-head { h1 { (ui.t("cases-title")) } }
        (filters(ui, filter))
        section.card {
            @if cases.items.is_empty() {
                (widget::empty(&ui.t(if filter.tracking_code.is_some() { "cases-no-such-code" } else { "cases-empty" })))
            } @else { (table(ui, &cases.items)) }
        }
        (widget::pager(ui, &[("status", &status), ("topic", &topic), ("agency", &agency)], cases.next.as_deref()))
    };
    layout::page(ui, &ui.t("cases-title"), body)
}

fn filters(ui: &Ui, filter: &CaseFilter) -> Markup {
    html! {
        form.filters method="get" action="/cases" role="search" {
            div.field {
                label for="code" { (ui.t("tracking-code")) }
                input type="search" id="code" name="code" dir="ltr" inputmode="numeric" maxlength="40"
                    autocomplete="off" value=[filter.tracking_code.as_deref()];
            }
            div.field {
                label for="status" { (ui.t("status")) }
                select id="status" name="status" {
                    option value="" { (ui.t("all")) }
                    @for status in STATUSES {
                        option value=(status) selected[filter.status.as_deref() == Some(status)] {
                            (ui.t(&format!("case-{status}")))
                        }
                    }
                }
            }
            (one_of(ui, "topic", &ui.directory.topics, filter.topic.as_deref()))
            (one_of(ui, "agency", &ui.directory.agencies, filter.agency.as_deref()))
            button type="submit" { (ui.t("find")) }
        }
    }
}

fn one_of(ui: &Ui, name: &str, options: &[Named], chosen: Option<&str>) -> Markup {
    html! {
        div.field {
            label for=(name) { (ui.t(name)) }
            select id=(name) name=(name) {
                option value="" { (ui.t("all")) }
                @for named in options {
                    option value=(named.id) selected[chosen == Some(&named.id)] { (ui.named(named)) }
                }
            }
        }
    }
}

fn table(ui: &Ui, cases: &[CaseSummary]) -> Markup {
    let columns = ["tracking-code", "topic", "agency", "stage", "opened-at", "due"].map(|id| ui.t(id));
    html! {
        table.cases {
            thead { tr { @for column in &columns { th scope="col" { (column) } } } }
            tbody {
                @for case in cases {
                    tr {
                        td data-label=(columns[0]) {
                            a.row-title href={ "/cases/" (case.id) } { (widget::code(&case.tracking_code)) }
                        }
                        td data-label=(columns[1]) { (topic(ui, case)) }
                        td data-label=(columns[2]) { (agency(ui, case)) }
                        td data-label=(columns[3]) { (widget::chip(stage::tone(&case.stage), &stage::short(ui, &case.stage))) }
                        td data-label=(columns[4]) { (widget::time(ui, &case.opened_at)) }
                        td data-label=(columns[5]) { (due(ui, case)) }
                    }
                }
            }
        }
    }
}

pub fn topic(ui: &Ui, case: &CaseSummary) -> String {
    let Some(topic) = &case.topic else { return ui.t("not-classified") };
    let named = ui.directory.topics.iter().find(|named| named.id == *topic);
    named.map_or_else(|| topic.clone(), |named| ui.named(named).to_owned())
}

fn agency(ui: &Ui, case: &CaseSummary) -> String {
    case.agency.as_ref().map_or_else(|| "—".to_owned(), |agency| ui.named(agency).to_owned())
}

fn due(ui: &Ui, case: &CaseSummary) -> Markup {
    html! {
        @if case.status == "open" && case.due.is_some() {
            (widget::due(ui, case.due.as_deref(), case.overdue))
        } @else { "—" }
    }
}
