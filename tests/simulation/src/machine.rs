//! A machine with a store under test, as a run has it: it is opened, goes off, loses things, and is looked at.
//!
//! The recipe for another store: implement [`Machine`] for what it runs on, with every fault that can be injected there drawn
//! from the dice that it is given, and make it in [`crate::world`]. Lives, clients, peers and all statements that are about commits
//! stay as they are; those about the store's own files are its [`Machine::check`].

use std::sync::Arc;

use peygir_store::{Error, Store};

use crate::checks::enough::Counts;
use crate::dice::Dice;
use crate::finding::Finding;
use crate::ledger::Ledger;

/// What the faults of a life are drawn from.
pub struct Draws<'a> {
    pub seed: u64,
    pub dice: &'a Dice,
    /// Of faults that came later: one more of them moves nothing else.
    pub later: &'a Dice,
}

pub trait Machine: Send {
    /// OpenStore the store as a start does.
    fn open(&self) -> Result<Opened, Error>;

    /// What can be seen of the machine from outside, for as long as it is neither killed nor cut off.
    fn watch(&self) -> Arc<dyn Watch>;

    /// It will go off in the life that begins, at a place that is drawn.
    fn plan_end(&self, dice: &Dice);

    /// Plans the other faults of the life that begins, and ends within what is not written to the disk. True where something may fail
    /// before its end.
    fn plan_faults(&self, draws: &Draws<'_>) -> bool;

    /// There is no room.
    fn is_full(&self) -> bool;

    /// There is room again.
    fn make_room(&self);

    /// The process is ended: all that was written is there.
    fn kill(&mut self);

    /// Whether the next start of the same boot can make use of all that is kept beside the journal.
    fn is_kept(&self) -> bool;

    /// The machine is off and on again. Says what of it came back how, for the trace.
    fn cut_power(&mut self, dice: &Dice) -> String;

    /// Whatever somebody may do to it while no process runs and that must do no harm.
    fn mishap(&self, dice: &Dice) -> String;

    /// The same once more, for somebody who looks at it without changing this one. By which of the ways that lead to the same
    /// content it is opened is drawn.
    fn copy(&self, dice: &Dice) -> Box<dyn Machine>;

    /// Statements about what the store keeps, looked at while no process runs; `last`: at a run's end.
    fn check(&self, ledger: &Ledger, dice: &Dice, last: bool) -> Result<(), Finding>;
}

/// A store that was opened.
pub struct Opened {
    pub store: Arc<dyn OpenStore>,
    /// What the start found, for the trace.
    pub told: String,
    /// It made something anew.
    pub rebuilt: bool,
    /// What it found broken though nobody had broken it.
    pub refused: Option<String>,
}

/// What is done to an open store beside what [`Store`] has.
pub trait OpenStore: Store {
    /// Why it takes no more commits, if it takes none.
    fn stopped(&self) -> Option<String>;

    /// What its threads would do, once.
    fn work(&self);

    /// Seals what can be sealed.
    fn seal(&self);
}

pub trait Watch: Send + Sync {
    fn is_off(&self) -> bool;

    /// What of the journal could not be synced, if anything.
    fn unsynced(&self) -> Option<String>;

    /// Adds the faults that were met.
    fn count(&self, counts: &mut Counts);
}
