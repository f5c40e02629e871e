//! `resources:` of packs and deployments: copies of what flows name by address.
//!
//! Nothing is fetched when a deployment is loaded: a schema, a function or a catalog behind an address is read from the copy
//! that the pack carries. The same files give the same flows, with or without a network.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use peygir_casework::content::read::Reader;
use peygir_dsl::read::Resource;
use peygir_source::{Diagnostics, Node};

use super::files::{SourceFile, shown};

/// Most addresses of one pack or deployment.
pub const RESOURCES_MAX: usize = 200;

/// Beginnings of addresses, each with the folder or file that stands in its place.
pub type Mirrors = BTreeMap<String, PathBuf>;

/// Texts of copies that are at hand without a disk, by the paths that [`Mirrors`] lead to.
pub type Carried = BTreeMap<PathBuf, Arc<str>>;

/// `folder`: of the pack or the deployment.
pub(super) fn read(reader: &mut Reader, folder: &Path, root: &Node) -> Mirrors {
    read_with(reader, folder, root, &Path::exists)
}

/// The same where something else than the disk says what is there.
pub(super) fn read_with(reader: &mut Reader, folder: &Path, root: &Node, exists: &dyn Fn(&Path) -> bool) -> Mirrors {
    let mut mirrors = Mirrors::new();
    let Some(list) = root.get("resources") else { return mirrors };
    let Some(entries) = list.entries() else {
        reader.wrong_type(
            list.span,
            "a mapping of addresses to folders or files",
            "نگاشتی از نشانی‌ها به پوشه‌ها یا پرونده‌ها",
        );
        return mirrors;
    };
    if entries.len() > RESOURCES_MAX {
        reader.error(
            "PG-P021",
            list.span,
            format!("there are at most {RESOURCES_MAX} addresses here"),
            format!("این جا بیش از {RESOURCES_MAX} نشانی جا نمی‌شود"),
        );
    }
    for entry in entries.iter().take(RESOURCES_MAX) {
        if !entry.key.contains("://") {
            reader.error(
                "PG-P083",
                entry.key_span,
                format!("\"{}\" is no address, such as https://schemas.example.ir/forms/", entry.key),
                format!("«{}» نشانی نیست؛ مانند \u{2066}https://schemas.example.ir/forms/\u{2069}", entry.key),
            );
            continue;
        }
        let Some(text) = reader.as_text(&entry.node) else { continue };
        let path = folder.join(&text);
        if !exists(&path) {
            reader.error(
                "PG-P083",
                entry.node.span,
                format!("the copy {} is not there", shown(&path)),
                format!("رونوشت {} نیست", shown(&path)),
            );
        }
        mirrors.insert(entry.key.clone(), path);
    }
    mirrors
}

/// All copies of a deployment, read when they are asked for.
pub(super) struct Copies {
    mirrors: Mirrors,
    carried: Carried,
    /// Whether these are all there are: then an address without a copy leads nowhere.
    whole: bool,
    texts: RefCell<BTreeMap<String, Resource>>,
    found: RefCell<Diagnostics>,
    /// What was asked for since the last [`Copies::asked`].
    asked: RefCell<BTreeMap<String, Arc<str>>>,
}

impl Copies {
    pub fn new(mirrors: Mirrors, whole: bool) -> Self {
        let (texts, found, asked) = (RefCell::default(), RefCell::default(), RefCell::default());
        Self { mirrors, carried: Carried::new(), whole, texts, found, asked }
    }

    /// With texts that are looked up before the disk.
    pub fn with_carried(self, carried: Carried) -> Self {
        Self { carried, ..self }
    }

    pub fn get(&self, address: &str) -> Resource {
        let known = self.texts.borrow().get(address).cloned();
        let resource = known.unwrap_or_else(|| self.read(address));
        self.texts.borrow_mut().insert(address.to_owned(), resource.clone());
        if let Resource::Text(text) = &resource {
            self.asked.borrow_mut().insert(address.to_owned(), text.clone());
        }
        resource
    }

    /// What one flow asked for: it is kept with the flow.
    pub fn asked(&self) -> BTreeMap<String, Arc<str>> {
        self.asked.take()
    }

    /// Files that are there and could not be read.
    pub fn found(self) -> Diagnostics {
        self.found.into_inner()
    }

    fn read(&self, address: &str) -> Resource {
        let Some(path) = self.path(address) else {
            return if self.whole { Resource::Missing } else { Resource::Unknown };
        };
        if let Some(text) = self.carried.get(&path) {
            return Resource::Text(text.clone());
        }
        if !path.is_file() {
            return Resource::Missing;
        }
        match SourceFile::read(&path) {
            Ok(file) => Resource::Text(file.text.into()),
            Err(diagnostic) => {
                self.found.borrow_mut().push(diagnostic);
                Resource::Missing
            }
        }
    }

    /// The longest beginning that fits decides. A fragment names a place within the text.
    fn path(&self, address: &str) -> Option<PathBuf> {
        let address = address.split('#').next().unwrap_or(address);
        let fits = |(prefix, path): &(&String, &PathBuf)| -> Option<PathBuf> {
            let rest = address.strip_prefix(prefix.as_str())?;
            if rest.is_empty() {
                return Some((*path).clone());
            }
            let rest = if prefix.ends_with('/') { rest } else { rest.strip_prefix('/')? };
            let parts: Vec<&str> = rest.split('/').collect();
            let plain = |part: &&str| !part.is_empty() && !part.starts_with('.') && !part.contains('\\');
            parts.iter().all(plain).then(|| path.join(parts.join("/")))
        };
        let candidates = self.mirrors.iter().filter_map(|mirror| Some((mirror.0.len(), fits(&mirror)?)));
        candidates.max_by_key(|(length, _)| *length).map(|(_, path)| path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_beginning_decides_and_nothing_leads_out() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("a/one.yaml", "a1");
        write("a/deep/two.yaml", "a2");
        write("b/one.yaml", "b1");
        write("secret", "s");
        let mirrors = [("https://h/", "a"), ("https://h/deep", "b"), ("https://k/x.json", "a/one.yaml")];
        let mirrors = mirrors.map(|(prefix, path)| (prefix.to_owned(), folder.path().join(path))).into_iter().collect();
        let copies = Copies::new(mirrors, true);
        let text = |text: &str| Resource::Text(text.into());
        for (address, expected) in [
            ("https://h/one.yaml", text("a1")),
            ("https://h/one.yaml#/defs/x", text("a1")),
            ("https://h/deep/one.yaml", text("b1")),
            ("https://h/deep/two.yaml", Resource::Missing),
            ("https://h/deeper/one.yaml", Resource::Missing),
            ("https://k/x.json", text("a1")),
            ("https://h/../secret", Resource::Missing),
            ("https://h//one.yaml", Resource::Missing),
            ("https://h/", Resource::Missing),
            ("https://elsewhere/", Resource::Missing),
        ] {
            assert_eq!(copies.get(address), expected, "{address}");
        }
        let asked = copies.asked();
        assert_eq!(asked.len(), 4);
        assert!(copies.asked().is_empty());
        assert_eq!(Copies::new(Mirrors::new(), false).get("https://h/x"), Resource::Unknown);
    }
}
