//! What people do to instances: suspend, resume, cancel, retry.

use peygir_core::state::Status;
use peygir_core::{CloudEvent, Data, Id, Rejection};
use peygir_runtime::command::Command;
use peygir_runtime::engine::Failure;
use peygir_runtime::sim::World;
use peygir_runtime::stream::Stream;
use peygir_runtime::turn::Refused;
use serde_json::json;

use crate::town::{end, flow, of, read, start, world_with};

const MINUTE: i64 = 60_000_000;

fn suspend() -> peygir_core::Command {
    peygir_core::Command::Suspend { reason: "to look into it".to_owned() }
}

async fn act(world: &World, stream: Id, name: &str, command: peygir_core::Command) -> Result<Stream, Failure> {
    let instance = of(&read(world, stream).await, name).id;
    world.host().submit(stream, "op", Command::Instance { instance, command }).await
}

fn refusal(result: Result<Stream, Failure>) -> Rejection {
    match result {
        Err(Failure::Refused(Refused::Flow(rejection))) => rejection,
        other => panic!("{other:?}"),
    }
}

fn event(id: &str, n: u32) -> CloudEvent {
    CloudEvent {
        id: id.to_owned(),
        source: "urn:t".to_owned(),
        type_: "t.go".to_owned(),
        time: peygir_core::Moment(1),
        subject: None,
        data: Data::from(json!({ "n": n })),
        extensions: Data::empty(),
    }
}

async fn deliver(world: &mut World, stream: Id, event: CloudEvent) {
    world.host().submit(stream, "op", Command::Deliver(event)).await.unwrap();
    world.go_on().await;
}

#[tokio::test]
async fn a_wait_of_a_suspended_instance_keeps_its_instant() {
    let mut world = world_with(&[&flow("rests", "  - rest: { wait: PT10M }\n  - say: { set: { done: true } }\n")]);
    let stream = start(&mut world, "rests", json!({})).await;
    let begun = world.clock.now();
    act(&world, stream, "rests", suspend()).await.unwrap();
    world.pass_to(begun.plus_micros(30 * MINUTE)).await.unwrap();
    let found = read(&world, stream).await;
    assert_eq!((of(&found, "rests").status, found.head.due), (Status::Suspended, None), "nothing of it is due");
    act(&world, stream, "rests", peygir_core::Command::Resume).await.unwrap();
    world.go_on().await;
    let found = read(&world, stream).await;
    assert_eq!(end(of(&found, "rests")), (Status::Completed, Some(json!({ "done": true }))));
    assert_eq!(of(&found, "rests").ended_at, Some(begun.plus_micros(30 * MINUTE)), "it fired at once");
}

#[tokio::test]
async fn an_event_waits_for_a_suspended_listener() {
    let mut world = world_with(&[&flow("hears", "  - hear: { listen: { to: { one: { with: { type: t.go } } } } }\n")]);
    let stream = start(&mut world, "hears", json!({})).await;
    act(&world, stream, "hears", suspend()).await.unwrap();
    deliver(&mut world, stream, event("1", 1)).await;
    let found = read(&world, stream).await;
    assert_eq!((of(&found, "hears").status, found.records.mailbox.kept.len()), (Status::Suspended, 1));
    act(&world, stream, "hears", peygir_core::Command::Resume).await.unwrap();
    world.go_on().await;
    let found = read(&world, stream).await;
    assert_eq!(end(of(&found, "hears")), (Status::Completed, Some(json!([{ "n": 1 }]))));
    assert_eq!(found.records.mailbox.kept, [], "an event is consumed once");
}

/// Others take the event meanwhile; the suspended one has it all the same, and nobody has it twice.
#[tokio::test]
async fn an_event_that_others_took_is_set_aside_for_a_suspended_listener() {
    let hears = |name: &str| {
        flow(
            name,
            "  - hear: { listen: { to: { one: { with: { type: t.go } } } } }\n  \
             - more: { listen: { to: { one: { with: { type: t.go } } } }, output: { as: '${ $input + . }' } }\n",
        )
    };
    let parent = flow(
        "parent",
        "  - both:\n      fork:\n        branches:\n          - a: { run: { workflow: { namespace: test, name: first, version: latest } } }\n          \
         - b: { run: { workflow: { namespace: test, name: second, version: latest } } }\n          \
         - c: { run: { workflow: { namespace: test, name: third, version: latest } } }\n",
    );
    let flows = [parent, hears("first"), hears("second"), hears("third")];
    let flows: Vec<&str> = flows.iter().map(String::as_str).collect();
    let mut world = world_with(&flows);
    let stream = start(&mut world, "parent", json!({})).await;
    for name in ["second", "third"] {
        act(&world, stream, name, suspend()).await.unwrap();
    }
    deliver(&mut world, stream, event("1", 1)).await;
    for name in ["second", "third"] {
        act(&world, stream, name, peygir_core::Command::Resume).await.unwrap();
        world.go_on().await;
    }
    let found = read(&world, stream).await;
    assert_eq!(found.records.mailbox.kept, []);
    assert!(["first", "second", "third"].iter().all(|name| of(&found, name).status == Status::Active));
    deliver(&mut world, stream, event("2", 2)).await;
    let found = read(&world, stream).await;
    let once = json!([{ "n": 1 }, { "n": 2 }]);
    assert_eq!(end(of(&found, "parent")), (Status::Completed, Some(json!([once, once, once]))));
}

