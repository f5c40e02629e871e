//! What there is to test below the paths that a person names.
//!
//! Owns: which files hold what, and which tables overlays are laid over: those of a deployment, or of the pack above and the
//! packs that it lies over. Runs nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use peygir_runtime::pack::{self, SourceFile};
use peygir_source::{Diagnostic, Diagnostics, Node, Span};

use super::super::local::{Lang, tell_taken};
use crate::report::{FileReport, Kind};
use crate::rows::{self, Merged};

/// Something to be tested.
pub enum Testable {
    Feature(SourceFile),
    Table(SourceFile, Node),
    /// A table with overlays, as it is merged somewhere.
    Merged(Box<Merged>),
    Script(SourceFile, Node),
    /// A script beside which no rows lie.
    Untested(SourceFile),
    /// It should be tested and can't be.
    Broken(FileReport),
}

/// Everything below the paths. `deployment` says of which packs overlays are merged, where paths don't.
pub fn gather(paths: &[PathBuf], deployment: Option<&Path>, lang: Lang) -> Vec<Testable> {
    let mut all = Gathered::default();
    let files = all.files(paths);
    let mut overlays = Vec::new();
    for path in files {
        match read(&path) {
            Some(Read::Overlay) => overlays.push(path),
            Some(Read::Other(testable)) => all.testable.push(*testable),
            None => {}
        }
    }
    all.overlays(overlays, deployment, lang);
    all.testable
}

#[derive(Default)]
struct Gathered {
    testable: Vec<Testable>,
    /// Real paths of overlays whose merged tables are among `testable`.
    covered: BTreeSet<PathBuf>,
}

/// What a file turned out to be.
enum Read {
    Overlay,
    Other(Box<Testable>),
}

impl Gathered {
    /// All files below the paths, each once. Paths that can't be looked into are among what can't be tested.
    fn files(&mut self, paths: &[PathBuf]) -> Vec<PathBuf> {
        let mut seen = BTreeSet::new();
        let mut files = Vec::new();
        for path in paths {
            let mut found = Diagnostics::default();
            let below = self.below(path, &mut found).into_iter();
            files.extend(below.filter(|file| seen.insert(real(file))));
            if found.has_errors() {
                self.testable.push(Testable::Broken(unreadable(path, Kind::Scenarios, found)));
            }
        }
        files
    }

    fn below(&mut self, path: &Path, found: &mut Diagnostics) -> Vec<PathBuf> {
        if path.is_file() {
            return vec![beside(path)];
        }
        let folders = if path.join("deployment.yaml").is_file() {
            let packs = match pack::read(path, None) {
                Ok((catalog, warnings)) => {
                    self.take(rows::merged(&catalog, &warnings));
                    catalog.deployment.packs
                }
                Err(errors) => {
                    found.extend(errors);
                    Vec::new()
                }
            };
            packs.iter().flat_map(|pack| parts(pack)).chain([path.join("scenarios")]).collect()
        } else if path.join("pack.yaml").is_file() {
            parts(path)
        } else if path.is_dir() {
            vec![path.to_owned()]
        } else {
            found.push(nothing_there());
            Vec::new()
        };
        folders.iter().filter(|folder| folder.is_dir()).flat_map(|folder| pack::walk(folder, found)).collect()
    }

    fn take(&mut self, merged: impl IntoIterator<Item = Merged>) {
        for merged in merged {
            self.covered.extend(merged.files.iter().skip(1).map(|file| real(Path::new(file))));
            self.testable.push(Testable::Merged(Box::new(merged)));
        }
    }

    /// The merged tables of overlays that were named by themselves, or in a folder that is no deployment.
    fn overlays(&mut self, mut overlays: Vec<PathBuf>, deployment: Option<&Path>, lang: Lang) {
        overlays.retain(|overlay| !self.covered.contains(&real(overlay)));
        if overlays.is_empty() {
            return;
        }
        if let Some(folder) = deployment {
            return self.overlays_of_deployment(&overlays, folder);
        }
        let mut by_pack: BTreeMap<Option<PathBuf>, Vec<PathBuf>> = BTreeMap::new();
        for overlay in overlays {
            by_pack.entry(pack::pack_above(&overlay)).or_default().push(overlay);
        }
        for (pack, overlays) in by_pack {
            match pack.map(|folder| pack::stack(&folder)) {
                Some(stack) => {
                    tell_taken(&stack, lang);
                    // Over a pack that was not meant, rows would say nothing.
                    let sound = !stack.errors_of(&[]).has_errors();
                    let merged = if sound { rows::merged(&stack.catalog, &stack.found) } else { Vec::new() };
                    self.take_those_with(merged, &overlays, &stack.found, &stack.missing);
                }
                None => self.take_those_with(Vec::new(), &overlays, &Diagnostics::default(), &[]),
            }
        }
    }

