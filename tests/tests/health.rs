//! What the binary tells of itself: the doctor beside a running server, on a stopped one and on broken folders; numbers; and
//! receipts over the API, held against a journal that was restored to an earlier moment.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use peygir_tests::client::Client;
use peygir_tests::faults::errands;
use peygir_tests::peers::free_port;
use peygir_tests::server::{Server, Site};
use peygir_tests::{citizen, history};
use reqwest::Method;
use serde_json::{Value, json};

/// Of the example's directory.
const ADMINISTRATOR: &str = "admin-ronak";

async fn hand_in(site: &Site, numbers: std::ops::Range<u32>) {
    let client = Client::new(site.address(), Some(&site.token()));
    for number in numbers {
        let answer = client.submit(&format!("m-{number}"), &citizen::message(number, "نوبت")).await.unwrap();
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
}

/// What the doctor finds, by check and weight, and how it ended.
fn doctor(site: &Site, more: &[&str]) -> (Vec<(String, String)>, i32, Value) {
    let output = site.run(&[&["doctor", "--data", "{data}", "--json"], more].concat());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    let found = report["findings"].as_array().unwrap().iter().map(|finding| {
        assert!(finding["en"].as_str().is_some_and(|text| !text.is_empty()), "{finding}");
        assert!(finding["weight"] == "fine" || finding["mend"].is_string(), "{finding} says not how to mend it");
        (finding["check"].as_str().unwrap().to_owned(), finding["weight"].as_str().unwrap().to_owned())
    });
    (found.collect(), output.status.code().unwrap(), report)
}

fn signal(server: &Server, signal: &str) {
    let sent = Command::new("kill").args([signal, &server.pid().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()));
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn has(found: &[(String, String)], check: &str, weight: &str) {
    assert!(found.iter().any(|(c, w)| c == check && w == weight), "no {check} that is {weight}: {found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_tells_a_running_server_from_a_stopped_and_a_killed_one() {
    let site = Site::without_gateway();
    let server = site.start();
    hand_in(&site, 0..2).await;
    let (found, code, report) = doctor(&site, &[]);
    for (check, weight) in [("server", "fine"), ("store", "fine"), ("backup", "wrong"), ("drill", "slow")] {
        has(&found, check, weight);
    }
    assert_eq!((code, &report["status"]), (2, &"wrong".into()), "no backup was ever taken");
    let client = Client::new(site.address(), Some(&site.token()));
    let told = client.get("/api/v1/health").await;
    assert_eq!(told.json()["status"], "wrong", "{}", told.text());
    let persian = said(&site.run(&["doctor", "--data", "{data}", "--lang", "fa"]));
    assert!(
        persian.contains("سرور پاسخ می‌دهد") && persian.contains("هرگز از این پوشه پشتیبان گرفته نشده است"),
        "{persian}"
    );

    // A server that hangs is told too, and the folder is looked at all the same.
    signal(&server, "-STOP");
    let (found, code, report) = doctor(&site, &[]);
    signal(&server, "-CONT");
    has(&found, "server", "wrong");
    has(&found, "journal", "fine");
    assert!(code == 2 && report.to_string().contains("does not tell how it is"), "{report}");

    assert!(server.stop().success());
    let (found, code, _) = doctor(&site, &["--deep"]);
    for (check, weight) in [("server", "waits"), ("journal", "fine"), ("journal-whole", "fine"), ("backup", "wrong")] {
        has(&found, check, weight);
    }
    assert_eq!(code, 2);
    let server = site.start();
    server.kill();
    let (found, _, report) = doctor(&site, &[]);
    has(&found, "server", "wrong");
    assert!(report.to_string().contains("ended without being stopped"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_looked_after_has_nothing_to_say_and_a_broken_one_says_where() {
    let site = Site::without_gateway();
    let server = site.start();
    hand_in(&site, 0..3).await;
    assert!(server.stop().success());
    let data = site.data();

    let keep = tempfile::tempdir().unwrap();
    history::copy(&data, keep.path());
    let restore = || {
        fs::remove_dir_all(&data).unwrap();
        history::copy(keep.path(), &data);
    };

    fs::remove_dir_all(data.join("store/rows")).unwrap();
    let (found, _, _) = doctor(&site, &[]);
    has(&found, "index", "slow");
    restore();

    fs::remove_file(data.join("keys/persons.keys")).unwrap();
    let (found, code, _) = doctor(&site, &[]);
    has(&found, "keys", "wrong");
    assert_eq!(code, 2);
    restore();

    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(data.join("keys/master.key"), fs::Permissions::from_mode(0o644)).unwrap();
    let (found, _, report) = doctor(&site, &[]);
    has(&found, "keys", "wrong");
    assert!(report.to_string().contains("chmod 600"), "{report}");
    restore();

    let segment = site.segments().remove(0);
    let mut bytes = fs::read(&segment).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&segment, &bytes).unwrap();
    let before = files(&data);
    let (found, code, report) = doctor(&site, &["--deep"]);
    has(&found, "journal-whole", "wrong");
    assert!(report.to_string().contains("00000001.segment, offset"), "{report}");
    assert_eq!(code, 2);
    assert_eq!(files(&data), before, "the doctor changes nothing");

    fs::remove_dir_all(data.join("store")).unwrap();
    let (found, _, _) = doctor(&site, &[]);
    has(&found, "journal", "wrong");
    let output = site.run(&["doctor", "--data", "/nowhere/at/all"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("there is no data folder"), "{}", said(&output));
    let output = site.run(&["doctor", "--data", "/nowhere/at/all", "--lang", "fa"]);
    assert!(said(&output).contains("پوشهٔ داده‌ای نیست"), "{}", said(&output));
}

/// Every file with its length and bytes.
fn files(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push((path.clone(), fs::read(&path).unwrap())) }
    }
    found.sort();
    found
}

/// A page of the console, as a person sees it who signed in by a link.
struct Visit(Client, String);

impl Visit {
    async fn of(site: &Site, person: &str) -> Self {
        let link = site.run(&["login-link", person, "--data", "{data}"]);
        assert!(link.status.success(), "{}", said(&link));
        let link = String::from_utf8(link.stdout).unwrap();
        let (_, path) = link.trim().split_once("/login/").expect("a link to sign in by");
        let client = Client::new(site.address(), None);
        let answer = client.post(&format!("/login/{path}"), &Value::Null).await;
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        assert_eq!(answer.status, 303, "{}", answer.text());
        Self(client, cookie)
    }

    async fn page(&self, path: &str) -> String {
        let answer = self.0.send(self.0.request(Method::GET, path).header("cookie", &self.1)).await.unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.text()
    }
}

/// What waits for a person is told alike by the command, the API and the page, and no longer once somebody saw to it.
#[tokio::test(flavor = "multi_thread")]
async fn an_incident_is_what_waits_for_a_person_in_the_command_the_api_and_the_page() {
    // Nobody listens there: a flow that asks is in error.
    let site = errands::site(([127, 0, 0, 1], free_port()).into());
    let server = site.start();
    let client = Client::new(site.address(), Some(&site.token()));
    let visit = Visit::of(&site, ADMINISTRATOR).await;
    const WORDS: &str = "1 incidents are open";
    let told = async || {
        let (found, _, _) = doctor(&site, &[]);
        let health = client.get("/api/v1/health").await;
        assert_eq!(health.status, 200, "{}", health.text());
        let is_it =
            |finding: &&Value| (&finding["check"], &finding["weight"]) == (&"incidents".into(), &"waits".into());
        let by_api = health.json()["findings"].as_array().unwrap().iter().find(is_it).cloned();
        let by_command = found.contains(&("incidents".into(), "waits".into()));
        let page = visit.page("/health").await;
        assert_eq!(by_api.is_some(), by_command, "{found:?}");
        assert_eq!(by_api.is_some(), page.contains(WORDS), "{page}");
        (by_api, page)
    };
    assert_eq!(told().await.0, None, "nothing has happened yet");

    let flow = errands::start(&client, "ask").await;
    let open = async || errands::open_incidents(&client).await;
    while open().await.is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let (finding, page) = told().await;
    let finding = finding.expect("an incident waits");
    assert_eq!((&finding["en"], &finding["mend"]), (&WORDS.into(), &"/incidents".into()));
    assert!(finding["fa"].as_str().unwrap().contains("رخداد"), "{finding}");
    assert!(page.contains("href=\"/incidents\""), "{page}");
    let persian = said(&site.run(&["doctor", "--data", "{data}", "--lang", "fa"]));
    assert!(persian.contains("۱ رخداد باز است"), "{persian}");
    let id = open().await[0]["id"].as_str().unwrap().to_owned();
    assert!(visit.page("/incidents").await.contains(&id) || visit.page("/incidents").await.contains(&flow));

    let settled = client.post(&format!("/api/v1/incidents/{id}/settle"), &json!({ "note": "seen to" })).await;
    assert!(settled.status < 300, "{}", settled.text());
    assert_eq!(told().await.0, None, "somebody saw to it");
    assert!(server.stop().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_numbers_of_a_store_are_the_same_before_and_after_a_restart() {
    let site = Site::without_gateway();
    let server = site.start();
    hand_in(&site, 0..5).await;
    let before = counts(&site).await;
    assert_eq!(before["peygir_cases{state=\"open\"}"], "5", "{before:?}");
    assert_eq!(before["peygir_cases_neglected"], "0");
    server.kill();
    let server = site.start();
    let after = counts(&site).await;
    assert_eq!(before, after, "counted anew after a kill");
    hand_in(&site, 5..6).await;
    let before = counts(&site).await;
    assert_eq!(before["peygir_cases{state=\"open\"}"], "6");
    assert!(server.stop().success());
    assert!(site.data().join("counts.state").exists(), "the next start need not count");
    let server = site.start();
    hand_in(&site, 6..7).await;
    server.kill();
    // What was kept is of before: it is not taken.
    let server = site.start();
    assert_eq!(counts(&site).await["peygir_cases{state=\"open\"}"], "7");
    let anew = counts(&site).await;
    assert!(server.stop().success());
    let server = site.start();
    assert_eq!(counts(&site).await, anew, "gone on with what was kept");
    assert!(server.stop().success());
}

/// Counts of what is there, once all is counted and all has come to rest.
async fn counts(site: &Site) -> std::collections::BTreeMap<String, String> {
    const COUNTED: [&str; 4] = ["peygir_cases", "peygir_tasks_open", "peygir_incidents_open", "peygir_instances"];
    let client = Client::new(site.address(), Some(&site.token()));
    let mut last = Default::default();
    loop {
        let answer = client.get("/api/v1/metrics").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let text = answer.text();
        let all = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplit_once(' '));
        let all: std::collections::BTreeMap<String, String> =
            all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let is_complete = all["peygir_count_complete"] == "1" && all["peygir_inbox_commands"] == "0";
        let counted: std::collections::BTreeMap<_, _> =
            all.into_iter().filter(|(name, _)| COUNTED.iter().any(|one| name.starts_with(one))).collect();
        if is_complete && counted == last {
            return counted;
        }
        last = counted;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_of_the_api_shows_that_a_restored_server_lost_what_came_later() {
    let (site, shelf) = (Site::without_gateway(), tempfile::tempdir().unwrap());
    let server = site.start();
    hand_in(&site, 0..1).await;
    let client = Client::new(site.address(), Some(&site.token()));
    let anybody = Client::new(site.address(), None);
    let case = client.all("/api/v1/cases").await[0].clone();
    let (id, code) = (case["id"].as_str().unwrap(), case["trackingCode"].as_str().unwrap());
    let early = client.get(&format!("/api/v1/cases/{id}/receipt")).await;
    assert_eq!((early.status, &early.json()["code"]), (409, &"PG-A005".into()), "{}", early.text());
    let folder = |name: &str| shelf.path().join(name).display().to_string();
    let output = site.run(&["backup", &folder("b"), "--keys-to", &folder("k"), "--data", "{data}"]);
    assert!(output.status.success(), "{}", said(&output));
    // What comes now is in the receipt and not in the backup.
    hand_in(&site, 1..2).await;
    assert!(server.stop().success());
    let output = site.run(&["journal", "seal", "--data", "{data}"]);
    assert!(output.status.success(), "{}", said(&output));

    let server = site.start();
    let receipt = anybody.get(&format!("/api/v1/track/{code}/receipt")).await;
    assert_eq!(receipt.status, 200, "{}", receipt.text());
    let receipt = receipt.json();
    assert_eq!(receipt, client.get(&format!("/api/v1/cases/{id}/receipt")).await.json());
    assert!(!receipt.to_string().contains("نوبت"));
    let check = async |receipt: &Value| {
        let answer = anybody.post("/api/v1/receipts/check", receipt).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(check(&receipt).await, "holds");
    let mut changed = receipt.clone();
    changed["seal"] = 2.into();
    assert_eq!(check(&changed).await, "changed");
    assert_eq!(check(&serde_json::json!({"form": "x"})).await, "no-receipt");
    // The command reads the same receipt.
    let file = shelf.path().join("receipt.json");
    fs::write(&file, receipt.to_string()).unwrap();
    let output = site.run(&["journal", "verify", "--data", "{data}", "--receipt", &file.display().to_string()]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(server.stop().success());

    // The backup was taken before the seal.
    let other = Site::without_gateway();
    let output = other.run(&["restore", &folder("b"), "--to", "{data}", "--keys", &folder("k")]);
    assert!(output.status.success(), "{}", said(&output));
    let server = other.start();
    let anybody = Client::new(other.address(), None);
    let answer = anybody.post("/api/v1/receipts/check", &receipt).await;
    assert_eq!(answer.json()["verdict"], "cut-off", "{}", answer.text());
    assert!(server.stop().success());
    // Sealed anew it is another history.
    let output = other.run(&["journal", "seal", "--data", "{data}"]);
    assert!(output.status.success(), "{}", said(&output));
    let server = other.start();
    let answer = anybody.post("/api/v1/receipts/check", &receipt).await;
    assert_eq!(answer.json()["verdict"], "rewritten", "{}", answer.text());
    assert!(server.stop().success());
}
