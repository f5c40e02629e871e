//! Flows that run flows.

use peygir_core::state::Status;
use peygir_core::{Data, Id};
use peygir_runtime::command::Command;
use peygir_runtime::stream::Stream;
use serde_json::{Value, json};

use crate::deployed::{Extra, catalog_of};
use crate::town::{self, end, flow, of, read, start, world_with};

const RUN: &str = "run: { workflow: { namespace: test, name: child, version: latest, input: { n: '${ .n }' } }";

fn parent(tail: &str) -> String {
    flow("parent", &format!("  - ask: {{ {RUN}{tail} }} }}\n  - wrap: {{ set: {{ got: '${{ . }}' }} }}\n"))
}

fn awaiting() -> String {
    parent("")
}

fn beside() -> String {
    parent(", await: false")
}

fn child(tasks: &str) -> String {
    flow("child", tasks)
}

fn incidents(stream: &Stream) -> Vec<String> {
    stream.records.incidents.values().map(|incident| incident.reason.clone()).collect()
}

#[tokio::test]
async fn an_awaited_child_answers_with_its_output() {
    let mut world = world_with(&[&awaiting(), &child("  - double: { set: { n: '${ .n * 2 }' } }\n")]);
    let stream = start(&mut world, "parent", json!({ "n": 21 })).await;
    let found = read(&world, stream).await;
    assert_eq!(end(of(&found, "parent")), (Status::Completed, Some(json!({ "got": { "n": 42 } }))));
    let (parent, child) = (of(&found, "parent"), of(&found, "child"));
    let link = child.parent.as_ref().expect("a child knows its parent");
    assert_eq!((link.instance, link.awaits), (parent.id, true));
    assert_ne!(parent.id, child.id);
}

#[tokio::test]
async fn the_newest_version_of_the_moment_is_run_and_journalled() {
    let version = |version: &str, n: u32| {
        child(&format!("  - say: {{ set: {{ n: {n} }} }}\n"))
            .replace("version: '1.0.0'", &format!("version: '{version}'"))
    };
    let flows = [awaiting(), version("1.9.0", 9), version("1.10.0", 10), version("1.11.0-beta.1", 11)];
    let flows: Vec<&str> = flows.iter().map(String::as_str).collect();
    let mut world = world_with(&flows);
    let stream = start(&mut world, "parent", json!({ "n": 1 })).await;
    let found = read(&world, stream).await;
    // As semver has it: ten is more than nine, and what comes before 1.11.0 is more than 1.10.0.
    assert_eq!(of(&found, "child").flow.version, "1.11.0-beta.1");
    assert_eq!(end(of(&found, "parent")).1, Some(json!({ "got": { "n": 11 } })));
}

#[tokio::test]
async fn a_childs_fault_is_raised_in_its_parent_with_the_childs_id() {
    let fails = child("  - no: { raise: { error: { type: 'https://example.ir/no', status: 418, detail: was it } } }\n");
    let mut world = world_with(&[&awaiting(), &fails]);
    let stream = start(&mut world, "parent", json!({ "n": 1 })).await;
    let found = read(&world, stream).await;
    let (parent, child) = (of(&found, "parent"), of(&found, "child"));
    let fault = parent.fault.as_ref().expect("the parent faulted");
    assert_eq!((fault.type_.as_str(), fault.status), ("https://example.ir/no", 418));
    assert_eq!((fault.detail.as_deref(), fault.child.as_deref()), (Some("was it"), Some(&child.id)));
    assert_eq!(fault.instance.as_deref(), Some("/do/0/ask"));
    assert_eq!(incidents(&found), ["https://example.ir/no: was it"], "one fault, one incident");
}

#[tokio::test]
async fn a_childs_fault_can_be_caught() {
    let tries = flow(
        "parent",
        &format!(
            "  - tries:\n      try:\n        - ask: {{ {RUN} }} }}\n      catch:\n        do:\n          - say: {{ set: {{ child: '${{ $error.child }}' }} }}\n"
        ),
    );
    let mut world = world_with(&[&tries, &child("  - no: { raise: { error: { type: 'urn:x', status: 500 } } }\n")]);
    let stream = start(&mut world, "parent", json!({})).await;
    let found = read(&world, stream).await;
    let (status, output) = end(of(&found, "parent"));
    assert_eq!((status, output), (Status::Completed, Some(json!({ "child": of(&found, "child").id.to_string() }))));
    assert_eq!(incidents(&found), [""; 0], "what was caught is nobody's to look at");
}

