//! The story of a case: the notable lines of its journal, and on request all of them.

use maud::{Markup, html};
use peygir_runtime::desk::JournalLine;

use super::layout::Ui;
use super::{stage, widget};
use crate::locale::Locale;
use crate::text::exists;

pub fn draw(ui: &Ui, lines: &[JournalLine]) -> Markup {
    let machinery = lines.iter().filter(|line| !line.notable).count();
    html! {
        ol.timeline {
            @for line in lines.iter().filter(|line| line.notable) { (entry(ui, line)) }
        }
        @if machinery > 0 {
            details.machinery {
                summary { (ui.tw("timeline-all", &[("count", (machinery as i64).into())])) }
                ol.timeline.dense { @for line in lines { (entry(ui, line)) } }
            }
        }
    }
}

fn entry(ui: &Ui, line: &JournalLine) -> Markup {
    html! {
        li class=(dot(&line.kind)) {
            div.line {
                span.what { (words(ui, &line.kind)) }
                @for (label, value) in stage::labelled(ui, &line.args) {
                    span.arg { span.label { (label) } " " bdi { (value) } }
                }
            }
            div.meta { (widget::time(ui, &line.at)) " · " (actor(ui, &line.actor)) }
        }
    }
}

/// The words of a kind of event; a kind without words shows its own name.
pub fn words(ui: &Ui, kind: &str) -> String {
    let id = format!("journal-{kind}");
    if exists(&id) { ui.t(&id) } else { kind.to_owned() }
}

/// The same for whoever tells events elsewhere; None where there are no words for it.
pub fn words_fa(kind: &str) -> Option<String> {
    let id = format!("journal-{kind}");
    exists(&id).then(|| Locale::Fa.text(&id))
}

/// Who did it: a person by name, a program by the name of its token, the rest by a word.
pub fn actor(ui: &Ui, actor: &str) -> String {
    if let Some(person) = ui.directory.people.iter().find(|person| person.id == actor) {
        return ui.named(&person.name).to_owned();
    }
    if let Some((kind @ ("token" | "connector"), name)) = actor.split_once(':') {
        return ui.tw(&format!("actor-{kind}"), &[("name", name.into())]);
    }
    widget::state(ui, "actor", actor)
}

/// The class of the dot before a line.
fn dot(kind: &str) -> &'static str {
    match kind {
        "case-closed" | "task-completed" | "message-delivered" | "incident-resolved" => "good",
        "task-overdue" | "message-failed" | "message-ambiguous" | "incident-opened" | "flow-faulted"
        | "step-faulted" | "message-expired" => "danger",
        "task-reminded" | "call-unreached" | "task-expired" | "round-opened" => "warning",
        _ => "plain",
    }
}
