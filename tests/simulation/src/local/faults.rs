//! What fails of the disk and of the index in a life, and when.
//!
//! Owns: the draws. That a read, a new name, a removal or the sync of a folder fails came later: it is drawn from dice of its own,
//! and only for new seeds, so that those of before keep their runs.

use peygir_store_local::disk::{Act, FaultyDisk};

use crate::checks::enough::Counts;
use crate::dice::Dice;
use crate::machine::Draws;
use crate::shelf::Shelf;

/// Seeds below ran before these faults were simulated.
pub const FIRST_SEED: u64 = 4_000_000;

/// Seeds below ran before a process could end within a write of the index.
const FIRST_SEED_OF_INDEX_DEATHS: u64 = 6_000_000;

/// One life in so many has such a fault.
const ONCE_IN: u64 = 3;
/// Changes of the disk until the machine goes off, at most.
const OPERATIONS_MAX: u64 = 500;
/// Syncs or writes until one fails, at most.
const SYNCS_MAX: u64 = 120;
/// Writes of the index until one fails, at most.
const INDEX_WRITES_MAX: u64 = 60;

/// Writes of the index until the machine goes off within one, at most: many lives have no more than these.
const INDEX_WRITES_UNTIL_DEATH_MAX: u64 = 12;

/// Acts of a kind until one fails, at most: about as many as a life has.
fn acts_max(act: Act) -> u64 {
    match act {
        Act::Read => 400,
        Act::Rename => 12,
        Act::Remove => 8,
        Act::SyncFolder => 24,
    }
}

/// The machine goes off at a change of the disk.
pub fn plan_end(disk: &FaultyDisk, dice: &Dice) {
    disk.crash_at(disk.operations() + 1 + dice.below(OPERATIONS_MAX));
}

/// True where something fails in the life that begins.
pub fn plan(disk: &FaultyDisk, index: &Shelf, draws: &Draws<'_>) -> bool {
    let dice = draws.dice;
    let disk_fails = disk.is_full() || dice.once_in(4);
    if disk_fails {
        match dice.below(3) {
            0 => disk.fail_sync_at(disk.syncs() + 1 + dice.below(SYNCS_MAX)),
            1 => disk.fail_write_at(disk.writes() + 1 + dice.below(SYNCS_MAX)),
            _ => disk.fill(!disk.is_full()),
        }
    }
    let index_fails = dice.once_in(12);
    if index_fails {
        index.fail_after(dice.below(INDEX_WRITES_MAX));
    }
    let act_fails = draws.seed >= FIRST_SEED && draws.later.once_in(ONCE_IN);
    if act_fails {
        let act = Act::ALL[draws.later.below(Act::ALL.len() as u64) as usize];
        disk.fail_at(act, disk.done(act) + 1 + draws.later.below(acts_max(act)));
    }
    disk_fails || index_fails || act_fails
}

/// In some lives of newer seeds the machine goes off within a write of the index.
pub fn plan_end_in_index(disk: &FaultyDisk, index: &Shelf, draws: &Draws<'_>) {
    if draws.seed >= FIRST_SEED_OF_INDEX_DEATHS && draws.later.once_in(2) {
        index.die_within(INDEX_WRITES_UNTIL_DEATH_MAX, disk, draws.later);
    }
}

/// Adds what failed on this disk.
pub fn count(disk: &FaultyDisk, counts: &mut Counts) {
    counts.disk_faults += disk.faults();
    counts.failed_reads += disk.failed(Act::Read);
    counts.failed_renames += disk.failed(Act::Rename);
    counts.failed_removes += disk.failed(Act::Remove);
    counts.failed_folder_syncs += disk.failed(Act::SyncFolder);
}
