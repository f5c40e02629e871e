//! The packs that one lies over, found without a deployment: in the folders around it, as examples and repositories have
//! them.
//!
//! Owns: which of several copies is meant. A version that was asked for comes before others; of those, a folder that holds
//! the pack comes before its neighbours, and the nearer one before the farther. Two neighbours that differ are refused.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use peygir_source::{Diagnostic, Diagnostics};
use semver::Version;

use super::bundle::Bundle;
use super::complaint::several_below;
use super::files::{SourceFile, shown};
use super::layer::{FILE_NAME, Layer, is_pack};
use super::manifest::{Manifest, Over};

/// How far up packs are looked for.
const UP_MAX: usize = 4;
/// Folders that are looked into.
const FOLDERS_MAX: usize = 400;

/// What lies below a pack.
#[derive(Debug, Default)]
pub(super) struct Below {
    /// The lowest first.
    pub layers: Vec<Layer>,
    /// What was taken, in that order.
    pub taken: Vec<Taken>,
    /// Names of packs that were not found.
    pub missing: Vec<String>,
    /// The findings on packs of which nobody can say which copy is meant.
    pub unsure: Vec<Diagnostic>,
}

/// A pack that was found around another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub name: String,
    pub version: String,
    /// The folder, as people know it.
    pub folder: String,
    /// Folders of other copies that were passed over and have something else in them.
    pub others: Vec<String>,
}

/// A pack somewhere around.
#[derive(Debug)]
struct Near {
    name: String,
    version: String,
    folder: PathBuf,
    /// How far up; 0 is the folder that the pack itself stands in.
    level: usize,
    /// Whether the pack lies in this one's folder.
    holds: bool,
}

impl Below {
    /// The findings on copies that can't be told from each other.
    pub fn found(&self) -> Diagnostics {
        Diagnostics { list: self.unsure.clone() }
    }

    /// Whether all that lies below is there.
    pub fn is_whole(&self) -> bool {
        self.missing.is_empty() && self.unsure.is_empty()
    }
}

/// Packs below the one in this folder, with those below them.
pub(super) fn below(folder: &Path, manifest: &Manifest) -> Below {
    let mut below = Below::default();
    if manifest.over.is_empty() {
        return below;
    }
    let around = packs_around(folder);
    let mut asked = BTreeSet::from([manifest.name.clone()]);
    take(manifest, &around, &mut asked, &mut below);
    below
}

/// Each pack after those that it lies over itself.
fn take(manifest: &Manifest, around: &[Near], asked: &mut BTreeSet<String>, below: &mut Below) {
    for over in &manifest.over {
        if !asked.insert(over.name.clone()) {
            continue;
        }
        let near = match chosen(over, around) {
            Ok(Some(near)) => near,
            Ok(None) => {
                below.missing.push(over.name.clone());
                continue;
            }
            Err((first, several)) => {
                let folders: Vec<String> = several.iter().map(|near| shown(&near.folder)).collect();
                below.unsure.push(several_below(manifest, over, &folders));
                // Who says elsewhere which version is meant, as a rebase does, goes on with the first one.
                first
            }
        };
        let layer = Layer::read(&near.folder);
        if let Some(manifest) = layer.manifest.clone() {
            take(&manifest, around, asked, below);
        }
        below.layers.push(layer);
        below.taken.push(Taken {
            name: near.name.clone(),
            version: near.version.clone(),
            folder: shown(&near.folder),
            others: others(near, around).map(|other| shown(&other.folder)).collect(),
        });
    }
}

/// The copy that is meant. `Err`: several could be, and they differ; the first of them, and all.
fn chosen<'n>(over: &Over, around: &'n [Near]) -> Result<Option<&'n Near>, (&'n Near, Vec<&'n Near>)> {
    let named = || around.iter().filter(|near| near.name == over.name);
    let fitting: Vec<&Near> = named().filter(|near| near.fits(over)).collect();
    if let Some(holds) = fitting.iter().find(|near| near.holds) {
        return Ok(Some(holds));
    }
    // Where none fits, the nearest one is told with the version that it has.
    let Some(level) = fitting.iter().map(|near| near.level).min() else { return Ok(named().next()) };
    let nearest: Vec<&Near> = fitting.into_iter().filter(|near| near.level == level).collect();
    match nearest.as_slice() {
        [first, rest @ ..] if rest.iter().any(|other| differ(first, other)) => Err((*first, nearest)),
        [first, ..] => Ok(Some(first)),
        [] => Ok(None),
    }
}

fn others<'n>(taken: &'n Near, around: &'n [Near]) -> impl Iterator<Item = &'n Near> {
    let same_name = move |other: &&Near| other.name == taken.name && other.folder != taken.folder;
    around.iter().filter(same_name).filter(move |other| differ(taken, other))
}

/// Whether two folders hold something else under one name. What can't be read can't be said to be the same.
fn differ(one: &Near, other: &Near) -> bool {
    let digest = |near: &Near| Bundle::read(&near.folder).ok().map(|bundle| bundle.digest);
    one.version != other.version || digest(one).is_none_or(|digest_of_one| digest(other) != Some(digest_of_one))
}

impl Near {
    fn fits(&self, over: &Over) -> bool {
        let version = Version::parse(&self.version).ok();
        over.range.as_ref().is_none_or(|range| version.is_some_and(|version| range.matches(&version)))
    }
}

/// Packs that hold this one, and those beside it and beside them.
fn packs_around(folder: &Path) -> Vec<Near> {
    let Ok(own) = folder.canonicalize() else { return Vec::new() };
    let mut packs: Vec<Near> = Vec::new();
    for (level, above) in own.ancestors().skip(1).take(UP_MAX).enumerate() {
        let mut beside: Vec<PathBuf> = std::fs::read_dir(above)
            .map(|entries| entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).take(FOLDERS_MAX).collect())
            .unwrap_or_default();
        beside.sort();
        let beside = beside.into_iter().chain([above.to_owned()]).filter(|path| *path != own && is_pack(path));
        let known: BTreeSet<PathBuf> = packs.iter().map(|near| near.folder.clone()).collect();
        packs.extend(beside.filter(|path| !known.contains(path)).filter_map(|path| {
            let (name, version) = named(&path)?;
            Some(Near { name, version, level, holds: own.starts_with(&path), folder: path })
        }));
    }
    packs
}

fn named(folder: &Path) -> Option<(String, String)> {
    let file = SourceFile::read(&folder.join(FILE_NAME)).ok()?;
    let root = file.parse(&mut Diagnostics::default())?;
    let text = |member: &str| root.get(member)?.as_str().map(str::to_owned);
    Some((text("name")?, text("version").unwrap_or_default()))
}
