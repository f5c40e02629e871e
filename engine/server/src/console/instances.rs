//! Instances of flows: a list to search, and one with its picture, where it stands and what a person may do to it.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, PreEscaped, html};
use peygir_calendar::{Jalali, digits};
use peygir_core::Moment;
use peygir_runtime::access::Permission;
use peygir_runtime::desk::{
    InstanceAction, InstanceFilter, InstanceSummary, InstanceTask, InstanceView, Page, PageRequest, REASON_CHARS_MAX,
    WorkflowName,
};
use serde_json::Value;

use super::layout::{self, Ui};
use super::widget::{self, Tone};
use crate::api::id;
use crate::api::instances::STATUSES;
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
    let filter = InstanceFilter {
        flow: query.get("workflow").and_then(WorkflowName::parse),
        status: query.given("status").filter(|status| STATUSES.contains(&status.as_str())),
        started_before: query.get("before").and_then(|text| day_after(&ui, text)),
        started_after: None,
        page: PageRequest { after: query.given("after"), limit: None },
    };
    let instances = app.desk.instances(&caller, &filter).await?;
    Ok(layout::answer(page(&ui, &instances, &filter, query.get("before").unwrap_or_default())))
}

/// Years below this are of the Solar Hijri calendar.
const GREGORIAN_YEAR_MIN: i64 = 1700;

