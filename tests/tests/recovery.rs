//! What survives `kill -9` of the served binary, a lost or broken index, and a damaged journal.
//!
//! `PEYGIR_ROUNDS` says how often it is killed (50), `PEYGIR_SEED` repeats the moments of an earlier run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use peygir_store::Store;
use peygir_tests::bytes::files;
use peygir_tests::client::{Answer, Client};
use peygir_tests::dice::Dice;
use peygir_tests::figures::assert_nobody_is_neglected;
use peygir_tests::gateway::{Behaviour, Gateway};
use peygir_tests::ledger::{self, Accepted, Effect, Fact, Listed, Treatment};
use peygir_tests::peers::tell;
use peygir_tests::server::Site;
use peygir_tests::{citizen, story};

const ROUNDS: u64 = 50;
const CLIENTS: u64 = 32;
/// Shortest and longest life of a server, and a client's rest between two messages, in milliseconds.
const LIFE_MS: (u64, u64) = (100, 2_000);
const REST_MS: (u64, u64) = (200, 2_200);
/// A gateway that is left alone for this long has been told everything that is due.
const QUIET: Duration = Duration::from_secs(12);
const QUIET_MAX: Duration = Duration::from_secs(120);
/// What is due within this of the end need not have been begun, in microseconds.
const DUE_SLACK_US: i64 = 15_000_000;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_accepted_is_lost_or_doubled_by_kills_at_random_moments() {
    let seed = Dice::seed();
    let rounds = std::env::var("PEYGIR_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS);
    tell(&format!("recovery: {rounds} rounds, PEYGIR_SEED={seed}"));
    let dice = Dice::new(seed);
    let gateway = Gateway::start(moody(dice.split(1_000))).await;
    let site = Arc::new(Site::with_gateway(gateway.address));
    let first = site.start();
    let clients = Clients::start(&site, &dice);

    let mut server = Some(first);
    let mut moments = dice.split(2_000);
    for _ in 0..rounds {
        tokio::time::sleep(moments.millis(LIFE_MS.0, LIFE_MS.1)).await;
        server.take().expect("a server runs").kill();
        if moments.below(6) == 0 {
            // Also while it starts, and recovers.
            let starting = site.launch(&[]);
            tokio::time::sleep(moments.millis(0, 600)).await;
            starting.kill();
        }
        let site = site.clone();
        server = Some(tokio::task::spawn_blocking(move || site.start()).await.expect("the server starts"));
    }

    let accepted = clients.finish().await;
    gateway.behave(Behaviour::Accept(Duration::ZERO));
    until_quiet(&gateway).await;
    let client = Client::new(site.address(), Some(&site.token()));
    let listed: Vec<Listed> = client.all("/api/v1/cases").await.iter().map(listed).collect();
    assert_nobody_is_neglected(&client).await;
    assert!(server.take().expect("a server runs").stop().success());
    tell(&format!("recovery: {} answers, {} cases, {} calls", accepted.len(), listed.len(), gateway.calls().len()));

    assert_none(&ledger::check_messages(&accepted, &listed));
    assert!(accepted.len() as u64 > rounds * 10, "too few messages to show anything: {}", accepted.len());
    tell(&format!("recovery: {}", site.verify().expect("the journal is clean").trim()));
    check_effects(&site, &gateway);
}

/// A gateway as gateways are: mostly quick, sometimes slow, sometimes out of order, sometimes gone in mid-call.
fn moody(mut dice: Dice) -> impl FnMut() -> Behaviour + Send + 'static {
    move || match dice.below(100) {
        0..3 => Behaviour::Refuse,
        3..6 => Behaviour::Cut,
        6..20 => Behaviour::Accept(dice.millis(200, 900)),
        _ => Behaviour::Accept(dice.millis(0, 40)),
    }
}

