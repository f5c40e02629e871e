//! What is wrong with packs, as a list: where, what, and how to mend it; with the line itself where its text is at hand.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde_json::Value;

use super::layout::Ui;
use super::widget::{self, Tone};

/// Findings that are shown; the rest is counted.
pub const FINDINGS_SHOWN_MAX: usize = 200;
/// Characters of a line that are shown.
const LINE_CHARS_MAX: usize = 160;

/// Texts by the names under which findings call their files.
pub type Sources = BTreeMap<String, String>;

pub fn draw(ui: &Ui, findings: &[Value], sources: &Sources) -> Markup {
    // What has to be mended first; notes ask for nothing, and stand folded below.
    let of = |wanted: &[&str]| -> Vec<&Value> {
        let severity = |finding: &&Value| finding["severity"].as_str().is_some_and(|one| wanted.contains(&one));
        findings.iter().filter(severity).collect()
    };
    let (errors, warnings) = (of(&["error"]), of(&["warning"]));
    let grave: Vec<&Value> = errors.into_iter().chain(warnings).collect();
    let notes: Vec<&Value> = findings.iter().filter(|one| !grave.contains(one)).collect();
    html! {
        (list(ui, &grave, sources))
        @if !notes.is_empty() {
            details.machinery {
                summary { (ui.tw("findings-notes", &[("count", (notes.len() as i64).into())])) }
                (list(ui, &notes, sources))
            }
        }
    }
}

fn list(ui: &Ui, findings: &[&Value], sources: &Sources) -> Markup {
    html! {
        ul.rows.findings {
            @for finding in findings.iter().take(FINDINGS_SHOWN_MAX) { (one(ui, finding, sources)) }
        }
        @if findings.len() > FINDINGS_SHOWN_MAX {
            p.meta { (ui.tw("findings-more", &[("count", ((findings.len() - FINDINGS_SHOWN_MAX) as i64).into())])) }
        }
    }
}

fn one(ui: &Ui, finding: &Value, sources: &Sources) -> Markup {
    let text = |name: &str| finding[name].as_str().unwrap_or_default();
    let worded = |name: &str| {
        let (fa, en) = (text(&format!("{name}_fa")), text(name));
        ui.locale.pick(fa, en).to_owned()
    };
    let (line, column) = (finding["line"].as_u64().unwrap_or(1), finding["column"].as_u64().unwrap_or(1));
    let tone = match text("severity") {
        "error" => Tone::Danger,
        "warning" => Tone::Warning,
        _ => Tone::Plain,
    };
    let source = sources.get(text("file")).and_then(|source| source.lines().nth(line.saturating_sub(1) as usize));
    let help = worded("help");
    html! {
        li.row {
            div.row-main {
                p.finding-place {
                    (widget::chip(tone, &ui.t(&format!("severity-{}", text("severity")))))
                    // A finding about a pack as a whole stands under its name, which is no file.
                    " " bdi.code.place dir="ltr" {
                        (text("file"))
                        @if text("file").contains(['/', '.']) { ":" (line) ":" (column) }
                    }
                    " " span.fine { (widget::code(text("code"))) }
                }
                // A sentence of the page's language, also where it begins with a name as it is written.
                p { (worded("message")) }
                @if let Some(source) = source.filter(|source| !source.trim().is_empty()) {
                    pre.source dir="ltr" { (source.chars().take(LINE_CHARS_MAX).collect::<String>()) }
                }
                @if !help.is_empty() { p.meta { (ui.t("finding-help")) " " (help) } }
            }
        }
    }
}

/// How many errors there are among findings.
pub fn errors(findings: &[Value]) -> usize {
    findings.iter().filter(|finding| finding["severity"] == "error").count()
}
