//! A whole engine on a virtual clock: for scenarios and tests. Everything is the real thing but the clock, the random
//! bytes and the peers; peers of channels are gateways that can be taken down, all others are handed in.
//!
//! The process of a world can be ended between any two commits and begun again ([`life`]): memory is gone, the store, the
//! clock and the peers go on.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use peygir_connector::{Connector, Fault, FaultKind, Manifest};
use peygir_core::Moment;
use peygir_store::Store;
use sha2::{Digest, Sha256};

use crate::catalog::Catalog;
use crate::clock::Clock;
use crate::command::{AttemptResult, Command};
use crate::desk::Desk;
use crate::engine::{BeginError, Begun, Engine, Failure, Random};
use crate::host::{Connectors, Host, Place, ROUND_STREAMS_MAX};
use crate::outgoing::error_of;
use crate::pack;
use crate::packs::Folder;
use crate::vault::{Keys, Vault};

mod gateway;
pub mod life;

pub use gateway::{Gateway, Mood, Sent};
pub use life::{Cut, Life, Occurred};

use life::Mortal;

/// Opens the store anew for a process that begins: one that keeps files reads them again.
pub type Opener = Box<dyn Fn() -> Arc<dyn Store> + Send>;

/// Peers that answer by the virtual clock.
pub trait Peers: Send + Sync {
    /// What they answered since they were asked the last time.
    fn take_answers(&self) -> Answers;
    /// These answers are on record: the same question again is a new one.
    fn kept(&self, ticket: u64);
    /// Longest that the connector waits for them, in microseconds.
    fn patience_us(&self) -> i64;
}

/// One sending's answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answers {
    pub ticket: u64,
    /// When the last of them is there; None where one never comes.
    pub arrive_at: Option<Moment>,
}

/// What a world is made of.
pub struct Parts {
    pub pack: pack::Catalog,
    /// One for each channel of the deployment, by the channel's name.
    pub channels: BTreeMap<String, Manifest>,
    /// Connectors beside the gateways, by name.
    pub connectors: Connectors,
    pub peers: Option<Arc<dyn Peers>>,
    pub store: Opener,
    pub start: Moment,
    /// Makes ids and draws.
    pub seed: u64,
}

/// An engine with its clock, its peers and what outlives a restart.
pub struct World {
    pub desk: Desk,
    pub clock: Clock,
    pub gateways: BTreeMap<String, Arc<Gateway>>,
    pub life: Arc<Life>,
    lasting: Lasting,
    store: Arc<Mortal>,
    /// Requests whose answers are still on their way.
    flights: Mutex<Vec<Flight>>,
    /// The time of every script is over before it begins.
    scripts_stopped: Arc<AtomicBool>,
}

/// What a process is assembled from.
struct Lasting {
    catalog: Catalog,
    /// Packs that are deployed into the store at every start, for worlds that know editions.
    folder: Option<Folder>,
    connectors: Connectors,
    peers: Option<Arc<dyn Peers>>,
    open: Opener,
    keys: Arc<Keys>,
    random: Random,
    seed: u64,
}

struct Flight {
    arrives_at: Moment,
    begun: Begun,
    result: AttemptResult,
    ticket: u64,
    /// Kept until the answer is there.
    _place: Place,
}

/// What a peer names as its token in a call to any of a world's gateways. They read no calls.
pub const CALLBACK_SECRET: &str = "callback-secret-of-the-world";

impl World {
    /// `manifests`: one for each channel of the deployment, by the channel's name. `seed` makes ids and draws.
    pub fn new(
        pack: pack::Catalog,
        manifests: &BTreeMap<String, Manifest>,
        store: Arc<dyn Store>,
        start: Moment,
        seed: u64,
    ) -> Self {
        let (channels, connectors) = (manifests.clone(), Connectors::new());
        let store: Opener = Box::new(move || store.clone());
        Self::of(Parts { pack, channels, connectors, peers: None, store, start, seed })
    }

    pub fn of(parts: Parts) -> Self {
        let Parts { mut pack, channels, mut connectors, peers, store: open, start, seed } = parts;
        let clock = Clock::at(start);
        pack.deployment.channels = channels.keys().map(|name| (name.clone(), name.clone())).collect();
        let gateway = |(channel, manifest): (&String, &Manifest)| {
            (channel.clone(), Arc::new(Gateway::new(channel.clone(), manifest.clone(), clock.clone())))
        };
        let gateways: BTreeMap<String, Arc<Gateway>> = channels.iter().map(gateway).collect();
        let mut manifests: BTreeMap<String, Manifest> =
            connectors.iter().map(|(name, connector)| (name.clone(), connector.manifest().clone())).collect();
        manifests.values_mut().for_each(without_backoff);
        manifests.extend(channels.clone());
        let scripts_stopped = Arc::new(AtomicBool::new(false));
        let is_stopped = scripts_stopped.clone();
        let deadline = move || {
            let is_stopped = is_stopped.clone();
            peygir_script::Deadline::new(move || is_stopped.load(Ordering::SeqCst))
        };
        let catalog = Catalog::new(pack, &manifests, Arc::new(deadline));
        let catalog = channels
            .keys()
            .fold(catalog, |catalog, channel| catalog.with_callback_secret(channel, CALLBACK_SECRET.to_owned()));
        connectors.extend(gateways.iter().map(|(name, gateway)| (name.clone(), gateway.clone() as Arc<dyn Connector>)));
        let keys = Arc::new(Keys::in_memory());
        let (folder, random) = (None, seeded(seed));
        let lasting = Lasting { catalog, folder, connectors, peers, open, keys, random, seed };
        let life = Arc::new(Life::default());
        let (desk, store) = lasting.assemble(&life, &clock);
        Self { desk, clock, gateways, life, lasting, store, flights: Mutex::default(), scripts_stopped }
    }

