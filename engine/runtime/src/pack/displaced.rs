//! That a calendar for a place keeps that of the wider place around it from counting there.
//!
//! Owns: what is told of that. Of all calendars that stand upon one, the narrowest that is `for` a place answers there, and an
//! agency's is narrower than a county's; what it does not extend is lost there with all its closures, unless a file says that this is
//! meant. Deliberately does not
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
    /// How narrow it is: of several that are for a place the narrowest answers.
    rank: u8,
    /// Where it answers: in its own place, as far as its pack holds there.
    place: Place,
}

/// Two calendars that are for one place, of which one answers there and does not stand upon the other.
struct Lost<'a, 'l> {
    answers: &'a Local<'l>,
    lost: &'a Local<'l>,
    place: Place,
    /// Whose pack lies above the other's, or is the same.
    upper: &'a Local<'l>,
}

/// Calendars of some layers, the lowest first, that take the place of wider ones without extending these: of packs below them, or of
/// their own.
pub(super) fn told(layers: &[usize], laid: &[Laid]) -> Diagnostics {
    let mut found = Diagnostics::default();
    let mut sheets: BTreeMap<&str, &Sheet> = BTreeMap::new();
    let mut locals: Vec<Local<'_>> = Vec::new();
    for layer in layers.iter().map(|index| &laid[*index]) {
        sheets.extend(layer.calendars.iter().map(|(id, filed)| (id.as_str(), &filed.value)));
        locals.extend(layer.calendars.values().filter_map(|filed| local(filed, layer)));
    }
    for (index, upper) in locals.iter().enumerate() {
        let lost = locals[..index].iter().filter_map(|lower| lost(lower, upper, &sheets));
        let lost = lost.filter(|one| !is_healed(one, &locals, &sheets));
        found.list.extend(lost.filter_map(|one| match one.is_around() {
            // What lies below and is narrower does not know of this one.
            true => std::ptr::eq(one.upper, one.answers).then(|| displaced(&one)),
            false => Some(crossed(&one)),
        }));
    }
    found
}

fn local<'l>(filed: &'l Filed<Sheet>, layer: &'l Laid) -> Option<Local<'l>> {
    let (scope, at) = filed.value.scope()?;
    Some(Local { filed, pack: &layer.pack.name, at, rank: scope.rank(), place: meet(scope, &layer.scope)? })
}

impl<'l> Local<'l> {
    fn id(&self) -> &'l str {
        self.filed.value.id()
    }

    fn scope(&self) -> Scope {
        let Place { province, county, agency } = self.place.clone();
        Scope { province, county, agency }
    }

    fn says_of(&self, other: &Local<'_>) -> bool {
        self.filed.value.replaces().is_some_and(|(named, _)| named == other.pack)
    }
}

impl Lost<'_, '_> {
    /// Whether the one that is lost is for the wider place, and all of that place lies within it.
    fn is_around(&self) -> bool {
        self.lost.scope().holds(&self.answers.place)
    }
}

/// Whether one of them is lost where both are, and does not say so.
fn lost<'a, 'l>(lower: &'a Local<'l>, upper: &'a Local<'l>, sheets: &BTreeMap<&str, &Sheet>) -> Option<Lost<'a, 'l>> {
    let (below, above) = (bases(&lower.filed.value, sheets), bases(&upper.filed.value, sheets));
    let is_another = lower.id() != upper.id() && !above.contains(&lower.id()) && !below.contains(&upper.id());
    let are_kin = below.iter().any(|base| above.contains(base));
    let place = meet(&lower.scope(), &upper.scope()).filter(|_| is_another && are_kin)?;
    let (answers, lost) = if upper.rank < lower.rank { (lower, upper) } else { (upper, lower) };
    let upper = if upper.pack == lower.pack { answers } else { upper };
    (!upper.says_of(lower) && !lower.says_of(upper)).then_some(Lost { answers, lost, place, upper })
}

/// Whether a narrower one answers where both are, and stands upon the one that would be lost.
fn is_healed(one: &Lost<'_, '_>, locals: &[Local<'_>], sheets: &BTreeMap<&str, &Sheet>) -> bool {
    let heals = |other: &Local<'_>| {
        other.rank > one.answers.rank
            && other.scope().holds(&one.place)
            && bases(&other.filed.value, sheets).contains(&one.lost.id())
    };
    locals.iter().any(heals)
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

/// The narrower one answers in all of its place.
fn displaced(one: &Lost<'_, '_>) -> Diagnostic {
    let (id, wider, below) = (one.answers.id(), one.lost.id(), one.lost.pack);
    let place = words(&one.place).unwrap_or_default();
    let told = Diagnostic::warning(
        "PG-P104",
        one.upper.at,
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
    in_file(told, &one.upper.filed.file.name)
}

/// Each is for a place that the other is not for: a county and an agency. No calendar extends both.
fn crossed(one: &Lost<'_, '_>) -> Diagnostic {
    let (id, lost, pack) = (one.answers.id(), one.lost.id(), one.lost.pack);
    let place = words(&one.place).unwrap_or_default();
    let told = Diagnostic::warning(
        "PG-P104",
        one.upper.at,
        format!(
            "in {place} the calendar \"{id}\" answers and not \"{lost}\" of {pack}, which it does not extend: what that one says, its \
             closures too, does not count there"
        ),
        format!(
            "در \u{2066}{place}\u{2069} تقویم «{id}» پاسخ می‌دهد نه «{lost}» بستهٔ \u{2066}{pack}\u{2069} که آن را گسترش نمی‌دهد: آنچه آن \
             می‌گوید، تعطیلی‌هایش نیز، آنجا به شمار نمی‌آید"
        ),
    );
    let (answering, file) = (one.answers.pack, &one.upper.filed.file.name);
    let other = if one.upper.pack == pack { answering } else { pack };
    let told = told.with_help(
        format!(
            "write a calendar that is `for` both and says `extends: {lost}` and `replaces: {answering}`; where it is meant, say so in this \
             file: `replaces: {other}`"
        ),
        format!(
            "تقویمی بنویسید که ‎`for`‎ هر دو باشد و ‎`extends: {lost}`‎ و ‎`replaces: {answering}`‎ داشته باشد؛ اگر دانسته است در همین پرونده \
             بنویسید: ‎`replaces: {other}`‎"
        ),
    );
    in_file(told, file)
}
