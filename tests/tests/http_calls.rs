//! Calls of flows over HTTP, as the engine carries them: what is on record before a request leaves, what happens where
//! its answer is lost, and that nothing personal stands in clear. The clock is virtual; the peer is a server of the test.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use peygir_casework::records::{About, DispatchStatus};
use peygir_connector::{HostFacts, Manifest, settings};
use peygir_core::state::Status;
use peygir_core::{Data, Id, Instance, Moment};
use peygir_runtime::catalog::Catalog;
use peygir_runtime::clock::Clock;
use peygir_runtime::command::{Command, Recorded};
use peygir_runtime::engine::Engine;
use peygir_runtime::host::{Connectors, Host};
use peygir_runtime::pack;
use peygir_runtime::stream::Stream;
use peygir_runtime::vault::{Keys, Vault, is_sealed};
use peygir_store::Store;
use peygir_store::memory::MemoryStore;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const STREAM: Id = Id([7; 16]);
const START: Moment = Moment(1_800_000_000_000_000);
const SECOND: i64 = 1_000_000;

/// Requests as the server got them, whole.
type Got = Arc<Mutex<Vec<String>>>;

/// Echoes what it is told; `/silent` never answers, `/long` says too much.
async fn server() -> (SocketAddr, Got) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let got = Got::default();
    let kept = got.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, kept.clone()));
        }
    });
    (address, got)
}

async fn serve(mut stream: TcpStream, got: Got) {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !is_whole(&text) {
        let Ok(count @ 1..) = stream.read(&mut buffer).await else { return };
        text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
    }
    let body = text.split_once("\r\n\r\n").unwrap().1.to_owned();
    got.lock().unwrap().push(text.clone());
    let path = text.split(' ').nth(1).unwrap_or_default();
    if path.starts_with("/silent") {
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    }
    let body = match path {
        "/long" => format!("\"{}\"", "x".repeat(5_000)),
        _ if body.is_empty() => "{\"ok\":true}".to_owned(),
        _ => body,
    };
    let length = body.len();
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}");
    drop(stream.write_all(answer.as_bytes()).await);
}

fn is_whole(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

/// What outlives the process, and the process.
struct Town {
    store: Arc<MemoryStore>,
    keys: Arc<Keys>,
    clock: Clock,
    catalog: Catalog,
    connectors: Connectors,
    flow: String,
    host: Arc<Host>,
    address: SocketAddr,
    got: Got,
}

impl Town {
    /// `HOST` in the tasks stands for the server.
    async fn with(tasks: &str) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let (address, got) = server().await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flow.yaml");
        let text = format!("document: {{ dsl: '1.0.3', namespace: test, name: http, version: '1.0.0' }}\ndo:\n{tasks}");
        std::fs::write(&path, text.replace("HOST", &address.to_string())).unwrap();
        let (pack, flow) = pack::load_flow(&path).unwrap_or_else(|found| panic!("{found:#?}"));
        let (manifest, connectors) = connector(folder.path());
        let manifests = BTreeMap::from([("http".to_owned(), manifest)]);
        let catalog = Catalog::new(pack, &manifests, Arc::new(peygir_script::Deadline::never));
        let (store, keys, clock) = (Arc::new(MemoryStore::new()), Arc::new(Keys::in_memory()), Clock::at(START));
        let host = assemble(&store, &keys, &clock, &catalog, &connectors);
        Self { store, keys, clock, catalog, connectors, flow: flow.to_string(), host, address, got }
    }

    async fn start(&self, input: Value) -> Stream {
        let command = Command::StartFlow { flow: self.flow.clone(), input: Data::from(input), claims: Vec::new() };
        self.submit(command).await
    }

    async fn submit(&self, command: Command) -> Stream {
        self.host.submit(STREAM, "test", command).await.unwrap()
    }

    /// The process dies and another begins.
    async fn restart(&mut self) {
        self.host = assemble(&self.store, &self.keys, &self.clock, &self.catalog, &self.connectors);
        self.host.recover().await;
    }

    /// Does what is due until `seconds` from now.
    async fn pass(&self, seconds: i64) {
        let target = self.clock.now().plus_micros(seconds * SECOND);
        loop {
            self.host.settle().await;
            match self.host.engine.next_instant().unwrap() {
                Some(next) if next <= target => self.clock.set(next.max(self.clock.now())),
                _ => break,
            }
        }
        self.clock.set(target);
        self.host.settle().await;
    }

    fn state(&self) -> Stream {
        self.host.engine.load(STREAM).unwrap()
    }

    fn instance(&self) -> Instance {
        self.state().instances.into_values().next().expect("one flow was started")
    }

    fn output(&self) -> Value {
        let instance = self.instance();
        assert_eq!(instance.status, Status::Completed, "{:?}", instance.fault);
        instance.output.unwrap().value().clone()
    }

    fn statuses(&self) -> Vec<DispatchStatus> {
        self.state().records.dispatches.values().map(|dispatch| dispatch.status).collect()
    }

    fn incident(&self) -> Id {
        let incidents = self.state().records.incidents;
        let open: Vec<_> = incidents.values().filter(|incident| incident.resolved_at.is_none()).collect();
        assert_eq!(open.len(), 1, "{incidents:?}");
        assert!(matches!(open[0].about, About::MessageAmbiguous(_)));
        open[0].id
    }

    fn got(&self) -> Vec<String> {
        self.got.lock().unwrap().clone()
    }

    fn keys_got(&self) -> Vec<String> {
        let key = |text: &String| {
            let line = text.lines().find_map(|line| line.strip_prefix("idempotency-key: "));
            line.expect("every request bears a key").to_owned()
        };
        self.got().iter().map(key).collect()
    }

    /// The journal is the truth: its events, applied one after the other, give the state that is stored.
    fn fold_is_state(&self) {
        let stored = self.state();
        let mut folded = peygir_runtime::stream::Stream::new(STREAM);
        for frame in self.store.journal(STREAM, 0, 10_000).unwrap() {
            for event in &frame.events {
                folded.apply(&minicbor::decode::<Recorded>(event).unwrap(), frame.at);
            }
        }
        assert_eq!(folded.instances, stored.instances);
        assert_eq!(folded.records, stored.records);
    }
}

