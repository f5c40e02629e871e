//! A turn as the host carries it out: decided on a thread of its own, awaited without one while the disk is at work, and what
//! was begun with it sent as soon as that is durable.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use peygir_casework::records::Dispatch;
use peygir_core::Id;
use peygir_store::{Conflict, Version};
use tokio::sync::oneshot;

use super::{Host, LaneName, Place, locked};
use crate::closures;
use crate::command::Command;
use crate::engine::{Begun, Carried, Failure, Pending, Ready, Step, Underway};
use crate::offload::decide;
use crate::packs;
use crate::stream::Stream;

/// A turn between two of its steps.
struct Going {
    underway: Underway,
    /// Places that were taken for messages which it may begin to send.
    places: BTreeMap<Id, Place>,
    at_once: bool,
}

/// A commit on its way to the disk.
type Answered = oneshot::Receiver<Result<Version, Conflict>>;

/// What became of one step.
enum Came {
    Over(Carried),
    Committing(Box<Pending>, Answered),
}

impl Host {
    /// Carries out a command, and sends what may be sent with it. To be run to its end, whoever waits for it.
    pub(super) async fn carry(
        self: &Arc<Self>,
        stream: Id,
        actor: &str,
        command: Command,
    ) -> Result<Arc<Stream>, Failure> {
        let lock = self.lock_of(stream);
        let _one_at_a_time = lock.lock().await;
        let at_once = self.at_once.read().await;
        let may_begin = *at_once && !self.effects_held();
        let (engine, actor, now) = (self.engine.clone(), actor.to_owned(), self.clock.now());
        let begin = move || engine.begin_turn(stream, &actor, now, command);
        let carried = self.step_through(begin, may_begin).await;
        match carried {
            Ok((stream, enqueued)) => {
                if enqueued || self.has_work_in(&stream) {
                    self.work.notify_one();
                }
                self.watch.written(stream.id, Some(&stream));
                Ok(stream)
            }
            Err(failure) => {
                self.work.notify_one();
                self.watch.written(stream, None);
                Err(failure)
            }
        }
    }

    /// Whether the loop has anything to do in a stream before it would look by itself.
    fn has_work_in(&self, stream: &Stream) -> bool {
        let due = stream.head.due.is_some_and(|due| due.0 < self.looks_at.load(Ordering::SeqCst));
        let of_system = [closures::STREAM, packs::STREAM].contains(&stream.id);
        due || stream.head.send.is_some() || of_system || stream.schedule.is_some() || stream.operation.is_some()
    }

    async fn step_through(
        self: &Arc<Self>,
        begin: impl FnOnce() -> Result<Underway, Failure> + Send + 'static,
        at_once: bool,
    ) -> Result<(Arc<Stream>, bool), Failure> {
        let host = self.clone();
        let first = move || {
            let mut going = Going { underway: begin()?, places: BTreeMap::new(), at_once };
            let came = host.decide(&mut going)?;
            Ok((going, came))
        };
        let (mut going, mut came) = on_turn(first).await?;
        loop {
            let (pending, answered) = match came {
                Came::Over(carried) => return Ok(self.send_begun(carried, going.places)),
                Came::Committing(pending, answered) => (pending, answered),
            };
            let answer = answered.await.map_err(|_| Failure::Internal("the store gave no answer".to_owned()))?;
            if answer.is_ok() && pending.is_quick() {
                let settled = self.engine.settle_turn(&mut going.underway, *pending, answer)?;
                came = Came::Over(settled.expect("a turn whose commit was taken is over"));
                continue;
            }
            let host = self.clone();
            let next = move || {
                let came = match host.engine.settle_turn(&mut going.underway, *pending, answer)? {
                    Some(carried) => Came::Over(carried),
                    None => host.decide(&mut going)?,
                };
                Ok((going, came))
            };
            (going, came) = on_turn(next).await?;
        }
    }

