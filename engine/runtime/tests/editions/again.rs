//! A case that went to an agency that does not exist: how it is told beforehand, and how it is saved once it stands.

use peygir_core::Data;
use peygir_core::Id;
use peygir_core::state::Status;
use peygir_runtime::command::Command;
use peygir_runtime::desk::Refusal;
use peygir_runtime::sim::World;
use serde_json::json;

use crate::town::*;

const DIRECTORY: &str = "kind: directory
province: { id: here, fa: اینجا, en: Here }
provinces: [ { id: there, fa: آنجا, en: There } ]
roles: [ { id: duty-manager, fa: مدیر, en: Manager } ]
agencies: [ { id: gas-here, fa: گاز, en: Gas, province: here }, { id: gas-there, fa: گاز, en: Gas, province: there } ]
";
const OPEN: &str =
    "  - open: { call: case-open, with: { channel: web, text: '…', province: here, from: { person: '${ .person }' } } }
  - hand: { emit: { event: { with: { source: 'urn:test', type: test.registered, data: {} } } } }
";
const REFER: &str = "document: { dsl: '1.0.3', namespace: test, name: refer, version: '1.0.0' }
schedule: { on: { one: { with: { type: test.registered } } } }
do:
  - route: { call: route, with: { word: gas } }
  - refer: { call: case-refer, with: { to: '${ . }' } }
  - rest: { wait: { days: 1 } }
";

/// A table that answers `agency`, of its input `word` or of the province.
fn route(version: &str, agency: &str) -> String {
    format!(
        "kind: decision-table\nid: route\nversion: {version}\nhit: first\ninputs:\n  word: {{ type: string, from: input.word, default: x }}\n  \
         province: {{ type: string, from: case.province, default: here }}\noutputs: {{ agency: {{ type: string }} }}\n\
         rules:\n  - {{ id: all, last: true, then: {{ agency: '{agency}' }} }}\n"
    )
}

fn pack(version: &str, agency: &str) -> Files {
    let files = with(base(version, "one"), "rules/directory.yaml", DIRECTORY);
    let files = with(files, "rules/route.table.yaml", &route(version, agency));
    let files = with(files, "workflows/open/workflow.yaml", &flow("open", "1.0.0", OPEN));
    with(files, "workflows/refer/workflow.yaml", REFER)
}

#[tokio::test]
async fn an_agency_that_no_directory_has_is_refused() {
    for (agency, is_known) in [
        ("gas-here", true),
        ("gas-heer", false),
        ("gas-{province}", true),
        ("water-{province}", false),
        // Nothing is known of what the flow hands over.
        ("{word}-here", true),
    ] {
        let mut world = fresh().await;
        let done = deploy(&mut world, &edition(&[&pack("2.0.0", agency)])).await;
        match done {
            Ok(_) => assert!(is_known, "{agency}"),
            Err(refusal) => {
                assert!(!is_known, "{agency}: {refusal:?}");
                assert_eq!(found(refusal), [("PG-P095", "base/rules/route.table.yaml".to_owned(), 10)], "{agency}");
            }
        }
    }
    // One province has it and the other has not: whoever deploys is told, and not stopped.
    let some = pack("2.0.0", "oil-{province}");
    let directory = DIRECTORY.replace("agencies: [", "agencies: [ { id: oil-here, fa: نفت, en: Oil, province: here },");
    let mut world = fresh().await;
    let done = deploy(&mut world, &edition(&[&with(some, "rules/directory.yaml", &directory)])).await.unwrap();
    let told = serde_json::Value::from(done.findings).to_string();
    assert!(told.contains("PG-P095") && told.contains("oil-there") && !told.contains("oil-here"), "{told}");
}

async fn act(world: &mut World, stream: Id, instance: Id) -> Result<String, Refusal> {
    let by = administrator();
    let restarted = world.serve(async |desk| desk.restart_instance(&by, instance).await).await;
    world.go_on().await;
    assert!(read(world, stream).await.instances.contains_key(&instance), "the faulted one stays");
    restarted.map(|started| started.id)
}

/// Where the answer could not be judged beforehand: the case stands with an incident, the right version is deployed, and the flow
/// begins anew and decides by it. Trying again alone would not.
#[tokio::test]
async fn a_case_that_went_to_nobody_is_saved_by_beginning_anew() {
    let mut world = fresh().await;
    deploy(&mut world, &edition(&[&pack("2.0.0", "{word}-heer")])).await.unwrap();
    let engine = world.host().engine.clone();
    let stream = engine.new_id(world.clock.now());
    let person = Id([9; 16]).to_string();
    let command = Command::StartFlow {
        flow: "test/open:1.0.0".to_owned(),
        input: Data::from(json!({ "person": person })),
        claims: Vec::new(),
    };
    world.serve(async |desk| desk.host().submit(stream, "test", command.clone()).await).await.unwrap();
    world.go_on().await;
    let stood = read(&world, stream).await;
    let first = stood.instances.values().find(|one| one.flow.name == "refer").expect("the case was handed on");
    assert_eq!(first.status, Status::Faulted);
    let first = first.id;
    let open = |stream: &peygir_runtime::stream::Stream| {
        stream.records.incidents.values().filter(|incident| incident.resolved_at.is_none()).count()
    };
    assert_eq!(open(&stood), 1);

    deploy(&mut world, &edition(&[&pack("3.0.0", "gas-{province}")])).await.unwrap();
    let by = administrator();
    let retry = peygir_runtime::desk::InstanceAction::Retry;
    world.serve(async |desk| desk.act_on_instance(&by, first, retry.clone()).await).await.unwrap();
    world.go_on().await;
    let still = read(&world, stream).await;
    assert_eq!(still.instances[&first].status, Status::Faulted, "the decision is the one that was made");

    let second = act(&mut world, stream, first).await.unwrap();
    let saved = read(&world, stream).await;
    let referral = saved.records.case.as_ref().and_then(|case| case.referral.clone()).expect("it is referred");
    assert_eq!((referral.agency.as_str(), open(&saved)), ("gas-here", 0));
    let second = saved.instances.values().find(|one| one.id.to_string() == second).unwrap();
    assert_eq!(second.status, Status::Active);
    // Once: two flows must not work on one matter.
    assert!(matches!(act(&mut world, stream, first).await, Err(Refusal::Conflict(_))));
    let second = second.id;
    assert!(matches!(act(&mut world, stream, second).await, Err(Refusal::Conflict(_))), "it has not failed");
    let again = world.serve(async |desk| desk.act_on_instance(&by, first, retry.clone()).await).await;
    assert!(matches!(again, Err(Refusal::Conflict(_))), "{again:?}");
}
