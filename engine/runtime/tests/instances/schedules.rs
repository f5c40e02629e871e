//! Flows that start by the clock, and those that several events start together.

use peygir_core::Moment;
use peygir_runtime::access::{Grant, Principal, Scope};
use peygir_runtime::desk::{InstanceFilter, InstanceSummary, WorkflowName};
use peygir_runtime::sim::World;
use serde_json::{Value, json};

use crate::town::{flow_with, world_with};

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;

fn administrator() -> Principal {
    let grants = vec![Grant { role: "administrator".to_owned(), scope: Scope::Nation }];
    Principal { id: "admin".to_owned(), name: "Admin".to_owned(), grants }
}

/// Runs of a flow, the oldest first.
async fn runs(world: &World, name: &str) -> Vec<InstanceSummary> {
    let flow = WorkflowName { namespace: "test".to_owned(), name: name.to_owned(), version: None };
    let filter = InstanceFilter { flow: Some(flow), ..InstanceFilter::default() };
    let mut items = world.desk.instances(&administrator(), &filter).await.unwrap().items;
    items.retain(|run| run.started_by != "schedule:listener");
    items.reverse();
    items
}

/// When the runs of a flow started, in minutes after the beginning, and what started them.
async fn starts(world: &World, name: &str, begun: Moment) -> Vec<(i64, String)> {
    let runs = runs(world, name).await;
    let minutes = |text: &str| (text.parse::<jiff::Timestamp>().unwrap().as_microsecond() - begun.0) / MINUTE;
    runs.iter().map(|run| (minutes(&run.started_at), run.started_by.clone())).collect()
}

fn scheduled(name: &str, schedule: &str, settings: &str, tasks: &str) -> String {
    let text = flow_with(name, &format!("schedule: {schedule}"), tasks);
    text.replace("version: '1.0.0' }", &format!("version: '1.0.0', metadata: {{ peygir: {{ {settings} }} }} }}"))
}

const NOTHING: &str = "  - done: { set: { done: true } }\n";
const LONG: &str = "  - rest: { wait: PT25M }\n";

/// The world with its schedules begun, and the instant at which they were.
async fn begun(flow: &str) -> (World, Moment) {
    let mut world = world_with(&[flow]);
    world.restart().await;
    let now = world.clock.now();
    (world, now)
}

async fn pass(world: &mut World, begun: Moment, micros: i64) {
    world.advance_to(begun.plus_micros(micros)).await.unwrap();
}

fn on_time(minutes: &[i64]) -> Vec<(i64, String)> {
    minutes.iter().map(|minute| (*minute, "schedule".to_owned())).collect()
}

#[tokio::test]
async fn every_ticks_whatever_runs() {
    let (mut world, begun) = begun(&scheduled("tick", "{ every: PT10M }", "", LONG)).await;
    pass(&mut world, begun, 35 * MINUTE).await;
    assert_eq!(starts(&world, "tick", begun).await, on_time(&[10, 20, 30]));
    world.restart().await;
    pass(&mut world, begun, 41 * MINUTE).await;
    assert_eq!(starts(&world, "tick", begun).await, on_time(&[10, 20, 30, 40]), "a restart neither adds nor delays");
}

#[tokio::test]
async fn cron_is_read_in_the_flows_zone() {
    // The world begins at 10:00 in Tehran.
    let (mut world, begun) = begun(&scheduled("daily", "{ cron: '30 12 * * *' }", "zone: Asia/Tehran", NOTHING)).await;
    pass(&mut world, begun, 49 * HOUR).await;
    assert_eq!(starts(&world, "daily", begun).await, on_time(&[150, 150 + 24 * 60]));
}

#[tokio::test]
async fn after_counts_from_the_end_of_a_run() {
    let (mut world, begun) = begun(&scheduled("again", "{ after: PT10M }", "", LONG)).await;
    pass(&mut world, begun, 90 * MINUTE).await;
    assert_eq!(starts(&world, "again", begun).await, on_time(&[10, 45, 80]));
}

