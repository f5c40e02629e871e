//! What an answer comes to in a place, with everything that its inputs may be there.

use std::collections::{BTreeMap, BTreeSet};

use peygir_calendar::Place;
use peygir_casework::content::Named;
use peygir_decision::{Input, Rule, Table, Template, ValueType};
use serde_json::Value;

use super::super::asked::only_values;
use super::super::catalog::Catalog;

/// Most fillings of one answer in one place that are looked at.
const FILLINGS_MAX: usize = 2_000;
/// Where a table reads what the citizen wrote.
const MESSAGE: &str = "case.text";

/// What is known where an answer is filled.
pub(super) struct Around<'a> {
    pub place: &'a Place,
    pub catalog: &'a Catalog,
}

/// What an answer comes to.
pub(super) enum Filled {
    Listed(BTreeSet<String>),
    Unlisted(Unlisted),
}

/// Why nobody can list what an answer comes to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unlisted {
    /// It is filled with an input that is what people write.
    Free(String),
    /// It is filled with an input whose values are not declared.
    Open(String),
    TooMany,
}

pub(super) fn of(table: &Table, rule: &Rule, template: &Template, around: &Around<'_>) -> Filled {
    let names: BTreeSet<&str> = template.inputs().collect();
    let mut points: Vec<BTreeMap<String, Value>> = vec![BTreeMap::new()];
    for name in names {
        let values = match values(table, rule, name, around) {
            Ok(values) => values,
            Err(why) => return Filled::Unlisted(why),
        };
        let with = |point: &BTreeMap<String, Value>| {
            let filled = values.iter().map(|value| (name.to_owned(), value.clone()));
            filled.map(|one| point.clone().into_iter().chain([one]).collect()).collect::<Vec<_>>()
        };
        points = points.iter().flat_map(with).filter(|point| table.lets(rule, point)).collect();
        if points.len() > FILLINGS_MAX {
            return Filled::Unlisted(Unlisted::TooMany);
        }
    }
    let text = |value: Value| value.as_str().map(str::to_owned);
    Filled::Listed(points.iter().filter_map(|point| template.fill(point).ok().and_then(text)).collect())
}

/// The values that an input may have in a place where the rule answers.
fn values(table: &Table, rule: &Rule, name: &str, around: &Around<'_>) -> Result<Vec<Value>, Unlisted> {
    let Some(input) = table.inputs().iter().find(|input| input.name == name) else { return Ok(Vec::new()) };
    if !input.values.is_empty() {
        return Ok(input.values.clone());
    }
    if let Some(entries) = of_directory(input, around) {
        return Ok(entries.into_iter().map(Value::from).collect());
    }
    // A text that is compared by its search key fills as it was written.
    let asked = || rule.when().iter().find(|part| *part.input == *input.name).and_then(|part| only_values(&part.cell));
    match input.value_type {
        ValueType::Text => Err(Unlisted::Free(name.to_owned())),
        _ if input.from == MESSAGE => Err(Unlisted::Free(name.to_owned())),
        ValueType::Boolean => Ok(vec![true.into(), false.into()]),
        ValueType::String => match asked() {
            Some(names) => Ok(names.into_iter().map(Value::from).collect()),
            None => Err(Unlisted::Open(name.to_owned())),
        },
        _ => Err(Unlisted::Open(name.to_owned())),
    }
}

/// Places, topics and agencies that directories list. A province or a county without agencies of its own is not served here.
fn of_directory(input: &Input, Around { place, catalog }: &Around<'_>) -> Option<Vec<String>> {
    let (directory, homes) = (&catalog.directory, &catalog.homes);
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
