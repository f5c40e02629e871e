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

/// What is too long for one commit is done in several.
#[tokio::test]
async fn a_turn_that_is_too_long_for_a_commit_is_cut() {
    let tasks = "  - grow: { set: { n: '${ .n + 1 }', text: '${ \"x\" * 500000 }' } }\n  \
                 - again: { switch: [ { more: { when: .n < 16, then: grow } } ] }\n  - end: { set: { n: '${ .n }' } }\n";
    let mut world = world(&[&flow("grow", tasks)], "cacheStreamsMax: 10");
    let stream = start(&mut world, "grow", json!({ "n": 0 })).await;
    let found = read(&world, stream).await;
    assert_eq!(end(of(&found, "grow")), (Status::Completed, Some(json!({ "n": 16 }))), "{:?}", world.host().paused());
    assert!(found.version > 2);
}

/// What no commit can hold stops the flow instead of being tried for ever.
#[tokio::test]
async fn a_flow_that_grows_past_what_can_be_kept_is_stopped() {
    let hears = "  - hear: { listen: { to: { any: [ { with: { type: t.n } } ], until: '${ length > 50 }' } } }\n";
    let mut world = world(&[&flow("hears", hears)], "turnWorkMax: 100");
    let stream = start(&mut world, "hears", json!({})).await;
    for number in 0..8 {
        let event = peygir_core::CloudEvent {
            id: number.to_string(),
            source: "urn:t".to_owned(),
            type_: "t.n".to_owned(),
            time: peygir_core::Moment(1),
            subject: None,
            data: json!("x".repeat(900_000)).into(),
            extensions: peygir_core::Data::empty(),
        };
        // The one that is too much is refused; those behind it find nobody who listens.
        let _ = world.host().submit(stream, "op", peygir_runtime::command::Command::Deliver(event)).await;
    }
    let found = read(&world, stream).await;
    assert_eq!(of(&found, "hears").status, Status::Cancelled);
    let reasons: Vec<&str> = found.records.incidents.values().map(|incident| incident.reason.as_str()).collect();
    assert_eq!(reasons.len(), 1);
    assert!(reasons[0].contains("longer than what can be kept"), "{reasons:?}");
    assert!(found.records.mailbox.kept.len() <= 2, "{}", found.records.mailbox.kept.len());
}
