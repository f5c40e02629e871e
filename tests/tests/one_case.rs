//! One case from a citizen's SMS to its verified close, with a real Kannel gateway and a real SMTP server; and what happens
//! when the gateway is away, tells a message twice, or refuses.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use mail_parser::MessageParser;
use peygir_tests::client::Client;
use peygir_tests::peers::{available, free_port, kannel, namespace};
use peygir_tests::town::{LINE, PATIENCE, Setup, Town, texts_of, write_secret};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How long is waited for something that must not come.
const QUIET: Duration = Duration::from_secs(3);
/// A prefix that no operator gives to subscribers.
const CITIZEN: &str = "09990000001";
const COMPLAINT: &str =
    "در شعبهٔ میدان امام بانک ملی، کارمند باجهٔ ۳ نیست و جانشین هم ندارد؛ «ژاله گل‌پرور» هم پاسخگو نبود.";
/// What of the citizen and of their text nobody else may read.
const PERSONAL: [&str; 4] = ["9990000001", "***0001", "ژاله", "میدان امام"];

/// Runs a test in a network namespace with a gateway, a mail server and the served binary.
fn with_town<F>(test: &str, setup: Setup, body: impl FnOnce(Town) -> F)
where
    F: Future<Output = ()>,
{
    if !available("kannel") || !available("exim") {
        return;
    }
    namespace::isolated(test, || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let mut town = Town::build(&setup);
            town.start();
            body(town).await;
        });
    });
}

fn subject_and_body(mail: &[u8]) -> (String, String) {
    let mail = MessageParser::default().parse(mail).unwrap();
    (mail.subject().unwrap().to_owned(), mail.body_text(0).unwrap().into_owned())
}

#[test]
fn from_an_sms_to_a_verified_close() {
    with_town("from_an_sms_to_a_verified_close", Setup::default(), |mut town| async move {
        let manager = town.with_role("duty-manager", "agency:bank-melli-hamedan");
        let neighbour = town.with_role("duty-manager", "agency:shahrdari-hamedan");
        let operator = town.with_role("operator", "province:hamedan");

        town.kannel.citizen_sends(CITIZEN, LINE, COMPLAINT).unwrap();
        let code = the_citizen_is_told(&town).await;
        let case = town.only_case().await;
        assert_eq!(case["trackingCode"], code.as_str());
        assert_eq!((&case["channel"], &case["topic"]), (&json!("sms"), &json!("no-officer")));
        assert_eq!(case["agency"]["id"], "bank-melli-hamedan");
        manager_and_centre_get_mail(&town, &code).await;

        assert_eq!(neighbour.all("/api/v1/tasks").await, Vec::<Value>::new(), "another agency's manager");
        let task = only_task(&manager, "inbox").await;
        let action = "جانشین از ساعت ۱۰ پشت باجهٔ ۳ است.";
        answer(&manager, &task, &json!({ "result": "stand-in", "action": action, "cause": "staffing" })).await;

        let call = town.await_some("a call", async || operator.all("/api/v1/tasks?list=calls").await).await.remove(0);
        assert_eq!(call["call"], Value::Null, "whom to call is told to who has claimed the call");
        let claimed = answer(&operator, &call, &json!({ "outcome": "solved", "satisfaction": 5 })).await;
        assert_eq!(claimed["call"]["mobile"], "+989990000001");

        let texts = town.await_texts(CITIZEN, 3).await;
        assert!(texts[2].contains(&code) && texts[2].contains("بسته شد"), "{texts:#?}");
        town.await_message("foad/closed", "delivered").await;
        everybody_reads_where_it_stands(&town, &code).await;
        the_journal_tells_it(&town, case["id"].as_str().unwrap()).await;
    });
}

