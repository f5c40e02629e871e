//! Tables and overlays by the versions that they say of themselves: what the journal names a decision by never means two
//! things.
//!
//! A version of a table is its id, its version and its text, within the packs of one name. Drafts are left out: they stand
//! under a version of their own.

use std::path::Path;

use minicbor::{Decode, Encode};
use peygir_source::{Diagnostic, Diagnostics, Node, Span};
use peygir_store::Store;
use sha2::{Digest, Sha256};

use super::shelf::Error;
use super::{STREAM, folder};
use crate::pack::{Bundle, is_test};
use crate::stream::Row;

const WRITTEN: &[u8] = b"gr/";

#[derive(Encode, Decode)]
#[cbor(map)]
struct WrittenRow {
    /// SHA-256 of the text.
    #[cbor(n(0), with = "minicbor::bytes")]
    digest: [u8; 32],
    /// The version of the pack that brought it first.
    #[n(1)]
    pack: String,
}

/// A table or an overlay of a pack.
struct Written {
    path: String,
    overlay: bool,
    /// Of the table, or of the one that is extended.
    id: String,
    version: String,
    /// Where its version stands.
    span: Span,
    digest: [u8; 32],
}

impl Written {
    fn of(path: &str, text: &str) -> Option<Self> {
        let yaml = path.ends_with(".yaml") || path.ends_with(".yml");
        if !yaml || is_test(path) || !text.contains("decision-table") {
            return None;
        }
        let root = peygir_source::yaml::parse(text).ok()?;
        let overlay = match root.get("kind")?.as_str()? {
            "decision-table" => false,
            "decision-table-overlay" => true,
            _ => return None,
        };
        let named = if overlay { root.get("extends")?.get("id")? } else { root.get("id")? };
        let version = root.get("version")?;
        Some(Self {
            path: path.to_owned(),
            overlay,
            id: named.as_str()?.to_owned(),
            version: version_of(version)?,
            span: version.span,
            digest: Sha256::digest(text.as_bytes()).into(),
        })
    }

    fn key(&self, pack: &str) -> Vec<u8> {
        // Several overlays of a pack may extend one table: each is known by its file.
        let file = if self.overlay { self.path.as_str() } else { "" };
        let name = [pack, self.id.as_str(), file, self.version.as_str()].join("\0");
        [WRITTEN, name.as_bytes(), &STREAM.0].concat()
    }
}

fn version_of(node: &Node) -> Option<String> {
    node.as_str().map(str::to_owned).or_else(|| node.to_json().as_f64().map(|number| number.to_string()))
}

fn all_of(bundle: &Bundle) -> impl Iterator<Item = Written> {
    let counts = !folder::is_draft(&bundle.version);
    let files =
        bundle.files.iter().filter(move |(path, _)| counts && Path::new(path.as_str()).components().count() > 1);
    files.filter_map(|(path, text)| Written::of(path, text))
}

/// The rows that a version of a pack needs and that are not there yet.
pub fn rows_of(store: &dyn Store, bundle: &Bundle) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for written in all_of(bundle) {
        let key = written.key(&bundle.name);
        if store.get(&key)?.is_none() {
            let row = WrittenRow { digest: written.digest, pack: bundle.label() };
            rows.push((key, minicbor::to_vec(row).expect("encoding into memory can't fail")));
        }
    }
    Ok(rows)
}

/// Tables and overlays that were deployed before under the same version with other content.
pub fn changed(store: &dyn Store, bundle: &Bundle) -> Result<Diagnostics, Error> {
    let mut found = Diagnostics::default();
    for written in all_of(bundle) {
        let Some(row) = store.get(&written.key(&bundle.name))? else { continue };
        let damaged =
            |error: minicbor::decode::Error| Error::Damaged { label: bundle.label(), what: error.to_string() };
        let before: WrittenRow = minicbor::decode(&row).map_err(damaged)?;
        if before.digest != written.digest {
            let mut diagnostic = complaint(&written, &before.pack);
            diagnostic.file = bundle.shown(&written.path);
            found.push(diagnostic);
        }
    }
    Ok(found)
}

fn complaint(written: &Written, pack: &str) -> Diagnostic {
    let Written { id, version, .. } = written;
    let (en, fa) = match written.overlay {
        true => (format!("this overlay of \"{id}\""), format!("این روکشِ «{id}»")),
        false => (format!("the table \"{id}\""), format!("جدول «{id}»")),
    };
    Diagnostic::error(
        "PG-P085",
        written.span,
        format!("{en} was deployed as version {version} with other content, in {pack}"),
        format!("{fa} پیش‌تر با نسخهٔ \u{2066}{version}\u{2069} و محتوای دیگری مستقر شده است، در \u{2066}{pack}\u{2069}"),
    )
    .with_help(
        "decisions on record name it by this version: raise `version` in this file",
        "تصمیم‌های ثبت‌شده آن را با این نسخه نام می‌برند: ‎`version`‎ این پرونده را بالا ببرید",
    )
}