/// Clients that hand messages in until they are told to finish.
struct Clients {
    stop: Arc<AtomicBool>,
    running: Vec<tokio::task::JoinHandle<Vec<Accepted>>>,
}

impl Clients {
    fn start(site: &Site, dice: &Dice) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let client = Client::new(site.address(), Some(&site.token()));
        let numbers = Arc::new(AtomicU32::new(0));
        let running = (0..CLIENTS)
            .map(|number| {
                let (client, stop, dice) = (client.clone(), stop.clone(), dice.split(number));
                tokio::spawn(hand_in(client, numbers.clone(), stop, dice))
            })
            .collect();
        Self { stop, running }
    }

    /// Each ends with a message that was answered.
    async fn finish(self) -> Vec<Accepted> {
        self.stop.store(true, Ordering::Relaxed);
        let mut accepted = Vec::new();
        for client in self.running {
            accepted.extend(client.await.expect("a client ends well"));
        }
        accepted
    }
}

async fn hand_in(client: Client, numbers: Arc<AtomicU32>, stop: Arc<AtomicBool>, mut dice: Dice) -> Vec<Accepted> {
    let mut accepted = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let number = numbers.fetch_add(1, Ordering::Relaxed);
        // Some citizens come again, several at once.
        let message = citizen::message(number / 3, &format!("نوبت {number}"));
        let key = format!("message-{number}");
        accepted.push(until_accepted(&client, &key, &message, &mut dice).await);
        if dice.below(10) == 0 {
            // The answer got lost on the client's side: it asks again.
            accepted.push(until_accepted(&client, &key, &message, &mut dice).await);
        }
        tokio::time::sleep(dice.millis(REST_MS.0, REST_MS.1)).await;
    }
    accepted
}

async fn until_accepted(client: &Client, key: &str, message: &serde_json::Value, dice: &mut Dice) -> Accepted {
    loop {
        let mut request = client.submission(key, message);
        if dice.below(10) == 0 {
            // An impatient client goes away, often before the answer.
            request = request.timeout(dice.millis(1, 30));
        }
        match client.send(request).await {
            Ok(answer) if (200..300).contains(&answer.status) => return taken(key, &answer),
            Ok(answer) if answer.status < 500 => panic!("{key}: {} {}", answer.status, answer.text()),
            Ok(_) | Err(_) => tokio::time::sleep(dice.millis(10, 100)).await,
        }
    }
}

fn taken(key: &str, answer: &Answer) -> Accepted {
    let body = answer.json();
    let text = |name: &str| body[name].as_str().expect("the answer has it").to_owned();
    Accepted { key: key.to_owned(), case: text("caseId"), code: text("trackingCode") }
}

fn listed(case: &serde_json::Value) -> Listed {
    let text = |name: &str| case[name].as_str().expect("a case has it").to_owned();
    Listed { case: text("id"), code: text("trackingCode") }
}

async fn until_quiet(gateway: &Gateway) {
    let deadline = Instant::now() + QUIET_MAX;
    let (mut seen, mut since) = (gateway.calls().len(), Instant::now());
    while since.elapsed() < QUIET && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let now = gateway.calls().len();
        if now != seen {
            (seen, since) = (now, Instant::now());
        }
    }
}

