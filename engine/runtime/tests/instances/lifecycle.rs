//! Lifecycle events of random runs: one for each transition, in a legal order, the same whenever and from wherever they
//! are read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use peygir_core::state::{Progress, Status};
use peygir_core::{Event, Id};
use peygir_runtime::command::Command;
use peygir_runtime::lifecycle::event::{EVENT_BYTES_MAX, Kind};
use peygir_runtime::lifecycle::tracker::Tracker;
use peygir_runtime::lifecycle::{Cursor, Error, Follower, Lifecycle, LifecycleEvent};
use peygir_runtime::sim::World;
use peygir_store::memory::MemoryStore;
use serde_json::json;

use crate::deployed::{Extra, catalog_of};
use crate::peer::Peer;
use crate::random_flow::{Dice, flows};
use crate::town::{flow, flow_with, start, world_of, world_with};

const SEEDS: u64 = 60;
/// Steps of one second in one run.
const STEPS: u64 = 25;

type Events = Vec<Arc<LifecycleEvent>>;

/// All events behind a cursor, read in pages of `limit`.
pub fn read_from(lifecycle: &Arc<Lifecycle>, cursor: Cursor, limit: usize) -> Events {
    let mut follower = Follower::new(lifecycle.clone(), cursor, None).unwrap();
    let mut found = Vec::new();
    loop {
        let page = follower.page(limit, |_| Ok(true)).unwrap();
        assert!(page.events.len() <= limit);
        assert_eq!(page.next, follower.cursor());
        found.extend(page.events);
        if page.is_last {
            return found;
        }
    }
}

pub fn all(world: &World) -> Events {
    read_from(world.desk.lifecycle(), Cursor::START, 100)
}

fn types(events: &Events) -> Vec<String> {
    let short = |event: &Arc<LifecycleEvent>| {
        let type_ = event.kind.type_().trim_start_matches("io.serverlessworkflow.").trim_end_matches(".v1");
        let task = event.event.data.value()["task"].as_str().unwrap_or_default();
        format!("{type_} {task}").trim_end().to_owned()
    };
    events.iter().map(short).collect()
}

/// Lets a random flow run while somebody suspends, resumes and cancels it now and then.
async fn run(seed: u64) -> World {
    let mut dice = Dice::new(seed);
    let peer = Peer::new();
    let texts = flows(&mut dice);
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let pack = catalog_of(&Extra { flows: &texts, kinds: peer.kinds(), ..Extra::default() });
    let mut world = world_of(pack, peer.connectors(), Arc::new(MemoryStore::new()));
    if dice.below(2) == 0 {
        world.life.cut_everywhere();
    }
    let stream = start(&mut world, "root", json!({})).await;
    for _ in 0..STEPS {
        if dice.below(4) == 0 {
            act(&mut world, stream, &mut dice).await;
        }
        world.pass_to(world.clock.now().plus_micros(1_000_000)).await.unwrap_or_else(|error| panic!("{seed}: {error}"));
    }
    world
}