fn connector(folder: &Path) -> (Manifest, Connectors) {
    let kind = peygir_connector_http::KIND;
    let manifest = kind.read_manifest().unwrap();
    let node = peygir_source::yaml::parse("timeoutSeconds: 1\nanswerBytesMax: 4096").unwrap();
    let host =
        HostFacts { data_folder: folder.to_owned(), reachable: vec!["loopback".to_owned()], ..HostFacts::default() };
    let settings = settings::read(&manifest, &node, &|_| Err("none".to_owned()), host).unwrap();
    let built = (kind.build)(manifest.clone(), settings).unwrap();
    (manifest, BTreeMap::from([("http".to_owned(), Arc::from(built))]))
}

fn assemble(
    store: &Arc<MemoryStore>,
    keys: &Arc<Keys>,
    clock: &Clock,
    catalog: &Catalog,
    connectors: &Connectors,
) -> Arc<Host> {
    // Never the same twice in this process, as sealing demands.
    static DRAWN: AtomicU64 = AtomicU64::new(1);
    let random = || {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&DRAWN.fetch_add(1, Ordering::SeqCst).to_be_bytes());
        bytes
    };
    let engine = Engine::new(store.clone(), Vault::new(keys.clone()), catalog.clone(), Arc::new(random));
    Host::new(Arc::new(engine), clock.clone(), connectors.clone())
}

const ASK: &str = "  - ask: { call: http, with: { method: get, endpoint: 'http://HOST/ask' } }\n";
const TELL: &str = "  - tell: { call: http, with: { method: post, endpoint: 'http://HOST/tell', body: { n: 1 } } }\n";
const CAUGHT: &str =
    "    catch: { as: err, do: [ { say: { set: { status: '${ $err.status }', type: '${ $err.type }' } } } ] }\n";

