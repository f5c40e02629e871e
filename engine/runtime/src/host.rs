//! The engine at work in a process: commands of clients, timers, the outbox and the inbox, each on time.
//!
//! Owns: one command of a stream at a time, the loop that looks for what is due, and the sending of messages with the
//! limits of their connectors. What is decided is decided in [`crate::turn`].

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use peygir_connector::{Connector, Fault, FaultKind, Receipt, send_within};
use peygir_core::{Id, Moment};
use peygir_store::InboxKey;
use tokio::sync::{Notify, OwnedSemaphorePermit, RwLock, Semaphore};
use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::command::{AttemptResult, Command};
use crate::engine::{Begun, Engine, Failure, Ready};
use crate::offload::{Ended, offload};
use crate::outgoing;
use crate::stream::Stream;
use crate::watch::Watch;

mod carry;
mod clock_watch;
mod editions;
mod operations;

use clock_watch::ClockWatch;
pub use operations::Declared;

/// Streams looked at in one round of the loop.
pub(crate) const ROUND_STREAMS_MAX: usize = 256;
/// Streams that are woken in one round of the loop: while none is begun, threads have nothing to do.
const ROUND_DUE_MAX: usize = 1_024;
/// Streams that are woken in one piece of work: none is handed from thread to thread by itself.
const WAKES_TOGETHER: usize = 32;
/// As many locks of streams may be there before those are looked for that nobody has any more.
const LOCKS_SWEPT: usize = 128;
/// Longest time without a look, whatever the indexes say.
const ROUND_MS_MAX: u64 = 1_000;
/// How long a stream whose timer could not be handled is left alone.
const PAUSE_US: i64 = 30_000_000;
/// Time limit of an operation that its connector does not know, in milliseconds.
const TIMEOUT_MS: u64 = 30_000;
/// Turns of the loop at one time.
const TURNS_MAX: usize = 256;

/// A place on a lane; an operation that no connector knows has no lane and fails at once.
pub(crate) type Place = Option<OwnedSemaphorePermit>;

/// After the word to stop, attempts under way have this long to end.
pub const DRAIN_SECONDS_MAX: u64 = 60;

/// Keeps on record who let go what was held; errs with why it could not.
pub type OnRelease = Box<dyn Fn(&str) -> Result<(), String> + Send + Sync>;

/// Connector and operation.
type LaneName = (String, String);

type StreamLock = Arc<tokio::sync::Mutex<()>>;

/// The locks that somebody has or waits for, and some that nobody has any more.
#[derive(Default)]
struct Locks {
    streams: BTreeMap<Id, Weak<tokio::sync::Mutex<()>>>,
    /// There were as many when they were last swept.
    left: usize,
}

/// Connectors by the name that the deployment gives them.
pub type Connectors = BTreeMap<String, Arc<dyn Connector>>;

pub struct Host {
    pub engine: Arc<Engine>,
    pub clock: Clock,
    pub connectors: Connectors,
    locks: Mutex<Locks>,
    paused: Mutex<BTreeMap<Id, Moment>>,
    /// By connector and operation: attempts at one time.
    lanes: BTreeMap<LaneName, Arc<Semaphore>>,
    /// Streams with messages that found no place on their lane, by lane and in order: the first of them has the next place.
    waiting: Mutex<BTreeMap<LaneName, VecDeque<Id>>>,
    turns: Arc<Semaphore>,
    /// Attempts under way.
    sending: Mutex<JoinSet<()>>,
    work: Notify,
    /// When the loop looks again by itself, in microseconds: nobody need tell it of what is due later.
    looks_at: AtomicI64,
    /// When streams were last looked at that wait for a place, in microseconds.
    looked_at_all: AtomicI64,
    /// Attempts may begin with the turns that queue them: the host is at work, and what an earlier process began is settled. A
    /// turn holds it as it stands until what it began is under way.
    at_once: RwLock<bool>,
    /// Nothing leaves: the store was restored, and whoever was backed up may have sent it already.
    held: AtomicBool,
    /// Keeps on record who let it go.
    on_release: OnceLock<OnRelease>,
    /// Who waits for a stream to be written.
    pub watch: Watch,
}

