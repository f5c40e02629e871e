//! The suite of every store, on real files with sled, and on a disk and an index in memory.

use std::path::PathBuf;
use std::sync::Mutex;

use crate::common::{open, options};
use peygir_store::{Store, conformance};
use peygir_store_local::disk::FaultyDisk;
use peygir_store_local::index::MemoryPlace;
use peygir_store_local::{LocalStore, Options};

/// The suite hands stores around as boxes; this remembers where the one that is open lies.
struct Places<P>(Mutex<Option<P>>);

impl<P: Clone> Places<P> {
    fn remember(&self, place: &P) {
        *self.0.lock().unwrap() = Some(place.clone());
    }

    fn last(&self) -> P {
        self.0.lock().unwrap().clone().expect("a store was opened")
    }
}

#[test]
fn on_real_files_with_sled() {
    let root = tempfile::tempdir().unwrap();
    let places = Places::<PathBuf>(Mutex::default());
    let start = |folder: PathBuf| -> Box<dyn Store> {
        let (store, _) = LocalStore::open(&folder, Options::default()).unwrap();
        places.remember(&folder);
        Box::new(store)
    };
    let count = Mutex::new(0);
    conformance::run(
        || {
            *count.lock().unwrap() += 1;
            start(root.path().join(count.lock().unwrap().to_string()))
        },
        |store| {
            drop(store);
            start(places.last())
        },
    );
}

#[test]
fn in_memory_with_small_limits() {
    let places = Places::<(FaultyDisk, MemoryPlace)>(Mutex::default());
    let start = |(disk, place): (FaultyDisk, MemoryPlace)| -> Box<dyn Store> {
        let (store, _) = open(&disk, &place, options()).unwrap();
        places.remember(&(disk.clone(), place.clone()));
        Box::new(store)
    };
    conformance::run(
        || start((FaultyDisk::new(), MemoryPlace::new())),
        |store| {
            drop(store);
            start(places.last())
        },
    );
}

/// Opened again as after a power cut: the index is gone every time.
#[test]
fn in_memory_with_the_index_lost_every_time() {
    let places = Places::<(FaultyDisk, MemoryPlace)>(Mutex::default());
    let start = |(disk, place): (FaultyDisk, MemoryPlace)| -> Box<dyn Store> {
        let (store, _) = open(&disk, &place, options()).unwrap();
        places.remember(&(disk.clone(), place.clone()));
        Box::new(store)
    };
    conformance::run(
        || start((FaultyDisk::new(), MemoryPlace::new())),
        |store| {
            drop(store);
            let (disk, _) = places.last();
            start((disk, MemoryPlace::new()))
        },
    );
}
