//! A pack as one value: its name, its version and the texts of its files, wherever they came from.
//!
//! Owns: which files of a folder belong to a pack, within limits of number and size, and the digest that tells two contents
//! apart. A bundle is what is sent to a server, kept in a store and laid over others; it knows neither of them. What the
//! files mean is read by [`Layer`](super::layer::Layer).

use std::collections::BTreeMap;
use std::path::{Component, Path};

use peygir_calendar::Place;
use peygir_casework::content::read::{Bilingual, Reader};
use peygir_core::state::FlowRef;
use peygir_source::{Diagnostic, Diagnostics, Node, Span};
use sha2::{Digest, Sha256};

use super::files::{FILE_BYTES_MAX, SourceFile, shown, walk};
use super::layer::{FILE_NAME, FileKind, by_content, by_name};

/// Most files of one pack that is deployed.
pub const BUNDLE_FILES_MAX: usize = 2_000;
/// Most bytes of all its files together.
pub const BUNDLE_BYTES_MAX: usize = 4 << 20;
/// Longest path of a file within its pack, in bytes.
pub const PATH_BYTES_MAX: usize = 300;
/// Longest version, in bytes.
pub const VERSION_BYTES_MAX: usize = 64;
/// Longest name, in bytes.
pub const NAME_BYTES_MAX: usize = 80;

const TOP: Span = Span { line: 1, column: 1, length: 0 };

/// One version of a pack.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    pub name: String,
    pub version: String,
    pub title: Bilingual,
    /// Where it holds; everywhere where it names no place.
    pub place: Place,
    /// Names of packs that lie below it.
    pub over: Vec<String>,
    /// Texts by their paths within the pack, `/` between the parts.
    pub files: BTreeMap<String, String>,
    /// SHA-256 of name, version and files.
    pub digest: [u8; 32],
    /// The folder that it was read from, as people know it; findings name files below it.
    origin: Option<String>,
}

impl Bundle {
    /// Reads the folder of a pack: `pack.yaml`, what lies in `workflows/` and `rules/` and is more than a document or a
    /// scenario, and the copies that it has of what flows name by address.
    pub fn read(folder: &Path) -> Result<Self, Diagnostics> {
        let mut found = Diagnostics::default();
        let mut files = BTreeMap::new();
        take(folder, Path::new(FILE_NAME), &mut files, &mut found);
        for part in ["workflows", "rules"] {
            let below = folder.join(part);
            let all = if below.is_dir() { walk(&below, &mut found) } else { Vec::new() };
            for path in all.iter().filter(|path| belongs(path)) {
                take(folder, path.strip_prefix(folder).unwrap_or(path), &mut files, &mut found);
            }
        }
        let copies = files.get(FILE_NAME).and_then(|text| peygir_source::yaml::parse(text).ok());
        if let Some(root) = copies {
            take_copies(folder, &root, &mut files, &mut found);
        }
        match Self::of_files(files, Some(shown(folder))) {
            Ok(bundle) if !found.has_errors() => Ok(bundle),
            Ok(_) => Err(found),
            Err(more) => {
                found.extend(more);
                // A file that can't be read is told once, with its reason.
                found.list.dedup_by(|second, first| first.file == second.file && first.span == second.span);
                Err(found)
            }
        }
    }

    /// A pack from the texts of its files.
    pub fn of_texts(files: BTreeMap<String, String>) -> Result<Self, Diagnostics> {
        Self::of_files(files, None)
    }

    fn of_files(files: BTreeMap<String, String>, origin: Option<String>) -> Result<Self, Diagnostics> {
        let file = |path: &str| origin.as_ref().map_or(path.to_owned(), |folder| beneath(folder, path));
        let mut found = Diagnostics::default();
        check_sizes(&files, &file, &mut found);
        check_letters(&files, &file, &mut found);
        let Some(text) = files.get(FILE_NAME) else {
            found.push(bad(&file(FILE_NAME), "the pack has no pack.yaml", "بسته pack.yaml ندارد"));
            return Err(found);
        };
        let named = read_name(text);
        match named {
            Ok((name, version, title, place, over)) if !found.has_errors() => {
                let digest = digest(&name, &version, &files);
                Ok(Self { name, version, title, place, over, files, digest, origin })
            }
            Ok(_) => Err(found),
            Err(more) => {
                found.extend(more.in_file(&file(FILE_NAME)));
                Err(found)
            }
        }
    }

