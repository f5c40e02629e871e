//! Processes that are stopped (SIGSTOP) or killed in the middle of something: the server, and an agency that it calls.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use peygir_tests::faults::agency::Agency;
use peygir_tests::faults::clerk::{Clerk, client};
use peygir_tests::faults::{errands, signal, state};
use peygir_tests::ledger::Fact;
use peygir_tests::peers::free_port;
use peygir_tests::server::Site;

use crate::effects::{all_left, attempts_that, await_that, hold};

/// Longer than an agency has to answer, and than the flow's timer.
const STOPPED: Duration = Duration::from_secs(4);
/// The agency thinks for so long: time enough to be stopped or killed meanwhile.
const THINKS: Duration = Duration::from_millis(500);

fn agency(address: SocketAddr, thinks: Duration) -> Agency {
    Agency::start(Command::new(env!("CARGO_BIN_EXE_agency")), address, thinks)
}

fn agency_and_site(thinks: Duration) -> (Agency, Site) {
    let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
    (agency(address, thinks), errands::site(address))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_stopped_does_what_fell_due_and_sends_nothing_twice() {
    let (agency, site) = agency_and_site(THINKS);
    let server = site.start();
    let client = client(&site);
    let mut clerk = Clerk::default();
    clerk.must(&client, 0..3).await;
    let resting = errands::start(&client, "rest").await;
    agency.wait_for_asked(1);
    signal(server.pid(), "STOP");
    await_that("it stands still", async || state(server.pid()) == Some('T')).await;
    let asked = agency.asked().len();
    tokio::time::sleep(STOPPED).await;
    let hasty = client.submission("hasty", &peygir_tests::citizen::message(9, "x")).timeout(THINKS);
    assert!(client.send(hasty).await.is_err(), "a server that stands still answers nobody");
    assert!(agency.asked().len() <= asked + 8, "what had left may arrive, nothing more leaves");
    signal(server.pid(), "CONT");

    await_that("the timer", async || errands::instance(&client, &resting).await["status"] == "completed").await;
    await_that("everything has left", async || all_left(&client.all("/api/v1/outbox").await)).await;
    // The hasty message may have been taken once the server went on: asked again under its key it is there once.
    let again = client.submit("hasty", &peygir_tests::citizen::message(9, "x")).await.expect("the server answers");
    assert!((200..300).contains(&again.status), "{}", again.text());
    let lost = clerk.lost(&client).await;
    assert!(lost.is_empty(), "{lost:#?}");
    assert!(server.stop().success());
    hold(&site, Some(&agency.asked()));
    site.verify().expect("the journal is whole");
}

/// A POST of which nobody knows whether it was carried out is a person's matter, whatever ended the peer.
#[tokio::test(flavor = "multi_thread")]
async fn an_agency_that_is_stopped_or_killed_in_a_call_is_asked_again_by_nobody_but_a_person() {
    for fault in ["STOP", "KILL"] {
        let (mut asked_agency, site) = agency_and_site(THINKS);
        let server = site.start();
        let client = client(&site);
        let id = errands::start(&client, "tell").await;
        asked_agency.wait_for_asked(1);
        signal(asked_agency.pid(), fault);
        await_that("an incident", async || !errands::open_incidents(&client).await.is_empty()).await;
        let incidents = errands::open_incidents(&client).await;
        assert_eq!(incidents[0]["kind"], "message-ambiguous", "{fault}: {incidents:#?}");
        assert_eq!(asked_agency.asked().len(), 1, "{fault}");
        let first = asked_agency.asked().remove(0);
        // Another process in its place, as after a restart; the one that was stopped never wakes.
        asked_agency.kill();
        let healthy = agency(asked_agency.address, Duration::ZERO);
        assert!(server.stop().success());
        let server = site.start();
        let other = errands::start(&client, "ask").await;
        await_that("the other flow's end", async || errands::instance(&client, &other).await["status"] == "completed")
            .await;
        assert!(healthy.asked().iter().all(|asked| asked.path == "/ask"), "{fault}: {:?}", healthy.asked());

        let path = format!("/api/v1/incidents/{}/retry", incidents[0]["id"].as_str().expect("it has an id"));
        assert_eq!(client.post(&path, &serde_json::Value::Null).await.status, 204);
        await_that("the flow's end", async || errands::instance(&client, &id).await["status"] == "completed").await;
        assert!(healthy.asked().contains(&first), "{fault}: the same key");
        assert!(server.stop().success());
    }
}

/// A GET changes nothing at its peer: the flow is told of the time-out, and no person is asked.
#[tokio::test(flavor = "multi_thread")]
async fn a_reading_of_an_agency_that_was_stopped_is_an_error_of_the_flow() {
    let (agency, site) = agency_and_site(THINKS);
    let server = site.start();
    let client = client(&site);
    signal(agency.pid(), "STOP");
    let id = errands::start(&client, "ask").await;
    await_that("the flow's fault", async || errands::instance(&client, &id).await["status"] == "faulted").await;
    let incidents = errands::open_incidents(&client).await;
    assert_eq!((incidents.len(), &incidents[0]["kind"]), (1, &"flow-fault".into()), "{incidents:#?}");
    signal(agency.pid(), "CONT");
    let path = format!("/api/v1/incidents/{}/retry", incidents[0]["id"].as_str().expect("it has an id"));
    assert_eq!(client.post(&path, &serde_json::Value::Null).await.status, 204);
    await_that("the flow's end", async || errands::instance(&client, &id).await["status"] == "completed").await;
    assert!(server.stop().success());
}

/// SMS of which nobody knows whether they arrived are sent again, as their manifest says, and the journal says that it is so.
#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_killed_in_a_call_gets_the_message_again_as_its_manifest_says() {
    let (mut first, site) = agency_and_site(THINKS);
    let server = site.start();
    let client = client(&site);
    Clerk::default().must(&client, 0..1).await;
    first.wait_for_asked(1);
    first.kill();
    let second = agency(first.address, Duration::ZERO);
    await_that("everything has left", async || all_left(&client.all("/api/v1/outbox").await)).await;
    assert!(server.stop().success());
    let effects = hold(&site, Some(&[first.asked(), second.asked()].concat()));
    let resent = attempts_that(&effects, |fact| matches!(fact, Fact::Ambiguous { policy, .. } if policy == "resend"));
    assert!(resent > 0, "the kill met no call: {effects:#?}");
}