/// The journal's story of every effect against what the gateway and the outbox folder got.
fn check_effects(site: &Site, gateway: &Gateway) {
    let store = story::open(&site.data());
    let stories: Vec<_> = story::cases(&store).into_iter().map(|case| story::effects(&store, case)).collect();
    let end = stories.iter().map(|(_, end)| *end).max().expect("there are cases");
    let effects: Vec<Effect> = stories.into_iter().flat_map(|(effects, _)| effects).collect();
    let treatments = [("sms", Treatment::Resend), ("outbox", Treatment::Recognised)].into();
    assert_none(&ledger::check_effects(&effects, &treatments, end - DUE_SLACK_US));

    let mut calls: BTreeMap<String, usize> = BTreeMap::new();
    for call in gateway.calls() {
        *calls.entry(call.key).or_default() += 1;
    }
    let (sms, mail): (Vec<Effect>, Vec<Effect>) = effects.into_iter().partition(|effect| effect.connector == "sms");
    assert_none(&ledger::check_calls(&sms, &calls));
    let sent = mail.iter().filter(|effect| effect.facts.contains(&Fact::Sent)).count();
    let kept = files(&site.data().join("outbox")).iter().filter(|file| is_entry(file)).count();
    assert!(sent > 0 && kept >= sent, "{sent} mails are in the outbox, says the journal; {kept} are");

    let lost_at_kills =
        |effect: &&Effect| effect.facts.iter().any(|fact| matches!(fact, Fact::Ambiguous { at_start: true, .. }));
    let ambiguous = sms.iter().filter(lost_at_kills).count();
    let twice = calls.values().filter(|count| **count > 1).count();
    tell(&format!("recovery: {} SMS, {ambiguous} ambiguous by a kill, {twice} called more than once", sms.len()));
    assert!(ambiguous > 0, "no kill met a call: nothing was shown");
}

fn is_entry(file: &Path) -> bool {
    file.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.'))
}

fn assert_none(complaints: &[String]) {
    let shown = complaints.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    assert!(complaints.is_empty(), "{} complaints:\n{shown}", complaints.len());
}

/// A site with some cases, some of them in an index that was closed, its server killed; and what was answered.
async fn killed_site(messages: u32) -> (Site, Vec<Accepted>) {
    let site = Site::without_gateway();
    let server = site.start();
    let mut accepted = hand_in_some(&site, 0..messages / 2).await;
    assert!(server.stop().success());
    let server = site.start();
    accepted.extend(hand_in_some(&site, messages / 2..messages).await);
    server.kill();
    (site, accepted)
}

async fn hand_in_some(site: &Site, numbers: std::ops::Range<u32>) -> Vec<Accepted> {
    let client = Client::new(site.address(), Some(&site.token()));
    let mut accepted = Vec::new();
    for number in numbers {
        let message = citizen::message(number, &format!("نوبت {number}"));
        let answer = client.submit(&format!("message-{number}"), &message).await.expect("the server answers");
        assert_eq!(answer.status, 201, "{}", answer.text());
        accepted.push(taken(&format!("message-{number}"), &answer));
    }
    accepted
}