#[tokio::test]
async fn a_flow_that_is_not_there_is_a_configuration_fault() {
    // The names of a flow are checked where it is deployed; here its child was taken out of the store's past.
    let mut world = world_with(&[&flow("parent", "  - wait: { wait: PT1H }\n")]);
    let stream = start(&mut world, "parent", json!({})).await;
    let instance = of(&read(&world, stream).await, "parent").id;
    let run = |awaits| peygir_runtime::command::Run {
        activation: 1,
        child: Id([9; 16]),
        namespace: "test".to_owned(),
        name: "gone".to_owned(),
        version: Some("1.0.0".to_owned()),
        input: Data::empty(),
        awaits,
    };
    let submit = |awaits| world.host().submit(stream, "test", Command::Run { instance, run: run(awaits) });
    submit(false).await.unwrap();
    assert_eq!(incidents(&read(&world, stream).await), ["action `run` of a script: there is no flow test/gone:1.0.0"]);
}

#[tokio::test]
async fn a_child_that_nobody_awaits_survives_its_parent() {
    let waits = child("  - rest: { wait: PT1H }\n  - say: { set: { done: true } }\n");
    let mut world = world_with(&[&beside(), &waits]);
    let stream = start(&mut world, "parent", json!({ "n": 1 })).await;
    let found = read(&world, stream).await;
    assert_eq!(end(of(&found, "parent")), (Status::Completed, Some(json!({ "got": { "n": 1 } }))));
    assert_eq!(of(&found, "child").status, Status::Active);
    world.pass_to(world.clock.now().plus_micros(3_600_000_000)).await.unwrap();
    assert_eq!(end(of(&read(&world, stream).await, "child")), (Status::Completed, Some(json!({ "done": true }))));
}

#[tokio::test]
async fn a_fault_that_nobody_awaits_is_an_incident() {
    let fails = child("  - no: { raise: { error: { type: 'urn:x', status: 500, detail: alone } } }\n");
    let mut world = world_with(&[&beside(), &fails]);
    let stream = start(&mut world, "parent", json!({})).await;
    let found = read(&world, stream).await;
    assert_eq!(of(&found, "parent").status, Status::Completed);
    assert_eq!(incidents(&found), ["urn:x: alone"]);
}

#[tokio::test]
async fn cancelling_goes_down_to_what_is_awaited_and_no_further() {
    let both = flow(
        "parent",
        "  - beside: { run: { workflow: { namespace: test, name: other, version: latest }, await: false } }\n  \
         - ask: { run: { workflow: { namespace: test, name: child, version: latest } } }\n",
    );
    let middle = child("  - deeper: { run: { workflow: { namespace: test, name: deep, version: latest } } }\n");
    let waits = |name: &str| flow(name, "  - rest: { wait: PT1H }\n");
    let mut world = world_with(&[&both, &middle, &waits("deep"), &waits("other")]);
    let stream = start(&mut world, "parent", json!({})).await;
    let instance = of(&read(&world, stream).await, "parent").id;
    let command = peygir_core::Command::Cancel { reason: "no more".to_owned() };
    world.host().submit(stream, "op", Command::Instance { instance, command }).await.unwrap();
    let found = read(&world, stream).await;
    let statuses = ["parent", "child", "deep", "other"].map(|name| of(&found, name).status);
    assert_eq!(statuses, [Status::Cancelled, Status::Cancelled, Status::Cancelled, Status::Active]);
    assert_eq!(incidents(&found), [""; 0]);
}

#[tokio::test]
async fn a_timeout_of_the_task_cancels_what_it_awaits() {
    let hasty = flow(
        "parent",
        "  - ask: { run: { workflow: { namespace: test, name: child, version: latest } }, timeout: { after: PT1M } }\n",
    );
    let mut world = world_with(&[&hasty, &child("  - rest: { wait: PT1H }\n")]);
    let stream = start(&mut world, "parent", json!({})).await;
    world.pass_to(world.clock.now().plus_micros(60_000_000)).await.unwrap();
    let found = read(&world, stream).await;
    assert_eq!((of(&found, "parent").status, of(&found, "child").status), (Status::Faulted, Status::Cancelled));
    assert!(of(&found, "parent").fault.as_ref().unwrap().type_.ends_with("/timeout"));
}

#[tokio::test]
async fn cancelling_a_child_by_hand_faults_who_awaits_it() {
    let mut world = world_with(&[&awaiting(), &child("  - rest: { wait: PT1H }\n")]);
    let stream = start(&mut world, "parent", json!({ "n": 1 })).await;
    let instance = of(&read(&world, stream).await, "child").id;
    let command = peygir_core::Command::Cancel { reason: "by hand".to_owned() };
    world.host().submit(stream, "op", Command::Instance { instance, command }).await.unwrap();
    let found = read(&world, stream).await;
    let fault = of(&found, "parent").fault.clone().expect("the parent faulted");
    assert!(fault.type_.ends_with("/runtime") && fault.child.as_deref() == Some(&instance), "{fault:?}");
}

