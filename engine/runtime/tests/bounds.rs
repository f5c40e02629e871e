//! Long turns are cut and go on in commits of their own; nothing of them is lost.

mod common;
mod worlds;

use peygir_core::state::Status;
use peygir_core::{Data, Id};
use peygir_runtime::command::Command;
use peygir_runtime::sim::World;
use serde_json::{Value, json};

/// Runs a flow to its rest: how it ended, with what, and in how many commits.
async fn run(world: &World, flow: &str, input: Value) -> (Status, Option<Value>, u64) {
    let host = world.host();
    let stream: Id = host.engine.new_id(world.clock.now());
    let command = Command::StartFlow { flow: flow.to_owned(), input: Data::from(input), claims: Vec::new() };
    host.submit(stream, "test", command).await.unwrap();
    world.settle().await;
    let stream = host.read(stream).await.unwrap();
    let instance = stream.instances.values().next().unwrap();
    (instance.status, instance.output.as_ref().map(|output| output.value().clone()), stream.version)
}

fn flow(name: &str, tasks: &str) -> String {
    format!("document: {{ dsl: '1.0.3', namespace: test, name: {name}, version: '1.0.0' }}\ndo:\n{tasks}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loop_of_steps_goes_on_over_several_commits() {
    let world = worlds::world_with(&[&flow(
        "count",
        "  - count: { set: { n: '${ .n + 1 }' } }\n  - again: { switch: [ { more: { when: .n < 3000, then: count } } ] }\n",
    )]);
    let (status, output, commits) = run(&world, "test/count:1.0.0", json!({ "n": 0 })).await;
    assert_eq!((status, output), (Status::Completed, Some(json!({ "n": 3000 }))));
    assert!(commits > 1, "{commits}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loop_of_calls_goes_on_over_several_commits_and_makes_each_once() {
    let world = worlds::world_with(&[&flow(
        "ask",
        "  - ask: { call: propose-topic, with: {}, output: { as: '${ $input }' } }\n  - count: { set: { n: '${ .n + 1 }' } }\n  \
         - again: { switch: [ { more: { when: .n < 3000, then: ask } } ] }\n",
    )]);
    let (status, output, commits) = run(&world, "test/ask:1.0.0", json!({ "n": 0 })).await;
    assert_eq!((status, output), (Status::Completed, Some(json!({ "n": 3000 }))));
    assert!(commits > 1, "{commits}");
    assert!(world.host().paused().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nothing_catches_is_an_incident_that_can_be_tried_again() {
    let world = worlds::world_with(&[&flow("fail", "  - ask: { call: case-close, with: {} }\n")]);
    let (status, _, _) = run(&world, "test/fail:1.0.0", json!({})).await;
    assert_eq!(status, Status::Faulted);
    let people = world.desk.directory().people;
    let administrator = people.iter().find(|person| person.roles.contains(&"administrator".to_owned())).unwrap();
    let by = world.desk.person(&administrator.id).unwrap();
    let incidents = world.desk.incidents(&by, &Default::default()).await.unwrap().items;
    assert_eq!(incidents.len(), 1);
    assert_eq!((incidents[0].kind.as_str(), incidents[0].status.as_str()), ("flow-fault", "open"));
    // Ids of one millisecond are in no order.
    world.clock.set(world.clock.now().plus_micros(1_000_000));
    world.desk.retry_incident(&by, Id::parse(&incidents[0].id).unwrap()).await.unwrap();
    world.settle().await;
    let incidents = world.desk.incidents(&by, &Default::default()).await.unwrap().items;
    let how: Vec<&str> = incidents.iter().map(|incident| incident.status.as_str()).collect();
    assert_eq!(how, ["open", "retried"], "the cause was not mended: there is a new one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_meets_listeners_that_come_before_and_after_it() {
    let world = worlds::world_with(&[&flow(
        "meet",
        "  - both:\n      fork:\n        branches:\n          - early: { listen: { to: { one: { with: { type: t.early } } } } }\n          \
         - sends: { emit: { event: { with: { source: 'urn:test', type: t.early, data: { n: 1 } } } } }\n  \
         - tell: { emit: { event: { with: { source: 'urn:test', type: t.late, data: { n: 2 } } } } }\n  \
         - late: { listen: { to: { one: { with: { type: t.late } } } } }\n",
    )]);
    let (status, output, _) = run(&world, "test/meet:1.0.0", json!({})).await;
    assert_eq!((status, output), (Status::Completed, Some(json!([{ "n": 2 }]))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loop_without_an_end_is_stopped_and_a_person_is_told() {
    let world = worlds::world_with(&[&flow(
        "endless",
        "  - one: { set: '${ . }', then: two }\n  - two: { set: '${ . }', then: one }\n",
    )]);
    let (status, _, commits) = run(&world, "test/endless:1.0.0", json!({})).await;
    assert_eq!(status, Status::Cancelled);
    assert!(commits <= u64::from(peygir_runtime::turn::CONTINUATIONS_MAX) + 2, "{commits}");
    let people = world.desk.directory().people;
    let administrator = people.iter().find(|person| person.roles.contains(&"administrator".to_owned())).unwrap();
    let by = world.desk.person(&administrator.id).unwrap();
    let incidents = world.desk.incidents(&by, &Default::default()).await.unwrap().items;
    assert_eq!(incidents.len(), 1);
    assert!(incidents[0].reason.contains("without resting"), "{incidents:?}");
}
