//! `peygir check`: files, packs or deployments, each as far as it can be known from what was named.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use peygir_calendar::Calendars;
use peygir_decision::Ending;
use peygir_source::{Diagnostic, Diagnostics, Severity};

use super::acted::Scripts;
use super::catalog::{self, Around, Parts};
use super::deployment::{self, Deployment};
use super::files::{SourceFile, shown, walk};
use super::kept::{Kept, Making};
use super::layer::{FileKind, Layer, by_content, by_name, in_file, is_pack, nothing_there};
use super::left_out::misplaced_in;
use super::manifest::Manifest;
use super::offered::Kinds;
use super::single::pack_above;
use super::{answered, asked, beside};
use super::{order, reminders, untested};

/// What a check looked at and found.
#[derive(Debug, Default)]
pub struct Checked {
    /// Files that were read, in the order of reading.
    pub files: Vec<String>,
    /// Findings, each with its file, in the order of files and lines.
    pub found: Diagnostics,
    /// What is right of the calendars, of each path and place by itself: whether they lack the tables of a year is for the caller to
    /// ask, who knows what year it is.
    pub calendars: Vec<Calendars>,
    /// The last days of overlays and rules, with their files: whether they are over is for the caller to ask, who knows what day it
    /// is.
    pub endings: Vec<(String, Ending)>,
    /// Deployments in which nothing is wrong so far: their connectors are for the caller to look at.
    pub deployments: Vec<Deployment>,
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
    if named_kind == Some(FileKind::Script)
        && let Some(pack) = pack_above(path)
    {
        return check_script(path, &pack, checked);
    }
    let mut layer = Layer::default();
    layer.add_path(path);
    check_alone(layer, checked);
}

/// What its actions name is looked up in its pack: what is found is what a check of the whole pack finds in this file.
fn check_script(path: &Path, pack: &Path, checked: &mut Checked) {
    let mut whole = Checked::default();
    check_pack(pack, &mut whole);
    let own = path.canonicalize().ok();
    let is_own = |one: &Diagnostic| Path::new(&one.file).canonicalize().ok() == own;
    checked.files.push(shown(path));
    let of_file = whole.found.list.into_iter().filter(is_own);
    checked.found.list.extend(of_file.map(|one| Diagnostic { file: shown(path), ..one }));
}

fn check_deployment(folder: &Path, kinds: Option<&Kinds>, checked: &mut Checked) {
    checked.files.push(shown(&folder.join(deployment::FILE_NAME)));
    let mut ignored = Diagnostics::default();
    let mut scripts = Vec::new();
    if let Some(deployment) = catalog::read_deployment(folder, &mut ignored) {
        for pack in &deployment.packs {
            let layer = Layer::read(pack);
            checked.found.extend(misplaced_in(pack));
            untested::check_layer(&layer, &mut checked.found);
            checked.endings.extend(endings(&layer));
            scripts.push(Scripts::of(&layer));
            checked.files.extend(layer.files);
        }
    }
    let mut found = Diagnostics::default();
    let catalog = catalog::read_all(folder, kinds, false, &mut found);
    if let Some(catalog) = catalog.as_ref().filter(|_| !found.has_errors()) {
        checked.deployments.push(catalog.deployment.clone());
    }
    checked.found.extend(found);
    if let Some(catalog) = &catalog {
        scripts.iter().for_each(|scripts| scripts.check(catalog, &mut checked.found));
    }
    checked.calendars.extend(catalog.iter().flat_map(|catalog| catalog.contents.calendars().to_vec()));
}

