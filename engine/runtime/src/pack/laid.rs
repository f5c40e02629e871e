//! One pack as it is laid over others: what of it is resolved by place.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use peygir_calendar::{Scope, Sheet};
use peygir_casework::content::{Directory, Form, Template};
use peygir_decision::{Overlay, Table};
use peygir_script::Script;
use sha2::{Digest, Sha256};

use super::content::{PackRef, ScriptSource};
use super::layer::{Filed, Layer};

/// What of a pack is resolved by place.
pub(super) struct Laid {
    pub pack: PackRef,
    pub scope: Scope,
    pub tables: BTreeMap<String, Filed<Table>>,
    pub overlays: Vec<Filed<Overlay>>,
    pub scripts: BTreeMap<String, ScriptSource>,
    pub calendars: BTreeMap<String, Filed<Sheet>>,
    pub forms: BTreeMap<String, Filed<Arc<Form>>>,
    pub templates: BTreeMap<String, Filed<Arc<Template>>>,
    /// Tables and scripts that can't be read.
    pub broken: BTreeSet<String>,
    /// Names of its files.
    pub files: BTreeSet<String>,
}

impl Laid {
    /// Takes what of a layer is resolved by place.
    pub fn new(layer: &mut Layer) -> Self {
        let scope = layer.scope();
        let (name, version) = match &layer.manifest {
            Some(manifest) => (manifest.name.clone(), manifest.version.clone()),
            None => (String::new(), String::new()),
        };
        let script = |(id, script)| (id, script_source(script, &name));
        let scripts = std::mem::take(&mut layer.scripts).into_iter().map(script).collect();
        let table = |(id, Filed { value, file }): (String, Filed<Table>)| {
            let value = value.with_pack(&name, &file.name);
            (id, Filed { value, file })
        };
        let tables = std::mem::take(&mut layer.tables).into_iter().map(table).collect();
        let forms = std::mem::take(&mut layer.forms).into_iter();
        let templates = std::mem::take(&mut layer.templates).into_iter();
        Self {
            tables,
            scripts,
            overlays: std::mem::take(&mut layer.overlays),
            calendars: std::mem::take(&mut layer.calendars),
            forms: forms.map(|(id, form)| (id, shared(form))).collect(),
            templates: templates.map(|(id, template)| (id, shared(template))).collect(),
            broken: std::mem::take(&mut layer.broken),
            files: layer.files.iter().cloned().collect(),
            pack: PackRef { name, version, digest: layer.digest.clone() },
            scope,
        }
    }

    /// Forms take their options from the directory of the whole deployment.
    pub fn resolve(&mut self, directory: &Directory) {
        for form in self.forms.values_mut() {
            Arc::make_mut(&mut form.value).resolve(directory);
        }
    }
}

fn shared<T>(Filed { value, file }: Filed<T>) -> Filed<Arc<T>> {
    Filed { value: Arc::new(value), file }
}

fn script_source(Filed { value, file }: Filed<Script>, pack: &str) -> ScriptSource {
    let sha256 = sha256_of(std::iter::once(file.text.as_str()));
    let (script, source) = (Arc::new(value), file.text.into());
    ScriptSource { script, sha256, source, file: file.name, pack: pack.to_owned() }
}

/// Of one text its bytes; of several each with its length before it.
pub(super) fn sha256_of<'t>(mut texts: impl Iterator<Item = &'t str> + Clone) -> [u8; 32] {
    let mut hash = Sha256::new();
    if texts.clone().count() == 1 {
        return Sha256::digest(texts.next().unwrap_or_default().as_bytes()).into();
    }
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hash.finalize().into()
}
