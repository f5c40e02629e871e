//! `pack.yaml`: what a pack is called, where it holds, and over which others it lies.

use std::path::Path;

use peygir_calendar::Scope;
use peygir_casework::content::read::{Bilingual, Reader};
use peygir_casework::content::{Reference, ReferenceKind};
use peygir_source::{Diagnostics, Node, Span};
use semver::{Version, VersionReq};

use super::resources::{self, Mirrors};

/// Longest `author`, in characters.
const AUTHOR_CHARS_MAX: usize = 200;
/// Names that are words of `peygir packs` or pages of the console: a pack of such a name could not be asked for.
const NAMES_TAKEN: [&str; 8] = ["upload", "deploy", "editions", "diff", "rollback", "remove", "withdraw", "help"];
/// Most packs that one may lie over.
const OVER_MAX: usize = 32;

/// `pack.yaml`.
#[derive(Debug, Clone)]
pub struct Manifest {
    pub name: String,
    pub version: String,
    pub title: Bilingual,
    /// Packs that must lie below this one; a pack without them is whole on its own.
    pub over: Vec<Over>,
    /// The places in which it holds: `for`. Everywhere, where nothing is asked.
    pub scope: Scope,
    /// Who answers for it, in their own words.
    pub author: Option<String>,
    /// `pack.yaml` as people know it, for findings.
    pub file: String,
    /// The names in `for`, which the directory must know.
    pub(super) places: Vec<Reference>,
}

/// A pack that lies below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Over {
    pub name: String,
    /// The versions that this one was written for; any, where absent.
    pub range: Option<VersionReq>,
    pub span: Span,
}

pub(super) fn read(
    folder: &Path,
    file: &str,
    root: &Node,
    exists: &dyn Fn(&Path) -> bool,
) -> Result<((Manifest, Mirrors), Diagnostics), Diagnostics> {
    let mut reader = Reader::default();
    if !reader.mapping(root, &["kind", "name", "version", "title", "author", "for", "over", "resources"]) {
        return Err(reader.found);
    }
    reader.kind(root, "pack");
    let (name, title) = (reader.id(root, "name"), reader.bilingual(root, "title"));
    check_name(&mut reader, root, name.as_deref());
    let version = version(&mut reader, root);
    let (scope, places) = read_scope(&mut reader, root);
    let (over, author) = (read_over(&mut reader, root), read_author(&mut reader, root));
    let mirrors = resources::read_with(&mut reader, folder, root, exists);
    let file = file.to_owned();
    let manifest = name.zip(version).zip(title).map(|((name, version), title)| Manifest {
        name,
        version,
        title,
        over,
        scope,
        author,
        file,
        places,
    });
    reader.finish(manifest.map(|manifest| (manifest, mirrors)))
}

fn check_name(reader: &mut Reader, root: &Node, name: Option<&str>) {
    let Some(name) = name.filter(|name| NAMES_TAKEN.contains(name)) else { return };
    reader.error(
        "PG-P088",
        root.get("name").map_or(root.span, |node| node.span),
        format!("a pack can't be called \"{name}\": it is a word of `peygir packs` or a page of the console; add the place, such as \"{name}-qom\""),
        format!("بسته نمی‌تواند «{name}» نام داشته باشد: واژه‌ای از ‎`peygir packs`‎ یا صفحه‌ای از پیشخان است؛ نام جای آن را بیفزایید، مانند «\u{2066}{name}-qom\u{2069}»"),
    );
}

fn version(reader: &mut Reader, root: &Node) -> Option<String> {
    let text = reader.text(root, "version")?;
    if Version::parse(&text).is_err() {
        reader.error(
            "PG-P044",
            root.get("version").map_or(root.span, |node| node.span),
            format!("\"{text}\" is no version, such as 1.4.0"),
            format!("«{text}» نسخه نیست؛ مانند \u{2066}1.4.0\u{2069}"),
        );
        return None;
    }
    Some(text)
}

fn read_scope(reader: &mut Reader, root: &Node) -> (Scope, Vec<Reference>) {
    let (mut scope, mut places) = (Scope::default(), Vec::new());
    let Some(node) = root.get("for") else { return (scope, places) };
    if !reader.mapping(node, &["province", "county", "agency"]) {
        return (scope, places);
    }
    let parts = [
        ("province", ReferenceKind::Province, &mut scope.province),
        ("county", ReferenceKind::County, &mut scope.county),
        ("agency", ReferenceKind::Agency, &mut scope.agency),
    ];
    for (key, kind, part) in parts {
        *part = reader.optional_id(node, key);
        let span = node.get(key).map_or(node.span, |value| value.span);
        places.extend(part.clone().map(|name| Reference { kind, name, span }));
    }
    (scope, places)
}

/// `[ national ]` or `[ { name: national, version: '^1.0' } ]`.
fn read_over(reader: &mut Reader, root: &Node) -> Vec<Over> {
    let items = reader.items(root, "over");
    if let Some(beyond) = items.get(OVER_MAX) {
        reader.error(
            "PG-P021",
            beyond.span,
            format!("a pack lies over at most {OVER_MAX} others"),
            format!("بسته روی بیش از {OVER_MAX} بستهٔ دیگر نمی‌نشیند"),
        );
    }
    let read = |item: &Node| {
        if item.as_str().is_some() {
            return reader.as_id(item).map(|name| Over { name, range: None, span: item.span });
        }
        if !reader.mapping(item, &["name", "version"]) {
            return None;
        }
        let (name, range) = (reader.id(item, "name")?, read_range(reader, item));
        Some(Over { name, range, span: item.span })
    };
    items.iter().take(OVER_MAX).filter_map(read).collect()
}

fn read_range(reader: &mut Reader, item: &Node) -> Option<VersionReq> {
    let text = reader.optional_text(item, "version")?;
    let range = VersionReq::parse(&text).ok();
    if range.is_none() {
        reader.error(
            "PG-P044",
            item.get("version").map_or(item.span, |node| node.span),
            format!("\"{text}\" is no range of versions, such as ^1.4"),
            format!("«{text}» بازهٔ نسخه نیست؛ مانند \u{2066}^1.4\u{2069}"),
        );
    }
    range
}

fn read_author(reader: &mut Reader, root: &Node) -> Option<String> {
    let author = reader.optional_text(root, "author")?;
    if author.chars().count() > AUTHOR_CHARS_MAX {
        reader.error(
            "PG-P009",
            root.get("author").map_or(root.span, |node| node.span),
            format!("an author has at most {AUTHOR_CHARS_MAX} characters"),
            format!("نام نویسنده بیش از {AUTHOR_CHARS_MAX} نویسه نمی‌پذیرد"),
        );
    }
    Some(author)
}
