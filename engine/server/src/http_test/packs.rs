//! Packs over HTTP: deploying, what is refused with which words, what is told of versions, and the console's pages.

use std::path::Path;
use std::sync::Arc;

use peygir_runtime::access::Scope;
use peygir_runtime::pack::Bundle;
use peygir_runtime::packs::Folder;
use serde_json::{Value, json};

use super::fixture::{Answer, Fixture, fixture};

pub const PATH: &str = "/api/v1/packs";

/// The shipped deployment, whose folder is its first edition.
pub async fn office() -> Fixture {
    let mut fixture = fixture();
    fixture.world.take_packs(Folder { bundles: shipped(), ..Folder::default() }).await.unwrap();
    fixture
}

fn shipped() -> Vec<Arc<Bundle>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let read = |path: &Path| Arc::new(Bundle::read(path).unwrap_or_else(|found| panic!("{found:#?}")));
    vec![read(&root), read(&root.join("examples/one-province/pack"))]
}

/// A pack of the province over the national one.
pub fn pack(version: &str, script: &str) -> Value {
    let manifest = format!(
        "kind: pack\nname: town\nversion: {version}\ntitle: {{ fa: شهر, en: Town }}\nfor: {{ province: hamedan }}\nover: [ national ]\n"
    );
    let word = script.split('"').nth(1).unwrap_or_default();
    let tests = match script.contains("n += 1") {
        true => "- { name: it counts, expect: 90 }\n".to_owned(),
        false => format!("- {{ name: it greets, expect: '{word}' }}\n"),
    };
    let files = json!({ "pack.yaml": manifest, "rules/greet.rhai": script, "rules/greet.test.yaml": tests });
    json!({ "name": "town", "files": files })
}

pub fn script(word: &str) -> String {
    format!("fn greet(req, now, args) {{\n  \"{word}\"\n}}\n")
}

pub fn body(pack: Value) -> String {
    json!({ "packs": [pack], "note": "یادداشت" }).to_string()
}

pub async fn deploy(fixture: &Fixture, token: &str, body: &str) -> Answer {
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
    let unsaid = fixture.post("/packs/town/rollback", &cookie, &[("version", "1.0.0"), ("note", " ")]).await;
    assert_eq!((unsaid.status.as_u16(), unsaid.header("location")), (303, "/packs/town?done=reason-missing"));
    let back = fixture.post("/packs/town/rollback", &cookie, &[("version", "1.0.0"), ("note", "برگشت")]).await;
    assert_eq!((back.status.as_u16(), back.header("location")), (303, "/packs/town?done=pack-deployed"));
    let town = fixture.api("GET", &format!("{PATH}/town"), &token, "").await.json();
    assert_eq!((&town["version"], &town["versions"][0]["note"]), (&json!("1.0.0"), &json!("برگشت")));
    let operator = fixture.cookie(&fixture.person("operator"));
    for path in ["/packs", "/packs/town", "/packs/editions", "/packs/editions/2", "/packs/upload"] {
        assert_eq!(fixture.page(path, &operator).await.status, 403, "{path}");
        assert_eq!(fixture.page(path, &cookie).await.status, 200, "{path}");
    }
    assert_eq!(fixture.page("/packs/editions/99", &cookie).await.status, 404);
    assert_eq!(fixture.page("/packs/editions/x", &cookie).await.status, 404);
}

