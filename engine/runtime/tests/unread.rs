//! A message that a connector cannot read is kept for a person, once, and never answered with a refusal.

mod common;
mod worlds;

use peygir_core::Id;
use peygir_runtime::access::{Grant, Principal, Scope};
use peygir_runtime::desk::{IncidentView, Refusal};
use peygir_runtime::rows;
use peygir_runtime::sim::{CALLBACK_SECRET, World};

fn query(text: &[u8]) -> Vec<(String, Vec<u8>)> {
    let pair = |name: &str, value: &[u8]| (name.to_owned(), value.to_vec());
    vec![pair("token", CALLBACK_SECRET.as_bytes()), pair("from", b"+989990000009"), pair("text", text)]
}

/// Who may read incidents in clear, and settle them.
fn inspection_centre() -> Principal {
    let grants = vec![Grant { role: "inspection-centre".to_owned(), scope: Scope::Nation }];
    Principal { id: "person:centre".to_owned(), name: "centre".to_owned(), grants }
}

async fn incidents(world: &World) -> Vec<IncidentView> {
    world.desk.incidents(&inspection_centre(), &Default::default()).await.unwrap().items
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unreadable_message_is_kept_once_and_an_unreadable_report_refused() {
    let world = worlds::world_with(&[]);
    let take = |path: &'static str, text: &'static [u8]| world.desk.inbound("sms", path, query(text), Vec::new());
    for _ in 0..2 {
        assert_eq!(take("mo", b"\xd8 &").await, Ok(1));
    }
    let kept = incidents(&world).await;
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!((kept[0].kind.as_str(), kept[0].status.as_str()), ("message-unread", "open"));
    let message = kept[0].message.as_ref().expect("the inspection centre may read it");
    assert_eq!(message.from, "+989990000009");
    assert_eq!(message.text, "mo?from=%2B989990000009&text=%D8%20%26", "the call without its token");
    assert!(!kept[0].reason.contains("9990000009") && kept[0].reason.contains("sms"), "{}", kept[0].reason);

    let sealed = world.host().read(stream_of(&world, &kept[0].id)).await.unwrap();
    let record = format!("{:?}", sealed.records);
    assert!(!record.contains("9990000009") && !record.contains("%D8"), "{record}");

    assert_eq!(take("mo", b"\xd9").await, Ok(1));
    assert_eq!(incidents(&world).await.len(), 2, "another call is another message");
    assert!(matches!(take("dlr", b"").await, Err(Refusal::Invalid(_))));
    let forged = world.desk.inbound("sms", "mo", Vec::new(), Vec::new()).await;
    assert_eq!(forged, Err(Refusal::Forbidden));
    assert_eq!(incidents(&world).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unread_message_cannot_be_tried_again_but_settled() {
    let world = worlds::world_with(&[]);
    world.desk.inbound("sms", "mo", query(b""), Vec::new()).await.unwrap();
    let by = inspection_centre();
    let id = Id::parse(&incidents(&world).await[0].id).unwrap();
    assert_eq!(world.desk.retry_incident(&by, id).await, Err(Refusal::Conflict("not-retriable")));
    assert_eq!(incidents(&world).await[0].status, "open");
    world.desk.settle_incident(&by, id, "").await.unwrap();
    assert_eq!(incidents(&world).await[0].status, "settled");
}

/// Where an incident stands.
fn stream_of(world: &World, incident: &str) -> Id {
    let (from, to) = rows::incident_range(Id::parse(incident).unwrap());
    let found = world.host().engine.store.scan(&from, &to, 1).unwrap();
    rows::parse_incident(&found[0].0).unwrap()
}
