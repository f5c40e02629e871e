//! Secrets of a deployment: they leave with requests, and stand nowhere else.

use std::sync::Arc;

use base64::Engine as _;
use peygir_core::state::Status;
use peygir_core::{Id, Moment};
use peygir_runtime::sim::World;
use peygir_store::Store;
use peygir_store::memory::MemoryStore;
use serde_json::{Value, json};

use crate::deployed::{Extra, catalog_of, load};
use crate::peer::{PARAMETER, Peer};
use crate::town::{end, flow_with, of, read, start, world_of};

const KEY: &str = "open-sesame-4711";
const USER: &str = "user \"x\"/y";
const PIN: u64 = 88_123_456;

const SECRETS: &str = "secrets: { key: { file: s/key }, account: { file: s/account, json: true } }";

fn files() -> [(&'static str, String); 2] {
    [("s/key", format!("{KEY}\n")), ("s/account", json!({ "user": USER, "pin": PIN }).to_string())]
}

struct Town {
    world: World,
    peer: Arc<Peer>,
    store: Arc<MemoryStore>,
}

fn town(tasks: &str) -> Town {
    let flow = flow_with("asks", "use: { secrets: [ key, account ] }", tasks);
    let (peer, store) = (Peer::new(), Arc::new(MemoryStore::new()));
    let files = files();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let pack = catalog_of(&Extra { flows: &[&flow], deployment: SECRETS, files: &files, kinds: peer.kinds() });
    Town { world: world_of(pack, peer.connectors(), store.clone()), peer, store }
}

/// All that the store has: frames with commands, events and rows, and the rows as they stand.
fn everything(store: &MemoryStore, streams: &[Id]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for stream in streams {
        for frame in store.journal(*stream, 0, 10_000).unwrap() {
            all.push(frame.command.clone());
            all.extend(frame.events.iter().cloned());
            all.extend(frame.rows.iter().filter_map(|(_, value)| value.clone()));
        }
    }
    let rows = store.scan(&[], &[0xff; 64], 100_000).unwrap();
    all.extend(rows.into_iter().flat_map(|(key, value)| [key, value]));
    all
}

fn holds(bytes: &[u8], needle: &str) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
}

fn stands_nowhere(store: &MemoryStore, streams: &[Id]) {
    let all = everything(store, streams);
    assert!(all.len() > 10, "nothing was looked through");
    assert!(all.iter().any(|bytes| holds(bytes, "§2.key.")), "the token stands nowhere: the search is blind");
    let quoted = Value::from(USER).to_string();
    let encoded = "b3Blbi1zZXNhbWUtNDcxM";
    for needle in [KEY, USER, quoted.trim_matches('"'), &PIN.to_string(), "user%20%22", encoded, PARAMETER] {
        assert!(!all.iter().any(|bytes| holds(bytes, needle)), "{needle} stands in the store");
    }
}

#[tokio::test]
async fn a_secret_leaves_with_the_request_and_is_a_token_everywhere_else() {
    let mut town = town(
        "  - ask:\n      call: ask\n      with:\n        echo: hello\n        header: 'Bearer ${ $secrets.key }'\n        \
         account: ${ $secrets.account }\n        whole: ${ $secrets.key }\n        \
         uri: '${ \"http://h/?k=\" + ($secrets.account.user | @uri) }'\n        raw: true\n      \
         export: { as: '${ { kept: $secrets.key, answer: . } }' }\n  \
         - emits: { emit: { event: { with: { source: 'urn:t', type: t.told, data: { k: '${ $secrets.key }' } } } } }\n  \
         - sets: { set: { told: '${ $context.answer }' } }\n",
    );
    let stream = start(&mut town.world, "asks", json!({})).await;
    let asked = town.peer.asked();
    assert_eq!(asked.len(), 1);
    let input = &asked[0].input;
    assert_eq!(input["header"], format!("Bearer {KEY}"));
    assert_eq!((&input["account"], &input["whole"]), (&json!({ "user": USER, "pin": PIN }), &json!(KEY)));
    assert_eq!(input["uri"], "http://h/?k=user%20%22x%22%2Fy");
    let found = read(&town.world, stream).await;
    let (status, output) = end(of(&found, "asks"));
    assert_eq!(status, Status::Completed);
    let told = &output.unwrap()["told"];
    assert!(told["whole"].as_str().is_some_and(|text| text.starts_with("§2.key.")), "{told}");
    assert_eq!(told["header"], format!("Bearer {}", told["whole"].as_str().unwrap()));
    let raw = base64::engine::general_purpose::STANDARD.decode(told["raw"].as_str().unwrap()).unwrap();
    assert_eq!(raw, told["whole"].as_str().unwrap().as_bytes(), "a token stands within base 64 too");
    assert!(told["account"]["pin"].as_str().is_some_and(|text| text.starts_with("§2.account/pin.")), "{told}");
    let events: Vec<Id> = found.records.mailbox.kept.iter().map(peygir_runtime::turn::publish::stream_of).collect();
    stands_nowhere(&town.store, &[vec![stream], events].concat());
}

