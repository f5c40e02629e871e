//! The rows of overlays and of what lies below them, on the merged table of a place.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use peygir_calendar::Place;
use peygir_decision::{Changed, Table, TestRow};
use peygir_runtime::pack::{self, Catalog, TableSource};
use peygir_source::{Diagnostic, Diagnostics, Severity};

use super::{report_outcome, table};
use crate::report::{ChangedRow, FileReport, Kind};

/// The finding that an overlay has nothing to lie over.
const NO_BASE: &str = "PG-P046";

/// A table with the overlays of a place, or why it can't be made.
#[derive(Debug, Clone)]
pub struct Merged {
    pub table: Arc<Table>,
    /// The base's file and those of the overlays, by layer.
    pub files: Vec<String>,
    /// In words; none where it holds everywhere.
    pub place: Option<String>,
    /// Errors in any of the files: then `table` is no merged one.
    found: Diagnostics,
}

impl Merged {
    /// `Err` where the overlays could not be laid over their base.
    pub fn sound(&self) -> Result<(), Diagnostics> {
        if self.found.has_errors() { Err(self.found.clone()) } else { Ok(()) }
    }

    /// Whether one of these files, by their real paths, is among its overlays.
    pub fn has_any(&self, files: &BTreeSet<std::path::PathBuf>) -> bool {
        self.files.iter().skip(1).any(|file| Path::new(file).canonicalize().is_ok_and(|file| files.contains(&file)))
    }
}

/// The merged tables of all places of a catalog, each once, under the widest place in which it holds.
pub fn merged(catalog: &Catalog, found: &Diagnostics) -> Vec<Merged> {
    let mut by_files: BTreeMap<Vec<String>, Merged> = BTreeMap::new();
    for (place, content) in catalog.contents.places() {
        for source in content.tables.values().filter(|source| !source.overlays.is_empty()) {
            let files = files(source);
            by_files.entry(files.clone()).or_insert_with(|| of_source(source, files, place, found));
        }
    }
    by_files.into_values().collect()
}

fn files(source: &TableSource) -> Vec<String> {
    std::iter::once(&source.file).chain(&source.overlays).cloned().collect()
}

fn of_source(source: &TableSource, files: Vec<String>, place: &Place, found: &Diagnostics) -> Merged {
    let own = found.list.iter().filter(|one| one.severity == Severity::Error && files.contains(&one.file));
    let found = Diagnostics { list: own.cloned().collect() };
    Merged { table: source.table.clone(), files, place: words(place), found }
}

