//! Packs out of files as a browser sends them: a folder with its paths, or files by their bare names.
//!
//! Owns: which of the folders are packs and which of their files count. What is wrong inside is told where packs are read.

use std::collections::{BTreeMap, BTreeSet};

use peygir_source::{Diagnostic, Diagnostics, Span};

use crate::pack::{self, Head};

const MANIFEST: &str = "pack.yaml";
const TOP: Span = Span { line: 1, column: 1, length: 0 };

/// A pack's name and the texts of its files by their paths in it.
pub type Sent = (String, BTreeMap<String, String>);

/// Name of the pack whose files came without their folders, if any did.
pub fn name_of_bare(files: &[(String, Vec<u8>)]) -> Option<String> {
    let (_, manifest) = files.iter().find(|(path, _)| plain(path) == MANIFEST)?;
    Head::read(&String::from_utf8_lossy(manifest)).and_then(|head| head.name)
}

/// The packs among the files, by the path that each was sent under. All that is wrong comes at once. `before`: the files of the
/// version in force of the pack whose files came without folders.
pub fn packs(files: Vec<(String, Vec<u8>)>, before: &BTreeMap<String, String>) -> Result<Vec<Sent>, Diagnostics> {
    let mut found = Diagnostics::default();
    let files = by_path(files, before, &mut found);
    let roots = roots(files.keys().map(String::as_str));
    if roots.is_empty() {
        let diagnostic =
            Diagnostic::error("PG-P074", TOP, "there is no pack.yaml among the files", "میان پرونده‌ها pack.yaml نیست")
                .with_help(
                    "choose the folder that holds pack.yaml, or pack.yaml with the other files",
                    "پوشه‌ای را برگزینید که pack.yaml در آن است، یا pack.yaml را همراه پرونده‌های دیگر",
                );
        found.push(in_file(diagnostic, MANIFEST));
    }
    let packs = roots.iter().map(|root| pack_below(root, &files, &mut found)).collect();
    if found.has_errors() { Err(found) } else { Ok(packs) }
}

/// The files by their paths; those without folders where they belong.
fn by_path(
    files: Vec<(String, Vec<u8>)>,
    before: &BTreeMap<String, String>,
    found: &mut Diagnostics,
) -> BTreeMap<String, Vec<u8>> {
    let mut files: Vec<(String, Vec<u8>)> = files.into_iter().map(|(path, bytes)| (plain(&path), bytes)).collect();
    let is_bare = |path: &str| !path.contains('/') && path != MANIFEST;
    if files.iter().any(|(path, _)| path == MANIFEST) {
        let texts: Vec<(String, String)> = files
            .iter()
            .filter(|(path, _)| is_bare(path))
            .map(|(path, bytes)| (path.clone(), String::from_utf8_lossy(bytes).into_owned()))
            .collect();
        let texts: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let places = pack::places_of_bare_files(&texts, before);
        for (file, place) in files.iter_mut().filter(|(path, _)| is_bare(path)).zip(places) {
            file.0 = place;
        }
    }
    let mut by_path = BTreeMap::new();
    for (path, bytes) in files {
        if by_path.insert(path.clone(), bytes).is_some() {
            found.push(in_file(sent_twice(&path), &path));
        }
    }
    by_path
}

fn sent_twice(path: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-P074",
        TOP,
        format!("two files were sent that both belong at {path}"),
        format!("دو پرونده فرستاده شد که جای هر دو \u{2066}{path}\u{2069} است"),
    )
    .with_help(
        "choose one of them, or send the folder of the pack: it says which file lies where",
        "یکی از آن دو را برگزینید، یا پوشهٔ بسته را بفرستید: پوشه می‌گوید هر پرونده کجاست",
    )
}

fn in_file(mut diagnostic: Diagnostic, file: &str) -> Diagnostic {
    file.clone_into(&mut diagnostic.file);
    diagnostic
}

fn plain(path: &str) -> String {
    path.replace('\\', "/").trim_start_matches("./").trim_start_matches('/').to_owned()
}

/// Folders that hold a `pack.yaml`, those that lie least deep: a pack's own folders may hold examples of others.
fn roots<'p>(paths: impl Iterator<Item = &'p str>) -> BTreeSet<String> {
    let root = |path: &str| match path.rsplit_once('/') {
        Some((folder, MANIFEST)) => Some(format!("{folder}/")),
        None if path == MANIFEST => Some(String::new()),
        _ => None,
    };
    let all: BTreeSet<String> = paths.filter_map(root).collect();
    let depth = |root: &String| root.matches('/').count();
    let least = all.iter().map(depth).min();
    all.into_iter().filter(|root| Some(depth(root)) == least).collect()
}

