//! Where the flow stands, drawn as a strip of its steps: done, current, ahead.

use maud::{Markup, html};
use peygir_runtime::desk::{FlowStep, FlowView};

use super::icon::{self, Icon};
use super::layout::Ui;
use super::widget::{self, Tone};
use crate::text::exists;

/// Every flow of a case: those at work in full, those that have ended folded away while another is at work.
pub fn draw_all(ui: &Ui, flows: &[FlowView]) -> Markup {
    let (ended, at_work): (Vec<_>, Vec<_>) = flows.iter().partition(|flow| has_ended(flow));
    html! {
        @for flow in &at_work { (draw(ui, flow)) }
        @if at_work.is_empty() {
            @for flow in &ended { (draw(ui, flow)) }
        } @else if !ended.is_empty() {
            details.machinery {
                summary { (ui.tw("flows-ended", &[("count", (ended.len() as i64).into())])) }
                @for flow in &ended { (draw(ui, flow)) }
            }
        }
    }
}

/// Nothing more comes of it; a fault is no end, for somebody has to see it.
fn has_ended(flow: &FlowView) -> bool {
    matches!(flow.status.as_str(), "completed" | "cancelled")
}

fn draw(ui: &Ui, flow: &FlowView) -> Markup {
    let title = flow.title.as_deref().unwrap_or(&flow.flow);
    html! {
        figure.flow {
            figcaption {
                span.flow-title { bdi { (title) } }
                (widget::chip(tone(&flow.status), &widget::state(ui, "flow", &flow.status)))
            }
            ol.strip aria-label=(ui.t("flow-steps")) {
                @for (index, step) in flow.steps.iter().enumerate() { (marker(ui, index + 1, step, has_ended(flow))) }
            }
            @if let Some(fault) = &flow.fault {
                p.fault { (fault_words(ui, fault)) }
            }
        }
    }
}

fn marker(ui: &Ui, number: usize, step: &FlowStep, has_ended: bool) -> Markup {
    let (class, state) = match step.state.as_str() {
        "done" => ("done", "step-state-done"),
        "current" => ("current", "step-state-current"),
        _ if has_ended => ("skipped", "step-state-skipped"),
        _ => ("ahead", "step-state-ahead"),
    };
    html! {
        li class=(class) aria-current=[(class == "current").then_some("step")] {
            span.dot aria-hidden="true" {
                @if class == "done" { (icon::draw(Icon::Check)) } @else { (ui.locale.number(number)) }
            }
            span.step-name { (name(ui, &step.name)) }
            span.hidden { " (" (ui.t(state)) ")" }
        }
    }
}

/// A step's name in words where the name is a common one; authors' own names show as written.
fn name(ui: &Ui, name: &str) -> Markup {
    let id = format!("step-{name}");
    if exists(&id) {
        html! { (ui.t(&id)) }
    } else {
        html! { bdi dir="auto" { (name) } }
    }
}

fn tone(status: &str) -> Tone {
    match status {
        "completed" => Tone::Good,
        "faulted" => Tone::Danger,
        "cancelled" => Tone::Plain,
        _ => Tone::Accent,
    }
}

/// A flow's fault: its title, else its detail, else the word for it.
fn fault_words(ui: &Ui, fault: &serde_json::Value) -> String {
    let text = ["title", "detail", "type"].iter().find_map(|key| fault.get(key)?.as_str());
    text.map_or_else(|| ui.t("flow-faulted"), str::to_owned)
}
