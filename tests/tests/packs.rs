//! Packs deployed into the served binary: listed, refused with their places, rolled back, and killed in the middle of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use peygir_tests::client::Client;
use peygir_tests::server::{Site, binary, repository};
use peygir_tests::{citizen, history};
use serde_json::Value;

/// Deployments that the server is killed under.
const KILLS: u32 = 4;
/// Longest wait for a server that was just launched.
const STARTS: std::time::Duration = std::time::Duration::from_secs(60);

/// Writes a pack of the province over the national one and gives its folder.
fn pack(site: &Site, version: &str, script: &str) -> PathBuf {
    let folder = site.deployment().parent().unwrap().join(format!("town-{version}"));
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let manifest = format!(
        "kind: pack\nname: town\nversion: {version}\ntitle: {{ fa: شهر, en: Town }}\nfor: {{ province: hamedan }}\n\
         over: [ national ]\n"
    );
    write("pack.yaml", &manifest);
    write("rules/greet.rhai", script);
    let word = script.split('"').nth(1).unwrap_or_default();
    write("rules/greet.test.yaml", &format!("- {{ name: it greets, expect: '{word}' }}\n"));
    folder
}

fn greeting(word: &str) -> String {
    format!("fn greet(req, now, args) {{\n  \"{word}\"\n}}\n")
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn told(site: &Site, arguments: &[&str]) -> String {
    let output = site.run(&[arguments, &["--data", "{data}"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn refused(site: &Site, arguments: &[&str]) -> String {
    let output = site.run(&[arguments, &["--data", "{data}"]].concat());
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn packs_are_deployed_listed_compared_and_rolled_back_while_the_server_serves() {
    let site = Site::without_gateway();
    let server = site.start();
    assert!(server.said().contains("edition 1 brings the folder's packs: national@"), "{}", server.said());
    let (one, two) = (pack(&site, "1.0.0", &greeting("one")), pack(&site, "1.1.0", &greeting("two")));
    let dry = told(&site, &["deploy", &shown(&one), "--dry-run"]);
    assert!(dry.contains("nothing was deployed: town@1.0.0"), "{dry}");
    assert!(!told(&site, &["packs"]).contains("town"));
    let done = told(&site, &["deploy", &shown(&one), "--note", "the first"]);
    assert!(done.starts_with("edition 2: town@1.0.0, from "), "{done}");
    assert!(told(&site, &["deploy", &shown(&one)]).starts_with("in force already"));
    told(&site, &["deploy", &shown(&two)]);
    let later = told(&site, &["deploy", "town@1.0.0", "--effective", "1480/01/01", "--lang", "fa"]);
    assert!(later.starts_with("استقرار ۴: town@1.0.0"), "{later}");
    let packs = told(&site, &["packs"]);
    let line = packs.lines().find(|line| line.starts_with("town")).unwrap();
    assert!(line.starts_with("town  1.1.0  from ") && line.contains("; planned: 1.0.0 from "), "{line}");
    assert!(line.contains(", by token:bootstrap"), "{line}");
    let national = packs.lines().find(|line| line.starts_with("national")).unwrap();
    assert!(national.contains(", by the deployment's folder"), "{national}");
    let persian = told(&site, &["packs", "--lang", "fa"]);
    assert!(persian.contains("، پوشهٔ استقرار") && persian.contains("؛ در راه: 1.0.0 از "), "{persian}");
    let versions = told(&site, &["packs", "town"]);
    let first = versions.lines().find(|line| line.contains("the first")).unwrap();
    assert!(first.contains("1.0.0  past  from ") && first.contains(", by token:bootstrap  — the first"), "{first}");
    let persian = told(&site, &["packs", "town", "--lang", "fa"]);
    assert!(persian.starts_with("town  شهر\n") && persian.contains("1.0.0  گذشته  از "), "{persian}");
    assert!(versions.contains("the first") && versions.contains("to come") && versions.contains("past"), "{versions}");
    let difference = told(&site, &["packs", "diff", "town", "1.0.0", "1.1.0"]);
    assert!(difference.contains("-  \"one\"\n+  \"two\"\n"), "{difference}");
    let dry = told(&site, &["packs", "rollback", "town", "--dry-run"]);
    assert!(dry.contains("nothing was deployed: town@1.0.0"), "{dry}");
    let back = told(&site, &["packs", "rollback", "town"]);
    assert!(back.starts_with("edition 5: town@1.0.0"), "{back}");
    let json: Value = serde_json::from_str(&told(&site, &["packs", "--json"])).unwrap();
    assert_eq!(json["edition"], 5);
    // What was left does not come back, unless its edition is named.
    assert!(refused(&site, &["packs", "rollback", "town"]).contains("no version of town before"));
    let planned = told(&site, &["packs", "rollback", "town", "--to", "3", "--effective", "۱۴۸۰/۰۲/۰۱ ۰۸:۳۰"]);
    assert!(planned.starts_with("edition 6: town@1.1.0"), "{planned}");
    // What is planned would undo each of these: nothing is done unless somebody keeps it knowingly.
    let back = refused(&site, &["packs", "rollback", "--to", "1"]);
    assert!(back.contains("PG-P098") && back.contains("peygir packs withdraw 4"), "{back}");
    let whole = told(&site, &["packs", "rollback", "--to", "1", "--keep-planned"]);
    assert!(whole.starts_with("edition 7: -town"), "{whole}");
    let there = told(&site, &["packs", "rollback", "--to", "3", "--keep-planned"]);
    assert!(there.starts_with("edition 8: town@1.1.0") && there.contains("then town@1.0.0, with edition 4"), "{there}");
    let gone = told(&site, &["packs", "remove", "town", "--note", "enough", "--keep-planned"]);
    assert!(gone.starts_with("edition 9: -town"), "{gone}");
    assert!(server.stop().success());
}

/// Going back with everything is for whoever administers everything: who does not is told so, with what is theirs to go back with.
#[test]
fn who_administers_one_place_goes_back_with_packs_of_that_place() {
    let site = Site::without_gateway();
    let server = site.start();
    told(&site, &["deploy", &shown(&pack(&site, "1.0.0", &greeting("one")))]);
    told(&site, &["deploy", &shown(&pack(&site, "1.1.0", &greeting("two")))]);
    let elsewhere = pack(&site, "9.0.0", &greeting("far").replace("fn greet", "fn far"));
    let manifest = fs::read_to_string(elsewhere.join("pack.yaml")).unwrap();
    let manifest = manifest.replace("name: town", "name: far").replace("hamedan", "isfahan");
    fs::write(elsewhere.join("pack.yaml"), manifest).unwrap();
    let directory = "kind: directory\nprovince: { id: isfahan, fa: اصفهان, en: Isfahan }\n";
    fs::write(elsewhere.join("rules/directory.yaml"), directory).unwrap();
    fs::rename(elsewhere.join("rules/greet.rhai"), elsewhere.join("rules/far.rhai")).unwrap();
    fs::rename(elsewhere.join("rules/greet.test.yaml"), elsewhere.join("rules/far.test.yaml")).unwrap();
    told(&site, &["deploy", &shown(&elsewhere)]);
    let role = ["--role", "administrator", "--scope", "province:hamedan", "--name", "owner"];
    let token = told(&site, &[&["token", "new"], &role[..]].concat());
    let url = format!("http://{}", site.address());
    let back = |lang| {
        let arguments = ["packs", "rollback", "--url", &url, "--lang", lang];
        let output = site.run_with(&arguments, &[("PEYGIR_TOKEN", token.trim())]);
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    };
    // The edition before differs from the present one in a pack of another place alone.
    let (en, fa) = (back("en"), back("fa"));
    assert!(en.contains("for whoever administers them all") && en.contains("town (1.1.0 → 1.0.0)"), "{en}");
    assert!(fa.contains("با مدیر همهٔ آن‌هاست") && fa.contains("town (1.1.0 → 1.0.0)"), "{fa}");
    // Here it differs in packs of both places: not all of them are theirs.
    let of_all = told(&site, &["packs", "rollback", "--to", "1", "--dry-run"]);
    assert!(of_all.contains("-town") && of_all.contains("-far"), "{of_all}");
    assert!(server.stop().success());
}

/// The version before is asked for from the server that has it: the one in force there, or one that is named.
#[test]
fn what_moves_with_a_base_is_told_from_what_the_server_has() {
    let site = Site::without_gateway();
    let server = site.start();
    let (layers, base) = (shown(&repository().join("examples/three-provinces/isfahan")), shown(repository()));
    let pack: Value = serde_json::from_str(&told(&site, &["packs", "national", "--json"])).unwrap();
    let version = pack["version"].as_str().unwrap().to_owned();
    let in_force = told(&site, &["rebase", &layers, "--onto", &base]);
    assert_eq!(in_force, told(&site, &["rebase", &layers, "--onto", &base, "--from", &version]));
    assert_eq!(in_force, told(&site, &["rebase", &layers, "--onto", &base, "--from", &base]), "the same in a folder");
    let output = site.run(&["rebase", &layers, "--onto", &base, "--from", "99.0.0", "--data", "{data}"]);
    assert!(!output.status.success(), "a version that the server never had");
    assert!(server.stop().success());
}

/// A base that has moved on the server is found there, with the version that it moved from.
#[test]
fn a_pack_is_rebased_onto_what_is_in_force() {
    let site = Site::without_gateway();
    let layers = shown(&repository().join("examples/three-provinces/isfahan"));
    let nobody = site.run(&["rebase", &layers, "--data", "{data}"]);
    let said = String::from_utf8(nobody.stderr).unwrap();
    assert!(!nobody.status.success() && said.contains("without --onto the server is asked"), "{said}");
    let server = site.start();
    let still = refused(&site, &["rebase", &layers]);
    assert!(still.contains("nothing below isfahan has moved") && still.contains("--onto"), "{still}");
    let still = refused(&site, &["rebase", &layers, "--lang", "fa"]);
    assert!(still.contains("هیچ بسته‌ای زیر isfahan") && still.contains("--onto"), "{still}");

    let pack: Value = serde_json::from_str(&told(&site, &["packs", "national", "--json"])).unwrap();
    let version = pack["version"].as_str().unwrap().to_owned();
    let base = site.deployment().parent().unwrap().join("moved");
    history::copy(&repository().join("workflows"), &base.join("workflows"));
    history::copy(&repository().join("rules"), &base.join("rules"));
    let written = |path: &str, change: &dyn Fn(String) -> String| {
        let text = fs::read_to_string(repository().join(path)).unwrap();
        let changed = change(text.clone());
        assert_ne!(changed, text, "{path}");
        fs::write(base.join(path), changed).unwrap();
    };
    written("pack.yaml", &|text| text.replace(&version, "0.2.99"));
    written("rules/routing/samad-routing.table.yaml", &|text| {
        text.replacen("\nversion: 1.", "\nversion: 1.9", 1).replace("unit: objections", "unit: appeals")
    });
    told(&site, &["deploy", &shown(&base)]);
    let moved = told(&site, &["rebase", &layers]);
    assert_eq!(moved, told(&site, &["rebase", &layers, "--onto", "national", "--from", &version]));
    // Which of several is named alone, as whoever is asked for it does.
    assert_eq!(moved, told(&site, &["rebase", &layers, "--onto", "national"]));
    assert!(moved.contains("appeals"), "{moved}");
    assert!(server.stop().success());
}

/// Why a case went where it did, as whoever may read it asks the running server.
#[tokio::test(flavor = "multi_thread")]
async fn why_a_case_went_where_it_did_is_told_in_both_languages() {
    let site = Site::without_gateway();
    let server = site.start();
    let client = Client::new(site.address(), Some(&site.token()));
    let answer = client.submit("first", &citizen::message(1, "نخست")).await.expect("the server answers");
    let code = answer.json()["trackingCode"].as_str().expect("a code").to_owned();
    let english = told(&site, &["explain", "decision", &code, "--table", "foad-routing", "--lang", "en"]);
    let persian = told(&site, &["explain", "decision", &code, "--table", "foad-routing", "--lang", "fa"]);
    for (told, parts) in [
        (
            &english,
            [
                "Referral of Fo’ad complaints",
                "National pack",
                "No officer at the desk",
                "Rules that did not answer:",
                "System of a bank down: ",
            ],
        ),
        (
            &persian,
            [
                "ارجاع فوریت‌های اداری",
                "بستهٔ ملی",
                "نبود مسئول پشت میز",
                "قاعده‌هایی که پاسخ ندادند:",
                "قطعی سامانهٔ بانک: ",
            ],
        ),
    ] {
        for part in parts {
            assert!(told.contains(part), "{part}: {told}");
        }
    }
    let brief = told(&site, &["explain", "decision", &code, "--table", "foad-routing", "--lang", "en", "--brief"]);
    assert!(!brief.contains("System of a bank down") && english.starts_with(brief.trim_end()), "{brief}");
    refused(&site, &["explain", "decision", "12345678903"]);
    assert!(server.stop().success());
}

/// Whoever sees that it runs may tell it to stop, however early that is.
#[test]
fn a_server_that_is_told_to_stop_at_once_ends_well() {
    let site = Site::without_gateway();
    let server = site.launch(&[]);
    let running = site.data().join("server.json");
    let begun = std::time::Instant::now();
    while !running.exists() {
        assert!(begun.elapsed() < STARTS, "it does not start: {}", server.said());
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let status = server.stop();
    assert!(status.success(), "{status}");
}

/// What lies in a pack's folder and is not deployed is told.
#[test]
fn files_that_are_not_deployed_are_told() {
    let site = Site::without_gateway();
    let server = site.start();
    let folder = pack(&site, "1.0.0", &greeting("one"));
    fs::write(folder.join("rules/list.csv"), "a,b").unwrap();
    let output = site.run(&["deploy", &shown(&folder), "--dry-run", "--data", "{data}"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("rules/list.csv"), "{said}");
    fs::write(folder.join("late.rhai"), greeting("late")).unwrap();
    assert!(refused(&site, &["deploy", &shown(&folder)]).contains("PG-P087"));
    assert!(server.stop().success());
}

#[test]
fn what_is_refused_is_told_as_a_check_tells_it() {
    let site = Site::without_gateway();
    let server = site.start();
    let broken = pack(&site, "1.0.0", "fn greet(req, now, args) {\n  let x = ;\n}\n");
    let said = refused(&site, &["deploy", &shown(&broken)]);
    assert!(
        said.contains("town-1.0.0/rules/greet.rhai:2:") && said.contains("let x = ;") && said.contains('^'),
        "{said}"
    );
    let persian = refused(&site, &["deploy", &shown(&broken), "--lang", "fa"]);
    assert!(persian.contains("خطا["), "{persian}");
    told(&site, &["deploy", &shown(&pack(&site, "1.0.0", &greeting("one")))]);
    let said = refused(&site, &["deploy", &shown(&pack(&site, "1.0.0", &greeting("other")))]);
    assert!(said.contains("PG-P075") && said.contains("rules/greet.rhai") && said.contains("version"), "{said}");
    assert!(refused(&site, &["deploy", "town@7.0.0"]).contains("PG-P078"));
    assert!(server.stop().success());
}

/// Sends a deployment and does not wait for its answer.
fn send(site: &Site, folder: &Path) -> Child {
    let mut command = Command::new(binary());
    command.args(["deploy", &shown(folder), "--data", &shown(&site.data())]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn a_kill_in_the_middle_leaves_an_edition_whole_or_none_at_all() {
    let site = Site::without_gateway();
    let mut server = site.start();
    told(&site, &["deploy", &shown(&pack(&site, "1.0.0", &greeting("0")))]);
    for round in 1..=KILLS {
        let folder = pack(&site, &format!("1.0.{round}"), &greeting(&round.to_string()));
        let mut sent = send(&site, &folder);
        // Sooner and later in the deployment's way: while it is checked, committed, answered.
        std::thread::sleep(std::time::Duration::from_millis(u64::from(round) * 60));
        server.kill();
        let answered = sent.wait().unwrap().success();
        site.verify().unwrap();
        server = site.start();
        let town: Value = serde_json::from_str(&told(&site, &["packs", "town", "--json"])).unwrap();
        let versions = town["versions"].as_array().unwrap();
        let deployed = versions.iter().any(|version| version["version"] == format!("1.0.{round}"));
        assert!(deployed || !answered, "round {round}: it was answered and is gone");
        for version in versions {
            let version = version["version"].as_str().unwrap();
            let number = version.rsplit_once('.').unwrap().1;
            let address = format!("/api/v1/packs/town/versions/{version}");
            let token = site.token();
            let client = peygir_tests::client::Client::new(site.address(), Some(&token));
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let files = runtime.block_on(client.get(&address)).json();
            assert_eq!(files["files"]["rules/greet.rhai"], greeting(number), "{version} is what it was");
        }
        // Whoever got no answer asks again.
        told(&site, &["deploy", &shown(&folder)]);
        assert!(told(&site, &["packs", "town"]).contains(&format!("1.0.{round}  in force")));
    }
    assert!(server.stop().success());
}

#[test]
fn an_edited_pack_of_the_folder_is_refused_at_the_start() {
    let site = Site::without_gateway();
    let own = pack(&site, "1.0.0", &greeting("one"));
    let settings = site.deployment().join("deployment.yaml");
    let text = fs::read_to_string(&settings).unwrap();
    let line = text.lines().find(|line| line.starts_with("packs:")).unwrap().to_owned();
    let with_own = line.replace(" ]", &format!(", '{}' ]", shown(&own)));
    assert_ne!(line, with_own, "{line}");
    fs::write(&settings, text.replace(&line, &with_own)).unwrap();
    let first = site.start();
    assert!(told(&site, &["packs", "town"]).contains("1.0.0  in force"));
    first.stop();
    pack(&site, "1.0.0", &greeting("edited"));
    let Err(ended) = site.start_with(&[]) else { panic!("it is refused") };
    assert!(ended.said.contains("PG-P075") && ended.said.contains("greet.rhai"), "{}", ended.said);
    pack(&site, "1.0.1", &greeting("edited"));
    let newer = line.replace(" ]", &format!(", '{}' ]", shown(&own).replace("1.0.0", "1.0.1")));
    fs::write(&settings, text.replace(&line, &newer)).unwrap();
    let server = site.start();
    assert!(server.said().contains("edition 2 brings the folder's packs: town@1.0.1"), "{}", server.said());
    assert!(told(&site, &["packs", "town"]).contains("1.0.1  in force"));
    assert!(server.stop().success());
}