#[tokio::test]
async fn what_an_answer_shows_of_a_secret_goes_with_later_requests() {
    let mut town = town(
        "  - first: { call: ask, with: { echo: '${ $secrets.key }' } }\n  \
         - again: { call: ask, with: { echo: '${ \"once more \" + .echo }' } }\n",
    );
    start(&mut town.world, "asks", json!({})).await;
    assert_eq!(town.peer.asked()[1].input, json!({ "echo": format!("once more {KEY}") }));
}

#[tokio::test]
async fn a_fault_that_quotes_a_secret_is_closed_too() {
    let mut town = town("  - ask: { call: ask, with: { refuse: true, header: 'Bearer ${ $secrets.key }' } }\n");
    let stream = start(&mut town.world, "asks", json!({})).await;
    let found = read(&town.world, stream).await;
    let fault = of(&found, "asks").fault.clone().expect("the peer refused");
    assert!(fault.type_.ends_with("/authentication"), "{fault:?}");
    assert!(fault.detail.as_ref().is_some_and(|detail| detail.contains("Bearer §2.key.")), "{fault:?}");
    stands_nowhere(&town.store, &[stream]);
}

#[tokio::test]
async fn what_was_proved_to_a_peer_is_sealed_and_can_be_shown_again() {
    let mut town = town(
        "  - prove:\n      call: prove\n      with: { echo: '${ $secrets.key }' }\n      \
         output: { as: '${ { scheme: $authorization.scheme, parameter: $authorization.parameter } }' }\n  \
         - again: { call: ask, with: { header: '${ .scheme + \" \" + .parameter }' } }\n  \
         - keep: { set: { kept: '${ . }' } }\n",
    );
    let stream = start(&mut town.world, "asks", json!({})).await;
    let found = read(&town.world, stream).await;
    assert_eq!(of(&found, "asks").status, Status::Completed, "{:?}", of(&found, "asks").fault);
    assert_eq!(town.peer.asked()[1].input, json!({ "header": format!("Basic {PARAMETER}") }));
    let kept = end(of(&found, "asks")).1.unwrap();
    assert!(kept["kept"]["header"].as_str().is_some_and(|text| text.starts_with("Basic §3.")), "{kept}");
    stands_nowhere(&town.store, &[stream]);
}

#[tokio::test]
async fn a_token_from_elsewhere_is_only_a_text() {
    let mut town = town("  - ask: { call: ask, with: { echo: '${ .words }', own: '${ $secrets.key }' } }\n");
    let other = town.world.host().engine.vault.secret_token(Id([1; 16]), "key", &[]);
    let stream = start(&mut town.world, "asks", json!({ "words": other })).await;
    let input = town.peer.asked()[0].input.clone();
    assert_eq!(input, json!({ "echo": other, "own": KEY }));
    stands_nowhere(&town.store, &[stream]);
}

#[tokio::test]
async fn a_secret_that_the_flow_does_not_declare_is_refused() {
    let flow = flow_with("asks", "", "  - ask: { call: ask, with: { echo: '${ $secrets.key }' } }\n");
    let peer = Peer::new();
    let files = files();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let extra = Extra { flows: &[&flow], deployment: SECRETS, files: &files, kinds: peer.kinds() };
    assert!(load(&extra).is_err(), "an undeclared secret was deployed");
    let unknown = flow_with("asks", "use: { secrets: [ kee ] }", "  - rest: { wait: PT1M }\n");
    let found = load(&Extra { flows: &[&unknown], ..extra }).unwrap_err();
    assert!(
        found.list.iter().any(|found| found.help.as_ref().is_some_and(|help| help.en.contains("key"))),
        "{found:#?}"
    );
}

/// The process ends behind every commit: the secret leaves, and stands nowhere all the same.
#[tokio::test]
async fn secrets_stay_closed_through_restarts() {
    let mut town = town(
        "  - prove: { call: prove, with: { echo: '${ $secrets.key }' }, output: { as: '${ $authorization }' } }\n  \
         - again: { call: ask, with: { header: '${ .scheme + \" \" + .parameter }', k: '${ $secrets.account.pin }' } }\n",
    );
    town.world.life.cut_everywhere();
    let stream = start(&mut town.world, "asks", json!({})).await;
    let later = town.world.clock.now().plus_micros(60_000_000);
    town.world.pass_to(Moment(later.0)).await.unwrap();
    let found = read(&town.world, stream).await;
    assert_eq!(of(&found, "asks").status, Status::Completed, "{:?}", of(&found, "asks").fault);
    let asked = town.peer.asked();
    let last = &asked.last().unwrap().input;
    assert_eq!(*last, json!({ "header": format!("Basic {PARAMETER}"), "k": PIN }));
    stands_nowhere(&town.store, &[stream]);
}
