//! Which province a county belongs to, as far as directories say: the file that names a province as its own names its
//! counties with it. An agency says so itself.

use std::collections::{BTreeMap, BTreeSet};

use peygir_casework::content::{Directory, ReferenceKind};
use peygir_source::{Diagnostic, Diagnostics};

use super::layer::in_file;
use super::manifest::Manifest;

/// Provinces of counties, by their ids. Counties of one id may lie in several.
#[derive(Debug, Clone, Default)]
pub(super) struct Homes(BTreeMap<String, BTreeSet<String>>);

impl Homes {
    /// Takes up one file of a directory.
    pub fn add(&mut self, file: &Directory) {
        let Some(province) = &file.province else { return };
        for county in &file.counties {
            self.0.entry(county.id.clone()).or_default().insert(province.id.clone());
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
