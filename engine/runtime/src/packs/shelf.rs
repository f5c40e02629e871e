//! The shelf: every version of a pack that was ever deployed, with the texts of its files. A text stands once, however many
//! versions have it.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};
use peygir_store::Store;
use sha2::{Digest, Sha256};

use super::STREAM;
use crate::hex::hex;
use crate::pack::{Bundle, Head};
use crate::stream::Row;

const TEXT: &[u8] = b"gt/";
const VERSION: &[u8] = b"gv/";
const MANIFEST: &str = "pack.yaml";

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Store(#[from] peygir_store::Error),
    #[error("{label} is damaged in the store: {what}")]
    Damaged { label: String, what: String },
}

/// What a version consists of.
#[derive(Encode, Decode)]
#[cbor(map)]
struct VersionRow {
    #[n(0)]
    name: String,
    #[n(1)]
    version: String,
    #[n(2)]
    digest: String,
    #[n(3)]
    files: BTreeMap<String, FileRow>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct FileRow {
    /// SHA-256 of the text.
    #[cbor(n(0), with = "minicbor::bytes")]
    digest: [u8; 32],
}

/// The rows that a version needs and that are not there yet.
pub fn rows_of(store: &dyn Store, bundle: &Bundle) -> Result<Vec<Row>, Error> {
    let key = version_key(&bundle.name, &bundle.version);
    if store.get(&key)?.is_some() {
        return Ok(Vec::new());
    }
    let mut rows = BTreeMap::new();
    let mut files = BTreeMap::new();
    for (path, text) in &bundle.files {
        let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        let key = text_key(&digest);
        if !rows.contains_key(&key) && store.get(&key)?.is_none() {
            rows.insert(key, text.clone().into_bytes());
        }
        files.insert(path.clone(), FileRow { digest });
    }
    let (name, version, digest) = (bundle.name.clone(), bundle.version.clone(), hex(&bundle.digest));
    rows.insert(key, encode(&VersionRow { name, version, digest, files }));
    Ok(rows.into_iter().collect())
}

/// A version as it was deployed; None where it never was.
pub fn read(store: &dyn Store, name: &str, version: &str) -> Result<Option<Bundle>, Error> {
    let damaged = |what: String| Error::Damaged { label: format!("{name}@{version}"), what };
    let Some(row) = store.get(&version_key(name, version))? else { return Ok(None) };
    let row: VersionRow = minicbor::decode(&row).map_err(|error| damaged(error.to_string()))?;
    let mut files = BTreeMap::new();
    for (path, file) in row.files {
        let text = store.get(&text_key(&file.digest))?.ok_or_else(|| damaged(format!("{path} is not there")))?;
        let text = String::from_utf8(text).map_err(|_| damaged(format!("{path} is no text")))?;
        files.insert(path, text);
    }
    let bundle = Bundle::of_texts(files)
        .map_err(|found| damaged(found.list.first().map(|found| found.message.clone()).unwrap_or_default()))?;
    // A draft stands under another version than its pack.yaml says.
    let bundle = if bundle.version == row.version { bundle } else { bundle.under_version(&row.version) };
    if hex(&bundle.digest) == row.digest { Ok(Some(bundle)) } else { Err(damaged("its digest differs".to_owned())) }
}

/// What the `pack.yaml` of a version says of its place and of the packs below; None where there is none such.
pub fn head(store: &dyn Store, name: &str, version: &str) -> Result<Option<Head>, Error> {
    let damaged = |what: String| Error::Damaged { label: format!("{name}@{version}"), what };
    let Some(row) = store.get(&version_key(name, version))? else { return Ok(None) };
    let row: VersionRow = minicbor::decode(&row).map_err(|error| damaged(error.to_string()))?;
    let Some(file) = row.files.get(MANIFEST) else { return Ok(None) };
    let text = store.get(&text_key(&file.digest))?.ok_or_else(|| damaged(format!("{MANIFEST} is not there")))?;
    Ok(std::str::from_utf8(&text).ok().and_then(Head::read))
}

fn version_key(name: &str, version: &str) -> Vec<u8> {
    [VERSION, name.as_bytes(), b"@", version.as_bytes(), &STREAM.0].concat()
}

fn text_key(digest: &[u8; 32]) -> Vec<u8> {
    [TEXT, digest.as_slice(), &STREAM.0].concat()
}

fn encode<T: Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).expect("encoding into memory can't fail")
}

#[cfg(test)]
mod tests {
    use peygir_store::{Batch, MemoryStore};

    use super::*;

    fn bundle(version: &str, more: &[(&str, &str)]) -> Bundle {
        let manifest = format!("kind: pack\nname: a\nversion: {version}\ntitle: {{ fa: ا, en: A }}\n");
        let files = [("pack.yaml", manifest.as_str())].into_iter().chain(more.iter().copied());
        Bundle::of_texts(files.map(|(path, text)| (path.to_owned(), text.to_owned())).collect()).unwrap()
    }

    fn keep(store: &MemoryStore, bundle: &Bundle) -> usize {
        let rows = rows_of(store, bundle).unwrap();
        let count = rows.len();
        let batch = Batch {
            stream: STREAM,
            expected: store.version(STREAM).unwrap(),
            at: peygir_core::Moment(1),
            command: Vec::new(),
            events: Vec::new(),
            rows: rows.into_iter().map(|(key, row)| (key, Some(row))).collect(),
            claims: Vec::new(),
            unclaim: Vec::new(),
            enqueue: Vec::new(),
            done: None,
        };
        store.commit(&[batch]).pop().unwrap().unwrap();
        count
    }

    #[test]
    fn a_version_comes_back_as_it_went_and_a_text_stands_once() {
        let store = MemoryStore::new();
        let first = bundle("1.0.0", &[("rules/a.rhai", "1"), ("rules/b.rhai", "1"), ("rules/c.rhai", "2")]);
        assert_eq!(keep(&store, &first), 4, "two files have one text");
        assert_eq!(keep(&store, &first), 0);
        let second = bundle("1.1.0", &[("rules/a.rhai", "1"), ("rules/c.rhai", "3")]);
        assert_eq!(keep(&store, &second), 3);
        let draft = first.under_version("1.0.0+draft");
        assert_eq!(keep(&store, &draft), 1);
        for bundle in [&first, &second, &draft] {
            let read = read(&store, "a", &bundle.version).unwrap().unwrap();
            assert_eq!((&read.files, read.digest), (&bundle.files, bundle.digest));
        }
        assert_eq!(read(&store, "a", "2.0.0").unwrap(), None);
    }
}
