//! Packs over HTTP: deploying, what is refused with which words, what is told of versions, and the console's pages.

use std::path::Path;
use std::sync::Arc;

use peygir_runtime::access::Scope;
use peygir_runtime::pack::Bundle;
use peygir_runtime::packs::Folder;
use serde_json::{Value, json};

use super::fixture::{Answer, Fixture, fixture};

const PATH: &str = "/api/v1/packs";

/// The shipped deployment, whose folder is its first edition.
async fn office() -> Fixture {
    let mut fixture = fixture();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let read = |path: &Path| Arc::new(Bundle::read(path).unwrap_or_else(|found| panic!("{found:#?}")));
    let bundles = vec![read(&root), read(&root.join("examples/one-province/pack"))];
    fixture.world.take_packs(Folder { bundles, ..Folder::default() }).await.unwrap();
    fixture
}

/// A pack of the province over the national one.
fn pack(version: &str, script: &str) -> Value {
    let manifest = format!(
        "kind: pack\nname: town\nversion: {version}\ntitle: {{ fa: شهر, en: Town }}\nfor: {{ province: hamedan }}\nover: [ national ]\n"
    );
    json!({ "name": "town", "files": { "pack.yaml": manifest, "rules/greet.rhai": script } })
}

fn script(word: &str) -> String {
    format!("fn greet(req, now, args) {{\n  \"{word}\"\n}}\n")
}

fn body(pack: Value) -> String {
    json!({ "packs": [pack], "note": "یادداشت" }).to_string()
}

async fn deploy(fixture: &Fixture, token: &str, body: &str) -> Answer {
    fixture.api("POST", PATH, token, body).await
}

#[tokio::test]
async fn a_pack_is_deployed_listed_compared_and_rolled_back() {
    let fixture = office().await;
    let token = fixture.token("administrator");
    let first = deploy(&fixture, &token, &body(pack("1.0.0", &script("one")))).await;
    assert_eq!(first.status, 201, "{}", first.body);
    assert_eq!((&first.json()["edition"], &first.json()["new"]), (&json!(2), &json!(["town@1.0.0"])));
    assert_eq!(deploy(&fixture, &token, &body(pack("1.1.0", &script("two")))).await.status, 201);

    let packs = fixture.api("GET", PATH, &token, "").await.json();
    let names: Vec<&str> =
        packs["packs"].as_array().unwrap().iter().map(|pack| pack["name"].as_str().unwrap()).collect();
    assert_eq!((&packs["edition"], names), (&json!(3), vec!["hamedan", "national", "town"]));
    let town = fixture.api("GET", &format!("{PATH}/town"), &token, "").await.json();
    assert_eq!((&town["version"], &town["for"]["province"]), (&json!("1.1.0"), &json!("hamedan")));
    assert_eq!((&town["versions"][0]["state"], &town["versions"][1]["state"]), (&json!("in-force"), &json!("past")));
    let files = fixture.api("GET", &format!("{PATH}/town/versions/1.0.0"), &token, "").await.json();
    assert_eq!(files["files"]["rules/greet.rhai"], script("one"));
    let difference =
        fixture.api("GET", &format!("{PATH}/town/difference?from=1.0.0&to=1.1.0"), &token, "").await.json();
    assert_eq!(difference["files"][1]["hunks"][0]["lines"][1], json!({ "kind": "removed", "text": "  \"one\"" }));
    assert_eq!(fixture.api("GET", &format!("{PATH}/town/difference?from=1.0.0"), &token, "").await.code(), "PG-A014");
    assert_eq!(fixture.api("GET", &format!("{PATH}/town/versions/9.0.0"), &token, "").await.code(), "PG-A003");

    let back =
        deploy(&fixture, &token, &json!({ "packs": [{ "name": "town", "version": "1.0.0" }] }).to_string()).await;
    assert_eq!((back.status.as_u16(), &back.json()["edition"]), (201, &json!(4)));
    let editions = fixture.api("GET", &format!("{PATH}/editions"), &token, "").await.json();
    assert_eq!((editions.as_array().unwrap().len(), &editions[0]["state"]), (4, &json!("in-force")));
    assert_eq!(editions[3]["author"]["id"], "folder");
}

