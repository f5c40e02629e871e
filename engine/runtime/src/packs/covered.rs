//! A deployment that changes rules below an overlay which replaces them, or switches them off: where the overlay holds the change
//! is not seen, and its authors learn of it here; so do those of rules that an overlay puts above one that changes. It is told where
//! the change comes and never again.
//!
//! Owns: which packs change what is below which overlays, and the words. What a change comes to under an overlay is compared in
//! `peygir_decision::rebase`, as `peygir rebase` does it.

mod told;

pub use told::COVERED;

use std::collections::{BTreeMap, BTreeSet};

use peygir_calendar::Place;
use peygir_decision::rebase::{covered, stacked, taken};
use peygir_decision::{Layer, Table};
use peygir_source::{Diagnostic, Diagnostics};

use super::edition::PackRef;
use super::plan::{Bundles, Ground, Outcome, Unfit, bundles_of};
use crate::pack::{Catalog, Rules};

/// What tables and their overlays are told from the rest by.
const TABLE: &str = "table";
/// Most of them that one deployment tells.
const TOLD_MAX: usize = 100;

/// The packs of both sides, by name.
type ByName = BTreeMap<String, Rules>;
/// What lies below an overlay, by the table and the packs: the old table and the new one.
type Below = BTreeMap<(String, Vec<String>), Option<(Table, Table)>>;

/// Tells what the packs that are in force after a deployment keep from being seen of what it changes. `before`: what would be in
/// force then without it.
pub(super) fn check(
    ground: &Ground<'_>,
    before: &[PackRef],
    after: &Outcome,
    known: &mut Bundles,
) -> Result<Diagnostics, Unfit> {
    let was = |pack: &PackRef| before.iter().find(|one| one.name == pack.name);
    let moved: Vec<&PackRef> =
        after.packs.iter().filter(|pack| was(pack).is_some_and(|was| was.digest != pack.digest)).collect();
    let mut old = read(ground, &moved.iter().filter_map(|pack| was(pack)).cloned().collect::<Vec<_>>(), known)?;
    let new = read(ground, &moved.into_iter().cloned().collect::<Vec<_>>(), known)?;
    old.retain(|name, _| new.contains_key(name));
    let (tables, wholes) = (changes(&old, &new, tables_of), changes(&old, &new, wholes_of));
    if tables.is_empty() && wholes.is_empty() {
        return Ok(Diagnostics::default());
    }
    let others: Vec<PackRef> = after.packs.iter().filter(|pack| !new.contains_key(&pack.name)).cloned().collect();
    let mut packs = read(ground, &others, known)?;
    packs.extend(new);
    let compared = Compared { catalog: &after.catalog, packs: &packs, old: &old, tables, wholes };
    Ok(compared.all(ground.making.is_called_off))
}

/// What packs decide by. What can't be read is told elsewhere, or was in force as it is.
fn read(ground: &Ground<'_>, packs: &[PackRef], known: &mut Bundles) -> Result<ByName, Unfit> {
    let bundles = bundles_of(ground.store, packs, known)?;
    let rules = bundles.iter().filter_map(|bundle| Rules::of_kept(bundle, ground.making.kept).ok());
    Ok(rules.map(|rules| (rules.manifest.name.clone(), rules)).collect())
}

/// A kind of content and an id.
type Key = (&'static str, String);

/// What packs have other texts of than they had, with the packs.
fn changes(old: &ByName, new: &ByName, texts: fn(&Rules) -> BTreeMap<Key, Vec<&str>>) -> BTreeSet<(String, Key)> {
    let mut changes = BTreeSet::new();
    for (name, new) in new {
        let Some(old) = old.get(name) else { continue };
        let (before, after) = (texts(old), texts(new));
        let keys: BTreeSet<&Key> = before.keys().chain(after.keys()).collect();
        let differ = keys.into_iter().filter(|key| before.get(key) != after.get(key));
        changes.extend(differ.map(|key| (name.clone(), key.clone())));
    }
    changes
}

/// What a pack has in place of the same below it.
fn wholes_of(rules: &Rules) -> BTreeMap<Key, Vec<&str>> {
    rules.replaced_whole.iter().map(|(key, file)| (key.clone(), vec![file.text.as_str()])).collect()
}

/// What a pack says of each table: the texts of its own one and of its overlays.
fn tables_of(rules: &Rules) -> BTreeMap<Key, Vec<&str>> {
    let mut texts: BTreeMap<Key, Vec<&str>> = BTreeMap::new();
    let tables = rules.tables.iter().map(|(id, table)| (id.as_str(), table.file.text.as_str()));
    let overlays = rules.overlays.iter().map(|overlay| (overlay.value.extends(), overlay.file.text.as_str()));
    let key = |id: &str| (TABLE, id.to_owned());
    tables.chain(overlays).for_each(|(id, text)| texts.entry(key(id)).or_default().push(text));
    texts
}

/// The packs that will be in force, and those of them that were others.
struct Compared<'a> {
    catalog: &'a Catalog,
    packs: &'a ByName,
    old: &'a ByName,
    tables: BTreeSet<(String, Key)>,
    wholes: BTreeSet<(String, Key)>,
}

