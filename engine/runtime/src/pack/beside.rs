//! The packs that one lies over, found without a deployment: in the folders around it, as examples and repositories have
//! them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use peygir_source::Diagnostics;

use super::files::SourceFile;
use super::layer::{FILE_NAME, Layer, is_pack};
use super::manifest::Manifest;

/// How far up packs are looked for.
const UP_MAX: usize = 4;
/// Folders that are looked into.
const FOLDERS_MAX: usize = 400;

/// What lies below a pack.
#[derive(Debug, Default)]
pub(super) struct Below {
    /// The lowest first.
    pub layers: Vec<Layer>,
    /// Names of packs that were not found.
    pub missing: Vec<String>,
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
fn take(manifest: &Manifest, around: &[(String, PathBuf)], asked: &mut BTreeSet<String>, below: &mut Below) {
    for over in &manifest.over {
        if !asked.insert(over.name.clone()) {
            continue;
        }
        let Some((_, folder)) = around.iter().find(|(name, _)| *name == over.name) else {
            below.missing.push(over.name.clone());
            continue;
        };
        let layer = Layer::read(folder);
        if let Some(manifest) = layer.manifest.clone() {
            take(&manifest, around, asked, below);
        }
        below.layers.push(layer);
    }
}

/// Names and folders of packs: those that hold this one, and those beside it and beside them.
fn packs_around(folder: &Path) -> Vec<(String, PathBuf)> {
    let Ok(own) = folder.canonicalize() else { return Vec::new() };
    let mut packs = Vec::new();
    for above in own.ancestors().skip(1).take(UP_MAX) {
        let mut beside: Vec<PathBuf> = std::fs::read_dir(above)
            .map(|entries| entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).take(FOLDERS_MAX).collect())
            .unwrap_or_default();
        beside.sort();
        // The nearer one of a name is meant.
        let beside = beside.into_iter().chain([above.to_owned()]).filter(|path| *path != own && is_pack(path));
        packs.extend(beside.filter_map(|path| Some((name_of(&path)?, path))));
    }
    packs
}

fn name_of(folder: &Path) -> Option<String> {
    let file = SourceFile::read(&folder.join(FILE_NAME)).ok()?;
    Some(file.parse(&mut Diagnostics::default())?.get("name")?.as_str()?.to_owned())
}