#[tokio::test]
async fn a_tick_while_a_run_goes_on_is_skipped_or_waits_where_the_flow_says_so() {
    let (mut world, begun_at) = begun(&scheduled("one", "{ every: PT10M }", "overlap: skip", LONG)).await;
    pass(&mut world, begun_at, 59 * MINUTE).await;
    assert_eq!(starts(&world, "one", begun_at).await, on_time(&[10, 40]));

    let (mut world, begun_at) = begun(&scheduled("queue", "{ every: PT20M }", "overlap: queue", LONG)).await;
    pass(&mut world, begun_at, 75 * MINUTE).await;
    let late = |minute: i64| (minute, "schedule:late".to_owned());
    assert_eq!(starts(&world, "queue", begun_at).await, [on_time(&[20]), vec![late(45), late(70)]].concat());
}

#[tokio::test]
async fn what_was_missed_is_run_once_and_known_to_be_late_unless_the_flow_says_otherwise() {
    let late = |count: usize| vec![(200, "schedule:late".to_owned()); count];
    for (settings, expected) in [("", late(1)), ("catchUp: all", late(3)), ("catchUp: skip", Vec::new())] {
        let (mut world, begun) = begun(&scheduled("hourly", "{ every: PT1H }", settings, NOTHING)).await;
        // The machine was off for more than three hours.
        world.clock.set(begun.plus_micros(200 * MINUTE));
        world.restart().await;
        assert_eq!(starts(&world, "hourly", begun).await, expected, "{settings}");
    }
}

fn event(id: &str, type_: &str, data: Value) -> Value {
    json!({ "specversion": "1.0", "id": id, "source": "/test", "type": type_, "data": data })
}

async fn send(world: &mut World, event: Value) {
    world.desk.submit_event(&administrator(), event).await.unwrap();
    world.settle().await;
}

const BOTH: &str = "{ on: { all: [
    { with: { type: paid }, correlate: { order: { from: .data.order } } },
    { with: { type: packed }, correlate: { order: { from: .data.order } } } ] } }";

#[tokio::test]
async fn events_that_belong_together_start_a_run_also_after_a_restart() {
    let (mut world, _) = begun(&scheduled("ship", BOTH, "", "  - keep: { set: { events: '${ . }' } }\n")).await;
    send(&mut world, event("1", "paid", json!({ "order": 7 }))).await;
    world.restart().await;
    send(&mut world, event("2", "packed", json!({ "order": 8 }))).await;
    assert!(runs(&world, "ship").await.is_empty());
    send(&mut world, event("3", "packed", json!({ "order": 7 }))).await;
    let found = runs(&world, "ship").await;
    assert_eq!(found.len(), 1);
    let id = peygir_core::Id::parse(&found[0].id).unwrap();
    let view = world.desk.instance(&administrator(), id).await.unwrap();
    assert_eq!(view.input, json!([{ "order": 7 }, { "order": 7 }]));
    // The next pair starts the next run.
    send(&mut world, event("4", "packed", json!({ "order": 9 }))).await;
    send(&mut world, event("5", "paid", json!({ "order": 9 }))).await;
    assert_eq!(runs(&world, "ship").await.len(), 2);
}

#[tokio::test]
async fn one_event_starts_one_run_however_often_it_is_told() {
    let flow = scheduled("heart", "{ on: { one: { with: { type: low } } } }", "", NOTHING);
    let (mut world, _) = begun(&flow).await;
    for _ in 0..3 {
        send(&mut world, event("1", "low", json!(40))).await;
        world.restart().await;
    }
    assert_eq!(runs(&world, "heart").await.len(), 1);
    send(&mut world, event("2", "low", json!(41))).await;
    send(&mut world, event("3", "high", json!(190))).await;
    assert_eq!(runs(&world, "heart").await.len(), 2);
}