async fn list(site: &Site) -> Vec<Listed> {
    let client = Client::new(site.address(), Some(&site.token()));
    client.all("/api/v1/cases").await.iter().map(listed).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_or_broken_index_is_made_again_with_the_same_rows() {
    let (site, accepted) = killed_site(12).await;
    let (before, said) = site.digest();
    assert!(!said.contains("rebuilt"), "a kill alone costs no index: {said}");
    let rows = site.data().join("store/rows");

    fs::remove_dir_all(&rows).expect("sled's folder is there");
    let (deleted, said) = site.digest();
    assert!(said.contains("the index was rebuilt"), "{said}");
    assert_eq!(deleted, before);

    let mut dice = Dice::new(7);
    for file in files(&rows) {
        let length = fs::metadata(&file).expect("a file has a length").len().max(512);
        let rubbish: Vec<u8> = (0..length).map(|_| dice.below(256) as u8).collect();
        fs::write(&file, rubbish).expect("a file can be written");
    }
    fs::write(rows.join("snap.0000000000000001"), b"rubbish").expect("a file can be written");
    let (rubbish, said) = site.digest();
    assert!(said.contains("the index was rebuilt"), "{said}");
    assert_eq!(rubbish, before);

    // The same by the server's own start, which goes on to serve.
    fs::remove_dir_all(&rows).expect("sled's folder is there");
    let server = site.start();
    assert!(server.said().contains("the index was rebuilt"), "{}", server.said());
    assert_none(&ledger::check_messages(&accepted, &list(&site).await));
    assert!(server.stop().success());
    site.verify().expect("the journal is clean");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_digest_sees_a_single_row_that_is_missing() {
    let (site, _) = killed_site(2).await;
    let (before, _) = site.digest();
    let server = site.start();
    hand_in_some(&site, 2..3).await;
    server.kill();
    assert_ne!(site.digest().0, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn under_another_boot_id_the_index_is_made_again() {
    let site = Site::without_gateway();
    let server = site.start_with(&[("PEYGIR_BOOT_ID", "one")]).expect("the server starts");
    let accepted = hand_in_some(&site, 0..3).await;
    assert!(server.stop().success());
    let server = site.start_with(&[("PEYGIR_BOOT_ID", "one")]).expect("the server starts");
    server.kill();
    let server = site.start_with(&[("PEYGIR_BOOT_ID", "one")]).expect("the server starts");
    assert!(!server.said().contains("rebuilt"), "{}", server.said());
    server.kill();
    let server = site.start_with(&[("PEYGIR_BOOT_ID", "two")]).expect("the server starts");
    assert!(server.said().contains("the index was rebuilt from the journal"), "{}", server.said());
    assert_none(&ledger::check_messages(&accepted, &list(&site).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_torn_end_is_cut_and_told_and_the_ledger_sees_what_a_store_lost() {
    let (site, accepted) = killed_site(4).await;
    let segment = site.segments().pop().expect("there is a segment");
    let whole = fs::read(&segment).expect("the segment can be read");
    for cut in [1, 7, 41] {
        fs::write(&segment, &whole[..whole.len() - cut]).expect("the segment can be written");
        let server = site.start();
        let said = server.said();
        let name = segment.file_name().expect("it has a name").to_string_lossy().into_owned();
        assert!(said.contains(&format!("the end of {name} was torn")) && said.contains("were cut at offset"), "{said}");
        server.kill();
        site.verify().expect("what is left is clean");
    }
    // Three quarters of the journal are gone, as if never written: the index knows better.
    fs::write(&segment, &whole[..whole.len() / 4]).expect("the segment can be written");
    let ended = site.start_with(&[]).err().expect("what was acknowledged is missing and the server starts");
    assert!(ended.said.contains("had been acknowledged"), "{}", ended.said);
    // Without the index nobody can know, and the store has lost what it acknowledged.
    let begins = |at: &usize| whole[*at..].starts_with(b"PgyG");
    let groups: Vec<usize> = (0..whole.len()).filter(begins).collect();
    let half = groups[groups.len() / 2];
    fs::write(&segment, &whole[..half]).expect("the segment can be written");
    fs::remove_dir_all(site.data().join("store/rows")).expect("sled's folder is there");
    fs::remove_file(site.data().join("store/rows.state")).expect("the index's marker is there");
    let server = site.start();
    let complaints = ledger::check_messages(&accepted, &list(&site).await).join("\n");
    assert!(complaints.contains("is lost"), "the ledger missed it: {complaints}");
    server.kill();
    // Where nothing is left at all, there are keys of persons that nobody has without a journal.
    fs::write(&segment, &whole[..groups[1] - 1]).expect("the segment can be written");
    fs::remove_dir_all(site.data().join("store/rows")).expect("sled's folder is there");
    fs::remove_file(site.data().join("store/rows.state")).expect("the index's marker is there");
    let ended = site.start_with(&[]).err().expect("an empty store is gone on with");
    assert!(ended.said.contains("has the keys of 4 persons"), "{}", ended.said);
}

/// The last write is all there and does not agree with its check sum: no kill leaves that, so that nobody may call it clean.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_last_write_of_a_killed_server_is_not_called_clean() {
    let (site, _) = killed_site(4).await;
    site.verify().expect("a kill leaves a clean journal");
    let segment = site.segments().pop().expect("there is a segment");
    let mut bytes = fs::read(&segment).expect("the segment can be read");
    *bytes.last_mut().expect("it is not empty") ^= 0x10;
    fs::write(&segment, &bytes).expect("the segment can be written");
    let told = site.verify().expect_err("it is no clean journal");
    assert!(told.contains("damaged after it was acknowledged"), "{told}");
    let server = site.start();
    assert!(server.said().contains("may have been acknowledged"), "{}", server.said());
    server.kill();
    site.verify().expect("what is left is clean");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_byte_stops_the_start_and_names_its_place() {
    let (site, _) = killed_site(4).await;
    let segment = site.segments().pop().expect("there is a segment");
    let whole = fs::read(&segment).expect("the segment can be read");
    let name = segment.file_name().expect("it has a name").to_string_lossy().into_owned();
    for at in [3, 100, whole.len() / 3, whole.len() / 2] {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x10;
        fs::write(&segment, &flipped).expect("the segment can be written");
        let Err(ended) = site.start_with(&[]) else { panic!("byte {at} is flipped and the server starts") };
        assert_eq!(ended.status.code(), Some(1), "{}", ended.said);
        assert!(ended.said.contains(&name) && ended.said.contains("offset"), "byte {at}: {}", ended.said);
        assert!(site.verify().expect_err("it is damaged").contains("offset"), "byte {at}");
        assert_eq!(fs::read(&segment).expect("the segment can be read"), flipped, "a start that stops changes nothing");
    }
    fs::write(&segment, &whole).expect("the segment can be written");
    drop(site.start());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_told_to_stop_finishes_what_it_answers_and_keeps_its_index() {
    let site = Site::without_gateway();
    let server = site.start();
    let accepted = Arc::new(Mutex::new(Vec::new()));
    let stopping = Arc::new(AtomicBool::new(false));
    let (told, done, site) = (stopping.clone(), accepted.clone(), Arc::new(site));
    let client = Client::new(site.address(), Some(&site.token()));
    let asking = tokio::spawn(async move {
        for number in 0.. {
            let key = format!("message-{number}");
            match client.submit(&key, &citizen::message(number, "نوبت")).await {
                Ok(answer) if answer.status == 201 => done.lock().expect("no panic").push(taken(&key, &answer)),
                _ if told.load(Ordering::Relaxed) => return,
                other => panic!("{other:?}"),
            }
        }
    });
    tokio::time::sleep(Duration::from_millis(400)).await;
    stopping.store(true, Ordering::Relaxed);
    assert!(server.stop().success());
    asking.await.expect("the client ends well");
    let server = site.start();
    assert!(!server.said().contains("rebuilt") && !server.said().contains("torn"), "{}", server.said());
    let accepted = accepted.lock().expect("no panic").clone();
    let there: BTreeSet<String> = list(&site).await.into_iter().map(|case| case.case).collect();
    assert!(!accepted.is_empty() && accepted.iter().all(|one| there.contains(&one.case)));
    drop(server);
    assert_eq!(story::cases(&story::open(&site.data()) as &dyn Store).len(), there.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_lets_attempts_under_way_end_so_that_nothing_is_sent_again() {
    let gateway = Gateway::start(|| Behaviour::Accept(Duration::from_millis(400))).await;
    let site = Site::with_gateway(gateway.address);
    let server = site.start();
    hand_in_some(&site, 0..20).await;
    assert!(server.stop().success(), "it stops in good order while messages leave");
    let before = gateway.calls().len();
    let server = site.start();
    until_quiet(&gateway).await;
    assert!(server.stop().success());
    let calls = gateway.calls();
    assert!(before > 0 && calls.len() > before, "{before} calls before the stop, {} in all", calls.len());
    let keys: std::collections::BTreeSet<_> = calls.iter().map(|call| call.key.clone()).collect();
    assert_eq!(keys.len(), calls.len(), "something was sent twice");
}
