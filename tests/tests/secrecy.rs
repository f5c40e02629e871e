//! What a citizen and those who help say stands nowhere in clear: not in the journal, snapshots, sled's files, the outbox,
//! nor in logs at their loudest. Files are searched as bytes.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use peygir_core::Id;
use peygir_runtime::rows::{self};
use peygir_runtime::stream::{RowName, Stream};
use peygir_runtime::vault::Keys;
use peygir_store::Store;
use peygir_tests::bytes::{self, Found, Needle};
use peygir_tests::client::{Answer, Client};
use peygir_tests::gateway::{Behaviour, Gateway};
use peygir_tests::server::{CALLBACK_SECRET, Site};
use peygir_tests::{citizen, noon, story};
use serde_json::{Value, json};

const WAIT: Duration = Duration::from_secs(60);

const NAME: &str = "گلناز آسمان‌پرور";
const RELATIVE: &str = "بی‌بی شهربانو مرواریدی";
const TEXT: &str = "در بانک ملی کارمند باجه نیست و جانشین ندارد و کلید صندوق امانات مادرم را نمی‌دهند";
const SMS_TEXT: &str = "پرونده بیمه بیکاری فرزندم سهراب در تأمین اجتماعی گم شده است";
const ACTION: &str = "با خانم آسمان‌پرور تماس گرفتیم و صندوق امانات را باز کردیم";
const CALL_NOTE: &str = "می‌گوید هنوز گردنبند مروارید را نداده‌اند ولی راضی است";
const CLASSIFY_NOTE: &str = "شهروند با لکنت از اخراج فرزندش گفت";
const SETTLE_NOTE: &str = "شماره همسایه را گرفتیم و کد را به او گفتیم";

/// The people of this test, by the numbers that [`citizen`] makes their own from.
const CALLER: u32 = 654_321;
const CONCERNED: u32 = 765_432;
const TEXTER: u32 = 876_543;
const LANDLINE: &str = "08138251234";

fn national_id(number: u32) -> String {
    citizen::national_id(999_000_000 + number % 1_000_000)
}

/// All that may stand nowhere.
fn needles() -> Vec<Needle> {
    let mut needles = Vec::new();
    for number in [CALLER, CONCERNED] {
        needles.extend(bytes::forms("national ID", &national_id(number)));
    }
    for number in [CALLER, CONCERNED, TEXTER] {
        needles.extend(bytes::numbers("mobile", &citizen::mobile(number)));
    }
    needles.extend(bytes::numbers("landline", LANDLINE));
    for name in [NAME, RELATIVE] {
        needles.extend(bytes::pieces("name", name, 1));
    }
    let texts = [
        ("text", TEXT),
        ("SMS", SMS_TEXT),
        ("manager's answer", ACTION),
        ("note of the call", CALL_NOTE),
        ("operator's note", CLASSIFY_NOTE),
        ("settlement", SETTLE_NOTE),
    ];
    for (what, text) in texts {
        needles.extend(bytes::pieces(what, text, 3));
    }
    needles.extend(bytes::forms("callback secret", CALLBACK_SECRET));
    needles.extend(bytes::forms("gateway's password", "gateway-password"));
    let shipped = shipped();
    let told = needles.len();
    needles.retain(|needle| !shipped.iter().any(|file| contains(file, &needle.bytes)));
    assert!(needles.len() * 10 > told * 9, "{} of {told} are left to look for", needles.len());
    needles
}

/// What is deployed: the store keeps its files as they are, and a few words in a row may well stand in one of their examples.
fn shipped() -> Vec<Vec<u8>> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the repository");
    let folders = ["rules", "workflows"].map(|folder| bytes::files(&top.join(folder)));
    folders.iter().flatten().map(|file| fs::read(file).expect("a shipped file can be read")).collect()
}

fn contains(file: &[u8], bytes: &[u8]) -> bool {
    file.windows(bytes.len()).any(|window| window == bytes)
}

fn shown(found: &[Found]) -> String {
    let lines = found
        .iter()
        .take(20)
        .map(|one| format!("{}: {} at {}: …{:?}…", one.label, one.file.display(), one.offset, one.around));
    format!("{} found:\n{}", found.len(), lines.collect::<Vec<_>>().join("\n"))
}

