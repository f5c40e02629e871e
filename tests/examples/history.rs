//! Writes the history of this version: `cargo run -p peygir-tests --example history`.
//!
//! One SAMAD case is played to its close on the served binary, others stand open; deadlines rest and move, a closure is
//! declared and withdrawn, a pack is deployed. What is then in the data folder goes to `tests/histories/VERSION/`, with what
//! the store says of itself. It is run once, before a version ships, and never again for that version.

use std::fs;

use peygir_calendar::{Jalali, tehran};
use peygir_runtime::clock::Clock;
use peygir_store::Store;
use peygir_tests::samad::{self, People};
use peygir_tests::server::{Site, repository};
use peygir_tests::{history, story};

/// Flows beside SAMAD's: one that waits for a timer, and one that fails and leaves an incident.
const FLOWS: [(&str, &str); 2] = [
    ("rests", "  - rest: { wait: P300D }\n"),
    (
        "fails",
        "  - fail: { raise: { error: { type: 'https://history.test/errors/made-up', status: 500, title: made up } } }\n",
    ),
];

/// The administrator's token, with which a later version shows that it can open what is sealed here.
const TOKEN: &str = "bootstrap.token";

/// A version of the province's pack behind whichever is shipped.
const NEXT: &str = "version: 99.0.0";

/// The next version of the province's pack, with those flows in it.
fn deploy_a_pack(site: &Site) {
    let (from, to) = (repository().join("examples/one-province/pack"), site.deployment().join("next"));
    history::copy(&from, &to);
    let path = to.join("pack.yaml");
    let shipped = fs::read_to_string(&path).expect("the pack can be read");
    let text = shipped.lines().map(|line| if line.starts_with("version:") { NEXT } else { line });
    fs::write(&path, text.collect::<Vec<_>>().join("\n")).expect("the pack can be written");
    for (name, tasks) in FLOWS {
        let folder = to.join("workflows").join(name);
        fs::create_dir_all(&folder).expect("a folder can be made");
        let head = format!("document: {{ dsl: '1.0.3', namespace: history, name: {name}, version: '1.0.0' }}");
        fs::write(folder.join("workflow.yaml"), format!("{head}\ndo:\n{tasks}")).expect("a flow can be written");
    }
    let folder = to.display().to_string();
    let output = site.run(&["deploy", &folder, "--data", "{data}", "--note", "history"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::main]
async fn main() {
    let target = history::folder().join(env!("CARGO_PKG_VERSION"));
    assert!(!target.exists(), "{} is written already, and never again", target.display());
    let site = samad::site();
    let server = site.start();
    let people = People::of(&site).await;
    let case = people.opens(0).await;
    people.inspected(&case).await;
    let open = people.opens(1).await;
    assert!(server.stop().success());

    let store = story::open(&site.data());
    store.seal().expect("it can be sealed");
    store.checkpoint().expect("a snapshot can be taken");
    store.close().expect("it closes");

    let server = site.start();
    let tomorrow = Clock::Real.now().to_jiff().to_zoned(tehran()).date().tomorrow().expect("there is a tomorrow");
    people.closure_and_back(Jalali::from_gregorian(tomorrow)).await;
    deploy_a_pack(&site);
    for (name, _) in FLOWS {
        let path = format!("/api/v1/workflows/history/{name}/instances");
        let answer = people.admin.post(&path, &serde_json::json!({})).await;
        assert!(answer.status < 300, "{name}: {}", answer.text());
    }
    people.closed(&case).await;
    people.opens(2).await;
    assert_ne!(open, case);
    assert!(server.stop().success());

    let store = story::open(&site.data());
    store.seal().expect("it can be sealed");
    let account = history::account(&store);
    store.close().expect("it closes");
    for folder in ["store/journal", "store/snapshots", "keys"] {
        history::copy(&site.data().join(folder), &target.join(folder));
    }
    fs::write(target.join(TOKEN), site.token()).expect("a file can be written");
    let text = serde_json::to_string_pretty(&account).expect("it is JSON") + "\n";
    fs::write(target.join("account.json"), text).expect("a file can be written");
}
