//! That what a pack brings takes the place of another pack's of the same name.
//!
//! Owns: what is told of that, and how gravely; and that a file says so of a pack that brings nothing of the kind. A calendar and a script change terms and deeds that nobody of the upper pack's
//! readers sees there: a warning, until the file itself says whose place it takes (`replaces: national`). Forms and templates are
//! what people read: a note. The same text in both is nothing. Deliberately does not know where these packs hold.

use std::collections::BTreeMap;

use peygir_source::{Diagnostic, Diagnostics, Span};

use super::complaint::TOP;
use super::laid::Laid;
use super::layer::in_file;
use super::places::meet;

/// What stands in a file, as far as it matters here.
struct One<'l> {
    pack: &'l str,
    file: &'l str,
    text: &'l str,
    at: Span,
    replaces: Option<(&'l str, Span)>,
}

/// What is of which name, in both languages.
type What = (&'static str, &'static str);

const CALENDAR: What = ("calendar", "تقویم");
const SCRIPT: What = ("script", "اسکریپت");
const FORM: What = ("form", "فرم");
const TEMPLATE: What = ("template", "قالب");

/// What of some layers, the lowest first, takes the place of what lies below it.
pub(super) fn told(layers: &[usize], laid: &[Laid]) -> Diagnostics {
    let mut found = Diagnostics::default();
    let mut below: BTreeMap<(&str, &str), One<'_>> = BTreeMap::new();
    for index in layers {
        for (what, id, one) in brought(&laid[*index]) {
            let lower = below.get(&(what.0, id)).filter(|lower| lower.text != one.text);
            found.list.extend(lower.map(|lower| replaces(what, id, lower, &one)));
            below.insert((what.0, id), one);
        }
    }
    found
}

/// Files that say whose place they take where that pack brings nothing of their name below them. `laid`: every pack of the
/// deployment. That they take another's place is told already.
pub(super) fn in_vain(laid: &[Laid]) -> Diagnostics {
    let mut found = Diagnostics::default();
    for (index, layer) in laid.iter().enumerate() {
        let below = || laid[..index].iter().filter(|lower| meet(&lower.scope, &layer.scope).is_some());
        for (what, id, upper) in brought(layer) {
            let Some((named, at)) = upper.replaces else { continue };
            let mut of_name = below().flat_map(brought).filter(|(kind, of, _)| (*kind, *of) == (what, id));
            let is_local = |layer: &Laid| layer.calendars.values().any(|filed| filed.value.scope().is_some());
            // A calendar may also keep a wider one of that pack from counting in its place.
            let is_displacing =
                what == CALENDAR && below().chain([layer]).any(|lower| lower.pack.name == named && is_local(lower));
            if !is_displacing && !of_name.any(|(_, _, lower)| lower.pack == named || lower.text != upper.text) {
                found.push(in_file(nothing_there(what, id, named, at), upper.file));
            }
        }
    }
    found
}

fn nothing_there((what, what_fa): What, id: &str, named: &str, at: Span) -> Diagnostic {
    let en = format!("no {what} \"{id}\" of a pack {named} lies below this one: it takes the place of none");
    let fa = format!("بستهٔ \u{2066}{named}\u{2069} در زیر این پرونده {what_fa} «{id}» ندارد و جای چیزی گرفته نمی‌شود");
    Diagnostic::warning("PG-P104", at, en, fa).with_help(
        "correct the names, or take `replaces` away: nothing is changed by this file until something calls it",
        "نام‌ها را درست کنید یا ‎`replaces`‎ را بردارید: تا چیزی آن را نخواند این پرونده چیزی را عوض نمی‌کند",
    )
}

fn brought(layer: &Laid) -> impl Iterator<Item = (What, &str, One<'_>)> {
    let pack = layer.pack.name.as_str();
    let calendars = layer.calendars.iter().map(move |(id, filed)| {
        let (at, replaces) = (filed.value.id_span(), filed.value.replaces());
        (CALENDAR, id.as_str(), One { pack, file: &filed.file.name, text: &filed.file.text, at, replaces })
    });
    let scripts = layer.scripts.iter().map(move |(id, script)| {
        let replaces = script.script.replaces();
        (SCRIPT, id.as_str(), One { pack, file: &script.file, text: &script.source, at: TOP, replaces })
    });
    let forms = layer.forms.iter().map(|(id, filed)| (FORM, id, &filed.file));
    let templates = layer.templates.iter().map(|(id, filed)| (TEMPLATE, id, &filed.file));
    let read = forms.chain(templates).map(move |(what, id, file)| {
        (what, id.as_str(), One { pack, file: &file.name, text: &file.text, at: TOP, replaces: None })
    });
    calendars.chain(scripts).chain(read)
}

fn replaces((what, what_fa): What, id: &str, lower: &One<'_>, upper: &One<'_>) -> Diagnostic {
    let (below, pack) = (lower.pack, upper.pack);
    let en = format!("the {what} \"{id}\" of {pack} takes the place of the one of {below}, wherever {pack} holds");
    let fa = format!(
        "{what_fa} «{id}» بستهٔ \u{2066}{pack}\u{2069} هر جا که این بسته جاری است جای آنِ بستهٔ \u{2066}{below}\u{2069} را می‌گیرد"
    );
    let is_said = upper.replaces.is_some_and(|(named, _)| named == below);
    let is_grave = [CALENDAR.0, SCRIPT.0].contains(&what) && !is_said;
    let told = if is_grave {
        let at = upper.replaces.map_or(upper.at, |(_, at)| at);
        Diagnostic::warning("PG-P104", at, en, fa).with_help(
            format!("give it a name of its own; where it is meant, say so in the file: `replaces: {below}`"),
            format!("نام دیگری به آن بدهید؛ اگر دانسته است در پرونده بنویسید: ‎`replaces: {below}`‎"),
        )
    } else {
        Diagnostic::information("PG-P104", upper.at, en, fa)
    };
    in_file(told, upper.file)
}