/// Going back twice leads to the first version and never to the one that was left, wherever it is asked for.
#[tokio::test]
async fn the_page_of_an_edition_goes_back_where_the_api_says() {
    let fixture = office().await;
    let token = fixture.token("administrator");
    let cookie = fixture.cookie(&fixture.person("administrator"));
    for version in ["1.0.0", "1.1.0", "1.2.0"] {
        assert_eq!(deploy(&fixture, &token, &body(pack(version, &script(version)))).await.status, 201);
    }
    for (edition, before) in [(4, "1.1.0"), (5, "1.0.0")] {
        let town = fixture.api("GET", &format!("{PATH}/town"), &token, "").await.json();
        let told = fixture.api("GET", &format!("{PATH}/editions/{edition}"), &token, "").await.json();
        assert_eq!((&town["before"], &told["packs"][0]["before"]), (&json!(before), &json!(before)));
        let page = fixture.page(&format!("/packs/editions/{edition}"), &cookie).await.body;
        let offered: Vec<&str> =
            page.split("name=\"version\" value=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(offered, [before], "{page}");
        let back = [("version", before), ("note", "برگشت")];
        assert_eq!(fixture.post("/packs/town/rollback", &cookie, &back).await.status, 303);
    }
    let first = fixture.api("GET", &format!("{PATH}/editions/6"), &token, "").await.json();
    assert_eq!((&first["packs"][0]["to"], &first["packs"][0]["before"]), (&json!("1.0.0"), &Value::Null));
    let page = fixture.page("/packs/editions/6", &cookie).await.body;
    assert!(!page.contains("/packs/town/rollback"), "there is nothing before the first: {page}");
}

/// The province's pack with an overlay: who answers when a system is down.
fn laid_over(version: &str, unit: &str) -> Value {
    let overlay = format!(
        "kind: decision-table-overlay\nextends: {{ id: foad-routing, version: '^1.0' }}\nversion: {version}\n\
         title: {{ fa: ارجاع شهر, en: Routing of the town }}\nreplace:\n  system-down:\n    \
         then: {{ agency: '{{agency}}', unit: {unit} }}\ntests:\n  \
         - {{ given: {{ topic: system-down, agency: x, province: hamedan }}, expect: {{ rule: system-down, unit: {unit} }} }}\n"
    );
    let mut pack = pack(version, &script("one"));
    pack["files"]["rules/town.overlay.yaml"] = overlay.into();
    pack
}

#[tokio::test]
async fn an_edition_tells_each_rule_that_it_changes_before_and_after() {
    let fixture = office().await;
    let token = fixture.token("administrator");
    for (version, unit) in [("1.0.0", "national-systems"), ("1.1.0", "service-desk")] {
        let done = deploy(&fixture, &token, &body(laid_over(version, unit))).await;
        assert_eq!(done.status, 201, "{}", done.body);
    }
    let told = fixture.api("GET", &format!("{PATH}/editions/3"), &token, "").await.json();
    let table = &told["tables"][0];
    assert_eq!((&table["table"], told["tables"].as_array().unwrap().len()), (&json!("foad-routing"), 1), "{told:#}");
    assert_eq!(table["places"], json!([{ "province": "hamedan" }]));
    let rule = &table["rules"][0];
    assert_eq!((&rule["rule"], &rule["change"]), (&json!("system-down"), &json!("changed")), "{told:#}");
    assert!(rule["before"]["en"].as_str().unwrap().contains("national systems"), "{rule:#}");
    assert!(rule["after"]["en"].as_str().unwrap().contains("service desk"), "{rule:#}");
    assert_ne!(rule["before"]["fa"], rule["after"]["fa"]);
    let cookie = fixture.cookie(&fixture.person("administrator"));
    let page = fixture.page("/packs/editions/3?lang=fa", &cookie).await.body;
    assert!(page.contains("side-before") && page.contains("سامانه‌های ملی"), "{page}");
    // Whoever reads packs elsewhere is told nothing of it.
    let elsewhere = fixture.token_for("auditor", &Scope::Province("qom".into()));
    assert_eq!(fixture.api("GET", &format!("{PATH}/editions/3"), &elsewhere, "").await.code(), "PG-A002");
}

#[tokio::test]
async fn a_dry_run_and_an_upload_tell_what_would_change_for_rules() {
    let fixture = office().await;
    let token = fixture.token("administrator");
    assert_eq!(deploy(&fixture, &token, &body(laid_over("1.0.0", "national-systems"))).await.status, 201);
    let next = laid_over("1.1.0", "service-desk");
    let dry = deploy(&fixture, &token, &json!({ "packs": [next], "dryRun": true }).to_string()).await.json();
    let rule = &dry["tables"][0]["rules"][0];
    assert_eq!((&dry["tables"][0]["table"], &rule["rule"]), (&json!("foad-routing"), &json!("system-down")), "{dry:#}");
    assert!(rule["before"]["en"].as_str().unwrap().contains("national systems"), "{dry:#}");
    assert!(rule["after"]["en"].as_str().unwrap().contains("service desk"), "{dry:#}");
    let same = json!({ "packs": [{ "name": "town", "version": "1.0.0" }], "dryRun": true }).to_string();
    assert_eq!(deploy(&fixture, &token, &same).await.json()["tables"], json!([]));

    let cookie = fixture.cookie(&fixture.person("administrator"));
    let texts = next["files"].as_object().unwrap().iter();
    let files: Vec<(String, &str)> =
        texts.map(|(path, text)| (format!("town/{path}"), text.as_str().unwrap())).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let page = upload(&fixture, "/packs/upload", &cookie, form(&[], &files)).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("side-before") && page.body.contains("service desk"), "{}", page.body);
    let done = deploy(&fixture, &token, &body(next)).await.json();
    assert_eq!(done["tables"], Value::Null, "what was deployed is told by its edition");
}

