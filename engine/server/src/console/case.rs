//! One case: where it stands, its flow, tasks and messages, and its story.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use peygir_runtime::access::Principal;
use peygir_runtime::desk::{CaseView, DeadlineView, DecisionView, Party, Refusal};

use super::field::Filled;
use super::layout::{self, Ui};
use super::{cases, deadline, decisions, flow_strip, outbox, stage, task_list, timeline, widget};
use crate::api::id;
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
    Path(case): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let case = app.desk.case(&caller, id(&case)?, false).await?;
    let why = Why::of(&app, &caller, &case).await?;
    let query = PageQuery::of(query.as_deref());
    Ok(layout::answer(page(&ui, &case, &why, false, query.get("done"))))
}

/// The same page with personal data in clear. A post, because the reading is journalled.
pub async fn clear(
    State(app): State<App>,
    Caller(caller): Caller,
    ui: Ui,
    Path(case): Path<String>,
) -> Result<Response, Problem> {
    let case = app.desk.case(&caller, id(&case)?, true).await?;
    let why = Why::of(&app, &caller, &case).await?;
    let ui = Ui { path: format!("/cases/{}", case.summary.id), ..ui };
    Ok(layout::answer(page(&ui, &case, &why, true, None)))
}

/// Why a case is where it is, and why it is due when it is.
#[derive(Debug, Default)]
pub struct Why {
    pub deadlines: Vec<DeadlineView>,
    pub decisions: Vec<DecisionView>,
}

impl Why {
    /// Of a case that was found; it may have neither.
    async fn of(app: &App, caller: &Principal, case: &CaseView) -> Result<Self, Problem> {
        let id = &case.summary.id;
        let deadlines = or_none(app.desk.case_deadlines(caller, id).await)?;
        let decisions = or_none(app.desk.case_decisions(caller, id).await)?;
        Ok(Self { deadlines, decisions })
    }
}

fn or_none<T>(found: Result<Vec<T>, Refusal>) -> Result<Vec<T>, Problem> {
    match found {
        Err(Refusal::NotFound) => Ok(Vec::new()),
        found => Ok(found?),
    }
}

pub fn page(ui: &Ui, case: &CaseView, why: &Why, is_clear: bool, done: Option<&str>) -> Markup {
    let untouched = Posted::default();
    let filled = Filled { posted: &untouched, wrong: &[] };
    let title = ui.tw("case-title", &[("code", case.summary.tracking_code.as_str().into())]);
    let body = html! {
        (widget::done_notice(ui, done))
        (heading(ui, case))
        div.split {
            div.split-main {
                @if !case.flows.is_empty() {
                    section.card { h2 { (ui.t("case-flow")) } (flow_strip::draw_all(ui, &case.flows)) }
                }
                section.card {
                    h2 { (ui.t("citizen-text")) }
                    p.text dir="auto" { (case.text) }
                    @for answer in &case.answers {
                        h3 { (ui.t("citizen-answer")) " " span.meta { (widget::time(ui, &answer.at)) } }
                        p.text dir="auto" { (answer.text) }
                    }
                }
                (decisions::card(ui, &why.decisions))
                section.card {
                    h2 { (ui.t("case-tasks")) }
                    @if case.tasks.is_empty() { (widget::empty(&ui.t("case-tasks-empty"))) } @else {
                        (task_list::draw(ui, &case.tasks))
                    }
                }
                (deadline::cards(ui, &why.deadlines, &filled))
                section.card { h2 { (ui.t("case-timeline")) } (timeline::draw(ui, &case.timeline)) }
                section.card {
                    h2 { (ui.t("case-messages")) }
                    @if case.messages.is_empty() { (widget::empty(&ui.t("case-messages-empty"))) } @else {
                        ul.rows { @for message in &case.messages { (outbox::row(ui, message, false)) } }
                    }
                }
            }
            div.split-side {
                aside.card { h2 { (ui.t("case-citizen")) } (citizen(ui, case, is_clear)) }
                aside.card {
                    h2 { (ui.t("case-facts")) }
                    (facts(ui, case))
                    p.more { a href={ "/cases/" (case.summary.id) "/receipt" } { (ui.t("receipt-title")) } }
                }
            }
        }
    };
    layout::page(ui, &title, body)
}

