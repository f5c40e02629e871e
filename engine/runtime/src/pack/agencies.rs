//! Whether the agencies that tables answer exist. `case-refer` and `case-classify` take what a table answers as `agency`, and
//! refuse what no directory has: then the case stands still. So it is looked at before it counts, in every place with the
//! overlays that hold there.
//!
//! An answer that is written out is judged as it is. One that is filled, such as `abfa-{province}`, is judged where its inputs
//! are places, topics or agencies, which the directory lists, or have declared values; of others nothing is claimed. What is
//! nobody wherever it was looked for is an error; what only some provinces lack is a warning. A pack of the whole country may be
//! deployed for one province that does not have all of its agencies: that is a note.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use peygir_calendar::{Place, Scope};
use peygir_casework::content::{Directory, Named};
use peygir_decision::{Rule, Table, Template, ValueType};
use peygir_source::{Diagnostic, Diagnostics, Help, Severity, Span, suggest};
use serde_json::Value;

use super::catalog::Catalog;
use super::homes::Homes;
use super::layer::in_file;

/// The output that functions take as an agency.
const AGENCY: &str = "agency";
/// Most fillings of one answer in one place that are looked at; of more nothing is claimed.
const FILLINGS_MAX: usize = 2_000;
/// Most agencies that one finding names.
const NAMED_MAX: usize = 5;

/// One answer as it is written somewhere.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct At {
    file: String,
    line: u32,
    column: u32,
    rule: String,
    written: String,
}

/// What it comes to in the places where it holds.
#[derive(Default)]
struct Answers {
    length: u32,
    /// It is written out, or by a pack of a place: then there is no other place where it might be somebody.
    is_meant: bool,
    known: bool,
    missing: BTreeSet<String>,
}

/// Tells the agencies that tables answer and no directory has. Where the directory lists no agencies at all there is nothing to
/// judge by.
pub(super) fn check(catalog: &Catalog, found: &mut Diagnostics) {
    let directory = &catalog.directory;
    if directory.agencies.is_empty() {
        return;
    }
    let agencies: BTreeSet<&str> = directory.agencies.iter().map(|agency| agency.id.as_str()).collect();
    let mut answers: BTreeMap<At, Answers> = BTreeMap::new();
    for (place, table) in tables(catalog) {
        for rule in table.rules() {
            let Some(template) = answer_of(&table, rule) else { continue };
            let Some(made) = fillings(&table, rule, &template, (&place, directory, &catalog.homes)) else { continue };
            let (at, length) = at(&table, rule, &template);
            let entry = answers.entry(at).or_default();
            entry.length = length;
            entry.is_meant = template.inputs().next().is_none() || is_of_place(catalog, &table, rule);
            for agency in made {
                match agencies.contains(agency.as_str()) {
                    true => entry.known = true,
                    false => drop(entry.missing.insert(agency)),
                }
            }
        }
    }
    for (at, one) in answers.into_iter().filter(|(_, one)| !one.missing.is_empty()) {
        let file = at.file.clone();
        found.push(in_file(finding(&at, &one, &agencies), &file));
    }
}

/// Tables that answer an agency, in every province of the directory and every place that packs tell from others.
fn tables(catalog: &Catalog) -> Vec<(Place, Arc<Table>)> {
    let provinces = catalog
        .directory
        .provinces
        .iter()
        .map(|province| Place { province: Some(province.id.clone()), ..Place::default() });
    let places: BTreeSet<Place> = provinces.chain(catalog.contents.places().map(|(place, _)| place.clone())).collect();
    let mut seen: BTreeSet<(Option<String>, *const Table)> = BTreeSet::new();
    let mut tables = Vec::new();
    for place in places {
        for source in catalog.content(&place).tables.values() {
            let answers = |name: &str, kind| name == AGENCY && kind == ValueType::String;
            let is_of = source.table.outputs().iter().any(|output| answers(&output.name, output.value_type));
            // A county without an overlay of its own has what its province has.
            if is_of && seen.insert((place.province.clone(), Arc::as_ptr(&source.table))) {
                tables.push((place.clone(), source.table.clone()));
            }
        }
    }
    tables
}

/// Whether the pack that answers holds in some places only.
fn is_of_place(catalog: &Catalog, table: &Table, rule: &Rule) -> bool {
    let layer = table.layers().get(rule.changed_by.unwrap_or(rule.layer));
    let pack = layer.and_then(|layer| catalog.packs.iter().find(|pack| pack.name == layer.pack));
    pack.is_some_and(|pack| pack.scope != Scope::default())
}

fn answer_of(table: &Table, rule: &Rule) -> Option<Template> {
    let written = rule.then().iter().find(|(output, _)| output == AGENCY).map(|(_, template)| template.clone());
    let default = || table.outputs().iter().find(|output| output.name == AGENCY)?.default.clone();
    written.or_else(|| default().map(Template::Literal))
}

