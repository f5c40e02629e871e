//! That a calendar for a place keeps that of the wider place around it from counting there.
//!
//! Owns: what is told of that. Of all calendars that stand upon one, the narrowest that is `for` a place answers there; what
//! it does not extend is lost there with all its closures, unless its file says that this is meant. Deliberately does not
//! know which calendars flows name.

use std::collections::BTreeMap;

use peygir_calendar::{Place, Scope, Sheet};
use peygir_source::{Diagnostic, Diagnostics, Span};

use super::laid::Laid;
use super::layer::{Filed, in_file};
use super::places::{meet, words};

/// A calendar that is `for` a place.
struct Local<'l> {
    filed: &'l Filed<Sheet>,
    pack: &'l str,
    at: Span,
    /// Where it answers: in its own place, as far as its pack holds there.
    place: Place,
}

/// Calendars of some layers, the lowest first, that take the place of wider ones below them without extending these.
pub(super) fn told(layers: &[usize], laid: &[Laid]) -> Diagnostics {
    let mut found = Diagnostics::default();
    let mut sheets: BTreeMap<&str, &Sheet> = BTreeMap::new();
    let mut locals: Vec<Local<'_>> = Vec::new();
    for layer in layers.iter().map(|index| &laid[*index]) {
        sheets.extend(layer.calendars.iter().map(|(id, filed)| (id.as_str(), &filed.value)));
        let uppers: Vec<_> = layer.calendars.values().filter_map(|filed| local(filed, layer)).collect();
        for upper in &uppers {
            let lost = locals.iter().filter(|lower| is_lost(lower, upper, &sheets));
            found.list.extend(lost.map(|lower| displaced(lower, upper)));
        }
        locals.extend(uppers);
    }
    found
}

fn local<'l>(filed: &'l Filed<Sheet>, layer: &'l Laid) -> Option<Local<'l>> {
    let (scope, at) = filed.value.scope()?;
    Some(Local { filed, pack: &layer.pack.name, at, place: meet(scope, &layer.scope)? })
}

/// Whether the lower one answered where the upper one does now, and is not among what that stands upon.
fn is_lost(lower: &Local<'_>, upper: &Local<'_>, sheets: &BTreeMap<&str, &Sheet>) -> bool {
    let (below, above) = (bases(&lower.filed.value, sheets), bases(&upper.filed.value, sheets));
    let id = lower.filed.value.id();
    let is_said = upper.filed.value.replaces().is_some_and(|(named, _)| named == lower.pack);
    let Place { province, county, agency } = lower.place.clone();
    let is_around = (Scope { province, county, agency }).holds(&upper.place);
    let is_another = id != upper.filed.value.id() && !above.contains(&id);
    is_around && is_another && !is_said && below.iter().any(|base| above.contains(base))
}

/// Ids of what a calendar extends, the nearest first.
fn bases<'s>(sheet: &'s Sheet, sheets: &BTreeMap<&str, &'s Sheet>) -> Vec<&'s str> {
    let mut bases = Vec::new();
    let mut next = sheet.extends();
    // A ring is told elsewhere.
    while let Some(id) = next.filter(|id| !bases.contains(id)) {
        bases.push(id);
        next = sheets.get(id).and_then(|sheet| sheet.extends());
    }
    bases
}

fn displaced(lower: &Local<'_>, upper: &Local<'_>) -> Diagnostic {
    let (id, wider, below) = (upper.filed.value.id(), lower.filed.value.id(), lower.pack);
    let place = words(&upper.place).unwrap_or_default();
    let told = Diagnostic::warning(
        "PG-P104",
        upper.at,
        format!(
            "the calendar \"{id}\" takes the place of \"{wider}\" of {below} in {place} and does not extend it: what that one \
             says, its closures too, no longer counts there"
        ),
        format!(
            "تقویم «{id}» در \u{2066}{place}\u{2069} جای «{wider}» بستهٔ \u{2066}{below}\u{2069} را می‌گیرد و آن را گسترش نمی‌دهد: آنچه آن می‌گوید، \
             تعطیلی‌هایش نیز، دیگر آنجا به شمار نمی‌آید"
        ),
    )
    .with_help(
        format!("write `extends: {wider}`; where it is meant, say so in the file: `replaces: {below}`"),
        format!("بنویسید ‎`extends: {wider}`‎؛ اگر دانسته است در پرونده بنویسید: ‎`replaces: {below}`‎"),
    );
    in_file(told, &upper.filed.file.name)
}
