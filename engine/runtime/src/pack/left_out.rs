//! Files of a pack's folder that are not deployed with it. Whoever deploys is told each: what was written to count and lies
//! where nothing counts is a mistake, the rest is worth a line.

use std::path::{Path, PathBuf};

use peygir_source::{Diagnostic, Diagnostics};

use super::bundle::belongs;
use super::complaint::TOP;
use super::files::{FILES_MAX, SourceFile, shown, walk};
use super::layer::{FILE_NAME, FileKind, by_content, by_name};

/// An error for each table, script, flow and the like beside `workflows/` and `rules/`; a note for each other file.
pub fn left_out(folder: &Path) -> Diagnostics {
    let mut found = Diagnostics::default();
    for path in beside(folder) {
        if counts_by_itself(&path) {
            found.push(misplaced(&path));
        }
    }
    // What can't be walked through is told where the pack is read.
    let mut ignored = Diagnostics::default();
    for part in ["workflows", "rules"].map(|part| folder.join(part)) {
        let all = if part.is_dir() { walk(&part, &mut ignored) } else { Vec::new() };
        found.list.extend(all.iter().filter(|path| !belongs(path)).map(|path| not_sent(path)));
    }
    found
}

fn beside(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().take(FILES_MAX);
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    files.retain(|path| path.is_file() && path.file_name().is_some_and(|name| name != FILE_NAME));
    files.sort();
    files
}

fn counts_by_itself(path: &Path) -> bool {
    match by_name(path) {
        Some(FileKind::Script) => true,
        Some(_) => false,
        None => {
            let root = SourceFile::read(path).ok().and_then(|file| file.parse(&mut Diagnostics::default()));
            let kind = root.as_ref().and_then(by_content);
            kind.is_some_and(|kind| !matches!(kind, FileKind::Deployment | FileKind::Pack))
        }
    }
}

fn misplaced(path: &Path) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(
        "PG-P087",
        TOP,
        "this file lies beside workflows/ and rules/: it is no part of the pack, and would not be deployed",
        "این پرونده کنار ‎workflows/‎ و ‎rules/‎ است: بخشی از بسته نیست و مستقر نمی‌شد",
    )
    .with_help("move it into workflows/ or rules/", "آن را به ‎workflows/‎ یا ‎rules/‎ ببرید");
    diagnostic.file = shown(path);
    diagnostic
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
    use peygir_source::Severity;

    use super::*;

    #[test]
    fn what_is_not_deployed_is_told() {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in [
            ("pack.yaml", "kind: pack"),
            ("deployment.yaml", "kind: deployment"),
            ("notes.yaml", "some: thing"),
            ("README.md", "words"),
            ("goes.table.yaml", "kind: decision-table"),
            ("late.rhai", "1"),
            ("rules/goes.yaml", "kind: decision-table"),
            ("rules/goes.csv", "a,b"),
            ("workflows/w/scenarios/a.feature", "Feature: a"),
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
        let expected: Vec<(Severity, &str)> =
            [(error, "goes.table.yaml"), (error, "late.rhai")].into_iter().chain(expected).collect();
        assert_eq!(told.iter().map(|(severity, file)| (*severity, file.as_str())).collect::<Vec<_>>(), expected);
    }
}