/// A pack that lies over others is whole together with them, if they lie beside it; else only its own files can be judged.
fn check_pack(folder: &Path, checked: &mut Checked) {
    let layer = Layer::read(folder);
    checked.found.extend(misplaced_in(folder));
    if layer.manifest.is_some() {
        untested::check_layer(&layer, &mut checked.found);
    }
    let mut below = match &layer.manifest {
        Some(manifest) => beside::below(folder, manifest),
        None => beside::Below::default(),
    };
    if layer.manifest.is_none() || !below.is_whole() {
        checked.found.extend(below.found());
        let missing = layer.manifest.as_ref().filter(|_| below.unsure.is_empty());
        checked.found.list.extend(missing.and_then(|manifest| not_judged(manifest, &below.missing)));
        return check_alone(layer, checked);
    }
    checked.endings.extend(endings(&layer));
    let own: BTreeSet<String> = layer.files.iter().cloned().collect();
    let lies_over = layer.manifest.as_ref().is_some_and(|manifest| !manifest.over.is_empty());
    checked.files.extend(layer.files.clone());
    let scripts = Scripts::of(&layer);
    let mut found = Diagnostics::default();
    let mut parts = Parts::default();
    let layers = below.layers.drain(..).chain([layer]).collect();
    for layer in order::lowest_first(layers, Layer::standing) {
        parts.lay_over(layer, &mut found);
    }
    let around = Around { known: true, ..Around::default() };
    let kept = Kept::default();
    let (catalog, whole) = parts.into_catalog(Deployment::of_nothing(), around, Making::whole(&kept), &mut found);
    catalog::check_names(&catalog, &whole, &mut found);
    scripts.check(&catalog, &mut checked.found);
    let mut of_tables = Diagnostics::default();
    if lies_over {
        answered::check(&catalog, &mut of_tables);
        reminders::check(&catalog, &mut of_tables);
        let misplaced = asked::check(&catalog, &mut of_tables);
        asked::without_broken_rows(&mut found, &misplaced);
    } else {
        answered::check_alone(&catalog, &mut of_tables);
    }
    found.list.extend(of_tables.list.into_iter().filter(|one| own.contains(&one.file)));
    // Of the packs below, what is no error is for their own authors.
    found.list.retain(|one| one.severity == Severity::Error || own.contains(&one.file));
    checked.found.extend(found);
    checked.calendars.extend_from_slice(catalog.contents.calendars());
}

/// The last days of what a pack's own tables and overlays say.
fn endings(layer: &Layer) -> Vec<(String, Ending)> {
    let tables = layer.tables.values().map(|table| (&table.file.name, table.value.endings()));
    let overlays = layer.overlays.iter().map(|overlay| (&overlay.file.name, overlay.value.endings()));
    let named = |(file, endings): (&String, Vec<Ending>)| {
        let file = file.clone();
        endings.into_iter().map(move |ending| (file.clone(), ending))
    };
    tables.chain(overlays).flat_map(named).collect()
}

fn not_judged(manifest: &Manifest, missing: &[String]) -> Option<Diagnostic> {
    let over = manifest.over.iter().find(|over| missing.contains(&over.name)).or(manifest.over.first())?;
    let names = missing.join(", ");
    let diagnostic = Diagnostic::warning(
        "PG-P058",
        over.span,
        format!("only this pack's own files were judged: not found beside it: {names}"),
        format!("تنها پرونده‌های خود این بسته سنجیده شد: کنار آن پیدا نشد: \u{2066}{names}\u{2069}"),
    );
    let diagnostic = diagnostic.with_help(
        "check the deployment, which names all packs: names in flows, overlays and calendars that lean on other packs were not \
         looked up",
        "استقرار را بررسی کنید که همهٔ بسته‌ها را نام می‌برد: نام‌های درون گردش کارها و روکش‌ها و تقویم‌هایی که بر بستهٔ دیگر تکیه دارند \
         سنجیده نشد",
    );
    Some(in_file(diagnostic, &manifest.file))
}

fn check_alone(layer: Layer, checked: &mut Checked) {
    checked.endings.extend(endings(&layer));
    checked.files.extend(layer.files.clone());
    let mut parts = Parts::default();
    let mut found = Diagnostics::default();
    parts.lay_over(Layer { manifest: None, ..layer }, &mut found);
    let (kept, around) = (Kept::default(), Around::default());
    let (catalog, _) = parts.into_catalog(Deployment::of_nothing(), around, Making::whole(&kept), &mut found);
    checked.found.extend(found);
    checked.calendars.extend_from_slice(catalog.contents.calendars());
}