/// The end of a day, as the deployment's zone has it: `1405/08/30` or `2026-11-21`, in any digits.
fn day_after(ui: &Ui, text: &str) -> Option<Moment> {
    let ascii = digits::to_ascii(text);
    let mut parts = ascii.split(['/', '-', '.']).map(|part| part.trim().parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let day = if year < GREGORIAN_YEAR_MIN {
        Jalali::new(year, month, day).ok()?.to_gregorian()
    } else {
        jiff::civil::Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()?
    };
    let zoned = day.tomorrow().ok()?.to_zoned(ui.zone.clone()).ok()?;
    Some(zoned.timestamp().into())
}

pub async fn one(
    State(app): State<App>,
    Caller(caller): Caller,
    ui: Ui,
    Path(instance): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = PageQuery::of(query.as_deref());
    let id = id(&instance)?;
    let view = app.desk.instance(&caller, id).await?;
    let drawn = app.desk.instance_definition(&caller, id).await.ok();
    let picture = drawn.map(|definition| super::picture::of(&ui, &definition));
    Ok(layout::answer(detail(&ui, &view, picture.as_deref(), query.get("done"))))
}

pub async fn suspend(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(instance): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let reason = posted.get("reason").trim().to_owned();
    act(&app, &caller, &instance, InstanceAction::Suspend { reason }, "suspended").await
}

pub async fn resume(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(instance): Path<String>,
) -> Result<Response, Problem> {
    act(&app, &caller, &instance, InstanceAction::Resume, "resumed").await
}

pub async fn cancel(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(instance): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let reason = posted.get("reason").trim().to_owned();
    act(&app, &caller, &instance, InstanceAction::Cancel { reason }, "cancelled").await
}

pub async fn retry(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(instance): Path<String>,
) -> Result<Response, Problem> {
    act(&app, &caller, &instance, InstanceAction::Retry, "retried").await
}

/// Leads to the new instance.
pub async fn restart(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(instance): Path<String>,
) -> Result<Response, Problem> {
    let new = app.desk.restart_instance(&caller, id(&instance)?).await?;
    Ok(layout::go(&format!("/instances/{}?done=restarted", new.id)))
}

async fn act(
    app: &App,
    caller: &peygir_runtime::access::Principal,
    instance: &str,
    action: InstanceAction,
    done: &str,
) -> Result<Response, Problem> {
    let id = id(instance)?;
    let unsaid = match &action {
        InstanceAction::Suspend { reason } | InstanceAction::Cancel { reason } => reason.is_empty(),
        InstanceAction::Resume | InstanceAction::Retry => false,
    };
    let done = if unsaid { "reason-missing" } else { done };
    if !unsaid {
        app.desk.act_on_instance(caller, id, action).await?;
    }
    Ok(layout::go(&format!("/instances/{id}?done={done}")))
}

pub fn page(ui: &Ui, instances: &Page<InstanceSummary>, filter: &InstanceFilter, before: &str) -> Markup {
    let flow = filter.flow.as_ref().map(flow_name).unwrap_or_default();
    let status = filter.status.clone().unwrap_or_default();
    let body = html! {
        div.page-head { h1 { (ui.t("instances-title")) } p.meta { (ui.t("instances-lead")) } }
        (filters(ui, &flow, &status, before))
        section.card {
            @if instances.items.is_empty() { (widget::empty(&ui.t("instances-empty"))) }
            @else { (table(ui, &instances.items)) }
        }
        (widget::pager(ui, &[("workflow", &flow), ("status", &status), ("before", before)], instances.next.as_deref()))
    };
    layout::page(ui, &ui.t("instances-title"), body)
}

/// `namespace/name:version`.
pub fn flow_name(flow: &WorkflowName) -> String {
    let version = flow.version.as_ref().map(|version| format!(":{version}")).unwrap_or_default();
    format!("{}/{}{version}", flow.namespace, flow.name)
}

fn filters(ui: &Ui, flow: &str, status: &str, before: &str) -> Markup {
    html! {
        form.filters method="get" action="/instances" role="search" {
            div.field {
                label for="workflow" { (ui.t("workflow")) }
                input type="search" id="workflow" name="workflow" dir="ltr" maxlength="200" autocomplete="off"
                    placeholder="namespace/name" value=(flow);
            }
            div.field {
                label for="status" { (ui.t("status")) }
                select id="status" name="status" {
                    option value="" { (ui.t("all")) }
                    @for known in STATUSES {
                        option value=(known) selected[status == known] { (widget::state(ui, "instance", known)) }
                    }
                }
            }
            div.field {
                label for="before" { (ui.t("started-until")) }
                input type="search" id="before" name="before" dir="ltr" maxlength="20" autocomplete="off"
                    placeholder=(ui.t("day-example")) value=(before);
            }
            button type="submit" { (ui.t("find")) }
        }
    }
}

fn table(ui: &Ui, instances: &[InstanceSummary]) -> Markup {
    let columns = ["workflow", "status", "started-at", "ended-at", "started-by", "case"].map(|id| ui.t(id));
    html! {
        table.cases {
            thead { tr { @for column in &columns { th scope="col" { (column) } } } }
            tbody {
                @for instance in instances {
                    tr {
                        td data-label=(columns[0]) {
                            a.row-title href={ "/instances/" (instance.id) } { (widget::code(&flow_name(&instance.workflow))) }
                        }
                        td data-label=(columns[1]) {
                            div {
                                (status_chip(ui, &instance.status))
                                @if instance.restarted_as.is_some() { p.fine { (begun_anew(ui, instance)) } }
                            }
                        }
                        td data-label=(columns[2]) { (widget::time(ui, &instance.started_at)) }
                        td data-label=(columns[3]) { (ended(ui, instance)) }
                        td data-label=(columns[4]) { (started_by(ui, &instance.started_by)) }
                        td data-label=(columns[5]) { (case(instance)) }
                    }
                }
            }
        }
    }
}

fn status_chip(ui: &Ui, status: &str) -> Markup {
    let tone = match status {
        "completed" => Tone::Good,
        "faulted" => Tone::Danger,
        "suspended" => Tone::Warning,
        "cancelled" => Tone::Plain,
        _ => Tone::Accent,
    };
    widget::chip(tone, &widget::state(ui, "instance", status))
}

/// That another instance works on the matter of one that faulted.
fn begun_anew(ui: &Ui, instance: &InstanceSummary) -> Markup {
    html! {
        @if let Some(new) = &instance.restarted_as {
            (ui.t("instance-restarted-as")) " " a href={ "/instances/" (new) } { (widget::code(new)) }
        }
    }
}

fn ended(ui: &Ui, instance: &InstanceSummary) -> Markup {
    match &instance.ended_at {
        Some(at) => widget::time(ui, at),
        None => html! { "—" },
    }
}

fn started_by(ui: &Ui, label: &str) -> Markup {
    let (kind, rest) = label.split_once(':').unwrap_or((label, ""));
    let words = widget::state(ui, "started-by", kind);
    html! { (words) @if !rest.is_empty() && kind == "event" { " " (widget::code(rest)) } }
}

fn case(instance: &InstanceSummary) -> Markup {
    match (&instance.case_id, &instance.tracking_code) {
        (Some(id), Some(code)) => html! { a href={ "/cases/" (id) } { (widget::code(code)) } },
        _ => html! { "—" },
    }
}

/// `picture`: the flow as a drawing, as SVG text of our own making.
pub fn detail(ui: &Ui, view: &InstanceView, picture: Option<&str>, done: Option<&str>) -> Markup {
    let summary = &view.summary;
    let body = html! {
        div.page-head {
            h1 { (widget::code(&flow_name(&summary.workflow))) " " (status_chip(ui, &summary.status)) }
            p.meta { (ui.t("instance")) " " (widget::code(&summary.id)) }
        }
        (widget::done_notice(ui, done))
        section.card {
            dl.facts {
                (widget::fact(&ui.t("started-at"), widget::time(ui, &summary.started_at)))
                (widget::fact(&ui.t("ended-at"), ended(ui, summary)))
                (widget::fact(&ui.t("started-by"), started_by(ui, &summary.started_by)))
                (widget::fact(&ui.t("case"), case(summary)))
                @if let Some(new) = &summary.restarted_as {
                    (widget::fact(&ui.t("instance-restarted-as"), html! { a href={ "/instances/" (new) } { (widget::code(new)) } }))
                }
                @if let Some(parent) = &summary.parent {
                    (widget::fact(&ui.t("started-from"), html! { a href={ "/instances/" (parent) } { (widget::code(parent)) } }))
                }
            }
            @if let Some(error) = &view.error { (fault(ui, error, view.incident.is_some())) }
            (actions(ui, view))
        }
        @if !view.tasks.is_empty() { (standing(ui, &view.tasks)) }
        @if let Some(picture) = picture {
            section.card { h2 { (ui.t("flow-picture")) } div.picture tabindex="0" { (PreEscaped(picture)) } }
        }
        section.card {
            (data(ui, "flow-input", &view.input))
            @if let Some(output) = &view.output { (data(ui, "flow-output", output)) }
        }
    };
    layout::page(ui, &ui.t("instances-title"), body)
}

fn fault(ui: &Ui, error: &Value, has_incident: bool) -> Markup {
    let text = |name: &str| error[name].as_str().unwrap_or_default();
    let type_ = text("type").rsplit('/').next().unwrap_or_default();
    html! {
        div.notice.warning role="alert" {
            p { strong { (widget::state(ui, "error", type_)) } " " @if let Some(status) = error["status"].as_u64() { (ui.locale.number(status)) } }
            p.text { bdi dir="auto" { (text("title")) " " (text("detail")) } }
            p.meta { (widget::code(text("instance"))) }
            @if has_incident { p { a href="/incidents" { (ui.t("nav-incidents")) } } }
        }
    }
}

fn standing(ui: &Ui, tasks: &[InstanceTask]) -> Markup {
    html! {
        section.card {
            h2 { (ui.t("stands-at")) }
            ul.rows {
                @for task in tasks {
                    li.row {
                        div.row-main {
                            p.row-title { (widget::code(&task.name)) " " span.meta { (widget::state(ui, "task-type", &task.type_)) } }
                            p.meta {
                                (widget::code(&task.reference)) " · " (widget::time(ui, &task.started_at))
                                @if let Some(what) = &task.waits_for { " · " (ui.t("waits-for")) " " (widget::code(what)) }
                            }
                        }
                        div.row-end {
                            @if let Some(until) = &task.until { (widget::due(ui, Some(until), false)) }
                            @if let Some(at) = &task.timeout_at { span.meta { (ui.t("timeout-at")) " " (widget::time(ui, at)) } }
                        }
                    }
                }
            }
        }
    }
}

fn actions(ui: &Ui, view: &InstanceView) -> Markup {
    let address = format!("/instances/{}", view.summary.id);
    let status = view.summary.status.as_str();
    let goes_on = ["running", "waiting"].contains(&status);
    html! {
        @if ui.may(Permission::InstanceControl) {
            div.resolve {
                // What has begun anew works on the matter now.
                @if status == "faulted" && view.summary.restarted_as.is_none() {
                    (plain_action(ui, &address, "retry", "retry"))
                    (plain_action(ui, &address, "restart", "instance-restart"))
                    p.meta { (ui.t("instance-restart-lead")) }
                }
                @if status == "suspended" { (plain_action(ui, &address, "resume", "resume")) }
                @if goes_on { (reasoned_action(ui, &address, "suspend")) }
                @if goes_on || status == "suspended" { (reasoned_action(ui, &address, "cancel")) }
            }
        }
    }
}

fn plain_action(ui: &Ui, address: &str, name: &str, words: &str) -> Markup {
    html! { form method="post" action={ (address) "/" (name) } { button type="submit" { (ui.t(words)) } } }
}

fn reasoned_action(ui: &Ui, address: &str, name: &str) -> Markup {
    let field = format!("reason-{name}");
    html! {
        details {
            summary.button.quiet { (ui.t(&format!("instance-{name}"))) }
            form method="post" action={ (address) "/" (name) } {
                label for=(field) { (ui.t("reason")) }
                textarea id=(field) name="reason" rows="2" required dir="auto" maxlength=(REASON_CHARS_MAX) {}
                button.quiet type="submit" { (ui.t(&format!("instance-{name}-confirm"))) }
            }
        }
    }
}

fn data(ui: &Ui, title: &str, value: &Value) -> Markup {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    html! {
        details open[text.len() < 400] {
            summary { (ui.t(title)) }
            pre.data dir="ltr" tabindex="0" { (text) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use crate::locale::Locale;

    #[test]
    fn a_day_is_read_in_either_calendar_and_any_digits() {
        let ui = samples::ui(Locale::Fa, &[], "/instances");
        let end = |text: &str| day_after(&ui, text).map(|moment| moment.to_string());
        let expected = Some("2026-11-21T20:30:00Z".to_owned());
        for text in ["۱۴۰۵/۰۸/۳۰", "1405/8/30", "2026-11-21", "٢٠٢٦-١١-٢١"] {
            assert_eq!(end(text), expected, "{text}");
        }
        for text in ["", "1405/13/01", "1404/12/30", "tomorrow", "2026-02-30"] {
            assert_eq!(end(text), None, "{text}");
        }
    }
}
