//! Where the flow stands, drawn as a strip of its steps: done, current, ahead.

use maud::{Markup, html};
use peygir_runtime::desk::{FlowStep, FlowView};

use super::icon::{self, Icon};
use super::layout::Ui;
use super::widget::{self, Tone};
use crate::text::exists;

pub fn draw(ui: &Ui, flow: &FlowView) -> Markup {
    let title = flow.title.as_deref().unwrap_or(&flow.flow);
    html! {
        figure.flow {
            figcaption {
                span.flow-title { bdi { (title) } }
                (widget::chip(tone(&flow.status), &widget::state(ui, "flow", &flow.status)))
            }
            ol.strip aria-label=(ui.t("flow-steps")) {
                @for (index, step) in flow.steps.iter().enumerate() { (marker(ui, index + 1, step)) }
            }
            @if let Some(fault) = &flow.fault {
                p.fault { (fault_words(ui, fault)) }
            }
        }
    }
}

fn marker(ui: &Ui, number: usize, step: &FlowStep) -> Markup {
    let (class, state) = match step.state.as_str() {
        "done" => ("done", "step-state-done"),
        "current" => ("current", "step-state-current"),
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
