//! Packs that a browser sends by the bare names of their files: from a device that chooses no folders.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::packs::{PATH, body, checked, deploy, form, office, pack, script, upload};

/// A file of the example's pack of the province.
fn of_hamedan(path: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/one-province/pack");
    fs::read_to_string(folder.join(path)).unwrap()
}

/// The pack of the province in its next version.
fn next_of_hamedan() -> String {
    let manifest = of_hamedan("pack.yaml");
    let version = manifest.lines().find(|line| line.starts_with("version: ")).unwrap();
    manifest.replace(version, "version: 9.0.0")
}

/// Whoever administers the province changes no directory: one that is sent as it was is none that changed.
#[tokio::test]
async fn a_pack_with_a_directory_comes_by_bare_names() {
    let fixture = office().await;
    let cookie = fixture.cookie("admin-ronak");
    let (manifest, directory) = (next_of_hamedan(), of_hamedan("rules/directory/hamedan.yaml"));
    let tests = "- { name: it greets, expect: one }\n";
    let (greet, own) = (script("one"), ["pack.yaml", "hamedan.yaml"]);
    let files = [(own[0], manifest.as_str()), (own[1], &directory), ("greet.rhai", &greet), ("greet.test.yaml", tests)];
    let page = upload(&fixture, "/packs/upload", &cookie, form(&[], &files)).await;
    assert_eq!(page.status, 200, "{}", page.body);
    for path in ["rules/directory/hamedan.yaml", "rules/greet.rhai", "rules/greet.test.yaml"] {
        assert!(page.body.contains(&format!("{path}</bdi>")), "{path}: {}", page.body);
    }
    assert!(page.body.contains("new</span>") && !page.body.contains("not sent"), "{}", page.body);
    let packs = checked(&page.body).to_owned();
    let done = upload(&fixture, "/packs/deploy", &cookie, form(&[("checked", &packs)], &[])).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let files =
        fixture.api("GET", &format!("{PATH}/hamedan/versions/9.0.0"), &fixture.token("administrator"), "").await;
    assert_eq!(files.json()["files"]["rules/directory/hamedan.yaml"], json!(directory));

    // Changed, it is refused, where it lies.
    let changed = format!("{directory}# another\n");
    let files = [(own[0], manifest.replace("9.0.0", "9.0.1")), (own[1], changed)];
    let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
    let page = upload(&fixture, "/packs/upload", &cookie, form(&[], &files)).await;
    assert_eq!(page.status, 422, "{}", page.body);
    let told = page.body.matches("PG-P079").count();
    assert!(page.body.contains("hamedan/rules/directory/hamedan.yaml") && told > 0, "{}", page.body);
    assert!(!page.body.contains("hamedan/rules/hamedan.yaml"), "it is told once: {}", page.body);
}

#[tokio::test]
async fn what_is_left_out_is_shown_before_it_is_taken_out() {
    let fixture = office().await;
    let token = fixture.token("administrator");
    let mut first = pack("1.0.0", &script("one"));
    first["files"]["rules/words.yaml"] = json!("kind: template\nid: town/words\nsms: سلام\n");
    assert_eq!(deploy(&fixture, &token, &body(first)).await.status, 201);
    let cookie = fixture.cookie(&fixture.person("administrator"));
    let second = pack("1.1.0", &script("two"));
    let text = |path: &str| second["files"][path].as_str().unwrap();
    let files = [("pack.yaml", text("pack.yaml")), ("greet.rhai", text("rules/greet.rhai"))];
    let tests = ("greet.test.yaml", text("rules/greet.test.yaml"));
    let page = upload(&fixture, "/packs/upload", &cookie, form(&[], &[files[0], files[1], tests])).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("town@1.0.0"), "what it is compared with: {}", page.body);
    assert!(page.body.contains("rules/greet.rhai</bdi> <span class=\"chip accent\">changed"), "{}", page.body);
    assert!(page.body.contains("rules/words.yaml</bdi> <span class=\"chip warning\">not sent"), "{}", page.body);
    // A date that is wrong loses nothing of that.
    let packs = checked(&page.body).to_owned();
    let refused = form(&[("checked", &packs), ("/effectiveFrom", "۱۴۰۵/۱/۱")], &[]);
    let page = upload(&fixture, "/packs/deploy", &cookie, refused).await;
    assert!(page.status == 422 && page.body.contains("not sent"), "{}", page.body);
    // Two that belong at one place.
    let twice = [files[0], files[1], ("greet.rhai", "fn greet(req, now, args) { 1 }")];
    let page = upload(&fixture, "/packs/upload", &cookie, form(&[], &twice)).await;
    assert!(page.status == 422 && page.body.contains("both belong at rules/greet.rhai"), "{}", page.body);
}
