//! The tables below a pack in both versions, with the overlays that lie over them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use peygir_casework::content::Directory;
use peygir_decision::analysis::{Fixed, Within};
use peygir_decision::rebase::{Rebase, rebase_within};
use peygir_decision::{Layer, Overlay, Table};
use peygir_runtime::pack::{Filed, Over, Rules};
use peygir_source::{Diagnostics, Span};
use semver::Version;

/// Why nothing can be compared.
pub enum Refused {
    /// The pack does not lie over the one that moves.
    NotBelow,
    /// What lies below does not fit by itself.
    Findings(Diagnostics),
}

/// What becomes of the pack.
pub struct Moved<'r> {
    pub pack: &'r Rules,
    pub old: &'r Rules,
    pub new: &'r Rules,
    /// Where `over` leaves the new version out.
    pub outdated: Option<&'r Over>,
    pub tables: Vec<OfTable<'r>>,
    /// Overlays of the pack over tables that no version has.
    pub nowhere: Vec<Placed<'r>>,
    /// What the pack has in place of something that the new version changed: kind and id, and whether it is gone below.
    pub kept_whole: Vec<(&'static str, String, bool)>,
}

/// What becomes of the overlays of one table.
pub struct OfTable<'r> {
    pub id: String,
    /// The table below in the new version; none where it is gone, and then nothing else is told of it.
    pub new: Option<Table>,
    pub old: Table,
    /// The overlays above the pack that moves, the lowest first.
    pub layers: Vec<Placed<'r>>,
    pub outcome: Rebase,
    /// What agencies, topics and places are called where the pack holds.
    pub directory: Arc<Directory>,
}

/// An overlay, its pack and its file.
#[derive(Clone, Copy)]
pub struct Placed<'r> {
    pub overlay: &'r Overlay,
    pub pack: &'r str,
    pub file: &'r str,
    /// What cases have for certain where the pack holds.
    pub place: &'r Fixed,
}

impl Moved<'_> {
    /// Whether everything merges and every test holds.
    pub fn passes(&self) -> bool {
        let merges = |table: &OfTable<'_>| {
            let Rebase { conflicts, tests, invalid, .. } = &table.outcome;
            table.new.is_some() && conflicts.is_empty() && tests.is_empty() && invalid.is_empty()
        };
        self.nowhere.is_empty() && self.tables.iter().all(merges)
    }
}

impl OfTable<'_> {
    /// The overlay that a layer of the outcome means.
    pub fn placed(&self, layer: usize) -> Option<&Placed<'_>> {
        self.layers.get(layer.checked_sub(self.old.layers().len())?)
    }

    /// Where a layer's range of versions stands.
    pub fn range(&self, layer: usize) -> Option<(&Placed<'_>, Span)> {
        self.placed(layer).map(|placed| (placed, placed.overlay.range_span()))
    }
}

/// Compares what the overlays make of both versions. `below`: the packs below, the lowest first.
pub fn compare<'r>(pack: &'r Rules, below: &'r [Rules], old: &'r Rules, new: &'r Rules) -> Result<Moved<'r>, Refused> {
    let over = pack.manifest.over.iter().find(|over| over.name == new.manifest.name);
    let at = below.iter().position(|one| one.manifest.name == new.manifest.name);
    if old.manifest.name != new.manifest.name || (over.is_none() && at.is_none()) {
        return Err(Refused::NotBelow);
    }
    // Where the pack that moves was not found around, it lies lowest if it lies over nothing.
    let at = at.unwrap_or(if new.manifest.over.is_empty() { 0 } else { below.len() });
    let others: Vec<&Rules> = below.iter().filter(|one| one.manifest.name != new.manifest.name).collect();
    let (lower, upper) = others.split_at(at);
    let above: Vec<&Rules> = upper.iter().copied().chain([pack]).collect();
    let lower = |moving: &'r Rules| -> Vec<&'r Rules> { lower.iter().copied().chain([moving]).collect() };
    let (before, after) = (tables(&lower(old)), tables(&lower(new)));
    let version = Version::parse(&new.manifest.version).ok();
    let outside =
        |over: &&Over| over.range.as_ref().zip(version.as_ref()).is_some_and(|(range, at)| !range.matches(at));
    let ids: BTreeSet<&str> =
        above.iter().flat_map(|one| &one.overlays).map(|overlay| overlay.value.extends()).collect();
    // Nothing changes where the pack does not hold.
    let within = pack.within(others.iter().copied().chain([new]));
    let directory = Arc::new(pack.directory(others.iter().copied().chain([new])));
    let (mut compared, mut nowhere) = (Vec::new(), Vec::new());
    for id in ids {
        let Some(table) = before.get(id) else {
            if !after.contains_key(id) && !above.iter().any(|one| one.tables.contains_key(id)) {
                nowhere.extend(placed(&above, id));
            }
            continue;
        };
        compared.push(of_table(id, (table, after.get(id)), placed(&above, id), (&within, &directory))?);
    }
    let kept_whole = kept(pack, old, new);
    Ok(Moved { pack, old, new, outdated: over.filter(outside), tables: compared, nowhere, kept_whole })
}

