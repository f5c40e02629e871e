//! The machine of the embedded store: its disk, its index, and which boot it is in.

pub mod chain;
pub mod faults;
pub mod flips;

use std::sync::Arc;

use peygir_store::Error;
use peygir_store_local::disk::{Disk, FaultyDisk};
use peygir_store_local::{IndexFound, LocalStore, OpeningReport, Options, Workers};

use crate::checks::enough::Counts;
use crate::dice::Dice;
use crate::finding::Finding;
use crate::ledger::Ledger;
use crate::machine::{Draws, Machine, OpenStore, Opened, Watch};
use crate::sabotage::Sabotage;
use crate::shelf::Shelf;

/// Bits that are flipped in copies at a look, and at the last one.
const FLIPS: u64 = 2;
const FLIPS_LAST: u64 = 8;

pub struct LocalMachine {
    pub disk: FaultyDisk,
    pub index: Shelf,
    boot: u64,
    options: Options,
    sabotage: Option<Sabotage>,
    /// How those who look at it see it.
    looks: Option<Sabotage>,
}

impl LocalMachine {
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
        Self { disk: FaultyDisk::new(), index: Shelf::default(), boot: 1, options, sabotage, looks: sabotage }
    }

    pub fn open_store(&self) -> Result<(LocalStore, OpeningReport), Error> {
        let mut options = Options { boot_id: format!("boot-{}", self.boot), ..self.options.clone() };
        if self.sabotage == Some(Sabotage::DistrustsWhatIsKept) {
            options.boot_id = format!("{}, change {}", options.boot_id, self.disk.operations());
        }
        let disk: Arc<dyn Disk> = Arc::new(self.disk.clone());
        let disk = self.sabotage.map_or(disk.clone(), |sabotage| sabotage.disk(disk));
        LocalStore::open_on(disk, &self.index, options)
    }

    /// With the index, or without it: then what is read is the journal and the snapshots.
    fn copied(&self, dice: &Dice) -> Self {
        let (disk, index) = (self.disk.copy(), self.index.after_kill());
        let with =
            Self { disk, index, boot: self.boot, options: self.options.clone(), sabotage: None, looks: self.looks };
        if dice.once_in(2) { with } else { Self { index: Shelf::default(), boot: self.boot + 1_000_000, ..with } }
    }

    /// Files of a folder, by their paths.
    fn files(&self, folder: &str) -> Vec<String> {
        let names = self.disk.list(folder).unwrap_or_default();
        names.into_iter().map(|name| format!("{folder}/{name}")).collect()
    }
}

impl Machine for LocalMachine {
    fn open(&self) -> Result<Opened, Error> {
        let (store, report) = self.open_store()?;
        let refused = Some(&report.snapshots_refused).filter(|refused| !refused.is_empty());
        Ok(Opened {
            told: format!("{:?}, frame {}", report.index, report.last_frame),
            rebuilt: matches!(report.index, IndexFound::Rebuilt { .. }),
            refused: refused.map(|refused| format!("{refused:?}")),
            store: Arc::new(store),
        })
    }

    fn watch(&self) -> Arc<dyn Watch> {
        Arc::new(Seen { disk: self.disk.clone(), index: self.index.clone() })
    }

    fn plan_end(&self, dice: &Dice) {
        faults::plan_end(&self.disk, dice);
    }

    fn plan_faults(&self, draws: &Draws<'_>) -> bool {
        faults::plan_end_in_index(&self.disk, &self.index, draws);
        faults::plan(&self.disk, &self.index, draws)
    }

    fn is_full(&self) -> bool {
        self.disk.is_full()
    }

    fn make_room(&self) {
        self.disk.fill(false);
    }

    fn kill(&mut self) {
        (self.disk, self.index) = (self.disk.after_kill(), self.index.after_kill());
    }

    fn is_kept(&self) -> bool {
        self.index.says_what_it_has()
    }

    fn cut_power(&mut self, dice: &Dice) -> String {
        self.boot += 1;
        self.disk = self.disk.after_power_cut(|bound| dice.below(bound));
        let (index, found) = self.index.after_power_cut(dice);
        self.index = index;
        format!("the index: {found:?}")
    }

    fn mishap(&self, dice: &Dice) -> String {
        format!("somebody lost the index: {:?}", self.index.lose(dice))
    }

    fn copy(&self, dice: &Dice) -> Box<dyn Machine> {
        Box::new(self.copied(dice))
    }

    fn check(&self, ledger: &Ledger, dice: &Dice, last: bool) -> Result<(), Finding> {
        chain::check(self)?;
        let flips = if last { FLIPS_LAST } else { FLIPS };
        (0..flips).try_for_each(|_| flips::check(self, ledger, dice))
    }
}

impl OpenStore for LocalStore {
    fn stopped(&self) -> Option<String> {
        self.stopped()
    }

    fn work(&self) {
        self.work();
    }

    fn seal(&self) {
        // What keeps it from sealing keeps it from committing too.
        drop(self.seal());
    }
}

struct Seen {
    disk: FaultyDisk,
    index: Shelf,
}

impl Watch for Seen {
    fn is_off(&self) -> bool {
        self.disk.is_off()
    }

    fn unsynced(&self) -> Option<String> {
        self.disk.unsynced().into_iter().find(|path| path.starts_with("journal"))
    }

    fn count(&self, counts: &mut Counts) {
        faults::count(&self.disk, counts);
        counts.index_ends += u64::from(self.index.has_died());
    }
}
