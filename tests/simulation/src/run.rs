//! One seed: so many lives with faults, one without, and what must hold after all of them.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use peygir_core::state::Status;
use peygir_runtime::engine::Engine;

use crate::checks::enough::Counts;
use crate::checks::{deadlines, enough, liveness, replay, sent};
use crate::finding::{Finding, found};
use crate::machine::Draws;
use crate::process::{self, End};
use crate::sabotage::Sabotage;
use crate::samples::Samples;
use crate::world::{Plan, World};

/// Lives with faults, at most.
const LIVES_MAX: u64 = 7;
/// Lives whose end is drawn, at least.
const LIVES_MIN: u64 = 3;
/// Pauses until a process is ended, at most.
const PAUSES_MAX: u64 = 1_600;
const STEPS_MAX: u64 = 160;
/// How often a start that failed for its disk is tried again.
const STARTS_MAX: u32 = 20;

/// What a run came to.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub counts: Counts,
    /// Of all that happened.
    pub hash: u64,
    pub lines: u64,
    pub finding: Option<Finding>,
    /// Why it does not count as passed although nothing was found.
    pub too_little: Option<Finding>,
    /// The last lines of what happened.
    pub last: Vec<String>,
    /// Events that were journalled.
    pub samples: Samples,
}

/// Runs a seed.
pub fn run(seed: u64, prints: bool, sabotage: Option<Sabotage>) -> Outcome {
    let world = World::new(seed, prints, sabotage);
    let finding = lives(&world).err();
    let (hash, lines) = world.trace.hash();
    let (counts, last) = (world.counts(), world.trace.last());
    let samples = world.ledger.samples();
    Outcome { counts, hash, lines, finding, too_little: enough::check(&counts).err(), last, samples }
}

fn lives(world: &Arc<World>) -> Result<(), Finding> {
    let lives = LIVES_MIN + world.dice.below(LIVES_MAX - LIVES_MIN + 1);
    for number in 0..lives {
        let plan = draw(world);
        world.note(&format!("life {number}: {plan:?}"));
        let end = process::live(world, &plan)?;
        after(world, &plan, &end)?;
    }
    for _ in 0..STARTS_MAX {
        let plan = Plan { quiet: true, ..Plan::default() };
        world.peers.recover();
        world.machine().make_room();
        world.note("the last life");
        let end = process::live(world, &plan)?;
        after(world, &plan, &end)?;
        if end == End::Closed {
            return last_look(world);
        }
    }
    Err(found("liveness", "the program could not be started any more"))
}

/// A life with faults.
fn draw(world: &World) -> Plan {
    let dice = &world.dice;
    let mut plan = Plan { steps: 20 + dice.below(STEPS_MAX), clock_jumps: dice.once_in(2), ..Plan::default() };
    match dice.below(10) {
        0..=3 => plan.pauses = Some(1 + dice.below(PAUSES_MAX)),
        4 | 5 => {
            plan.pauses = Some(1 + dice.below(PAUSES_MAX));
            plan.power_cut = true;
        }
        6..=8 => {
            world.machine().plan_end(dice);
            plan.power_cut = dice.once_in(2);
        }
        _ => {}
    }
    let draws = Draws { seed: world.seed, dice, later: &world.later_dice };
    plan.disk_fails = world.machine().plan_faults(&draws);
    plan
}

/// What is looked at between two lives.
fn after(world: &World, plan: &Plan, end: &End) -> Result<(), Finding> {
    world.note(&format!("ended: {end:?}"));
    let is_whole = match end {
        End::Cut => !plan.power_cut && !plan.disk_fails && world.machine().is_kept(),
        End::Closed => !plan.disk_fails,
        End::CutAtOpening | End::Stopped | End::Refused(_) => false,
    };
    world.is_whole.store(is_whole, Ordering::SeqCst);
    if let End::Refused(why) = end {
        return Err(found("start", why.clone()));
    }
    if *end == End::Closed {
        world.machine().kill();
    }
    if world.machine().is_full() {
        // It is cleaned up only now and then before the next start.
        if world.dice.once_in(2) {
            world.machine().make_room();
        }
    } else if world.dice.once_in(3) {
        look(world, false)?;
    }
    if world.dice.once_in(6) {
        let found = world.machine().mishap(&world.dice);
        world.is_whole.store(false, Ordering::SeqCst);
        world.note(&found);
    }
    // The machine stands still for a while.
    world.wall.jump(world.dice.below(3_600_000_000) as i64);
    Ok(())
}

/// Opens a copy and checks what is there.
fn look(world: &World, last: bool) -> Result<(), Finding> {
    let broken = |error: peygir_store::Error| found("start", error.to_string());
    let machine = world.machine().copy(&world.dice);
    let store = world.read(machine.open().map_err(broken)?.store);
    world.ledger.check_copy(store.as_ref())?;
    let engine = process::engine(world, store.clone());
    let streams = replay::check(&engine)?;
    if last {
        liveness::check(&engine, streams.iter().copied())?;
        count(world, &engine, streams.iter().copied());
    }
    let walked = deadlines::check(&engine, &streams, last)?;
    world.count(|counts| counts.deadlines += walked);
    drop(engine);
    drop(store);
    machine.check(&world.ledger, &world.dice, last)
}

fn last_look(world: &World) -> Result<(), Finding> {
    look(world, true)?;
    world.ledger.with_outbox(|outbox| sent::check(outbox, &world.peers))
}

fn count(world: &World, engine: &Engine, streams: impl Iterator<Item = peygir_core::Id>) {
    for stream in streams.filter_map(|id| engine.load(id).ok()) {
        let case = stream.records.case.as_ref();
        let ended = |status: Status| matches!(status, Status::Completed | Status::Cancelled);
        world.count(|counts| {
            counts.cases += u64::from(case.is_some());
            counts.closed += u64::from(case.is_some_and(|case| case.closed));
            counts.ended += stream.instances.values().filter(|instance| ended(instance.status)).count() as u64;
        });
    }
}
