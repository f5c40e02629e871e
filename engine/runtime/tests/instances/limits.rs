//! Limits that a deployment sets.

use peygir_core::state::Status;
use peygir_runtime::sim::World;
use serde_json::json;

use crate::deployed::{Extra, catalog_of, load};
use crate::town::{end, flow, of, read, start, world_of};

fn world(flows: &[&str], limits: &str) -> World {
    let deployment = format!("limits: {{ {limits} }}");
    let pack = catalog_of(&Extra { flows, deployment: &deployment, ..Extra::default() });
    world_of(pack, Default::default(), Default::default())
}

const COUNT: &str =
    "  - count: { set: { n: '${ .n + 1 }' } }\n  - again: { switch: [ { more: { when: .n < 100, then: count } } ] }\n";

#[tokio::test]
async fn steps_of_a_turn() {
    let mut world = world(&[&flow("count", COUNT)], "turnStepsMax: 20");
    let stream = start(&mut world, "count", json!({ "n": 0 })).await;
    let found = read(&world, stream).await;
    assert_eq!(end(of(&found, "count")), (Status::Completed, Some(json!({ "n": 100 }))));
    assert!(found.version >= 10, "{} commits", found.version);
}

#[tokio::test]
async fn turns_in_a_row() {
    let mut world = world(&[&flow("count", COUNT)], "turnStepsMax: 20, continuationsMax: 3");
    let stream = start(&mut world, "count", json!({ "n": 0 })).await;
    let found = read(&world, stream).await;
    assert_eq!(of(&found, "count").status, Status::Cancelled);
    assert_eq!(found.records.incidents.len(), 1);
}

#[tokio::test]
async fn what_one_instance_starts() {
    let parent = flow("parent", "  - one: { call: child, with: {} }\n  - two: { call: child, with: {} }\n");
    let child = flow("child", "  - say: { set: { ok: true } }\n");
    let mut world = world(&[&parent, &child], "childrenMax: 1");
    let stream = start(&mut world, "parent", json!({})).await;
    let found = read(&world, stream).await;
    let fault = of(&found, "parent").fault.as_ref().expect("the second call is one too many");
    assert!(fault.type_.ends_with("/runtime"), "{fault:?}");
    assert_eq!(fault.instance.as_deref(), Some("/do/1/two"));
}

#[tokio::test]
async fn the_length_of_data() {
    let mut world =
        world(&[&flow("grow", "  - grow: { set: { text: '${ \"x\" * 2000 }' } }\n")], "payloadBytesMax: 1024");
    let stream = start(&mut world, "grow", json!({})).await;
    assert_eq!(of(&read(&world, stream).await, "grow").status, Status::Faulted);
}

#[tokio::test]
async fn events_that_wait() {
    let emits = |number: u32| {
        format!(
            "  - e{number}: {{ emit: {{ event: {{ with: {{ source: 'urn:t', type: t.n, data: {number} }} }} }} }}\n"
        )
    };
    let tasks: String = (0..5).map(emits).collect();
    let mut world = world(&[&flow("emits", &tasks)], "eventsWaitingMax: 2");
    let stream = start(&mut world, "emits", json!({})).await;
    let found = read(&world, stream).await;
    let kept: Vec<_> = found.records.mailbox.kept.iter().map(|event| event.data.value().clone()).collect();
    assert_eq!(kept, [json!(3), json!(4)], "the oldest go first");
}

#[test]
fn a_limit_out_of_bounds_is_told_with_its_place() {
    let limits = "limits: { turnStepsMax: 0, eventsWaitingMax: 1000, depthMx: 3 }";
    let found = load(&Extra { deployment: limits, ..Extra::default() }).unwrap_err();
    let codes: Vec<&str> = found.list.iter().map(|found| found.code).collect();
    assert_eq!(codes, ["PG-P002", "PG-P082", "PG-P082"]);
    assert!(found.list.iter().all(|found| found.span.column > 1 && found.file.ends_with("deployment.yaml")));
}
