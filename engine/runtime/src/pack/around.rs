//! What holds around a script of a pack that nobody deployed, for the rows that lie beside it.

use std::path::Path;

use peygir_script::World;
use peygir_script::tests::Row;
use peygir_source::Diagnostics;

use super::beside;
use super::catalog::{Around, Catalog, Parts};
use super::deployment::Deployment;
use super::layer::Layer;
use super::single::pack_above;

/// The pack that a file lies in, with those below it. What is wrong in it is told where the pack is checked.
pub fn around(file: &Path) -> Option<Catalog> {
    let folder = pack_above(file)?;
    let layer = Layer::read(&folder);
    let below = layer.manifest.as_ref().map(|manifest| beside::below(&folder, manifest)).unwrap_or_default();
    let (mut parts, mut found) = (Parts::default(), Diagnostics::default());
    below.layers.into_iter().for_each(|layer| parts.lay_over(layer, &mut found));
    parts.lay_over(layer, &mut found);
    Some(parts.into_catalog(Deployment::of_nothing(), Around::default(), &mut found).0)
}

/// The world of a row: the calendars that hold where its case is, and the actions that there are.
pub fn row_world(row: &Row, catalog: Option<&Catalog>) -> World {
    let place = row.place.clone().unwrap_or_default();
    let calendars = catalog.map(|catalog| catalog.content(&place).calendars.clone()).unwrap_or_default();
    let calendar = catalog.map(|catalog| catalog.deployment.calendar.clone()).unwrap_or_default();
    World { calendars, calendar, place, actions: Some(crate::actions::actions().clone()), ..World::default() }
}
