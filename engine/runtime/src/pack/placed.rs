//! Where files of a pack lie that came by their bare names: from a device that chooses no folders.
//!
//! Owns: which file of the version in force each of them is (several may have one name), and which folder a new one belongs to
//! by what it says of itself. Deliberately does not know whether a file is right, nor who sent it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::bundle::is_test;
use super::layer::{FILE_NAME, FileKind, by_content, by_name};

/// What a file says that it is.
struct Said {
    kind: Option<FileKind>,
    id: Option<String>,
}

impl Said {
    fn of(name: &str, text: &str) -> Self {
        let by_name = by_name(Path::new(name));
        let root = if by_name.is_none() { peygir_source::yaml::parse(text).ok() } else { None };
        let kind = by_name.or_else(|| root.as_ref().and_then(by_content));
        let id = root.as_ref().and_then(|root| Some(root.get("id")?.as_str()?.to_owned()));
        Self { kind, id }
    }
}

/// Whether a file that was sent is the one that stands in the version in force. The surest ways are asked first.
type Way = fn(&Said, &str, &Said, &str) -> bool;

const WAYS: [Way; 4] = [
    |_, sent, _, there| sent == there,
    |sent, _, there, _| sent.kind.is_some() && sent.kind == there.kind && sent.id.is_some() && sent.id == there.id,
    |sent, _, there, _| sent.kind.is_some() && sent.kind == there.kind,
    // What can't be read says nothing: its name does.
    |sent, _, _, _| sent.kind.is_none(),
];

/// The path of each file, in their order. `before`: the files of the version in force by their paths.
pub fn places(files: &[(&str, &str)], before: &BTreeMap<String, String>) -> Vec<String> {
    let names: BTreeSet<&str> = files.iter().map(|(name, _)| *name).collect();
    let named = before.iter().filter(|(path, _)| path.as_str() != FILE_NAME && names.contains(last(path)));
    let mut free: Vec<(&str, &str, Said)> =
        named.map(|(path, text)| (path.as_str(), text.as_str(), Said::of(path, text))).collect();
    let said: Vec<Said> = files.iter().map(|(name, text)| Said::of(name, text)).collect();
    let mut known: Vec<Option<String>> = vec![None; files.len()];
    for way in WAYS {
        for (index, (name, text)) in files.iter().enumerate() {
            if known[index].is_some() {
                continue;
            }
            let fits =
                |(path, there, is): &(&str, &str, Said)| last(path) == *name && way(&said[index], text, is, there);
            let mut fitting = free.iter().enumerate().filter(|(_, one)| fits(one)).map(|(at, _)| at);
            if let (Some(only), None) = (fitting.next(), fitting.next()) {
                known[index] = Some(free.remove(only).0.to_owned());
            }
        }
    }
    // Tests lie beside their scripts, so these come first.
    let mut taken: Vec<String> = known.iter().flatten().cloned().collect();
    for tests in [false, true] {
        for (index, (name, _)) in files.iter().enumerate().filter(|(_, (name, _))| is_test(name) == tests) {
            let path = known[index].get_or_insert_with(|| home(name, said[index].kind, &taken, before));
            taken.push(path.clone());
        }
    }
    known.into_iter().flatten().collect()
}