/// Two messages reach the citizen, and their reports come back.
async fn the_citizen_is_told(town: &Town) -> String {
    let texts = town.await_texts(CITIZEN, 2).await;
    let code: String = texts[0].chars().filter(char::is_ascii_digit).collect();
    assert_eq!(code.len(), 11, "ten digits and a check digit: {texts:#?}");
    assert!(texts[0].starts_with("پیام شما در سامانهٔ فوریت‌های اداری (۱۲۸) ثبت شد."), "{texts:#?}");
    assert!(texts[1].contains(&code) && texts[1].contains("به بانک ملی استان همدان ارجاع شد"), "{texts:#?}");
    assert!(town.kannel.sent().iter().all(|sms| sms.from == LINE));
    for template in ["intake/received", "foad/referred"] {
        let line = town.await_message(template, "delivered").await;
        assert_eq!((&line["attempts"], &line["to"]), (&json!(1), &json!("+98999***0001")), "{line}");
    }
    code
}

/// Both mails are in the mail server's box; the Persian survives their way.
async fn manager_and_centre_get_mail(town: &Town, code: &str) {
    let mails = town.exim.wait_for_delivered(2).unwrap_or_else(|| panic!("{}", town.exim.output()));
    let to = |address: &str| {
        let is_to = |mail: &&Vec<u8>| String::from_utf8_lossy(mail).contains(&format!("To: {address}"));
        subject_and_body(
            mails.iter().find(is_to).unwrap_or_else(|| panic!("no mail to {address}: {}", town.exim.output())),
        )
    };
    let (subject, body) = to("mgr.bank-melli.hamedan@samad.test");
    assert!(subject.starts_with("فوآد ۱۲۸: ارجاع پروندهٔ ") && subject.contains(code), "{subject}");
    assert!(body.contains("به بانک ملی استان همدان ارجاع شده است") && body.contains(COMPLAINT), "{body}");
    let (subject, body) = to("bazresi-128@samad.test");
    assert!(subject.starts_with("فوآد ۱۲۸: شکایت تازه از بانک ملی استان همدان") && subject.contains(code), "{subject}");
    assert!(body.contains(COMPLAINT), "{body}");
    assert_eq!(mails.len(), 2);
    for template in ["foad/referral", "foad/new-complaint"] {
        town.await_message(template, "sent").await;
    }
}

async fn only_task(by: &Client, list: &str) -> Value {
    let tasks = by.all(&format!("/api/v1/tasks?list={list}")).await;
    assert_eq!(tasks.len(), 1, "{tasks:#?}");
    tasks.into_iter().next().unwrap()
}

/// Claims and completes a task; answers it as it was when claimed.
async fn answer(by: &Client, task: &Value, answer: &Value) -> Value {
    let path = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap());
    let claimed = by.post(&format!("{path}/claim"), &Value::Null).await;
    assert_eq!((claimed.status, &claimed.json()["status"]), (200, &json!("claimed")), "{}", claimed.text());
    let done = by.post(&format!("{path}/complete"), answer).await;
    assert_eq!((done.status, &done.json()["status"]), (200, &json!("completed")), "{}", done.text());
    claimed.json()
}

async fn everybody_reads_where_it_stands(town: &Town, code: &str) {
    let anybody = town.admin.with_token(None).in_language("fa");
    let answer = anybody.get(&format!("/api/v1/track/{code}")).await;
    assert_eq!(answer.status, 200);
    let track = answer.json();
    assert_eq!(track["stage"]["code"], "closed-solved");
    assert_eq!(track["stage"]["text"], "موضوع حل شد و پرونده بسته شد.");
    let stages: Vec<_> =
        track["history"].as_array().unwrap().iter().map(|line| line["stage"]["code"].as_str().unwrap()).collect();
    assert_eq!(stages, ["registered", "referred", "verifying", "closed-solved"]);
    for personal in PERSONAL {
        assert!(!answer.text().contains(personal), "{personal}: {}", answer.text());
    }
    let guessed = anybody.get("/api/v1/track/12345678901").await;
    assert_eq!(guessed.status, 404);
    assert_eq!(anybody.get("/api/v1/cases").await.status, 401);
}

