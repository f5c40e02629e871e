//! A turn as the host carries it out: decided on a thread of its own, awaited without one while the disk is at work, and what
//! was begun with it sent as soon as that is durable.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
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
        self.tell(stream, carried)
    }

    /// Carries out a command for each of several streams: decided one behind the other, so that none of them has to be handed
    /// from thread to thread by itself, and committed as they come. Gives what came of them, and those that have to be done
    /// apart: a stream that somebody is at, and one whose turn panicked. To be run to its end.
    pub(super) async fn carry_together(
        self: &Arc<Self>,
        streams: Vec<Id>,
        actor: &str,
        command: &Command,
    ) -> (Vec<(Id, Result<(), Failure>)>, Vec<Id>) {
        // Nobody who holds one lock waits for another: held together they are in nobody's way.
        let locks = streams.into_iter().map(|stream| (stream, self.lock_of(stream).try_lock_owned()));
        let (held, busy): (Vec<_>, Vec<_>) = locks.partition(|(_, lock)| lock.is_ok());
        let mut apart: Vec<Id> = busy.into_iter().map(|(stream, _)| stream).collect();
        let at_once = self.at_once.read().await;
        let may_begin = *at_once && !self.effects_held();
        let (host, actor, now) = (self.clone(), actor.to_owned(), self.clock.now());
        let (command, streams) = (command.clone(), held.iter().map(|(stream, _)| *stream).collect::<Vec<_>>());
        let decide = move || {
            let one = |stream: Id| {
                let begin = || host.engine.begin_turn(stream, &actor, now, command.clone());
                // One that panics takes none of the others along.
                catch_unwind(AssertUnwindSafe(|| host.first_step(begin, may_begin)))
            };
            Ok(streams.into_iter().map(one).collect::<Vec<_>>())
        };
        let decided = match on_turn(decide).await {
            Ok(decided) => decided,
            Err(failure) => {
                return (held.into_iter().map(|(stream, _)| (stream, Err(failure.clone()))).collect(), apart);
            }
        };
        let mut done = Vec::with_capacity(held.len());
        for ((stream, _one_at_a_time), step) in held.into_iter().zip(decided) {
            let carried = match step {
                Err(_panic) => {
                    apart.push(stream);
                    continue;
                }
                Ok(Err(failure)) => Err(failure),
                Ok(Ok((going, came))) => self.go_on(going, came).await,
            };
            done.push((stream, self.tell(stream, carried).map(|_| ())));
        }
        (done, apart)
    }

    /// Wakes whoever has to know of it.
    fn tell(&self, stream: Id, carried: Result<(Arc<Stream>, bool), Failure>) -> Result<Arc<Stream>, Failure> {
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
        let (going, came) = on_turn(move || host.first_step(begin, at_once)).await?;
        self.go_on(going, came).await
    }

    fn first_step(
        &self,
        begin: impl FnOnce() -> Result<Underway, Failure>,
        at_once: bool,
    ) -> Result<(Going, Came), Failure> {
        let mut going = Going { underway: begin()?, places: BTreeMap::new(), at_once };
        let came = self.decide(&mut going)?;
        Ok((going, came))
    }

    /// From its first step to its end.
    async fn go_on(self: &Arc<Self>, mut going: Going, mut came: Came) -> Result<(Arc<Stream>, bool), Failure> {
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