/// The table of each id with its overlays in these packs; not yet merged.
type Below<'r> = (Table, Vec<Placed<'r>>);

fn tables<'r>(packs: &[&'r Rules]) -> BTreeMap<&'r str, Below<'r>> {
    let mut found: BTreeMap<&str, Below<'r>> = BTreeMap::new();
    for pack in packs {
        for (id, table) in &pack.tables {
            found.entry(id).or_insert_with(|| (table.value.clone(), Vec::new()));
        }
    }
    for (id, (_, layers)) in &mut found {
        *layers = placed(packs, id);
    }
    found
}

fn placed<'r>(packs: &[&'r Rules], id: &str) -> Vec<Placed<'r>> {
    let of_pack = |pack: &&'r Rules| -> Vec<Placed<'r>> {
        let name: &'r str = &pack.manifest.name;
        let overlays: &'r [Filed<Overlay>] = &pack.overlays;
        let own = overlays.iter().filter(|overlay| overlay.value.extends() == id);
        own.map(|one| Placed { overlay: &one.value, pack: name, file: &one.file.name, place: &pack.place }).collect()
    };
    packs.iter().flat_map(of_pack).collect()
}

fn of_table<'r>(
    id: &str,
    (old, new): (&Below<'r>, Option<&Below<'r>>),
    layers: Vec<Placed<'r>>,
    (within, directory): (&Within, &Arc<Directory>),
) -> Result<OfTable<'r>, Refused> {
    let old = merged(old)?;
    let new = new.map(merged).transpose()?;
    let above: Vec<Layer> = layers.iter().map(Placed::layer).collect();
    let outcome = new.as_ref().map(|new| rebase_within(&old, new, &above, within)).unwrap_or_default();
    Ok(OfTable { id: id.to_owned(), new, old, layers, outcome, directory: directory.clone() })
}

fn merged((table, layers): &Below<'_>) -> Result<Table, Refused> {
    if layers.is_empty() {
        return Ok(table.clone());
    }
    let layers: Vec<Layer> = layers.iter().map(Placed::layer).collect();
    table.merge(&layers).map(|(merged, _)| merged).map_err(Refused::Findings)
}

impl<'r> Placed<'r> {
    fn layer(&self) -> Layer<'r> {
        Layer::new(self.overlay, self.pack, self.file).within(self.place)
    }
}

/// What the pack replaces as a whole, and the new version does not have as the old one did.
fn kept(pack: &Rules, old: &Rules, new: &Rules) -> Vec<(&'static str, String, bool)> {
    let changed = pack.replaced_whole.keys().filter_map(|key| {
        let (before, after) = (old.replaced_whole.get(key)?, new.replaced_whole.get(key));
        let same = after.is_some_and(|after| after.text == before.text);
        (!same).then(|| (key.0, key.1.clone(), after.is_none()))
    });
    changed.collect()
}
