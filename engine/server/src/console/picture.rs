//! The drawing of a flow, with the tasks marked at which an instance stands.

use peygir_calendar::Language;
use peygir_dsl::model::Workflow;
use peygir_explain::NoTitles;

use super::layout::Ui;
use crate::locale::Locale;

/// SVG text. Its words are escaped where it is drawn.
pub fn of(ui: &Ui, workflow: &Workflow, active: &[Vec<String>]) -> String {
    let language = if ui.locale == Locale::Fa { Language::Persian } else { Language::English };
    peygir_explain::svg(workflow, &NoTitles, language, active)
}
