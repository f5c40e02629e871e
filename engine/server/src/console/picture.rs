//! The drawing of a flow, with the tasks marked at which an instance stands.

use peygir_calendar::Language;
use peygir_runtime::desk::InstanceDefinition;

use super::layout::Ui;
use crate::locale::Locale;

/// SVG text. Its words are escaped where it is drawn.
pub fn of(ui: &Ui, definition: &InstanceDefinition) -> String {
    let language = if ui.locale == Locale::Fa { Language::Persian } else { Language::English };
    let titles = definition.catalog.known_titles();
    peygir_explain::svg(&definition.workflow, titles, language, &definition.active)
}
