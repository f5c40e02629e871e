//! One life of the program: a store that is opened, an engine, a host at work, clients, and an end that the seed draws.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use peygir_connector::CALLBACK_TOKEN_PARAMETER;
use peygir_core::Moment;
use peygir_runtime::catalog::Catalog;
use peygir_runtime::desk::Desk;
use peygir_runtime::engine::Engine;
use peygir_runtime::host::{Connectors, Host};
use peygir_runtime::offload;
use peygir_runtime::vault::Vault;
use peygir_store::{Error, Store};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::content;
use crate::fate::Fate;
use crate::finding::{Finding, found};
use crate::groups::{self, Groups};
use crate::machine::OpenStore;
use crate::peers::Peer;
use crate::world::{Plan, World};

/// Statement: what a process left that was killed, whatever it was doing, the next start of the same boot makes use of.
const KEPT: &str = "kept";
/// What peers show in their calls.
const CALLBACK_SECRET: &str = "callback-secret-of-the-simulation";
/// Longest pause between two things that somebody does, in milliseconds.
const BETWEEN_MS_MAX: u64 = 60;
/// Seconds of the runtime's clock that a quiet life gives what goes on by itself, between two jumps of the wall's clock.
const QUIET_SECONDS: u64 = 3;
/// Rounds of a quiet life, at most: each does something or jumps to the next instant at which something is due.
const QUIET_ROUNDS_MAX: u32 = 3_000;
/// How far a quiet life looks ahead, in microseconds: deadlines of months are not waited for.
const QUIET_AHEAD_US: i64 = 200 * 86_400_000_000;

/// How a life ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// It was ended by its fate: a pause too many, or the disk going off.
    Cut,
    /// The store could not be opened: the machine went off meanwhile.
    CutAtOpening,
    /// The store takes no more commits: whoever operates the machine starts the program again.
    Stopped,
    /// It ended by itself, its store closed.
    Closed,
    /// The start was refused.
    Refused(String),
}

/// An engine over any store, with what the world keeps beside stores.
pub fn engine(world: &World, store: Arc<dyn Store>) -> Arc<Engine> {
    let mut manifests = content::manifests();
    if let Some(sabotage) = world.sabotage {
        manifests = manifests.into_iter().map(|(name, manifest)| (name, sabotage.manifest(manifest))).collect();
    }
    let deployed = content::catalog(world.deployment);
    let deployed = world.sabotage.map_or(deployed.clone(), |sabotage| sabotage.catalog(deployed));
    let catalog = Catalog::new(deployed, &manifests, Arc::new(peygir_script::Deadline::never));
    let catalog =
        manifests.keys().fold(catalog, |catalog, name| catalog.with_callback_secret(name, CALLBACK_SECRET.to_owned()));
    let random = world.random.clone();
    Arc::new(Engine::new(store, Vault::new(world.keys.clone()), catalog, Arc::new(move || random.bytes())))
}

/// Lives one life, to the end that is planned for it.
pub fn live(world: &Arc<World>, plan: &Plan) -> Result<End, Finding> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.map_err(|error| found("simulation", error.to_string()))?;
    let machine = world.machine().watch();
    let fate = Fate::new(world.dice("fate"), machine.clone(), plan.pauses);
    let _simulated = offload::simulate(fate.clone());
    let end = runtime.block_on(async {
        world.wall.run();
        let end = life(world, plan, &fate).await;
        world.wall.stand();
        end
    });
    world.count(|counts| {
        counts.pauses += fate.pauses();
        machine.count(counts);
    });
    // What the machine is now is settled before anything of the process is dropped: dropping would still write.
    if matches!(end, Ok(End::Cut | End::CutAtOpening | End::Stopped)) {
        world.end_machine(plan);
    }
    drop(runtime);
    if let Some(panic) = fate.panics().first() {
        return Err(found("panic", panic.clone()));
    }
    if fate.is_stuck() {
        return Err(found("stuck", "it works and works while no time passes".to_owned()));
    }
    if let Some(finding) = world.findings.first() {
        return Err(finding);
    }
    end
}