/// What the answer comes to in a place; None where that can't be known.
fn fillings(
    table: &Table,
    rule: &Rule,
    template: &Template,
    around: (&Place, &Directory, &Homes),
) -> Option<BTreeSet<String>> {
    let names: BTreeSet<&str> = template.inputs().collect();
    let mut points: Vec<BTreeMap<String, Value>> = vec![BTreeMap::new()];
    for name in names {
        let values = values(table, name, around)?;
        let with = |point: &BTreeMap<String, Value>| {
            let filled = values.iter().map(|value| (name.to_owned(), Value::from(value.as_str())));
            filled.map(|one| point.clone().into_iter().chain([one]).collect()).collect::<Vec<_>>()
        };
        points = points.iter().flat_map(with).filter(|point| table.lets(rule, point)).collect();
        if points.len() > FILLINGS_MAX {
            return None;
        }
    }
    let text = |value: Value| value.as_str().map(str::to_owned);
    points.iter().map(|point| template.fill(point).ok().and_then(text)).collect()
}

/// The values that an input may have in a place, where they can be listed. A province or a county without agencies of its own is
/// not served here.
fn values(table: &Table, name: &str, (place, directory, homes): (&Place, &Directory, &Homes)) -> Option<Vec<String>> {
    let input = table.inputs().iter().find(|input| input.name == name)?;
    if !input.values.is_empty() {
        return input.values.iter().map(|value| value.as_str().map(str::to_owned)).collect();
    }
    let ids = |list: &[Named]| list.iter().map(|entry| entry.id.clone()).collect::<Vec<_>>();
    let served = |province: &String| directory.agencies.iter().any(|agency| agency.province.as_ref() == Some(province));
    let here = |own: &Option<String>, all: Vec<String>| own.clone().map_or(all, |own| vec![own]);
    match input.from.as_str() {
        "case.province" => {
            let provinces = here(&place.province, ids(&directory.provinces));
            Some(provinces.into_iter().filter(served).collect())
        }
        "case.county" if place.county.is_some() => place.county.clone().map(|county| vec![county]),
        "case.county" => {
            let served =
                |county: &&String| directory.agencies.iter().any(|agency| agency.county.as_ref() == Some(*county));
            let of_province = place.province.as_deref().and_then(|province| homes.counties_of(province));
            let here = |county: &&String| of_province.as_ref().is_none_or(|own| own.contains(county.as_str()));
            let all = directory.counties.iter().map(|county| &county.id);
            Some(all.filter(here).filter(served).cloned().collect())
        }
        "case.topic" => Some(ids(&directory.topics)),
        "case.agency" => Some(directory.agencies.iter().map(|agency| agency.id.clone()).collect()),
        _ => None,
    }
}

/// Where the answer stands: with the rule, or where the last overlay changed it.
fn at(table: &Table, rule: &Rule, template: &Template) -> (At, u32) {
    let (file, span) = match (rule.changed_by, rule.changed_at) {
        (Some(layer), Some(span)) => (table.file(layer).to_owned(), span),
        _ => (rule.file.to_string(), rule.span),
    };
    let (rule, written) = (rule.id.to_string(), format!("{template:?}"));
    (At { file, line: span.line, column: span.column, rule, written }, span.length)
}

fn finding(at: &At, one: &Answers, agencies: &BTreeSet<&str>) -> Diagnostic {
    let rule = &at.rule;
    let listed = |separator: &str| {
        let names: Vec<&str> = one.missing.iter().take(NAMED_MAX).map(String::as_str).collect();
        let rest = if one.missing.len() > NAMED_MAX { " …" } else { "" };
        format!("{}{rest}", names.join(separator))
    };
    let (en, fa) = (listed(", "), listed("، "));
    let span = Span { line: at.line, column: at.column, length: one.length };
    if one.known {
        return Diagnostic::warning(
            "PG-P095",
            span,
            format!("the rule \"{rule}\" may answer an agency that no directory has: {en}"),
            format!("قاعدهٔ «{rule}» شاید دستگاهی را پاسخ دهد که در هیچ دفتر راهنمایی نیست: \u{2066}{fa}\u{2069}"),
        )
        .with_help(
            "add the agency to the directory of its place, or let an overlay of that place answer another one: a case that is \
             sent there stands still",
            "دستگاه را به دفتر راهنمای جای آن بیفزایید، یا با روکشِ همان جا دستگاه دیگری پاسخ دهید: پرونده‌ای که به آن برود می‌ایستد",
        );
    }
    let mut diagnostic = Diagnostic::error(
        "PG-P095",
        span,
        format!("the rule \"{rule}\" answers an agency that no directory has: {en}"),
        format!("قاعدهٔ «{rule}» دستگاهی را پاسخ می‌دهد که در هیچ دفتر راهنمایی نیست: \u{2066}{fa}\u{2069}"),
    );
    let near = one.missing.iter().find_map(|missing| suggest(missing, agencies.iter().copied()));
    diagnostic.help = Some(Box::new(match near {
        Some(near) => Help::did_you_mean(near, '"'),
        None => Help::new(
            "correct the name, or add the agency under `agencies` of a directory",
            "نام را درست کنید، یا دستگاه را زیر ‎`agencies`‎ یک دفتر راهنما بیفزایید",
        ),
    }));
    if !one.is_meant && one.missing.len() == 1 {
        diagnostic.severity = Severity::Information;
    }
    diagnostic
}
