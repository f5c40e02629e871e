//! `peygir check`: files, packs or deployments, each as far as it can be known from what was named.

use std::path::{Path, PathBuf};

use peygir_calendar::Calendars;
use peygir_source::Diagnostics;

use super::catalog::{self, Around, Parts};
use super::deployment::{self, Deployment};
use super::files::{SourceFile, shown, walk};
use super::layer::{FileKind, Layer, by_content, by_name, is_pack, nothing_there};
use super::offered::Kinds;

/// What a check looked at and found.
#[derive(Debug, Default)]
pub struct Checked {
    /// Files that were read, in the order of reading.
    pub files: Vec<String>,
    /// Findings, each with its file, in the order of files and lines.
    pub found: Diagnostics,
    /// What is right of the calendars, of each path by itself: whether they lack the tables of a year is for the caller to
    /// ask, who knows what year it is.
    pub calendars: Vec<Calendars>,
}

/// Checks each path: a deployment or a pack as a whole, another folder or a single file by itself, where names of
/// other files are not looked up.
pub fn check(paths: &[PathBuf]) -> Checked {
    check_all(paths, None)
}

/// The same, with the connectors that the program knows: in a deployment, a flow that needs one that is not there is
/// refused. Secrets are not fetched: a check runs where they are not at hand.
pub fn check_with(paths: &[PathBuf], kinds: &Kinds) -> Checked {
    check_all(paths, Some(kinds))
}

fn check_all(paths: &[PathBuf], kinds: Option<&Kinds>) -> Checked {
    let mut checked = Checked::default();
    for path in paths {
        check_one(path, kinds, &mut checked);
    }
    checked.files.dedup();
    checked
        .found
        .list
        .sort_by(|a, b| (&a.file, a.span.line, a.span.column).cmp(&(&b.file, b.span.line, b.span.column)));
    checked.found.list.dedup();
    checked
}

fn check_one(path: &Path, kinds: Option<&Kinds>, checked: &mut Checked) {
    if path.is_file() {
        check_file(path, kinds, checked);
    } else if path.join(deployment::FILE_NAME).is_file() {
        check_deployment(path, kinds, checked);
    } else if is_pack(path) {
        check_pack(path, checked);
    } else if path.is_dir() {
        let mut layer = Layer::default();
        for file in walk(path, &mut checked.found) {
            layer.add_path(&file);
        }
        check_alone(layer, checked);
    } else {
        checked.found.push(nothing_there(path));
    }
}

fn check_file(path: &Path, kinds: Option<&Kinds>, checked: &mut Checked) {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let named_kind = by_name(path);
    if named_kind.is_none() {
        let mut ignored = Diagnostics::default();
        let kind = SourceFile::read(path).ok().and_then(|file| by_content(&file.parse(&mut ignored)?));
        match kind {
            Some(FileKind::Deployment) => return check_deployment(folder, kinds, checked),
            Some(FileKind::Pack) => return check_pack(folder, checked),
            _ => {}
        }
    }
    if named_kind == Some(FileKind::Other) {
        // Nothing that `check` understands, but bytes that are no text are worth telling.
        match SourceFile::read(path) {
            Ok(file) => checked.files.push(file.name),
            Err(diagnostic) => checked.found.push(diagnostic),
        }
        return;
    }
    let mut layer = Layer::default();
    layer.add_path(path);
    check_alone(layer, checked);
}

fn check_deployment(folder: &Path, kinds: Option<&Kinds>, checked: &mut Checked) {
    checked.files.push(shown(&folder.join(deployment::FILE_NAME)));
    let mut ignored = Diagnostics::default();
    if let Some(deployment) = catalog::read_deployment(folder, &mut ignored) {
        for pack in &deployment.packs {
            checked.files.extend(Layer::read(pack).files);
        }
    }
    let catalog = catalog::read_all(folder, kinds, false, &mut checked.found);
    checked.calendars.extend(catalog.map(|catalog| catalog.calendars));
}

/// A pack that lies over no other is whole; of another only its own files can be judged.
fn check_pack(folder: &Path, checked: &mut Checked) {
    let layer = Layer::read(folder);
    let whole = layer.manifest.as_ref().is_some_and(|manifest| manifest.over.is_empty());
    if !whole {
        return check_alone(layer, checked);
    }
    checked.files.extend(layer.files.clone());
    let mut parts = Parts::default();
    parts.lay_over(layer, &mut checked.found);
    let around = Around { known: true, ..Around::default() };
    let (catalog, whole) = parts.into_catalog(Deployment::of_nothing(), around, &mut checked.found);
    catalog::check_names(&catalog, &whole, &mut checked.found);
    checked.calendars.push(catalog.calendars);
}

fn check_alone(layer: Layer, checked: &mut Checked) {
    checked.files.extend(layer.files.clone());
    let mut parts = Parts::default();
    let mut found = Diagnostics::default();
    parts.lay_over(Layer { manifest: None, ..layer }, &mut found);
    let (catalog, _) = parts.into_catalog(Deployment::of_nothing(), Around::default(), &mut found);
    checked.found.extend(found);
    checked.calendars.push(catalog.calendars);
}