async fn life(world: &Arc<World>, plan: &Plan, fate: &Arc<Fate>) -> Result<End, Finding> {
    let opened = world.machine().open();
    let opened = match opened {
        Ok(opened) => opened,
        Err(_) if world.machine().watch().is_off() => return Ok(End::CutAtOpening),
        Err(Error::Io { source, .. }) if plan.disk_fails => {
            world.note(&format!("no start: {source}"));
            return Ok(End::Stopped);
        }
        Err(error) => return Ok(End::Refused(error.to_string())),
    };
    world.note(&format!("started: {}", opened.told));
    if opened.rebuilt {
        world.count(|counts| counts.rebuilt += 1);
        if world.is_whole.load(Ordering::SeqCst) && !plan.disk_fails {
            return Err(found(KEPT, format!("a kill left it whole, and it was made anew: {}", opened.told)));
        }
    }
    if let Some(refused) = opened.refused {
        return Err(found("snapshots", refused));
    }
    world.ledger.check(world.read(opened.store.clone()).as_ref())?;
    let groups = (world.seed >= groups::FIRST_SEED).then(Arc::<Groups>::default);
    let store = world.store(opened.store.clone(), groups.clone());
    if let Some(groups) = groups {
        tokio::spawn(groups.carry(store.clone(), world.dice("groups"), fate.clone()));
    }
    let engine = engine(world, store);
    world.peers.meet(fate.clone());
    let connectors: Connectors = content::manifests()
        .into_iter()
        .map(|(name, manifest)| (name.clone(), Peer::new(&name, manifest, world.peers.clone(), world.sabotage) as _))
        .collect();
    let desk = Desk::new(Host::new(engine, world.wall.clock(), connectors));
    let running = Running { world: world.clone(), desk, store: opened.store, fate: fate.clone() };
    tokio::select! {
        biased;
        () = fate.ended() => Ok(End::Cut),
        end = running.run(plan) => end,
    }
}

struct Running {
    world: Arc<World>,
    desk: Desk,
    store: Arc<dyn OpenStore>,
    fate: Arc<Fate>,
}

impl Running {
    async fn run(&self, plan: &Plan) -> Result<End, Finding> {
        let stop = Arc::new(Notify::new());
        let host = tokio::spawn(self.desk.host().clone().run(stop.clone()));
        let mut asking = JoinSet::new();
        let stopped = if plan.quiet { self.quiet(&mut asking).await? } else { self.busy(plan, &mut asking).await };
        if stopped {
            return Ok(End::Stopped);
        }
        while asking.join_next().await.is_some() {}
        stop.notify_one();
        if let Err(error) = host.await
            && error.is_panic()
        {
            return Err(found("panic", error.to_string()));
        }
        self.fate.point().await;
        if plan.quiet {
            self.world.clients.check(&self.desk).await?;
        }
        Ok(End::Closed)
    }

    /// Things happen, for so many steps. True where the store takes no more commits.
    async fn busy(&self, plan: &Plan, asking: &mut JoinSet<()>) -> bool {
        for _ in 0..plan.steps {
            let pause = self.world.dice.below(BETWEEN_MS_MAX);
            tokio::time::sleep(Duration::from_millis(pause)).await;
            while asking.try_join_next().is_some() {}
            if self.store.stopped().is_some() {
                return true;
            }
            self.happen(plan, asking).await;
        }
        false
    }

    async fn happen(&self, plan: &Plan, asking: &mut JoinSet<()>) {
        let (world, desk) = (self.world.clone(), self.desk.clone());
        match world.dice.below(40) {
            0..=13 => {
                let question = world.clients.question();
                asking.spawn(async move { world.clients.ask(&desk, question).await });
            }
            14..=18 => self.spawn(asking, async move { world.clients.work(&desk).await.map(drop) }),
            19 => self.spawn(asking, async move { world.clients.move_deadline(&desk).await }),
            20 => self.spawn(asking, async move { world.clients.control(&desk).await }),
            21 => self.spawn(asking, async move { world.clients.settle(&desk).await.map(drop) }),
            22 => self.spawn(asking, async move { world.clients.withdraw(&desk).await }),
            23..=25 => self.call_back(asking),
            26..=28 => self.store.work(),
            29 => self.store.seal(),
            30 => drop(self.store.checkpoint()),
            31 | 32 => tokio::time::sleep(Duration::from_secs(world.dice.below(45))).await,
            33..=37 => self.pass_time(),
            38 if plan.clock_jumps => {
                let micros = world.dice.below(7_200_000_000) as i64 - 3_600_000_000;
                world.note(&format!("the clock jumps by {} s", micros / 1_000_000));
                world.wall.jump(micros);
            }
            _ => {}
        }
    }

