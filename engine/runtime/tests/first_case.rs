//! The whole way of one case through the shipped flows, on a memory store and a virtual clock.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use peygir_connector::{Manifest, manifest};
use peygir_core::Moment;
use peygir_runtime::access::Principal;
use peygir_runtime::command::{Envelope, Recorded};
use peygir_runtime::desk::{NewMessage, PageRequest, Party, Source, TaskFilter};
use peygir_runtime::pack;
use peygir_runtime::sim::World;
use peygir_runtime::stream::Stream;
use peygir_store::memory::MemoryStore;
use serde_json::json;

fn world() -> World {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (pack, _) = pack::load(&root.join("examples/one-province")).unwrap_or_else(|found| panic!("{found:#?}"));
    let read = |name: &str| -> Manifest {
        let text = std::fs::read_to_string(root.join("connectors").join(name).join("connector.yaml")).unwrap();
        manifest::read(&peygir_source::yaml::parse(&text).unwrap()).unwrap()
    };
    let manifests: BTreeMap<String, Manifest> =
        ["sms", "mail"].map(|name| (name.to_owned(), read(name))).into_iter().collect();
    let start: Moment = "2026-11-21T10:00:00+03:30".parse::<jiff::Timestamp>().unwrap().into();
    World::new(pack, &manifests, Arc::new(MemoryStore::new()), start, 1)
}

fn minutes(world: &World, minutes: i64) -> Moment {
    world.clock.now().plus_micros(minutes * 60_000_000)
}