async fn the_journal_tells_it(town: &Town, case: &str) {
    let journal = town.get(&format!("/api/v1/cases/{case}/journal")).await;
    let kinds: Vec<_> = journal.as_array().unwrap().iter().map(|line| line["kind"].as_str().unwrap()).collect();
    let count = |kind: &str| kinds.iter().filter(|told| **told == kind).count();
    let expected = [
        ("case-opened", 1),
        ("message-queued", 5),
        ("message-attempted", 5),
        // The gateway's report may overtake its answer; then the message is delivered without having been sent.
        ("message-delivered", 3),
        ("task-completed", 2),
        ("incident-opened", 0),
        ("case-closed", 1),
    ];
    for (kind, times) in expected {
        assert_eq!(count(kind), times, "{kind}: {kinds:?}");
    }
    town.site.verify().expect("the journal is whole");
}

/// A line between gateway and server that loses answers: the server's word for the first calls never arrives.
struct BadLine {
    calls: Arc<AtomicUsize>,
    serving: tokio::task::JoinHandle<()>,
}

impl BadLine {
    async fn lay(port: u16, to: SocketAddr, losing: usize) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = calls.clone();
        let serving = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let number = counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(carry(near, to, number < losing));
            }
        });
        Self { calls, serving }
    }
}

