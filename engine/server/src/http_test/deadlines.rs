//! Deadlines over HTTP: why they fall on their day, what a closure moves, what a person does to one.

use serde_json::{Value, json};

use super::fixture::{Answer, Fixture, fixture_with};

/// A case with one task that is due two working days on: a Monday, for it is a Saturday.
const RESTING: &str = "document: { dsl: '1.0.3', namespace: test, name: resting, version: '1.0.0' }
do:
  - open:
      call: case-open
      with: { channel: web, text: '…', province: hamedan, from: { person: '${ .person }' }, county: malayer }
  - work:
      call: human-task
      with:
        form: intake/classify
        assign: { role: operator }
        due: { workingDays: 2, max: 9, calendar: ir-working, suspend: { max: P10D, times: 1 } }
";
/// What makes the citizen known: reasons are sealed with the key of a person.
const MESSAGE: &str = r#"{"channel":"web","from":{"nationalId":"9990000018"},"text":"کسی پشت میز نیست"}"#;
const MONDAY: &str = "2026-11-23T11:00:00Z";
const TUESDAY: &str = "2026-11-24T11:00:00Z";

/// A world with one case, and who works on it.
struct Office {
    fixture: Fixture,
    administrator: String,
    case: String,
    task: String,
}

impl Office {
    async fn open() -> Self {
        let fixture = fixture_with(&[RESTING]);
        let administrator = fixture.token("administrator");
        let registered = fixture.api("POST", "/api/v1/messages", &administrator, MESSAGE).await.json();
        let citizen = peygir_core::Id::parse(registered["caseId"].as_str().unwrap()).unwrap();
        let citizen = fixture.world.host().read(citizen).await.unwrap().records.case.clone().unwrap().citizen.person;
        let path = "/api/v1/workflows/test/resting/instances";
        let input = json!({ "person": citizen.to_string() }).to_string();
        let started = fixture.api("POST", path, &administrator, &input).await.json();
        fixture.world.settle().await;
        let instance = format!("/api/v1/instances/{}", started["id"].as_str().unwrap());
        let instance = fixture.api("GET", &instance, &administrator, "").await.json();
        let case = instance["caseId"].as_str().unwrap().to_owned();
        let mut office = Self { fixture, administrator, case, task: String::new() };
        office.task = office.deadline().await["id"].as_str().unwrap().to_owned();
        office
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.fixture.api("GET", path, &self.administrator, "").await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }

    /// Posts, and does what follows.
    async fn post(&self, path: &str, role: &str, body: Value) -> Answer {
        let answer = self.fixture.api("POST", path, &self.fixture.token(role), &body.to_string()).await;
        self.fixture.world.settle().await;
        answer
    }

    async fn deadline(&self) -> Value {
        let all = self.get(&format!("/api/v1/cases/{}/deadlines", self.case)).await;
        assert_eq!(all.as_array().unwrap().len(), 1, "{all:#}");
        all[0].clone()
    }

    fn of_task(&self, what: &str) -> String {
        format!("/api/v1/tasks/{}/{what}", self.task)
    }
}

fn snow() -> Value {
    json!({
        "calendar": "ir-working", "for": { "province": "hamedan", "county": "malayer" }, "date": "1405/09/02",
        "name": { "fa": "برف سنگین", "en": "Heavy snow" },
    })
}

fn with_bad_date_and_no_name() -> Value {
    let mut closure = snow();
    (closure["date"], closure["name"]["fa"]) = (json!("1405/13/01"), json!(" "));
    closure
}

