//! A machine: its disk, its index, which boot it is in, and how its store is opened.

use std::sync::Arc;

use peygir_store::Error;
use peygir_store_local::disk::{Disk, FaultyDisk};
use peygir_store_local::{LocalStore, OpeningReport, Options, Workers};

use crate::dice::Dice;
use crate::sabotage::Sabotage;
use crate::shelf::{Found, Shelf};

pub struct Machine {
    pub disk: FaultyDisk,
    pub index: Shelf,
    boot: u64,
    options: Options,
    sabotage: Option<Sabotage>,
}

impl Machine {
    pub fn new(dice: &Dice, sabotage: Option<Sabotage>) -> Self {
        let options = Options {
            segment_bytes_max: 16 << (10 + dice.below(5)),
            generation_bytes_max: 4 << (10 + dice.below(7)),
            snapshot_every_frames: 20 + dice.below(400),
            snapshot_every_bytes: 16 << (10 + dice.below(6)),
            start_check_bytes: 1 << (10 + dice.below(12)),
            journal_id: Some(0x5eed),
            workers: Workers::Callers,
            ..Options::default()
        };
        Self { disk: FaultyDisk::new(), index: Shelf::default(), boot: 1, options, sabotage }
    }

    pub fn open(&self) -> Result<(LocalStore, OpeningReport), Error> {
        let options = Options { boot_id: format!("boot-{}", self.boot), ..self.options.clone() };
        let disk: Arc<dyn Disk> = Arc::new(self.disk.clone());
        let disk = self.sabotage.map_or(disk.clone(), |sabotage| sabotage.disk(disk));
        LocalStore::open_on(disk, &self.index, options)
    }

    /// The same files once more, for somebody who reads them without changing these.
    pub fn copy(&self) -> Self {
        let (disk, index) = (self.disk.copy(), self.index.after_kill());
        Self { disk, index, boot: self.boot, options: self.options.clone(), sabotage: None }
    }

    /// The same files without the index: what is read is the journal and the snapshots.
    pub fn copy_without_index(&self) -> Self {
        Self { index: Shelf::default(), boot: self.boot + 1_000_000, ..self.copy() }
    }

    pub fn kill(&mut self) {
        (self.disk, self.index) = (self.disk.after_kill(), self.index.after_kill());
    }

    pub fn cut_power(&mut self, dice: &Dice) -> Found {
        self.boot += 1;
        self.disk = self.disk.after_power_cut(|bound| dice.below(bound));
        let (index, found) = self.index.after_power_cut(dice);
        self.index = index;
        found
    }

    /// Files of a folder, by their paths.
    pub fn files(&self, folder: &str) -> Vec<String> {
        let names = self.disk.list(folder).unwrap_or_default();
        names.into_iter().map(|name| format!("{folder}/{name}")).collect()
    }
}
