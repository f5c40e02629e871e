//! The tables and overlays of a pack by themselves: what is compared when a pack below it moves to a new version.
//!
//! Owns: reading them from a folder or a bundle, finding the packs below, and what a case may have where they hold. Deliberately
//! lays no rule over another.

use std::collections::BTreeMap;
use std::path::Path;

use peygir_calendar::{Place, Scope};
use peygir_casework::content::Directory;
use peygir_decision::analysis::{Fixed, Within};
use peygir_decision::{Overlay, Table};
use peygir_source::{Diagnostics, Severity};

use super::beside;
use super::bundle::Bundle;
use super::files::SourceFile;
use super::homes::Homes;
use super::kept::Kept;
use super::layer::{Filed, Layer};
use super::manifest::Manifest;
use super::order;
use super::places::{fixed, own_place};
use super::possible;

/// What of a pack decides, each part with its file.
#[derive(Debug)]
pub struct Rules {
    pub manifest: Manifest,
    /// What cases have for certain where the pack holds, by where tables read it from.
    pub place: Fixed,
    /// By id.
    pub tables: BTreeMap<String, Filed<Table>>,
    /// In the order in which they are laid over a table.
    pub overlays: Vec<Filed<Overlay>>,
    /// What a pack above replaces as a whole, by kind and id: scripts, calendars, forms and templates.
    pub replaced_whole: BTreeMap<(&'static str, String), SourceFile>,
    directories: Vec<Directory>,
}

impl Rules {
    /// Reads the pack in a folder. `Err` where a table, an overlay or `pack.yaml` itself has errors; findings in what else
    /// the pack holds are told where it is checked.
    pub fn read(folder: &Path) -> Result<Self, Diagnostics> {
        Self::of_layer(Layer::read(folder))
    }

    /// The same of a pack that was deployed.
    pub fn of_bundle(bundle: &Bundle) -> Result<Self, Diagnostics> {
        Self::of_layer(Layer::of_bundle(bundle))
    }

    /// The same, where it was read before.
    pub(crate) fn of_kept(bundle: &Bundle, kept: &Kept) -> Result<Self, Diagnostics> {
        Self::of_layer(kept.layer(bundle))
    }

    /// The packs below the one in this folder, the lowest first, and the names of those that were not found.
    pub fn below(&self, folder: &Path) -> Result<(Vec<Self>, Vec<String>), Diagnostics> {
        let below = beside::below(folder, &self.manifest);
        let layers: Result<Vec<Self>, Diagnostics> = below.layers.into_iter().map(Self::of_layer).collect();
        Ok((layers?, below.missing))
    }

    /// In the order in which they lie over each other.
    pub fn lowest_first(packs: Vec<Self>) -> Vec<Self> {
        order::lowest_first(packs, |rules| order::of(&rules.manifest))
    }

    /// What a case may have of a place where this pack holds, by its directory and those of the packs below, the lowest first.
    pub fn within<'r>(&'r self, below: impl IntoIterator<Item = &'r Self>) -> Within {
        let mut homes = Homes::default();
        let directory = self.laid(below, |file| homes.add(file));
        let named = own_place(&self.manifest.scope);
        let Place { province, county, agency } = homes.located(&named, &directory).unwrap_or(named);
        possible::within(&directory, &homes, &Scope { province, county, agency })
    }

    /// What the directories of this pack and of those below call things, the lowest first.
    pub fn directory<'r>(&'r self, below: impl IntoIterator<Item = &'r Self>) -> Directory {
        self.laid(below, |_| ())
    }

    fn laid<'r>(&'r self, below: impl IntoIterator<Item = &'r Self>, mut seen: impl FnMut(&Directory)) -> Directory {
        let mut directory = Directory::default();
        for file in below.into_iter().chain([self]).flat_map(|one| &one.directories) {
            seen(file);
            directory.lay_over(file.clone());
        }
        directory
    }

    fn of_layer(mut layer: Layer) -> Result<Self, Diagnostics> {
        let own = |code: &str| code.starts_with("PG-T") || code.starts_with("PG-Y") || code.starts_with("PG-P");
        match layer.manifest.take() {
            Some(manifest)
                if !layer.found.list.iter().any(|found| found.severity == Severity::Error && own(found.code)) =>
            {
                let name = manifest.name.clone();
                let placed = |(id, table): (String, Filed<Table>)| {
                    let value = table.value.with_pack(&name, &table.file.name);
                    (id, Filed { value, file: table.file })
                };
                let tables = std::mem::take(&mut layer.tables).into_iter().map(placed).collect();
                let replaced_whole = wholes(&layer);
                let directories = layer.directories.into_iter().map(|file| file.value.directory).collect();
                let place = fixed(&own_place(&manifest.scope));
                Ok(Self { manifest, place, tables, overlays: layer.overlays, replaced_whole, directories })
            }
            _ => Err(layer.found),
        }
    }
}

fn wholes(layer: &Layer) -> BTreeMap<(&'static str, String), SourceFile> {
    fn of<'l, T>(
        kind: &'static str,
        all: &'l BTreeMap<String, Filed<T>>,
    ) -> impl Iterator<Item = ((&'static str, String), SourceFile)> + 'l {
        all.iter().map(move |(id, one)| ((kind, id.clone()), one.file.clone()))
    }
    let scripts = of("script", &layer.scripts).chain(of("calendar", &layer.calendars));
    scripts.chain(of("form", &layer.forms)).chain(of("template", &layer.templates)).collect()
}