fn caught(task: &str) -> String {
    format!("  - t:\n    try: [ {{ a: {task} }} ]\n{CAUGHT}")
        .replace("    try", "      try")
        .replace("    catch", "      catch")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_on_record_before_it_leaves() {
    let town = Town::with(TELL).await;
    town.start(json!({})).await;
    assert_eq!(town.statuses(), [DispatchStatus::Ready]);
    let begun = begin_all(&town);
    assert_eq!((begun.len(), town.statuses()), (1, vec![DispatchStatus::Sending]));
    assert!(town.got().is_empty());
    town.fold_is_state();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_goes_on_with_the_flow() {
    let town = Town::with(&format!("{ASK}{TELL}")).await;
    town.start(json!({})).await;
    town.pass(0).await;
    assert_eq!(town.output(), json!({"n": 1}));
    assert_eq!(town.statuses(), [DispatchStatus::Sent, DispatchStatus::Sent]);
    let keys = town.keys_got();
    assert!(keys[0].ends_with("/ask#1") && keys[1].ends_with("/tell#1"), "{keys:?}");
    town.fold_is_state();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_reading_is_made_again() {
    let mut town = Town::with(ASK).await;
    town.start(json!({})).await;
    begin_all(&town);
    town.restart().await;
    assert_eq!(town.statuses(), [DispatchStatus::Ready]);
    town.pass(5).await;
    assert_eq!(town.output(), json!({"ok": true}));
    assert!(town.state().records.incidents.is_empty());
    town.fold_is_state();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_writing_waits_for_a_person_who_tries_again() {
    let mut town = Town::with(TELL).await;
    town.start(json!({})).await;
    // It reached the peer; the process died before the answer was on record.
    let begun = begin_all(&town).remove(0);
    town.connectors["http"].send(begun.request).await.unwrap();
    town.restart().await;
    town.pass(3_600).await;
    assert_eq!(town.statuses(), [DispatchStatus::Ambiguous]);
    assert_eq!((town.instance().status, town.got().len()), (Status::Active, 1));
    town.submit(Command::RetryIncident(town.incident())).await;
    town.pass(0).await;
    assert_eq!(town.output(), json!({"n": 1}));
    let keys = town.keys_got();
    assert_eq!((keys.len(), &keys[0]), (2, &keys[1]));
    town.fold_is_state();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_settles_and_the_flow_is_told_that_nobody_knows() {
    let mut town = Town::with(&caught("{ call: http, with: { method: post, endpoint: 'http://HOST/silent' } }")).await;
    town.start(json!({})).await;
    town.pass(0).await;
    assert_eq!(town.statuses(), [DispatchStatus::Ambiguous]);
    let command = Command::SettleIncident { incident: town.incident(), note: String::new() };
    town.submit(command).await;
    assert_eq!(town.output()["status"], 500);
    assert!(town.output()["type"].as_str().unwrap().ends_with("/communication"));
    assert_eq!(town.statuses(), [DispatchStatus::Withdrawn]);
    town.restart().await;
    town.pass(3_600).await;
    assert_eq!(town.got().len(), 1);
    town.fold_is_state();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_is_too_slow_is_a_timeout_and_too_long_an_answer_no_use() {
    for (path, status, type_) in [("silent", 408, "timeout"), ("long", 502, "communication")] {
        let task = format!("{{ call: http, with: {{ method: get, endpoint: 'http://HOST/{path}' }} }}");
        let town = Town::with(&caught(&task)).await;
        town.start(json!({})).await;
        town.pass(0).await;
        assert_eq!(town.output()["status"], status);
        assert!(town.output()["type"].as_str().unwrap().ends_with(type_));
        assert_eq!((town.statuses(), town.got().len()), (vec![DispatchStatus::Failed], 1));
        assert!(town.state().records.incidents.is_empty());
        town.fold_is_state();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flow_that_goes_on_without_the_answer_withdraws_its_request() {
    let task = "{ call: http, with: { method: post, endpoint: 'http://HOST/silent' }, timeout: { after: PT5M } }";
    let town = Town::with(&caught(task)).await;
    town.start(json!({})).await;
    town.pass(0).await;
    let incident = town.incident();
    town.pass(301).await;
    assert_eq!(town.output()["status"], 408);
    assert_eq!(town.statuses(), [DispatchStatus::Withdrawn]);
    assert_eq!(town.state().records.incidents[&incident].how.as_deref(), Some("passed"));
    assert!(town.host.submit(STREAM, "test", Command::RetryIncident(incident)).await.is_err());
    town.fold_is_state();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_result_of_a_withdrawn_request_changes_nothing() {
    let task = "{ call: http, with: { method: post, endpoint: 'http://HOST/x' }, timeout: { after: PT1S } }";
    let town = Town::with(&caught(task)).await;
    town.start(json!({})).await;
    let begun = begin_all(&town).remove(0);
    town.clock.set(START.plus_micros(2 * SECOND));
    town.submit(Command::Wake).await;
    assert_eq!(town.output()["status"], 408);
    let result = peygir_runtime::command::AttemptResult::Sent { reference: None, output: None, authorization: None };
    town.submit(Command::AttemptEnded { dispatch: begun.dispatch, attempt: begun.attempt, result }).await;
    assert_eq!((town.statuses(), town.output()["status"].clone()), (vec![DispatchStatus::Withdrawn], json!(408)));
    town.fold_is_state();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_citizen_told_is_opened_for_the_peer_and_nowhere_else() {
    let town = Town::with(
        "  - open: { call: case-open, input: { from: .message } }\n  \
         - tell:\n      call: http\n      with:\n        method: post\n        endpoint: 'http://HOST/tell'\n        \
         query: { nid: '${ $workflow.input.message.from.nationalId }' }\n        \
         body: { nid: '${ $workflow.input.message.from.nationalId }', name: '${ $workflow.input.message.from.name }', plain: secret-of-flow }\n        \
         output: response\n",
    )
    .await;
    let (person, vault) = (Id([9; 16]), Vault::new(town.keys.clone()));
    vault.create(person, [5; 32].into()).unwrap();
    let seal = |clear: &str, draw: u8| vault.seal(person, clear, &[draw; 32]).unwrap();
    let (nid, name) = (seal("0012345679", 1), seal("مریم کریمی", 2));
    let message = json!({
        "channel": "sms", "province": "hamedan", "text": seal("متن", 3),
        "from": {"person": person.to_string(), "nationalId": nid, "name": name},
    });
    town.start(json!({ "message": message })).await;
    let dispatch = town.state().records.dispatches.into_values().next().unwrap();
    assert!(is_sealed(&dispatch.body), "{}", dispatch.body);
    town.pass(0).await;
    let output = town.output();
    assert_eq!((&output["content"]["nid"], &output["content"]["name"]), (&json!(nid), &json!(name)));
    assert_eq!(output["request"]["uri"], format!("http://{}/tell?nid=***", town.address));
    let got = town.got().remove(0);
    assert!(got.contains("nid=0012345679") && got.contains("مریم کریمی"), "{got}");
    for frame in town.store.journal(STREAM, 0, 100).unwrap() {
        let bytes: Vec<u8> = [frame.command, frame.events.concat()].concat();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("0012345679") && !text.contains("مریم") && !text.contains("%D9%85"), "{text}");
    }
    town.fold_is_state();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retry_of_the_flow_is_another_request_with_the_same_key() {
    let nobody = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let tasks = format!(
        "  - t:\n      try: [ {{ a: {{ call: http, with: {{ method: post, endpoint: 'http://{nobody}/' }} }} }} ]\n      \
         catch:\n        errors: {{ with: {{ status: 503 }} }}\n        \
         retry: {{ delay: PT1M, limit: {{ attempt: {{ count: 2 }} }} }}\n        do: [ {{ b: {{ set: {{ given: up }} }} }} ]\n"
    );
    let town = Town::with(&tasks).await;
    town.start(json!({})).await;
    town.pass(59).await;
    assert_eq!(town.statuses().len(), 1);
    town.pass(121).await;
    assert_eq!(town.output(), json!({"given": "up"}));
    assert_eq!(town.statuses(), [DispatchStatus::Failed; 3]);
    let keys: Vec<String> = town.state().records.dispatches.into_values().map(|dispatch| dispatch.key).collect();
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    town.fold_is_state();
}

/// Begins attempts of everything that is ready, as a host with room on every lane does.
fn begin_all(town: &Town) -> Vec<peygir_runtime::engine::Begun> {
    let (engine, now) = (&town.host.engine, town.clock.now());
    let ready = engine.ready(STREAM, now).unwrap().into_iter().map(|ready| ready.dispatch).collect();
    engine.begin_attempts(STREAM, now, ready).unwrap()
}
