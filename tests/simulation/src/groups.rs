//! Commits of callers who do not wait on a thread of their own, gathered until they go to the store together, as those of many streams do
//! that came while the disk was busy.
//!
//! Owns: what waits, and when it goes. A process that ends before that takes it along: nobody was told.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use peygir_store::{Batch, Conflict, Done, Store};
use tokio::sync::Notify;

use crate::dice::Dice;
use crate::fate::Fate;

/// Seeds below ran when each commit went to the store by itself.
pub const FIRST_SEED: u64 = 7_000_000;
/// Pauses until what waits goes to the store, at most.
const PAUSES_MAX: u64 = 3;

#[derive(Default)]
pub struct Groups {
    waiting: Mutex<Vec<(Batch, Done)>>,
    arrived: Notify,
}

impl Groups {
    fn waiting(&self) -> MutexGuard<'_, Vec<(Batch, Done)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It goes with the next group.
    pub fn push(&self, batch: Batch, done: Done) {
        self.waiting().push((batch, done));
        self.arrived.notify_one();
    }

    /// Commits what gathers, for as long as the process lives.
    pub async fn carry(self: Arc<Self>, store: Arc<dyn Store>, dice: Dice, fate: Arc<Fate>) {
        loop {
            self.arrived.notified().await;
            for _ in 0..=dice.below(PAUSES_MAX) {
                fate.point().await;
            }
            let waiting = std::mem::take(&mut *self.waiting());
            let (batches, all): (Vec<Batch>, Vec<Done>) = waiting.into_iter().unzip();
            let mut answers = store.commit(&batches).into_iter();
            for done in all {
                let unanswered = || Err(Conflict::Stopped("the store gave no answer".to_owned()));
                done(answers.next().unwrap_or_else(unanswered));
            }
        }
    }
}
