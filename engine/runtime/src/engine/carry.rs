//! Carrying out a command: decided, committed, settled; decided again where somebody else wrote the stream first.
//!
//! Owns: the three steps of a turn over a store, apart from each other, so that whoever has many turns under way need not keep
//! a thread waiting for the disk at each of them; and the same in one, for whoever may wait.

use std::sync::Arc;

use peygir_casework::functions::claim_of_code;
use peygir_core::{Id, Moment};
use peygir_store::{Batch, Conflict, Done, InboxKey, Version};

use super::{Begun, CONFLICTS_MAX, Engine, Failure, SHORTER_BY, changes_nothing};
use crate::catalog::Catalog;
use crate::closures;
use crate::command::{Command, Envelope};
use crate::packs;
use crate::stream::Stream;
use crate::tally::{self, Committing, Counts};
use crate::turn::{Decided, HasPlace, decide_within};

/// A turn on its way, from its command to the end.
pub struct Underway {
    id: Id,
    envelope: Envelope,
    done: Option<InboxKey>,
    catalog: Arc<Catalog>,
    /// As long as the turn lasts, operations know that something may still be decided by this catalog.
    _turn: Arc<()>,
    /// Pieces of work that it may have.
    most: u32,
    tries: u32,
}

/// What a turn came to when it was decided.
pub enum Step {
    Commit(Box<Pending>),
    /// There is nothing to commit.
    Done(Carried),
}

/// A turn that was decided: durable once its batch is committed.
pub struct Pending {
    stream: Stream,
    pub batch: Batch,
    begun: Vec<Id>,
    counts: Option<Counts>,
}

/// A turn that is over, and what it left to whoever carried it out.
pub struct Carried {
    pub stream: Arc<Stream>,
    /// Attempts that were begun with it: they may leave.
    pub begun: Vec<Begun>,
    /// Something was left for a turn of its own, of this stream or another.
    pub enqueued: bool,
}

impl Engine {
    /// Carries out one command: returns when it is durable, with the stream as it is then.
    pub fn handle(&self, id: Id, actor: &str, at: Moment, command: Command) -> Result<Arc<Stream>, Failure> {
        let underway = self.begin_turn(id, actor, at, command)?;
        self.carry_through(underway)
    }

    /// Carries out a command that another stream's commit enqueued; its inbox entry goes with the commit.
    pub fn handle_enqueued(&self, key: &InboxKey, command: &[u8], now: Moment) -> Result<Arc<Stream>, Failure> {
        let mut envelope: Envelope = minicbor::decode(command)
            .map_err(|error| Failure::Internal(format!("an enqueued command can't be read: {error}")))?;
        envelope.at = envelope.at.max(now);
        self.enact_for_turn(envelope.at)?;
        self.carry_through(self.in_force(key.stream, envelope, Some(key.clone()))?)
    }

    /// Takes a command up.
    pub fn begin_turn(&self, id: Id, actor: &str, at: Moment, command: Command) -> Result<Underway, Failure> {
        let seed = self.seeds.as_ref().map_or_else(|| self.seed(), |seeds| seeds(id, at, &command));
        self.enact_for_turn(at)?;
        self.in_force(id, Envelope::new(actor, at, seed, command), None)
    }

    fn enact_for_turn(&self, at: Moment) -> Result<(), Failure> {
        self.know_closures()?;
        self.enact_due(at)
    }

    /// A turn with what is in force, whether or not anything else should be by now.
    pub(super) fn in_force(&self, id: Id, mut envelope: Envelope, done: Option<InboxKey>) -> Result<Underway, Failure> {
        let (catalog, _turn) = self.catalog_for_turn();
        self.look_up_listeners(&mut envelope.command)?;
        Ok(Underway { id, envelope, done, catalog, _turn, most: u32::MAX, tries: 0 })
    }

    /// All of it on one thread, which waits for the disk. No attempt begins with it.
    pub(super) fn carry_through(&self, mut underway: Underway) -> Result<Arc<Stream>, Failure> {
        loop {
            let mut pending = match self.decide_turn(&mut underway, &mut |_| false)? {
                Step::Done(carried) => return Ok(carried.stream),
                Step::Commit(pending) => pending,
            };
            let committing = pending.committing(self);
            let answer = self.store.commit(std::slice::from_ref(&pending.batch)).pop();
            // Let go of here, whatever came of it: what follows may commit again.
            count(committing, answer.as_ref().is_some_and(Result::is_ok));
            let answer = answer.ok_or_else(|| Failure::Internal("the store gave no answer".to_owned()))?;
            if let Some(carried) = self.settle_turn(&mut underway, *pending, answer)? {
                return Ok(carried.stream);
            }
        }
    }

