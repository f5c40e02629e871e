//! Whether what tables ask for can be: a province, a county, an agency or a topic that no directory has is nobody's, and a rule
//! of Kashan's pack that asks for the county of Najafabad never answers. Both decide silently otherwise than was meant.
//!
//! Only what is written out is judged, in each cell by the place where the pack that wrote it holds. Which counties lie in a
//! province is known as far as directories say.

use std::collections::BTreeSet;

use peygir_calendar::Scope;
use peygir_casework::content::{Directory, Named};
use peygir_decision::{Condition, Table, ValueType, cell::Cell};
use peygir_source::{Diagnostic, Diagnostics, Help, Severity, suggest};

use super::catalog::Catalog;
use super::homes::Homes;
use super::layer::in_file;
use super::places::{own_place, words};

/// Most names that one finding tells.
const NAMED_MAX: usize = 5;

/// What an input of a table stands for.
struct Kind {
    en: &'static str,
    fa: &'static str,
}

/// Tells what tables ask for and will not find, once for each cell.
pub(super) fn check(catalog: &Catalog, found: &mut Diagnostics) {
    let mut seen: BTreeSet<*const Table> = BTreeSet::new();
    let mut told: Vec<Diagnostic> = Vec::new();
    for (_, content) in catalog.contents.places() {
        for source in content.tables.values().filter(|source| seen.insert(std::sync::Arc::as_ptr(&source.table))) {
            for rule in source.table.rules() {
                for part in rule.when() {
                    for one in of_cell(catalog, &source.table, &rule.id, part) {
                        if !told.contains(&one) {
                            told.push(one);
                        }
                    }
                }
            }
        }
    }
    found.list.extend(told);
}

fn of_cell(catalog: &Catalog, table: &Table, rule: &str, part: &Condition) -> Vec<Diagnostic> {
    let input = table.inputs().iter().find(|input| input.name == *part.input.as_str());
    let is_open = |kind: ValueType| matches!(kind, ValueType::String | ValueType::List);
    let Some(input) = input.filter(|input| input.values.is_empty() && is_open(input.value_type)) else {
        return Vec::new();
    };
    let directory = &catalog.directory;
    let Some((kind, known)) = known(directory, &input.from) else { return Vec::new() };
    if known.is_empty() {
        return Vec::new();
    }
    let scope = scope_of(catalog, table, part);
    let mut names = Vec::new();
    named(&part.cell, &mut names);
    let unknown: Vec<&str> = names.iter().copied().filter(|name| !known.contains(name)).collect();
    let mut told = Vec::new();
    if !unknown.is_empty() {
        told.push(nobody(&kind, rule, &unknown, part, (&known, &scope)));
    } else if let Some(possible) = possible(directory, &catalog.homes, &input.from, &scope)
        && asks_only_for(&part.cell)
        && !names.iter().any(|name| possible.contains(name))
    {
        told.push(elsewhere(&kind, rule, &names, part, &scope));
    }
    told.into_iter().map(|one| in_file(one, table.file(part.layer))).collect()
}

/// Where the pack holds that wrote the cell.
fn scope_of(catalog: &Catalog, table: &Table, part: &Condition) -> Scope {
    let layer = table.layers().get(part.layer);
    let pack = layer.and_then(|layer| catalog.packs.iter().find(|pack| pack.name == layer.pack));
    pack.map(|pack| pack.scope.clone()).unwrap_or_default()
}

/// What there is of the kind that an input stands for.
fn known<'d>(directory: &'d Directory, from: &str) -> Option<(Kind, BTreeSet<&'d str>)> {
    let ids = |list: &'d [Named]| list.iter().map(|entry| entry.id.as_str()).collect();
    Some(match from {
        "case.province" => (Kind { en: "province", fa: "استان" }, ids(&directory.provinces)),
        "case.county" => (Kind { en: "county", fa: "شهرستان" }, ids(&directory.counties)),
        "case.topic" => (Kind { en: "topic", fa: "موضوع" }, ids(&directory.topics)),
        "case.agency" => {
            let agencies = directory.agencies.iter().map(|agency| agency.id.as_str()).collect();
            (Kind { en: "agency", fa: "دستگاه" }, agencies)
        }
        _ => return None,
    })
}

