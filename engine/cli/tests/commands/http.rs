//! `call: http` under `peygir run`: flows against a small server of the test, and against hosts that they may not call.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::binary::{Called, call, folder};

/// A request as the server got it.
#[derive(Debug, Clone, Default)]
struct Got {
    line: String,
    headers: BTreeMap<String, String>,
    body: String,
}

/// Answers whole texts of HTTP, by path, each in turn; the last one stays.
struct Server {
    address: SocketAddr,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Server {
    fn start(answers: &[(&str, &[&str])]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let got: Arc<Mutex<Vec<Got>>> = Arc::default();
        let mut left: BTreeMap<String, Vec<String>> = answers
            .iter()
            .map(|(path, texts)| ((*path).to_owned(), texts.iter().rev().map(|text| (*text).to_owned()).collect()))
            .collect();
        let kept = got.clone();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let Some(request) = read(&mut stream) else { continue };
                let path = request.line.split([' ', '?']).nth(1).unwrap_or_default().to_owned();
                kept.lock().unwrap().push(request);
                let texts = left.entry(path).or_default();
                let text = if texts.len() > 1 { texts.pop() } else { texts.first().cloned() };
                if let Some(text) = text {
                    drop(stream.write_all(text.as_bytes()));
                }
            }
        });
        Self { address, got }
    }

    fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    /// Runs tasks in which `HOST` stands for the server.
    fn run(&self, tasks: &str, input: &Value) -> Called {
        let text = format!("document: {{ dsl: '1.0.3', namespace: test, name: one, version: '1.0.0' }}\ndo:\n{tasks}");
        let text = text.replace("HOST", &self.address.to_string());
        let folder = folder(&[("a.yaml", &text), ("in.json", &input.to_string())]);
        call(folder.path(), &["run", "a.yaml", "--input", "in.json", "--json"])
    }

    #[track_caller]
    fn output(&self, tasks: &str, input: &Value) -> Value {
        let called = self.run(tasks, input);
        assert_eq!((called.code, called.stderr.as_str()), (0, ""), "{}", called.stdout);
        serde_json::from_str(&called.stdout).unwrap()
    }

    #[track_caller]
    fn fault(&self, tasks: &str) -> (String, u64, String) {
        let called = self.run(tasks, &json!({}));
        assert_eq!((called.code, called.stdout.as_str()), (1, ""), "{}", called.stderr);
        let fault: Value = serde_json::from_str(&called.stderr).unwrap();
        let type_ = fault["type"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        (type_, fault["status"].as_u64().unwrap(), fault["detail"].as_str().unwrap().to_owned())
    }
}

fn read(stream: &mut TcpStream) -> Option<Got> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut got = Got::default();
    reader.read_line(&mut got.line).ok()?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        got.headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = got.headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    got.body = String::from_utf8(body).ok()?;
    Some(got)
}

fn answer(status: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nX-Served: yes\r\nContent-Length: {length}\r\n\r\n{body}")
}

fn get(path: &str, more: &str) -> String {
    format!("  - look: {{ call: http, with: {{ method: get, endpoint: 'http://HOST{path}'{more} }} }}\n")
}

