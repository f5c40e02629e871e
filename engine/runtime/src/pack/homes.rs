//! Which province a county belongs to, as far as directories say: the file that names a province as its own names its
//! counties with it. An agency says so itself.

use std::collections::{BTreeMap, BTreeSet};

use peygir_calendar::Place;
use peygir_casework::content::{Directory, ReferenceKind};
use peygir_source::{Diagnostic, Diagnostics};

use super::layer::in_file;
use super::manifest::Manifest;

/// Provinces of counties, by their ids. Counties of one id may lie in several.
#[derive(Debug, Clone, Default)]
pub(crate) struct Homes(BTreeMap<String, BTreeSet<String>>);

impl Homes {
    /// Takes up one file of a directory.
    pub fn add(&mut self, file: &Directory) {
        let Some(province) = &file.province else { return };
        for county in &file.counties {
            self.0.entry(county.id.clone()).or_default().insert(province.id.clone());
        }
    }

    /// The provinces in which a county of this id lies; none where no directory says any.
    pub fn of(&self, county: &str) -> Option<&BTreeSet<String>> {
        self.0.get(county)
    }

    /// The counties of a province; none where no directory says any.
    pub fn counties_of(&self, province: &str) -> Option<BTreeSet<&str>> {
        let of = self.0.iter().filter(|(_, homes)| homes.contains(province)).map(|(county, _)| county.as_str());
        let counties: BTreeSet<&str> = of.collect();
        (!counties.is_empty()).then_some(counties)
    }

    /// A place with the parts that follow from those it names: of an agency its province and county, of a county its province.
    /// What can't be one place is refused.
    pub fn located(&self, named: &Place, directory: &Directory) -> Result<Place, Misplaced> {
        let mut place = named.clone();
        let misplaced = |name: &str, home: &str, other: &str| Misplaced {
            name: name.to_owned(),
            home: home.to_owned(),
            other: other.to_owned(),
        };
        if let Some(agency) = named.agency.as_ref().and_then(|agency| directory.agency(agency)) {
            for (part, home) in [(&mut place.province, &agency.province), (&mut place.county, &agency.county)] {
                match (&part, home) {
                    (Some(other), Some(home)) if other != home => return Err(misplaced(&agency.id, home, other)),
                    (None, Some(_)) => part.clone_from(home),
                    _ => {}
                }
            }
        }
        let Some(county) = &place.county else { return Ok(place) };
        let Some(homes) = self.0.get(county) else { return Ok(place) };
        match &place.province {
            Some(province) if !homes.contains(province) => Err(misplaced(county, &joined(homes), province)),
            Some(_) => Ok(place),
            None if homes.len() > 1 => Err(misplaced(county, &joined(homes), "")),
            None => Ok(Place { province: homes.first().cloned(), ..place }),
        }
    }

    /// The places that a pack's `for` names have to lie in each other. Whether they exist is checked elsewhere.
    pub fn check(&self, manifest: &Manifest, directory: &Directory, found: &mut Diagnostics) {
        let scope = &manifest.scope;
        let mut tell = |kind: ReferenceKind, name: &str, other: &str| {
            let span = manifest.places.iter().find(|place| place.kind == kind).map(|place| place.span);
            let span = span.unwrap_or(super::complaint::TOP);
            found.push(in_file(elsewhere(span, name, other), &manifest.file));
        };
        if let (Some(county), Some(province)) = (&scope.county, &scope.province)
            && let Some(homes) = self.0.get(county).filter(|homes| !homes.contains(province))
        {
            tell(ReferenceKind::County, county, &joined(homes));
        }
        let Some(agency) = scope.agency.as_ref().and_then(|agency| directory.agency(agency)) else { return };
        let differs =
            |named: &Option<String>, own: &Option<String>| matches!((named, own), (Some(a), Some(b)) if a != b);
        let of_county = agency.county.as_ref().and_then(|county| self.0.get(county));
        if differs(&scope.province, &agency.province) || differs(&scope.county, &agency.county) {
            let own = [&agency.province, &agency.county].into_iter().flatten().cloned().collect();
            tell(ReferenceKind::Agency, &agency.id, &joined(&own));
        } else if let (Some(province), Some(homes), None) = (&scope.province, of_county, &agency.province)
            && !homes.contains(province)
        {
            tell(ReferenceKind::Agency, &agency.id, &joined(homes));
        }
    }
}

/// Parts of a place that do not lie in each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misplaced {
    /// The county or the agency.
    pub name: String,
    /// Where it is, by the directory; several where a county of this name is in more than one province.
    pub home: String,
    /// Where it was looked for. Empty where nothing was said and there are several.
    pub other: String,
}

fn joined(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn elsewhere(span: peygir_source::Span, name: &str, other: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-P086",
        span,
        format!("\"{name}\" belongs to {other}, by the directory: this pack would hold nowhere"),
        format!("«{name}» بنا بر راهنما از آنِ \u{2066}{other}\u{2069} است: این بسته در هیچ جا جاری نمی‌شد"),
    )
    .with_help(
        "name the province that it belongs to, or mend the directory",
        "استانی را بنویسید که از آنِ آن است، یا راهنما را اصلاح کنید",
    )
}
