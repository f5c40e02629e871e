//! A case that one flow hands on by an event: what would start from it is not taken away unseen, and a message that starts
//! nothing is an incident.

use peygir_core::Id;
use peygir_runtime::desk::{InstanceAction, NewMessage, PageRequest, Party, Refusal};
use peygir_runtime::sim::World;

use crate::town::*;

const OPEN: &str = "  - open: { call: case-open }\n  - tell: { emit: { event: { with: { source: 'urn:test:ask', type: test.registered.v1 } } } }\n";
const WORK: &str = "  - rest: { wait: { days: 1 } }\n";

fn started_by(type_: &str, name: &str, version: &str) -> String {
    flow(name, version, WORK)
        .replace("do:\n", &format!("schedule: {{ on: {{ one: {{ with: {{ type: {type_} }} }} }} }}\ndo:\n"))
}

/// An intake flow that opens a case and says so, and a flow that works on it.
fn registering(version: &str, worker: Option<String>) -> Files {
    let mut files = with(base(version, "one"), "workflows/ask/workflow.yaml", &flow("ask", "1.0.0", OPEN));
    if let Some(worker) = worker {
        files.insert("workflows/worker/workflow.yaml".to_owned(), worker);
    }
    files
}

fn working(version: &str) -> Files {
    registering(version, Some(started_by("test.registered.v1", "worker", "1.0.0")))
}

async fn deployed(pack: Files) -> World {
    world(&[pack], &std::sync::Arc::new(peygir_store::memory::MemoryStore::new()), START).await
}

async fn submit(world: &mut World, text: &str) -> Id {
    let by = person("operator", "operator", "nation");
    let message = NewMessage {
        channel: "phone".to_owned(),
        from: Party { mobile: Some("09121234567".to_owned()), ..Party::default() },
        on_behalf_of: None,
        text: text.to_owned(),
        topic: None,
        agency: None,
        province: None,
        county: None,
        source: None,
    };
    let done = world.serve(async |desk| desk.submit_message(&by, message.clone(), None).await).await.unwrap();
    world.go_on().await;
    Id::parse(&done.case_id).unwrap()
}

/// Kinds and states of all incidents.
async fn incidents(world: &World) -> Vec<(String, String)> {
    let page = world.desk.incidents(&administrator(), &PageRequest::default()).await.unwrap();
    page.items.into_iter().map(|incident| (incident.kind, incident.status)).collect()
}

#[tokio::test]
async fn what_an_emitted_event_starts_is_not_taken_away() {
    let mut world = deployed(working("1.0.0")).await;
    let case = submit(&mut world, "no water").await;
    assert_eq!(read(&world, case).await.instances.len(), 2);
    assert_eq!(incidents(&world).await, []);
    let without = found(deploy(&mut world, &edition(&[&registering("1.1.0", None)])).await.unwrap_err());
    assert_eq!(without, [("PG-P077", "base/workflows/ask/workflow.yaml".to_owned(), 1)]);
    let other = registering("1.1.0", Some(started_by("test.registered.v2", "worker", "1.1.0")));
    assert!(matches!(deploy(&mut world, &edition(&[&other])).await, Err(Refusal::Findings(_))));
    // Planned for later it is refused as well, and under another name the work goes on.
    let later = from(edition(&[&registering("1.1.0", None)]), "1405/10/01");
    assert!(matches!(deploy(&mut world, &later).await, Err(Refusal::Findings(_))));
    let renamed = registering("1.2.0", Some(started_by("test.registered.v1", "clerk", "1.0.0")));
    deploy(&mut world, &edition(&[&renamed])).await.unwrap();
}

/// Whoever means it takes the event away, too: that is told and not refused.
#[tokio::test]
async fn a_start_that_nobody_needs_any_more_is_told() {
    let mut world = deployed(working("1.0.0")).await;
    let quiet = base("2.0.0", "two");
    let quiet = with(quiet, "workflows/ask/workflow.yaml", &flow("ask", "1.0.1", "  - open: { call: case-open }\n"));
    let refused = deploy(&mut world, &edition(&[&quiet])).await;
    assert!(matches!(refused, Err(Refusal::Findings(_))), "the deployment names the intake flow by its version");
    let both = with(working("2.0.0"), "workflows/more/workflow.yaml", &started_by("test.other.v1", "more", "1.0.0"));
    deploy(&mut world, &edition(&[&both])).await.unwrap();
    let done = deploy(&mut world, &edition(&[&working("3.0.0")])).await.unwrap();
    let told: Vec<&str> = done.findings.iter().filter_map(|finding| finding["code"].as_str()).collect();
    assert_eq!(told, ["PG-P077"]);
}