    /// Decides the turn by the stream as it stands. Waits for the index where the stream is not in memory.
    pub fn decide_turn(&self, underway: &mut Underway, has_place: &mut HasPlace<'_>) -> Result<Step, Failure> {
        if underway.tries == CONFLICTS_MAX {
            return Err(Failure::Unavailable("the stream is written too often".to_owned()));
        }
        underway.tries += 1;
        let Underway { id, envelope, catalog, most, .. } = underway;
        let mut stream = self.load_for_turn(*id)?;
        let before = (stream.head.due, stream.head.send, stream.head.sending);
        let counted = self.tally.before(&mut stream);
        let decided = decide_within(catalog, &self.vault, stream, envelope, *most, has_place);
        let Decided { mut stream, mut batch, begun } = match decided {
            Ok(decided) => decided,
            Err(refused) => return Err(self.tell_aborted(*id, envelope, refused)),
        };
        batch.done.clone_from(&underway.done);
        let after = (stream.head.due, stream.head.send, stream.head.sending);
        if before == after && changes_nothing(&batch) {
            return self.load_shared(*id).map(|stream| Step::Done(Carried::unchanged(stream)));
        }
        let counts = tally::after(counted, &mut stream);
        Ok(Step::Commit(Box::new(Pending { stream, batch, begun, counts })))
    }

    /// What came of the commit. None where the turn has to be decided again.
    pub fn settle_turn(
        &self,
        underway: &mut Underway,
        pending: Pending,
        answer: Result<Version, Conflict>,
    ) -> Result<Option<Carried>, Failure> {
        let Pending { stream, batch, begun, .. } = pending;
        match answer {
            Ok(_) => {
                let stream = Arc::new(stream);
                self.keep_shared(&stream);
                self.put_in_force(&stream);
                self.know_editions(&stream);
                let begun = if begun.is_empty() { Vec::new() } else { self.begun_of(&stream, &begun) };
                return Ok(Some(Carried { stream, begun, enqueued: !batch.enqueue.is_empty() }));
            }
            Err(Conflict::Version { .. }) => {}
            // A tracking code that exists already: the same turn with other draws.
            Err(Conflict::Claimed { key, .. }) if key.starts_with(&claim_of_code("")) => {
                underway.envelope.seed = self.seed();
            }
            Err(Conflict::Claimed { key, value }) => return Err(Failure::Claimed { key, value }),
            // The same in several commits; at last each has one piece of work alone.
            Err(Conflict::TooLarge { .. }) if underway.most > 1 => {
                let most = underway.most.min(underway.catalog.limits().turn_work_max);
                underway.most = most.div_euclid(SHORTER_BY).max(1);
            }
            Err(Conflict::TooLarge { limit }) => return Err(self.stop_grown(&stream, &batch, limit)),
            // Another turn has done the enqueued command meanwhile.
            Err(Conflict::Done) => return self.load_shared(underway.id).map(|stream| Some(Carried::unchanged(stream))),
            Err(Conflict::Stopped(why)) => return Err(Failure::Unavailable(why)),
        }
        Ok(None)
    }
}

impl Underway {
    pub fn stream(&self) -> Id {
        self.id
    }
}

/// What came of a commit is counted, on whichever thread it ended.
fn count(committing: Option<Committing>, is_durable: bool) {
    if let Some(committing) = committing.filter(|_| is_durable) {
        committing.done();
    }
}

impl Pending {
    /// Hands it to the store; `done` is called with what came of it, on the thread that commits or before this returns.
    pub fn commit_then(&mut self, engine: &Engine, done: Done) {
        let committing = self.committing(engine);
        let counting = move |answer: Result<Version, Conflict>| {
            count(committing, answer.is_ok());
            done(answer);
        };
        engine.store.commit_then(&self.batch, Box::new(counting));
    }

    fn committing(&mut self, engine: &Engine) -> Option<Committing> {
        let counts = self.counts.take()?;
        Some(engine.tally.committing(self.stream.id, counts))
    }

    /// Whether settling it is a matter of memory alone: what other streams go by is not replaced.
    pub fn is_quick(&self) -> bool {
        self.stream.id != closures::STREAM && self.stream.id != packs::STREAM
    }
}

impl Carried {
    fn unchanged(stream: Arc<Stream>) -> Self {
        Self { stream, begun: Vec::new(), enqueued: false }
    }
}
