//! A served deployment whose flow asks a script that never ends: each message is registered, a person is told where the script
//! was stopped, and others go their way meanwhile.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use peygir_tests::citizen;
use peygir_tests::client::Client;
use peygir_tests::server::{Site, repository};
use serde_json::json;
use tokio::task::JoinSet;

use crate::{content, spoil};

/// Messages whose flow asks the script, all at once.
const HOSTILE: u32 = 32;
/// Messages that it does not touch, handed in meanwhile.
const SOUND: u32 = 20;

/// Hands messages in, each in a task of its own. Each gives the place that its answer had among all.
fn hand_in(
    client: &Client,
    numbers: std::ops::Range<u32>,
    is_sound: bool,
    answered: &Arc<AtomicUsize>,
) -> JoinSet<usize> {
    let mut all = JoinSet::new();
    for number in numbers {
        let (client, answered) = (client.clone(), answered.clone());
        all.spawn(async move {
            let mut message = citizen::message(number, "بی‌پایان");
            if is_sound {
                // With a topic the script is not asked.
                message["topic"] = json!("no-officer");
            }
            let answer = client.submit(&format!("m-{number}"), &message).await.expect("the server answers");
            assert_eq!(answer.status, 201, "the message is registered, whatever the script does: {}", answer.text());
            answered.fetch_add(1, Ordering::SeqCst)
        });
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn others_go_their_way_while_scripts_without_an_end_run() {
    let site = Site::without_gateway();
    let folder = content(&["pack.yaml", "workflows", "rules"]);
    // The first function that every message meets is now one that never ends.
    let script = folder.path().join("rules/routing/endless.rhai");
    fs::write(&script, "fn endless(req, now, args) {\n    loop { }\n}\n").expect("written");
    let rows = "- { name: it meets its limit, fault: PG-S102 }\n";
    fs::write(script.with_file_name("endless.test.yaml"), rows).expect("written");
    spoil(&folder.path().join("workflows/intake/workflow.yaml"), "call: propose-topic", "call: endless");
    let deployment = site.deployment().join("deployment.yaml");
    spoil(&deployment, &format!("{:?}", repository()), &format!("{:?}", folder.path()));
    let mut server = site.start();
    let client = Client::new(site.address(), Some(&site.token()));
    // Connections are made, and what is made once is.
    assert_eq!(client.submit("first", &citizen::message(1, "نخست")).await.expect("an answer").status, 201);

    let answered = Arc::new(AtomicUsize::new(0));
    let hostile = hand_in(&client, 100..100 + HOSTILE, false, &answered);
    let sound = hand_in(&client, 200..200 + SOUND, true, &answered);
    let (hostile, sound) = (hostile.join_all().await, sound.join_all().await);
    let last = |places: &[usize]| places.iter().copied().max();
    assert!(last(&sound) < last(&hostile), "all others are answered before the last script is: {sound:?}, {hostile:?}");

    let incidents = client.all("/api/v1/incidents").await;
    let faults: Vec<&str> = incidents.iter().filter_map(|one| one["reason"].as_str()).collect();
    assert_eq!(faults.len(), 1 + HOSTILE as usize, "one for each, and none of the others: {faults:?}");
    for fault in faults {
        assert!(fault.contains("endless.rhai") && fault.contains("at line 2"), "where it was stopped: {fault}");
    }
    assert!(server.is_running());
    assert!(server.stop().success());
    site.verify().expect("the journal is clean");
}
