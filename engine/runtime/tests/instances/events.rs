//! Events between streams: they reach who waits, are kept for whom they name, and count once.

use peygir_core::Id;
use peygir_core::state::Status;
use peygir_runtime::access::{Grant, Principal, Scope};
use peygir_runtime::sim::World;
use serde_json::{Value, json};

use crate::town::{end, flow, of, read, start, world_with};

fn administrator() -> Principal {
    let grants = vec![Grant { role: "administrator".to_owned(), scope: Scope::Nation }];
    Principal { id: "admin".to_owned(), name: "Admin".to_owned(), grants }
}

fn event(id: &str, type_: &str, subject: Option<&str>, data: Value) -> Value {
    let mut event = json!({ "specversion": "1.0", "id": id, "source": "/test", "type": type_, "data": data });
    if let Some(subject) = subject {
        event["subject"] = subject.into();
    }
    event
}

async fn send(world: &mut World, event: Value) -> bool {
    let taken = world.desk.submit_event(&administrator(), event).await.unwrap();
    world.settle().await;
    taken.repeated
}

async fn ended(world: &World, stream: Id, name: &str) -> (Status, Option<Value>) {
    end(of(&read(world, stream).await, name))
}

const LISTEN: &str = "  - hear: { listen: { to: { one: { with: { type: answered } } } } }\n";

#[tokio::test]
async fn an_event_reaches_every_listener_that_waits_and_no_later_one() {
    let mut world = world_with(&[&flow("hears", LISTEN)]);
    let first = start(&mut world, "hears", json!({})).await;
    let second = start(&mut world, "hears", json!({})).await;
    assert!(!send(&mut world, event("1", "other", None, json!(0))).await);
    assert!(!send(&mut world, event("2", "answered", None, json!(1))).await);
    for stream in [first, second] {
        assert_eq!(ended(&world, stream, "hears").await, (Status::Completed, Some(json!([1]))));
    }
    let third = start(&mut world, "hears", json!({})).await;
    assert!(send(&mut world, event("2", "answered", None, json!(1))).await, "the same event again");
    assert_eq!(ended(&world, third, "hears").await.0, Status::Active);
}

#[tokio::test]
async fn an_event_waits_for_the_listener_of_whom_it_names() {
    let tasks = format!("  - first: {{ wait: PT1H }}\n{LISTEN}");
    let mut world = world_with(&[&flow("hears", &tasks)]);
    let stream = start(&mut world, "hears", json!({})).await;
    let instance = of(&read(&world, stream).await, "hears").id.to_string();
    send(&mut world, event("1", "answered", Some(&instance), json!("early"))).await;
    world.restart().await;
    world.advance_to(world.clock.now().plus_micros(3_600_000_000)).await.unwrap();
    assert_eq!(ended(&world, stream, "hears").await, (Status::Completed, Some(json!(["early"]))));
}

#[tokio::test]
async fn a_flow_in_another_stream_hears_what_one_emits() {
    let emits = flow("tells", "  - tell: { emit: { event: { with: { type: answered, data: { n: 7 } } } } }\n");
    let mut world = world_with(&[&flow("hears", LISTEN), &emits]);
    let stream = start(&mut world, "hears", json!({})).await;
    world.restart().await;
    start(&mut world, "tells", json!({})).await;
    assert_eq!(ended(&world, stream, "hears").await, (Status::Completed, Some(json!([{ "n": 7 }]))));
}

#[tokio::test]
async fn a_listener_of_any_type_is_found_too() {
    let any = "  - hear: { listen: { to: { any: [], until: '. | length == 2' } } }\n";
    let mut world = world_with(&[&flow("hears", any)]);
    let stream = start(&mut world, "hears", json!({})).await;
    send(&mut world, event("1", "a", None, json!(1))).await;
    send(&mut world, event("1", "a", None, json!(1))).await;
    world.restart().await;
    send(&mut world, event("2", "b", None, json!(2))).await;
    assert_eq!(ended(&world, stream, "hears").await, (Status::Completed, Some(json!([1, 2]))));
}