#[tokio::test]
async fn an_edition_tells_what_changes_by_lines() {
    let fixture = office().await;
    let token = fixture.token("administrator");
    for version in ["1.0.0", "1.1.0"] {
        let done = deploy(&fixture, &token, &body(pack(version, &script(version)))).await;
        assert_eq!(done.status, 201, "{}", done.body);
    }
    let told = fixture.api("GET", &format!("{PATH}/editions/3"), &token, "").await;
    assert_eq!(told.status, 200, "{}", told.body);
    let told = told.json();
    assert_eq!((&told["edition"]["number"], &told["previous"]), (&json!(3), &json!(2)));
    assert_eq!((&told["packs"][0]["from"], &told["packs"][0]["to"]), (&json!("1.0.0"), &json!("1.1.0")));
    assert_eq!(told["packs"][0]["files"][1]["path"], "rules/greet.rhai");
    assert_eq!((&told["rulesCompared"], &told["tables"]), (&json!(true), &json!([])));
    let first = fixture.api("GET", &format!("{PATH}/editions/1"), &token, "").await.json();
    assert_eq!((&first["previous"], &first["rulesCompared"]), (&Value::Null, &json!(false)));
    for (number, code) in [("99", "PG-A003"), ("x", "PG-A003")] {
        assert_eq!(fixture.api("GET", &format!("{PATH}/editions/{number}"), &token, "").await.code(), code);
    }
}