impl Host {
    pub fn new(engine: Arc<Engine>, clock: Clock, connectors: Connectors) -> Arc<Self> {
        let lanes = connectors
            .iter()
            .flat_map(|(name, connector)| {
                connector.manifest().operations.iter().map(move |operation| {
                    let most = operation.concurrency_max.max(1) as usize;
                    ((name.clone(), operation.name.clone()), Arc::new(Semaphore::new(most)))
                })
            })
            .collect();
        Arc::new(Self {
            engine,
            clock,
            connectors,
            locks: Mutex::default(),
            paused: Mutex::default(),
            lanes,
            waiting: Mutex::default(),
            turns: Arc::new(Semaphore::new(TURNS_MAX)),
            sending: Mutex::default(),
            work: Notify::new(),
            looks_at: AtomicI64::new(i64::MAX),
            looked_at_all: AtomicI64::new(i64::MIN),
            at_once: RwLock::new(false),
            held: AtomicBool::new(false),
            on_release: OnceLock::new(),
            watch: Watch::default(),
        })
    }

    /// Carries out a command and returns when it is durable, with the stream as it is then.
    pub async fn submit(self: &Arc<Self>, stream: Id, actor: &str, command: Command) -> Result<Stream, Failure> {
        self.carry_out(stream, actor, command).await.map(Arc::unwrap_or_clone)
    }

    /// The same, with the stream shared: for those whom it does not concern what became of it.
    pub async fn carry_out(
        self: &Arc<Self>,
        stream: Id,
        actor: &str,
        command: Command,
    ) -> Result<Arc<Stream>, Failure> {
        // Whoever asked may go away at any time; what was begun with the turn is to leave all the same.
        let (host, actor) = (self.clone(), actor.to_owned());
        let carried = tokio::spawn(async move { host.carry(stream, &actor, command).await });
        carried.await.unwrap_or_else(|error| Err(Failure::Internal(format!("a turn ended badly: {error}"))))
    }

    /// Reads a stream.
    pub async fn read(self: &Arc<Self>, stream: Id) -> Result<Arc<Stream>, Failure> {
        let engine = self.engine.clone();
        offload(move || engine.load_shared(stream))
            .await
            .unwrap_or_else(|error| Err(Failure::Internal(format!("a reading ended badly: {error}"))))
    }

    /// From now on nothing leaves: messages are queued, kept, withdrawn and expire as ever, and no attempt is begun.
    /// `on_release` keeps on record who lets it go, before anything leaves.
    pub fn hold_effects(&self, on_release: OnRelease) {
        // A second hold changes nothing: the first one's record is still owed.
        let _ = self.on_release.set(on_release);
        self.held.store(true, Ordering::Release);
    }

    /// What was held leaves, as long as it has not expired. False where nothing was held.
    pub fn release_effects(&self, by: &str) -> Result<bool, String> {
        if !self.effects_held() {
            return Ok(false);
        }
        if let Some(on_release) = self.on_release.get() {
            on_release(by)?;
        }
        self.held.store(false, Ordering::Release);
        self.work.notify_one();
        Ok(true)
    }

    pub fn effects_held(&self) -> bool {
        self.held.load(Ordering::Acquire)
    }

    fn lock_of(&self, stream: Id) -> StreamLock {
        let mut locks = locked(&self.locks);
        if let Some(lock) = locks.streams.get(&stream).and_then(Weak::upgrade) {
            return lock;
        }
        // Looking through all of them for each would cost more, the more are under way.
        if locks.streams.len() >= locks.left.saturating_mul(2).max(LOCKS_SWEPT) {
            locks.streams.retain(|_, lock| lock.strong_count() > 0);
            locks.left = locks.streams.len();
        }
        let lock = StreamLock::default();
        locks.streams.insert(stream, Arc::downgrade(&lock));
        lock
    }

    /// Brings the streams of schedules in line with what is deployed: new ones begin, gone ones end.
    pub async fn align_schedules(self: &Arc<Self>) -> Result<(), Failure> {
        let engine = self.engine.clone();
        let orders = blocking(move || engine.schedules_out_of_line()).await?;
        for (stream, flow) in orders {
            self.submit(stream, "system", Command::SetSchedule(flow)).await?;
        }
        Ok(())
    }

