//! A deployment that contradicts an edition which is planned: what is said, and the box by which somebody keeps both.

use maud::{Markup, html};
use serde_json::Value;

use super::findings::{self, Sources};
use super::icon::{self, Icon};
use super::layout::Ui;

/// The field that says that what is planned stands.
pub const KEEP: &str = "keepPlanned";
/// An older version would come back; whoever knows it may let it.
const CONTRADICTION: &str = "PG-P098";
/// Two editions of one instant: one of them has to go.
const SAME_INSTANT: &str = "PG-P099";

/// Whether a finding is one of these.
pub fn is_one(finding: &Value) -> bool {
    [CONTRADICTION, SAME_INSTANT].iter().any(|code| finding["code"] == *code)
}

/// Whether nothing else is wrong.
pub fn only(found: &[Value]) -> bool {
    let mut errors = found.iter().filter(|one| one["severity"] == "error").peekable();
    errors.peek().is_some() && errors.all(is_one)
}

/// Whether ticking the box is a way out.
pub fn may_be_kept(found: &[Value]) -> bool {
    only(found) && found.iter().filter(|one| one["severity"] == "error").all(|one| one["code"] == CONTRADICTION)
}

/// What contradicts what is planned; nothing where nothing does.
pub fn draw(ui: &Ui, found: &[Value]) -> Markup {
    let against: Vec<Value> = found.iter().filter(|one| is_one(one)).cloned().collect();
    html! {
        @if !against.is_empty() {
            section.card #contrary role="alert" {
                h2 { (icon::draw(Icon::Alert)) (ui.t("contrary-title")) }
                p.meta { (ui.t("contrary-lead")) }
                (findings::draw(ui, &against, &Sources::new()))
                p.more { a href="/packs/editions" { (ui.t("editions-all")) } }
            }
        }
    }
}

/// The box. Nothing is ticked beforehand, and nothing has to be: whoever withdrew the plan meanwhile needs it no more.
/// `form` tells it from those of other forms on the page.
pub fn keep(ui: &Ui, form: &str) -> Markup {
    let id = format!("keep-planned-{form}");
    html! {
        div.field {
            label.choice for=(id) {
                input id=(id) type="checkbox" name=(KEEP) value="yes";
                span { (ui.t("contrary-keep")) }
            }
        }
    }
}
