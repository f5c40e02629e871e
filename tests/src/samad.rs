//! The shipped SAMAD as a deployment that is served, and one case played in it as its people would.
//!
//! Owns the order of what they do; what is looked at afterwards is the test's.

use std::fs;
use std::time::{Duration, Instant};

use peygir_calendar::Jalali;
use serde_json::{Value, json};

use crate::citizen;
use crate::client::Client;
use crate::server::{Site, repository};

/// Longest wait for what must come.
const PATIENCE: Duration = Duration::from_secs(60);
const AGENCY: &str = "agency:bank-melli-hamedan";
const PROVINCE: &str = "province:hamedan";

/// The example's province, with SAMAD's intake and no gateway.
pub fn site() -> Site {
    let example = repository().join("examples/one-province");
    let shipped = fs::read_to_string(example.join("deployment.yaml")).expect("the example is there");
    let packs = format!("packs: [ {:?}, {:?} ]", repository(), example.join("pack"));
    let lines = shipped.lines().map(|line| match line.split_once(':').map(|(key, _)| key) {
        Some("packs") => packs.clone(),
        Some("caseType") => "caseType: samad".to_owned(),
        Some("intake") => "intake: ir-samad/intake:1.0.0".to_owned(),
        _ => line.to_owned(),
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    Site::of(|folder| fs::write(folder.join("deployment.yaml"), text).expect("a file can be written"))
}

/// A message that the tables route to a bank.
pub fn message(number: u32) -> Value {
    let mut message = citizen::message(number, "وام پرداخت نمی‌شود");
    message["topic"] = "bank-loan".into();
    message
}

/// The people of one case.
pub struct People {
    pub admin: Client,
    manager: Client,
    reviewer: Client,
    inspector: Client,
    operator: Client,
}

impl People {
    pub async fn of(site: &Site) -> Self {
        let admin = Client::new(site.address(), Some(&site.token()));
        let issue = async |role: &str, scope: &str| admin.issue(role, role, scope).await;
        Self {
            manager: issue("duty-manager", AGENCY).await,
            reviewer: issue("reviewer", PROVINCE).await,
            inspector: issue("inspector", PROVINCE).await,
            operator: issue("operator", PROVINCE).await,
            admin,
        }
    }

    /// Hands a message in; the id of its case.
    pub async fn opens(&self, number: u32) -> String {
        let answer =
            self.admin.submit(&format!("letter-{number}"), &message(number)).await.expect("the server answers");
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["caseId"].as_str().expect("a case has an id").to_owned()
    }

    /// Brings the case to its inspection: the reply does not convince, and a deadline rests meanwhile.
    pub async fn inspected(&self, case: &str) {
        let reply = json!({ "result": "promised", "answer": "وام تا پایان ماه پرداخت می‌شود." });
        self.does(&self.manager, case, "duty-manager", &reply).await;
        self.does(&self.reviewer, case, "reviewer", &json!({ "verdict": "unconvincing" })).await;
        let task = self.task(case, "inspector").await;
        let rest = json!({ "reason": "شهروند مدرک می‌فرستد" });
        let answer = self.inspector.post(&format!("/api/v1/tasks/{task}/suspension"), &rest).await;
        assert!(answer.status < 300, "{}", answer.text());
        let answer = self.inspector.post(&format!("/api/v1/tasks/{task}/suspension/end"), &Value::Null).await;
        assert!(answer.status < 300, "{}", answer.text());
    }

    /// From the inspection to the verified close.
    pub async fn closed(&self, case: &str) {
        let report = json!({ "finding": "done", "report": "وام پرداخت شده است." });
        self.does(&self.inspector, case, "inspector", &report).await;
        self.does(&self.operator, case, "operator", &json!({ "outcome": "solved", "satisfaction": 4 })).await;
        self.until(&format!("/api/v1/cases/{case}"), |case| (case["status"] == "closed").then_some(())).await;
    }

    /// Declares a day closed on which the case is counted, and takes it back.
    pub async fn closure_and_back(&self, date: Jalali) {
        let closure = json!({
            "calendar": "ir-working", "for": { "province": "hamedan" }, "date": date.to_string(),
            "name": { "fa": "برف", "en": "Snow" },
        });
        let answer = self.admin.post("/api/v1/closures", &closure).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let done = answer.json();
        let operation =
            |done: &Value| format!("/api/v1/operations/{}", done["operation"].as_str().expect("it has one"));
        self.until(&operation(&done), |operation| (!operation["endedAt"].is_null()).then_some(())).await;
        let path = format!("/api/v1/closures/{}/withdraw", done["closure"].as_str().expect("it has an id"));
        let answer = self.admin.post(&path, &json!({ "reason": "it did not snow" })).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        self.until(&operation(&answer.json()), |operation| (!operation["endedAt"].is_null()).then_some(())).await;
    }

    async fn task(&self, case: &str, role: &str) -> String {
        self.until(&format!("/api/v1/cases/{case}"), |case| {
            let open = |task: &&Value| task["role"] == role && task["status"] == "open";
            let task = case["tasks"].as_array()?.iter().find(open)?;
            Some(task["id"].as_str().expect("a task has an id").to_owned())
        })
        .await
    }

    async fn does(&self, by: &Client, case: &str, role: &str, answer: &Value) {
        let task = self.task(case, role).await;
        for (what, body) in [("claim", &Value::Null), ("complete", answer)] {
            let done = by.post(&format!("/api/v1/tasks/{task}/{what}"), body).await;
            assert_eq!(done.status, 200, "{role} {what}: {}", done.text());
        }
    }

    async fn until<T>(&self, path: &str, found: impl Fn(&Value) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.admin.get(path).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
            if let Some(found) = found(&answer.json()) {
                return found;
            }
            assert!(Instant::now() < deadline, "{path} stays {}", answer.text());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