fn words(place: &Place) -> Option<String> {
    let parts = [("province", &place.province), ("county", &place.county), ("agency", &place.agency)];
    let parts: Vec<String> =
        parts.iter().filter_map(|(kind, name)| Some(format!("{kind} {}", name.as_ref()?))).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// A report for each file that rows of the merged table stand in: those of the base are run again.
pub fn run(merged: &Merged, wanted: &dyn Fn(&str) -> bool) -> Vec<FileReport> {
    if let Err(found) = merged.sound() {
        return vec![broken(merged, found)];
    }
    let outcomes = merged.table.run_tests();
    let reports = merged.files.iter().enumerate().map(|(layer, file)| {
        let mut of_layer = of_file(merged, file);
        let own = outcomes.iter().filter(|outcome| outcome.layer == layer);
        let named = own.map(|outcome| (table::name(merged.table.id(), outcome), outcome));
        of_layer.tests =
            named.filter(|(name, _)| wanted(name)).map(|(name, outcome)| report_outcome(&name, outcome)).collect();
        of_layer.changed = changed(merged, layer, wanted);
        of_layer
    });
    reports.collect()
}

/// The rows of a layer to which those above gave another outcome.
fn changed(merged: &Merged, layer: usize, wanted: &dyn Fn(&str) -> bool) -> Vec<ChangedRow> {
    let rows = merged.table.changed_rows().filter(|(_, row)| row.layer == layer);
    let named = rows.map(|(name, row)| (format!("{} {name}", merged.table.id()), row));
    let told = |(name, row): (String, &TestRow)| {
        let one = move |changed: &Changed| ChangedRow {
            name: name.clone(),
            line: row.span.line,
            by: merged.files.get(changed.by).map_or_else(String::new, |file| here(file)),
            before: changed.before.to_string(),
            after: changed.after.to_string(),
            why: changed.why.clone(),
            always: changed.always,
        };
        row.changed.iter().map(one).collect::<Vec<_>>()
    };
    named.filter(|(name, _)| wanted(name)).flat_map(told).collect()
}

/// A table of which nothing can be said but this.
pub fn broken(merged: &Merged, found: Diagnostics) -> FileReport {
    let mut broken = of_file(merged, merged.files.last().map_or("", String::as_str));
    broken.found.list = found.list.iter().map(told_here).collect();
    broken
}

fn of_file(merged: &Merged, file: &str) -> FileReport {
    FileReport { place: Some(told_place(merged)), ..FileReport::new(here(file), Kind::TableRows) }
}

/// Where the table holds, and what it was merged from.
fn told_place(merged: &Merged) -> String {
    merged.place.clone().unwrap_or_else(|| "every place".to_owned())
}

/// An overlay that is in no merged table, with the reason where one was found.
pub fn untried(file: &Path, found: &Diagnostics, missing: &[String]) -> FileReport {
    let mut untried = FileReport::new(pack::shown(file), Kind::TableRows);
    let same = |name: &str| Path::new(name).canonicalize().ok() == file.canonicalize().ok();
    let own = found.list.iter().filter(|one| same(&one.file));
    let reasons = own.filter(|one| one.severity == Severity::Error || one.code == NO_BASE);
    untried.found.list = reasons.map(|reason| refused(reason, &untried.file, missing)).collect();
    // Without its pack.yaml it is not known what lies below, and that is the reason for everything else.
    let is_manifest = |one: &&Diagnostic| Path::new(&one.file).file_name().is_some_and(|name| name == "pack.yaml");
    let manifests: Vec<Diagnostic> =
        found.list.iter().filter(|one| one.severity == Severity::Error && is_manifest(one)).map(told_here).collect();
    if missing.is_empty() && !manifests.is_empty() {
        untried.found.list = manifests;
        return untried;
    }
    if untried.found.list.is_empty() {
        untried.found.push(refused(&nowhere(), &untried.file, missing));
    }
    untried
}

fn refused(reason: &Diagnostic, file: &str, missing: &[String]) -> Diagnostic {
    let refused = Diagnostic { severity: Severity::Error, file: file.to_owned(), ..reason.clone() };
    if missing.is_empty() {
        return refused;
    }
    let names = missing.join(", ");
    refused.with_help(
        format!("lay the pack {names} beside this one, or name a deployment of both: --deployment FOLDER"),
        format!("بستهٔ {names} را کنار این بسته بگذارید، یا استقراری را که هر دو را دارد با ‎`--deployment`‎ نام ببرید"),
    )
}

/// No pack around it, or none of the deployment.
fn nowhere() -> Diagnostic {
    let top = peygir_source::Span { line: 1, column: 1, length: 0 };
    Diagnostic::error(
        NO_BASE,
        top,
        "this overlay can't be tried: it lies in no pack here, so what it changes is not known",
        "این روکش آزموده نمی‌شود: در بسته‌ای نیست که اینجا شناخته باشد، پس نمی‌توان دانست چه را تغییر می‌دهد",
    )
    .with_help(
        "put it below rules/ of a pack, or name a deployment that its pack is in: --deployment FOLDER",
        "آن را در ‎rules/‎ یک بسته بگذارید، یا استقرار بستهٔ آن را با ‎`--deployment`‎ نام ببرید",
    )
}

fn told_here(diagnostic: &Diagnostic) -> Diagnostic {
    Diagnostic { file: here(&diagnostic.file), ..diagnostic.clone() }
}

/// A path as seen from the folder that the command was called in.
pub fn here(file: &str) -> String {
    let folder = std::env::current_dir().ok();
    let inner = folder.and_then(|folder| Path::new(file).strip_prefix(folder).ok().map(pack::shown));
    inner.unwrap_or_else(|| file.to_owned())
}