#[tokio::test]
async fn a_message_that_starts_nothing_is_an_incident_until_something_starts() {
    let mut world = deployed(registering("1.0.0", None)).await;
    let case = submit(&mut world, "no water").await;
    assert_eq!(incidents(&world).await, [("case-unstarted".to_owned(), "open".to_owned())]);
    let stream = read(&world, case).await;
    let incident = stream.records.incidents.values().next().unwrap();
    assert!(incident.reason.contains("test/ask:1.0.0") && incident.reason.contains("test.registered.v1"));
    let (by, id) = (administrator(), incident.id);
    assert_eq!(world.desk.retry_incident(&by, id).await, Err(Refusal::Conflict("nothing-starts")));
    deploy(&mut world, &edition(&[&working("1.1.0")])).await.unwrap();
    world.serve(async |desk| desk.retry_incident(&by, id).await).await.unwrap();
    world.go_on().await;
    assert_eq!(incidents(&world).await, [("case-unstarted".to_owned(), "retried".to_owned())]);
    let stream = read(&world, case).await;
    assert_eq!((stream.instances.len(), stream.records.mailbox.kept.len()), (2, 0));
    submit(&mut world, "no power").await;
    assert_eq!(incidents(&world).await.len(), 1, "what starts something is none");
}

/// Settled is settled, and it is told once.
#[tokio::test]
async fn what_a_person_settled_is_not_told_again() {
    let mut world = deployed(registering("1.0.0", None)).await;
    let case = submit(&mut world, "no water").await;
    let id = *read(&world, case).await.records.incidents.keys().next().unwrap();
    let by = administrator();
    world.serve(async |desk| desk.settle_incident(&by, id, "called back").await).await.unwrap();
    world.host().submit(case, "system", peygir_runtime::command::Command::Wake).await.unwrap();
    assert_eq!(incidents(&world).await, [("case-unstarted".to_owned(), "settled".to_owned())]);
}

fn reasons(stream: &peygir_runtime::stream::Stream) -> Vec<(String, bool)> {
    let told = stream.records.incidents.values();
    told.map(|one| (one.reason.clone(), one.resolved_at.is_none())).collect()
}

/// Its flow was taken away by a person, and the case is open: somebody has to know of it.
#[tokio::test]
async fn a_case_whose_flow_a_person_cancelled_is_not_forgotten() {
    let mut world = deployed(working("1.0.0")).await;
    let case = submit(&mut world, "no water").await;
    let stream = read(&world, case).await;
    let works = stream.instances.values().find(|instance| instance.flow.name == "worker").unwrap().id;
    let cancel = InstanceAction::Cancel { reason: "a test".to_owned() };
    let by = administrator();
    world.serve(async |desk| desk.act_on_instance(&by, works, cancel.clone()).await).await.unwrap();
    let told = reasons(&read(&world, case).await);
    assert!(matches!(&told[..], [(reason, true)] if reason.contains("test/worker:1.0.0 was cancelled")), "{told:?}");
}

/// It failed, and a person settled that without trying again: the case is still open, and that is another matter.
#[tokio::test]
async fn a_case_whose_failed_flow_was_settled_is_not_forgotten() {
    let fails = started_by("test.registered.v1", "worker", "1.0.0")
        .replace(WORK, "  - fail: { raise: { error: { type: 'https://test.example/gone', status: 500 } } }\n");
    let mut world = deployed(registering("1.0.0", Some(fails))).await;
    let case = submit(&mut world, "no water").await;
    let failed = *read(&world, case).await.records.incidents.keys().next().unwrap();
    assert_eq!(incidents(&world).await, [("flow-fault".to_owned(), "open".to_owned())]);
    let by = administrator();
    world.serve(async |desk| desk.settle_incident(&by, failed, "seen").await).await.unwrap();
    let told = reasons(&read(&world, case).await);
    let open: Vec<&str> = told.iter().filter(|(_, open)| *open).map(|(reason, _)| reason.as_str()).collect();
    assert!(matches!(open[..], [reason] if reason.contains("test/worker:1.0.0 failed")), "{told:?}");
    let left = read(&world, case).await.records.incidents.values().find(|one| one.resolved_at.is_none()).unwrap().id;
    world.serve(async |desk| desk.settle_incident(&by, left, "closed on paper").await).await.unwrap();
    world.host().submit(case, "system", peygir_runtime::command::Command::Wake).await.unwrap();
    assert!(
        reasons(&read(&world, case).await).iter().all(|(_, open)| !open),
        "what a person took on is not told again"
    );
}