    /// From now on the wall clock stops every script, as on a machine that is far too busy; or it does so no more.
    pub fn stop_scripts(&self, stopped: bool) {
        self.scripts_stopped.store(stopped, Ordering::SeqCst);
    }

    pub fn host(&self) -> &Arc<Host> {
        self.desk.host()
    }

    /// From now on the world's packs are editions of its store, as those of a server are; these are its folder's.
    pub async fn take_packs(&mut self, folder: Folder) -> Result<(), BeginError> {
        self.lasting.folder = Some(folder.clone());
        let begun = self.host().engine.begin_editions(&folder, self.clock.now());
        if self.store.is_dead() {
            // The next process begins with them.
            self.begin_again().await;
            return Ok(());
        }
        begun.map(drop)
    }

    /// Does what is due now, until nothing is or the process has ended.
    pub async fn settle(&self) {
        while self.round().await {}
    }

    /// Does what is due now, in as many processes as it takes.
    pub async fn go_on(&mut self) {
        loop {
            self.settle().await;
            if !self.store.is_dead() {
                return;
            }
            self.begin_again().await;
        }
    }

    /// Serves a client: an end of the process that falls due meanwhile comes right behind it. An end before the commit
    /// leaves the client without an answer, and it asks again.
    pub async fn serve<T, E>(&mut self, ask: impl AsyncFn(&Desk) -> Result<T, E>) -> Result<T, E> {
        loop {
            self.life.hold();
            let answer = ask(&self.desk).await;
            let owed = self.life.release();
            let unanswered = self.store.is_dead();
            if owed {
                self.store.end();
            }
            if self.store.is_dead() {
                self.begin_again().await;
            }
            if !(unanswered && answer.is_err()) {
                return answer;
            }
        }
    }

    /// Moves the clock, stopping wherever something is due. Errs with the streams that could not go on. For worlds whose
    /// process is not to end meanwhile.
    pub async fn advance_to(&self, target: Moment) -> Result<(), Failure> {
        loop {
            self.settle().await;
            if !self.tick_towards(target)? {
                return Ok(());
            }
        }
    }

    /// The same in as many processes as it takes.
    pub async fn pass_to(&mut self, target: Moment) -> Result<(), Failure> {
        loop {
            self.go_on().await;
            if !self.tick_towards(target)? {
                return Ok(());
            }
        }
    }

