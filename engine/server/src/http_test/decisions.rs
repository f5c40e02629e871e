//! Why a case went where it did, over HTTP: who is told, and what they are told.

use peygir_runtime::access::Scope;
use serde_json::{Value, json};

use super::fixture::{Fixture, fixture};

const TEXT: &str = "در بانک ملی کارمند باجه نیست؛ شمارهٔ من 09990000001 است";

/// A message without topic and agency: tables propose them, and one routes it.
async fn registered(fixture: &Fixture) -> Value {
    let message = json!({
        "channel": "phone", "text": TEXT, "topic": "no-officer", "agency": "bank-melli-hamedan",
        "from": { "nationalId": "9990000018", "mobile": "09990000001", "name": "مریم نمونه‌پور" },
    });
    let token = fixture.token("administrator");
    let answer = fixture.api("POST", "/api/v1/messages", &token, &message.to_string()).await;
    assert!(answer.status.is_success(), "{}", answer.body);
    fixture.world.settle().await;
    answer.json()
}

#[tokio::test]
async fn whoever_may_read_the_case_is_told_why_it_went_there() {
    let fixture = fixture();
    let case = registered(&fixture).await;
    let (id, code) = (case["caseId"].as_str().unwrap(), case["trackingCode"].as_str().unwrap());
    let operator = fixture.token("operator");
    let by_id = fixture.api("GET", &format!("/api/v1/cases/{id}/decisions"), &operator, "").await;
    assert_eq!(by_id.status, 200, "{}", by_id.body);
    let by_code = fixture.api("GET", &format!("/api/v1/cases/{code}/decisions"), &operator, "").await;
    assert_eq!(by_code.json(), by_id.json());
    let all = by_id.json();
    let routing =
        all.as_array().unwrap().iter().find(|decision| decision["table"] == "foad-routing").expect("it is routed");
    assert_eq!((&routing["again"], &routing["caveat"]), (&json!("same"), &Value::Null));
    assert_eq!(routing["rules"][0]["rule"], "no-officer");
    assert_eq!(routing["outputs"]["agency"], "bank-melli-hamedan");
    let sentence = routing["sentence"]["fa"].as_str().unwrap();
    assert!(sentence.contains("نبود کارمند یا جانشین او"), "{sentence}");
    let sentence = routing["sentence"]["en"].as_str().unwrap();
    assert!(sentence.contains("No officer at the desk") && sentence.contains("administration"), "{sentence}");
    assert!(!sentence.chars().any(|letter| ('\u{600}'..='\u{6ff}').contains(&letter)), "{sentence}");
    let above: Vec<&str> =
        routing["notFired"].as_array().unwrap().iter().filter_map(|rule| rule["rule"].as_str()).collect();
    assert!(above.contains(&"conduct") && above.contains(&"bank-system-down"), "{above:?}");
    assert!(!by_id.body.contains("09990000001") && !by_id.body.contains("9990000018"), "numbers are masked");
}

#[tokio::test]
async fn whoever_may_not_read_the_case_is_refused() {
    let fixture = fixture();
    let case = registered(&fixture).await;
    let path = format!("/api/v1/cases/{}/decisions", case["caseId"].as_str().unwrap());
    let elsewhere = fixture.token_for("operator", &Scope::Province("yazd".to_owned()));
    for (token, status) in [(elsewhere.as_str(), 403), (fixture.token("connector").as_str(), 403), ("nonsense", 401)] {
        let answer = fixture.api("GET", &path, token, "").await;
        assert_eq!(answer.status, status, "{}", answer.body);
        assert!(!answer.body.contains("no-officer"));
    }
    let auditor = fixture.token("auditor");
    for unknown in ["/api/v1/cases/01JD7ZZZZZZZZZZZZZZZZZZZZZ/decisions", "/api/v1/cases/nonsense/decisions"] {
        assert_eq!(fixture.api("GET", unknown, &auditor, "").await.status, 404, "{unknown}");
    }
}

