//! That a calendar, or a closure of one, counts for no deadline at all.
//!
//! Owns: what is told of that. A calendar answers in the place that it is `for`, wherever the one is named that it extends, and
//! only where its pack holds; without `for` it answers where it is named itself. Deliberately does not know what is in force
//! in a place.

use peygir_calendar::Scope;
use peygir_source::{Diagnostic, Diagnostics, Span};

use super::laid::Laid;
use super::layer::in_file;
use super::places::{meet, own_place, words};

/// Calendars and closures for places in which their packs do not hold.
pub(super) fn elsewhere(laid: &[Laid]) -> Diagnostics {
    let mut found = Diagnostics::default();
    for layer in laid {
        for (id, filed) in &layer.calendars {
            let of_calendar = filed.value.scope().map(|(scope, at)| (scope, at, true));
            let of_closures = filed.value.closure_scopes().map(|(scope, at)| (scope, at, false));
            for (scope, at, is_whole) in of_calendar.into_iter().chain(of_closures) {
                if meet(scope, &layer.scope).is_none() {
                    found.push(in_file(is_elsewhere(id, scope, at, is_whole, layer), &filed.file.name));
                }
            }
        }
    }
    found
}

fn is_elsewhere(id: &str, scope: &Scope, at: Span, is_whole: bool, layer: &Laid) -> Diagnostic {
    let place = |scope: &Scope| words(&own_place(scope)).unwrap_or_default();
    let (wanted, own) = (place(scope), place(&layer.scope));
    let (what, what_fa) = match is_whole {
        true => (format!("the calendar \"{id}\""), format!("تقویم «{id}»")),
        false => (format!("a closure of the calendar \"{id}\""), format!("تعطیلی‌ای از تقویم «{id}»")),
    };
    Diagnostic::warning(
        "PG-P105",
        at,
        format!("{what} never counts: it is for {wanted}, and its pack holds in {own}"),
        format!("{what_fa} هیچ‌گاه به شمار نمی‌آید: برای \u{2066}{wanted}\u{2069} است و بسته‌اش در \u{2066}{own}\u{2069} جاری است"),
    )
    .with_help(
        format!("write a place within {own}, or put it into a pack that holds there"),
        format!("جایی درون \u{2066}{own}\u{2069} بنویسید، یا آن را در بسته‌ای بگذارید که آنجا جاری است"),
    )
}

/// Calendars that are for no place and whose names nobody writes. `is_named`: whether something else of the deployment, a flow
/// or the deployment's own file, has the name.
pub(super) fn unnamed(laid: &[Laid], is_named: impl Fn(&str) -> bool) -> Diagnostics {
    let mut found = Diagnostics::default();
    for layer in laid {
        for (id, filed) in &layer.calendars {
            let Some(base) = filed.value.extends().filter(|_| filed.value.scope().is_none()) else { continue };
            let elsewhere =
                laid.iter().flat_map(texts).any(|(file, text)| file != filed.file.name && text.contains(id));
            if !elsewhere && !is_named(id) {
                found.push(in_file(is_unnamed(id, base, filed.value.id_span(), layer), &filed.file.name));
            }
        }
    }
    found
}

fn is_unnamed(id: &str, base: &str, at: Span, layer: &Laid) -> Diagnostic {
    let told = Diagnostic::warning(
        "PG-P105",
        at,
        format!("nothing names the calendar \"{id}\", and it is `for` no place: deadlines go on by \"{base}\""),
        format!(
            "هیچ چیز تقویم «{id}» را نام نمی‌برد و برای جایی (‎`for`‎) هم نیست: مهلت‌ها همچنان با «{base}» شمرده می‌شوند"
        ),
    );
    let parts = [("province", &layer.scope.province), ("county", &layer.scope.county), ("agency", &layer.scope.agency)];
    let parts = parts.iter().filter_map(|(name, part)| part.as_ref().map(|part| format!("{name}: {part}")));
    let own = parts.collect::<Vec<_>>().join(", ");
    if own.is_empty() {
        return told.with_help("name it in a flow, or take it away", "آن را در گردش کاری نام ببرید یا بردارید");
    }
    told.with_help(
        format!("write `for: {{ {own} }}`, or name it where deadlines are to be counted by it"),
        format!("‎`for: {{ {own} }}`‎ را بنویسید، یا هر جا مهلت‌ها باید با آن شمرده شوند نامش را بیاورید"),
    )
}

/// Texts of a pack in which a calendar may be named, with the names of their files.
fn texts(layer: &Laid) -> impl Iterator<Item = (&str, &str)> {
    let tables = layer.tables.values().map(|table| &table.file);
    let overlays = layer.overlays.iter().map(|overlay| &overlay.file);
    let calendars = layer.calendars.values().map(|calendar| &calendar.file);
    let forms = layer.forms.values().map(|form| &form.file);
    let templates = layer.templates.values().map(|template| &template.file);
    let files = tables.chain(overlays).chain(calendars).chain(forms).chain(templates);
    let scripts = layer.scripts.values().map(|script| (script.file.as_str(), script.source.as_ref()));
    files.map(|file| (file.name.as_str(), file.text.as_str())).chain(scripts)
}