    /// Moves the clock to the next instant at which something happens. False where the target was reached before.
    fn tick_towards(&self, target: Moment) -> Result<bool, Failure> {
        let now = self.clock.now();
        if let Some(stream) = self.host().paused().first() {
            return Err(Failure::Internal(format!("stream {stream} could not go on")));
        }
        match self.next_instant()? {
            Some(next) if next <= now => {
                return Err(Failure::Internal(format!("what is due at {next} does not get done")));
            }
            Some(next) if next <= target => self.clock.set(next),
            _ if now < target => self.clock.set(target),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The earliest instant at which anything happens, if nothing comes from outside.
    pub fn next_instant(&self) -> Result<Option<Moment>, Failure> {
        let due = self.host().engine.next_instant()?;
        let arrives = locked(&self.flights).iter().map(|flight| flight.arrives_at).min();
        Ok(due.into_iter().chain(arrives).min())
    }

    /// The process ends and another begins over the same store and keys.
    pub async fn restart(&mut self) {
        self.begin_again().await;
        self.go_on().await;
    }

    /// The process ends, and another begins when the clock stands at `target`: what was due meanwhile is done then.
    pub async fn down_to(&mut self, target: Moment) {
        self.store.end();
        self.clock.set(target);
        self.restart().await;
    }

    /// Another process begins; one that ends as it begins is followed by the next.
    async fn begin_again(&mut self) {
        loop {
            self.store.end();
            self.life.ended();
            locked(&self.flights).clear();
            (self.desk, self.store) = self.lasting.assemble(&self.life, &self.clock);
            self.host().recover().await;
            if !self.store.is_dead() {
                return;
            }
        }
    }

    /// One look at everything that is due. True where there was something to do.
    async fn round(&self) -> bool {
        let (host, now) = (self.host(), self.clock.now());
        host.enact_editions(now).await;
        let mut busy = host.take_inbox(now).await;
        busy |= host.end_operations(now).await;
        busy |= host.wake_due(now).await;
        busy |= self.land(now).await;
        for stream in host.engine.sendable(now, ROUND_STREAMS_MAX).unwrap_or_default() {
            for (begun, place) in host.begin(stream, now).await {
                busy = true;
                self.attempt(begun, place).await;
            }
        }
        busy && !self.store.is_dead()
    }

    async fn attempt(&self, begun: Begun, place: Place) {
        if self.store.is_dead() {
            return;
        }
        let sent_at = self.clock.now();
        let result = self.host().send(&begun).await;
        if self.life.loses_answer(begun.dispatch) {
            // Nobody is there any more to take what was answered.
            let _ = self.lasting.peers.as_ref().map(|peers| peers.take_answers());
            return self.store.end();
        }
        let Some(peers) = self.lasting.peers.as_ref().filter(|_| !self.gateways.contains_key(&begun.connector)) else {
            return self.keep(begun, result, None).await;
        };
        let answers = peers.take_answers();
        let patience = sent_at.plus_micros(peers.patience_us());
        match answers.arrive_at {
            Some(at) if at <= sent_at => self.keep(begun, result, Some(answers.ticket)).await,
            at => {
                let in_time = at.filter(|at| *at <= patience);
                let result = if in_time.is_some() { result } else { too_late(&begun) };
                let arrives_at = in_time.unwrap_or(patience);
                let flight = Flight { arrives_at, begun, result, ticket: answers.ticket, _place: place };
                locked(&self.flights).push(flight);
            }
        }
    }

    /// Answers that are there by now, in the order in which they came.
    async fn land(&self, now: Moment) -> bool {
        let mut landed = Vec::new();
        {
            let mut flights = locked(&self.flights);
            let (there, on_their_way) = flights.drain(..).partition(|flight| flight.arrives_at <= now);
            landed.extend::<Vec<Flight>>(there);
            *flights = on_their_way;
        }
        landed.sort_by_key(|flight| flight.arrives_at);
        let any = !landed.is_empty();
        for flight in landed {
            self.keep(flight.begun, flight.result, Some(flight.ticket)).await;
        }
        any
    }

    /// Journals the result of an attempt. Where that fails, the process has ended, and the next one asks again.
    async fn keep(&self, begun: Begun, result: AttemptResult, ticket: Option<u64>) {
        let command = Command::AttemptEnded { dispatch: begun.dispatch, attempt: begun.attempt, result };
        // A process that has ended is told nothing, whether the result was committed or not.
        let _ = self.host().carry_out(begun.stream, "system", command).await;
        let on_record = self.life.is_on_record(begun.dispatch, begun.attempt);
        if let (true, Some(ticket), Some(peers)) = (on_record, ticket, &self.lasting.peers) {
            peers.kept(ticket);
        }
    }
}

impl Lasting {
    fn assemble(&self, life: &Arc<Life>, clock: &Clock) -> (Desk, Arc<Mortal>) {
        let store = Mortal::new((self.open)(), life.clone());
        let vault = Vault::new(self.keys.clone());
        let (seed, life) = (self.seed, life.clone());
        let engine = Engine::new(store.clone(), vault, self.catalog.clone(), self.random.clone())
            .with_seeds(Arc::new(move |stream, at, command| life.seed(seed, stream, at, command)));
        if let Some(folder) = &self.folder
            && let Err(why) = engine.begin_editions(folder, clock.now())
            && !store.is_dead()
        {
            tracing::error!(%why, "the world's packs could not be taken up again");
        }
        (Desk::new(Host::new(Arc::new(engine), clock.clone(), self.connectors.clone())), store)
    }
}

/// As the host tells it of a peer that took a request and did not answer in time.
fn too_late(begun: &Begun) -> AttemptResult {
    let fault = Fault::ambiguous(FaultKind::Timeout, "the request was taken and not answered in time");
    AttemptResult::Failed {
        fault: fault.to_string(),
        permanent: false,
        reached: true,
        error: begun.awaited.then(|| error_of(&fault)),
    }
}

/// A request that an ended process left open is asked again at once and as often as processes end: how long a host waits
/// after a crash is its own affair and would move every instant that follows.
fn without_backoff(manifest: &mut Manifest) {
    for operation in manifest.operations.iter_mut().filter(|operation| operation.function.is_some()) {
        (operation.backoff_ms_min, operation.backoff_ms_max) = (0, 0);
        operation.attempts_max = u32::MAX;
    }
}

/// Bytes that are random enough and the same at every run.
fn seeded(seed: u64) -> Random {
    let next = AtomicU64::new(0);
    Arc::new(move || {
        let number = next.fetch_add(1, Ordering::SeqCst);
        Sha256::new().chain_update(seed.to_be_bytes()).chain_update(number.to_be_bytes()).finalize().into()
    })
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
