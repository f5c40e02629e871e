//! Instances and events over HTTP: start and wait, look, act, and events in every form.

use serde_json::{Value, json};

use super::fixture::{Answer, Fixture, fixture_with};

fn flow(name: &str, version: &str, tasks: &str) -> String {
    format!("document: {{ dsl: '1.0.3', namespace: test, name: {name}, version: '{version}' }}\ndo:\n{tasks}")
}

struct Client {
    fixture: Fixture,
    token: String,
}

impl Client {
    fn new(flows: &[String]) -> Self {
        let flows: Vec<&str> = flows.iter().map(String::as_str).collect();
        let fixture = fixture_with(&flows);
        let token = fixture.token("administrator");
        Self { fixture, token }
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        self.fixture.api("POST", path, &self.token, &text).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.fixture.api("GET", path, &self.token, "").await
    }

    async fn start(&self, name: &str, input: Value) -> String {
        let answer = self.post(&format!("/api/v1/workflows/test/{name}/instances"), input).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    async fn status(&self, id: &str) -> String {
        self.get(&format!("/api/v1/instances/{id}")).await.json()["status"].as_str().unwrap().to_owned()
    }
}

fn double() -> String {
    flow("double", "1.0.0", "  - twice: { set: { n: '${ .n * 2 }' } }\n")
}

fn hears() -> String {
    flow("hears", "1.0.0", "  - hear: { listen: { to: { one: { with: { type: answered } } } } }\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flow_is_started_and_its_output_awaited() {
    let newer = flow("double", "1.10.0", "  - twice: { set: { n: '${ .n * 2 }', newer: true } }\n");
    let client = Client::new(&[double(), newer]);
    let path = "/api/v1/workflows/test/double/instances?wait=5";
    let answer = client.post(path, json!({ "n": 21 })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.json()["output"], json!({ "n": 42, "newer": true }), "the newest version");
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(answer.header("location"), format!("/api/v1/instances/{id}"));
    let old = client.post(&format!("{path}&version=1.0.0"), json!({ "n": 1 })).await;
    assert_eq!(old.json()["output"], json!({ "n": 2 }));
    for (path, status, code) in [
        ("/api/v1/workflows/test/nothing/instances", 404, "PG-A003"),
        ("/api/v1/workflows/test/double/instances?version=9.0.0", 404, "PG-A003"),
        ("/api/v1/workflows/test/double/instances?wait=3600", 422, "PG-A006"),
    ] {
        let refused = client.post(path, json!({})).await;
        assert_eq!(refused.status.as_u16() / 100, status / 100, "{path} {}", refused.body);
        assert!(refused.code().starts_with("PG-A"), "{code}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_key_starts_once() {
    let client = Client::new(&[double()]);
    let bearer = format!("Bearer {}", client.token);
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", "a")];
    let path = "/api/v1/workflows/test/double/instances";
    let first = client.fixture.send("POST", path, &headers, r#"{"n":1}"#).await;
    let again = client.fixture.send("POST", path, &headers, r#"{"n":1}"#).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 200));
    assert_eq!(first.json(), again.json());
    let other = client.fixture.send("POST", path, &headers, r#"{"n":2}"#).await;
    assert_eq!(other.code(), "PG-A007");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiting_instance_is_listed_suspended_resumed_and_cancelled() {
    let client = Client::new(&[double(), hears()]);
    client.start("double", json!({ "n": 1 })).await;
    let id = client.start("hears", json!({})).await;
    let waiting = client.post("/api/v1/workflows/test/hears/instances?wait=0", json!({})).await;
    assert_eq!(waiting.status, 202, "{}", waiting.body);
    assert_eq!(waiting.json()["tasks"][0]["waitsFor"], "answered");
    let ids = |page: Answer| -> Vec<String> {
        let items = page.json()["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(client.get("/api/v1/instances?status=waiting").await).len(), 2);
    assert_eq!(ids(client.get("/api/v1/instances?workflow=test/double").await).len(), 1);
    assert_eq!(ids(client.get("/api/v1/instances?workflow=test/double:2.0.0").await).len(), 0);
    assert_eq!(ids(client.get("/api/v1/instances?startedBefore=2020-01-01T00:00:00Z").await).len(), 0);
    assert_eq!(ids(client.get("/api/v1/instances?startedAfter=2020-01-01T00:00:00Z&limit=2").await).len(), 2);

    let act = |what: &str, body: Value| {
        let path = format!("/api/v1/instances/{id}/{what}");
        let client = &client;
        async move { client.post(&path, body).await.status.as_u16() }
    };
    assert_eq!(act("resume", Value::Null).await, 409, "it is not suspended");
    assert_eq!(act("suspend", json!({ "reason": "the agency moves house" })).await, 204);
    assert_eq!(client.status(&id).await, "suspended");
    assert_eq!(act("resume", Value::Null).await, 204);
    assert_eq!(client.status(&id).await, "waiting");
    assert_eq!(act("suspend", Value::Null).await, 204, "a reason need not be said");
    assert_eq!(act("resume", Value::Null).await, 204);
    assert_eq!(act("cancel", json!({ "raeson": "opened by mistake" })).await, 422);
    assert_eq!(act("cancel", json!({ "reason": "opened by mistake" })).await, 204);
    assert_eq!(client.status(&id).await, "cancelled");
    assert_eq!(act("cancel", Value::Null).await, 409);
    // A client that posts nothing says no type of it either.
    let bearer = format!("Bearer {}", client.token);
    let id = client.start("hears", json!({})).await;
    let nothing = [("authorization", bearer.as_str())];
    let cancelled = client.fixture.send("POST", &format!("/api/v1/instances/{id}/cancel"), &nothing, "").await;
    assert_eq!(cancelled.status, 204, "{}", cancelled.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_come_in_every_form_and_once() {
    let client = Client::new(&[hears()]);
    let id = client.start("hears", json!({})).await;
    let bearer = format!("Bearer {}", client.token);
    let binary = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-source", "/agency"),
        ("ce-type", "answered"),
        ("ce-subject", &id),
    ];
    let taken = client.fixture.send("POST", "/api/v1/events", &binary, r#"{"solved":true}"#).await;
    assert_eq!((taken.status.as_u16(), taken.json()["repeated"].clone()), (202, json!(false)), "{}", taken.body);
    client.fixture.world.settle().await;
    let view = client.get(&format!("/api/v1/instances/{id}")).await.json();
    assert_eq!((&view["status"], &view["output"]), (&json!("completed"), &json!([{ "solved": true }])));
    let structured = [("authorization", bearer.as_str()), ("content-type", "application/cloudevents+json")];
    let same = r#"{"specversion":"1.0","id":"1","source":"/agency","type":"answered"}"#;
    let again = client.fixture.send("POST", "/api/v1/events", &structured, same).await;
    assert_eq!(again.json()["repeated"], json!(true));
    let wrong = client.fixture.send("POST", "/api/v1/events", &structured, r#"{"specversion":"1.0"}"#).await;
    assert_eq!(wrong.json()["errors"].as_array().unwrap().len(), 3, "{}", wrong.body);
    let plain = |language: &'static str| {
        let headers =
            [("authorization", bearer.as_str()), ("content-type", "application/json"), ("accept-language", language)];
        let fixture = &client.fixture;
        async move { fixture.send("POST", "/api/v1/events", &headers, same).await }
    };
    for (language, words) in [("en", "for one event"), ("fa", "برای یک رویداد")] {
        let refused = plain(language).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (415, "PG-A013".to_owned()));
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        for said in [words, "application/cloudevents+json", "application/cloudevents-batch+json", "ce-source"] {
            assert!(detail.contains(said), "{detail}");
        }
    }
    let auditor = client.fixture.token("auditor");
    assert_eq!(client.fixture.api("POST", "/api/v1/events", &auditor, "{}").await.status, 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_is_taken_whole_or_not_at_all() {
    let client = Client::new(&[hears()]);
    let id = client.start("hears", json!({})).await;
    let bearer = format!("Bearer {}", client.token);
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/cloudevents-batch+json")];
    let event = |id: &str, type_: &str| json!({ "specversion": "1.0", "id": id, "source": "/agency", "type": type_ });
    let batch = json!([event("1", "answered"), event("2", ""), 7]).to_string();
    let refused = client.fixture.send("POST", "/api/v1/events", &headers, batch.clone()).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    let errors = refused.json()["errors"].clone();
    let pointers: Vec<_> = errors.as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/1/type", "/2"]);
    client.fixture.world.settle().await;
    assert_eq!(client.status(&id).await, "waiting", "the first of them was not taken either");
    let batch = json!([event("1", "answered"), event("2", "other")]).to_string();
    let taken = client.fixture.send("POST", "/api/v1/events", &headers, batch.clone()).await;
    assert_eq!((taken.status.as_u16(), taken.json().as_array().map(Vec::len)), (202, Some(2)), "{}", taken.body);
    assert_eq!(taken.json()[0]["repeated"], json!(false));
    client.fixture.world.settle().await;
    assert_eq!(client.status(&id).await, "completed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_is_an_incident_that_can_be_retried_from_the_instance() {
    let fails = flow("fails", "1.0.0", "  - stop: { raise: { error: { type: 'https://a.ir/e', status: 400 } } }\n");
    let client = Client::new(&[fails]);
    let answer = client.post("/api/v1/workflows/test/fails/instances?wait=5", json!({})).await;
    let view = answer.json();
    assert_eq!(view["status"], "faulted", "{view}");
    assert_eq!(view["error"]["instance"], "/do/0/stop");
    let incident = view["incident"].as_str().expect("a person is told").to_owned();
    let id = view["id"].as_str().unwrap();
    assert_eq!(client.post(&format!("/api/v1/instances/{id}/retry"), Value::Null).await.status, 204);
    let after = client.get(&format!("/api/v1/instances/{id}")).await.json();
    assert_ne!(after["incident"].as_str(), Some(incident.as_str()), "the old incident went with the retry");
    let cookie = client.fixture.cookie(&client.fixture.person("inspection-centre"));
    let page = client.fixture.page(&format!("/instances/{id}"), &cookie).await;
    assert!(page.body.contains("test/fails") && page.body.contains("<svg"), "the page draws the flow");
    assert!(page.body.contains(&format!("/instances/{id}/restart")), "{}", page.body);
    // Deciding anew is another instance; the faulted one is done with.
    let restart = format!("/api/v1/instances/{id}/restart");
    let new = client.post(&restart, Value::Null).await;
    assert_eq!(new.status, 201, "{}", new.body);
    let new = new.json()["id"].as_str().unwrap().to_owned();
    assert_ne!(new, id);
    let before = client.get(&format!("/api/v1/instances/{id}")).await.json();
    assert_eq!((&before["status"], &before["incident"]), (&json!("faulted"), &Value::Null));
    let again = client.post(&restart, Value::Null).await;
    assert_eq!(again.status, 409, "once");
    assert!(again.body.contains("begun anew already") && !again.body.contains("task"), "{}", again.body);
    // The list says who works on the matter now, and the page offers nothing any more.
    let listed = client.get("/api/v1/instances?status=faulted").await.json();
    let of_old = listed["items"].as_array().unwrap().iter().find(|item| item["id"] == id).unwrap();
    assert_eq!(of_old["restartedAs"], new.as_str(), "{listed:#}");
    let page = client.fixture.page(&format!("/instances/{id}"), &cookie).await;
    assert!(!page.body.contains(&format!("/instances/{id}/restart")), "{}", page.body);
    let page = client.fixture.page(&format!("/instances/{new}?lang=en"), &cookie).await;
    assert!(page.body.contains("a person, anew"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flow_is_drawn_with_the_titles_of_its_pack() {
    let fixture = super::fixture::fixture();
    let message = r#"{"channel":"web","from":{"nationalId":"9990000018","mobile":"09121234567","name":"مریم نمونه"},
        "text":"در ادارهٔ ثبت احوال کسی پشت میز نیست"}"#;
    let answer = fixture.api("POST", "/api/v1/messages", &fixture.token("operator"), message).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    fixture.world.settle().await;
    let token = fixture.token("administrator");
    let list = fixture.api("GET", "/api/v1/instances?workflow=ir-foad/foad-128", &token, "").await.json();
    let id = list["items"][0]["id"].as_str().expect("the case has its flow");
    let page = fixture.page(&format!("/instances/{id}"), &fixture.cookie(&fixture.person("inspection-centre"))).await;
    let (_, picture) = page.body.split_once("<svg").expect("the page draws the flow");
    for title in ["ارجاع فوریت‌های اداری", "رسیدگی به شکایت"] {
        assert!(picture.contains(title), "{title}: {picture}");
    }
}
