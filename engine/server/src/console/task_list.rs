//! Rows of tasks, as home, inbox, calls and a case show them.

use maud::{Markup, html};
use peygir_runtime::desk::TaskView;

use super::layout::Ui;
use super::widget::{self, Tone};

/// Characters of the citizen's text that a row shows.
const EXCERPT_CHARACTERS_MAX: usize = 110;

pub fn draw(ui: &Ui, tasks: &[TaskView]) -> Markup {
    html! { ul.rows { @for task in tasks { (row(ui, task)) } } }
}

fn row(ui: &Ui, task: &TaskView) -> Markup {
    html! {
        li.row {
            div.row-main {
                a.row-title href={ "/tasks/" (task.id) } { (title(ui, task)) }
                p.excerpt dir="auto" { bdi { (excerpt(&task.text)) } }
                p.meta {
                    (widget::code(&task.tracking_code))
                    @if let Some(agency) = &task.agency { " · " (ui.named(agency)) }
                    @if task.round > 1 { " · " (ui.tw("round-number", &[("round", i64::from(task.round).into())])) }
                }
            }
            div.row-end { (status(ui, task)) (widget::due(ui, open_due(task), task.overdue)) }
        }
    }
}

/// The due instant while it still matters.
pub fn open_due(task: &TaskView) -> Option<&str> {
    matches!(task.status.as_str(), "open" | "claimed" | "scheduled").then_some(task.due.as_deref()).flatten()
}

pub fn title<'a>(ui: &Ui, task: &'a TaskView) -> &'a str {
    ui.locale.pick(&task.form.title_fa, &task.form.title_en)
}

pub fn status(ui: &Ui, task: &TaskView) -> Markup {
    let tone = match task.status.as_str() {
        "completed" => Tone::Good,
        "claimed" => Tone::Accent,
        "expired" => Tone::Danger,
        _ => Tone::Plain,
    };
    html! {
        (widget::chip(tone, &widget::state(ui, "task", &task.status)))
        @if let Some(person) = &task.claimed_by { span.meta { (ui.named(person)) } }
    }
}

/// The beginning of a text, whole words of it.
pub fn excerpt(text: &str) -> String {
    if text.chars().count() <= EXCERPT_CHARACTERS_MAX {
        return text.to_owned();
    }
    let cut: String = text.chars().take(EXCERPT_CHARACTERS_MAX).collect();
    let whole = cut.rsplit_once(char::is_whitespace).map_or(cut.as_str(), |(whole, _)| whole);
    format!("{whole} …")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_ends_at_a_word() {
        assert_eq!(excerpt("کوتاه"), "کوتاه");
        let long = "واژه ".repeat(60);
        let cut = excerpt(&long);
        assert!(cut.ends_with("واژه …") && cut.chars().count() <= EXCERPT_CHARACTERS_MAX + 2);
        assert_eq!(excerpt(&"آ".repeat(200)).chars().count(), EXCERPT_CHARACTERS_MAX + 2);
    }
}
