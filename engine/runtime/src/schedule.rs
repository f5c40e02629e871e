//! When a flow with a schedule starts next: `cron`, `every`, `after`, each on its own, and what becomes of ticks that were
//! missed or come while a run goes on.
//!
//! A schedule has a stream of its own, so that its ticks survive a crash. Runs have streams of theirs and tell when they end.
//! Knows no store and no clock: instants come in.

use minicbor::{Decode, Encode};
use peygir_calendar::cron;
use peygir_core::state::FlowRef;
use peygir_core::{Id, Moment};
use peygir_dsl::model::{CatchUp, Overlap, Workflow};
use sha2::{Digest, Sha256};

/// Label of runs that a schedule starts, and of those that start later than they should have.
pub const LABEL: &str = "schedule";
pub const LABEL_LATE: &str = "schedule:late";
/// A tick that is fired this much after its instant is late, in microseconds: one minute.
const LATE_MICROS: i64 = 60_000_000;
/// Ticks looked at in one firing; further ones that were missed are not counted.
pub const MISSED_TICKS_MAX: u32 = 1_000;
/// Runs that wait for the one before them, with `overlap: queue`.
pub const QUEUED_RUNS_MAX: u32 = 1_000;

/// What a schedule's stream keeps.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Schedule {
    /// The version that ticks start.
    #[n(0)]
    pub flow: FlowRef,
    #[n(1)]
    pub ticks: Vec<Tick>,
    /// Runs that go on.
    #[n(2)]
    pub running: u32,
    /// Runs that wait for one to end.
    #[n(3)]
    pub queued: u32,
    /// Runs started so far.
    #[n(4)]
    pub started: u64,
    /// Whether events start it too: a listener in the schedule's stream waits for them.
    #[n(5)]
    pub listens: bool,
}

/// One property of the schedule. No instant: it waits for a run to end.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Tick {
    #[n(0)]
    pub kind: TickKind,
    #[n(1)]
    pub next: Option<Moment>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum TickKind {
    #[n(0)]
    Cron,
    #[n(1)]
    Every,
    #[n(2)]
    After,
}

/// Runs that are to start now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Starts {
    pub count: u32,
    pub late: bool,
}

/// The stream of a flow's schedule, whatever the version.
pub fn stream_of(namespace: &str, name: &str) -> Id {
    let digest = Sha256::digest(format!("peygir schedule\0{namespace}/{name}").as_bytes());
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    Id(id)
}

/// Whether the flow has a schedule that needs a stream of its own. Single events start flows where they arrive.
pub fn needs_stream(definition: &Workflow) -> bool {
    let timed = |schedule: &peygir_dsl::model::Schedule| {
        schedule.cron.is_some() || schedule.every.is_some() || schedule.after.is_some()
    };
    definition.schedule.as_ref().is_some_and(|schedule| timed(schedule) || listens(definition))
}

/// Whether the flow waits for several events together: a listener gathers them.
pub fn listens(definition: &Workflow) -> bool {
    use peygir_dsl::model::Consumption;
    let on = definition.schedule.as_ref().and_then(|schedule| schedule.on.as_ref());
    matches!(on, Some(Consumption::All(_) | Consumption::Any { until: Some(_), .. }))
}

impl Schedule {
    /// The schedule of a flow that is deployed now. One that was there keeps its instants where the new version says the
    /// same, so that deploying delays nothing.
    pub fn of(definition: &Workflow, flow: FlowRef, before: Option<&Schedule>, now: Moment) -> Self {
        let mut ticks = Vec::new();
        if let Some(schedule) = &definition.schedule {
            let kinds = [
                (TickKind::Cron, schedule.cron.is_some()),
                (TickKind::Every, schedule.every.is_some()),
                (TickKind::After, schedule.after.is_some()),
            ];
            for (kind, _) in kinds.into_iter().filter(|(_, there)| *there) {
                ticks.push(Tick { kind, next: next_after(definition, kind, now) });
            }
        }
        let listens = listens(definition);
        let Some(before) = before else {
            return Self { flow, ticks, running: 0, queued: 0, started: 0, listens };
        };
        if before.flow == flow {
            return before.clone();
        }
        for tick in &mut ticks {
            // A run of the version before goes on: its end is what `after` counts from.
            let waits = before.ticks.iter().any(|old| old.kind == TickKind::After && old.next.is_none());
            if tick.kind == TickKind::After && waits {
                tick.next = None;
            }
        }
        Self { flow, ticks, listens, ..before.clone() }
    }

