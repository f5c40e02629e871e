//! Stores, disks, peers, calendars and servers that break a promise on purpose: each must be found out, or the checkers prove
//! nothing.
//!
//! Owns: what is broken, at which seam, and by which statement it is to be found.

mod disk;
mod doubling;
mod lanes;
mod store;

use std::sync::Arc;

use peygir_calendar::Calendars;
use peygir_connector::{Ambiguous, Manifest};
use peygir_runtime::pack;
use peygir_store::Store;
use peygir_store_local::disk::Disk;

use crate::dice::Dice;

/// What is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    /// The store acknowledges a commit and drops it.
    DropsACommit,
    /// The store acknowledges what it could not write.
    AcknowledgesAnyway,
    /// The disk says that it has synced, and has not.
    SkipsSyncs,
    /// The store hears nothing of a sync that failed, and goes on.
    GoesOnAfterAFailedSync,
    /// Frames get down with a chain that does not hold, all check sums right.
    BreaksTheChain,
    /// Seals get down with a root that is not that of their frames, all check sums right.
    BreaksTheSeals,
    /// Each start takes the machine for one that was off meanwhile.
    DistrustsWhatIsKept,
    /// Nobody looks whether bits have flipped.
    OverlooksFlips,
    /// Frames are read in another order than that in which they were acknowledged.
    ShufflesFrames,
    /// A turn commits without one of its events.
    LosesAnEvent,
    /// A turn commits without one of its rows.
    LosesARow,
    /// A turn commits without the index row by which its stream is found when something is due.
    LosesATimer,
    /// A turn commits without a command for another stream.
    LosesACommand,
    /// A turn queues the effect of a step once more, under a key of its own.
    QueuesUnderANewKey,
    /// A repeated attempt goes out under another key.
    SendsUnderAnotherKey,
    /// An attempt goes out twice.
    SendsTwice,
    /// What nobody knows is sent again, whatever the manifest says.
    ResendsByChance,
    /// A peer says that it did what it did not.
    AnswersWithoutTaking,
    /// A turn keeps each message in a lane of its own, so that none waits for the one before it.
    Overtakes,
    /// A turn is on record at an earlier instant than that at which it was decided.
    DatesBack,
    /// Deadlines are derived by office hours that are not those of the calendar.
    DerivesWrongly,
    /// A client gets the answer to another's question.
    AnswersWrongly,
}

impl Sabotage {
    pub const ALL: [Self; 22] = [
        Self::DropsACommit,
        Self::AcknowledgesAnyway,
        Self::SkipsSyncs,
        Self::GoesOnAfterAFailedSync,
        Self::BreaksTheChain,
        Self::BreaksTheSeals,
        Self::DistrustsWhatIsKept,
        Self::OverlooksFlips,
        Self::ShufflesFrames,
        Self::LosesAnEvent,
        Self::LosesARow,
        Self::LosesATimer,
        Self::LosesACommand,
        Self::QueuesUnderANewKey,
        Self::SendsUnderAnotherKey,
        Self::SendsTwice,
        Self::ResendsByChance,
        Self::AnswersWithoutTaking,
        Self::Overtakes,
        Self::DatesBack,
        Self::DerivesWrongly,
        Self::AnswersWrongly,
    ];

    /// The statements that are meant to find it; several where the run draws whether a check or the next start comes first.
    pub fn found_by(self) -> &'static [&'static str] {
        match self {
            Self::DropsACommit | Self::AcknowledgesAnyway => &["acknowledged"],
            Self::SkipsSyncs => &["acknowledged", "start"],
            Self::GoesOnAfterAFailedSync => &["after a failed sync"],
            Self::BreaksTheChain | Self::BreaksTheSeals => &["chain", "start"],
            Self::DistrustsWhatIsKept => &["kept"],
            Self::OverlooksFlips => &["flips"],
            Self::ShufflesFrames => &["order of frames"],
            Self::LosesAnEvent => &["replay"],
            Self::LosesARow | Self::LosesATimer | Self::LosesACommand => &["liveness", "replay"],
            Self::QueuesUnderANewKey | Self::SendsUnderAnotherKey | Self::SendsTwice => &["effects"],
            Self::ResendsByChance => &["policy"],
            Self::AnswersWithoutTaking => &["sent"],
            Self::Overtakes => &["order"],
            Self::DatesBack => &["early"],
            Self::DerivesWrongly => &["deadlines"],
            Self::AnswersWrongly => &["answers"],
        }
    }

    /// The store below the ledger.
    pub fn below(self, store: Arc<dyn Store>, seed: u64) -> Arc<dyn Store> {
        match self {
            Self::DropsACommit | Self::AcknowledgesAnyway => self.around(store, seed),
            _ => store,
        }
    }

    /// The store above the ledger, as the engine has it.
    pub fn above(self, store: Arc<dyn Store>, seed: u64) -> Arc<dyn Store> {
        match self {
            Self::LosesAnEvent
            | Self::LosesARow
            | Self::LosesATimer
            | Self::LosesACommand
            | Self::QueuesUnderANewKey
            | Self::Overtakes
            | Self::DatesBack => self.around(store, seed),
            _ => store,
        }
    }

    /// The store as checkers read it.
    pub fn read(self, store: Arc<dyn Store>) -> Arc<dyn Store> {
        if self == Self::ShufflesFrames { self.around(store, 0) } else { store }
    }

    fn around(self, store: Arc<dyn Store>, seed: u64) -> Arc<dyn Store> {
        Arc::new(store::Broken { sabotage: self, dice: Dice::new(seed, "sabotage"), store })
    }

    /// The disk as the store has it.
    pub fn disk(self, disk: Arc<dyn Disk>) -> Arc<dyn Disk> {
        match self {
            Self::SkipsSyncs | Self::GoesOnAfterAFailedSync | Self::BreaksTheChain | Self::BreaksTheSeals => {
                Arc::new(disk::Lying { sabotage: self, disk })
            }
            _ => disk,
        }
    }

    /// A manifest as the engine has it.
    pub fn manifest(self, mut manifest: Manifest) -> Manifest {
        if self == Self::ResendsByChance {
            manifest.operations.iter_mut().for_each(|operation| operation.on_ambiguous = Ambiguous::Resend);
        }
        manifest
    }

    /// What is deployed, as the engine has it.
    pub fn catalog(self, mut catalog: pack::Catalog) -> pack::Catalog {
        if self == Self::DerivesWrongly {
            let digests = catalog.contents.calendar_digests();
            catalog.contents = catalog.contents.with_calendars(&calendars_that_close_early(), &digests);
        }
        catalog
    }
}

fn calendars_that_close_early() -> Calendars {
    let sheet = |name: &str, text: &str| {
        let node = peygir_source::yaml::parse(text).expect("it is YAML");
        let (sheet, _) = peygir_calendar::read::sheet(&node).expect("it is a calendar");
        (name.to_owned(), sheet)
    };
    let working = include_str!("../../../rules/calendars/ir-working.yaml").replace("14:30", "14:00");
    let always = include_str!("../../../rules/calendars/ir-24x7.yaml");
    Calendars::resolve(vec![sheet("ir-24x7.yaml", always), sheet("ir-working.yaml", &working)]).0
}
