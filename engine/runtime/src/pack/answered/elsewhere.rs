//! Whether an answer names an agency of another province than the one where it is answered: a slip of the pen in the pack of a
//! province, or a rule of a table for all of them that asks for none.
//!
//! Owns: where the rule may hold at all, by the places that its cells ask for. Deliberately says nothing of what is filled with
//! anything but a place, as the agency that a case brings with it, nor of provinces that no agency serves.

use std::collections::{BTreeMap, BTreeSet};

use peygir_calendar::{Place, Scope};
use peygir_decision::{Condition, Rule, Table, Template};
use serde_json::Value;

use super::super::asked::only_values;
use super::super::catalog::Catalog;
use super::super::possible::possible;
use super::fillings::Around;

/// Where tables read the province and the county of a case.
const PROVINCE: &str = "case.province";
const COUNTY: &str = "case.county";

/// Agencies of other provinces among those that the answer comes to, each with its own one.
pub(super) fn of(
    table: &Table,
    rule: &Rule,
    (template, made): (&Template, &BTreeSet<String>),
    around: &Around<'_>,
) -> BTreeMap<String, String> {
    let Some(here) = around.place.province.as_deref() else { return BTreeMap::new() };
    let catalog = around.catalog;
    let directory = &catalog.directory;
    let is_served = || directory.agencies.iter().any(|agency| agency.province.as_deref() == Some(here));
    let others = || {
        made.iter().filter_map(|agency| {
            Some((agency.clone(), catalog.province_of_agency(agency).filter(|home| home != here)?))
        })
    };
    // Filled with a county it can't be said of a province whose counties nobody lists.
    let is_filled = |name: &str| match from(table, name) {
        PROVINCE => true,
        COUNTY => around.place.county.is_some() || catalog.homes.counties_of(here).is_some(),
        _ => false,
    };
    if !template.inputs().all(is_filled) || others().next().is_none() || !is_served() {
        return BTreeMap::new();
    }
    let may_hold = rule.when().iter().all(|part| lets(table, part, (here, around.place), catalog));
    if may_hold { others().collect() } else { BTreeMap::new() }
}

/// Where an input is read from.
fn from<'t>(table: &'t Table, name: &str) -> &'t str {
    table.inputs().iter().find(|input| input.name == *name).map_or("", |input| input.from.as_str())
}

/// Whether a cell lets the rule hold for a case of the province; yes where that can't be said.
fn lets(table: &Table, part: &Condition, (here, place): (&str, &Place), catalog: &Catalog) -> bool {
    let from = from(table, part.input.as_str());
    let Place { province, county, agency } = place.clone();
    let scope = Scope { province, county, agency };
    let holds = |value: Option<&Value>| table.cell_holds(part, value) != Some(false);
    if let Some(possible) = possible(&catalog.directory, &catalog.homes, from, &scope) {
        return possible.or_none && holds(None) || possible.ids.iter().any(|id| holds(Some(&Value::from(*id))));
    }
    // Of a province whose counties nobody lists it is known at least which ones are others'.
    let is_others = |county: &&str| catalog.homes.of(county).is_some_and(|homes| !homes.contains(here));
    from != COUNTY || !only_values(&part.cell).is_some_and(|names| names.iter().all(is_others))
}