impl Drop for BadLine {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Carries one call over, and its answer back unless it gets lost.
async fn carry(mut near: TcpStream, to: SocketAddr, loses: bool) {
    let mut far = TcpStream::connect(to).await.unwrap();
    if !loses {
        drop(tokio::io::copy_bidirectional(&mut near, &mut far).await);
        return;
    }
    let mut request = vec![0; 16 * 1024];
    let read = near.read(&mut request).await.unwrap();
    far.write_all(&request[..read]).await.unwrap();
    let read = far.read(&mut request).await.unwrap();
    assert!(request[..read].starts_with(b"HTTP/1.1 200"), "the server took it");
}

#[test]
fn an_sms_that_the_gateway_tells_twice_opens_one_case() {
    let port = free_port();
    let setup = Setup { port_for_gateway: Some(port), ..Setup::default() };
    with_town("an_sms_that_the_gateway_tells_twice_opens_one_case", setup, |mut town| async move {
        let line = BadLine::lay(port, town.site.address(), 2).await;
        town.kannel.citizen_sends(CITIZEN, LINE, COMPLAINT).unwrap();
        let deadline = Instant::now() + PATIENCE;
        while line.calls.load(Ordering::SeqCst) < 3 {
            assert!(Instant::now() < deadline, "the gateway does not try again:\n{}", town.kannel.output());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let texts = town.await_texts(CITIZEN, 2).await;
        tokio::time::sleep(QUIET).await;
        assert_eq!(texts, texts_of(&town.kannel.sent(), CITIZEN), "nothing is told twice");
        let case = town.only_case().await;
        let journal = town.get(&format!("/api/v1/cases/{}/journal", case["id"].as_str().unwrap())).await;
        let opened = journal.as_array().unwrap().iter().filter(|line| line["kind"] == "case-opened").count();
        assert_eq!((texts.len(), opened), (2, 1));
        assert_eq!(town.admin.all("/api/v1/incidents").await, Vec::<Value>::new());

        // The same words sent once more on the same day are the same matter: they join the case and open none.
        town.kannel.citizen_sends(CITIZEN, LINE, COMPLAINT).unwrap();
        let path = format!("/api/v1/cases/{}", case["id"].as_str().unwrap());
        let joined = async || {
            let view = town.get(&path).await;
            if view["repeats"] == 1 { vec![view] } else { Vec::new() }
        };
        town.await_some("message that joined", joined).await;
        town.only_case().await;
    });
}

/// A gateway that is not there has certainly taken nothing, so trying again repeats nothing. (Where that is not certain,
/// the manifest of `sms` says `resend`.)
#[test]
fn a_message_waits_for_a_gateway_that_is_away_and_leaves_once() {
    with_town("a_message_waits_for_a_gateway_that_is_away_and_leaves_once", Setup::default(), |mut town| async move {
        town.kannel.kill();
        let message = json!({
            "channel": "phone", "text": COMPLAINT, "from": { "nationalId": "9990000018", "mobile": CITIZEN },
        });
        let answer = town.admin.submit("away", &message).await.unwrap();
        assert_eq!(answer.status, 201, "registering needs no gateway: {}", answer.text());
        let code = answer.json()["trackingCode"].as_str().unwrap().to_owned();
        let tried = town.await_some("a try", async || {
            let mut lines = town.outgoing("sms").await;
            lines.retain(|line| line["status"] == "ready" && line["attempts"].as_u64() >= Some(1));
            lines
        });
        let tried = tried.await.remove(0);
        assert!(tried["nextAt"].is_string() && tried["fault"].is_string(), "it says when and why: {tried}");

        town.kannel.restart().unwrap();
        let texts = town.await_texts(CITIZEN, 2).await;
        assert!(texts.iter().all(|text| text.contains(&code)), "{texts:#?}");
        town.await_message("foad/referred", "delivered").await;
        tokio::time::sleep(QUIET).await;
        assert_eq!(texts_of(&town.kannel.sent(), CITIZEN), texts, "each leaves once");
        let lines = town.outgoing("sms").await;
        assert!(lines[0]["attempts"].as_u64() >= Some(2), "{lines:#?}");
        assert_eq!(town.admin.all("/api/v1/incidents").await, Vec::<Value>::new());
    });
}

#[test]
fn what_cannot_leave_becomes_an_incident_for_a_person() {
    let setup = Setup { sms_password: "wrong", centre_mail: "blocked@samad.test", ..Setup::default() };
    with_town("what_cannot_leave_becomes_an_incident_for_a_person", setup, |mut town| async move {
        town.kannel.citizen_sends(CITIZEN, LINE, COMPLAINT).unwrap();
        town.await_message("intake/received", "failed").await;
        town.await_message("foad/new-complaint", "failed").await;
        town.await_message("foad/referral", "sent").await;
        let incidents = open_incidents(&town, 3).await;
        let reasons: String = incidents.iter().map(|incident| incident["reason"].as_str().unwrap()).collect();
        assert!(reasons.contains("550"), "the mail server's word: {reasons}");
        for hidden in ["wrong", "blocked@", "9990000001"] {
            assert!(!reasons.contains(hidden), "{reasons}");
        }
        assert_eq!(texts_of(&town.kannel.sent(), CITIZEN), Vec::<String>::new());

        // The password is mended; a person has the messages sent again, and settles what no mending helps.
        write_secret(&town.site.deployment().join("kannel.password"), kannel::PASSWORD);
        town.restart();
        for incident in incidents {
            let path = format!("/api/v1/incidents/{}", incident["id"].as_str().unwrap());
            let done = if incident["reason"].as_str().unwrap().contains("550") {
                town.admin.post(&format!("{path}/settle"), &json!({ "note": "به مرکز بازرسی تلفن شد." })).await
            } else {
                town.admin.post(&format!("{path}/retry"), &Value::Null).await
            };
            assert_eq!(done.status, 204, "{incident}: {}", done.text());
        }
        assert_eq!(town.await_texts(CITIZEN, 2).await.len(), 2);
        for template in ["intake/received", "foad/referred"] {
            town.await_message(template, "delivered").await;
        }
        assert_eq!(open_incidents(&town, 0).await, Vec::<Value>::new());
    });
}

/// Waits until as many incidents are open.
async fn open_incidents(town: &Town, count: usize) -> Vec<Value> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let mut incidents = town.admin.all("/api/v1/incidents").await;
        incidents.retain(|incident| incident["status"] == "open");
        if incidents.len() == count {
            return incidents;
        }
        assert!(Instant::now() < deadline, "not {count} incidents: {incidents:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