fn pack_below(root: &str, files: &BTreeMap<String, Vec<u8>>, found: &mut Diagnostics) -> Sent {
    let folder = root.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let manifest = files.get(&format!("{root}{MANIFEST}")).map(Vec::as_slice).unwrap_or_default();
    let manifest = String::from_utf8_lossy(manifest);
    let named = Head::read(&manifest).and_then(|head| head.name);
    let name = named.unwrap_or_else(|| if folder.is_empty() { "pack".to_owned() } else { folder.to_owned() });
    let mut texts = BTreeMap::new();
    for (path, bytes) in files {
        let Some(inner) = path.strip_prefix(root) else { continue };
        let inner = inner.to_owned();
        if !pack::is_part(&inner, &manifest) {
            let counts = [".yaml", ".yml", ".rhai"].iter().any(|ending| inner.ends_with(ending));
            if let Some(mistyped) = pack::mistyped(&inner).filter(|_| counts) {
                let mut diagnostic = pack::misplaced_by(Some(mistyped));
                diagnostic.file = format!("{name}/{inner}");
                found.push(diagnostic);
            }
            continue;
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => drop(texts.insert(inner, text.to_owned())),
            Err(error) => {
                let mut diagnostic = pack::not_utf8(bytes, error.valid_up_to());
                diagnostic.file = format!("{name}/{inner}");
                found.push(diagnostic);
            }
        }
    }
    (name, texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST_TEXT: &str =
        "kind: pack\nname: town\nversion: 1.0.0\ntitle: { fa: ا, en: A }\nresources: { 'https://h/': copies/ }\n";

    /// Names of packs with their files, or files of findings with their lines.
    type Told = Result<Vec<(String, Vec<String>)>, Vec<(String, u32)>>;

    fn sent(files: &[(&str, &str)]) -> Told {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
        match packs(files, &BTreeMap::new()) {
            Ok(packs) => Ok(packs.into_iter().map(|(name, files)| (name, files.into_keys().collect())).collect()),
            Err(found) => Err(found.list.into_iter().map(|one| (one.file, one.span.line)).collect()),
        }
    }

    #[test]
    fn a_folder_gives_its_pack_and_what_counts_of_it() {
        let packs = sent(&[
            ("my-town/pack.yaml", MANIFEST_TEXT),
            ("my-town/rules/greet.rhai", "1"),
            ("my-town/rules/greet.test.yaml", "[]"),
            ("my-town/rules/.draft.yaml", "x"),
            ("my-town/README.md", "words"),
            ("my-town/copies/a.json", "{}"),
            ("my-town/examples/other/pack.yaml", "name: other"),
            ("my-town/workflows/w/scenarios/a.feature", "Feature: a"),
        ]);
        let files = ["copies/a.json", "pack.yaml", "rules/greet.rhai", "rules/greet.test.yaml"];
        assert_eq!(packs.unwrap(), [("town".to_owned(), files.map(str::to_owned).to_vec())]);
    }

    #[test]
    fn a_folder_whose_name_is_nearly_one_that_counts_is_told() {
        let files = [("t/pack.yaml", MANIFEST_TEXT), ("t/rule/a.table.yaml", "x"), ("t/rule/a.txt", "x")];
        assert_eq!(sent(&files), Err(vec![("town/rule/a.table.yaml".to_owned(), 1)]));
        let elsewhere = [("t/pack.yaml", MANIFEST_TEXT), ("t/notes/a.yaml", "x"), ("t/rules/a.rhai", "1")];
        assert!(sent(&elsewhere).is_ok());
    }

    #[test]
    fn files_without_a_folder_are_rules_and_several_folders_several_packs() {
        let packs = sent(&[("pack.yaml", MANIFEST_TEXT), ("greet.rhai", "1"), ("notes.txt", "x")]).unwrap();
        assert_eq!(packs, [("town".to_owned(), vec!["pack.yaml".to_owned(), "rules/greet.rhai".to_owned()])]);
        let packs = sent(&[("all/a/pack.yaml", "name: a"), ("all\\b\\pack.yaml", "no: [ yaml")]).unwrap();
        assert_eq!(packs.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn files_without_a_folder_lie_where_the_version_in_force_has_them() {
        let before = [("rules/directory/town.yaml", "kind: directory\n"), ("copies/a.json", "{}")];
        let before = before.map(|(path, text)| (path.to_owned(), text.to_owned())).into();
        let bare = |files: &[(&str, &str)]| -> Vec<(String, Vec<u8>)> {
            files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
        };
        let files =
            bare(&[("pack.yaml", MANIFEST_TEXT), ("town.yaml", "kind: directory\nagencies: []\n"), ("a.json", "[]")]);
        assert_eq!(name_of_bare(&files).as_deref(), Some("town"));
        let sent = packs(files, &before).unwrap();
        let paths: Vec<&str> = sent[0].1.keys().map(String::as_str).collect();
        assert_eq!(paths, ["copies/a.json", "pack.yaml", "rules/directory/town.yaml"]);
        // None of two that belong at one place is dropped unsaid.
        let twice = bare(&[("pack.yaml", MANIFEST_TEXT), ("a.rhai", "1"), ("a.rhai", "2")]);
        let found = packs(twice, &before).unwrap_err();
        assert_eq!((found.list[0].code, found.list[0].file.as_str()), ("PG-P074", "rules/a.rhai"));
        assert_eq!(name_of_bare(&bare(&[("town/pack.yaml", MANIFEST_TEXT)])), None);
    }

    #[test]
    fn what_is_no_pack_is_told() {
        assert_eq!(sent(&[("rules/a.yaml", "x")]), Err(vec![("pack.yaml".to_owned(), 1)]));
        assert_eq!(sent(&[]), Err(vec![("pack.yaml".to_owned(), 1)]));
        let files = vec![
            ("pack.yaml".to_owned(), MANIFEST_TEXT.as_bytes().to_vec()),
            ("rules/a.yaml".to_owned(), b"a: 1\nb: \xff\n".to_vec()),
        ];
        let found = packs(files, &BTreeMap::new()).unwrap_err();
        assert_eq!((found.list[0].file.as_str(), found.list[0].span.line), ("town/rules/a.yaml", 2));
    }
}
