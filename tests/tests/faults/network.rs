//! Packets that get lost between the server and a peer: all of them, only what is sent to the peer, or only what it answers.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use peygir_tests::client::Client;
use peygir_tests::faults::agency::{Agency, Asked};
use peygir_tests::faults::clerk::{Clerk, client};
use peygir_tests::faults::errands;
use peygir_tests::faults::network::{Loss, Network, THERE};
use peygir_tests::ledger::{Effect, Fact};
use peygir_tests::peers::namespace;
use peygir_tests::server::Site;
use peygir_tests::story;

use crate::effects::{all_left, attempts_that, await_that, hold};
use crate::there;

const PORT: u16 = 8000;

/// An agency at the other end of a cable, and the deployment that calls it.
struct Line {
    network: Network,
    agency: Agency,
    site: Site,
    _folder: tempfile::TempDir,
}

impl Line {
    fn lay() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder can be made");
        let network = Network::lay(folder.path());
        let address = SocketAddr::from((THERE, PORT));
        let command = network.command(Path::new(env!("CARGO_BIN_EXE_agency")));
        let agency = Agency::start(command, address, Duration::ZERO);
        Self { network, agency, site: errands::site(address), _folder: folder }
    }
}

/// Runs a test in a namespace of its own, with the cable.
fn with_line<F: Future<Output = ()>>(test: &str, body: impl FnOnce(Line) -> F) {
    if !there(&["namespace", "nftables"]) {
        return;
    }
    namespace::alone(&format!("network::{test}"), || {
        let runtime = tokio::runtime::Runtime::new().expect("there is a runtime");
        runtime.block_on(async { body(Line::lay()).await });
    });
}

/// Waits until a message was tried without success. Others to the same number wait behind it.
async fn await_a_try(client: &Client) {
    await_that("a try", async || {
        let lines = client.all("/api/v1/outbox").await;
        let mut sms = lines.iter().filter(|line| line["channel"] == "sms");
        sms.any(|line| line["attempts"].as_u64() > Some(0) && line["status"] == "ready")
    })
    .await;
}

async fn await_sent(client: &Client) {
    await_that("everything has left", async || all_left(&client.all("/api/v1/outbox").await)).await;
}

#[test]
fn a_peer_that_no_packet_reaches_gets_each_message_once_when_one_does() {
    with_line("a_peer_that_no_packet_reaches_gets_each_message_once_when_one_does", |line| async move {
        let server = line.site.start();
        let client = client(&line.site);
        line.network.lose(Loss::All);
        Clerk::default().must(&client, 0..1).await;
        await_a_try(&client).await;
        assert_eq!((line.network.arrived(), line.agency.asked()), (0, vec![]), "no packet gets there");
        line.network.heal();
        await_sent(&client).await;
        assert!(server.stop().success());

        let effects = hold(&line.site, Some(&line.agency.asked()));
        assert!(attempts_that(&effects, |fact| *fact == Fact::FailedForNow) > 0, "nothing was lost: {effects:#?}");
        let unknown = attempts_that(&effects, |fact| matches!(fact, Fact::Ambiguous { .. }));
        assert_eq!(unknown, 0, "what reached nobody is known to have reached nobody: {effects:#?}");
        let asked = line.agency.asked();
        let mut once = asked.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), asked.len(), "nothing is told twice: {asked:#?}");
    });
}

#[test]
fn a_message_whose_answer_gets_lost_is_sent_again_because_its_manifest_says_so() {
    with_line("a_message_whose_answer_gets_lost_is_sent_again_because_its_manifest_says_so", |line| async move {
        let server = line.site.start();
        let client = client(&line.site);
        line.network.lose(Loss::Answers);
        Clerk::default().must(&client, 0..1).await;
        await_a_try(&client).await;
        assert!(!line.agency.asked().is_empty(), "the request arrives, only the answer does not");
        line.network.heal();
        await_sent(&client).await;
        assert!(server.stop().success());

        let effects = hold(&line.site, Some(&line.agency.asked()));
        let resent = attempts_that(
            &effects,
            |fact| matches!(fact, Fact::Ambiguous { policy, next_at: Some(_), .. } if policy == "resend"),
        );
        assert!(resent > 0, "no answer was lost: {effects:#?}");
        assert!(line.agency.asked().len() > effects.iter().filter(|one| one.connector == "sms").count());
    });
}

