//! What was made of packs, kept for the next time: a deployment is checked as it will be on every date that is planned, and
//! most of it is the same on all of them.
//!
//! Owns: packs that were read, by their digests, and tables with the overlays that were laid over them, by the digests of
//! all their texts. The same texts always come to the same, findings among them: nothing here ever grows old. What is kept
//! is shared by all editions that have it. Within limits: beyond them everything is forgotten and made again.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use peygir_decision::analysis::{ANALYSIS_STEPS_MAX, Analysis, Bounds};

use super::bundle::Bundle;
use super::layer::Layer;
use super::merged::MadeTable;

/// Most packs that are kept.
const LAYERS_MAX: usize = 256;
/// Most tables that are kept.
const TABLES_MAX: usize = 4_096;

/// Steps that the analysis of all tables of a check may take together, in all places and on all dates. What is past them is told
/// as not analysed. No table takes more than half of what is left, so that a large one leaves something to those behind it.
const STEPS_MAX: u64 = 2 * ANALYSIS_STEPS_MAX;

/// A pack's name and the digest of its files.
type LayerKey = (String, [u8; 32]);

/// Packs and tables that were made before.
#[derive(Debug, Default)]
pub struct Kept {
    layers: Mutex<BTreeMap<LayerKey, Arc<Layer>>>,
    tables: Mutex<BTreeMap<[u8; 32], Arc<MadeTable>>>,
}

/// What a catalog is made with: what was made before, how much work may be done, and whether anybody still waits for it.
#[derive(Clone)]
pub struct Making<'a> {
    pub kept: &'a Kept,
    /// Asked every few milliseconds. Once it is true the rest is left out: what comes of it then is of no use.
    pub is_called_off: &'a dyn Fn() -> bool,
    /// Steps that are left to the analysis of all tables.
    steps: Rc<Cell<u64>>,
    /// The table that is being looked at.
    at: Rc<Cell<String>>,
}

impl<'a> Making<'a> {
    pub fn new(kept: &'a Kept, is_called_off: &'a dyn Fn() -> bool) -> Self {
        Self { kept, is_called_off, steps: Rc::new(Cell::new(STEPS_MAX)), at: Rc::default() }
    }

    /// To the end.
    pub fn whole(kept: &'a Kept) -> Self {
        Self::new(kept, &|| false)
    }

    /// Analyses a table within what is left to all of them.
    pub(super) fn analysed(&self, table: &str, analyse: impl FnOnce(Bounds<'_>) -> Analysis) -> Analysis {
        self.at.set(table.to_owned());
        let analysis = analyse(Bounds { steps_max: self.share(), is_cancelled: self.is_called_off });
        self.spend(analysis.steps);
        analysis
    }

    fn share(&self) -> u64 {
        self.steps.get().div_ceil(2)
    }

    fn spend(&self, steps: u64) {
        self.steps.set(self.steps.get().saturating_sub(steps));
    }

    /// The table that was looked at last; empty before the first.
    pub fn at(&self) -> String {
        let at = self.at.take();
        self.at.set(at.clone());
        at
    }
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
        if made.is_whole {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A large table takes half of what is left to all of them, and one behind it is looked at too.
    #[test]
    fn tables_share_the_steps_of_a_check() {
        let kept = Kept::default();
        let making = Making::whole(&kept);
        let asked = |steps: Option<u64>| {
            let share = making.share();
            making.clone().spend(steps.unwrap_or(share));
            share
        };
        let given = [None, None, Some(10), None].map(asked);
        assert_eq!(given, [STEPS_MAX / 2, STEPS_MAX / 4, STEPS_MAX / 8, (STEPS_MAX / 4 - 10) / 2]);
        making.spend(STEPS_MAX);
        assert_eq!(making.share(), 0);
    }
}
