//! Webhooks: every event in order, at least once, with one id; signed; patient with peers, and honest to people.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use peygir_connector::secret::Reference;
use peygir_connector::{Connector, Fault, FaultKind, Manifest, Receipt, Request, Secret, SendFuture, manifest};
use peygir_core::{Id, Moment};
use peygir_runtime::access::Principal;
use peygir_runtime::command::Command;
use peygir_runtime::pack::WebhookUse;
use peygir_runtime::sim::World;
use peygir_runtime::webhook::{BACKOFF_US_MAX, FAILING_TOLD_AFTER_US, Filter, Hook, Webhooks, book, hooks};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::Notify;

use crate::deployed::{Extra, catalog_of, load};
use crate::lifecycle::all;
use crate::town::{flow, start, world_with};

const SECRET: &str = "a secret of forty letters, more or less it is";

const MANIFEST: &str = "
name: post
version: 1.0.0
title: { fa: پست, en: Post }
operations:
  write: { function: { name: http }, dedup: none, onAmbiguous: person, timeout: PT1S, concurrencyMax: 8, attemptsMax: 3,
    backoff: { min: PT1S, max: PT1M }, expires: PT15M, payloadBytesMax: 1048576, input: { type: object }, output: { type: object } }
settings: { properties: {} }
";

/// How the peer answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    Takes,
    /// Takes the event, and its answer is lost.
    Mute,
    Answers(u16),
}

/// A peer that keeps what it is sent.
struct Peer {
    manifest: Manifest,
    state: Mutex<State>,
    /// Told when the peer holds an answer back for ever.
    stuck: Notify,
}

struct State {
    mood: Mood,
    /// Requests that are answered; the next one after them never is.
    answers_left: Option<usize>,
    taken: Vec<Request>,
}

impl Peer {
    fn new() -> Arc<Self> {
        let manifest = manifest::parse(MANIFEST).unwrap_or_else(|found| panic!("{found:#?}"));
        let state = Mutex::new(State { mood: Mood::Takes, answers_left: None, taken: Vec::new() });
        Arc::new(Self { manifest, state, stuck: Notify::new() })
    }

    fn set(&self, mood: Mood) {
        self.state.lock().unwrap().mood = mood;
    }

    fn answers(&self, count: usize) {
        self.state.lock().unwrap().answers_left = Some(count);
    }

    fn taken(&self) -> Vec<Request> {
        self.state.lock().unwrap().taken.clone()
    }

    /// The events that it was sent, as they came.
    fn events(&self) -> Vec<Value> {
        let body = |request: &Request| serde_json::from_str(request.input["body"].as_str().unwrap()).unwrap();
        self.taken().iter().map(body).collect()
    }
}

impl Connector for Peer {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn send(&self, request: Request) -> SendFuture<'_> {
        Box::pin(async move {
            let (mood, stuck) = {
                let mut state = self.state.lock().unwrap();
                if !matches!(state.mood, Mood::Answers(_)) {
                    state.taken.push(request);
                }
                let stuck = state.answers_left == Some(0);
                state.answers_left = state.answers_left.map(|left| left.saturating_sub(1));
                (state.mood, stuck)
            };
            if stuck {
                self.stuck.notify_one();
                std::future::pending::<()>().await;
            }
            match mood {
                Mood::Takes => Ok(Receipt::default()),
                Mood::Mute => Err(Fault::ambiguous(FaultKind::Timeout, "no answer came")),
                Mood::Answers(status) => Err(Fault::answered(status, format!("it answered with {status}"))),
            }
        })
    }
}

fn hook(name: &str, filter: Filter) -> Hook {
    Hook { name: name.to_owned(), url: "https://a.example.ir/in".to_owned(), secret: Secret::new(SECRET), filter }
}

/// The webhooks of one process.
fn webhooks(world: &World, peer: &Arc<Peer>, names: &[&str]) -> Webhooks {
    let hooks = names.iter().map(|name| hook(name, Filter::default())).collect();
    Webhooks::new(world.host().clone(), world.desk.lifecycle().clone(), peer.clone(), hooks)
}

fn small() -> String {
    flow("small", "  - first: { set: { n: 1 } }\n  - rest: { wait: PT1S }\n  - last: { set: { n: 2 } }\n")
}