    fn spawn(
        &self,
        asking: &mut JoinSet<()>,
        work: impl Future<Output = Result<(), peygir_runtime::desk::Refusal>> + Send + 'static,
    ) {
        let world = self.world.clone();
        asking.spawn(async move {
            if let Err(refusal) = work.await {
                world.count(|counts| counts.refused += 1);
                world.note(&format!("refused: {refusal}"));
            }
        });
    }

    /// A peer makes one of the calls that it owes.
    fn call_back(&self, asking: &mut JoinSet<()>) {
        let Some(owed) = self.world.peers.take_owed() else { return };
        let (world, desk) = (self.world.clone(), self.desk.clone());
        asking.spawn(async move {
            let word = if owed.state == peygir_connector::Delivery::Delivered { "delivered" } else { "failed" };
            let token = (CALLBACK_TOKEN_PARAMETER.to_owned(), CALLBACK_SECRET.as_bytes().to_vec());
            let body = format!("{} {word}", owed.key).into_bytes();
            let taken = desk.inbound(&owed.connector, "dlr", vec![token], body).await;
            world.note(&format!("report on {}: {word}, {taken:?}", owed.key));
        });
    }

    /// The clock goes on to just before or behind the next instant at which something is due, or some time.
    fn pass_time(&self) {
        let world = &self.world;
        let now = world.wall.now();
        let next = self.desk.host().engine.next_instant().ok().flatten();
        let micros = match next {
            Some(at) if at > now && !world.dice.once_in(4) => {
                at.0 - now.0 - 500_000 + world.dice.below(1_000_000) as i64
            }
            _ => world.dice.below(3_600_000_000) as i64,
        };
        world.wall.jump(micros.max(0));
    }

    /// Faults have stopped: staff does its work, peers answer, and time passes until nothing is left to do. True where the
    /// store takes no more commits.
    async fn quiet(&self, asking: &mut JoinSet<()>) -> Result<bool, Finding> {
        let world = &self.world;
        let until = world.wall.now().plus_micros(QUIET_AHEAD_US);
        let refused = |refusal: peygir_runtime::desk::Refusal| found("liveness", format!("refused: {refusal}"));
        for question in world.clients.open() {
            let (world, desk) = (world.clone(), self.desk.clone());
            asking.spawn(async move { world.clients.ask(&desk, question).await });
        }
        for _ in 0..QUIET_ROUNDS_MAX {
            tokio::time::sleep(Duration::from_secs(QUIET_SECONDS)).await;
            if self.store.stopped().is_some() {
                return Ok(true);
            }
            self.store.work();
            self.call_back(asking);
            world.clients.resume_all(&self.desk).await.map_err(refused)?;
            // Tasks that another held, forms that changed: the next round picks another.
            let worked = world.clients.work(&self.desk).await.unwrap_or(true);
            let settled = world.clients.settle(&self.desk).await.unwrap_or(true);
            if worked || settled {
                continue;
            }
            let next =
                self.desk.host().engine.next_instant().map_err(|failure| found("liveness", failure.to_string()))?;
            match next {
                Some(at) if at <= until => world.wall.jump((at.0 - world.wall.now().0).max(0)),
                _ => return Ok(false),
            }
        }
        let left = self.desk.host().engine.next_instant();
        Err(found(
            "liveness",
            format!("still busy after {QUIET_ROUNDS_MAX} rounds, next at {left:?}, now {}", now(world)),
        ))
    }
}

fn now(world: &World) -> Moment {
    world.wall.now()
}