    /// The name under which people know one of its files.
    pub fn shown(&self, path: &str) -> String {
        self.origin.as_ref().map_or_else(|| format!("{}/{path}", self.name), |folder| beneath(folder, path))
    }

    /// `NAME@VERSION`.
    pub fn label(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// The same content under another version.
    pub fn under_version(&self, version: &str) -> Self {
        let digest = digest(&self.name, version, &self.files);
        Self { version: version.to_owned(), digest, ..self.clone() }
    }

    pub fn bytes(&self) -> usize {
        self.files.values().map(String::len).sum()
    }

    /// Names of the flows in it.
    pub fn flows(&self) -> Vec<FlowRef> {
        let flow = |(path, text): (&String, &String)| {
            let inner = path.starts_with("workflows/") || path.starts_with("rules/");
            let root = (inner && by_name(Path::new(path)).is_none()).then(|| peygir_source::yaml::parse(text).ok());
            let root = root.flatten()?;
            let text = |member: &str| Some(root.get("document")?.get(member)?.as_str()?.to_owned());
            Some(FlowRef { namespace: text("namespace")?, name: text("name")?, version: text("version")? })
        };
        self.files.iter().filter_map(flow).collect()
    }

    /// Files whose content holds everywhere, whatever place the pack is for: flows, directories, and copies of addresses.
    pub fn wide_files(&self) -> BTreeMap<&str, &str> {
        let wide = |(path, text): &(&String, &String)| match Path::new(path.as_str()).components().next() {
            Some(Component::Normal(first)) if first == "workflows" || first == "rules" => {
                let read = by_name(Path::new(path.as_str())).is_none();
                let root = if read { peygir_source::yaml::parse(text).ok() } else { None };
                matches!(root.as_ref().and_then(by_content), Some(FileKind::Flow | FileKind::Directory))
            }
            _ => path.as_str() != FILE_NAME,
        };
        self.files.iter().filter(wide).map(|(path, text)| (path.as_str(), text.as_str())).collect()
    }
}

/// What of a folder is a part of the pack: what it is made of, and the tests beside scripts.
pub(super) fn belongs(path: &Path) -> bool {
    by_name(path) != Some(FileKind::Other) || is_test(&path.to_string_lossy())
}

/// Whether a file that lies at this path of a folder is a part of the pack whose `pack.yaml` this is.
pub fn is_part(path: &str, manifest: &str) -> bool {
    if path == FILE_NAME {
        return true;
    }
    if path.split('/').any(|part| part.starts_with('.')) {
        return false;
    }
    match path.split_once('/') {
        Some(("workflows" | "rules", _)) => belongs(Path::new(path)),
        _ => is_copy(path, manifest),
    }
}

/// Whether `resources` names the file, or a folder that it lies in.
fn is_copy(path: &str, manifest: &str) -> bool {
    let Ok(root) = peygir_source::yaml::parse(manifest) else { return false };
    let entries = root.get("resources").and_then(Node::entries).unwrap_or_default();
    entries.iter().filter_map(|entry| entry.node.as_str()).any(|copy| {
        let copy = copy.trim_start_matches("./").trim_end_matches('/');
        path.strip_prefix(copy).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// Whether a file holds the tests of a script.
pub fn is_test(path: &str) -> bool {
    path.ends_with(".test.yaml") || path.ends_with(".test.yml")
}

fn take(folder: &Path, path: &Path, files: &mut BTreeMap<String, String>, found: &mut Diagnostics) {
    match SourceFile::read(&folder.join(path)) {
        Ok(file) => drop(files.insert(path.to_string_lossy().replace('\\', "/"), file.text)),
        Err(diagnostic) => found.push(diagnostic),
    }
}

/// The copies under `resources`. What is wrong with the mapping itself is told by whoever reads the pack.
fn take_copies(folder: &Path, root: &Node, files: &mut BTreeMap<String, String>, found: &mut Diagnostics) {
    let entries = root.get("resources").and_then(Node::entries).unwrap_or_default();
    for entry in entries {
        let Some(text) = entry.node.as_str() else { continue };
        if !is_inner(text) {
            let mut diagnostic = Diagnostic::error(
                "PG-P074",
                entry.node.span,
                format!("the copy \"{text}\" lies outside of the pack: a pack is deployed with all that it needs"),
                format!("رونوشت «{text}» بیرون از بسته است: بسته با هر چه لازم دارد مستقر می‌شود"),
            );
            diagnostic.file = beneath(&shown(folder), FILE_NAME);
            found.push(diagnostic);
            continue;
        }
        let path = folder.join(text);
        let all = if path.is_dir() { walk(&path, found) } else { vec![path] };
        for path in all.iter().filter(|path| path.is_file()) {
            take(folder, path.strip_prefix(folder).unwrap_or(path), files, found);
        }
    }
}

/// A path that stays below where it begins.
fn is_inner(path: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains('\\');
    path.trim_end_matches('/').trim_start_matches("./").split('/').all(plain) && !path.chars().any(char::is_control)
}

/// Characters that steer how a line is shown: breaks between lines, and marks that turn the direction of what follows.
pub fn is_steering(one: char) -> bool {
    matches!(one, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A path that people take for another one: turned by marks, ending in what is not seen, or a part of a pack in other
/// letters.
fn is_odd(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    let other_letters =
        ["workflows", "rules", FILE_NAME].iter().any(|part| first.eq_ignore_ascii_case(part) && first != *part);
    let unseen = |part: &str| part.ends_with(['.', ' ']) || part.starts_with(' ');
    other_letters || path.chars().any(is_steering) || path.split('/').any(unseen) || path.contains(':')
}

/// Paths that are one file where letters are not told apart by case.
fn check_letters(files: &BTreeMap<String, String>, file: &dyn Fn(&str) -> String, found: &mut Diagnostics) {
    let mut seen: BTreeMap<String, &String> = BTreeMap::new();
    for path in files.keys() {
        if let Some(first) = seen.insert(path.to_lowercase(), path) {
            found.push(bad(
                &file(path),
                &format!("{path:?} and {first:?} differ in the case of letters alone"),
                &format!("\u{2066}{path:?}\u{2069} و \u{2066}{first:?}\u{2069} تنها در بزرگی و کوچکی حروف تفاوت دارند"),
            ));
        }
    }
}

fn check_sizes(files: &BTreeMap<String, String>, file: &dyn Fn(&str) -> String, found: &mut Diagnostics) {
    if files.len() > BUNDLE_FILES_MAX {
        found.push(bad(
            &file(FILE_NAME),
            &format!("a pack that is deployed has at most {BUNDLE_FILES_MAX} files"),
            &format!("بسته‌ای که مستقر می‌شود بیش از {BUNDLE_FILES_MAX} پرونده ندارد"),
        ));
    }
    if files.values().map(String::len).sum::<usize>() > BUNDLE_BYTES_MAX {
        found.push(bad(
            &file(FILE_NAME),
            &format!("the files of a pack that is deployed have at most {BUNDLE_BYTES_MAX} bytes together"),
            &format!("پرونده‌های بسته‌ای که مستقر می‌شود روی هم بیش از {BUNDLE_BYTES_MAX} بایت نیست"),
        ));
    }
    for (path, text) in files {
        if text.len() as u64 > FILE_BYTES_MAX {
            found.push(bad(
                &file(path),
                &format!("the file is longer than {FILE_BYTES_MAX} bytes"),
                &format!("پرونده از {FILE_BYTES_MAX} بایت بزرگ‌تر است"),
            ));
        }
        if path.len() > PATH_BYTES_MAX || !is_inner(path) || path.starts_with("./") || is_odd(path) {
            found.push(bad(
                &file(path),
                &format!("{path:?} is no path of a file in a pack, such as rules/routing/topics.yaml"),
                &format!("{path:?} نشانی پرونده‌ای در بسته نیست؛ مانند \u{2066}rules/routing/topics.yaml\u{2069}"),
            ));
        }
    }
}

/// What `pack.yaml` says of whose a pack is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// None where it does not say it.
    pub name: Option<String>,
    /// Where it holds; everywhere where it names no place.
    pub place: Place,
    /// Names of packs that lie below it.
    pub over: Vec<String>,
}

impl Head {
    /// Of the text of a `pack.yaml` that was deployed; nothing else is looked at.
    pub fn read(text: &str) -> Option<Self> {
        let root = peygir_source::yaml::parse(text).ok()?;
        let name = root.get("name").and_then(Node::as_str).map(str::to_owned);
        Some(Self { name, place: place_of(&root), over: names_below(&root) })
    }
}

type Named = (String, String, Bilingual, Place, Vec<String>);

/// What deploying has to know of `pack.yaml`. Its other members are judged by whoever reads the pack.
fn read_name(text: &str) -> Result<Named, Diagnostics> {
    let root = peygir_source::yaml::parse(text).map_err(|diagnostic| Diagnostics { list: vec![diagnostic] })?;
    let mut reader = Reader::default();
    reader.kind(&root, "pack");
    let (name, version, title) =
        (reader.id(&root, "name"), reader.text(&root, "version"), reader.bilingual(&root, "title"));
    let span = |key: &str| root.get(key).map_or(root.span, |node| node.span);
    if name.as_ref().is_some_and(|name| name.len() > NAME_BYTES_MAX) {
        reader.error(
            "PG-P074",
            span("name"),
            format!("a pack's name has at most {NAME_BYTES_MAX} characters"),
            format!("نام بسته بیش از {NAME_BYTES_MAX} نویسه نیست"),
        );
    }
    if let Some(version) = &version
        && (version.len() > VERSION_BYTES_MAX || semver::Version::parse(version).is_err())
    {
        reader.error(
            "PG-P074",
            span("version"),
            format!("\"{version}\" is no version: write three numbers, such as 1.4.0"),
            format!("«{version}» نسخه نیست: سه عدد بنویسید، مانند \u{2066}1.4.0\u{2069}"),
        );
    }
    let place = place_of(&root);
    let over = names_below(&root);
    let named = name.zip(version).zip(title).map(|((name, version), title)| (name, version, title, place, over));
    reader.finish(named).map(|(named, _)| named)
}

fn names_below(root: &Node) -> Vec<String> {
    let over = root.get("over").and_then(Node::items).unwrap_or_default();
    let names = over.iter().filter_map(|item| item.as_str().or_else(|| item.get("name")?.as_str()));
    names.map(str::to_owned).collect()
}

fn place_of(root: &Node) -> Place {
    let part = |name: &str| Some(root.get("for")?.get(name)?.as_str()?.to_owned());
    Place { province: part("province"), county: part("county"), agency: part("agency") }
}

fn bad(file: &str, en: &str, fa: &str) -> Diagnostic {
    let mut diagnostic = Diagnostic::error("PG-P074", TOP, en, fa);
    file.clone_into(&mut diagnostic.file);
    diagnostic
}

fn beneath(folder: &str, path: &str) -> String {
    if folder == "." { path.to_owned() } else { format!("{}/{path}", folder.trim_end_matches('/')) }
}

/// Each part with its length before it: no two contents are written alike.
fn digest(name: &str, version: &str, files: &BTreeMap<String, String>) -> [u8; 32] {
    let mut hash = Sha256::new();
    let texts = files.iter().flat_map(|(path, text)| [path.as_str(), text.as_str()]);
    for part in [name, version].into_iter().chain(texts) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "kind: pack\nname: hamedan\nversion: 1.2.0\ntitle: { fa: ه, en: H }\n\
                            for: { province: hamedan }\nover: [ national, { name: more, version: '^1' } ]\n";

    fn files(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    fn codes(files: &[(&str, &str)]) -> Vec<&'static str> {
        Bundle::of_texts(self::files(files)).err().unwrap_or_default().list.iter().map(|found| found.code).collect()
    }

    #[test]
    fn a_bundle_knows_its_name_its_place_and_what_holds_everywhere() {
        let all = [
            (FILE_NAME, MANIFEST),
            ("workflows/a/workflow.yaml", "document: { dsl: '1.0.3' }\n"),
            ("rules/directory.yaml", "kind: directory\n"),
            ("rules/t.yaml", "kind: decision-table\n"),
            ("rules/s.rhai", "1"),
            ("copies/x.json", "{}"),
        ];
        let bundle = Bundle::of_texts(files(&all)).unwrap();
        assert_eq!((bundle.label().as_str(), bundle.place.province.as_deref()), ("hamedan@1.2.0", Some("hamedan")));
        assert_eq!(bundle.over, ["national", "more"]);
        assert_eq!(bundle.shown("rules/t.yaml"), "hamedan/rules/t.yaml");
        let wide: Vec<&str> = bundle.wide_files().into_keys().collect();
        assert_eq!(wide, ["copies/x.json", "rules/directory.yaml", "workflows/a/workflow.yaml"]);
    }

    #[test]
    fn every_text_path_and_version_counts_in_the_digest() {
        let digest = |pairs: &[(&str, &str)]| Bundle::of_texts(files(pairs)).unwrap().digest;
        let first = digest(&[(FILE_NAME, MANIFEST), ("rules/a.yaml", "x")]);
        assert_eq!(digest(&[("rules/a.yaml", "x"), (FILE_NAME, MANIFEST)]), first);
        for other in [
            &[(FILE_NAME, MANIFEST), ("rules/a.yaml", "y")][..],
            &[(FILE_NAME, MANIFEST), ("rules/b.yaml", "x")],
            &[(FILE_NAME, MANIFEST)],
        ] {
            assert_ne!(digest(other), first);
        }
        let bundle = Bundle::of_texts(files(&[(FILE_NAME, MANIFEST), ("rules/a.yaml", "x")])).unwrap();
        assert_ne!(bundle.under_version("1.2.1").digest, first);
    }

    #[test]
    fn what_is_no_pack_is_told() {
        assert_eq!(codes(&[("rules/a.yaml", "x")]), ["PG-P074"]);
        let odd =
            ["Rules/a.yaml", "rules/\u{202e}lmay.a", "rules/a.yaml ", "rules/a.", "c:/a.yaml", "Workflows/a.yaml"];
        let outside = ["../a.yaml", "/a.yaml", "rules//a.yaml", "rules/./a.yaml", "rules\\a.yaml", "a\nb", ""];
        for path in outside.into_iter().chain(odd) {
            assert_eq!(codes(&[(FILE_NAME, MANIFEST), (path, "x")]), ["PG-P074"], "{path:?}");
        }
        assert_eq!(codes(&[(FILE_NAME, MANIFEST), ("rules/a.yaml", "x"), ("rules/A.yaml", "y")]), ["PG-P074"]);
        assert!(Bundle::of_texts(files(&[(FILE_NAME, MANIFEST), ("rules/نیم\u{200c}فاصله.yaml", "x")])).is_ok());
        let version = MANIFEST.replace("1.2.0", "'1.2'");
        assert_eq!(codes(&[(FILE_NAME, &version)]), ["PG-P074"]);
        let long = "x".repeat(FILE_BYTES_MAX as usize + 1);
        assert_eq!(codes(&[(FILE_NAME, MANIFEST), ("rules/a.yaml", &long)]), ["PG-P074"]);
        let large: Vec<(String, String)> =
            (0..5).map(|n| (format!("rules/{n}.yaml"), "x".repeat(FILE_BYTES_MAX as usize - 1))).collect();
        let mut large: Vec<(&str, &str)> = large.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        large.push((FILE_NAME, MANIFEST));
        assert_eq!(codes(&large), ["PG-P074"]);
    }

    #[test]
    fn a_folder_gives_what_counts_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = format!("{MANIFEST}resources: {{ 'https://h/': copies, 'https://k/': ../out }}\n");
        for (path, text) in [
            (FILE_NAME, manifest.as_str()),
            ("rules/a.yaml", "kind: form"),
            ("rules/s.rhai", "1"),
            ("rules/s.test.yaml", "[]"),
            ("rules/README.md", "words"),
            ("workflows/w/scenarios/a.feature", "Feature: a"),
            ("copies/x.json", "{}"),
            ("elsewhere/y.yaml", "kind: form"),
        ] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let found = Bundle::read(folder.path()).unwrap_err();
        assert_eq!(found.list.iter().map(|found| (found.code, found.span.line)).collect::<Vec<_>>(), [("PG-P074", 7)]);
        let inner = manifest.replace(", 'https://k/': ../out", "");
        std::fs::write(folder.path().join(FILE_NAME), inner).unwrap();
        let bundle = Bundle::read(folder.path()).unwrap();
        let paths: Vec<&str> = bundle.files.keys().map(String::as_str).collect();
        assert_eq!(paths, ["copies/x.json", FILE_NAME, "rules/a.yaml", "rules/s.rhai", "rules/s.test.yaml"]);
        assert!(bundle.shown("rules/a.yaml").ends_with("/rules/a.yaml"));
    }
}
