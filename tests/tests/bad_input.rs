//! Bad input against the served binary: each is refused in words, in the reader's language; nothing is lost by it and the
//! server stays up. And bad content: refused before anything runs, with its file and line.

#[path = "bad_input/endless.rs"]
mod endless;

use std::fs;
use std::path::Path;
use std::process::Output;

use peygir_tests::citizen;
use peygir_tests::client::{Answer, Client};
use peygir_tests::gateway::{Behaviour, Gateway};
use peygir_tests::server::{CALLBACK_SECRET, Server, Site, repository};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const MESSAGES: &str = "/api/v1/messages";
const JSON: (&str, &str) = ("content-type", "application/json");

/// A served deployment with one case, which every test reads again at its end.
struct Served {
    site: Site,
    server: Server,
    client: Client,
    case: String,
    _gateway: Gateway,
}

impl Served {
    async fn start() -> Self {
        let gateway = Gateway::start(|| Behaviour::Accept(std::time::Duration::ZERO)).await;
        let site = Site::with_gateway(gateway.address);
        let server = site.start();
        let client = Client::new(site.address(), Some(&site.token()));
        let answer = client.submit("first", &citizen::message(1, "نخست")).await.expect("the server answers");
        assert_eq!(answer.status, 201, "{}", answer.text());
        let case = answer.json()["caseId"].as_str().expect("a case").to_owned();
        Self { site, server, client, case, _gateway: gateway }
    }

    /// The server is up, takes a message and still has every case; the journal is clean.
    async fn unharmed(mut self, cases: usize) {
        assert!(self.server.is_running(), "{}", self.server.said());
        let answer = self.client.submit("last", &citizen::message(2, "واپسین")).await.expect("the server answers");
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert_eq!(self.client.get(&format!("/api/v1/cases/{}", self.case)).await.status, 200);
        assert_eq!(self.client.all("/api/v1/cases").await.len(), cases + 1);
        self.site.verify().expect("the journal is clean");
        assert!(self.server.stop().success());
    }
}

/// Problem details as RFC 9457 has them, in the language that was asked for. Gives the body.
fn problem(answer: &Answer, status: u16, code: &str, language: &str) -> Value {
    let body = answer.json();
    assert_eq!((answer.status, body["code"].as_str()), (status, Some(code)), "{}", answer.text());
    assert!(answer.header("content-type").starts_with("application/problem+json"), "{}", answer.header("content-type"));
    assert_eq!(answer.header("content-language"), language);
    assert_eq!(body["status"], status);
    assert_eq!(body["type"], format!("/errors/{code}"));
    for member in ["title", "detail"] {
        let text = body[member].as_str().unwrap_or_default();
        let persian = text.chars().any(|letter| ('\u{600}'..'\u{700}').contains(&letter));
        assert!(!text.is_empty() && persian == (language == "fa"), "{member} in {language}: {text:?}");
    }
    body
}