fn heading(ui: &Ui, case: &CaseView) -> Markup {
    let summary = &case.summary;
    html! {
        header.case-head {
            div {
                p.meta { (ui.t("tracking-code")) }
                h1.case-code { (widget::code(&summary.tracking_code)) }
            }
            div.case-stage {
                p.stage { (stage::words(ui, &summary.stage)) }
                p {
                    (widget::chip(stage::tone(&summary.stage), &stage::short(ui, &summary.stage)))
                    @if summary.status == "open" { (widget::due(ui, summary.due.as_deref(), summary.overdue)) }
                    @if summary.round > 1 {
                        (widget::chip(widget::Tone::Warning, &ui.tw("round-number", &[("round", i64::from(summary.round).into())])))
                    }
                }
            }
        }
    }
}

fn citizen(ui: &Ui, case: &CaseView, is_clear: bool) -> Markup {
    html! {
        (party(ui, &case.citizen))
        @if let Some(other) = &case.on_behalf_of {
            h3 { (ui.t("case-on-behalf")) }
            (party(ui, other))
        }
        @if is_clear {
            p.fine role="status" { (ui.t("clear-journalled")) }
        } @else if case.may_unmask {
            form method="post" action={ "/cases/" (case.summary.id) "/clear" } {
                button.quiet type="submit" { (ui.t("show-clear")) }
                p.fine { (ui.t("show-clear-note")) }
            }
        }
    }
}

fn party(ui: &Ui, party: &Party) -> Markup {
    let given = |value: &Option<String>| value.clone().unwrap_or_else(|| "—".to_owned());
    html! {
        dl.facts {
            (widget::fact(&ui.t("citizen-name"), html! { bdi { (given(&party.name)) } }))
            (widget::fact(&ui.t("national-id"), widget::code(&given(&party.national_id))))
            (widget::fact(&ui.t("mobile"), widget::code(&given(&party.mobile))))
        }
    }
}

fn facts(ui: &Ui, case: &CaseView) -> Markup {
    let summary = &case.summary;
    let county = summary.county.as_ref().map(|county| stage::arg(ui, "county", county));
    html! {
        dl.facts {
            (widget::fact(&ui.t("topic"), html! { (cases::topic(ui, summary)) }))
            @if let Some(agency) = &summary.agency { (widget::fact(&ui.t("agency"), html! { (ui.named(agency)) })) }
            @if let Some(manager) = &case.manager { (widget::fact(&ui.t("manager"), html! { (ui.named(manager)) })) }
            (widget::fact(&ui.t("channel"), html! { (widget::state(ui, "channel", &summary.channel)) }))
            @if let Some(crate::text::Arg::Text(county)) = county { (widget::fact(&ui.t("county"), html! { (county) })) }
            (widget::fact(&ui.t("opened-at"), html! { (widget::long_time(ui, &summary.opened_at)) }))
            @if let Some(closed) = &case.closed_at { (widget::fact(&ui.t("closed-at"), html! { (widget::long_time(ui, closed)) })) }
            @if let Some(due) = &summary.due { (widget::fact(&ui.t("due"), html! { (widget::long_time(ui, due)) })) }
            (widget::fact(&ui.t("round"), html! { (ui.locale.number(summary.round)) }))
            @if case.repeats > 0 { (widget::fact(&ui.t("repeats"), html! { (ui.locale.number(case.repeats)) })) }
            @if let Some(satisfaction) = case.satisfaction {
                (widget::fact(&ui.t("satisfaction"), html! {
                    (ui.tw("satisfaction-of", &[("value", i64::from(satisfaction).into())]))
                }))
            }
        }
    }
}