/// Those of them that a case may have where a pack holds; none where it may have any.
fn possible<'d>(directory: &'d Directory, homes: &'d Homes, from: &str, scope: &'d Scope) -> Option<BTreeSet<&'d str>> {
    let own = |part: &'d Option<String>| part.as_deref().map(|id| BTreeSet::from([id]));
    match from {
        "case.province" => own(&scope.province),
        "case.county" => own(&scope.county).or_else(|| homes.counties_of(scope.province.as_deref()?)),
        "case.agency" => own(&scope.agency).or_else(|| {
            let province = scope.province.as_ref()?;
            let is_here = |own: &Option<String>| own.as_ref().is_none_or(|own| own == province);
            let here = directory.agencies.iter().filter(|agency| is_here(&agency.province));
            Some(here.map(|agency| agency.id.as_str()).collect())
        }),
        _ => None,
    }
}

/// All texts that a cell names.
fn named<'c>(cell: &'c Cell, names: &mut Vec<&'c str>) {
    match cell {
        Cell::Equals(text) => names.push(text),
        Cell::Not(cell) => named(cell, names),
        Cell::OneOf(cells) => cells.iter().for_each(|cell| named(cell, names)),
        _ => {}
    }
}

/// Whether the cell holds for nothing but the texts that it names.
fn asks_only_for(cell: &Cell) -> bool {
    match cell {
        Cell::Equals(_) => true,
        Cell::OneOf(cells) => cells.iter().all(asks_only_for),
        _ => false,
    }
}

fn listed(names: &[&str], separator: &str) -> String {
    let rest = if names.len() > NAMED_MAX { " …" } else { "" };
    let names: Vec<&str> = names.iter().take(NAMED_MAX).copied().collect();
    format!("{}{rest}", names.join(separator))
}

/// A pack of the whole country may be deployed where a directory lacks places that it knows.
fn nobody(
    kind: &Kind,
    rule: &str,
    names: &[&str],
    part: &Condition,
    (known, scope): (&BTreeSet<&str>, &Scope),
) -> Diagnostic {
    let (en, fa) = (listed(names, ", "), listed(names, "، "));
    let mut told = Diagnostic::error(
        "PG-P096",
        part.span,
        format!("the rule \"{rule}\" asks for a {} that no directory has: {en}", kind.en),
        format!("قاعدهٔ «{rule}» {}ی می‌خواهد که در هیچ دفتر راهنمایی نیست: \u{2066}{fa}\u{2069}", kind.fa),
    );
    if *scope == Scope::default() {
        told.severity = Severity::Warning;
    }
    let near = names.iter().find_map(|name| suggest(name, known.iter().copied()));
    told.help = near.map(|near| Help::did_you_mean(near, '"').into());
    told
}

fn elsewhere(kind: &Kind, rule: &str, names: &[&str], part: &Condition, scope: &Scope) -> Diagnostic {
    let (en, fa) = (listed(names, ", "), listed(names, "، "));
    let place = words(&own_place(scope)).unwrap_or_default();
    Diagnostic::error(
        "PG-P097",
        part.span,
        format!("the rule \"{rule}\" never answers: its pack holds in {place}, and it asks for the {} {en}", kind.en),
        format!(
            "قاعدهٔ «{rule}» هرگز پاسخ نمی‌دهد: بستهٔ آن در \u{2066}{place}\u{2069} جاری است و {} \u{2066}{fa}\u{2069} می‌خواهد",
            kind.fa
        ),
    )
    .with_help(
        "leave the cell out, name a place where the pack holds, or move the rule to the pack of the other place",
        "خانه را بردارید، جایی را بنویسید که بسته در آن جاری است، یا قاعده را به بستهٔ آن جای دیگر ببرید",
    )
}
