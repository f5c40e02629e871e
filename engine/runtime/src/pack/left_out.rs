//! Files of a pack's folder that are not deployed with it. Whoever deploys is told each: what was written to count and lies
//! where nothing counts is a mistake, the rest is worth a line.
//!
//! What lies in a folder whose name is nearly that of one that counts was written to count, however deep it lies. Of other
//! folders beside, which may be anything, the files directly in them are looked at.

use std::path::{Path, PathBuf};

use peygir_source::{Diagnostic, Diagnostics, Severity, suggest};

use super::bundle::{belongs, is_part};
use super::complaint::TOP;
use super::deployment;
use super::files::{FILES_MAX, SourceFile, shown, walk};
use super::layer::{FILE_NAME, FileKind, by_content, by_name};
use super::misnamed::misnamed_in;

/// The folders of a pack in which files count.
const PARTS: [&str; 2] = ["workflows", "rules"];

/// An error for each table, script, flow and the like beside `workflows/` and `rules/`; a note for each other file.
pub fn left_out(folder: &Path) -> Diagnostics {
    let mut found = misplaced_in(folder);
    // What can't be walked through is told where the pack is read.
    let mut ignored = Diagnostics::default();
    for part in PARTS.map(|part| folder.join(part)) {
        let all = if part.is_dir() { walk(&part, &mut ignored) } else { Vec::new() };
        let is_told = |path: &&PathBuf| found.list.iter().any(|one| one.file == shown(path));
        let others: Vec<Diagnostic> =
            all.iter().filter(|path| !belongs(path) && !is_told(path)).map(|path| not_sent(path)).collect();
        found.list.extend(others);
    }
    found
}

/// What was written to count and lies where nothing counts, or has a name by which it does not.
pub(super) fn misplaced_in(folder: &Path) -> Diagnostics {
    let manifest = SourceFile::read(&folder.join(FILE_NAME)).map(|file| file.text).unwrap_or_default();
    let is_copy = |path: &Path| path.strip_prefix(folder).is_ok_and(|inner| is_part(&shown(inner), &manifest));
    let mut found = Diagnostics::default();
    for path in beside(folder) {
        let inner = path.strip_prefix(folder).map(shown).unwrap_or_default();
        if counts_by_itself(&path) && !is_copy(&path) {
            let mut one = misplaced(&path, mistyped(&inner));
            if inner.contains('/') && mistyped(&inner).is_none() {
                // Its folder may well be there for something else.
                one.severity = Severity::Warning;
            }
            found.push(one);
        }
    }
    PARTS.iter().for_each(|part| found.extend(misnamed_in(&folder.join(part))));
    found
}

/// The folder that was meant by the one in which a file lies: by its path in the pack.
pub fn mistyped(inner: &str) -> Option<(&str, &'static str)> {
    let (first, _) = inner.split_once('/')?;
    let meant = PARTS.into_iter().find(|part| suggest(first, [*part]).is_some());
    meant.filter(|part| *part != first).map(|part| (first, part))
}

/// Files beside the folders that count, and in folders that do not.
fn beside(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in entries(folder) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_file() && name != FILE_NAME {
            files.push(path);
        } else if path.is_dir() && !PARTS.contains(&&*name) && !name.starts_with('.') && !is_by_itself(&path) {
            files.extend(match mistyped(&format!("{name}/")) {
                Some(_) => walk(&path, &mut Diagnostics::default()),
                None => entries(&path).into_iter().filter(|path| path.is_file()).collect(),
            });
        }
    }
    files
}

/// Whether a folder is a pack or a deployment of its own.
fn is_by_itself(folder: &Path) -> bool {
    [FILE_NAME, deployment::FILE_NAME].iter().any(|file| folder.join(file).is_file())
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().take(FILES_MAX);
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.sort();
    paths
}

fn counts_by_itself(path: &Path) -> bool {
    // What editors know a script's functions by is no script.
    let is_definition = || path.to_string_lossy().ends_with(".d.rhai");
    match by_name(path) {
        Some(FileKind::Script) => !is_definition(),
        Some(_) => false,
        None => {
            let root = SourceFile::read(path).ok().and_then(|file| file.parse(&mut Diagnostics::default()));
            let kind = root.as_ref().and_then(by_content);
            kind.is_some_and(|kind| !matches!(kind, FileKind::Deployment | FileKind::Pack))
        }
    }
}

