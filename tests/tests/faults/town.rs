//! A real SMS gateway and a real mail server that are stopped or killed while they are called.

use peygir_tests::faults::clock::Clock;
use peygir_tests::faults::{children, environment, is_signalled, signal, state};
use peygir_tests::ledger::{Effect, Fact};
use peygir_tests::peers::namespace;
use peygir_tests::town::{Setup, Town, texts_of};
use serde_json::{Value, json};

use crate::effects::{all_left, attempts_that, await_that, hold};
use crate::there;

const CITIZEN: &str = "09990000001";
/// Puts what waits for its next try behind its pause, in seconds.
const PAUSE: i64 = 120;

/// Runs a test in a namespace with a gateway, a mail server and the served binary, whose clock can be set.
fn with_town<F: Future<Output = ()>>(test: &str, setup: Setup, body: impl FnOnce(Town, Clock) -> F) {
    if !there(&["kannel", "exim", "faketime"]) {
        return;
    }
    namespace::isolated(&format!("town::{test}"), || {
        let runtime = tokio::runtime::Runtime::new().expect("there is a runtime");
        runtime.block_on(async {
            let (mut town, clock) = (Town::build(&setup), Clock::new());
            town.start_with(&environment(&clock.environment()));
            body(town, clock).await;
        });
    });
}

async fn hand_in(town: &Town) {
    let message = json!({
        "channel": "phone", "text": "در شعبهٔ بانک ملی، کارمند باجه نیست و جانشین هم ندارد.",
        "from": { "nationalId": "9990000018", "mobile": CITIZEN },
    });
    let answer = town.admin.submit("one", &message).await.expect("the server answers");
    assert_eq!(answer.status, 201, "{}", answer.text());
}

/// The messages of a channel, once there are some and all have left.
async fn await_left(town: &Town, channel: &str) -> Vec<Value> {
    await_that("everything has left", async || all_left(&town.outgoing(channel).await)).await;
    town.outgoing(channel).await
}

fn of<'a>(effects: &'a [Effect], connector: &'a str) -> impl Iterator<Item = &'a Effect> {
    effects.iter().filter(move |effect| effect.connector == connector)
}

fn is_resent(fact: &Fact) -> bool {
    matches!(fact, Fact::Ambiguous { policy, .. } if policy == "resend")
}

/// Stopped or killed with our call in its hands: nobody knows whether it sends it. The manifest says `resend`, the journal
/// says that it was so, and the citizen gets no more copies than there are attempts on record.
#[test]
fn a_real_gateway_that_is_stopped_or_killed_in_a_call_gets_it_again_as_its_manifest_says() {
    let name = "a_real_gateway_that_is_stopped_or_killed_in_a_call_gets_it_again_as_its_manifest_says";
    let setup = Setup { answer_seconds: (2, 45), ..Setup::default() };
    with_town(name, setup, |mut town, clock| async move {
        let taker = town.kannel.taker();
        signal(taker, "STOP");
        await_that("it stands still", async || state(taker) == Some('T')).await;
        hand_in(&town).await;
        // A call waits in the gateway's hands until its time is over, and then for its pause; the next message behind it.
        await_that("a call without an answer", async || {
            town.outgoing("sms").await.iter().any(|line| line["attempts"] == 1 && line["status"] == "ready")
        })
        .await;
        // The next call is killed with it.
        clock.ahead(PAUSE);
        await_that("the second call", async || {
            town.outgoing("sms").await.iter().any(|line| line["attempts"] == 2 && line["status"] == "sending")
        })
        .await;
        town.kannel.kill();
        town.kannel.restart().expect("the gateway starts");
        clock.ahead(10 * PAUSE);
        let lines = await_left(&town, "sms").await;
        assert!(lines.iter().any(|line| line["attempts"].as_u64() > Some(2)), "{lines:#?}");
        town.stop();

        let effects = hold(&town.site, None);
        assert!(attempts_that(&effects, is_resent) > 1, "stopped and killed: {effects:#?}");
        let begun =
            of(&effects, "sms").flat_map(|one| &one.facts).filter(|fact| matches!(fact, Fact::Begun(_))).count();
        let texts = texts_of(&town.kannel.sent(), CITIZEN);
        assert!(texts.len() >= lines.len() && texts.len() <= begun, "{begun} attempts, {texts:#?}");
    });
}

/// A mail server that stands still greets nobody: nothing has reached it, and nobody has to wonder.
#[test]
fn a_real_mail_server_that_is_stopped_gets_each_mail_once_when_it_goes_on() {
    let name = "a_real_mail_server_that_is_stopped_gets_each_mail_once_when_it_goes_on";
    let setup = Setup { answer_seconds: (15, 2), ..Setup::default() };
    with_town(name, setup, |mut town, clock| async move {
        signal(town.exim.listener(), "STOP");
        hand_in(&town).await;
        await_that("a try of each", async || {
            let lines = town.outgoing("mail").await;
            !lines.is_empty() && lines.iter().all(|line| line["attempts"] == 1 && line["status"] == "ready")
        })
        .await;
        assert!(town.exim.delivered().is_empty());
        signal(town.exim.listener(), "CONT");
        clock.ahead(PAUSE);
        let lines = await_left(&town, "mail").await;
        town.stop();
        let effects = hold(&town.site, None);
        assert!(attempts_that(&effects, |fact| *fact == Fact::FailedForNow) > 0, "{effects:#?}");
        assert_eq!(attempts_that(&effects, |fact| matches!(fact, Fact::Ambiguous { .. })), 0, "{effects:#?}");
        let mails = town.exim.wait_for_delivered(lines.len()).expect("each mail arrives");
        assert_eq!(mails.len(), lines.len(), "each mail arrives once");
    });
}

/// Killed between the mail and its answer: ambiguous, and sent again.
#[test]
fn a_real_mail_server_that_is_killed_before_it_answers_gets_the_mail_again() {
    let name = "a_real_mail_server_that_is_killed_before_it_answers_gets_the_mail_again";
    let setup = Setup { centre_mail: "slow@samad.test", ..Setup::default() };
    with_town(name, setup, |mut town, clock| async move {
        hand_in(&town).await;
        await_that("a mail that waits for its answer", async || town.exim.is_taking()).await;
        // One that has just ended had nothing in its hands.
        let killed = children(town.exim.listener()).into_iter().filter(|child| is_signalled(*child, "KILL")).count();
        assert!(killed > 0, "nobody had the mail in hand");
        await_that("its next try", async || {
            town.outgoing("mail").await.iter().any(|line| line["attempts"] == 1 && line["status"] == "ready")
        })
        .await;
        clock.ahead(PAUSE);
        let lines = await_left(&town, "mail").await;
        town.stop();
        let effects = hold(&town.site, None);
        assert!(attempts_that(&effects, is_resent) > 0, "the kill met no answer: {effects:#?}");
        assert!(town.exim.wait_for_delivered(lines.len()).is_some(), "{}", town.exim.output());
    });
}