#[tokio::test]
async fn that_the_folder_has_another_version_stands_beside_the_pack() {
    let mut fixture = office().await;
    let token = fixture.token("administrator");
    assert_eq!(deploy(&fixture, &token, &body(pack("1.0.0", &script("one")))).await.status, 201);
    assert_eq!(fixture.api("GET", &format!("{PATH}/town"), &token, "").await.json()["folder"], Value::Null);
    let older = pack("0.9.0", &script("none"));
    let texts = older["files"].as_object().unwrap().iter();
    let texts = texts.map(|(path, text)| (path.clone(), text.as_str().unwrap().to_owned())).collect();
    let mut bundles = shipped();
    bundles.push(Arc::new(Bundle::of_texts(texts).unwrap()));
    fixture.world.take_packs(Folder { bundles, ..Folder::default() }).await.unwrap();
    let town = fixture.api("GET", &format!("{PATH}/town"), &token, "").await.json();
    assert_eq!((&town["version"], &town["folder"]), (&json!("1.0.0"), &json!("0.9.0")));
    let cookie = fixture.cookie(&fixture.person("administrator"));
    for path in ["/packs?lang=en", "/packs/town?lang=en"] {
        let page = fixture.page(path, &cookie).await.body;
        assert!(page.contains("0.9.0") && page.contains("folder has"), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_needed_a_script_that_the_clock_stopped_is_told_so_and_may_try_again() {
    let fixture = office().await;
    let token = fixture.token("administrator");
    let mut spins = pack("1.0.0", "fn greet(req, now, args) { let n = 0; for i in 0..90 { n += 1; } n }\n");
    spins["files"]["workflows/spins/workflow.yaml"] =
        "document: { dsl: '1.0.3', namespace: test, name: spins, version: '1.0.0' }\ndo:\n  - spin: { call: greet, with: {} }\n"
            .into();
    let done = deploy(&fixture, &token, &body(spins)).await;
    assert_eq!(done.status, 201, "{}", done.body);
    let start = || fixture.api("POST", "/api/v1/workflows/test/spins/instances?wait=5", &token, "{}");
    fixture.world.stop_scripts(true);
    let stopped = start().await;
    assert_eq!((stopped.status.as_u16(), stopped.code().as_str()), (503, "PG-A021"), "{}", stopped.body);
    let bearer = format!("Bearer {token}");
    let persian = [("authorization", bearer.as_str()), ("content-type", "application/json"), ("accept-language", "fa")];
    let told = fixture.send("POST", "/api/v1/workflows/test/spins/instances", &persian, "{}").await;
    assert!(told.json()["title"].as_str().unwrap().contains("اسکریپت"), "{}", told.body);
    let kept = fixture.api("GET", "/api/v1/instances", &token, "").await.json();
    assert_eq!(kept["items"], json!([]), "nothing of the request is kept");
    let incidents = fixture.api("GET", "/api/v1/incidents", &token, "").await.json();
    assert!(incidents.to_string().contains("greet.rhai"), "{incidents:#}");
    fixture.world.stop_scripts(false);
    let again = start().await;
    assert_eq!((again.status.as_u16(), &again.json()["output"]), (200, &json!(90)), "{}", again.body);
}

/// A form with files, as a browser posts it.
pub fn form(fields: &[(&str, &str)], files: &[(&str, &str)]) -> String {
    let part = |head: String, text: &str| format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n{text}\r\n");
    let fields = fields.iter().map(|(name, text)| part(format!("name=\"{name}\""), text));
    let files = files.iter().map(|(path, text)| part(format!("name=\"folder\"; filename=\"{path}\""), text));
    fields.chain(files).collect::<String>() + "--b--\r\n"
}

pub async fn upload(fixture: &Fixture, path: &str, cookie: &str, body: String) -> Answer {
    let headers = [
        ("cookie", cookie),
        ("origin", "http://desk.test"),
        ("content-type", "multipart/form-data; boundary=b"),
        ("accept-language", "en"),
    ];
    fixture.send("POST", path, &headers, body).await
}

/// The value of the hidden field that carries what was checked.
pub fn checked(page: &str) -> &str {
    let start = "name=\"checked\" value=\"";
    let at = page.find(start).unwrap_or_else(|| panic!("nothing was checked: {page}")) + start.len();
    page[at..].split('"').next().unwrap()
}

#[tokio::test]
async fn a_folder_is_uploaded_checked_and_deployed_by_forms() {
    let fixture = office().await;
    let cookie = fixture.cookie(&fixture.person("administrator"));
    let town = pack("1.0.0", &script("one"));
    let manifest = town["files"]["pack.yaml"].as_str().unwrap();
    let broken = form(
        &[],
        &[("town/pack.yaml", manifest), ("town/rules/greet.rhai", "fn greet(req, now, args) {\n  let x = ;\n}\n")],
    );
    let page = upload(&fixture, "/packs/upload", &cookie, broken).await;
    assert_eq!(page.status, 422, "{}", page.body);
    assert!(page.body.contains("town/rules/greet.rhai:2:") && page.body.contains("  let x = ;</pre>"), "{}", page.body);
    let nothing = upload(&fixture, "/packs/upload", &cookie, form(&[], &[])).await;
    assert_eq!(nothing.status, 422);
    assert!(nothing.body.contains("there is no pack.yaml among the files"), "{}", nothing.body);

    let tests = "- { name: it greets, expect: one }\n";
    let script = "fn greet(req, now, args) {\n  \"one\"\n}\n";
    let good = [("town/pack.yaml", manifest), ("town/rules/greet.rhai", script), ("town/rules/greet.test.yaml", tests)];
    let page = upload(&fixture, "/packs/upload", &cookie, form(&[("/note", "نامهٔ ۷")], &good)).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("town@1.0.0") && page.body.contains("نامهٔ ۷</textarea>"), "{}", page.body);
    let token = fixture.token("administrator");
    assert_eq!(fixture.api("GET", &format!("{PATH}/town"), &token, "").await.status, 404, "nothing is deployed yet");
    let packs = checked(&page.body).to_owned();
    let past = form(&[("checked", &packs), ("/effectiveFrom", "۱۴۰۵/۱/۱"), ("/note", "")], &[]);
    let refused = upload(&fixture, "/packs/deploy", &cookie, past).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.body.contains("value=\"۱۴۰۵/۱/۱\"") && refused.body.contains("aria-invalid=\"true\""),
        "{}",
        refused.body
    );
    assert_eq!(checked(&refused.body), packs, "the packs need not be chosen again");
    let planned = form(&[("checked", &packs), ("/effectiveFrom", "۱۴۰۵/۱۰/۱"), ("/note", "نامهٔ ۷")], &[]);
    let done = upload(&fixture, "/packs/deploy", &cookie, planned).await;
    assert_eq!(
        (done.status.as_u16(), done.header("location")),
        (303, "/packs/editions/2?done=edition-deployed"),
        "{}",
        done.body
    );
    let edition = fixture.api("GET", &format!("{PATH}/editions/2"), &token, "").await.json();
    assert_eq!((&edition["edition"]["state"], &edition["edition"]["note"]), (&json!("to-come"), &json!("نامهٔ ۷")));
    assert_eq!(edition["edition"]["effectiveFrom"], "2026-12-21T20:30:00Z");
    assert!(fixture.page("/packs?lang=fa", &cookie).await.body.contains("۱۴۰۵/۱۰/۱ ۰۰:۰۰"));
}

#[tokio::test]
async fn a_planned_edition_is_withdrawn_with_a_reason_and_the_future_is_told_without_it() {
    let fixture = office().await;
    let token = fixture.token("administrator");
    assert_eq!(deploy(&fixture, &token, &body(pack("1.0.0", &script("one")))).await.status, 201);
    for (version, from) in [("1.1.0", "1405/10/01"), ("1.2.0", "1405/11/01")] {
        let mut planned: Value = serde_json::from_str(&body(pack(version, &script(version)))).unwrap();
        planned["effectiveFrom"] = from.into();
        assert_eq!(deploy(&fixture, &token, &planned.to_string()).await.status, 201);
    }
    let cookie = fixture.cookie(&fixture.person("administrator"));
    let unsaid = fixture.post("/packs/editions/3/withdraw", &cookie, &[("reason", "")]).await;
    assert_eq!(unsaid.header("location"), "/packs/editions/3?done=reason-missing");
    let done = fixture.post("/packs/editions/3/withdraw", &cookie, &[("reason", "نامه پس گرفته شد")]).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, "/packs/editions/3?done=edition-withdrawn"));
    let list = fixture.page("/packs?lang=fa", &cookie).await.body;
    assert!(list.contains("/packs/editions/4\"><time") && !list.contains("/packs/editions/3\"><time"), "{list}");
    let page = fixture.page("/packs/editions/3?lang=fa", &cookie).await.body;
    assert!(page.contains("نامه پس گرفته شد") && !page.contains("/withdraw\""), "{page}");
    let path = format!("{PATH}/editions/4/withdraw");
    assert_eq!(fixture.api("POST", &path, &token, "{\"reason\": \" \"}").await.code(), "PG-A006");
    let elsewhere = fixture.token_for("administrator", &Scope::Province("qom".into()));
    let reason = "{\"reason\": \"a letter\"}";
    assert_eq!(fixture.api("POST", &path, &elsewhere, reason).await.code(), "PG-A002");
    let told = fixture.api("POST", &path, &token, reason).await;
    assert_eq!((told.status.as_u16(), &told.json()["withdrawn"]["reason"]), (200, &json!("a letter")));
    assert_eq!(fixture.api("POST", &path, &token, reason).await.code(), "PG-A005");
    assert_eq!(fixture.api("POST", &format!("{PATH}/editions/2/withdraw"), &token, reason).await.code(), "PG-A005");
    assert!(!fixture.page("/packs?lang=fa", &cookie).await.body.contains("/packs/editions/4\"><time"));
}

