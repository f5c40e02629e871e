//! What the journal says of every message to the world, against what its peer has got.

use std::collections::BTreeMap;
use std::time::Duration;

use peygir_tests::faults::agency::Asked;
use peygir_tests::ledger::{self, Effect, Fact, Treatment};
use peygir_tests::server::Site;
use peygir_tests::story;
use serde_json::Value;

/// Longest wait for what has to come.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(50);

/// Messages of all cases, each with one story that its manifest allows, and no call of the agency that it does not tell of. The
/// server must be down.
pub fn hold(site: &Site, asked: Option<&[Asked]>) -> Vec<Effect> {
    let (effects, complaints) = look(site, asked);
    assert!(complaints.is_empty(), "{complaints:#?}");
    effects
}

/// The same messages, and what does not hold of them.
pub fn look(site: &Site, asked: Option<&[Asked]>) -> (Vec<Effect>, Vec<String>) {
    let store = story::open(&site.data());
    let effects: Vec<Effect> =
        story::cases(&store).into_iter().flat_map(|case| story::effects(&store, case).0).collect();
    let treatments =
        [("sms", Treatment::Resend), ("mail", Treatment::Resend), ("outbox", Treatment::Recognised)].into();
    // What is due later than now need not have been begun.
    let mut complaints = ledger::check_effects(&effects, &treatments, 0);
    if let Some(asked) = asked {
        let sms: Vec<Effect> = effects.iter().filter(|effect| effect.connector == "sms").cloned().collect();
        complaints.extend(ledger::check_calls(&sms, &calls_of(asked)));
    }
    (effects, complaints)
}

/// How often the agency got each SMS.
fn calls_of(asked: &[Asked]) -> BTreeMap<String, usize> {
    let mut calls = BTreeMap::new();
    for one in asked.iter().filter(|one| one.path == "/cgi-bin/sendsms") {
        *calls.entry(one.key.clone()).or_default() += 1;
    }
    calls
}

/// How many facts of all effects are so.
pub fn attempts_that(effects: &[Effect], are: impl Fn(&Fact) -> bool) -> usize {
    effects.iter().flat_map(|effect| &effect.facts).filter(|fact| are(fact)).count()
}

/// Whether there are messages and every one of them has left, if only to the outbox's folder.
pub fn all_left(lines: &[Value]) -> bool {
    let left = |line: &Value| ["sent", "delivered", "not-sent"].contains(&line["status"].as_str().unwrap_or_default());
    !lines.is_empty() && lines.iter().all(left)
}

/// Waits for what has to come.
pub async fn await_that(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !holds().await {
        assert!(tokio::time::Instant::now() < deadline, "not seen: {what}");
        tokio::time::sleep(POLL).await;
    }
}