    /// Runs until `stop` is told. First, attempts that an earlier process began and has no result for are settled by
    /// their connectors' policies.
    pub async fn run(self: Arc<Self>, stop: Arc<Notify>) {
        let mut told = std::pin::pin!(stop.notified());
        self.recover().await;
        *self.at_once.write().await = true;
        let mut clock_watch = ClockWatch::begin(&self.clock);
        loop {
            clock_watch.look(&self.clock);
            let wait = if self.round().await { Duration::ZERO } else { self.until_next() };
            tokio::select! {
                biased;
                () = &mut told => break,
                () = self.work.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
        *self.at_once.write().await = false;
        self.drain().await;
    }

    /// Attempts under way get the time to end: their results are kept, so that nothing is sent again at the next start.
    async fn drain(&self) {
        let mut sending = std::mem::take(&mut *locked(&self.sending));
        let ended = async { while sending.join_next().await.is_some() {} };
        if tokio::time::timeout(Duration::from_secs(DRAIN_SECONDS_MAX), ended).await.is_err() {
            tracing::warn!(seconds = DRAIN_SECONDS_MAX, "attempts were still under way; the next start settles them");
        }
    }

    fn until_next(&self) -> Duration {
        let longest = Duration::from_millis(ROUND_MS_MAX);
        // Whatever comes while the index is read may be missing in what it says.
        self.looks_at.store(i64::MAX, Ordering::SeqCst);
        let now = self.clock.now();
        let wait = match self.engine.next_instant() {
            Ok(Some(at)) if at > now => Duration::from_micros((at.0 - now.0) as u64).min(longest),
            // What is due and was not done in this round is paused, or waits for its lane.
            _ => longest,
        };
        self.looks_at.store(now.plus_micros(wait.as_micros() as i64).0, Ordering::SeqCst);
        wait
    }

    /// One look at everything that is due. True where there was something to do.
    async fn round(self: &Arc<Self>) -> bool {
        let now = self.clock.now();
        self.enact_editions(now).await;
        let inbox = self.take_inbox(now).await;
        let advanced = self.advance_operations(now).await;
        let woken = self.wake_due(now).await;
        let sent = self.send_ready(now).await;
        inbox || advanced || woken || sent
    }

    pub(crate) async fn take_inbox(self: &Arc<Self>, now: Moment) -> bool {
        let entries = match self.engine.store.inbox(ROUND_STREAMS_MAX) {
            Ok(entries) => entries,
            Err(error) => {
                tracing::error!(%error, "the inbox can't be read");
                return false;
            }
        };
        // What was enqueued for one stream is carried out in order; streams need not wait for each other.
        let mut streams: BTreeMap<Id, Vec<(InboxKey, Vec<u8>)>> = BTreeMap::new();
        if !*self.at_once.read().await {
            // Whoever drives the host has one order of everything.
            return self.take_entries(entries, now).await;
        }
        for (key, command) in entries {
            streams.entry(key.stream).or_default().push((key, command));
        }
        let turns = streams.into_values().map(|entries| {
            let host = self.clone();
            async move {
                let _turn = host.turns.clone().acquire_owned().await;
                host.take_entries(entries, now).await
            }
        });
        join(turns).await
    }

    /// One after the other. True where any was carried out.
    async fn take_entries(self: &Arc<Self>, entries: Vec<(InboxKey, Vec<u8>)>, now: Moment) -> bool {
        let mut done = false;
        for (key, command) in entries {
            let stream = key.stream;
            if self.is_paused(stream, now) {
                continue;
            }
            let lock = self.lock_of(stream);
            let _one_at_a_time = lock.lock().await;
            let engine = self.engine.clone();
            let result = offload(move || engine.handle_enqueued(&key, &command, now)).await;
            let written = result.as_ref().ok().and_then(|result| result.as_ref().ok());
            self.watch.written(stream, written);
            done |= self.note_result(stream, now, result.map(|result| result.map(|_| ())));
        }
        done
    }

    pub(crate) async fn wake_due(self: &Arc<Self>, now: Moment) -> bool {
        let mut due = self.engine.due(now, ROUND_DUE_MAX).unwrap_or_default();
        due.retain(|stream| !self.is_paused(*stream, now));
        // Whoever drives the host has one order of everything.
        let together = if *self.at_once.read().await { WAKES_TOGETHER } else { 1 };
        let turns = due.chunks(together).map(|streams| {
            let (host, streams) = (self.clone(), streams.to_vec());
            async move {
                let places = u32::try_from(streams.len()).expect("a group is short");
                let _turns = host.turns.clone().acquire_many_owned(places).await;
                host.wake(streams, now).await
            }
        });
        join(turns).await
    }

    /// True where any was woken.
    async fn wake(self: &Arc<Self>, streams: Vec<Id>, now: Moment) -> bool {
        let (mut results, mut apart) = (Vec::new(), streams);
        if apart.len() > 1 {
            (results, apart) = self.carry_together(apart, "system", &Command::Wake).await;
        }
        for stream in apart {
            results.push((stream, self.carry_out(stream, "system", Command::Wake).await.map(|_| ())));
        }
        let done = results.into_iter().map(|(stream, result)| self.note_result(stream, now, Ok(result)));
        done.fold(false, |any, done| any | done)
    }

    fn is_paused(&self, stream: Id, now: Moment) -> bool {
        let mut paused = self.paused.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        paused.retain(|_, until| *until > now);
        paused.contains_key(&stream)
    }

    /// True where it went well; otherwise the stream is left alone for a while and the fault is told.
    fn note_result(&self, stream: Id, now: Moment, result: Result<Result<(), Failure>, Ended>) -> bool {
        let failure = match result {
            Ok(Ok(())) => return true,
            Ok(Err(failure)) => failure.to_string(),
            Err(error) => error.to_string(),
        };
        tracing::error!(%stream, failure, "what is due in a stream could not be done; it is tried again in 30 s");
        let mut paused = self.paused.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        paused.insert(stream, now.plus_micros(PAUSE_US));
        false
    }

    async fn send_ready(self: &Arc<Self>, now: Moment) -> bool {
        if self.effects_held() {
            return false;
        }
        let waiting: BTreeSet<Id> = locked(&self.waiting).values().flatten().copied().collect();
        // Now and then all of them are looked at: they may have messages for other lanes too.
        let since = now.0.abs_diff(self.looked_at_all.load(Ordering::SeqCst));
        let looks_at_all = since >= ROUND_MS_MAX * 1_000;
        if looks_at_all {
            self.looked_at_all.store(now.0, Ordering::SeqCst);
        }
        let ready = self.engine.sendable(now, ROUND_STREAMS_MAX + waiting.len()).unwrap_or_default();
        let may_try = |stream: &Id| (looks_at_all || !waiting.contains(stream)) && !self.is_paused(*stream, now);
        let turns = ready.into_iter().filter(may_try).take(ROUND_STREAMS_MAX).map(|stream| {
            let host = self.clone();
            async move {
                let _turn = host.turns.clone().acquire_owned().await;
                let lock = host.lock_of(stream);
                let _one_at_a_time = lock.lock().await;
                let begun = host.begin_locked(stream, now).await;
                let any = !begun.is_empty();
                for (attempt, place) in begun {
                    host.clone().spawn_attempt(attempt, place);
                }
                any
            }
        });
        join(turns).await
    }

    /// Begins attempts of what is ready and has a place on its lane. What has none is not begun: a crash would leave it
    /// looking as if it might have been sent.
    pub(crate) async fn begin(self: &Arc<Self>, stream: Id, now: Moment) -> Vec<(Begun, Place)> {
        let lock = self.lock_of(stream);
        let _one_at_a_time = lock.lock().await;
        self.begin_locked(stream, now).await
    }

    async fn begin_locked(self: &Arc<Self>, stream: Id, now: Moment) -> Vec<(Begun, Place)> {
        match self.begin_ready(stream, now).await {
            Ok(begun) => begun,
            Err(failure) => {
                self.note_result(stream, now, Ok(Err(failure)));
                Vec::new()
            }
        }
    }

    async fn begin_ready(self: &Arc<Self>, stream: Id, now: Moment) -> Result<Vec<(Begun, Place)>, Failure> {
        let engine = self.engine.clone();
        let ready = blocking(move || engine.ready(stream, now)).await?;
        let mut places: BTreeMap<Id, Place> =
            ready.iter().filter_map(|ready| Some((ready.dispatch, self.place(ready)?))).collect();
        for ready in ready.iter().filter(|ready| !places.contains_key(&ready.dispatch)) {
            self.wait_for_place(stream, (ready.connector.clone(), ready.operation.clone()));
        }
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let (engine, only) = (self.engine.clone(), places.keys().copied().collect());
        let begun = blocking(move || engine.begin_attempts(stream, now, only)).await?;
        Ok(begun
            .into_iter()
            .map(|begun| {
                let place = places.remove(&begun.dispatch).flatten();
                (begun, place)
            })
            .collect())
    }

    fn place(&self, ready: &Ready) -> Option<Place> {
        match self.lanes.get(&(ready.connector.clone(), ready.operation.clone())) {
            Some(lane) => lane.clone().try_acquire_owned().ok().map(Some),
            None => Some(None),
        }
    }

    /// Does everything that is due at the clock's time, one after the other, and what follows from it at once. For
    /// hosts that move the clock themselves.
    pub async fn settle(self: &Arc<Self>) {
        loop {
            let now = self.clock.now();
            self.enact_editions(now).await;
            let mut busy = self.take_inbox(now).await;
            busy |= self.end_operations(now).await;
            busy |= self.wake_due(now).await;
            for stream in self.engine.sendable(now, ROUND_STREAMS_MAX).unwrap_or_default() {
                for (attempt, place) in self.begin(stream, now).await {
                    busy = true;
                    self.clone().attempt(attempt, place).await;
                }
            }
            if !busy {
                return;
            }
        }
    }

    /// What a start does first: attempts that an earlier process began are settled by their connectors' policies, and the
    /// calendars and schedules are those of what is deployed now.
    pub async fn recover(self: &Arc<Self>) {
        self.settle_lost_attempts().await;
        if let Err(failure) = self.align_calendars().await {
            tracing::error!(%failure, "the deadlines could not be brought in line with the calendars that are deployed");
        }
        if let Err(failure) = self.align_schedules().await {
            tracing::error!(%failure, "the schedules could not be brought in line with what is deployed");
        }
    }

    async fn settle_lost_attempts(self: &Arc<Self>) {
        while let Ok(streams) = self.engine.unresolved(ROUND_STREAMS_MAX) {
            if streams.is_empty() {
                return;
            }
            for stream in streams {
                if let Err(failure) = self.carry_out(stream, "system", Command::RecoverAttempts).await {
                    tracing::error!(%stream, %failure, "lost attempts could not be settled");
                    return;
                }
            }
        }
    }

    /// Streams that are left alone because something in them failed.
    pub fn paused(&self) -> Vec<Id> {
        self.paused.lock().unwrap_or_else(std::sync::PoisonError::into_inner).keys().copied().collect()
    }

    /// The attempt leaves now, as long as whoever began it has the stream: what is decided of the message from here on (it is
    /// withdrawn, an earlier attempt is reported as delivered) is decided of one that has left.
    fn spawn_attempt(self: Arc<Self>, begun: Begun, place: Place) {
        let stream = begun.stream;
        let mut attempt = Box::pin(self.clone().attempt(begun, place));
        // It is looked at once more as soon as it has a task of its own: no waking is lost.
        let first = || attempt.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        match catch_unwind(AssertUnwindSafe(first)) {
            Ok(Poll::Ready(())) => {}
            Ok(Poll::Pending) => {
                let mut sending = locked(&self.sending);
                while sending.try_join_next().is_some() {}
                sending.spawn(attempt);
            }
            // As where its own task panics: the attempt stays without a result, and the next start settles it by policy.
            Err(_panic) => tracing::error!(%stream, "an attempt panicked as it left; the next start settles it"),
        }
    }

    /// Sends once and journals the result.
    async fn attempt(self: Arc<Self>, begun: Begun, place: Place) {
        let result = self.send(&begun).await;
        drop(place);
        self.clone().give_place(&begun);
        let command = Command::AttemptEnded { dispatch: begun.dispatch, attempt: begun.attempt, result };
        if let Err(failure) = self.carry(begun.stream, "system", command).await {
            // The attempt stays without a result; the next start settles it by policy.
            tracing::error!(stream = %begun.stream, %failure, "the result of an attempt could not be kept");
        }
    }

    pub(crate) async fn send(&self, begun: &Begun) -> AttemptResult {
        let sent = match (outgoing::refusal(begun), self.connectors.get(&begun.connector)) {
            (Some(refusal), _) => Err(refusal),
            (None, Some(connector)) => self.send_by(connector.as_ref(), begun).await,
            (None, None) => Err(Fault::permanent(FaultKind::Configuration, "no such connector")),
        };
        outgoing::outcome(begun, sent, &self.engine.vault)
    }

    async fn send_by(&self, connector: &dyn Connector, begun: &Begun) -> Result<Receipt, Fault> {
        let operation = &begun.request.operation;
        let limit = connector.manifest().operation(operation).map_or(TIMEOUT_MS, |operation| operation.timeout_ms);
        send_within(connector, begun.request.clone(), Duration::from_millis(limit)).await
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Waits for a disk on a thread that may wait.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
    offload(work).await.unwrap_or_else(|error| Err(Failure::Internal(format!("a turn ended badly: {error}"))))
}

/// Runs all at once; true where any was.
async fn join(turns: impl Iterator<Item = impl Future<Output = bool> + Send + 'static>) -> bool {
    let mut set = JoinSet::new();
    turns.for_each(|turn| {
        set.spawn(turn);
    });
    let mut any = false;
    while let Some(done) = set.join_next().await {
        any |= done.unwrap_or(false);
    }
    any
}