/// Where a file lies that the version in force does not have.
fn home(name: &str, kind: Option<FileKind>, taken: &[String], before: &BTreeMap<String, String>) -> String {
    let script = name.split_once(".test.").map(|(stem, _)| format!("{stem}.rhai"));
    let beside = script.and_then(|script| taken.iter().chain(before.keys()).find(|path| last(path) == script));
    let folder = match beside {
        Some(path) => path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned()),
        None => folder(kind, before),
    };
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The one folder in which files of this kind lie, or else the one that is usual.
fn folder(kind: Option<FileKind>, before: &BTreeMap<String, String>) -> String {
    let usual = match kind {
        Some(FileKind::Flow) => "workflows",
        Some(FileKind::Form) => "rules/forms",
        Some(FileKind::Template) => "rules/templates",
        Some(FileKind::Directory) => "rules/directory",
        Some(FileKind::Calendar) => "rules/calendars",
        Some(FileKind::Table | FileKind::Overlay) => "rules/routing",
        _ => "rules",
    };
    let of_kind = before.iter().filter(|(path, text)| kind.is_some() && Said::of(path, text).kind == kind);
    let folders: BTreeSet<&str> = of_kind.filter_map(|(path, _)| Some(path.rsplit_once('/')?.0)).collect();
    match folders.first() {
        Some(only) if folders.len() == 1 && !matches!(kind, Some(FileKind::Other | FileKind::Flow)) => {
            (*only).to_owned()
        }
        _ => usual.to_owned(),
    }
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALENDAR: &str = "kind: calendar\nid: isfahan\n";
    const DIRECTORY: &str = "kind: directory\nagencies: []\n";

    fn lie(files: &[(&str, &str)], before: &[(&str, &str)]) -> Vec<String> {
        let before = before.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        places(files, &before)
    }

    #[test]
    fn a_file_lies_where_the_version_in_force_has_it() {
        let before = [
            ("pack.yaml", "kind: pack"),
            ("rules/calendars/isfahan.yaml", CALENDAR),
            ("rules/directory/isfahan.yaml", DIRECTORY),
            ("rules/escalation/late.rhai", "1"),
            ("rules/a/words.yaml", "kind: template\nid: a/words\n"),
            ("rules/b/words.yaml", "kind: template\nid: b/words\n"),
        ];
        // Two of one name: by what they are, changed or not, in whichever order they come.
        let changed = format!("{CALENDAR}week: {{}}\n");
        let files = [("isfahan.yaml", DIRECTORY), ("isfahan.yaml", changed.as_str())];
        assert_eq!(lie(&files, &before), ["rules/directory/isfahan.yaml", "rules/calendars/isfahan.yaml"]);
        assert_eq!(lie(&files[1..], &before), ["rules/calendars/isfahan.yaml"]);
        let words = [("words.yaml", "kind: template\nid: b/words\nsms: x\n"), ("late.rhai", "2")];
        assert_eq!(lie(&words, &before), ["rules/b/words.yaml", "rules/escalation/late.rhai"]);
        // What can't be read lies where its name does, if that is one place.
        assert_eq!(lie(&[("isfahan.yaml", "kind: [")], &before), ["rules/isfahan.yaml"]);
        assert_eq!(lie(&[("isfahan.yaml", "kind: [")], &before[2..]), ["rules/directory/isfahan.yaml"]);
    }

    #[test]
    fn a_new_file_lies_in_the_folder_of_its_kind() {
        let files = [
            ("a.test.yaml", "[]"),
            ("a.rhai", "1"),
            ("c.yaml", CALENDAR),
            ("d.yaml", DIRECTORY),
            ("t.yaml", "kind: decision-table\n"),
            ("o.yaml", "kind: decision-table-overlay\n"),
            ("m.yaml", "kind: template\n"),
            ("f.yaml", "kind: form\n"),
            ("w.yaml", "document: {}\n"),
            ("x.yaml", "kind: nothing\n"),
        ];
        let usual = [
            "rules/a.test.yaml",
            "rules/a.rhai",
            "rules/calendars/c.yaml",
            "rules/directory/d.yaml",
            "rules/routing/t.yaml",
            "rules/routing/o.yaml",
            "rules/templates/m.yaml",
            "rules/forms/f.yaml",
            "workflows/w.yaml",
            "rules/x.yaml",
        ];
        assert_eq!(lie(&files, &[]), usual);
        // Where the pack keeps such files elsewhere, there; tests beside their scripts.
        let before = [("rules/late/b.rhai", "1"), ("rules/days/ir.yaml", CALENDAR)];
        let own = ["rules/late/a.test.yaml", "rules/late/a.rhai", "rules/days/c.yaml"];
        assert_eq!(lie(&files[..3], &before), own);
    }
}