    fn overlays_of_deployment(&mut self, overlays: &[PathBuf], folder: &Path) {
        // A pack that lies elsewhere is tried in the place of the deployment's own of its name.
        let packs: BTreeSet<PathBuf> = overlays.iter().filter_map(|overlay| pack::pack_above(overlay)).collect();
        let packs: Vec<PathBuf> = packs.into_iter().collect();
        match pack::read_with_packs(folder, &packs) {
            Ok((catalog, found)) => self.take_those_with(rows::merged(&catalog, &found), overlays, &found, &[]),
            Err(errors) => self.testable.push(Testable::Broken(unreadable(folder, Kind::TableRows, errors))),
        }
    }

    /// The tables that have one of the overlays. An overlay that is in none of them is told.
    fn take_those_with(&mut self, merged: Vec<Merged>, overlays: &[PathBuf], found: &Diagnostics, missing: &[String]) {
        let wanted: BTreeSet<PathBuf> = overlays.iter().map(|overlay| real(overlay)).collect();
        self.take(merged.into_iter().filter(|merged| merged.has_any(&wanted)));
        for overlay in overlays.iter().filter(|overlay| !self.covered.contains(&real(overlay))) {
            self.testable.push(Testable::Broken(rows::untried(overlay, found, missing)));
        }
    }
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// The parts of a pack that hold what can be tested.
fn parts(pack: &Path) -> Vec<PathBuf> {
    ["workflows", "rules"].map(|part| pack.join(part)).to_vec()
}

/// For a script, the file of its tests.
fn beside(path: &Path) -> PathBuf {
    let tests = path.with_extension("test.yaml");
    if path.extension().is_some_and(|extension| extension == "rhai") && tests.is_file() {
        tests
    } else {
        path.to_owned()
    }
}

fn read(path: &Path) -> Option<Read> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    let rows = name.ends_with(".test.yaml") || name.ends_with(".test.yml");
    if name.ends_with(".rhai") {
        return untested(path).map(|testable| Read::Other(Box::new(testable)));
    }
    let kind = match (name.ends_with(".feature"), rows) {
        (true, _) => Kind::Scenarios,
        (_, true) => Kind::ScriptRows,
        _ if yaml => Kind::TableRows,
        _ => return None,
    };
    let broken = |found: Diagnostics| Read::Other(Box::new(Testable::Broken(unreadable(path, kind, found))));
    let file = match SourceFile::read(path) {
        Ok(file) => file,
        Err(diagnostic) => return Some(broken(Diagnostics { list: vec![diagnostic] })),
    };
    if kind == Kind::Scenarios {
        return Some(Read::Other(Box::new(Testable::Feature(file))));
    }
    let mut found = Diagnostics::default();
    match (file.parse(&mut found), kind) {
        (None, _) => Some(broken(found)),
        (Some(root), Kind::ScriptRows) => Some(Read::Other(Box::new(Testable::Script(file, root)))),
        (Some(root), _) => match root.get("kind").and_then(Node::as_str) {
            Some("decision-table") => Some(Read::Other(Box::new(Testable::Table(file, root)))),
            Some("decision-table-overlay") => Some(Read::Overlay),
            _ => None,
        },
    }
}

/// The script, unless rows lie beside it: then it is tested with them.
fn untested(path: &Path) -> Option<Testable> {
    if ["test.yaml", "test.yml"].iter().any(|extension| path.with_extension(extension).is_file()) {
        return None;
    }
    Some(match SourceFile::read(path) {
        Ok(file) => Testable::Untested(file),
        Err(diagnostic) => Testable::Broken(unreadable(path, Kind::ScriptRows, Diagnostics { list: vec![diagnostic] })),
    })
}

pub fn unreadable(path: &Path, kind: Kind, found: Diagnostics) -> FileReport {
    let mut report = FileReport::new(pack::shown(path), kind);
    report.found = found.in_file(&report.file);
    report
}

fn nothing_there() -> Diagnostic {
    let span = Span { line: 1, column: 1, length: 0 };
    Diagnostic::error("PG-P001", span, "there is no such file or folder", "چنین پرونده یا پوشه‌ای نیست")
}