    /// Decides the turn, and hands its commit over.
    fn decide(&self, going: &mut Going) -> Result<Came, Failure> {
        let Going { underway, places, at_once } = going;
        let stream = underway.stream();
        let mut has_place = |message: &Dispatch| *at_once && self.take_place(stream, message, places);
        match self.engine.decide_turn(underway, &mut has_place)? {
            Step::Done(carried) => Ok(Came::Over(carried)),
            Step::Commit(mut pending) => {
                let (answers, answered) = oneshot::channel();
                // Nobody waits any more where the process ends.
                pending.commit_then(&self.engine, Box::new(|answer| drop(answers.send(answer))));
                Ok(Came::Committing(pending, answered))
            }
        }
    }

    /// A stream has a message that found no place on its lane.
    pub(super) fn wait_for_place(&self, stream: Id, lane: LaneName) {
        let mut waiting = locked(&self.waiting);
        let waiting = waiting.entry(lane).or_default();
        if !waiting.contains(&stream) {
            waiting.push_back(stream);
        }
    }

    /// The place that an attempt had is free: whoever waits longest for one on its lane may begin. Where the host is not at
    /// work, whoever drives it looks by themselves.
    pub(super) fn give_place(self: Arc<Self>, ended: &Begun) {
        let lane = (ended.connector.clone(), ended.request.operation.clone());
        if !self.at_once.try_read().is_ok_and(|at_once| *at_once) {
            locked(&self.waiting).clear();
            return;
        }
        if !locked(&self.waiting).contains_key(&lane) {
            return;
        }
        let host = self.clone();
        locked(&self.sending).spawn(async move { host.begin_waiting(&lane).await });
    }

    /// Begins what waits for a lane, as long as that has a place and what begins can be kept.
    async fn begin_waiting(self: Arc<Self>, lane: &LaneName) {
        while self.lanes.get(lane).is_none_or(|lane| lane.available_permits() > 0) {
            let Some(stream) = self.first_waiting(lane) else { return };
            // It takes what has a place, and waits again where another was quicker.
            let begins = Command::BeginAttempts { only: Vec::new() };
            if let Err(failure) = self.carry(stream, "system", begins).await {
                tracing::error!(%stream, %failure, "a message that had a place on its lane could not be begun");
                // It may wait here again already. The loop looks at everything that waits now and then.
                return;
            }
        }
    }

    fn first_waiting(&self, lane: &LaneName) -> Option<Id> {
        let mut waiting = locked(&self.waiting);
        let streams = waiting.get_mut(lane)?;
        let first = streams.pop_front();
        if streams.is_empty() {
            waiting.remove(lane);
        }
        first
    }

    /// A place for a message, which it keeps when the turn is decided again.
    fn take_place(&self, stream: Id, message: &Dispatch, places: &mut BTreeMap<Id, Place>) -> bool {
        if places.contains_key(&message.id) {
            return true;
        }
        let ready = Ready {
            dispatch: message.id,
            connector: message.connector.clone(),
            operation: message.operation().to_owned(),
        };
        match self.place(&ready) {
            Some(place) => {
                places.insert(message.id, place);
                true
            }
            None => {
                self.wait_for_place(stream, (ready.connector, ready.operation));
                false
            }
        }
    }

    /// What was begun is on record: it leaves. Places that nothing was begun on are free again.
    fn send_begun(self: &Arc<Self>, carried: Carried, mut places: BTreeMap<Id, Place>) -> (Arc<Stream>, bool) {
        for begun in carried.begun {
            let place = places.remove(&begun.dispatch).flatten();
            self.clone().spawn_attempt(begun, place);
        }
        (carried.stream, carried.enqueued)
    }
}

/// A piece of a turn, on one of the threads that decide.
async fn on_turn<T: Send + 'static>(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
    decide(work).await.unwrap_or_else(|error| Err(Failure::Internal(format!("a turn ended badly: {error}"))))
}