async fn task(world: &World, by: &Principal, list: &str) -> peygir_core::Id {
    let filter = TaskFilter { list: Some(list.to_owned()), case: None, page: PageRequest::default() };
    let page = world.desk.tasks(by, &filter).await.unwrap();
    let first = page.items.first().unwrap_or_else(|| panic!("{} has no task in {list}", by.id));
    peygir_core::Id::parse(&first.id).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_an_sms_to_a_verified_close() {
    let world = world();
    let connector = Principal {
        id: "connector:sms".into(),
        name: "sms".into(),
        grants: vec![peygir_runtime::access::Grant {
            role: "connector".into(),
            scope: peygir_runtime::access::Scope::Nation,
        }],
    };
    let message = NewMessage {
        channel: "sms".into(),
        from: Party { mobile: Some("09991234567".into()), ..Party::default() },
        on_behalf_of: None,
        text: "در ادارهٔ ثبت احوال همدان هیچ کارمندی پشت باجه نیست و کسی پاسخ نمی‌دهد".into(),
        topic: None,
        agency: None,
        province: None,
        county: None,
        source: Some(Source { connector: "sms".into(), id: "m-1".into(), line: "6133".into() }),
    };
    let first = world.desk.submit_message(&connector, message.clone(), None).await.unwrap();
    let again = world.desk.submit_message(&connector, message, None).await.unwrap();
    assert_eq!(first.tracking_code, again.tracking_code);
    assert!(again.repeated && !first.repeated);
    world.settle().await;
    let sms = world.gateways["sms"].sent();
    assert!(sms.iter().any(|sent| sent.to == "+989991234567" && sent.text.contains(&first.tracking_code)), "{sms:#?}");
    let track = world.desk.track(&first.tracking_code).await.unwrap();
    assert_eq!(track.stage.code, "referred");
    let case = peygir_core::Id::parse(&first.case_id).unwrap();
    let people = world.desk.directory().people;
    let who = |role: &str| {
        let found = people.iter().find(|person| person.roles.iter().any(|held| held == role)).unwrap();
        world.desk.person(&found.id).unwrap()
    };
    let operator = who("operator");
    let view = world.desk.case(&operator, case, false).await.unwrap();
    let kinds: Vec<&str> = view.timeline.iter().map(|line| line.kind.as_str()).collect();
    for kind in ["case-opened", "decision-made", "case-referred", "task-created", "message-queued"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
    assert!(
        view.flows.iter().any(|flow| flow.steps.iter().any(|step| step.name == "solve" && step.state == "current"))
    );
    let manager = world.desk.person(&view.manager.clone().expect("a manager").id).unwrap();
    let work = task(&world, &manager, "inbox").await;
    world.desk.claim(&manager, work).await.unwrap();
    world.advance_to(minutes(&world, 100)).await.unwrap();
    let form = world.desk.task(&manager, work).await.unwrap().form;
    let mut answer = serde_json::Map::new();
    for field in form.fields {
        let value = match field.kind.as_str() {
            "text" | "line" => json!("کارمند جایگزین گمارده شد"),
            "choice" => json!(field.options[0].id),
            "boolean" => json!(true),
            _ => json!(1),
        };
        answer.insert(field.name, value);
    }
    world.desk.complete(&manager, work, answer.into()).await.unwrap();
    world.settle().await;
    let call = task(&world, &operator, "calls").await;
    let view = world.desk.claim(&operator, call).await.unwrap();
    assert_eq!(view.call.unwrap().mobile.as_deref(), Some("+989991234567"));
    world.desk.complete(&operator, call, json!({"outcome": "solved", "satisfaction": 5})).await.unwrap();
    world.settle().await;
    assert_eq!(world.desk.track(&first.tracking_code).await.unwrap().stage.code, "closed-solved");
    assert!(world.host().paused().is_empty());
    fold_is_state(&world, case);
    assert!(world.desk.incidents(&who("administrator"), &PageRequest::default()).await.unwrap().items.is_empty());
}

/// What a citizen tells again of the same matter counts where the case is routed, and the explanation says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_third_case_of_the_same_matter_goes_to_the_head() {
    let world = world();
    let people = world.desk.directory().people;
    let operator = people.iter().find(|person| person.roles.iter().any(|held| held == "operator")).unwrap();
    let operator = world.desk.person(&operator.id).unwrap();
    let tell = async |mobile: &str, topic: &str, agency: &str| {
        let message = NewMessage {
            channel: "phone".into(),
            from: Party { mobile: Some(mobile.into()), ..Party::default() },
            on_behalf_of: None,
            text: "باز هم همان است".into(),
            topic: Some(topic.into()),
            agency: Some(agency.into()),
            province: None,
            county: None,
            source: None,
        };
        let taken = world.desk.submit_message(&operator, message, None).await.unwrap();
        world.settle().await;
        let case = peygir_core::Id::parse(&taken.case_id).unwrap();
        fold_is_state(&world, case);
        let decisions = world.desk.case_decisions(&operator, &taken.tracking_code).await.unwrap();
        let routed = decisions.into_iter().find(|made| made.table == "foad-routing").unwrap();
        let repeats = world.desk.case(&operator, case, false).await.unwrap().repeats;
        (routed.rules[0].rule.clone(), repeats, routed.sentence)
    };
    let (citizen, other) = ("09991230001", "09991230002");
    let rule_and_count = async |mobile, topic, agency| {
        let (rule, repeats, _) = tell(mobile, topic, agency).await;
        (rule, repeats)
    };
    assert_eq!(rule_and_count(citizen, "delay", "bargh-hamedan").await, ("delay".to_owned(), 0));
    assert_eq!(rule_and_count(citizen, "delay", "bargh-hamedan").await, ("delay".to_owned(), 1));
    // Another matter, another agency and another citizen are counted apart.
    assert_eq!(rule_and_count(citizen, "no-officer", "bargh-hamedan").await.1, 0);
    assert_eq!(rule_and_count(citizen, "delay", "gaz-hamedan").await.1, 0);
    assert_eq!(rule_and_count(other, "delay", "bargh-hamedan").await.1, 0);
    let (rule, repeats, said) = tell(citizen, "delay", "bargh-hamedan").await;
    assert_eq!((rule.as_str(), repeats), ("again-and-again", 2));
    assert!(said.fa.contains("دفعات تکرار ۲ است (دست‌کم ۲)"), "{}", said.fa);
    assert!(said.en.contains("times it was told before is 2 (at least 2)"), "{}", said.en);
    // Conduct is locked, and stands above.
    assert_eq!(rule_and_count(citizen, "conduct", "bargh-hamedan").await.0, "conduct");
    // What was told half a year ago is not told again.
    let days = peygir_casework::records::TOLD_AGAIN_DAYS + 1;
    world.advance_to(minutes(&world, days * 24 * 60)).await.unwrap();
    assert_eq!(rule_and_count(citizen, "delay", "bargh-hamedan").await, ("delay".to_owned(), 0));
}

/// Somebody who wrote with a number alone and is known by a national ID later, or the other way round, told the same matter
/// twice. Two people with national IDs of their own are two, also where they share a number; and nobody counts whom the
/// server has erased.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_matter_is_told_again_also_by_another_identity_of_the_same_number() {
    let world = world();
    let people = world.desk.directory().people;
    let operator = people.iter().find(|person| person.roles.iter().any(|held| held == "operator")).unwrap();
    let operator = world.desk.person(&operator.id).unwrap();
    let tell = async |party: Party, child: Option<Party>| {
        let message = NewMessage {
            channel: "phone".into(),
            from: party,
            on_behalf_of: child,
            text: "باز هم همان است".into(),
            topic: Some("delay".into()),
            agency: Some("bargh-hamedan".into()),
            province: None,
            county: None,
            source: None,
        };
        let taken = world.desk.submit_message(&operator, message, None).await.unwrap();
        world.settle().await;
        let case = peygir_core::Id::parse(&taken.case_id).unwrap();
        fold_is_state(&world, case);
        (world.desk.case(&operator, case, false).await.unwrap().repeats, case)
    };
    let by = |id: Option<&str>, mobile: &str| Party {
        national_id: id.map(str::to_owned),
        mobile: Some(mobile.to_owned()),
        name: None,
    };
    let (one, other, third) = ("0012345679", "0012345687", "0012345695");
    // By the number alone, then by a national ID from the same number, and by the number again.
    let shared = "09991230011";
    assert_eq!(tell(by(None, shared), None).await.0, 0);
    assert_eq!(tell(by(Some(one), shared), None).await.0, 1);
    assert_eq!(tell(by(None, shared), None).await.0, 2);
    // Another of the family: what the number told may have been theirs, what the first ID told was not.
    assert_eq!(tell(by(Some(other), shared), None).await.0, 2);
    assert_eq!(tell(by(Some(one), "09991230012"), None).await.0, 1, "another number, and nobody but themselves");
    // The other way round: first the ID, then the number alone.
    let later = "09991230013";
    assert_eq!(tell(by(Some(third), later), None).await.0, 0);
    assert_eq!(tell(by(None, later), None).await.0, 1);
    // On behalf of a child with an ID, from the parent's number in both members.
    let parent = "09991230014";
    let child = || Some(by(Some("0012345709"), parent));
    assert_eq!(tell(by(None, parent), child()).await.0, 0);
    let (again, case) = tell(by(Some("0012345717"), parent), child()).await;
    assert_eq!(again, 1);
    // Erased: nothing that is told later is theirs.
    let person = world.host().engine.load(case).unwrap().records.concerned().unwrap().person;
    assert!(world.host().engine.vault.erase(person).unwrap());
    assert_eq!(tell(by(None, parent), None).await.0, 0);
}

