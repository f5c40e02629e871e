//! The API: messages in, problems in words, tokens within their issuer's scope.

use peygir_runtime::access::Scope;
use serde_json::json;

use super::fixture::fixture;

const MESSAGE: &str = r#"{"channel":"web","from":{"nationalId":"9990000018","mobile":"09121234567","name":"مریم نمونه"},
    "text":"در ادارهٔ ثبت احوال کسی پشت میز نیست"}"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_opens_a_case_once_for_each_key() {
    let fixture = fixture();
    let token = fixture.token("operator");
    let bearer = format!("Bearer {token}");
    let headers =
        [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", "k-1")];
    let first = fixture.send("POST", "/api/v1/messages", &headers, MESSAGE).await;
    assert_eq!(first.status, 201, "{}", first.body);
    let (case, code) = (first.json()["caseId"].clone(), first.json()["trackingCode"].clone());
    assert_eq!(first.header("location"), format!("/api/v1/cases/{}", case.as_str().unwrap()));
    assert_eq!(code.as_str().unwrap().len(), 11);

    let again = fixture.send("POST", "/api/v1/messages", &headers, MESSAGE).await;
    assert_eq!((again.status.as_u16(), again.json()), (200, first.json()));
    let other = MESSAGE.replace("کسی", "هیچ‌کس");
    let reused = fixture.send("POST", "/api/v1/messages", &headers, other).await;
    assert_eq!((reused.status.as_u16(), reused.code().as_str()), (422, "PG-A007"));

    let view = fixture.api("GET", &format!("/api/v1/cases/{}", case.as_str().unwrap()), &token, "").await;
    assert_eq!((view.status.as_u16(), &view.json()["trackingCode"]), (200, &code));
    assert!(!view.body.contains("9990000018") && !view.body.contains("9121234567"), "masked");
    let found = fixture.api("GET", &format!("/api/v1/cases?trackingCode={}", code.as_str().unwrap()), &token, "").await;
    assert_eq!(found.json()["items"][0]["id"], case);

    let track = fixture.send("GET", &format!("/api/v1/track/{}", code.as_str().unwrap()), &[], "").await;
    assert_eq!(track.status, 200);
    assert!(track.json()["stage"]["text"].as_str().unwrap().chars().count() > 3);
    assert!(!track.body.contains("مریم") && !track.body.contains("پشت میز"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_input_gets_a_clear_problem_and_the_server_stays_up() {
    let fixture = fixture();
    let token = fixture.token("operator");
    let deep = format!("{{\"text\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let large = format!("{{\"channel\":\"web\",\"text\":\"{}\"}}", "ا".repeat(5 << 20));
    let wrong_id = MESSAGE.replace("9990000018", "9990000019");
    let landline = MESSAGE.replace("09121234567", "08138251111");
    let unknown = r#"{"channel":"web","text":"a","colour":"red"}"#;
    let cases = [
        (wrong_id.as_str(), 422, "PG-A006", "/from/nationalId", "national-id-checksum"),
        (landline.as_str(), 422, "PG-A006", "/from/mobile", "mobile-invalid"),
        (unknown, 422, "PG-A006", "/colour", "unknown-field"),
        (r#"{"channel":"web"}"#, 422, "PG-A006", "/text", "required"),
        (r#"{"channel":"pigeon","text":"a"}"#, 422, "PG-A006", "/channel", "not-an-option"),
        (r#"{"channel":"#, 400, "PG-A009", "", ""),
        (deep.as_str(), 400, "PG-A012", "", ""),
        (large.as_str(), 413, "PG-A011", "", ""),
    ];
    for (body, status, code, pointer, why) in cases {
        let answer = fixture.api("POST", "/api/v1/messages", &token, body).await;
        let shown: String = body.chars().take(60).collect();
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{shown}");
        let problem = answer.json();
        assert_eq!(problem["errors"][0]["pointer"].as_str().unwrap_or_default(), pointer, "{shown}");
        assert_eq!(problem["errors"][0]["code"].as_str().unwrap_or_default(), why, "{shown}");
        assert_eq!(answer.header("content-language"), "en");
    }
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let answer = fixture.send("POST", "/api/v1/messages", &headers, vec![b'{', b'"', 0xff, b'"', b'}']).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "PG-A010"));
    let answer = fixture.send("POST", "/api/v1/messages", &headers[..1], MESSAGE).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (415, "PG-A013"));
    assert_eq!(fixture.send("GET", "/healthz", &[], "").await.json(), json!({"status": "ok"}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn problems_speak_the_readers_language_and_their_type_resolves() {
    let fixture = fixture();
    for (accepted, expected) in [("en", "Not found"), ("fa-IR", "پیدا نشد"), ("de", "پیدا نشد")] {
        let answer = fixture.send("GET", "/api/v1/nothing", &[("accept-language", accepted)], "").await;
        assert_eq!((answer.status.as_u16(), answer.json()["title"].as_str()), (404, Some(expected)));
        let kind = answer.json()["type"].as_str().unwrap().to_owned();
        let page = fixture.send("GET", &kind, &[], "").await;
        assert_eq!(page.status, 200);
        assert!(page.body.starts_with("# PG-A003"));
    }
    let wrong = fixture.send("DELETE", "/api/v1/cases", &[], "").await;
    assert_eq!((wrong.status.as_u16(), wrong.code().as_str()), (405, "PG-A004"));
    assert!(wrong.header("allow").contains("GET"));
    let refused = fixture.send("GET", "/api/v1/cases", &[], "").await;
    assert!(refused.header("www-authenticate").starts_with("Bearer"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn misspelt_filters_and_strange_ids_are_refused() {
    let fixture = fixture();
    let token = fixture.token("operator");
    for (path, status, code) in [
        ("/api/v1/cases?stauts=open", 400, "PG-A014"),
        ("/api/v1/cases?limit=0", 400, "PG-A014"),
        ("/api/v1/cases?topic=%FF", 400, "PG-A010"),
        ("/api/v1/cases?after=zzz", 422, "PG-A006"),
        ("/api/v1/tasks?list=everything", 400, "PG-A014"),
        ("/api/v1/cases/1", 404, "PG-A003"),
        ("/api/v1/cases/01JD7Z8QH5RRA4J4C0V3M1X2YB", 404, "PG-A003"),
        ("/api/v1/tasks/01JD7Z8QH5RRA4J4C0V3M1X2YB", 404, "PG-A003"),
        ("/api/v1/track/12345678901", 404, "PG-A003"),
        ("/api/v1/track/%ff", 404, "PG-A003"),
        ("/api/v1/cases/%ff%fe", 404, "PG-A003"),
        ("/connectors/sms/%ff", 404, "PG-A003"),
    ] {
        let answer = fixture.api("GET", path, &token, "").await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_and_links_reach_no_further_than_who_makes_them() {
    let fixture = fixture();
    let nation = fixture.token("administrator");
    let province = fixture.token_for("administrator", &Scope::Province("hamedan".into()));
    let wanted = |name: &str, role: &str, scope: &str| json!({"name": name, "role": role, "scope": scope}).to_string();
    let issue = async |token: &str, body: String| fixture.api("POST", "/api/v1/tokens", token, &body).await;

    let made = issue(&nation, wanted("desk-1", "operator", "nation")).await;
    assert_eq!(made.status, 201);
    let secret = made.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(fixture.api("GET", "/api/v1/cases", &secret, "").await.status, 200);
    assert_eq!(issue(&nation, wanted("desk-1", "operator", "nation")).await.code(), "PG-A005");
    assert_eq!(issue(&nation, wanted("desk-2", "king", "nation")).await.json()["errors"][0]["pointer"], "/role");
    assert_eq!(issue(&nation, wanted("desk-2", "operator", "moon")).await.json()["errors"][0]["pointer"], "/scope");
    assert_eq!(issue(&nation, wanted("A b", "operator", "nation")).await.json()["errors"][0]["pointer"], "/name");
    for scope in ["nation", "province:qom", "county:qom/qom"] {
        assert_eq!(issue(&province, wanted("wide", "operator", scope)).await.code(), "PG-A002", "{scope}");
    }
    for (name, scope) in [("p", "province:hamedan"), ("c", "county:hamedan/malayer"), ("a", "agency:abfa-hamedan")] {
        assert_eq!(issue(&province, wanted(name, "operator", scope)).await.status, 201, "{scope}");
    }

    let link = async |token: &str, person: &str| {
        fixture.api("POST", "/api/v1/login-links", token, &json!({"person": person}).to_string()).await
    };
    let operator = fixture.person("operator");
    let made = link(&province, &operator).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert!(made.json()["path"].as_str().unwrap().starts_with("/login/pgl_"));
    assert_eq!(link(&nation, "nobody").await.json()["errors"][0]["code"], "person-unknown");
    let elsewhere = fixture.token_for("administrator", &Scope::Province("qom".into()));
    assert_eq!(link(&elsewhere, &operator).await.code(), "PG-A002");
}