#[test]
fn content_raw_and_response() {
    let milou = answer("200 OK", "application/json", r#"{"id":1,"name":"milou"}"#);
    let text = answer("200 OK", "text/plain; charset=utf-8", "سلام");
    let image = answer("200 OK", "image/png", "\u{7f}PNG");
    let none = "HTTP/1.1 204 No Content\r\n\r\n";
    let server = Server::start(&[("/pet/1", &[&milou]), ("/t", &[&text]), ("/i", &[&image]), ("/n", &[none])]);
    let pet = |more: &str| server.output(&get("/pet/{petId}", more), &json!({"petId": 1}));
    assert_eq!(pet(""), json!({"id": 1, "name": "milou"}));
    assert_eq!(pet(", output: raw"), json!("eyJpZCI6MSwibmFtZSI6Im1pbG91In0="));
    let whole = pet(", output: response, headers: { X-Trace: a, Authorization: Bearer s3cret }, query: { q: 'a b' }");
    assert_eq!(whole["statusCode"], 200);
    assert_eq!(whole["content"]["name"], "milou");
    assert_eq!(
        (&whole["headers"]["x-served"], &whole["headers"]["content-type"]),
        (&json!("yes"), &json!("application/json"))
    );
    assert_eq!(whole["request"]["method"], "GET");
    assert_eq!(whole["request"]["uri"], format!("http://{}/pet/1?q=a+b", server.address));
    assert_eq!(
        (&whole["request"]["headers"]["x-trace"], &whole["request"]["headers"]["authorization"]),
        (&json!("a"), &json!("***"))
    );
    assert_eq!(server.got()[2].headers["authorization"], "Bearer s3cret");
    assert_eq!(server.output(&get("/t", ""), &json!({})), json!("سلام"));
    assert_eq!(server.output(&get("/i", ""), &json!({})), json!("f1BORw=="));
    assert_eq!(server.output(&get("/n", ""), &json!({})), Value::Null);
}

#[test]
fn bodies_go_out() {
    let server = Server::start(&[("/cases", &[&answer("201 Created", "application/json", "{}")])]);
    let tasks = "  - tell: { call: http, with: { method: post, endpoint: '${ \"http://HOST/\\(.where)\" }', \
                 body: { text: '${ .text }', n: [ 1 ] } } }\n";
    server.output(tasks, &json!({"where": "cases", "text": "نبود کارمند"}));
    let got = server.got();
    assert!(got[0].line.starts_with("POST /cases "), "{got:?}");
    assert_eq!(serde_json::from_str::<Value>(&got[0].body).unwrap(), json!({"text": "نبود کارمند", "n": [1]}));
    assert_eq!(got[0].headers["content-type"], "application/json");
    assert!(got[0].headers["idempotency-key"].ends_with("/tell#1"), "{got:?}");
}

#[test]
fn a_status_is_an_error_that_try_catches() {
    let gone = answer("404 Not Found", "application/problem+json", r#"{"secret":"s3cret"}"#);
    let server = Server::start(&[("/gone", &[&gone])]);
    let (type_, status, detail) = server.fault(&get("/gone", ""));
    assert_eq!((type_.as_str(), status), ("communication", 404));
    assert!(detail.contains("404") && !detail.contains("s3cret"), "{detail}");
    let tasks = "  - t:\n      try:\n      - look: { call: http, with: { method: get, endpoint: { uri: 'http://HOST/gone' } } }\n      \
                 catch:\n        errors: { with: { type: 'https://serverlessworkflow.io/spec/1.0.0/errors/communication', status: 404 } }\n        \
                 as: err\n        do: [ { say: { set: { status: '${ $err.status }', at: '${ $err.instance }' } } } ]\n";
    assert_eq!(server.output(tasks, &json!({})), json!({"status": 404, "at": "/do/0/t/try/0/look"}));
}

#[test]
fn redirections_are_not_followed() {
    let moved = "HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n";
    let server = Server::start(&[("/here", &[moved]), ("/there", &[&answer("200 OK", "text/plain", "there")])]);
    assert_eq!(server.fault(&get("/here", "")).1, 302);
    let whole = server.output(&get("/here", ", redirect: true, output: response"), &json!({}));
    assert_eq!((&whole["statusCode"], &whole["headers"]["location"]), (&json!(302), &json!("/there")));
    assert!(server.got().iter().all(|got| !got.line.contains("there")), "{:?}", server.got());
}

#[test]
fn a_retry_of_the_flow_keeps_the_key() {
    let busy = answer("503 Service Unavailable", "text/plain", "busy");
    let server = Server::start(&[("/p", &[&busy, &busy, &answer("200 OK", "application/json", "7")])]);
    let tasks = "  - t:\n      try:\n      - pay: { call: http, with: { method: post, endpoint: 'http://HOST/p', body: { n: 1 } } }\n      \
                 catch:\n        errors: { with: { status: 503 } }\n        \
                 retry: { delay: PT0.05S, limit: { attempt: { count: 3 } } }\n  \
                 - again: { call: http, with: { method: post, endpoint: 'http://HOST/p' } }\n";
    assert_eq!(server.output(tasks, &json!({})), json!(7));
    let keys: Vec<String> = server.got().iter().map(|got| got.headers["idempotency-key"].clone()).collect();
    assert_eq!(keys.len(), 4);
    assert!(keys[0] == keys[1] && keys[1] == keys[2] && keys[2] != keys[3], "{keys:?}");
}

#[test]
fn only_this_machine_is_called() {
    let server = Server::start(&[]);
    for place in
        ["http://example.com/x", "http://10.0.0.1/x", "http://169.254.169.254/latest", "http://localhost.example.com/"]
    {
        let tasks = format!("  - look: {{ call: http, with: {{ method: get, endpoint: '{place}' }} }}\n");
        let (type_, status, detail) = server.fault(&tasks);
        assert_eq!((type_.as_str(), status), ("authorization", 403), "{place}");
        assert!(detail.contains("http.allow"), "{detail}");
    }
    let localhost = get("/x", "").replace("HOST", &format!("localhost:{}", server.address.port()));
    // It answers nothing at all: the connection breaks.
    assert_eq!(server.fault(&localhost).1, 502);
}

#[test]
fn nobody_there_a_broken_answer_and_one_that_never_comes() {
    let nobody = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let server = Server::start(&[("/half", &["HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf"])]);
    let (type_, status, _) = server.fault(&get("/x", "").replace("HOST", &nobody.to_string()));
    assert_eq!((type_.as_str(), status), ("communication", 503));
    assert_eq!(server.fault(&get("/half", "")).1, 502);
    // Whether a POST was carried out nobody knows, and there is no person to ask: the flow is told.
    let (type_, status, _) = server.fault(&get("/half", "").replace("method: get", "method: post"));
    assert_eq!((type_.as_str(), status), ("communication", 502));
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let tasks = "  - t:\n      try:\n      - look: { call: http, with: { method: get, endpoint: 'http://HOST/' }, timeout: { after: PT0.3S } }\n      \
                 catch: { as: err, do: [ { say: { set: { s: '${ $err.status }' } } } ] }\n";
    assert_eq!(server.output(&tasks.replace("HOST", &address), &json!({})), json!({"s": 408}));
}

#[test]
fn a_name_in_an_address_must_be_a_scalar() {
    let server = Server::start(&[]);
    let called = server.run(&get("/{a}", ""), &json!({"a": [1]}));
    let fault: Value = serde_json::from_str(&called.stderr).unwrap();
    assert_eq!((called.code, &fault["status"]), (1, &json!(400)));
    assert!(fault["type"].as_str().unwrap().ends_with("/expression"), "{fault}");
    assert!(server.got().is_empty());
}
