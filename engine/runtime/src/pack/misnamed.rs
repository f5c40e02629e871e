//! Files in the folders that count which are written as a table, a flow or the like and don't count for their name: hidden ones,
//! `X.YAML`, `x.txt`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use peygir_source::{Diagnostic, Diagnostics, Severity};

use super::bundle::belongs;
use super::complaint::TOP;
use super::files::{FILES_MAX, SourceFile, shown, walk};
use super::layer::{FileKind, by_content};

/// An error where only the name's first letter or its case is wrong; a warning where it has another ending, as a copy that somebody
/// puts by may have.
pub(super) fn misnamed_in(part: &Path) -> Diagnostics {
    let mut found = Diagnostics::default();
    for path in candidates(part) {
        if !is_written_as_one(&path) {
            continue;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut one = misnamed(&better(&name));
        if !has_ending(&name) {
            one.severity = Severity::Warning;
        }
        one.file = shown(&path);
        found.push(one);
    }
    found
}

/// Files that are no part of a pack, and hidden ones beside those that are looked at.
fn candidates(part: &Path) -> Vec<PathBuf> {
    let files = if part.is_dir() { walk(part, &mut Diagnostics::default()) } else { return Vec::new() };
    let parents = files.iter().filter_map(|file| file.parent().map(Path::to_owned));
    let folders: BTreeSet<PathBuf> = parents.chain([part.to_owned()]).collect();
    let is_hidden = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let entries = |folder: PathBuf| std::fs::read_dir(folder).into_iter().flatten().take(FILES_MAX);
    let hidden = folders.into_iter().flat_map(entries).filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let hidden = hidden.filter(|path| is_hidden(path) && path.is_file());
    let mut all: Vec<PathBuf> = files.into_iter().filter(|path| !belongs(path)).chain(hidden).collect();
    all.sort();
    all
}

fn is_written_as_one(path: &Path) -> bool {
    let Ok(file) = SourceFile::read(path) else { return false };
    // Most of what is no YAML is not parsed for it.
    if !["kind:", "document:"].iter().any(|member| file.text.contains(member)) {
        return false;
    }
    let root = file.parse(&mut Diagnostics::default());
    let kind = root.as_ref().and_then(by_content);
    kind.is_some_and(|kind| !matches!(kind, FileKind::Deployment | FileKind::Pack))
}

fn has_ending(name: &str) -> bool {
    let name = name.to_lowercase();
    name.ends_with(".yaml") || name.ends_with(".yml")
}

/// A name by which it would count.
fn better(name: &str) -> String {
    let plain = name.trim_start_matches('.');
    match plain.rsplit_once('.') {
        Some((stem, _)) if has_ending(plain) => format!("{stem}.yaml"),
        Some((stem, _)) if has_ending(stem) => stem.to_owned(),
        Some((stem, _)) => format!("{stem}.yaml"),
        None => format!("{plain}.yaml"),
    }
}

fn misnamed(better: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-P087",
        TOP,
        "this file is written as a part of the pack and is none for its name: it would not be deployed",
        "این پرونده به شکل بخشی از بسته نوشته شده، ولی با این نام بخشی از آن نیست و مستقر نمی‌شد",
    )
    .with_help(
        format!("name it {better}, or take it out of the folder"),
        format!("نامش را \u{2066}{better}\u{2069} بگذارید، یا آن را از پوشه بردارید"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_count_for_its_name_is_told_with_a_better_one() {
        let folder = tempfile::tempdir().unwrap();
        let overlay = "kind: decision-table-overlay\n";
        for (path, text) in [
            ("routing/good.overlay.yaml", overlay),
            ("routing/.x.overlay.yaml", overlay),
            ("routing/X.Overlay.YAML", overlay),
            ("routing/y.overlay.txt", overlay),
            ("routing/z.overlay.yaml.bak", overlay),
            ("routing/words.txt", "a kind: of words"),
            ("routing/.hidden.yaml", "some: thing"),
            ("a.feature", "Feature: kind: pack"),
            ("a.pack.txt", "kind: pack"),
        ] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let found = misnamed_in(folder.path()).list;
        let told = |one: &Diagnostic| {
            let help = one.help_in(peygir_source::render::Language::English).unwrap_or_default().to_owned();
            let name = help.trim_start_matches("name it ").split(',').next().unwrap_or_default().to_owned();
            (one.severity, one.file.rsplit('/').next().unwrap_or_default().to_owned(), name)
        };
        let told: Vec<_> = found.iter().map(told).collect();
        let one = |severity, name: &str, better: &str| (severity, name.to_owned(), better.to_owned());
        assert_eq!(
            told,
            [
                one(Severity::Error, ".x.overlay.yaml", "x.overlay.yaml"),
                one(Severity::Error, "X.Overlay.YAML", "X.Overlay.yaml"),
                one(Severity::Warning, "y.overlay.txt", "y.overlay.yaml"),
                one(Severity::Warning, "z.overlay.yaml.bak", "z.overlay.yaml"),
            ]
        );
    }
}