/// The field that is named first, and why.
fn field(body: &Value) -> (&str, &str) {
    let text = |name: &str| body["errors"][0][name].as_str().unwrap_or_default();
    (text("pointer"), text("code"))
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_no_message_are_refused_in_both_languages() {
    let served = Served::start().await;
    let deep = format!("{{\"channel\":{}", "[".repeat(60_000)).into_bytes();
    let bodies: [(&str, Vec<u8>, u16, &str); 8] = [
        ("not UTF-8", b"{\"channel\":\"phone\",\"text\":\"\xd8\xff\"}".to_vec(), 400, "PG-A010"),
        ("UTF-16", "{}".encode_utf16().flat_map(u16::to_be_bytes).chain([0xd8, 0x00]).collect(), 400, "PG-A010"),
        ("deep", deep, 400, "PG-A012"),
        ("deeper than the limit of bytes", "[".repeat(100_000).into_bytes(), 413, "PG-A011"),
        ("10 MB", [b"{\"text\":\"".to_vec(), vec![b'a'; 10 << 20], b"\"}".to_vec()].concat(), 413, "PG-A011"),
        ("cut", b"{\"channel\":\"phone\",".to_vec(), 400, "PG-A009"),
        ("empty", Vec::new(), 400, "PG-A009"),
        ("list", b"[1]".to_vec(), 422, "PG-A006"),
    ];
    for (what, body, status, code) in bodies {
        for language in ["en", "fa"] {
            let client = served.client.in_language(language);
            // Who is refused in the middle of a long body may not get to read the answer: that is no harm.
            let request = client.request(reqwest::Method::POST, MESSAGES).header(JSON.0, JSON.1).body(body.clone());
            match client.send(request).await {
                Ok(answer) => drop(problem(&answer, status, code, language)),
                Err(error) => assert!(status == 413 && !error.is_timeout(), "{what}: {error:?}"),
            }
        }
    }
    let text = served.client.post_bytes(MESSAGES, b"hello".to_vec(), &[("content-type", "text/plain")]).await;
    problem(&text, 415, "PG-A013", "en");
    served.unharmed(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_megabytes_are_refused_with_words_before_they_are_sent() {
    let served = Served::start().await;
    let mut stream = TcpStream::connect(served.site.address()).await.expect("the server listens");
    let head = format!(
        "POST {MESSAGES} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        served.site.token(),
        10 << 20
    );
    stream.write_all(head.as_bytes()).await.expect("the server reads");
    stream.write_all(&vec![b' '; 128 * 1024]).await.expect("the server reads");
    let mut answer = vec![0; 4096];
    let read = stream.read(&mut answer).await.expect("the server answers");
    let answer = String::from_utf8_lossy(&answer[..read]);
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("PG-A011"), "{answer}");
    served.unharmed(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_fields_are_named_with_their_place() {
    let served = Served::start().await;
    let with = |change: fn(&mut Value)| {
        let mut message = citizen::message(7, "بد");
        change(&mut message);
        message
    };
    let wrong: [(Value, &str, &str); 10] = [
        (with(|m| m["colour"] = json!(1)), "/colour", "unknown-field"),
        (with(|m| m["from"]["nationalID"] = json!("1")), "/from/nationalID", "unknown-field"),
        (with(|m| m["from"]["nationalId"] = json!("9990000019")), "/from/nationalId", "national-id-checksum"),
        (with(|m| m["from"]["mobile"] = json!("08138251234")), "/from/mobile", "mobile-invalid"),
        (with(|m| m["onBehalfOf"] = json!({ "nationalId": "1" })), "/onBehalfOf/nationalId", "national-id-checksum"),
        (with(|m| m["channel"] = json!("telepathy")), "/channel", "not-an-option"),
        (with(|m| m["text"] = json!(" \u{200c} ")), "/text", "required"),
        (with(|m| m["text"] = json!("ن".repeat(10_001))), "/text", "too-long"),
        (with(|m| m["province"] = json!("atlantis")), "/province", "not-an-option"),
        (with(|m| m["text"] = json!(5)), "/text", "wrong-type"),
    ];
    for (message, pointer, why) in &wrong {
        for language in ["en", "fa"] {
            let answer = served.client.in_language(language).post(MESSAGES, message).await;
            let body = problem(&answer, 422, "PG-A006", language);
            assert_eq!(field(&body), (*pointer, *why), "{body}");
        }
    }
    let both = with(|m| m["from"] = json!({ "nationalId": "1", "mobile": "1" }));
    let body = served.client.post(MESSAGES, &both).await.json();
    assert_eq!(body["errors"].as_array().map(Vec::len), Some(2), "all errors at once: {body}");
    served.unharmed(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idempotency_key_holds_its_body() {
    let served = Served::start().await;
    let client = &served.client;
    let message = citizen::message(3, "کلید");
    let first = client.submit("key", &message).await.expect("an answer");
    let again = client.submit("key", &message).await.expect("an answer");
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.json(), again.json());
    for language in ["en", "fa"] {
        let other = client.in_language(language).submit("key", &citizen::message(3, "کلیدی دیگر")).await;
        problem(&other.expect("an answer"), 422, "PG-A007", language);
    }
    // Another caller's key is another key.
    let operator = client.issue("operator", "operator", "nation").await;
    assert_eq!(operator.submit("key", &message).await.expect("an answer").status, 201);
    for key in ["", "a b", &"k".repeat(129)] {
        problem(&client.submit(key, &message).await.expect("an answer"), 400, "PG-A008", "en");
    }
    served.unharmed(3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_is_told_so_and_nothing_more() {
    let served = Served::start().await;
    let weak = served.client.issue("of-connector", "connector", "nation").await;
    let elsewhere = served.client.issue("of-qom", "inspector", "province:qom").await;
    let case = format!("/api/v1/cases/{}", served.case);
    for language in ["en", "fa"] {
        for token in [None, Some("pgt_wrong"), Some(""), Some("\u{7f}")] {
            let Ok(answer) = asked(&served.client.in_language(language).with_token(token), &case).await else {
                continue;
            };
            problem(&answer, 401, "PG-A001", language);
            assert!(answer.header("www-authenticate").starts_with("Bearer"));
        }
        problem(&weak.in_language(language).get(&case).await, 403, "PG-A002", language);
        let refused = elsewhere.in_language(language).get(&case).await;
        assert!([403, 404].contains(&refused.status), "{}", refused.text());
        assert!(!refused.text().contains("بانک"), "a refusal tells what it hides");
        let answer = weak.in_language(language).post("/api/v1/tokens", &json!({})).await;
        problem(&answer, 403, "PG-A002", language);
    }
    assert!(elsewhere.all("/api/v1/cases").await.is_empty());
    let wrong_role = json!({ "name": "x", "role": "emperor", "scope": "nation" });
    let answer = served.client.post("/api/v1/tokens", &wrong_role).await;
    assert_eq!(field(&problem(&answer, 422, "PG-A006", "en")), ("/role", "not-an-option"));
    served.unharmed(1).await;
}

async fn asked(client: &Client, path: &str) -> Result<Answer, reqwest::Error> {
    client.send(client.request(reqwest::Method::GET, path)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_requests_are_refused_in_words() {
    let served = Served::start().await;
    let client = &served.client;
    let queries = [
        "after=%20",
        "after=!!",
        "limit=many",
        "limit=0",
        "limit=100000",
        "status=lost",
        "colour=1",
        "limit=1&limit=2",
    ];
    for language in ["en", "fa"] {
        for query in queries {
            let answer = client.in_language(language).get(&format!("/api/v1/cases?{query}")).await;
            assert!([400, 422].contains(&answer.status), "{query}: {} {}", answer.status, answer.text());
            let code = answer.json()["code"].as_str().unwrap_or_default().to_owned();
            problem(&answer, answer.status, &code, language);
        }
        let client = client.in_language(language);
        let delete = client.send(client.request(reqwest::Method::DELETE, MESSAGES)).await.expect("an answer");
        problem(&delete, 405, "PG-A004", language);
        problem(&client.get("/api/v1/nothing").await, 404, "PG-A003", language);
        for id in ["x", "01M7ZXN7Z51YNBFDHX1QKFHJQK", "%00", "%ff%fe", "..%2f..%2fetc%2fpasswd"] {
            let answer = client.get(&format!("/api/v1/cases/{id}")).await;
            assert!([400, 404].contains(&answer.status), "{id}: {}", answer.status);
        }
    }
    // More than hyper reads of headers: it answers by itself, or hangs up.
    let huge = client.request(reqwest::Method::GET, "/api/v1/cases").header("x-huge", "h".repeat(1 << 20));
    if let Ok(answer) = client.send(huge).await {
        assert_eq!(answer.status, 431, "{}", answer.text());
    }
    served.unharmed(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateways_calls_are_taken_or_refused_and_never_lost() {
    let served = Served::start().await;
    let gateway = served.client.with_token(None);
    let mo = |token: &str, id: &str, from: &str, text: &str| {
        format!("/connectors/sms/mo?token={token}&from={from}&to=6133&text={text}&coding=0&charset=UTF-8&id={id}&ts=1")
    };
    for language in ["en", "fa"] {
        let gateway = gateway.in_language(language);
        for token in ["", "wrong", "callback-secret-of-the-test", "callback-secret-of-the-testsx"] {
            problem(&gateway.get(&mo(token, "m0", "%2B989990000009", "salam")).await, 403, "PG-A002", language);
        }
        problem(&gateway.get("/connectors/sms/mo?from=1").await, 403, "PG-A002", language);
        let unknown = gateway.get(&format!("/connectors/fax/mo?token={CALLBACK_SECRET}")).await;
        problem(&unknown, 403, "PG-A002", language);
        for call in [
            format!("/connectors/sms/dlr?token={CALLBACK_SECRET}&key=x&type=many"),
            format!("/connectors/sms/elsewhere?token={CALLBACK_SECRET}"),
        ] {
            let answer = gateway.get(&call).await;
            assert!([400, 404, 422].contains(&answer.status), "{call}: {} {}", answer.status, answer.text());
        }
    }
    // What can't be read waits for a person, once for each call: the gateway would not send it in a better form.
    for (from, text) in [("%2B989990000009", "%FF%FE%D8"), ("%2B989990000009", ""), ("", "salam")] {
        for _ in 0..2 {
            let answer = gateway.get(&mo(CALLBACK_SECRET, "m0", from, text)).await;
            assert_eq!((answer.status, answer.text().as_str()), (200, ""), "{from} {text}");
        }
    }
    let unread = served.client.all("/api/v1/incidents").await;
    assert_eq!(unread.iter().filter(|incident| incident["kind"] == "message-unread").count(), 3, "{unread:?}");
    assert!(unread.iter().all(|incident| !incident.to_string().contains("9990000009")), "{unread:?}");
    // A landline can't be answered by SMS: its message makes no case, and waits for a person.
    let landline = gateway.get(&mo(CALLBACK_SECRET, "m1", "%2B988138251234", "salam")).await;
    assert_eq!(
        (landline.status, landline.text().as_str()),
        (200, ""),
        "to a gateway, a text would be an answer to send"
    );
    let incidents = served.client.all("/api/v1/incidents").await;
    let reason = |incident: &Value| incident["reason"].as_str().unwrap_or_default().contains("mobile");
    let unread = incidents.iter().find(|incident| reason(incident)).expect("an incident");
    assert_eq!(unread["kind"], "message-unread");
    assert!(!unread.to_string().contains("8138251234"), "{unread}");
    // The same delivery again is the same message.
    assert_eq!(gateway.get(&mo(CALLBACK_SECRET, "m1", "%2B988138251234", "salam")).await.status, 200);
    assert_eq!(served.client.all("/api/v1/incidents").await.len(), incidents.len());
    assert_eq!(gateway.get(&mo(CALLBACK_SECRET, "m2", "%2B989990000009", "salam")).await.status, 200);
    assert_eq!(gateway.get(&mo(CALLBACK_SECRET, "m2", "%2B989990000009", "salam")).await.status, 200);
    served.unharmed(2).await;
}

/// A copy of a part of the repository's content, for spoiling.
fn content(parts: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    for part in parts {
        copy(&repository().join(part), &folder.path().join(part));
    }
    folder
}

fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::create_dir_all(to.parent().expect("a file lies in a folder")).expect("a folder can be made");
        fs::copy(from, to).expect("a file can be copied");
        return;
    }
    for entry in fs::read_dir(from).expect("the content is there") {
        let entry = entry.expect("the folder can be read");
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

fn spoil(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).expect("the file is there");
    let spoilt = text.replacen(from, to, 1);
    assert_ne!(text, spoilt, "{from} stands in {}", file.display());
    fs::write(file, spoilt).expect("the file can be written");
}

fn line_of(file: &Path, what: &str) -> usize {
    let text = fs::read_to_string(file).expect("the file is there");
    1 + text.lines().position(|line| line.contains(what)).expect("the line is there")
}

fn said(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn content_that_is_wrong_is_refused_with_its_file_and_line() {
    let site = Site::without_gateway();
    let spoilt: [(&str, &str, &str, &str, &str); 3] = [
        ("workflows/foad-128/workflow.yaml", "call: foad-routing", "call: foad-ruoting", "foad-ruoting", "PG-"),
        (
            "workflows/foad-128/workflow.yaml",
            "      call: case-refer",
            "      cal: case-refer",
            "cal: case-refer",
            "PG-D",
        ),
        ("workflows/foad-128/workflow.yaml", "then: close }", "then: closse }", "closse", "PG-D"),
    ];
    for (file, from, to, marker, code) in spoilt {
        let folder = content(&["pack.yaml", "workflows", "rules"]);
        let path = folder.path().join(file);
        spoil(&path, from, to);
        let output = site.run(&["check", &folder.path().display().to_string()]);
        let place = format!("workflow.yaml:{}", line_of(&path, marker));
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(&place) && said.contains(code), "{place} {code}: {said}");
    }
    let sound = content(&["pack.yaml", "workflows", "rules"]);
    let output = site.run(&["check", &sound.path().display().to_string()]);
    assert!(output.status.success(), "the content as it is passes: {}", said(&output));
}

#[test]
fn a_table_without_a_rule_for_the_rest_is_refused() {
    let site = Site::without_gateway();
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let table = folder.path().join("open.table.yaml");
    let text = "kind: decision-table\nid: open\nversion: 1.0.0\ntitle: باز\nhit: first\ninputs:\n  kind: { type: string, \
                from: case.topic }\noutputs:\n  to: { type: string }\nrules:\n  - id: only\n    when: { kind: delay }\n    \
                then: { to: here }\n";
    fs::write(&table, text).expect("a file can be written");
    let output = site.run(&["check", &table.display().to_string()]);
    let said_of = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said_of}");
    assert!(said_of.contains("PG-T011") && said_of.contains("open.table.yaml:10:1"), "{said_of}");
    let whole = format!("{text}  - id: rest\n    last: true\n    then: {{ to: there }}\n");
    fs::write(&table, whole).expect("a file can be written");
    let output = site.run(&["check", &table.display().to_string()]);
    assert!(output.status.success(), "with a rule for the rest it passes: {}", said(&output));
}

#[test]
fn a_script_without_an_end_is_stopped_and_named() {
    let site = Site::without_gateway();
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    fs::write(folder.path().join("endless.rhai"), "fn endless(req, now, args) {\n    loop { }\n}\n").expect("written");
    let rows = "- name: it never ends\n  req: {}\n  now: 2026-11-21T09:30:00Z\n  args: {}\n  expect: 1\n";
    fs::write(folder.path().join("endless.test.yaml"), rows).expect("written");
    let output = site.run(&["test", &folder.path().display().to_string()]);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("endless") && (said.contains("PG-S101") || said.contains("PG-S102")), "{said}");
}

#[test]
fn a_deployment_with_errors_does_not_start_and_names_them_all() {
    let site = Site::without_gateway();
    let folder = content(&["pack.yaml", "workflows", "rules"]);
    let workflow = folder.path().join("workflows/foad-128/workflow.yaml");
    spoil(&workflow, "call: foad-routing", "call: foad-ruoting");
    spoil(&workflow, "then: close }", "then: closse }");
    let deployment = site.deployment().join("deployment.yaml");
    spoil(&deployment, &format!("{:?}", repository()), &format!("{:?}", folder.path()));
    let Err(ended) = site.start_with(&[]) else { panic!("it started") };
    assert_eq!(ended.status.code(), Some(1), "{}", ended.said);
    for marker in ["foad-ruoting", "closse"] {
        let place = format!("workflow.yaml:{}", line_of(&workflow, marker));
        assert!(ended.said.contains(&place), "{place}: {}", ended.said);
    }
    assert!(!site.data().join("store").exists(), "a start that is refused makes nothing");
}