#[tokio::test]
async fn what_is_wrong_comes_at_once_with_its_places_in_both_languages() {
    let fixture = office().await;
    let token = fixture.token("administrator");
    let mut wrong = pack("1.0.0", "fn greet(req, now, args) {\n  let x = ;\n}\n");
    wrong["files"]["rules/what.yaml"] = "kind: nothing\n".into();
    for (language, word) in [("en", "errors"), ("fa", "خطا")] {
        let bearer = format!("Bearer {token}");
        let headers =
            [("authorization", bearer.as_str()), ("content-type", "application/json"), ("accept-language", language)];
        let answer = fixture.send("POST", PATH, &headers, body(wrong.clone())).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (422, "PG-A020"));
        let problem = answer.json();
        assert!(problem["title"].as_str().unwrap().contains(word), "{problem:#}");
        let places: Vec<(&str, u64)> = problem["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["file"].as_str().unwrap(), one["line"].as_u64().unwrap()))
            .collect();
        assert!(places.contains(&("town/rules/greet.rhai", 2)), "{places:?}");
        assert!(places.contains(&("town/rules/what.yaml", 1)), "{places:?}");
        assert!(problem["diagnostics"][0]["message_fa"].as_str().is_some_and(|text| !text.is_empty()));
    }
    assert_eq!(fixture.api("GET", &format!("{PATH}/town"), &token, "").await.code(), "PG-A003");
    let fields = deploy(&fixture, &token, &json!({ "packs": [], "effectiveFrom": "soon" }).to_string()).await;
    assert_eq!((fields.code().as_str(), &fields.json()["errors"][1]["pointer"]), ("PG-A006", &json!("/effectiveFrom")));
    assert_eq!(deploy(&fixture, &token, "{\"pakcs\": []}").await.code(), "PG-A006");
    let text = fixture.send("POST", PATH, &[("authorization", &format!("Bearer {token}"))], "{}").await;
    assert_eq!(text.code(), "PG-A013");
}

#[tokio::test]
async fn a_request_that_comes_twice_and_who_may_not() {
    let fixture = office().await;
    let token = fixture.token("administrator");
    let (bearer, body) = (format!("Bearer {token}"), body(pack("1.0.0", &script("one"))));
    let headers =
        [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", "a-key")];
    let first = fixture.send("POST", PATH, &headers, body.clone()).await;
    let again = fixture.send("POST", PATH, &headers, body.clone()).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 200));
    assert_eq!((&again.json()["edition"], &again.json()["repeated"]), (&json!(2), &json!(true)));
    let other = fixture.send("POST", PATH, &headers, body.replace("یادداشت", "دیگر")).await;
    assert_eq!(other.code(), "PG-A007");
    let elsewhere = fixture.token_for("administrator", &Scope::Province("qom".into()));
    assert_eq!(deploy(&fixture, &elsewhere, &body).await.code(), "PG-A002");
    let here = fixture.token_for("administrator", &Scope::Province("hamedan".into()));
    let own = self::body(pack("1.1.0", &script("two")));
    assert_eq!(deploy(&fixture, &here, &own).await.status, 201);
    let posing = own.replace("name: town", "name: national").replace("\"town\"", "\"national\"");
    assert_eq!(deploy(&fixture, &here, &posing).await.code(), "PG-A002");
    for role in ["operator", "auditor", "connector"] {
        assert_eq!(deploy(&fixture, &fixture.token(role), &body).await.code(), "PG-A002", "{role}");
    }
}

#[tokio::test]
async fn the_console_shows_packs_and_goes_back() {
    let fixture = office().await;
    let token = fixture.token("administrator");
    for (version, word) in [("1.0.0", "one"), ("1.1.0", "two")] {
        assert_eq!(deploy(&fixture, &token, &body(pack(version, &script(word)))).await.status, 201);
    }
    let cookie = fixture.cookie(&fixture.person("administrator"));
    let list = fixture.page("/packs?lang=en", &cookie).await;
    assert_eq!(list.status, 200, "{}", list.body);
    assert!(list.body.contains("href=\"/packs/town\"") && list.body.contains("1.1.0"), "{}", list.body);
    let page = fixture.page("/packs/town?from=1.0.0&to=1.1.0", &cookie).await.body;
    assert!(page.contains("<del>") && page.contains("<ins>") && page.contains("یادداشت"), "{page}");
    assert!(page.contains("۱۴۰۵"), "dates are Jalali, in Persian digits");
    let back = fixture.post("/packs/town/rollback", &cookie, &[("version", "1.0.0"), ("note", "برگشت")]).await;
    assert_eq!((back.status.as_u16(), back.header("location")), (303, "/packs/town?done=pack-deployed"));
    let town = fixture.api("GET", &format!("{PATH}/town"), &token, "").await.json();
    assert_eq!(town["version"], "1.0.0");
    let operator = fixture.cookie(&fixture.person("operator"));
    assert_eq!(fixture.page("/packs", &operator).await.status, 403);
}
