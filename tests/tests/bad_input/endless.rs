//! A served deployment whose flow asks a script that never ends: each message is registered, a person is told where the script
//! was stopped, and others go their way meanwhile.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use peygir_tests::citizen;
use peygir_tests::client::Client;
use peygir_tests::server::{Site, repository};
use serde_json::json;
use tokio::task::JoinSet;

use crate::{content, spoil};

/// Callers that hand in a message whose flow asks the script, each its next one as soon as the last is answered: more than there
/// are threads that decide, few enough that none of them waits for long.
const CALLERS: u32 = 6;
/// As many of those messages at most. Before the last of them is answered, all others are: each of these waits in its turn behind
/// a caller's, and not behind all that the callers still have.
const HOSTILE: u32 = 10 * CALLERS;
/// Messages that the script does not touch, handed in all at once.
const SOUND: u32 = 20;

async fn hand_in(client: &Client, number: u32, is_sound: bool) {
    let mut message = citizen::message(number, "بی‌پایان");
    if is_sound {
        // With a topic the script is not asked.
        message["topic"] = json!("no-officer");
    }
    let answer = client.submit(&format!("m-{number}"), &message).await.expect("the server answers");
    assert_eq!(answer.status, 201, "the message is registered, whatever the script does: {}", answer.text());
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

    let (handed_in, enough) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
    let mut hostile = JoinSet::new();
    for _ in 0..CALLERS {
        let (client, handed_in, enough) = (client.clone(), handed_in.clone(), enough.clone());
        hostile.spawn(async move {
            while !enough.load(Ordering::SeqCst) {
                let number = handed_in.fetch_add(1, Ordering::SeqCst);
                assert!(number < HOSTILE, "others wait behind all that the callers of a script without an end have");
                hand_in(&client, 1_000 + number, false).await;
            }
        });
    }
    // One was answered: by then the scripts of the others run, or wait for a thread.
    while handed_in.load(Ordering::SeqCst) <= CALLERS {
        assert!(hostile.try_join_next().is_none(), "a caller was not answered");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut sound = JoinSet::new();
    for number in 100..100 + SOUND {
        let client = client.clone();
        sound.spawn(async move { hand_in(&client, number, true).await });
    }
    sound.join_all().await;
    enough.store(true, Ordering::SeqCst);
    hostile.join_all().await;
    let hostile = handed_in.load(Ordering::SeqCst);
    assert!(hostile >= CALLERS, "all callers were at it: {hostile}");

    let incidents = client.all("/api/v1/incidents").await;
    let faults: Vec<&str> = incidents.iter().filter_map(|one| one["reason"].as_str()).collect();
    assert_eq!(faults.len(), 1 + hostile as usize, "one for each, and none of the others: {faults:?}");
    for fault in faults {
        assert!(fault.contains("endless.rhai") && fault.contains("at line 2"), "where it was stopped: {fault}");
    }
    assert!(server.is_running());
    assert!(server.stop().success());
    site.verify().expect("the journal is clean");
}
