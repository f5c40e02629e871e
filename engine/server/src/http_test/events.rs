//! Events over the real server: streams that break off and go on, pages, filters, scopes, and the stop of the server.

use std::time::Duration;

use peygir_core::Data;
use peygir_runtime::access::Scope;
use peygir_runtime::command::Command;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::fixture::{Fixture, fixture};
use crate::serve;

const MESSAGE: &str = r#"{"channel":"web","from":{"nationalId":"9990000018","mobile":"09121234567","name":"مریم نمونه"},
    "text":"در ادارهٔ ثبت احوال کسی پشت میز نیست"}"#;

/// Opens a case, whose flow makes some events.
async fn open_case(fixture: &Fixture) {
    let token = fixture.token("operator");
    let answer = fixture.api("POST", "/api/v1/messages", &token, MESSAGE).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    fixture.world.settle().await;
}

/// A page of events and the cursor behind it.
async fn page(fixture: &Fixture, token: &str, query: &str) -> (Vec<Value>, String) {
    let answer = fixture.api("GET", &format!("/api/v1/events{query}"), token, "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/cloudevents-batch+json");
    (answer.json().as_array().unwrap().clone(), answer.header("next-cursor").to_owned())
}

#[derive(Debug, Clone, PartialEq)]
struct Told {
    id: String,
    type_: String,
    event: Value,
}

/// A client that reads a stream of events, byte by byte as it comes.
struct Reader {
    lines: BufReader<OwnedReadHalf>,
    _writer: OwnedWriteHalf,
    head: String,
    last_id: String,
}

impl Reader {
    async fn open(address: std::net::SocketAddr, token: &str, query: &str, last_id: Option<&str>) -> Self {
        let (reader, mut writer) = TcpStream::connect(address).await.unwrap().into_split();
        let resume = last_id.map(|id| format!("Last-Event-ID: {id}\r\n")).unwrap_or_default();
        let request = format!(
            "GET /api/v1/events{query} HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\
             Authorization: Bearer {token}\r\n{resume}\r\n"
        );
        writer.write_all(request.as_bytes()).await.unwrap();
        let mut reader =
            Self { lines: BufReader::new(reader), _writer: writer, head: String::new(), last_id: String::new() };
        while let Some(line) = reader.line().await.filter(|line| !line.is_empty()) {
            reader.head += &format!("{}\n", line.to_ascii_lowercase());
        }
        reader
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.lines.read_line(&mut line);
        let count =
            tokio::time::timeout(Duration::from_secs(20), read).await.expect("the server says something").ok()?;
        (count > 0).then(|| line.trim_end().to_owned())
    }

    /// The next event; None at the end of the stream. The sizes of chunks look like nothing of the format and are skipped.
    async fn next(&mut self) -> Option<Told> {
        let (mut type_, mut data) = (String::new(), None);
        loop {
            let line = self.line().await?;
            match line.split_once(": ") {
                Some(("id", id)) => self.last_id = id.to_owned(),
                Some(("event", name)) => type_ = name.to_owned(),
                Some(("data", text)) => data = Some(serde_json::from_str(text).unwrap()),
                _ => {}
            }
            if let Some(event) = data.take() {
                return Some(Told { id: self.last_id.clone(), type_, event });
            }
        }
    }

    async fn take(&mut self, count: usize) -> Vec<Told> {
        let mut told = Vec::new();
        while told.len() < count {
            told.push(self.next().await.expect("the stream goes on"));
        }
        told
    }
}

