//! The outbox: messages that go out, and plainly those that went nowhere because no gateway is configured.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use peygir_runtime::desk::{OutboxLine, Page, PageRequest};

use super::icon::{self, Icon};
use super::layout::{self, Ui};
use super::widget::{self, Tone};
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
    let after = PageQuery::of(query.as_deref()).given("after");
    let messages = app.desk.outbox(&caller, &PageRequest { after, limit: None }).await?;
    Ok(layout::answer(page(&ui, &messages)))
}

pub fn page(ui: &Ui, messages: &Page<OutboxLine>) -> Markup {
    let unsent = &ui.directory.unsent_channels;
    let channels: Vec<_> = unsent.iter().map(|channel| widget::state(ui, "channel", channel)).collect();
    let body = html! {
        div.page-head { h1 { (ui.t("outbox-title")) } p.meta { (ui.t("outbox-lead")) } }
        @if !channels.is_empty() {
            p.notice.warning role="note" {
                (icon::draw(Icon::Alert))
                (ui.tw("outbox-unsent", &[("channels", channels.join(&ui.t("list-and")).into())]))
            }
        }
        section.card {
            @if messages.items.is_empty() { (widget::empty(&ui.t("case-messages-empty"))) } @else {
                ul.rows { @for message in &messages.items { (row(ui, message, true)) } }
            }
        }
        (widget::pager(ui, &[], messages.next.as_deref()))
    };
    layout::page(ui, &ui.t("outbox-title"), body)
}

/// One message; `with_case` links to its case.
pub fn row(ui: &Ui, message: &OutboxLine, with_case: bool) -> Markup {
    html! {
        li.row {
            div.row-main {
                p.row-title {
                    (widget::state(ui, "channel", &message.channel)) " " (ui.t("to-recipient")) " " (widget::recipient(ui, &message.to))
                }
                @if let Some(body) = &message.body { p.text.small dir="auto" { (body) } }
                p.meta {
                    (widget::time(ui, &message.created_at)) " · " (widget::code(&message.template))
                    " · " (ui.tw("tries", &[("count", i64::from(message.attempts).into())]))
                    @if let Some(next) = &message.next_at { " · " (ui.t("next-try")) " " (widget::time(ui, next)) }
                    @if with_case { (case_link(ui, message)) }
                }
                @if let Some(fault) = &message.fault { p.fault { bdi dir="auto" { (widget::fault_words(ui, fault)) } } }
            }
            div.row-end { (widget::chip(tone(&message.status), &widget::state(ui, "message", &message.status))) }
        }
    }
}

fn case_link(ui: &Ui, message: &OutboxLine) -> Markup {
    html! {
        " · " a href={ "/cases/" (message.case_id) } {
            @match &message.tracking_code { Some(code) => (widget::code(code)), None => (ui.t("to-case")) }
        }
    }
}

fn tone(status: &str) -> Tone {
    match status {
        "delivered" | "sent" => Tone::Good,
        "not-sent" | "ambiguous" | "expired" => Tone::Warning,
        "failed" => Tone::Danger,
        "sending" => Tone::Accent,
        _ => Tone::Plain,
    }
}