    pub fn next_due(&self) -> Option<Moment> {
        self.ticks.iter().filter_map(|tick| tick.next).min()
    }

    /// Fires what is due, and says which runs start.
    pub fn fire(&mut self, definition: &Workflow, now: Moment) -> Starts {
        let mut due = 0;
        let mut late = false;
        for tick in &mut self.ticks {
            let Some(first) = tick.next.filter(|next| *next <= now) else { continue };
            let mut missed = 0;
            let mut last = first;
            while let Some(next) = tick.next.filter(|next| *next <= now) {
                missed += 1;
                last = next;
                tick.next = match tick.kind {
                    TickKind::After => None,
                    kind if missed == MISSED_TICKS_MAX => next_after(definition, kind, now),
                    kind => next_after(definition, kind, next),
                };
            }
            let behind = missed > 1 || now.0.saturating_sub(first.0) > LATE_MICROS;
            let last_is_late = now.0.saturating_sub(last.0) > LATE_MICROS;
            due += match definition.settings.catch_up {
                CatchUp::All => missed,
                CatchUp::Skip if last_is_late => 0,
                CatchUp::Once | CatchUp::Skip => 1,
            };
            late |= behind && (definition.settings.catch_up != CatchUp::Skip);
        }
        Starts { count: self.admit(definition.settings.overlap, due), late }
    }

    /// Events started it.
    pub fn triggered(&mut self, overlap: Overlap) -> Starts {
        Starts { count: self.admit(overlap, 1), late: false }
    }

    /// How many of the runs may start now; the others are dropped or wait.
    fn admit(&mut self, overlap: Overlap, wanted: u32) -> u32 {
        let now = match overlap {
            Overlap::Allow => wanted,
            Overlap::Skip | Overlap::Queue if self.running > 0 => 0,
            Overlap::Skip | Overlap::Queue => wanted.min(1),
        };
        if overlap == Overlap::Queue {
            self.queued = self.queued.saturating_add(wanted - now).min(QUEUED_RUNS_MAX);
        }
        self.begin(now);
        now
    }

    fn begin(&mut self, count: u32) {
        self.running = self.running.saturating_add(count);
        self.started = self.started.saturating_add(u64::from(count));
    }

    /// A run ended, however it did: one that waited starts, and `after` counts from now.
    pub fn run_ended(&mut self, definition: &Workflow, now: Moment) -> Starts {
        self.running = self.running.saturating_sub(1);
        for tick in self.ticks.iter_mut().filter(|tick| tick.kind == TickKind::After) {
            tick.next = next_after(definition, TickKind::After, now);
        }
        let count = u32::from(self.queued > 0 && self.running == 0);
        self.queued -= count;
        self.begin(count);
        Starts { count, late: count > 0 }
    }
}

fn next_after(definition: &Workflow, kind: TickKind, from: Moment) -> Option<Moment> {
    let schedule = definition.schedule.as_ref()?;
    match kind {
        TickKind::Cron => {
            // The text was checked when the flow was deployed.
            let cron = cron::Schedule::parse(schedule.cron.as_ref()?).ok()?;
            let zone = peygir_core::decide::zone_of(definition);
            cron.next_after(from.to_jiff(), &zone).map(Moment::from)
        }
        TickKind::Every => Some(peygir_core::decide::after(definition, from, schedule.every?)),
        TickKind::After => Some(peygir_core::decide::after(definition, from, schedule.after?)),
    }
}