#[tokio::test]
async fn an_upload_passes_the_same_gate_as_the_api() {
    let fixture = office().await;
    let town = pack("1.0.0", &script("one"));
    let manifest = town["files"]["pack.yaml"].as_str().unwrap().replace("province: hamedan", "province: qom");
    let elsewhere = form(&[], &[("town/pack.yaml", &manifest)]);
    // Of the example's directory: for the province alone.
    let cookie = fixture.cookie("admin-ronak");
    assert_eq!(upload(&fixture, "/packs/upload", &cookie, elsewhere.clone()).await.status, 403);
    let inspector = fixture.cookie(&fixture.person("inspection-centre"));
    for path in ["/packs/upload", "/packs/deploy"] {
        assert_eq!(upload(&fixture, path, &inspector, elsewhere.clone()).await.status, 403, "{path}");
        let foreign = [
            ("cookie", cookie.as_str()),
            ("origin", "http://evil.test"),
            ("content-type", "multipart/form-data; boundary=b"),
        ];
        assert_eq!(fixture.send("POST", path, &foreign, elsewhere.clone()).await.status, 403, "{path}");
        let cut = upload(&fixture, path, &cookie, elsewhere[..elsewhere.len() - 9].to_owned()).await;
        assert_eq!(cut.status, 400, "{path}: {}", cut.body);
        let headers = [("cookie", cookie.as_str()), ("origin", "http://desk.test"), ("content-type", "text/plain")];
        assert_eq!(fixture.send("POST", path, &headers, "x").await.status, 415, "{path}");
    }
    let long = "x".repeat(crate::multipart::UPLOAD_BYTES_MAX);
    let page = upload(&fixture, "/packs/upload", &cookie, form(&[("/note", &long)], &[])).await;
    assert_eq!(page.status, 413);
    let digits: String = page.body.chars().filter(char::is_ascii_digit).collect();
    assert!(digits.contains(&crate::multipart::UPLOAD_BYTES_MAX.to_string()), "the limit is named: {}", page.body);
}

