//! Whether what tables ask for can be: a province, a county, an agency or a topic that no directory has is nobody's, and a rule
//! of Kashan's pack that asks for the county of Najafabad never answers. Both decide silently otherwise than was meant.
//!
//! Names are judged as they are written out, and cells by trying them on all that a case may have where the pack that wrote them
//! holds. Which counties lie in a province is known as far as directories say.

use std::collections::BTreeSet;

use peygir_calendar::Scope;
use peygir_casework::content::{Directory, Named};
use peygir_decision::{Condition, Table, ValueType, cell::Cell};
use peygir_source::{Diagnostic, Diagnostics, Help, Severity, Span, suggest};
use serde_json::Value;

use super::by_title::id_of;
use super::catalog::Catalog;
use super::layer::in_file;
use super::places::{own_place, words};
use super::possible::{Possible, possible};

/// Most names that one finding tells.
const NAMED_MAX: usize = 5;

/// What an input of a table stands for.
struct Kind {
    en: &'static str,
    /// With its article.
    one: &'static str,
    fa: &'static str,
}

/// What a broken row of the layers below is told by. Where a rule is for another place, that is what broke it.
const BROKEN_ROW: &str = "PG-T050";
/// A cell that holds for nothing where its pack holds.
const ELSEWHERE: &str = "PG-P097";

/// Where a rule stands whose place is another one.
type Misplaced = (String, Span);

/// Tells what tables ask for and will not find, once for each cell.
pub(super) fn check(catalog: &Catalog, found: &mut Diagnostics) -> Vec<Misplaced> {
    let mut told: Vec<Diagnostic> = Vec::new();
    let mut misplaced = Vec::new();
    for table in catalog.contents.laid() {
        let cells = table.rules().iter().flat_map(|rule| rule.when().iter().map(move |part| (rule, part)));
        for (rule, part) in cells {
            for one in of_cell(catalog, table, &rule.id, part) {
                if one.code == ELSEWHERE {
                    misplaced.push((one.file.clone(), rule.changed_at.unwrap_or(rule.span)));
                }
                if !told.contains(&one) {
                    told.push(one);
                }
            }
        }
    }
    found.list.extend(told);
    misplaced
}

/// Takes out what follows from rules that are for another place: rows of the layers below that they break.
pub(super) fn without_broken_rows(found: &mut Diagnostics, misplaced: &[Misplaced]) {
    let is_of = |one: &Diagnostic| misplaced.iter().any(|(file, span)| *file == one.file && *span == one.span);
    found.list.retain(|one| one.code != BROKEN_ROW || !is_of(one));
}

fn of_cell(catalog: &Catalog, table: &Table, rule: &str, part: &Condition) -> Vec<Diagnostic> {
    let Some(input) = table.inputs().iter().find(|input| input.name == *part.input.as_str()) else { return Vec::new() };
    let directory = &catalog.directory;
    let Some((kind, known)) = known(directory, &input.from).filter(|(_, known)| !known.is_empty()) else {
        return Vec::new();
    };
    let scope = scope_of(catalog, table, part);
    let mut names = Vec::new();
    named(&part.cell, &mut names);
    let is_open = input.values.is_empty() && matches!(input.value_type, ValueType::String | ValueType::List);
    let unknown: Vec<&str> = names.iter().copied().filter(|name| is_open && !known.contains(name)).collect();
    let mut told = Vec::new();
    if !unknown.is_empty() {
        told.push(nobody(&kind, rule, &unknown, part, (&known, &scope, directory)));
    } else if let Some(possible) = possible(directory, &catalog.homes, &input.from, &scope)
        && !lets(&possible, table, part, &names)
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
        "case.province" => (Kind { en: "province", one: "a province", fa: "استان" }, ids(&directory.provinces)),
        "case.county" => (Kind { en: "county", one: "a county", fa: "شهرستان" }, ids(&directory.counties)),
        "case.topic" => (Kind { en: "topic", one: "a topic", fa: "موضوع" }, ids(&directory.topics)),
        "case.agency" => {
            let agencies = directory.agencies.iter().map(|agency| agency.id.as_str()).collect();
            (Kind { en: "agency", one: "an agency", fa: "دستگاه" }, agencies)
        }
        _ => return None,
    })
}

/// Whether a cell holds for anything that a case may have; yes where that can't be said. `names`: what the cell names, which is
/// tried first.
fn lets(possible: &Possible<'_>, table: &Table, part: &Condition, names: &[&str]) -> bool {
    let may_hold = |value: Option<&Value>| table.cell_holds(part, value) != Some(false);
    let named = names.iter().filter(|name| possible.ids.contains(*name));
    let ids = named.chain(&possible.ids).map(|id| Value::from(*id));
    possible.or_none && may_hold(None) || ids.into_iter().any(|id| may_hold(Some(&id)))
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

/// The texts that a cell holds for, where it holds for nothing else.
pub(super) fn only_values(cell: &Cell) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    named(cell, &mut names);
    asks_only_for(cell).then_some(names)
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
    (known, scope, directory): (&BTreeSet<&str>, &Scope, &Directory),
) -> Diagnostic {
    let (en, fa) = (listed(names, ", "), listed(names, "، "));
    let mut told = Diagnostic::error(
        "PG-P096",
        part.span,
        format!("the rule \"{rule}\" asks for {} that no directory has: {en}", kind.one),
        format!("قاعدهٔ «{rule}» {}ی می‌خواهد که در هیچ دفتر راهنمایی نیست: \u{2066}{fa}\u{2069}", kind.fa),
    );
    if *scope == Scope::default() {
        told.severity = Severity::Warning;
    }
    let titled = || names.iter().find_map(|name| id_of(directory, name)).filter(|id| known.contains(id));
    let near = names.iter().find_map(|name| suggest(name, known.iter().copied())).or_else(titled);
    told.help = near.map(|near| Help::did_you_mean(near, '"').into());
    told
}

fn elsewhere(kind: &Kind, rule: &str, names: &[&str], part: &Condition, scope: &Scope) -> Diagnostic {
    let place = words(&own_place(scope)).unwrap_or_default();
    let (asked, asked_fa) = match asks_only_for(&part.cell) {
        true => (
            format!("it asks for the {} {}", kind.en, listed(names, ", ")),
            format!("{} \u{2066}{}\u{2069} می‌خواهد", kind.fa, listed(names, "، ")),
        ),
        false => (
            format!("for no {} that a case has there the cell holds: {}", kind.en, part.written),
            format!(
                "این خانه برای هیچ {}ی که پرونده‌ای آن‌جا دارد برقرار نیست: \u{2066}{}\u{2069}",
                kind.fa, part.written
            ),
        ),
    };
    Diagnostic::error(
        ELSEWHERE,
        part.span,
        format!("the rule \"{rule}\" never answers: its pack holds in {place}, and {asked}"),
        format!("قاعدهٔ «{rule}» هرگز پاسخ نمی‌دهد: بستهٔ آن در \u{2066}{place}\u{2069} جاری است و {asked_fa}"),
    )
    .with_help(
        "leave the cell out, name a place where the pack holds, or move the rule to the pack of the other place",
        "خانه را بردارید، جایی را بنویسید که بسته در آن جاری است، یا قاعده را به بستهٔ آن جای دیگر ببرید",
    )
}