#[tokio::test]
async fn a_flow_is_called_like_any_function() {
    let calls = flow("parent", "  - ask: { call: child, with: { n: '${ .n }' } }\n");
    let takes = town::flow_with(
        "child",
        "input: { schema: { document: { type: object, required: [n], additionalProperties: false, properties: { n: { type: integer } } } } }",
        "  - double: { set: { n: '${ .n * 2 }' } }\n",
    );
    let mut world = world_with(&[&calls, &takes]);
    let stream = start(&mut world, "parent", json!({ "n": 4 })).await;
    let found = read(&world, stream).await;
    assert_eq!(end(of(&found, "parent")), (Status::Completed, Some(json!({ "n": 8 }))));
    assert!(of(&found, "child").parent.as_ref().is_some_and(|parent| parent.awaits));
    // What is written out is held against the flow's own schema.
    let wrong = flow("parent", "  - ask: { call: child, with: { m: 1 } }\n");
    let refused = crate::deployed::load(&Extra { flows: &[&wrong, &takes], ..Extra::default() }).unwrap_err();
    assert!(refused.list.iter().any(|found| found.message.contains('m')), "{refused:?}");
}

#[tokio::test]
async fn a_flow_that_runs_itself_for_ever_ends_with_a_fault() {
    let itself = flow("parent", "  - again: { call: parent, with: {} }\n");
    let mut world = world_with(&[&itself]);
    let stream = start(&mut world, "parent", json!({})).await;
    let found = read(&world, stream).await;
    let depth = found.instances.len();
    assert_eq!(depth, peygir_runtime::turn::RUN_DEPTH_MAX, "{depth}");
    assert!(found.instances.values().all(|instance| instance.status == Status::Faulted));
    assert_eq!(incidents(&found).len(), 1, "the outermost alone is told");
}

/// Ends the process at every commit: the same output, and every child once.
#[tokio::test]
async fn children_survive_a_restart_behind_every_commit() {
    let several = flow(
        "parent",
        "  - all:\n      for: { each: n, in: '${ [1, 2, 3] }' }\n      do:\n        \
         - ask: { run: { workflow: { namespace: test, name: child, version: latest, input: { n: '${ $n }' } } } }\n",
    );
    let waits = child("  - rest: { wait: PT1M }\n  - say: { set: { n: '${ .n * 10 }' } }\n");
    let run = async |cut: bool| -> (Status, Option<Value>, usize) {
        let mut world = world_with(&[&several, &waits]);
        if cut {
            world.life.cut_everywhere();
        }
        let stream = start(&mut world, "parent", json!({})).await;
        world.pass_to(world.clock.now().plus_micros(600_000_000)).await.unwrap();
        assert!(world.life.ends() >= 4 || !cut, "{}", world.life.ends());
        let found = read(&world, stream).await;
        let parent = found.instances.values().find(|instance| instance.flow.name == "parent").unwrap();
        let (status, output) = end(parent);
        (status, output, found.instances.len())
    };
    let straight = run(false).await;
    assert_eq!(straight, (Status::Completed, Some(json!({ "n": 30 })), 4));
    assert_eq!(run(true).await, straight);
}

/// Where the work of a turn is bounded, what is left over is done all the same, and once.
#[tokio::test]
async fn what_a_turn_leaves_over_is_run_by_the_next() {
    let branches: String = (0..40)
        .map(|number| {
            format!("          - b{number}: {{ run: {{ workflow: {{ namespace: test, name: child, version: latest }} }} }}\n")
        })
        .collect();
    let forks = flow("parent", &format!("  - all:\n      fork:\n        branches:\n{branches}"));
    let flows = [forks.as_str(), &child("  - say: { set: { ok: true } }\n")];
    let pack = catalog_of(&Extra { flows: &flows, deployment: "limits: { turnWorkMax: 10 }", ..Extra::default() });
    let mut world = town::world_of(pack, Default::default(), Default::default());
    let stream = start(&mut world, "parent", json!({})).await;
    let found = read(&world, stream).await;
    let parent = found.instances.values().find(|instance| instance.flow.name == "parent").unwrap();
    assert_eq!(end(parent), (Status::Completed, Some(vec![json!({ "ok": true }); 40].into())));
    assert_eq!(found.instances.len(), 41);
    assert!(found.version > 4, "{} commits", found.version);
}