/// The journal is the truth: its events, applied one after the other, give the state that is stored.
fn fold_is_state(world: &World, stream: peygir_core::Id) {
    let engine = &world.host().engine;
    let stored = engine.load(stream).unwrap();
    let mut folded = Stream::new(stream);
    let frames = engine.store.journal(stream, 0, 10_000).unwrap();
    assert_eq!(frames.len() as u64, stored.version);
    for frame in frames {
        no_number_even_masked(&frame);
        let envelope: Envelope = minicbor::decode(&frame.command).unwrap();
        assert!(envelope.at <= frame.at);
        for event in &frame.events {
            folded.apply(&minicbor::decode::<Recorded>(event).unwrap(), frame.at);
        }
    }
    assert_eq!(folded.instances, stored.instances);
    assert_eq!(folded.records, stored.records);
    assert_eq!(folded.schedule, stored.schedule);
}

/// Seven digits of a number are nearly the number: a mask in clear would outlive the person's key.
fn no_number_even_masked(frame: &peygir_store::Frame) {
    let rows = frame.rows.iter().filter_map(|(_, value)| value.as_ref());
    for bytes in frame.events.iter().chain(rows).chain([&frame.command]) {
        for needle in ["***", "9991234567", "4567"] {
            assert!(!bytes.windows(needle.len()).any(|window| window == needle.as_bytes()), "{needle} stands in clear");
        }
    }
}
