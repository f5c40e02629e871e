//! Places by their names in the directory: where a calendar or a closure holds, and the selects to choose a place by.

use maud::{Markup, html};
use peygir_runtime::desk::{Named, ScopeView};

use super::field::{self, Filled};
use super::layout::Ui;

/// A scope in words: `استان همدان، شهرستان ملایر`; everywhere where it asks for nothing.
pub fn words(ui: &Ui, scope: &ScopeView) -> String {
    let part = |id: &str, list: &[Named], part: &Option<String>| {
        part.as_ref().map(|wanted| ui.tw(id, &[("name", name(ui, list, wanted).into())]))
    };
    let agency = scope.agency.as_ref().map(|wanted| name(ui, &ui.directory.agencies, wanted));
    let parts = [
        agency,
        part("place-county", &ui.directory.counties, &scope.county),
        part("place-province", &ui.directory.provinces, &scope.province),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    if parts.is_empty() { ui.t("place-everywhere") } else { parts.join(ui.locale.pick("، ", ", ")) }
}

fn name(ui: &Ui, list: &[Named], wanted: &str) -> String {
    list.iter().find(|named| named.id == wanted).map_or_else(|| wanted.to_owned(), |named| ui.named(named).to_owned())
}

/// The scope that was chosen; where the deployment has one province, a county lies in it.
pub fn chosen(ui: &Ui, province: Option<String>, county: Option<String>, agency: Option<String>) -> ScopeView {
    let only = || match ui.directory.provinces.as_slice() {
        [only] if county.is_some() => Some(only.id.clone()),
        _ => None,
    };
    let province = province.or_else(only);
    ScopeView { province, county, agency }
}

/// Label, words for no choice, and options of each part of a place.
fn parts(ui: &Ui) -> [(&'static str, &'static str, &[Named]); 3] {
    [
        ("province", "place-everywhere", &ui.directory.provinces),
        ("county", "place-whole-province", &ui.directory.counties),
        ("agency", "place-any-agency", &ui.directory.agencies),
    ]
}

/// Selects of a posted form, under `/for`.
pub fn fields(ui: &Ui, filled: &Filled<'_>) -> Markup {
    html! {
        @for (part, none, list) in parts(ui) {
            @let options: Vec<_> = list.iter().map(|named| (named.id.clone(), ui.named(named).to_owned())).collect();
            (field::select_or(ui, &format!("/for/{part}"), &ui.t(part), &ui.t(none), &options, filled))
        }
    }
}

/// Selects of a form that filters, by the names of a query.
pub fn filters(ui: &Ui, scope: &ScopeView) -> Markup {
    let chosen = [&scope.province, &scope.county, &scope.agency];
    html! {
        @for ((part, none, list), chosen) in parts(ui).into_iter().zip(chosen) {
            div.field {
                label for=(part) { (ui.t(part)) }
                select id=(part) name=(part) {
                    option value="" { (ui.t(none)) }
                    @for named in list {
                        option value=(named.id) selected[chosen.as_ref() == Some(&named.id)] { (ui.named(named)) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::samples;
    use crate::locale::Locale;

    fn bare(text: String) -> String {
        text.chars().filter(|c| !matches!(c, '\u{2068}' | '\u{2069}')).collect()
    }

    #[test]
    fn a_scope_is_told_by_the_names_of_the_directory() {
        let [fa, en] = Locale::ALL.map(|locale| samples::ui(locale, &[], "/closures"));
        let county = chosen(&en, None, Some("malayer".into()), None);
        assert_eq!(county.province.as_deref(), Some("hamedan"), "a county lies in the deployment's province");
        assert_eq!(bare(words(&en, &county)), "County Malayer, Province Hamedan");
        assert_eq!(bare(words(&fa, &county)), "شهرستان ملایر، استان همدان");
        assert_eq!(words(&en, &ScopeView::default()), "everywhere");
        let agency = chosen(&en, None, None, Some("somewhere-else".into()));
        assert_eq!((agency.province.as_deref(), words(&en, &agency).as_str()), (None, "somewhere-else"));
    }
}
