//! Who reads which packs, and whom they name: over the API and in the console.

use peygir_runtime::access::Scope;
use serde_json::{Value, json};

use super::fixture::Fixture;
use super::packs::{PATH, deploy, office};

const MOBILE: &str = "+989990007701";
const MAIL: &str = "op-qom@128.qom.example";

/// A pack of another province, with people of its own.
fn elsewhere(version: &str, mobile: &str) -> String {
    let manifest = format!(
        "kind: pack\nname: qom\nversion: {version}\ntitle: {{ fa: قم, en: Qom }}\nfor: {{ province: qom }}\nover: [ national ]\n"
    );
    let directory = format!(
        "kind: directory\nprovince: {{ id: qom, fa: قم, en: Qom }}\npeople:\n  - id: op-qom\n    fa: پرستو نمونه‌ای\n    \
         en: Parastou Nemouneh\n    mobile: '{mobile}'\n    mail: {MAIL}\n    roles: [ {{ role: operator, province: qom }} ]\n"
    );
    let files = json!({ "pack.yaml": manifest, "rules/directory/qom.yaml": directory });
    json!({ "packs": [{ "name": "qom", "files": files }], "note": format!("قم {version}") }).to_string()
}

/// The shipped deployment with two versions of the other province's pack.
async fn two_provinces() -> Fixture {
    let fixture = office().await;
    let token = fixture.token("administrator");
    for (version, mobile) in [("1.0.0", "+989990007700"), ("1.1.0", MOBILE)] {
        let done = deploy(&fixture, &token, &elsewhere(version, mobile)).await;
        assert_eq!(done.status, 201, "{}", done.body);
    }
    fixture
}

fn names(packs: &Value) -> Vec<&str> {
    packs["packs"].as_array().unwrap().iter().map(|pack| pack["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn packs_of_another_place_are_not_read() {
    let fixture = two_provinces().await;
    let county = Scope::County { province: "hamedan".into(), county: "malayer".into() };
    for scope in [Scope::Province("hamedan".into()), county, Scope::Agency("bank-melli-hamedan".into())] {
        let token = fixture.token_for("administrator", &scope);
        let list = fixture.api("GET", PATH, &token, "").await;
        assert_eq!(names(&list.json()), ["hamedan", "national"], "{scope}");
        for path in ["/qom", "/qom/versions/1.1.0", "/qom/difference?from=1.0.0&to=1.1.0"] {
            let answer = fixture.api("GET", &format!("{PATH}{path}"), &token, "").await;
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (403, "PG-A002"), "{scope} {path}");
        }
        let editions = fixture.api("GET", &format!("{PATH}/editions"), &token, "").await;
        assert_eq!(editions.json().as_array().unwrap().len(), 1, "{scope}: {}", editions.body);
        assert!(!editions.body.contains("qom"), "{}", editions.body);
    }
    let own = fixture.token_for("administrator", &Scope::Province("qom".into()));
    let list = fixture.api("GET", PATH, &own, "").await.json();
    assert_eq!(names(&list), ["national", "qom"]);
    // Who reads packs of a place without administering it is not told whom its directory names.
    let auditor = fixture.token_for("auditor", &Scope::Province("hamedan".into()));
    let list = fixture.api("GET", PATH, &auditor, "").await.json();
    let version = list["packs"][0]["version"].as_str().unwrap();
    let files = fixture.api("GET", &format!("{PATH}/hamedan/versions/{version}"), &auditor, "").await;
    assert!(files.status == 200 && !files.body.contains("+98999"), "{}", files.body);
    let files = fixture.api("GET", &format!("{PATH}/qom/versions/1.1.0"), &own, "").await;
    assert!(files.body.contains(MOBILE), "whoever administers the place reads its staff: {}", files.body);
    assert_eq!(files.json()["masked"], json!([]));
}

#[tokio::test]
async fn people_of_directories_are_masked_for_whoever_does_not_administer_them() {
    let fixture = two_provinces().await;
    let secrets = [MOBILE, "+989990007700", MAIL, "پرستو", "Parastou"];
    for role in ["auditor", "inspector", "inspection-centre", "routing-owner"] {
        let token = fixture.token(role);
        let files = fixture.api("GET", &format!("{PATH}/qom/versions/1.1.0"), &token, "").await;
        assert_eq!((files.status.as_u16(), &files.json()["masked"]), (200, &json!(["rules/directory/qom.yaml"])));
        assert!(files.body.contains("id: op-qom") && files.body.contains("'***'"), "{}", files.body);
        let path = format!("{PATH}/qom/difference?from=1.0.0&to=1.1.0");
        let difference = fixture.api("GET", &path, &token, "").await;
        assert!(difference.body.contains("mobile: '***'"), "{role}: the line is told: {}", difference.body);
        for secret in secrets {
            assert!(!files.body.contains(secret) && !difference.body.contains(secret), "{role}: {secret}");
        }
    }
    let clear = fixture.api("GET", &format!("{PATH}/qom/versions/1.1.0"), &fixture.token("administrator"), "").await;
    assert!(clear.body.contains(MOBILE) && clear.body.contains("پرستو"));
    // The shipped directory of the province, for a reader who is not its administrator.
    let auditor = fixture.token_for("auditor", &Scope::Province("hamedan".into()));
    let version = fixture.api("GET", &format!("{PATH}/hamedan"), &auditor, "").await.json()["version"].clone();
    let path = format!("{PATH}/hamedan/versions/{}", version.as_str().unwrap());
    let files = fixture.api("GET", &path, &auditor, "").await;
    assert_eq!(files.status, 200);
    assert!(!files.body.contains("+98999") && !files.body.contains("صدف"), "{}", files.body);
}

#[tokio::test]
async fn the_console_shows_no_packs_of_another_place() {
    let fixture = two_provinces().await;
    // Of the example's directory: for the province alone.
    let cookie = fixture.cookie("admin-ronak");
    let list = fixture.page("/packs?lang=en", &cookie).await;
    assert_eq!(list.status, 200, "{}", list.body);
    assert!(list.body.contains("/packs/hamedan") && !list.body.contains("/packs/qom"), "{}", list.body);
    assert_eq!(fixture.page("/packs/qom?from=1.0.0&to=1.1.0", &cookie).await.status, 403);
}