/// The people of the centre and of the agency.
struct People {
    administrator: Client,
    operator: Client,
    manager: Client,
}

impl People {
    async fn of(site: &Site) -> Self {
        let administrator = Client::new(site.address(), Some(&site.token()));
        let operator = administrator.issue("operator", "operator", "province:hamedan").await;
        let manager = administrator.issue("manager", "duty-manager", "agency:bank-melli-hamedan").await;
        Self { administrator, operator, manager }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_citizen_stands_in_any_file_in_clear() {
    let gateway = Gateway::start(|| Behaviour::Deny).await;
    let site = Site::with_gateway(gateway.address);
    noon::keep(&site.deployment());
    let server = site.start_with(&[("PEYGIR_LOG", "trace")]).expect("the server starts");
    let people = People::of(&site).await;
    let case = whole_case(&people, &gateway).await;
    case_by_sms(&people).await;
    refusals(&people).await;
    console(&site, &people, &case).await;
    assert!(server.stop().success());
    // Another life, so that what is rebuilt and logged then is searched too, and a snapshot.
    fs::remove_dir_all(site.data().join("store/rows")).expect("sled's folder is there");
    let server = site.start_with(&[("PEYGIR_LOG", "trace")]).expect("the server starts");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(server.stop().success());
    story::open(&site.data()).checkpoint().expect("a snapshot can be taken");

    // What is looked for was really there, and where.
    let gone_out: String = gateway.calls().iter().map(|call| call.to.clone() + &call.text).collect();
    assert!(gone_out.contains(&citizen::mobile(CALLER)), "the citizen was told nothing: {gone_out}");
    let found = bytes::search(&[site.data(), site.logs()], &needles());
    assert!(found.is_empty(), "{}", shown(&found));
    tokens_stand_nowhere(&site);
    the_search_reads_what_the_files_hold(&site, &case);
    keys_stand_nowhere(&site, &case);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outbox_that_keeps_texts_in_clear_is_found_out() {
    let site = Site::keeping_bodies();
    let server = site.start();
    let people = People::of(&site).await;
    let answer = people.operator.submit("in-clear", &message()).await.expect("the server answers");
    assert_eq!(answer.status, 201, "{}", answer.text());
    until(|| async { bytes::files(&site.data().join("outbox")).get(3).cloned() }).await;
    assert!(server.stop().success());
    let found = bytes::search(&[site.data()], &needles());
    assert!(found.iter().any(|one| one.label.contains("text")), "{}", shown(&found));
    let outbox = site.data().join("outbox");
    assert!(found.iter().all(|one| one.file.starts_with(&outbox)), "{}", shown(&found));
}

fn message() -> Value {
    json!({
        "channel": "phone",
        "from": { "nationalId": national_id(CALLER), "mobile": citizen::mobile(CALLER), "name": NAME },
        "onBehalfOf": { "nationalId": national_id(CONCERNED), "mobile": citizen::mobile(CONCERNED), "name": RELATIVE },
        "text": TEXT,
    })
}

/// A complaint by phone on behalf of a relative: told, answered, verified, closed; its first SMS refused and settled.
async fn whole_case(people: &People, gateway: &Gateway) -> String {
    let answer = people.operator.submit("whole-case", &message()).await.expect("the server answers");
    assert_eq!(answer.status, 201, "{}", answer.text());
    let case = answer.json()["caseId"].as_str().expect("a case").to_owned();

    let incident = until(|| async { people.administrator.all("/api/v1/incidents").await.pop() }).await;
    gateway.behave(Behaviour::Accept(Duration::ZERO));
    let path = format!("/api/v1/incidents/{}/settle", incident["id"].as_str().expect("an id"));
    ok(people.administrator.post(&path, &json!({ "note": SETTLE_NOTE })).await);
    for incident in people.administrator.all("/api/v1/incidents").await {
        if incident["status"] == "open" {
            let path = format!("/api/v1/incidents/{}/retry", incident["id"].as_str().expect("an id"));
            ok(people.administrator.post(&path, &json!({})).await);
        }
    }

    let action = json!({ "result": "solved", "action": ACTION, "cause": "staffing" });
    complete(&people.manager, "inbox", &case, &action).await;
    let told = json!({ "outcome": "solved", "satisfaction": 4, "note": CALL_NOTE });
    complete(&people.operator, "calls", &case, &told).await;
    until(|| async {
        let view = people.operator.get(&format!("/api/v1/cases/{case}")).await.json();
        (view["status"] == "closed").then_some(())
    })
    .await;
    case
}

/// A complaint by SMS, which an operator classifies.
async fn case_by_sms(people: &People) {
    let from = format!("%2B98{}", &citizen::mobile(TEXTER)[1..]);
    let text: String = SMS_TEXT.encode_utf16().flat_map(u16::to_be_bytes).map(|byte| format!("%{byte:02X}")).collect();
    let call = |id: &str, from: &str| {
        let token = format!("/connectors/sms/mo?token={CALLBACK_SECRET}");
        format!("{token}&from={from}&to=6133&text={text}&coding=2&charset=UTF-16BE&id={id}&ts=1")
    };
    let gateway = people.operator.with_token(None);
    ok(gateway.get(&call("m1", &from)).await);
    // A landline: no case, but kept for a person, sealed as well.
    ok(gateway.get(&call("m2", &format!("%2B98{}", &LANDLINE[1..]))).await);
    // Not what it says it is: refused.
    assert_eq!(gateway.get(&call("m3", &from).replace("UTF-16BE", "EBCDIC")).await.status, 200);
    let cases = people.operator.all("/api/v1/cases?status=open").await;
    let case = cases.iter().find(|case| case["channel"] == "sms").expect("the SMS opened a case");
    let case = case["id"].as_str().expect("an id").to_owned();
    let answer = json!({ "topic": "delay", "agency": "tamin-hamedan", "note": CLASSIFY_NOTE });
    complete(&people.operator, "inbox", &case, &answer).await;
}

/// Requests that are wrong carry personal data too; what is refused is logged, and must not be quoted.
async fn refusals(people: &People) {
    let wrong = [
        json!({ "channel": "phone", "from": { "nationalId": national_id(CALLER), "mobile": "x" }, "text": TEXT }),
        json!({ "channel": TEXT, "from": { "name": NAME }, "text": TEXT }),
        json!({ "channel": "phone", NAME: 1, "text": TEXT }),
        json!({ "channel": "phone", "from": { "mobile": [citizen::mobile(CALLER)] }, "text": TEXT }),
    ];
    for body in wrong {
        let answer = people.operator.submit("wrong", &body).await.expect("the server answers");
        assert_eq!(answer.status, 422, "{}", answer.text());
    }
    let broken = format!("{{\"text\": \"{TEXT}\", \"from\": \"{}", citizen::mobile(CALLER));
    let json = ("content-type", "application/json");
    assert_eq!(people.operator.post_bytes("/api/v1/messages", broken.into_bytes(), &[json]).await.status, 400);
    let number = citizen::mobile(CALLER);
    assert_eq!(people.operator.get(&format!("/api/v1/cases?mobile={number}")).await.status, 400);
    assert_eq!(people.operator.get(&format!("/api/v1/track/{number}")).await.status, 404);
}

/// A person reads the case in the console, and its personal data in clear.
async fn console(site: &Site, people: &People, case: &str) {
    let link = people.administrator.post("/api/v1/login-links", &json!({ "person": "op-sadaf" })).await;
    let path = link.json()["path"].as_str().expect("a link").to_owned();
    let browser = Client::new(site.address(), None);
    let signed_in = browser.post_bytes(&path, Vec::new(), &[]).await;
    let cookie = signed_in.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    assert!(cookie.starts_with("peygir_session="), "{}", signed_in.status);
    for page in ["/", "/inbox", "/calls", "/cases", "/outbox", "/incidents", &format!("/cases/{case}")] {
        let request = browser.request(reqwest::Method::GET, page).header("cookie", &cookie);
        assert_eq!(browser.send(request).await.expect("the server answers").status, 200, "{page}");
    }
    let clear = browser.post_bytes(&format!("/cases/{case}/clear"), Vec::new(), &[("cookie", &cookie)]).await;
    assert!(clear.text().contains(&national_id(CALLER)), "what was asked for in clear is shown: {}", clear.status);
}

/// Claims and completes the case's task in a list, as soon as it is there.
async fn complete(by: &Client, list: &str, case: &str, answer: &Value) {
    let task = until(|| async {
        let tasks = by.all(&format!("/api/v1/tasks?list={list}&case={case}")).await;
        tasks.into_iter().find(|task| task["mayClaim"] == true)
    })
    .await;
    let path = format!("/api/v1/tasks/{}", task["id"].as_str().expect("an id"));
    ok(by.post(&format!("{path}/claim"), &json!({})).await);
    ok(by.post(&format!("{path}/complete"), answer).await);
}

fn ok(answer: Answer) {
    assert!((200..300).contains(&answer.status), "{} {}", answer.status, answer.text());
}

async fn until<T, F: Future<Output = Option<T>>>(mut look: impl FnMut() -> F) -> T {
    let deadline = Instant::now() + WAIT;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "it did not happen in time");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Bearer tokens are hashed at rest; only the bootstrap's own file holds one.
fn tokens_stand_nowhere(site: &Site) {
    let token = site.token();
    let needles = bytes::forms("token", &token);
    let found = bytes::search(&[site.data(), site.logs()], &needles);
    let elsewhere: Vec<&Found> = found.iter().filter(|one| !one.file.ends_with("bootstrap.token")).collect();
    assert!(elsewhere.is_empty() && !found.is_empty(), "{elsewhere:?}");
}

/// Were the files compressed or encrypted as a whole, nothing could be found in them and nothing would be shown.
fn the_search_reads_what_the_files_hold(site: &Site, case: &str) {
    let id = Id::parse(case).expect("a case's id");
    let needle = Needle { label: "the case's id".to_owned(), bytes: id.0.to_vec() };
    let found = bytes::search(&[site.data()], &[needle]);
    let files: BTreeSet<PathBuf> = found.into_iter().map(|one| one.file).collect();
    for folder in ["store/journal", "store/snapshots", "store/rows"] {
        let folder = site.data().join(folder);
        assert!(files.iter().any(|file| file.starts_with(&folder)), "{} was not read: {files:?}", folder.display());
    }
    let told = bytes::search(&[site.logs()], &bytes::forms("a route", "/api/v1/messages"));
    assert!(!told.is_empty(), "the logs say nothing");
}

/// Keys stand wrapped in their file, and nothing but the master key opens them.
fn keys_stand_nowhere(site: &Site, case: &str) {
    let folder = site.data().join("keys");
    for file in bytes::files(&folder) {
        let mode = fs::metadata(&file).expect("a file of keys").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.display());
    }
    let keys = Keys::open(&folder).expect("the keys can be opened");
    let mut needles = Vec::new();
    for person in persons(site, case) {
        let key = keys.get(person).expect("a person has a key");
        needles.extend(raw("key of a person", key.as_slice()));
    }
    assert!(!needles.is_empty());
    let master = fs::read(folder.join("master.key")).expect("there is a master key");
    needles.extend(raw("master key", &master));
    let found = bytes::search(&[site.data(), site.logs()], &needles);
    let files: BTreeSet<&PathBuf> = found.iter().map(|one| &one.file).collect();
    assert_eq!(files, BTreeSet::from([&folder.join("master.key")]), "{}", shown(&found));
}

fn raw(label: &str, bytes: &[u8]) -> Vec<Needle> {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [bytes.to_vec(), hex.into_bytes()].map(|bytes| Needle { label: label.to_owned(), bytes }).into()
}

fn persons(site: &Site, case: &str) -> Vec<Id> {
    let store = story::open(&site.data());
    let id = Id::parse(case).expect("a case's id");
    let row = store.get(&rows::key(id, &RowName::Case)).expect("a row can be read").expect("the case has one");
    let stored = [(rows::key(id, &RowName::Case), row)];
    let stream = Stream::from_rows(id, 1, &stored).expect("the row can be read");
    let case = stream.records.case.expect("the case");
    [Some(case.citizen.person), case.on_behalf_of.map(|party| party.person)].into_iter().flatten().collect()
}