/// Something that a person does; what can't be done is refused.
async fn act(world: &mut World, stream: Id, dice: &mut Dice) {
    let found = world.host().read(stream).await.unwrap();
    let instances: Vec<Id> = found.instances.keys().copied().collect();
    let instance = instances[dice.below(instances.len() as u64) as usize];
    let command = match dice.below(8) {
        0..=2 => peygir_core::Command::Suspend { reason: "a test".to_owned() },
        3..=5 => peygir_core::Command::Resume,
        6 => peygir_core::Command::Retry,
        _ => peygir_core::Command::Cancel { reason: "a test".to_owned() },
    };
    let _ = world.host().submit(stream, "test", Command::Instance { instance, command }).await;
    world.go_on().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_random_runs_they_are_one_for_each_transition_and_always_the_same() {
    let mut kinds = BTreeSet::new();
    for seed in 0..SEEDS {
        let mut world = run(seed).await;
        let told = all(&world);
        kinds.extend(told.iter().map(|event| event.kind));
        check_order(&told, seed);
        check_against_journal(&world, &told, seed);
        check_cursors(&world, &told, seed);
        world.restart().await;
        let again = all(&world);
        assert_eq!(again[..told.len()], told[..], "seed {seed}, another process");
    }
    let missing: Vec<Kind> = Kind::all().filter(|kind| !kinds.contains(kind)).collect();
    assert!(missing.is_empty(), "no run has {missing:?}");
}

/// What the outside may rely on, told by the events alone.
fn check_order(told: &Events, seed: u64) {
    let mut ids = BTreeSet::new();
    let mut instances: BTreeMap<Id, Seen> = BTreeMap::new();
    for pair in told.windows(2) {
        assert!(pair[0].cursor < pair[1].cursor, "seed {seed}");
        assert!(pair[0].event.time <= pair[1].event.time || pair[0].stream != pair[1].stream, "seed {seed}");
    }
    for event in told {
        assert!(ids.insert(event.event.id.clone()), "seed {seed}: {} twice", event.event.id);
        let text = event.event.envelope().to_string();
        assert!(text.len() <= EVENT_BYTES_MAX && !text.contains("§1."), "seed {seed}: {text}");
        let seen = instances.entry(event.instance).or_default();
        seen.sequence += 1;
        assert_eq!(event.sequence, seen.sequence, "seed {seed}: no gaps");
        let fits = seen.take(event);
        assert!(fits, "seed {seed}: {} of {} comes here out of order:\n{}", event.kind.type_(), event.instance, {
            let of_instance: Events = told.iter().filter(|other| other.instance == event.instance).cloned().collect();
            types(&of_instance).join("\n")
        });
    }
}

/// What was seen of an instance.
#[derive(Default)]
struct Seen {
    sequence: u64,
    phase: Phase,
    suspended: bool,
    listening: u32,
    tasks: BTreeMap<String, Phase>,
    suspended_tasks: BTreeSet<String>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Phase {
    #[default]
    None,
    Created,
    Running,
    Faulted,
    Over,
}

impl Seen {
    /// Whether this may come now.
    fn take(&mut self, event: &LifecycleEvent) -> bool {
        let task = event.event.extensions.value()["activation"].as_str().map(str::to_owned);
        match (event.kind, task) {
            (kind, Some(task)) => self.task(kind, task),
            (kind, None) => self.workflow(kind),
        }
    }

    fn workflow(&mut self, kind: Kind) -> bool {
        let running = self.phase == Phase::Running;
        let before = (self.phase, self.suspended);
        match kind {
            Kind::WorkflowStarted => self.phase = Phase::Running,
            Kind::WorkflowSuspended => self.suspended = true,
            Kind::WorkflowResumed => (self.phase, self.suspended) = (Phase::Running, false),
            Kind::CorrelationStarted => self.listening += 1,
            Kind::CorrelationCompleted => {
                let Some(left) = self.listening.checked_sub(1) else { return false };
                self.listening = left;
            }
            Kind::WorkflowFaulted => (self.phase, self.suspended) = (Phase::Faulted, false),
            _ => self.phase = Phase::Over,
        }
        match kind {
            Kind::WorkflowStarted => before == (Phase::None, false),
            Kind::WorkflowResumed => before == (Phase::Running, true) || before == (Phase::Faulted, false),
            Kind::WorkflowCancelled => {
                (running || before.0 == Phase::Faulted) && self.tasks.values().all(|phase| *phase == Phase::Over)
            }
            // A suspended workflow whose last task is answered is through.
            Kind::WorkflowCompleted => running && self.tasks.values().all(|phase| *phase == Phase::Over),
            Kind::CorrelationCompleted => running,
            Kind::WorkflowFaulted => running,
            _ => before == (Phase::Running, false),
        }
    }

    fn task(&mut self, kind: Kind, task: String) -> bool {
        let phase = self.tasks.get(&task).copied().unwrap_or_default();
        let held = self.suspended_tasks.contains(&task);
        let workflow_runs = self.phase == Phase::Running;
        let (fits, after) = match kind {
            Kind::TaskCreated => (phase == Phase::None && !self.suspended, Phase::Created),
            Kind::TaskStarted => (phase == Phase::Created && !self.suspended, Phase::Running),
            Kind::TaskSuspended => {
                let fresh = self.suspended_tasks.insert(task.clone());
                (phase == Phase::Running && self.suspended && fresh, Phase::Running)
            }
            Kind::TaskResumed => {
                self.suspended_tasks.remove(&task);
                (phase == Phase::Running && !self.suspended && held, Phase::Running)
            }
            Kind::TaskRetried => (phase == Phase::Running && !held, Phase::Running),
            // What the world answers meanwhile ends a task of a suspended workflow, too; nothing begins behind it.
            _ => (phase == Phase::Running, Phase::Over),
        };
        self.tasks.insert(task, after);
        fits && (workflow_runs || kind == Kind::TaskCancelled)
    }
}

/// Counts of the events against the facts of the journal, where the definitions say what is a task.
fn check_against_journal(world: &World, told: &Events, seed: u64) {
    let catalog = world.host().engine.catalog();
    let mut expected: BTreeMap<Kind, usize> = BTreeMap::new();
    let mut tasks: BTreeSet<(Id, u64)> = BTreeSet::new();
    let mut flows = BTreeMap::new();
    let mut trackers: BTreeMap<Id, Tracker> = BTreeMap::new();
    for fact in world.life.log() {
        let mut one = |kind| *expected.entry(kind).or_default() += 1;
        match &fact.event {
            Event::InstanceStarted { flow, .. } => {
                flows.insert(fact.instance, catalog.flow(flow).unwrap().workflow.clone());
                trackers.insert(fact.instance, Tracker::new(flow.clone()));
                one(Kind::WorkflowStarted);
            }
            Event::TaskStarted { activation, path, progress, .. } => {
                let is_task =
                    flows[&fact.instance].task(path).is_some() && !matches!(progress, Progress::Extended { .. });
                if is_task {
                    tasks.insert((fact.instance, *activation));
                    one(Kind::TaskCreated);
                    one(Kind::TaskStarted);
                }
                if matches!(progress, Progress::Listen { .. }) {
                    one(Kind::CorrelationStarted);
                }
            }
            Event::TaskCompleted { activation, .. } if tasks.contains(&(fact.instance, *activation)) => {
                one(Kind::TaskCompleted);
            }
            Event::TaskFaulted { activation, .. } if tasks.contains(&(fact.instance, *activation)) => {
                one(Kind::TaskFaulted);
            }
            Event::TaskRetried { .. } => one(Kind::TaskRetried),
            Event::InstanceSuspended { .. } => one(Kind::WorkflowSuspended),
            Event::InstanceResumed | Event::InstanceRetried => one(Kind::WorkflowResumed),
            Event::InstanceCompleted { .. } => one(Kind::WorkflowCompleted),
            Event::InstanceCancelled { .. } => one(Kind::WorkflowCancelled),
            Event::InstanceFaulted { .. } => one(Kind::WorkflowFaulted),
            _ => {}
        }
        if let Some(tracker) = trackers.get_mut(&fact.instance) {
            tracker.take(&fact.event);
        }
    }
    let count = |kind: Kind| told.iter().filter(|event| event.kind == kind).count();
    for (kind, expected) in expected {
        assert_eq!(count(kind), expected, "seed {seed}: {}", kind.type_());
    }
    // What is open in the tracker is what the instance has: the two folds do not drift apart.
    let streams: BTreeSet<Id> = world.life.log().iter().map(|fact| fact.stream).collect();
    for stream in streams {
        for (id, instance) in world.host().engine.load(stream).unwrap().instances {
            // The results of branches stand among the activations and run no more.
            let mut running: Vec<u64> = Vec::new();
            for one in instance.activations.values().filter(|one| one.number > 0) {
                running.extend((!matches!(one.progress, Progress::Branch { .. })).then_some(one.number));
            }
            assert_eq!(trackers[&id].open().collect::<Vec<_>>(), running, "seed {seed}: {id}");
            assert_eq!(trackers[&id].has_ended(), matches!(instance.status, Status::Completed | Status::Cancelled));
        }
    }
}

/// The same from any cursor on, by readers that remember nothing, in pages of any size.
fn check_cursors(world: &World, told: &Events, seed: u64) {
    let engine = &world.host().engine;
    let step = (told.len() / 12).max(1);
    for (index, event) in told.iter().enumerate().step_by(step) {
        let fresh = Lifecycle::new(engine.clone());
        let limit = 1 + index % 7;
        assert_eq!(read_from(&fresh, event.cursor, limit), told[index + 1..], "seed {seed}, behind {}", event.cursor);
    }
    let first = told.first().map(|event| (event.stream, event.cursor)).unwrap();
    let mut of_stream = Follower::new(Lifecycle::new(engine.clone()), first.1, Some(first.0)).unwrap();
    let page = of_stream.page(told.len(), |_| Ok(true)).unwrap();
    let expected: Events = told[1..].iter().filter(|event| event.stream == first.0).cloned().collect();
    assert_eq!(page.events, expected, "seed {seed}, one stream");
}

#[tokio::test]
async fn the_order_of_a_small_flow_is_as_the_language_says() {
    let mut world = world_with(&[&flow(
        "small",
        "  - first: { set: { n: 1 } }\n  - never: { if: '${ false }', set: { n: 2 } }\n  - tries:\n      try:\n        \
         - no: { raise: { error: { type: 'https://example.ir/no', status: 400 } } }\n      catch:\n        do:\n          \
         - yes: { set: { n: 2 } }\n  - both:\n      fork:\n        compete: true\n        branches:\n          \
         - slow: { wait: PT1H }\n          - quick: { set: { n: 2 } }\n",
    )]);
    start(&mut world, "small", json!({})).await;
    let expected = [
        "workflow.started",
        "task.created /do/0/first",
        "task.started /do/0/first",
        "task.completed /do/0/first",
        "task.created /do/2/tries",
        "task.started /do/2/tries",
        "task.created /do/2/tries/try/0/no",
        "task.started /do/2/tries/try/0/no",
        "task.faulted /do/2/tries/try/0/no",
        "task.created /do/2/tries/catch/do/0/yes",
        "task.started /do/2/tries/catch/do/0/yes",
        "task.completed /do/2/tries/catch/do/0/yes",
        "task.completed /do/2/tries",
        "task.created /do/3/both",
        "task.started /do/3/both",
        "task.created /do/3/both/fork/branches/0/slow",
        "task.started /do/3/both/fork/branches/0/slow",
        "task.created /do/3/both/fork/branches/1/quick",
        "task.started /do/3/both/fork/branches/1/quick",
        "task.completed /do/3/both/fork/branches/1/quick",
        "task.cancelled /do/3/both/fork/branches/0/slow",
        "task.completed /do/3/both",
        "workflow.completed",
    ];
    assert_eq!(types(&all(&world)), expected);
}

#[tokio::test]
async fn a_correlation_tells_its_keys_and_rounds_and_wrappers_are_no_tasks() {
    let extension = "use: { extensions: [ { note: { extend: set, before: [ { before: { wait: PT1S } } ] } } ] }";
    let mut world = world_with(&[&flow_with(
        "pairs",
        extension,
        "  - each:\n      for: { each: n, in: '${ [1, 2] }' }\n      do:\n        - one: { set: { n: '${ $n }' } }\n  \
         - hear:\n      listen:\n        to:\n          one:\n            with: { type: t.ordered }\n            correlate: \
         { petId: { from: '${ .data.pet }' } }\n",
    )]);
    let stream = start(&mut world, "pairs", json!({})).await;
    world.pass_to(world.clock.now().plus_micros(5_000_000)).await.unwrap();
    let by = {
        let people = world.desk.directory().people;
        let person = people.iter().find(|person| person.roles.contains(&"administrator".to_owned())).unwrap();
        world.desk.person(&person.id).unwrap()
    };
    let event =
        json!({ "specversion": "1.0", "id": "1", "source": "urn:t", "type": "t.ordered", "data": { "pet": "x-9" } });
    world.desk.submit_event(&by, event).await.unwrap();
    world.go_on().await;
    let told: Events = all(&world).into_iter().filter(|event| event.stream == stream).collect();
    let round =
        ["task.created /do/0/each/do/0/one", "task.started /do/0/each/do/0/one", "task.completed /do/0/each/do/0/one"];
    // The wait of the extension stands where the task stands that is extended.
    let expected = [
        &["workflow.started", "task.created /do/0/each", "task.started /do/0/each"][..],
        &round,
        &round,
        &round,
        &round,
        &["task.completed /do/0/each", "task.created /do/1/hear", "task.started /do/1/hear"],
        &["workflow.correlation-started", "workflow.correlation-completed", "task.completed /do/1/hear"],
        &["workflow.completed"],
    ]
    .concat();
    assert_eq!(types(&told), expected);
    let keys = told.iter().find(|event| event.kind == Kind::CorrelationCompleted).unwrap();
    assert_eq!(keys.event.data.value()["correlationKeys"], json!({ "petId": "x-9" }));
    let activation = |event: &Arc<LifecycleEvent>| event.event.extensions.value()["activation"].to_string();
    let runs: BTreeSet<String> = told.iter().map(activation).collect();
    assert_eq!(runs.len(), 1 + 1 + 4 + 1, "each run of a task has a number of its own");
}

#[tokio::test]
async fn a_cursor_of_nowhere_is_refused() {
    let mut world = world_with(&[&flow("small", "  - first: { set: { n: 1 } }\n")]);
    start(&mut world, "small", json!({})).await;
    let lifecycle = world.desk.lifecycle().clone();
    let told = all(&world);
    let last = told.last().unwrap().cursor;
    for cursor in [Cursor::START, lifecycle.end(), last] {
        assert!(Follower::new(lifecycle.clone(), cursor, None).is_ok(), "{cursor}");
    }
    let beyond = Cursor::before_frame(lifecycle.end().frame + 1);
    for cursor in [beyond, Cursor { index: last.index + 1, ..last }, Cursor { index: 1, ..lifecycle.end() }] {
        let refused = Follower::new(lifecycle.clone(), cursor, None);
        assert!(matches!(refused, Err(Error::UnknownCursor)), "{cursor}");
    }
}