/// The plan for an older version is told over the API, in the forms and when somebody goes back; both ways out are there.
#[tokio::test]
async fn a_plan_that_contradicts_is_told_and_kept_knowingly_by_forms() {
    let fixture = office().await;
    let (token, cookie) = (fixture.token("administrator"), fixture.cookie(&fixture.person("administrator")));
    for version in ["1.0.0", "1.1.0"] {
        assert_eq!(deploy(&fixture, &token, &body(pack(version, &script(version)))).await.status, 201);
    }
    let mut planned: Value = serde_json::from_str(&body(pack("1.0.1", &script("plan")))).unwrap();
    planned["effectiveFrom"] = "1405/10/01".into();
    assert_eq!(deploy(&fixture, &token, &planned.to_string()).await.status, 201);

    let newer = pack("1.2.0", &script("new"));
    let refused = deploy(&fixture, &token, &body(newer.clone())).await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (422, "PG-A020"));
    assert_eq!(refused.json()["diagnostics"][0]["code"], "PG-P098");
    let mut kept: Value = serde_json::from_str(&body(newer.clone())).unwrap();
    (kept["keepPlanned"], kept["dryRun"]) = (true.into(), true.into());
    let tried = deploy(&fixture, &token, &kept.to_string()).await;
    assert_eq!((tried.status.as_u16(), &tried.json()["then"][0]["edition"]), (200, &json!(4)), "{}", tried.body);

    let file = |path: &str| newer["files"][path].as_str().unwrap();
    let paths = ["pack.yaml", "rules/greet.rhai", "rules/greet.test.yaml"];
    let sent: Vec<(String, &str)> = paths.iter().map(|path| (format!("town/{path}"), file(path))).collect();
    let sent: Vec<(&str, &str)> = sent.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let page = upload(&fixture, "/packs/upload", &cookie, form(&[("/note", "نامهٔ ۹")], &sent)).await;
    assert_eq!(page.status, 422, "{}", page.body);
    let packs = checked(&page.body).to_owned();
    assert!(page.body.contains("name=\"keepPlanned\"") && page.body.contains("PG-P098"), "{}", page.body);
    let same = [("checked", packs.as_str()), ("/effectiveFrom", "۱۴۰۵/۱۰/۱"), ("/note", "")];
    let taken = upload(&fixture, "/packs/deploy", &cookie, form(&same, &[])).await;
    assert!(taken.body.contains("PG-P099") && !taken.body.contains("name=\"keepPlanned\""), "{}", taken.body);
    assert_eq!(checked(&taken.body), packs, "another date is enough");
    let at_once = [("checked", packs.as_str()), ("/effectiveFrom", ""), ("/note", "")];
    let again = upload(&fixture, "/packs/deploy", &cookie, form(&at_once, &[])).await;
    assert_eq!((again.status.as_u16(), checked(&again.body)), (422, packs.as_str()));
    let knowing = [at_once.as_slice(), &[("keepPlanned", "yes")]].concat();
    let done = upload(&fixture, "/packs/deploy", &cookie, form(&knowing, &[])).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, "/packs/editions/5?done=edition-deployed"));

    // Going back to 1.1.0 is undone by the plan for 1.0.1 too.
    let back = [("version", "1.1.0"), ("note", "برگشت")];
    let refused = fixture.post("/packs/town/rollback", &cookie, &back).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert!(
        refused.body.contains("name=\"keepPlanned\"") && refused.body.contains("برگشت</textarea>"),
        "{}",
        refused.body
    );
    let knowing = [back.as_slice(), &[("keepPlanned", "yes")]].concat();
    let done = fixture.post("/packs/town/rollback", &cookie, &knowing).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, "/packs/town?done=pack-deployed"));
}