async fn rest(world: &mut World) {
    world.pass_to(world.clock.now().plus_micros(3_000_000)).await.unwrap();
}

/// All events of the world, as the peer should have them.
fn expected(world: &World) -> Vec<Value> {
    all(world).iter().map(|event| event.event.envelope()).collect()
}

fn administrator(world: &World) -> Principal {
    let people = world.desk.directory().people;
    let person = people.iter().find(|person| person.roles.contains(&"administrator".to_owned())).unwrap();
    world.desk.person(&person.id).unwrap()
}

/// Kind, reason and status of all incidents, the newest first.
async fn incidents(world: &World) -> Vec<(Id, String, String, String)> {
    let found = world.desk.incidents(&administrator(world), &Default::default()).await.unwrap().items;
    let told = found.into_iter();
    told.map(|one| (Id::parse(&one.id).unwrap(), one.kind, one.reason, one.status)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_ends_behind_every_delivery_loses_nothing_and_keeps_the_order() {
    let mut world = world_with(&[&small()]);
    let peer = Peer::new();
    webhooks(&world, &peer, &["audit"]).settle().await;
    for _ in 0..2 {
        start(&mut world, "small", json!({})).await;
    }
    rest(&mut world).await;
    let expected = expected(&world);
    assert!(expected.len() > 20, "{}", expected.len());
    let mut ends = 0;
    loop {
        // One answer comes back; the next event is taken, and the process ends before it hears of that.
        peer.answers(1);
        let sending = webhooks(&world, &peer, &["audit"]);
        tokio::select! {
            _ = sending.settle() => break,
            () = peer.stuck.notified() => ends += 1,
        }
        world.restart().await;
    }
    assert_eq!(ends, expected.len() - 1);
    let taken = peer.events();
    assert_eq!(taken.len(), expected.len() + ends, "only what was under way came again");
    let mut once: Vec<Value> = taken.clone();
    once.dedup();
    assert_eq!(once, expected, "in order, and the same when it comes again");
    let keys: BTreeSet<String> = peer.taken().into_iter().map(|request| request.key).collect();
    assert_eq!(keys.len(), expected.len(), "a repetition has the key of the first");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_every_commit_ends_the_process_each_event_still_comes_in_order() {
    let mut world = world_with(&[&small()]);
    let peer = Peer::new();
    webhooks(&world, &peer, &["audit"]).settle().await;
    world.life.cut_everywhere();
    start(&mut world, "small", json!({})).await;
    rest(&mut world).await;
    let expected = expected(&world);
    for _ in 0..3 * expected.len() {
        // The cursor is durable, and whoever wrote it does not learn of that.
        webhooks(&world, &peer, &["audit"]).settle().await;
        world.restart().await;
    }
    assert_eq!(peer.events(), expected);
}

/// HMAC by its definition (RFC 2104), made of the hash alone.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0u8; 64];
    block[..key.len()].copy_from_slice(key);
    let padded = |pad: u8| block.map(|byte| byte ^ pad);
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().to_vec()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_is_signed_and_structured() {
    let mut world = world_with(&[&small()]);
    let peer = Peer::new();
    webhooks(&world, &peer, &["audit"]).settle().await;
    start(&mut world, "small", json!({})).await;
    webhooks(&world, &peer, &["audit"]).settle().await;
    assert!(!peer.taken().is_empty());
    for request in peer.taken() {
        let (input, headers) = (&request.input, &request.input["headers"]);
        assert_eq!((&input["method"], &input["endpoint"]), (&json!("POST"), &json!("https://a.example.ir/in")));
        assert!(headers["content-type"].as_str().unwrap().starts_with("application/cloudevents+json"));
        let (id, body) = (headers["webhook-id"].as_str().unwrap(), input["body"].as_str().unwrap());
        let event: Value = serde_json::from_str(body).unwrap();
        assert_eq!(event["id"], id);
        let seconds = headers["webhook-timestamp"].as_str().unwrap();
        assert_eq!(seconds, (world.clock.now().0 / 1_000_000).to_string());
        let signed = hmac(SECRET.as_bytes(), format!("{id}.{seconds}.{body}").as_bytes());
        assert_eq!(headers["webhook-signature"], format!("v1,{}", STANDARD.encode(signed)));
        assert!(!request.input.to_string().contains(SECRET));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_is_down_is_tried_less_and_less_and_a_person_is_told_once() {
    let mut world = world_with(&[&small()]);
    let peer = Peer::new();
    let sending = webhooks(&world, &peer, &["audit", "other"]);
    sending.settle().await;
    start(&mut world, "small", json!({})).await;
    peer.set(Mood::Answers(503));
    let begun = world.clock.now();
    let mut pauses = Vec::new();
    while world.clock.now().0 < begun.0 + 2 * FAILING_TOLD_AFTER_US {
        let next = sending.settle().await.expect("it tries again");
        pauses.push(next.0 - world.clock.now().0);
        world.pass_to(next).await.unwrap();
    }
    assert_eq!(pauses[..4], [1_000_000, 2_000_000, 4_000_000, 8_000_000]);
    assert_eq!(pauses.iter().max(), Some(&BACKOFF_US_MAX));
    let told = incidents(&world).await;
    assert_eq!(told.len(), 2, "one for each webhook: {told:?}");
    assert!(told.iter().all(|one| one.1 == "webhook-failing" && one.3 == "open" && one.2.contains("503")), "{told:?}");
    let health = world.desk.webhook_health().await.unwrap();
    assert_eq!(health, None, "the deployment names none");
    let standing = book::read(world.host().engine.store.as_ref(), "audit").unwrap().unwrap();
    assert_eq!((standing.failing_since, standing.delivered), (Some(begun), 0));
    assert!(standing.fault.unwrap().contains("503"));

    // What is back gets everything, in order, and its standing is clean.
    sending.settle().await;
    peer.set(Mood::Takes);
    world.restart().await;
    let sending = webhooks(&world, &peer, &["audit"]);
    let next = sending.settle().await.expect("the pause outlives the process");
    assert!(peer.taken().is_empty());
    world.pass_to(next).await.unwrap();
    assert_eq!(sending.settle().await, None);
    let expected = expected(&world);
    assert_eq!(peer.events(), expected);
    let standing = book::read(world.host().engine.store.as_ref(), "audit").unwrap().unwrap();
    assert_eq!((standing.failing_since, standing.fault, standing.attempts), (None, None, 0));
    assert_eq!(standing.delivered, expected.len() as u64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_wants_no_more_is_left_alone_until_a_person_says_so() {
    let mut world = world_with(&[&small()]);
    let peer = Peer::new();
    webhooks(&world, &peer, &["audit"]).settle().await;
    start(&mut world, "small", json!({})).await;
    peer.set(Mood::Answers(410));
    assert_eq!(webhooks(&world, &peer, &["audit"]).settle().await, None, "no further try");
    let told = incidents(&world).await;
    assert_eq!((told.len(), told[0].1.as_str(), told[0].3.as_str()), (1, "webhook-failing", "open"));
    peer.set(Mood::Takes);
    world.pass_to(world.clock.now().plus_micros(2 * BACKOFF_US_MAX)).await.unwrap();
    world.restart().await;
    webhooks(&world, &peer, &["audit"]).settle().await;
    assert!(peer.taken().is_empty(), "not by itself");
    world.desk.retry_incident(&administrator(&world), told[0].0).await.unwrap();
    webhooks(&world, &peer, &["audit"]).settle().await;
    assert_eq!(peer.events(), expected(&world));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_lost_brings_the_same_event_again() {
    let mut world = world_with(&[&small()]);
    let peer = Peer::new();
    let sending = webhooks(&world, &peer, &["audit"]);
    sending.settle().await;
    start(&mut world, "small", json!({})).await;
    peer.set(Mood::Mute);
    let next = sending.settle().await.unwrap();
    peer.set(Mood::Takes);
    world.pass_to(next).await.unwrap();
    sending.settle().await;
    let events = peer.events();
    assert_eq!(events[0], events[1]);
    assert_eq!(events[1..], expected(&world));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn order_holds_while_many_flows_run_at_once() {
    let mut world = world_with(&[&small()]);
    let peer = Peer::new();
    webhooks(&world, &peer, &["audit"]).settle().await;
    let stop = Arc::new(Notify::new());
    let sending = tokio::spawn(webhooks(&world, &peer, &["audit"]).run(stop.clone()));
    let mut starting = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let host = world.host().clone();
        starting.spawn(async move {
            let stream = host.engine.new_id(host.clock.now());
            let flow = "test/small:1.0.0".to_owned();
            let command = Command::StartFlow { flow, input: peygir_core::Data::empty(), claims: Vec::new() };
            host.submit(stream, "test", command).await.unwrap();
        });
    }
    while starting.join_next().await.is_some() {}
    rest(&mut world).await;
    let expected = expected(&world);
    for _ in 0..400 {
        if peer.taken().len() >= expected.len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stop.notify_one();
    sending.await.unwrap();
    assert_eq!(peer.events(), expected);
    let mut sequences: BTreeMap<String, u64> = BTreeMap::new();
    for event in peer.events() {
        let last = sequences.entry(event["subject"].as_str().unwrap().to_owned()).or_default();
        *last += 1;
        assert_eq!(event["sequence"], last.to_string());
    }
    assert_eq!(sequences.len(), 40);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_gets_what_it_asks_for_and_nothing_from_before_it() {
    let mut world = world_with(&[&small(), &flow("other", "  - one: { set: { n: 1 } }\n")]);
    start(&mut world, "small", json!({})).await;
    let peer = Peer::new();
    let filter = Filter {
        types: vec!["io.serverlessworkflow.workflow.".to_owned()],
        workflows: vec![("test".to_owned(), "other".to_owned())],
        instance: None,
    };
    let hooks = vec![hook("narrow", filter)];
    let sending = Webhooks::new(world.host().clone(), world.desk.lifecycle().clone(), peer.clone(), hooks);
    sending.settle().await;
    assert!(peer.taken().is_empty(), "what was before is not sent");
    start(&mut world, "other", json!({})).await;
    rest(&mut world).await;
    sending.settle().await;
    let types: Vec<String> = peer.events().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(types, ["io.serverlessworkflow.workflow.started.v1", "io.serverlessworkflow.workflow.completed.v1"]);
}

#[test]
fn a_deployment_declares_them_with_secrets_by_reference() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hook.secret"), "s3cret\n").unwrap();
    let mut deployment = catalog_of(&Extra::default()).deployment;
    deployment.webhooks.push(WebhookUse {
        name: "audit".to_owned(),
        url: "https://a.example.ir/in".to_owned(),
        secret: Reference::File("hook.secret".into()),
        secret_span: Default::default(),
        types: vec!["io.serverlessworkflow.workflow".to_owned()],
        workflows: Vec::new(),
    });
    deployment.folder = folder.path().to_owned();
    let found = hooks(&deployment).unwrap();
    assert_eq!((found.len(), found[0].name.as_str(), found[0].secret.reveal()), (1, "audit", "s3cret"));
    assert_eq!(found[0].filter.types, ["io.serverlessworkflow.workflow"]);
    assert!(!format!("{found:?}").contains("s3cret"));
    deployment.folder = "nowhere".into();
    let codes: Vec<&str> = hooks(&deployment).unwrap_err().list.iter().map(|found| found.code).collect();
    assert_eq!(codes, ["PG-P092"]);
    // The example allows no calls at all.
    let members = "webhooks: [ { name: audit, url: 'https://a.example.ir/in', secret: { env: AUDIT } } ]\n";
    let found = load(&Extra { deployment: members, ..Extra::default() }).unwrap_err();
    assert!(found.list.iter().any(|found| found.code == "PG-P091"), "{found:?}");
}

/// Nothing that a webhook keeps makes events of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_tells_nothing_of_itself() {
    let mut world = world_with(&[&small()]);
    let peer = Peer::new();
    let sending = webhooks(&world, &peer, &["audit"]);
    sending.settle().await;
    start(&mut world, "small", json!({})).await;
    sending.settle().await;
    let (count, frames) = (peer.taken().len(), world.host().engine.store.last_frame());
    for _ in 0..5 {
        world.clock.set(Moment(world.clock.now().0 + 1));
        sending.settle().await;
    }
    assert_eq!((peer.taken().len(), world.host().engine.store.last_frame()), (count, frames));
}
