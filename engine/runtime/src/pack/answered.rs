//! Whether what tables answer is there: the agencies, roles, topics and others that an output names. `case-refer`, `case-classify`
//! and `human-task` take them as they come, and what no directory has leaves a case with nobody. So it is looked at before it
//! counts, in every place with the overlays that hold there.
//!
//! An output says with `names` what it names. One that is called `agency` and says nothing names agencies: tables that were
//! deployed before there was `names` are judged as they were.
//!
//! An agency that is there may still be one of another province than that of the case: that is a warning.
//!
//! What is nobody wherever it was looked for is an error; what only some provinces lack is a warning. A pack of the whole country
//! may be deployed for one province that does not have all of its agencies: that is a note. Of an answer that is filled with what
//! nobody can list, this is told in its place: it goes wrong with the first case.

mod elsewhere;
mod fillings;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use peygir_calendar::{Place, Scope};
use peygir_casework::content::{Directory, Named};
use peygir_decision::{BASE, Names, Output, Rule, Table, Template, ValueType};
use peygir_source::{Diagnostics, Span};

use super::catalog::Catalog;
use super::layer::in_file;
use fillings::{Filled, Unlisted};

/// The output that functions take as an agency.
const AGENCY: &str = "agency";

/// One answer as it is written somewhere.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct At {
    file: String,
    line: u32,
    column: u32,
    /// None where it is the default of the output.
    rule: Option<String>,
    output: String,
    names: Names,
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
    unlisted: BTreeSet<Unlisted>,
    /// Agencies of other provinces than those where it is answered, each with its own and these.
    elsewhere: BTreeMap<String, (String, BTreeSet<String>)>,
}

/// Tells what tables answer and no directory has. Where directories list nothing of a kind there is nothing to judge by.
pub(super) fn check(catalog: &Catalog, found: &mut Diagnostics) {
    check_of(catalog, &Names::ALL, found);
}

/// The same but for agencies: a pack of the whole country by itself may answer agencies of provinces that are not here.
pub(super) fn check_alone(catalog: &Catalog, found: &mut Diagnostics) {
    let others: Vec<Names> = Names::ALL.into_iter().filter(|names| *names != Names::Agency).collect();
    check_of(catalog, &others, found);
}

fn check_of(catalog: &Catalog, kinds: &[Names], found: &mut Diagnostics) {
    let known: BTreeMap<Names, BTreeSet<&str>> =
        kinds.iter().map(|names| (*names, listed(&catalog.directory, *names))).collect();
    let mut answers: BTreeMap<At, Answers> = BTreeMap::new();
    for (place, table) in tables(catalog) {
        for (output, names) in table.outputs().iter().filter_map(|output| Some((output, named_by(output)?))) {
            let Some(known) = known.get(&names).filter(|known| !known.is_empty()) else { continue };
            for rule in table.rules() {
                let Some((template, is_default)) = answer_of(output, rule) else { continue };
                let (at, length) = at(&table, (rule, is_default), (output, names), &template);
                let one = answers.entry(at).or_default();
                one.length = length;
                one.is_meant = template.inputs().next().is_none() || is_of_place(catalog, &table, rule);
                let around = fillings::Around { place: &place, catalog };
                let filled = fillings::of(&table, rule, &template, &around);
                if let (Names::Agency, Filled::Listed(made), Some(here)) = (names, &filled, &place.province) {
                    one.take_elsewhere(elsewhere::of(&table, rule, (&template, made), &around), here);
                }
                one.take(filled, known);
            }
        }
    }
    for (at, one) in answers {
        let known = &known[&at.names];
        found.list.extend(told::of(&at, &one, known).into_iter().map(|finding| in_file(finding, &at.file)));
    }
}

impl Answers {
    fn take_elsewhere(&mut self, agencies: BTreeMap<String, String>, here: &str) {
        for (agency, home) in agencies {
            let (_, provinces) = self.elsewhere.entry(agency).or_insert_with(|| (home, BTreeSet::new()));
            provinces.insert(here.to_owned());
        }
    }

    fn take(&mut self, filled: Filled, known: &BTreeSet<&str>) {
        match filled {
            Filled::Listed(made) => {
                for name in made {
                    match known.contains(name.as_str()) {
                        true => self.known = true,
                        false => drop(self.missing.insert(name)),
                    }
                }
            }
            Filled::Unlisted(why) => drop(self.unlisted.insert(why)),
        }
    }
}

/// What there is of a kind.
fn listed(directory: &Directory, names: Names) -> BTreeSet<&str> {
    fn ids(list: &[Named]) -> BTreeSet<&str> {
        list.iter().map(|entry| entry.id.as_str()).collect()
    }
    match names {
        Names::Agency => directory.agencies.iter().map(|agency| agency.id.as_str()).collect(),
        Names::Person => directory.people.iter().map(|person| person.id.as_str()).collect(),
        Names::Role => ids(&directory.roles),
        Names::Topic => ids(&directory.topics),
        Names::County => ids(&directory.counties),
        Names::Province => ids(&directory.provinces),
    }
}

/// What an output names.
fn named_by(output: &Output) -> Option<Names> {
    let called = || (output.name == AGENCY && output.value_type == ValueType::String).then_some(Names::Agency);
    output.names.or_else(called)
}

/// Tables that answer something of a directory, in every province of it and every place that packs tell from others.
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
            let is_of = source.table.outputs().iter().any(|output| named_by(output).is_some());
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

/// What the rule answers, and whether that is the default.
fn answer_of(output: &Output, rule: &Rule) -> Option<(Template, bool)> {
    let written = rule.then().iter().find(|(name, _)| *name == output.name).map(|(_, template)| template.clone());
    let default = || output.default.clone().map(|value| (Template::Literal(value), true));
    written.map(|template| (template, false)).or_else(default)
}

/// Where the answer stands: with the rule, or where the last overlay changed it; a default with its output.
fn at(
    table: &Table,
    (rule, is_default): (&Rule, bool),
    (output, names): (&Output, Names),
    template: &Template,
) -> (At, u32) {
    let (file, span): (String, Span) = match (is_default, rule.changed_by, rule.changed_at) {
        (true, _, _) => (table.file(BASE).to_owned(), output.span),
        (false, Some(layer), Some(span)) => (table.file(layer).to_owned(), span),
        _ => (rule.file.to_string(), rule.span),
    };
    let rule = (!is_default).then(|| rule.id.to_string());
    let (output, written) = (output.name.clone(), format!("{template:?}"));
    (At { file, line: span.line, column: span.column, rule, output, names, written }, span.length)
}