/// Nobody knows whether a POST was carried out whose answer got lost: it is not made again, a person is asked.
#[test]
fn a_call_whose_answer_gets_lost_waits_for_a_person() {
    with_line("a_call_whose_answer_gets_lost_waits_for_a_person", |line| async move {
        let server = line.site.start();
        let client = client(&line.site);
        line.network.lose(Loss::Answers);
        let id = errands::start(&client, "tell").await;
        await_that("an incident", async || !errands::open_incidents(&client).await.is_empty()).await;
        line.network.heal();
        assert!(server.stop().success());
        let server = line.site.start();
        // What was read again would have been read by now: a flow that asks goes through.
        let other = errands::start(&client, "ask").await;
        await_that("the other flow's end", async || ended(&client, &other).await).await;
        let told = |asked: Vec<Asked>| asked.into_iter().filter(|one| one.path == "/tell").collect::<Vec<_>>();
        assert_eq!(told(line.agency.asked()).len(), 1, "it was made once, and nobody decided otherwise");
        let incidents = errands::open_incidents(&client).await;
        assert_eq!((incidents.len(), &incidents[0]["kind"]), (1, &"message-ambiguous".into()), "{incidents:#?}");

        let path = format!("/api/v1/incidents/{}/retry", incidents[0]["id"].as_str().expect("it has an id"));
        assert_eq!(client.post(&path, &serde_json::Value::Null).await.status, 204);
        await_that("the flow's end", async || ended(&client, &id).await).await;
        let told = told(line.agency.asked());
        assert!(told.len() == 2 && told[0] == told[1], "the same key: {told:#?}");
        assert!(server.stop().success());
    });
}

/// The agency is reached, and the POST gets lost on the way: it was asked nothing, but nobody here can know that.
#[test]
fn a_call_that_gets_lost_behind_its_connection_waits_for_a_person() {
    with_line("a_call_that_gets_lost_behind_its_connection_waits_for_a_person", |line| async move {
        let server = line.site.start();
        let client = client(&line.site);
        line.network.lose(Loss::Requests);
        let id = errands::start(&client, "tell").await;
        await_that("an incident", async || !errands::open_incidents(&client).await.is_empty()).await;
        assert!(line.network.arrived() > 0, "the connection stood");
        assert!(server.stop().success());
        let server = line.site.start();
        // What only reads was as lost: the flow is told, and the server has come so far.
        let lost = errands::start(&client, "ask").await;
        await_that("the other flow's fault", async || errands::instance(&client, &lost).await["status"] == "faulted")
            .await;
        assert_eq!(line.agency.asked(), [], "nothing has arrived");
        // What the system itself still tries to bring there is no call that was made again.
        await_that("the connections' end", async || !line.network.is_unfinished()).await;
        line.network.heal();
        let other = errands::start(&client, "ask").await;
        await_that("the other flow's end", async || ended(&client, &other).await).await;
        let paths: Vec<String> = line.agency.asked().into_iter().map(|one| one.path).collect();
        assert_eq!(paths, ["/ask"], "nobody decided that it be made again");
        let mut incidents = errands::open_incidents(&client).await;
        incidents.retain(|incident| incident["kind"] == "message-ambiguous");
        assert_eq!(incidents.len(), 1, "{incidents:#?}");

        let path = format!("/api/v1/incidents/{}/retry", incidents[0]["id"].as_str().expect("it has an id"));
        assert_eq!(client.post(&path, &serde_json::Value::Null).await.status, 204);
        await_that("the flow's end", async || ended(&client, &id).await).await;
        assert!(server.stop().success());

        let store = story::open(&line.site.data());
        let effects = story::streams(&store).into_iter().flat_map(|stream| story::effects(&store, stream).0);
        // The key of a call begins with the instance that makes it.
        let calls: Vec<Effect> = effects.filter(|effect| effect.key.starts_with(&id)).collect();
        let [call] = &calls[..] else { panic!("one call: {calls:#?}") };
        assert!(
            matches!(&call.facts[..], [
                Fact::Begun(1),
                Fact::Ambiguous { attempt: 1, policy, next_at: None, .. },
                Fact::Begun(2),
                Fact::Sent
            ] if policy == "person"),
            "{call:#?}"
        );
        let told: Vec<Asked> = line.agency.asked().into_iter().filter(|one| one.path == "/tell").collect();
        assert_eq!(
            told,
            [Asked { path: "/tell".into(), key: call.key.clone() }],
            "under the key that it was given at first"
        );
    });
}

async fn ended(client: &Client, id: &str) -> bool {
    errands::instance(client, id).await["status"] == "completed"
}

/// A POST that no packet of reaches its peer certainly was not carried out: the flow is told, and no person is asked.
#[test]
fn a_call_that_reaches_nobody_is_an_error_of_the_flow_and_no_question_to_a_person() {
    with_line("a_call_that_reaches_nobody_is_an_error_of_the_flow_and_no_question_to_a_person", |line| async move {
        let server = line.site.start();
        let client = client(&line.site);
        line.network.lose(Loss::All);
        let id = errands::start(&client, "tell").await;
        await_that("the flow's fault", async || errands::instance(&client, &id).await["status"] == "faulted").await;
        let kinds: Vec<_> =
            errands::open_incidents(&client).await.iter().map(|incident| incident["kind"].clone()).collect();
        assert_eq!(kinds, ["flow-fault"], "not: message-ambiguous");
        assert_eq!((line.network.arrived(), line.agency.asked()), (0, vec![]), "no packet gets there");
        assert!(server.stop().success());
    });
}
