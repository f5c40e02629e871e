//! How the deployment fares: what is wrong, what is slow, what waits for a person; and the numbers behind it.

use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use peygir_core::Moment;
use peygir_runtime::health::{Figures, Finding, Way, Weight};
use peygir_runtime::tally::{Tallied, What};

use super::layout::{self, Ui};
use super::widget::{self, Tone};
use crate::api::health::look;
use crate::gate::Caller;
use crate::instruments::Folder;
use crate::options::App;
use crate::problem::Problem;
use crate::when;

/// The page is loaded again after as many seconds.
const REFRESH_SECONDS: u32 = 30;

/// What the page shows.
pub struct Health {
    pub figures: Figures,
    pub folder: Folder,
    /// The worst first.
    pub findings: Vec<Finding>,
}

pub async fn show(State(app): State<App>, Caller(caller): Caller, ui: Ui) -> Result<Response, Problem> {
    let (figures, folder, findings) = look(&app, &caller).await?;
    Ok(layout::answer(page(&ui, &Health { figures, folder, findings })))
}

pub fn page(ui: &Ui, health: &Health) -> Markup {
    let worst = health.findings.first().map_or(Weight::Fine, |finding| finding.weight);
    let body = html! {
        div.page-head {
            h1 { (ui.t("health-title")) " " (widget::chip(tone(worst), &ui.t(&format!("weight-{}", worst.as_str())))) }
            p.meta { (when::long(ui.now, &ui.zone, ui.locale)) " · " (ui.t("health-lead")) }
        }
        @for weight in Weight::ALL {
            @let found: Vec<_> = health.findings.iter().filter(|finding| finding.weight == weight).collect();
            @if !found.is_empty() {
                section.card aria-labelledby={ "weight-" (weight.as_str()) } {
                    h2 id={ "weight-" (weight.as_str()) } { (ui.t(&format!("health-{}", weight.as_str()))) }
                    ul.rows { @for finding in found { (row(ui, finding)) } }
                }
            }
        }
        (numbers(ui, health))
        p.meta { (ui.tw("health-refresh", &[("seconds", i64::from(REFRESH_SECONDS).into())])) }
    };
    layout::refreshed_page(ui, &ui.t("health-title"), Some(REFRESH_SECONDS), body)
}

fn tone(weight: Weight) -> Tone {
    match weight {
        Weight::Wrong => Tone::Danger,
        Weight::Slow => Tone::Warning,
        Weight::Waits => Tone::Accent,
        Weight::Fine => Tone::Good,
    }
}

fn row(ui: &Ui, finding: &Finding) -> Markup {
    html! {
        li.row {
            div.row-main {
                p.row-title { (finding.told(ui.locale.language())) @if let Some(at) = &finding.at { ": " (widget::long_time(ui, at)) } }
                @if !finding.subjects.is_empty() {
                    p.meta { @for subject in &finding.subjects { (subject_of(finding, subject)) " " } }
                }
                @if let Some(way) = finding.way(ui.locale.language()) { p.meta { (ui.t("health-mend")) " " (shown(&way)) } }
            }
            div.row-end { (widget::chip(tone(finding.weight), &ui.t(&format!("weight-{}", finding.weight.as_str())))) }
        }
    }
}

fn subject_of(finding: &Finding, subject: &str) -> Markup {
    match finding.check.as_str() {
        "neglected" => html! { a href={ "/cases/" (subject) } { (widget::code(subject)) } },
        _ => widget::code(subject),
    }
}

/// A page of the console is a link, a command is there to be copied, prose is the reader's language.
fn shown(way: &Way<'_>) -> Markup {
    match way {
        Way::Told(text) => html! { (text) },
        Way::Command(page) if page.starts_with('/') && !page.contains([' ', ';']) && !page.ends_with("/ID") => {
            html! { a href=(page) { (widget::code(page)) } }
        }
        Way::Command(command) => widget::code(command),
    }
}