#[tokio::test]
async fn suspending_stays_with_the_one_and_its_childs_answer_waits() {
    let parent = flow(
        "parent",
        "  - ask: { run: { workflow: { namespace: test, name: child, version: latest } } }\n  - say: { set: { got: '${ . }' } }\n",
    );
    let mut world = world_with(&[&parent, &flow("child", "  - rest: { wait: PT1M }\n  - say: { set: { ok: 1 } }\n")]);
    let stream = start(&mut world, "parent", json!({})).await;
    act(&world, stream, "parent", suspend()).await.unwrap();
    world.pass_to(world.clock.now().plus_micros(2 * MINUTE)).await.unwrap();
    let found = read(&world, stream).await;
    assert_eq!((of(&found, "parent").status, of(&found, "child").status), (Status::Suspended, Status::Completed));
    act(&world, stream, "parent", peygir_core::Command::Resume).await.unwrap();
    world.go_on().await;
    assert_eq!(end(of(&read(&world, stream).await, "parent")).1, Some(json!({ "got": { "ok": 1 } })));
}

#[tokio::test]
async fn what_an_instance_does_not_take_is_refused() {
    let mut world = world_with(&[&flow("rests", "  - rest: { wait: PT10M }\n")]);
    let stream = start(&mut world, "rests", json!({})).await;
    let resume = || peygir_core::Command::Resume;
    assert_eq!(refusal(act(&world, stream, "rests", resume()).await), Rejection::NotFound);
    assert_eq!(refusal(act(&world, stream, "rests", peygir_core::Command::Retry).await), Rejection::NotFound);
    assert_eq!(refusal(act(&world, stream, "rests", peygir_core::Command::Wake).await), Rejection::NotFound);
    act(&world, stream, "rests", suspend()).await.unwrap();
    assert_eq!(refusal(act(&world, stream, "rests", suspend()).await), Rejection::Suspended);
    let cancel = || peygir_core::Command::Cancel { reason: "no".to_owned() };
    act(&world, stream, "rests", cancel()).await.unwrap();
    assert_eq!(refusal(act(&world, stream, "rests", cancel()).await), Rejection::NotActive);
    assert_eq!(refusal(act(&world, stream, "rests", resume()).await), Rejection::NotActive);
    let nobody = Command::Instance { instance: Id([3; 16]), command: suspend() };
    assert_eq!(refusal(world.host().submit(stream, "op", nobody).await), Rejection::NotFound);
}

#[tokio::test]
async fn retrying_an_instance_resolves_its_incident() {
    let mut world = world_with(&[&flow("fails", "  - ask: { call: case-close, with: {} }\n")]);
    let stream = start(&mut world, "fails", json!({})).await;
    assert_eq!(of(&read(&world, stream).await, "fails").status, Status::Faulted);
    act(&world, stream, "fails", peygir_core::Command::Retry).await.unwrap();
    let found = read(&world, stream).await;
    let how: Vec<_> = found.records.incidents.values().map(|incident| incident.how.as_deref()).collect();
    assert_eq!(how.iter().filter(|how| how.is_none()).count(), 1, "one new incident: {how:?}");
    assert_eq!(how.iter().filter(|how| **how == Some("retried")).count(), 1, "{how:?}");
}

/// The process ends behind every commit, while suspended too.
#[tokio::test]
async fn a_suspended_instance_survives_restarts() {
    let mut world = world_with(&[&flow("hears", "  - hear: { listen: { to: { one: { with: { type: t.go } } } } }\n")]);
    let stream = start(&mut world, "hears", json!({})).await;
    act(&world, stream, "hears", suspend()).await.unwrap();
    world.restart().await;
    deliver(&mut world, stream, event("1", 1)).await;
    world.restart().await;
    act(&world, stream, "hears", peygir_core::Command::Resume).await.unwrap();
    world.restart().await;
    assert_eq!(end(of(&read(&world, stream).await, "hears")), (Status::Completed, Some(json!([{ "n": 1 }]))));
}