fn errors(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let list = answer.json()["errors"].as_array().cloned().unwrap_or_default();
    list.iter().map(|error| (text(&error["pointer"]), text(&error["code"]))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closure_moves_the_deadlines_of_its_place_and_its_withdrawal_gives_them_back() {
    let office = Office::open().await;
    let before = office.deadline().await;
    assert_eq!((&before["due"], &before["kind"]), (&json!(MONDAY), &json!("task")));

    let declared = office.post("/api/v1/closures", "administrator", snow()).await;
    assert_eq!(declared.status, 201, "{}", declared.body);
    let done = declared.json();
    let operation = format!("/api/v1/operations/{}", done["operation"].as_str().unwrap());
    assert_eq!(declared.header("location"), operation);
    let carried_out = office.get(&operation).await;
    assert_eq!((&carried_out["kind"], &carried_out["moved"]), (&json!("closure-declared"), &json!(1)));
    assert!(carried_out["endedAt"].is_string());
    let moved = office.get(&format!("{operation}/moved")).await;
    let [one] = moved["items"].as_array().unwrap().as_slice() else { panic!("{moved:#}") };
    assert_eq!((&one["caseId"], &one["from"], &one["to"]), (&json!(office.case), &json!(MONDAY), &json!(TUESDAY)));
    assert_eq!(office.get("/api/v1/operations").await["items"][0]["id"], done["operation"]);

    let code = one["trackingCode"].as_str().unwrap();
    let by_code = office.get(&format!("/api/v1/cases/{code}/deadlines")).await;
    assert_eq!(by_code[0]["due"], TUESDAY);
    assert_eq!(by_code[0]["moves"][0]["operation"], done["operation"]);
    let citizen = office.fixture.send("GET", &format!("/api/v1/track/{code}"), &[], "").await.json();
    assert_eq!(citizen["deadlines"][0]["account"], by_code[0]["account"], "the same words for everybody");
    assert!(citizen["deadlines"][0]["text"]["fa"].as_str().unwrap().contains("برف سنگین"));
    assert_eq!(citizen["deadlines"][0]["title"], by_code[0]["title"]);
    assert_eq!(citizen["deadlines"][0]["waiting"], false);
    let stretches = by_code[0]["derivation"]["derivation"].as_array().unwrap();
    let counted: Vec<&Value> = stretches.iter().map(|stretch| &stretch["counted"]).collect();
    let told: Vec<&Value> = citizen["deadlines"][0]["counted"].as_array().unwrap().iter().collect();
    assert_eq!(&told[1..=counted.len()], counted, "line by line");
    assert!(told[0].is_null() && told[counted.len() + 1..].iter().all(|line| line.is_null()), "{told:?}");

    let closure = done["closure"].as_str().unwrap();
    let withdraw = format!("/api/v1/closures/{closure}/withdraw");
    let unsaid = office.post(&withdraw, "inspection-centre", json!({ "reason": " " })).await;
    assert_eq!(errors(&unsaid), [("/reason".into(), "required".into())]);
    let withdrawn = office.post(&withdraw, "inspection-centre", json!({ "reason": "it did not snow" })).await;
    assert_eq!(withdrawn.status, 200, "{}", withdrawn.body);
    assert_eq!(office.deadline().await["due"], MONDAY);
    let again = office.post(&withdraw, "inspection-centre", json!({ "reason": "again" })).await;
    assert_eq!((again.status.as_u16(), again.code().as_str()), (409, "PG-A005"));
    let listed = office.get("/api/v1/closures").await;
    assert_eq!(listed[0]["withdrawn"]["operation"], withdrawn.json()["operation"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_key_declares_a_closure_once() {
    let office = Office::open().await;
    let bearer = |role: &str| format!("Bearer {}", office.fixture.token(role));
    let (first, other) = (bearer("administrator"), bearer("administrator"));
    let declare = async |bearer: &str, key: &str, body: Value| {
        let headers = [("authorization", bearer), ("content-type", "application/json"), ("idempotency-key", key)];
        office.fixture.send("POST", "/api/v1/closures", &headers, body.to_string()).await
    };
    let declared = declare(&first, "a", snow()).await;
    let again = declare(&first, "a", snow()).await;
    assert_eq!((declared.status.as_u16(), again.status.as_u16()), (201, 200), "{}", again.body);
    assert_eq!(declared.json(), again.json());
    assert_eq!(declared.header("location"), again.header("location"));
    office.fixture.world.settle().await;
    let after = declare(&first, "a", snow()).await;
    assert_eq!((after.status.as_u16(), after.json()), (200, declared.json()), "once it is carried out, too");

    let sunny = {
        let mut closure = snow();
        closure["name"]["en"] = json!("Sun");
        closure
    };
    assert_eq!(declare(&first, "a", sunny).await.code(), "PG-A007");
    assert_eq!(declare(&first, "a b", snow()).await.status, 400);
    assert_eq!(office.get("/api/v1/closures").await.as_array().unwrap().len(), 1);
    assert_eq!(office.get("/api/v1/operations").await["items"].as_array().unwrap().len(), 1);

    assert_eq!(declare(&first, "b", snow()).await.status, 201, "another key is another closure");
    assert_eq!(declare(&other, "a", snow()).await.status, 201, "another person's key is another one");
    assert_eq!(office.get("/api/v1/closures").await.as_array().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_is_shown_as_it_is_in_a_place() {
    let office = Office::open().await;
    office.post("/api/v1/closures", "administrator", snow()).await;
    let calendars = office.get("/api/v1/calendars").await;
    assert!(calendars.as_array().unwrap().iter().any(|calendar| calendar["id"] == "ir-working"), "{calendars:#}");
    let path = "/api/v1/calendars/ir-working/months/1405/9";
    // 1405/09/02 is the Monday of the month's first week.
    let state = async |query: &str| office.get(&format!("{path}{query}")).await["weeks"][0][2]["state"].clone();
    assert_eq!(state("?province=hamedan&county=malayer").await, "closed");
    assert_eq!(state("?province=hamedan&county=hamedan").await, "open");
    assert_eq!(state("").await, "open");
    let token = &office.administrator;
    for (path, status) in [
        ("/api/v1/calendars/ir-working/months/1405/13", 404),
        ("/api/v1/calendars/ir-working/months/2026/11", 404),
        ("/api/v1/calendars/none/months/1405/9", 404),
        ("/api/v1/calendars/ir-working/months/1405/9?country=ir", 400),
    ] {
        assert_eq!(office.fixture.api("GET", path, token, "").await.status.as_u16(), status, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_closure_is_named_all_at_once() {
    let office = Office::open().await;
    let with = |name: &str, value: Value| {
        let mut closure = snow();
        closure[name] = value;
        closure
    };
    let cases = [
        (with("date", json!("1405/13/01")), vec![("/date", "jalali-date")]),
        (with("until", json!("1405/08/01")), vec![("/until", "day-order")]),
        (with("from", json!("25:00")), vec![("/from", "time-of-day")]),
        (with("hours", json!(["10:00-06:00"])), vec![("/hours", "hours")]),
        // The default here never closes: nobody means it who closes an office.
        (with("calendar", Value::Null), vec![("/calendar", "required")]),
        (with("calendar", json!("none")), vec![("/calendar", "not-an-option")]),
        (with("for", json!({ "county": "atlantis" })), vec![("/for/county", "not-an-option")]),
        (with("name", json!({ "fa": "", "en": "" })), vec![("/name", "required")]),
        (with("name", json!({ "fa": "ب".repeat(201), "en": "Snow" })), vec![("/name", "too-long")]),
        (with_bad_date_and_no_name(), vec![("/date", "jalali-date"), ("/name", "required")]),
        (with("colour", json!("white")), vec![("/colour", "unknown-field")]),
    ];
    for (closure, expected) in cases {
        let answer = office.post("/api/v1/closures", "administrator", closure.clone()).await;
        let expected: Vec<_> = expected.iter().map(|(at, code)| (at.to_string(), code.to_string())).collect();
        assert_eq!((answer.status.as_u16(), errors(&answer)), (422, expected), "{closure}");
    }
    assert_eq!(office.post("/api/v1/closures", "operator", snow()).await.status, 403);
    assert_eq!(office.get("/api/v1/closures").await, json!([]));
    assert_eq!(office.deadline().await["due"], MONDAY);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_sets_a_date_and_lets_a_deadline_rest() {
    let office = Office::open().await;
    let asked = json!({ "reason": "the copy of a deed", "until": "2026-11-25T10:00:00+03:30" });
    let rests = office.post(&office.of_task("suspension"), "operator", asked.clone()).await;
    assert_eq!(rests.status, 200, "{}", rests.body);
    let rests = rests.json();
    assert_eq!((&rests["mayResume"], &rests["suspensions"][0]["number"]), (&json!(true), &json!(1)));
    assert!(rests["due"].as_str() > Some(TUESDAY), "{rests:#}");
    let twice = office.post(&office.of_task("suspension"), "operator", asked).await;
    assert_eq!(twice.json()["detail"], "This deadline waits for the citizen already.");
    let end = office.of_task("suspension/end");
    let runs = office.post(&end, "operator", json!({})).await;
    assert_eq!(runs.status, 200, "{}", runs.body);
    assert_eq!((&runs.json()["due"], &runs.json()["mayResume"]), (&json!(MONDAY), &json!(false)));
    assert_eq!(office.post(&end, "operator", json!({})).await.status, 409);

    let set = office.of_task("deadline");
    let order = |due: &str, reason: &str| json!({ "due": due, "reason": reason });
    let cases = [
        (order("1405/09/03", "x"), 422, "/due"),
        (order("2026-11-25T12:00:00+03:30", ""), 422, "/reason"),
        (order("2026-11-20T12:00:00+03:30", "x"), 422, "/due"),
        (order("2027-11-20T12:00:00+03:30", "x"), 422, "/due"),
    ];
    for (body, status, pointer) in cases {
        let answer = office.post(&set, "inspector", body.clone()).await;
        let at = errors(&answer).first().map_or(String::new(), |error| error.0.clone());
        assert_eq!((answer.status.as_u16(), at.as_str()), (status, pointer), "{body}");
    }
    let due = order("2026-11-25T12:00:00+03:30", "the agency asked for a day");
    assert_eq!(office.post(&set, "operator", due.clone()).await.status, 403);
    let held = office.post(&set, "inspector", due).await;
    assert_eq!(held.status, 200, "{}", held.body);
    assert_eq!(held.json()["set"]["reason"], "the agency asked for a day");
    office.post("/api/v1/closures", "administrator", snow()).await;
    assert_eq!(office.get(&set).await["due"], "2026-11-25T08:30:00Z", "a person's word holds over a closure");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closure_is_declared_in_the_console_and_leads_to_what_it_moved() {
    let office = Office::open().await;
    let fixture = &office.fixture;
    let centre = fixture.cookie(&fixture.person("inspection-centre"));
    for path in
        ["/calendars", "/calendars/ir-working", "/calendars/ir-working?month=۱۴۰۵/۰۹&county=malayer", "/operations"]
    {
        let path = path.replace("۱۴۰۵/۰۹", &crate::console::widget::escape("۱۴۰۵/۰۹"));
        assert_eq!(fixture.page(&path, &centre).await.status, 200, "{path}");
    }
    assert_eq!(fixture.page("/calendars/none", &centre).await.status, 404);
    let mut typed = vec![
        ("/calendar", "ir-working"),
        ("/for/county", "malayer"),
        ("/date", "۱۴۰۵/۰۹/۰۲"),
        ("/kind", "from"),
        ("/from", "۸"),
        ("/name/fa", ""),
    ];
    let wrong = fixture.post("/closures", &centre, &typed).await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.body.contains("value=\"۱۴۰۵/۰۹/۰۲\"") && wrong.body.contains("id=\"field-name-fa-error\""),
        "{}",
        wrong.body
    );
    *typed.last_mut().unwrap() = ("/name/fa", "برف سنگین");
    let declared = fixture.post("/closures", &centre, &typed).await;
    assert_eq!(declared.status, 303, "{}", declared.body);
    fixture.world.settle().await;
    let operation = fixture.page(declared.header("location"), &centre).await;
    assert!(operation.body.contains("تعطیلی اعلام شد.") && operation.body.contains(&format!("/cases/{}", office.case)));
    assert!(!operation.body.contains("http-equiv=\"refresh\""), "it has ended");
    assert_eq!(office.deadline().await["due"], TUESDAY);

    let listed = fixture.page("/closures", &centre).await;
    let at = listed.body.find("action=\"/closures/").expect("it can be withdrawn") + "action=\"".len();
    let withdraw = listed.body[at..].split('"').next().unwrap().to_owned();
    let unsaid = fixture.post(&withdraw, &centre, &[("reason", " ")]).await;
    assert_eq!(unsaid.header("location"), "/closures?done=reason-missing");
    let withdrawn = fixture.post(&withdraw, &centre, &[("reason", "برف نیامد")]).await;
    assert!(withdrawn.header("location").ends_with("?done=closure-withdrawn"), "{}", withdrawn.body);
    fixture.world.settle().await;
    assert_eq!(office.deadline().await["due"], MONDAY);
    assert!(fixture.page("/closures", &centre).await.body.contains("برف نیامد"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadline_says_why_and_is_moved_by_forms() {
    let office = Office::open().await;
    let (fixture, task) = (&office.fixture, &office.task);
    let operator = fixture.cookie(&fixture.person("operator"));
    let inspector = fixture.cookie(&fixture.person("inspector"));
    let code = office.get(&format!("/api/v1/cases/{}", office.case)).await["trackingCode"].as_str().unwrap().to_owned();
    let line = office.deadline().await["account"]["fa"][1].as_str().unwrap().to_owned();
    // The source in brackets stands in an element of its own.
    let (words, source) = line.split_once('(').unwrap();
    let (words, source) = (maud::html! { (words) }.into_string(), maud::html! { (source) }.into_string());
    for (path, cookie) in [
        (format!("/tasks/{task}"), &operator),
        (format!("/cases/{}", office.case), &operator),
        (format!("/track/{code}"), &String::new()),
    ] {
        let page = fixture.page(&path, cookie).await;
        for part in [&words, &source] {
            assert!(page.body.contains(part), "{path} says «{part}»: {}", page.body);
        }
    }

    let (reason, until) = (format!("/wait-{task}/reason"), format!("/wait-{task}/until"));
    let suspend = format!("/tasks/{task}/suspension");
    let wrong = fixture.post(&suspend, &operator, &[(&reason, "تصویر سند"), (&until, "فردا")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("تصویر سند</textarea>") && wrong.body.contains("value=\"فردا\""), "{}", wrong.body);
    let rests =
        fixture.post(&suspend, &operator, &[(&reason, "تصویر سند"), (&until, "۱۴۰۵/۰۹/۰۴"), ("from", "case")]).await;
    assert_eq!(rests.header("location"), format!("/cases/{}?done=deadline-suspended", office.case));
    assert!(fixture.page(&format!("/tasks/{task}"), &operator).await.body.contains("تصویر سند"));
    let runs = fixture.post(&format!("{suspend}/end"), &operator, &[]).await;
    assert_eq!(runs.header("location"), format!("/tasks/{task}?done=deadline-resumed"));

    let name = |field: &str| format!("/set-{task}/{field}");
    let (due, time, reason) = (name("due"), name("time"), name("reason"));
    let set = format!("/tasks/{task}/deadline");
    let past = [(due.as_str(), "1405/08/01"), (time.as_str(), "12:00"), (reason.as_str(), "سیل")];
    let refused = fixture.post(&set, &inspector, &past).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert!(refused.body.contains("این زمان گذشته است."));
    let ahead = [(due.as_str(), "۱۴۰۵/۰۹/۰۴"), (time.as_str(), "۱۲"), (reason.as_str(), "سیل")];
    let done = fixture.post(&set, &inspector, &ahead).await;
    assert_eq!(done.header("location"), format!("/tasks/{task}?done=deadline-set"), "{}", done.body);
    assert_eq!(office.deadline().await["due"], "2026-11-25T08:30:00Z");
}