fn numbers(ui: &Ui, health: &Health) -> Markup {
    let (figures, folder) = (&health.figures, &health.folder);
    html! {
        section.card {
            h2 { (ui.t("health-numbers")) }
            @if let Some(tally) = &figures.tally { dl.counts { (counts(ui, tally)) } }
            dl.facts.spread {
                (widget::fact(&ui.t("health-timer-lag"), html! { (lag(ui, figures.first_due, figures.now)) }))
                (widget::fact(&ui.t("health-outbox-lag"), html! { (lag(ui, figures.first_send, figures.now)) }))
                (widget::fact(&ui.t("health-inbox"), html! { (ui.locale.number(figures.inbox)) }))
                (widget::fact(&ui.t("health-frames"), html! { (ui.locale.number(figures.store.last_frame)) }))
                (widget::fact(&ui.t("health-sync"), html! { (mean_sync(ui, figures)) }))
                (widget::fact(&ui.t("health-seal"), html! {
                    @if figures.store.seal > 0 { (ui.locale.number(figures.store.seal)) " · " }
                    (instant(ui, figures.store.sealed_at.map(Moment::to_jiff)))
                }))
                (widget::fact(&ui.t("health-index"), html! {
                    (ui.locale.number(figures.store.last_frame.saturating_sub(figures.store.indexed_frame)))
                }))
                (widget::fact(&ui.t("health-edition"), html! { (ui.locale.number(figures.edition)) }))
                (widget::fact(&ui.t("health-snapshot"), html! { (instant(ui, folder.snapshot_at)) }))
                (widget::fact(&ui.t("health-backup"), html! { (instant(ui, folder.backup_at)) }))
                (widget::fact(&ui.t("health-drill"), html! { (instant(ui, folder.drill_at)) }))
                (widget::fact(&ui.t("health-disk"), html! { (room(ui, folder)) }))
            }
            @if let Some(tally) = &figures.tally { (outbox(ui, tally)) }
        }
    }
}

fn counts(ui: &Ui, tally: &Tallied) -> Markup {
    let of = |what: &What| tally.sum(|one| one == what);
    let tasks = |late: bool| tally.sum(|one| matches!(one, What::Tasks { overdue, .. } if late == *overdue || !late));
    let waiting = tally.sum(|one| matches!(one, What::Messages(_, "ready" | "sending")));
    let counts = [
        ("health-cases-open", of(&What::CasesOpen)),
        ("health-cases-closed", of(&What::CasesClosed)),
        ("health-tasks", tasks(false)),
        ("health-tasks-overdue", tasks(true)),
        ("health-incidents", of(&What::IncidentsOpen)),
        ("health-messages", waiting),
        ("health-timers", of(&What::Timers)),
    ];
    html! {
        @for (label, count) in counts { div.count { dt { (ui.t(label)) } dd { (ui.locale.number(count)) } } }
    }
}

/// Messages by connector and state.
fn outbox(ui: &Ui, tally: &Tallied) -> Markup {
    let lines: Vec<_> = tally
        .counts
        .iter()
        .filter_map(|(what, count)| match what {
            What::Messages(connector, state) => Some((connector, state, count)),
            _ => None,
        })
        .collect();
    let columns = ["health-connector", "status", "health-count"].map(|id| ui.t(id));
    html! {
        @if !lines.is_empty() {
            h3 { (ui.t("health-outbox")) }
            table.cases {
                thead { tr { @for column in &columns { th scope="col" { (column) } } } }
                tbody {
                    @for (connector, state, count) in lines {
                        tr {
                            td data-label=(columns[0]) { (widget::code(connector)) }
                            td data-label=(columns[1]) { (widget::state(ui, "message", state)) }
                            td data-label=(columns[2]) { (ui.locale.number(count)) }
                        }
                    }
                }
            }
        }
    }
}

fn lag(ui: &Ui, since: Option<Moment>, now: Moment) -> String {
    match since {
        Some(since) if since < now => when::distance(since.to_jiff(), now.to_jiff(), ui.locale),
        _ => ui.t("health-none"),
    }
}

/// Mean of write and sync, in milliseconds.
fn mean_sync(ui: &Ui, figures: &Figures) -> String {
    let Some(appended) = figures.store.append_micros.as_ref().filter(|appended| appended.total() > 0) else {
        return ui.t("health-none");
    };
    let tenths = appended.sum / appended.total() / 100;
    ui.tw("health-milliseconds", &[("ms", ui.locale.digits(&format!("{}.{}", tenths / 10, tenths % 10)).into())])
}

fn instant(ui: &Ui, at: Option<Timestamp>) -> Markup {
    match at {
        Some(at) => widget::dated(ui, &at.to_string()),
        None => html! { (ui.t("health-never")) },
    }
}

fn room(ui: &Ui, folder: &Folder) -> String {
    let (Some(free), Some(all)) = (folder.free_bytes, folder.disk_bytes) else { return ui.t("health-unknown") };
    let mib = |bytes: u64| ui.locale.number(bytes >> 20);
    ui.tw("health-room", &[("free", mib(free).into()), ("all", mib(all).into())])
}
