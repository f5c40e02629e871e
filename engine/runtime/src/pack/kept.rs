//! What was made of packs, kept for the next time: a deployment is checked as it will be on every date that is planned, and
//! most of it is the same on all of them.
//!
//! Owns: packs that were read, by their digests, and tables with the overlays that were laid over them, by the digests of
//! all their texts. The same texts always come to the same, findings among them: nothing here ever grows old. What is kept
//! is shared by all editions that have it. Within limits: beyond them everything is forgotten and made again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use peygir_source::Diagnostics;

use super::bundle::Bundle;
use super::content::TableSource;
use super::layer::Layer;

/// Most packs that are kept.
const LAYERS_MAX: usize = 256;
/// Most tables that are kept.
const TABLES_MAX: usize = 4_096;

/// A pack's name and the digest of its files.
type LayerKey = (String, [u8; 32]);

/// Packs and tables that were made before.
#[derive(Debug, Default)]
pub struct Kept {
    layers: Mutex<BTreeMap<LayerKey, Arc<Layer>>>,
    tables: Mutex<BTreeMap<[u8; 32], Arc<MadeTable>>>,
}

/// What a catalog is made with: what was made before, and whether anybody still waits for it.
#[derive(Clone, Copy)]
pub struct Making<'a> {
    pub kept: &'a Kept,
    /// Asked every few milliseconds. Once it is true the rest is left out: what comes of it then is of no use.
    pub is_called_off: &'a dyn Fn() -> bool,
}

impl<'a> Making<'a> {
    /// To the end.
    pub fn whole(kept: &'a Kept) -> Self {
        Self { kept, is_called_off: &|| false }
    }
}

/// A table with its overlays, and what was found: with the merging, and by its analysis.
#[derive(Debug)]
pub(super) struct MadeTable {
    pub source: TableSource,
    pub found: Diagnostics,
    /// It was called off before all was found.
    pub is_called_off: bool,
}

impl Kept {
    /// Reads a pack from the texts of its files, unless that was done before.
    pub(super) fn layer(&self, bundle: &Bundle) -> Layer {
        // Findings name files as they lie where the bundle came from.
        let key = (bundle.shown(""), bundle.digest);
        let known = locked(&self.layers).get(&key).cloned();
        let layer = known.unwrap_or_else(|| {
            let layer = Arc::new(Layer::of_bundle(bundle));
            keep(&self.layers, key, layer.clone(), LAYERS_MAX);
            layer
        });
        Layer::clone(&layer)
    }

    pub(super) fn table(&self, key: [u8; 32], make: impl FnOnce() -> MadeTable) -> Arc<MadeTable> {
        if let Some(known) = locked(&self.tables).get(&key) {
            return known.clone();
        }
        let made = Arc::new(make());
        if !made.is_called_off {
            keep(&self.tables, key, made.clone(), TABLES_MAX);
        }
        made
    }
}

fn keep<K: Ord, V>(all: &Mutex<BTreeMap<K, V>>, key: K, value: V, most: usize) {
    let mut all = locked(all);
    if all.len() >= most {
        all.clear();
    }
    all.insert(key, value);
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
