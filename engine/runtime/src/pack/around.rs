//! What holds around a file of a pack that nobody deployed: the pack, and those that it lies over.

use std::path::Path;

use peygir_calendar::{Place, Scope};
use peygir_script::tests::Row;
use peygir_script::{Script, World};
use peygir_source::{Diagnostic, Diagnostics, Severity, Span};
use serde_json::Value;

use super::agency_time;
use super::beside::{self, Taken};
use super::catalog::{Around, Catalog, Parts};
use super::deployment::Deployment;
use super::kept::{Kept, Making};
use super::layer::{FILE_NAME, Layer};
use super::order;
use super::places::own_place;
use super::single::pack_above;
use super::uses;

/// A pack over those that it lies over, as far as they are found without a deployment.
#[derive(Debug)]
pub struct Stack {
    pub catalog: Catalog,
    /// Where the pack holds.
    pub place: Place,
    /// Packs that it lies over and that were found, the lowest first.
    pub taken: Vec<Taken>,
    /// Packs that it lies over and that were not found.
    pub missing: Vec<String>,
    /// What is wrong in any of them.
    pub found: Diagnostics,
}

impl Stack {
    /// Errors by which a table of it is none: in its own files, and in what says which packs lie below.
    pub fn errors_of(&self, files: &[&str]) -> Diagnostics {
        let is_manifest = |file: &str| Path::new(file).file_name().is_some_and(|name| name == FILE_NAME);
        let wrong = |one: &&Diagnostic| {
            one.severity == Severity::Error && (is_manifest(&one.file) || files.contains(&one.file.as_str()))
        };
        Diagnostics { list: self.found.list.iter().filter(wrong).cloned().collect() }
    }
}

/// The pack that a file lies in, with those below it. What is wrong in it is told where the pack is checked.
pub fn around(file: &Path) -> Option<Catalog> {
    pack_above(file).map(|folder| stack(&folder).catalog)
}

/// A pack with those below it, beside it or in the folders above.
pub fn stack(folder: &Path) -> Stack {
    let layer = Layer::read(folder);
    let below = layer.manifest.as_ref().map(|manifest| beside::below(folder, manifest)).unwrap_or_default();
    let place = own_place(&layer.scope());
    let (mut parts, mut found) = (Parts::default(), below.found());
    let around = Around { known: below.is_whole(), ..Around::default() };
    let layers = below.layers.into_iter().chain([layer]).collect();
    order::lowest_first(layers, Layer::standing).into_iter().for_each(|layer| parts.lay_over(layer, &mut found));
    let catalog = parts.into_catalog(Deployment::of_nothing(), around, Making::whole(&Kept::default()), &mut found).0;
    Stack { catalog, place, taken: below.taken, missing: below.missing, found }
}

/// What the actions that a script has written out name and what is not there, wherever its pack holds, and what in them no function
/// takes. Each finding stands where it is written.
pub fn script_findings(script: &Script, place: &Place, catalog: &Catalog) -> Diagnostics {
    let Place { province, county, agency } = place.clone();
    let mut found = Diagnostics { list: crate::actions::actions().foresee(&script.written_actions()) };
    found.list.extend(agency_time::of_script(script, place, &catalog.directory));
    uses::check(&uses::of_script(script), catalog, &Scope { province, county, agency }, &mut found);
    found
}

/// What the actions that a row's script returned name and what is not there, where the row's case is: `place`, unless the row says
/// another one. Each finding stands at the row. What is `written` out in the script was told there.
pub fn row_findings(
    row: &Row,
    answer: &Value,
    (place, catalog): (&Place, &Catalog),
    written: &Diagnostics,
) -> Diagnostics {
    let is_told =
        |one: &Diagnostic| written.list.iter().any(|told| told.code == one.code && told.message == one.message);
    let found = nowhere(row, answer, place, catalog).into_iter().filter(|one| !is_told(one));
    Diagnostics { list: found.map(|one| of_row(row, one)).collect() }
}

/// A finding about what came of a row, with the row's name.
pub(super) fn of_row(row: &Row, mut one: Diagnostic) -> Diagnostic {
    one.message = format!("test {}: {}", row.name, one.message);
    one.message_fa = format!("آزمون «{}»: {}", row.name, one.message_fa).into();
    one
}

/// The same without the row's name.
pub(super) fn nowhere(row: &Row, answer: &Value, place: &Place, catalog: &Catalog) -> Vec<Diagnostic> {
    let place = row.place.as_ref().unwrap_or(place);
    let at = Span { length: 0, ..row.span };
    let mut found = Diagnostics { list: agency_time::of_answer(answer, at, place, &catalog.directory) };
    let Place { province, county, agency } = place.clone();
    let mut uses = uses::of_answer(answer, at);
    let all = std::mem::take(&mut uses);
    all.into_iter().for_each(|one| {
        // Three actions that name one template that is not there are one finding.
        if !uses.contains(&one) {
            uses.push(one);
        }
    });
    uses::check(&uses, catalog, &Scope { province, county, agency }, &mut found);
    found.list
}

/// The world of a row: the calendars that hold where its case is, and the actions that there are.
pub fn row_world(row: &Row, catalog: Option<&Catalog>) -> World {
    let place = row.place.clone().unwrap_or_default();
    let calendars = catalog.map(|catalog| catalog.content(&place).calendars.clone()).unwrap_or_default();
    let calendar = catalog.map(|catalog| catalog.deployment.calendar.clone()).unwrap_or_default();
    World { calendars, calendar, place, actions: Some(crate::actions::actions().clone()), ..World::default() }
}
