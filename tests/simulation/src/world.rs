//! One run: what outlives every process of it, and the plan of its lives.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use peygir_core::Moment;
use peygir_runtime::vault::Keys;
use peygir_store::Store;

use crate::checks::enough::Counts;
use crate::clients::Clients;
use crate::content;
use crate::dice::Dice;
use crate::finding::Findings;
use crate::groups::Groups;
use crate::ledger::{Ledger, Noted};
use crate::local::LocalMachine;
use crate::machine::Machine;
use crate::outbox::Outbox;
use crate::peers::Peers;
use crate::sabotage::Sabotage;
use crate::trace::Trace;
use crate::wall::Wall;

/// A Saturday, 1405/08/30, at ten: offices are open from 07:30 to 14:30.
const START: &str = "2026-11-21T10:00:00+03:30";

pub struct World {
    pub seed: u64,
    pub deployment: &'static str,
    pub dice: Dice,
    /// Of faults that came later.
    pub later_dice: Dice,
    pub wall: Wall,
    pub trace: Arc<Trace>,
    pub findings: Arc<Findings>,
    pub ledger: Arc<Ledger>,
    pub peers: Arc<Peers>,
    pub clients: Arc<Clients>,
    pub keys: Arc<Keys>,
    pub random: Arc<Dice>,
    pub sabotage: Option<Sabotage>,
    machine: Mutex<Box<dyn Machine>>,
    counts: Mutex<Counts>,
    lives: AtomicU64,
    /// The life before had opened its store, nothing failed in it, and it was killed or closed: what it kept is to be used again.
    pub is_whole: AtomicBool,
}

/// How one life of the program is to go.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The process ends at this pause.
    pub pauses: Option<u64>,
    /// Its end is the machine's: power is cut.
    pub power_cut: bool,
    /// Things that happen before it closes by itself.
    pub steps: u64,
    /// Syncs or writes fail in it, or the disk is full.
    pub disk_fails: bool,
    pub clock_jumps: bool,
    /// The last life: no faults, until nothing is left to do.
    pub quiet: bool,
}

impl World {
    pub fn new(seed: u64, prints: bool, sabotage: Option<Sabotage>) -> Arc<Self> {
        let dice = Dice::new(seed, "plan");
        let deployment = content::DEPLOYMENTS[dice.below(content::DEPLOYMENTS.len() as u64) as usize];
        let start: Moment = START.parse::<jiff::Timestamp>().expect("the constant is an instant").into();
        let wall = Wall::new(start);
        let (trace, findings) = (Arc::new(Trace::new(prints)), Arc::new(Findings::default()));
        let ledger = Ledger::new(Outbox::new(content::manifests()), findings.clone());
        let peers = Peers::new(Dice::new(seed, "peers"), wall.clone(), trace.clone(), ledger.clone(), findings.clone());
        let clients = Clients::new(seed, wall.clone(), trace.clone(), findings.clone(), sabotage);
        Arc::new(Self {
            seed,
            deployment,
            wall,
            trace,
            findings,
            ledger,
            peers,
            clients,
            keys: Arc::new(Keys::in_memory()),
            random: Arc::new(Dice::new(seed, "random")),
            sabotage,
            machine: Mutex::new(Box::new(LocalMachine::new(&dice, sabotage))),
            later_dice: Dice::new(seed, "later"),
            counts: Mutex::default(),
            lives: AtomicU64::new(0),
            is_whole: AtomicBool::new(false),
            dice,
        })
    }

    /// Dice of their own for this life.
    pub fn dice(&self, concern: &str) -> Dice {
        let life = self.lives.fetch_add(1, Ordering::SeqCst);
        Dice::new(self.seed ^ (life << 32), concern)
    }

    pub fn machine(&self) -> MutexGuard<'_, Box<dyn Machine>> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn note(&self, what: &str) {
        self.trace.note(self.wall.now(), what);
    }

    pub fn count(&self, add: impl FnOnce(&mut Counts)) {
        add(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub fn counts(&self) -> Counts {
        let counts = *self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        Counts {
            commits: self.ledger.acknowledged(),
            in_groups: self.ledger.in_groups(),
            answers: self.clients.answered(),
            arrivals: self.peers.arrivals(),
            tasks: self.clients.tasks_done(),
            ..counts
        }
    }

    /// The store as the engine gets it.
    pub fn store(&self, store: Arc<dyn Store>, groups: Option<Arc<Groups>>) -> Arc<dyn Store> {
        let machine = self.machine().watch();
        let noted = |inner: Arc<dyn Store>| -> Arc<dyn Store> {
            Arc::new(Noted { inner, ledger: self.ledger.clone(), machine, groups })
        };
        match self.sabotage {
            None => noted(store),
            Some(sabotage) => sabotage.above(noted(sabotage.below(store, self.seed)), self.seed),
        }
    }

    /// The store as checkers read it.
    pub fn read(&self, store: Arc<dyn Store>) -> Arc<dyn Store> {
        self.sabotage.map_or(store.clone(), |sabotage| sabotage.read(store))
    }

    /// The process has ended: what is left on the machine.
    pub fn end_machine(&self, plan: &Plan) {
        let mut machine = self.machine();
        if plan.power_cut {
            let found = machine.cut_power(&self.dice);
            self.count(|counts| counts.power_cuts += 1);
            drop(machine);
            self.note(&format!("power was cut; {found}"));
        } else {
            machine.kill();
            self.count(|counts| counts.kills += 1);
            drop(machine);
            self.note("the process was killed");
        }
    }
}