/// By what a decision is known again: its inputs, the packs' versions and the edition.
#[tokio::test]
async fn a_decision_is_told_with_its_inputs_its_packs_and_its_edition() {
    let fixture = super::packs::office().await;
    let case = registered(&fixture).await;
    let id = case["caseId"].as_str().unwrap();
    let administrator = fixture.token("administrator");
    let journal = fixture.api("GET", &format!("/api/v1/cases/{id}/journal"), &administrator, "").await;
    let lines = journal.json();
    let made = |table: &str| {
        let of = |line: &&Value| line["kind"] == "decision-made" && line["args"]["table"] == table;
        lines.as_array().unwrap().iter().find(of).cloned().unwrap_or_else(|| panic!("{table}: {lines:#}"))
    };
    let routing = made("foad-routing");
    let args = &routing["args"];
    assert_eq!((&args["edition"], &args["pack"]), (&json!("1"), &json!("national")), "{routing:#}");
    assert!(args["packVersion"].as_str().is_some_and(|version| version.contains('.')), "{routing:#}");
    assert_eq!(routing["inputs"]["topic"], "no-officer", "{routing:#}");
    assert!(lines[0]["inputs"].is_null(), "only decisions and scripts are given something");
    for personal in ["09990000001", "9990000018", "مریم", "باجه"] {
        assert!(!journal.body.contains(personal), "{personal}");
    }
    let decisions = fixture.api("GET", &format!("/api/v1/cases/{id}/decisions"), &administrator, "").await.json();
    for decision in decisions.as_array().unwrap() {
        assert_eq!(decision["edition"], 1, "{decision:#}");
        assert!(decision["layers"][0]["packVersion"].is_string(), "{decision:#}");
        let named: Vec<&str> =
            decision["inputs"].as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
        let recorded = made(decision["table"].as_str().unwrap())["inputs"].clone();
        for name in recorded.as_object().unwrap().keys() {
            assert!(named.contains(&name.as_str()), "{name} is not told: {decision:#}");
        }
    }
}

/// Words, forms and calendars are those in force at the call: each says of which edition it was, before and after a change.
#[tokio::test]
async fn what_a_message_and_a_deadline_were_made_by_is_told_by_its_edition() {
    let mut fixture = super::packs::office().await;
    let case = registered(&fixture).await;
    let path = format!("/api/v1/cases/{}/journal", case["caseId"].as_str().unwrap());
    let administrator = fixture.token("administrator");
    let mut town = super::packs::pack("1.0.0", &super::packs::script("one"));
    town["files"]["rules/half-time.yaml"] =
        "kind: template\nid: foad/half-time\nsms: 'نیمی گذشت'\nmail: { subject: 'نیمی گذشت', body: 'نیمی گذشت' }\n"
            .into();
    let deployed = super::packs::deploy(&fixture, &administrator, &super::packs::body(town)).await;
    assert_eq!((deployed.status.as_u16(), &deployed.json()["edition"]), (201, &json!(2)), "{}", deployed.body);
    let overdue: jiff::Timestamp = "2026-11-21T13:05:00+03:30".parse().unwrap();
    fixture.world.pass_to(overdue.into()).await.unwrap();

    let lines = fixture.api("GET", &path, &administrator, "").await.json();
    let editions = |kind: &str, name: &str, value: &str| {
        let of = |line: &&Value| line["kind"] == kind && (name.is_empty() || line["args"][name] == value);
        lines.as_array().unwrap().iter().filter(of).map(|line| line["args"]["edition"].clone()).collect::<Vec<_>>()
    };
    for (kind, name, value, edition) in [
        ("message-queued", "template", "foad/referral", "1"),
        ("message-queued", "template", "foad/half-time", "2"),
        ("message-queued", "template", "foad/visit-due", "2"),
        ("task-created", "form", "foad/resolution", "1"),
        ("task-created", "form", "foad/visit", "2"),
    ] {
        let told = editions(kind, name, value);
        assert!(!told.is_empty() && told.iter().all(|one| one == edition), "{value}: {told:?} in {lines:#}");
    }
    assert!(editions("case-opened", "", "").iter().all(Value::is_null), "nothing of a pack is in that");
    let cookie = fixture.cookie(&fixture.person("operator"));
    for (language, words) in [("fa", ["استقرار:", "۲"]), ("en", ["Edition:", "2"])] {
        let page = fixture.page(&format!("/cases/{}?lang={language}", case["caseId"].as_str().unwrap()), &cookie).await;
        let [label, number] = words;
        let told = format!("<span class=\"label\">{label}</span> <bdi>{number}</bdi>");
        assert!(page.body.contains(&told), "{language}: {}", page.body);
    }
}

#[tokio::test]
async fn the_page_of_the_case_says_why_in_both_languages() {
    let fixture = fixture();
    let case = registered(&fixture).await;
    let cookie = fixture.cookie(&fixture.person("operator"));
    for (language, words) in
        [("fa", ["چرا این‌جا؟", "قاعده‌هایی که پاسخ ندادند"]), ("en", ["Why here?", "Rules that did not answer"])]
    {
        let path = format!("/cases/{}?lang={language}", case["caseId"].as_str().unwrap());
        let page = fixture.send("GET", &path, &[("cookie", &cookie)], "").await;
        assert_eq!(page.status, 200, "{}", page.body);
        for word in words {
            assert!(page.body.contains(word), "{language}: {word}");
        }
    }
}