impl Compared<'_> {
    /// Every overlay over something that changes, and what stands in the place of it.
    fn all(&self, is_called_off: &dyn Fn() -> bool) -> Diagnostics {
        let mut found = Diagnostics::default();
        let mut below = Below::new();
        let order: Vec<&Rules> =
            self.catalog.packs.iter().filter_map(|manifest| self.packs.get(&manifest.name)).collect();
        for (at, upper) in order.iter().enumerate() {
            let place = self.place(upper);
            let lower: Vec<&Rules> =
                order[..at].iter().copied().filter(|lower| lower.manifest.scope.holds(&place)).collect();
            for number in 0..upper.overlays.len() {
                if found.list.len() >= TOLD_MAX || is_called_off() {
                    return found;
                }
                found.list.extend(self.of_overlay((upper, number), &lower, &mut below));
            }
            found.list.extend(self.of_wholes(upper, &lower));
        }
        found.list.truncate(TOLD_MAX);
        found
    }

    /// Where a pack holds, with what follows from it.
    fn place(&self, rules: &Rules) -> Place {
        let scope = &rules.manifest.scope;
        let own =
            Place { province: scope.province.clone(), county: scope.county.clone(), agency: scope.agency.clone() };
        self.catalog.located(&own).unwrap_or(own)
    }

    /// Scripts, calendars, forms and templates in place of one that changes. Who changed their own at the same time knows.
    fn of_wholes(&self, upper: &Rules, lower: &[&Rules]) -> Vec<Diagnostic> {
        let is_changed = |rules: &Rules, key: &Key| self.wholes.contains(&(rules.manifest.name.clone(), key.clone()));
        let stays = upper.replaced_whole.iter().filter(|(key, _)| !is_changed(upper, key));
        let covers = stays.filter_map(|(key, file)| {
            let below = lower.iter().rev().find(|rules| rules.replaced_whole.contains_key(key))?;
            is_changed(below, key).then(|| told::whole(key, (upper, &file.name), below))
        });
        covers.collect()
    }

    fn of_overlay(&self, (upper, number): (&Rules, usize), lower: &[&Rules], below: &mut Below) -> Vec<Diagnostic> {
        let filed = &upper.overlays[number];
        let id = filed.value.extends();
        let is_changed = |rules: &&&Rules| self.tables.contains(&(rules.manifest.name.clone(), (TABLE, id.to_owned())));
        let moved: Vec<&Rules> = lower.iter().filter(is_changed).copied().collect();
        if moved.is_empty() {
            return Vec::new();
        }
        let names = lower.iter().map(|rules| rules.manifest.name.clone()).collect();
        let versions = below.entry((id.to_owned(), names)).or_insert_with(|| {
            let before: Vec<&Rules> =
                lower.iter().map(|rules| self.old.get(&rules.manifest.name).unwrap_or(rules)).collect();
            merged(&before, id).zip(merged(lower, id))
        });
        let Some((old, new)) = versions else { return Vec::new() };
        // What the pack itself lays below this overlay is its own authors' affair.
        let own = &upper.overlays[..number];
        let own: Vec<Layer<'_>> =
            own.iter().filter(|one| one.value.extends() == id).map(|one| layer(upper, one)).collect();
        let with_own = |table: &Table| if own.is_empty() { Some(table.clone()) } else { stacked(table, &own) };
        let Some((old, new)) = with_own(old).zip(with_own(new)) else { return Vec::new() };
        let at = (upper, filed.file.name.as_str());
        let hidden = covered(&old, &new, &layer(upper, filed));
        let taken = taken(&old, &new, &layer(upper, filed), &hidden);
        let hidden = hidden.iter().map(|one| told::rule(one, at, &moved, self.old));
        hidden.chain(taken.iter().map(|one| told::taken(one, at, &moved))).collect()
    }
}

fn layer<'r>(rules: &'r Rules, overlay: &'r crate::pack::Filed<peygir_decision::Overlay>) -> Layer<'r> {
    Layer::new(&overlay.value, &rules.manifest.name, &overlay.file.name).within(&rules.place)
}

/// A table with all that lies over it in these packs.
fn merged(packs: &[&Rules], id: &str) -> Option<Table> {
    let base = packs.iter().find_map(|rules| rules.tables.get(id))?;
    let layers = packs.iter().flat_map(|rules| {
        let of_table = rules.overlays.iter().filter(|overlay| overlay.value.extends() == id);
        of_table.map(|overlay| layer(rules, overlay))
    });
    let layers: Vec<Layer<'_>> = layers.collect();
    if layers.is_empty() { Some(base.value.clone()) } else { stacked(&base.value, &layers) }
}