fn misplaced(path: &Path, mistyped: Option<(&str, &str)>) -> Diagnostic {
    let mut diagnostic = misplaced_by(mistyped);
    diagnostic.file = shown(path);
    diagnostic
}

/// What was written to count and lies where nothing counts: in a folder, and the one that was meant, where that is known.
pub fn misplaced_by(mistyped: Option<(&str, &str)>) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        "PG-P087",
        TOP,
        "this file lies beside workflows/ and rules/: it is no part of the pack, and would not be deployed",
        "این پرونده کنار ‎workflows/‎ و ‎rules/‎ است: بخشی از بسته نیست و مستقر نمی‌شد",
    )
    .with_help("move it into workflows/ or rules/", "آن را به ‎workflows/‎ یا ‎rules/‎ ببرید");
    let Some((named, meant)) = mistyped else { return diagnostic };
    diagnostic.with_help(
        format!("did you mean {meant}/? Rename the folder {named}/"),
        format!("منظورتان \u{2066}{meant}/\u{2069} بود؟ نام پوشهٔ \u{2066}{named}/\u{2069} را عوض کنید"),
    )
}

fn not_sent(path: &Path) -> Diagnostic {
    let mut diagnostic = Diagnostic::information(
        "PG-P087",
        TOP,
        "this file is not deployed: packs hold YAML files and scripts",
        "این پرونده مستقر نمی‌شود: بسته پرونده‌های YAML و اسکریپت دارد",
    );
    diagnostic.file = shown(path);
    diagnostic
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_deployed_is_told() {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in [
            ("pack.yaml", "kind: pack\nresources: { 'https://h/': copies/ }"),
            ("deployment.yaml", "kind: deployment"),
            ("notes.yaml", "some: thing"),
            ("README.md", "words"),
            ("goes.table.yaml", "kind: decision-table"),
            ("late.rhai", "1"),
            ("rules/goes.yaml", "kind: decision-table"),
            ("rules/goes.csv", "a,b"),
            ("workflows/w/scenarios/a.feature", "Feature: a"),
            ("Rules/deep/down/a.table.yaml", "kind: decision-table"),
            ("rule/routing/b.overlay.yaml", "kind: decision-table-overlay"),
            ("rule/notes.txt", "words"),
            ("workflow/w/workflow.yaml", "document: { dsl: '1.0.3', namespace: a, name: b, version: '1.0.0' }\ndo: []"),
            ("routing/c.table.yaml", "kind: decision-table"),
            ("other/pack.yaml", "kind: pack"),
            ("other/d.table.yaml", "kind: decision-table"),
            ("examples/there/e.table.yaml", "kind: decision-table"),
            ("copies/f.yaml", "kind: decision-table"),
        ] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let told: Vec<(Severity, String)> = left_out(folder.path())
            .list
            .into_iter()
            .map(|found| (found.severity, found.file.rsplit('/').next().unwrap().to_owned()))
            .collect();
        let (error, note) = (Severity::Error, Severity::Information);
        let expected = [(note, "a.feature"), (note, "goes.csv")];
        let misplaced = [
            (error, "a.table.yaml"),
            (error, "goes.table.yaml"),
            (error, "late.rhai"),
            (Severity::Warning, "c.table.yaml"),
            (error, "b.overlay.yaml"),
            (error, "workflow.yaml"),
        ];
        let expected: Vec<(Severity, &str)> = misplaced.into_iter().chain(expected).collect();
        let helps = misplaced_in(folder.path()).list;
        let help = |at: usize| helps[at].help_in(peygir_source::render::Language::English).unwrap().to_owned();
        assert_eq!(
            (help(0), help(1)),
            (
                "did you mean rules/? Rename the folder Rules/".to_owned(),
                "move it into workflows/ or rules/".to_owned(),
            )
        );
        assert_eq!(told.iter().map(|(severity, file)| (*severity, file.as_str())).collect::<Vec<_>>(), expected);
    }
}