/// A server on a socket, and what stops it.
async fn serving(fixture: &Fixture) -> (std::net::SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let state = fixture.state();
    let task = tokio::spawn(async move {
        serve(state, listener, async move { drop(stopped.await) }).await.unwrap();
    });
    (address, stop, task)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_breaks_off_goes_on_exactly_where_it_was() {
    let fixture = fixture();
    let token = fixture.token("auditor");
    let (address, stop, server) = serving(&fixture).await;
    open_case(&fixture).await;
    let (all, _) = page(&fixture, &token, "?limit=200").await;
    assert!(all.len() > 4, "{all:?}");

    let mut reader = Reader::open(address, &token, "?after=1-0", None).await;
    assert!(reader.head.starts_with("http/1.1 200"), "{}", reader.head);
    assert!(reader.head.contains("content-type: text/event-stream") && reader.head.contains("cache-control: no-store"));
    let first = reader.take(2).await;
    drop(reader);
    let mut reader = Reader::open(address, &token, "?after=1-0", Some(&first[1].id)).await;
    let rest = reader.take(all.len() - 2).await;
    let told: Vec<Value> = first.iter().chain(&rest).map(|told| told.event.clone()).collect();
    assert_eq!(told, all);
    for told in first.iter().chain(&rest) {
        assert_eq!(told.event["type"], told.type_);
    }
    // What happens meanwhile comes by itself.
    open_case(&fixture).await;
    let more = reader.take(1).await;
    assert_eq!(more[0].type_, "io.serverlessworkflow.workflow.started.v1");
    // One that begins without a cursor hears of nothing from before.
    const STARTED: &str = "type=io.serverlessworkflow.workflow.started";
    let (before, _) = page(&fixture, &token, &format!("?limit=200&{STARTED}")).await;
    let mut late = Reader::open(address, &token, &format!("?{STARTED}"), None).await;
    open_case(&fixture).await;
    let heard = late.take(1).await;
    let (all, _) = page(&fixture, &token, &format!("?limit=200&{STARTED}")).await;
    assert_eq!(heard[0].event, all[before.len()]);

    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(5), server).await.expect("readers hold nothing up").unwrap();
    while reader.next().await.is_some() {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_follow_each_other_and_filters_hold() {
    let fixture = fixture();
    let token = fixture.token("administrator");
    open_case(&fixture).await;
    open_case(&fixture).await;
    let (all, end) = page(&fixture, &token, "?limit=200").await;
    let mut found = Vec::new();
    let mut after = String::from("1-0");
    loop {
        let (events, next) = page(&fixture, &token, &format!("?limit=3&after={after}")).await;
        if events.is_empty() {
            assert_eq!(next, end);
            break;
        }
        found.extend(events);
        after = next;
    }
    assert_eq!(found, all);
    let text = Value::from(all.clone()).to_string();
    for personal in ["9990000018", "9121234567", "مریم", "پشت میز", "§1."] {
        assert!(!text.contains(personal), "{personal}");
    }
    let subject = all[0]["subject"].as_str().unwrap();
    let (of_one, _) = page(&fixture, &token, &format!("?instance={subject}&limit=200")).await;
    let expected: Vec<Value> = all.iter().filter(|event| event["subject"] == subject).cloned().collect();
    assert_eq!(of_one, expected);
    assert!(of_one.iter().enumerate().all(|(index, event)| event["sequence"] == json!((index + 1).to_string())));
    let source = all[0]["source"].as_str().unwrap();
    let workflow = source.strip_prefix("/peygir/workflows/").unwrap();
    let (of_flow, _) = page(&fixture, &token, &format!("?workflow={workflow}&limit=200")).await;
    let expected: Vec<Value> = all.iter().filter(|event| event["source"] == source).cloned().collect();
    assert_eq!(of_flow, expected);
    let (none, _) = page(&fixture, &token, "?workflow=no/such").await;
    assert!(none.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_cursor_and_no_filter_is_refused() {
    let fixture = fixture();
    let token = fixture.token("auditor");
    open_case(&fixture).await;
    for (query, status, code) in [
        ("?after=x", 400, "PG-A014"),
        ("?after=999999-0", 400, "PG-A014"),
        ("?after=1-77", 400, "PG-A014"),
        ("?instance=zzz", 400, "PG-A014"),
        ("?instance=01JD7Z8QH5RRA4J4C0V3M1X2YB", 404, "PG-A003"),
        ("?workflow=zzz", 400, "PG-A014"),
        ("?workflow=a/b:1.0.0", 400, "PG-A014"),
        ("?typ=x", 400, "PG-A014"),
        ("?limit=0", 400, "PG-A014"),
    ] {
        let answer = fixture.api("GET", &format!("/api/v1/events{query}"), &token, "").await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{query}");
    }
    let bearer = format!("Bearer {token}");
    let stream = ("accept", "text/event-stream");
    for header in [("last-event-id", "x"), ("last-event-id", "7777-1")] {
        let headers = [("authorization", bearer.as_str()), stream, header];
        let answer = fixture.send("GET", "/api/v1/events", &headers, "").await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "PG-A014"), "{header:?}");
    }
    let operator = fixture.token("operator");
    assert_eq!(fixture.api("GET", "/api/v1/events", &operator, "").await.code(), "PG-A002");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_for_one_place_sees_the_events_of_that_place() {
    let fixture = fixture();
    open_case(&fixture).await;
    let (all, _) = page(&fixture, &fixture.token("auditor"), "?limit=200").await;
    let here = fixture.world.desk.directory().province.id;
    let here = fixture.token_for("auditor", &Scope::Province(here));
    assert_eq!(page(&fixture, &here, "?limit=200").await.0, all);
    let elsewhere = fixture.token_for("auditor", &Scope::Province("nowhere".into()));
    let (none, next) = page(&fixture, &elsewhere, "?limit=200").await;
    assert!(none.is_empty() && next != "1-0");
    // A flow without a case belongs to the deployment's own province.
    let host = fixture.world.host();
    let stream = host.engine.new_id(fixture.world.clock.now());
    let flow = all[0]["source"].as_str().unwrap().strip_prefix("/peygir/workflows/").unwrap().to_owned();
    let version = all[0]["data"]["definition"]["version"].as_str().unwrap().to_owned();
    let flow = format!("{flow}:{version}");
    let command = Command::StartFlow { flow, input: Data::empty(), claims: Vec::new() };
    host.submit(stream, "test", command).await.unwrap();
    assert!(page(&fixture, &here, "?limit=200").await.0.len() > all.len());
    assert!(page(&fixture, &elsewhere, "?limit=200").await.0.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_are_bounded_and_leave_their_places() {
    let fixture = fixture();
    let token = fixture.token("auditor");
    let (address, stop, server) = serving(&fixture).await;
    let mut readers = Vec::new();
    for _ in 0..crate::feed::READERS_MAX {
        let reader = Reader::open(address, &token, "", None).await;
        assert!(reader.head.starts_with("http/1.1 200"), "{}", reader.head);
        readers.push(reader);
    }
    assert!(Reader::open(address, &token, "", None).await.head.starts_with("http/1.1 503"));
    drop(readers);
    for _ in 0..100 {
        if Reader::open(address, &token, "", None).await.head.starts_with("http/1.1 200") {
            stop.send(()).unwrap();
            server.await.unwrap();
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("places are never free again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_webhooks_the_list_is_empty_and_health_says_nothing_of_them() {
    let fixture = fixture();
    let answer = fixture.api("GET", "/api/v1/webhooks", &fixture.token("auditor"), "").await;
    assert_eq!((answer.status.as_u16(), answer.json()), (200, json!([])));
    assert_eq!(fixture.send("GET", "/api/v1/healthz", &[], "").await.json(), json!({ "status": "ok" }));
}
