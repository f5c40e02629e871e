//! A power cut: what was not synced is lost, or kept by draw. An agency stands beside the machine and keeps its power: it knows
//! what has left.
//!
//! `PEYGIR_SEED` repeats the moments of an earlier run.

use std::fs;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use peygir_tests::dice::Dice;
use peygir_tests::faults::agency::Agency;
use peygir_tests::faults::clerk::{Clerk, client};
use peygir_tests::faults::power::{Disk, Unsynced};
use peygir_tests::faults::{environment, errands};
use peygir_tests::figures::assert_nobody_is_neglected;
use peygir_tests::ledger::Fact;
use peygir_tests::peers::{free_port, tell};
use peygir_tests::server::Site;

use crate::effects::{all_left, attempts_that, await_that, hold, look};
use crate::there;

const ROUNDS: u64 = 6;
const CLERKS: u64 = 4;
/// Shortest and longest time with power, in milliseconds.
const POWER_MS: (u64, u64) = (200, 1_500);
/// The agency thinks for so long: time enough for a cut to come meanwhile.
const THINKS: Duration = Duration::from_millis(300);
/// First starts that are cut, and how long each lasts at most.
const FIRST_STARTS: u64 = 12;

fn unsynced(round: u64, dice: &Dice) -> Unsynced {
    if round.is_multiple_of(2) { Unsynced::Lost } else { Unsynced::Torn(dice.split(round)) }
}

/// The data folder of a site, on a disk of its own.
fn disk_of(site: &Site) -> Disk {
    fs::create_dir(site.data()).expect("the scratch folder is ours");
    Disk::under(&site.data())
}

/// A site on a disk of its own, whose messages go to an agency.
fn site_with_an_agency() -> (Agency, Site, Disk) {
    let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let agency = Agency::start(Command::new(env!("CARGO_BIN_EXE_agency")), address, THINKS);
    let site = errands::site(address);
    let disk = disk_of(&site);
    (agency, site, disk)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_is_there_after_power_cuts() {
    if !there(&["compiler"]) {
        return;
    }
    let seed = Dice::seed();
    tell(&format!("power: {ROUNDS} cuts, PEYGIR_SEED={seed}"));
    let mut dice = Dice::new(seed);
    let (agency, site, disk) = site_with_an_agency();
    let mut clerks: Vec<Clerk> = (0..CLERKS).map(|number| Clerk::of(&format!("clerk-{number}"))).collect();
    for round in 0..ROUNDS {
        let server = site.start_with(&environment(&disk.environment(round))).expect("the server starts");
        let rebuilt = server.said().contains("the index was rebuilt");
        assert_eq!(rebuilt, round > 0, "an index that was open under another boot is trusted: {}", server.said());
        let cut = Arc::new(AtomicBool::new(false));
        let at_work = clerks
            .into_iter()
            .zip(0..)
            .map(|(clerk, number)| tokio::spawn(work(clerk, client(&site), number, cut.clone())));
        let at_work: Vec<_> = at_work.collect();
        tokio::time::sleep(dice.millis(POWER_MS.0, POWER_MS.1)).await;
        cut.store(true, Ordering::Relaxed);
        server.kill();
        clerks = Vec::new();
        for clerk in at_work {
            clerks.push(clerk.await.expect("a clerk ends well"));
        }
        disk.cut(&site.data(), unsynced(round, &dice));
    }
    let server = site.start_with(&environment(&disk.environment(ROUNDS))).expect("the server starts");
    let mut all = Clerk::all(clerks);
    tell(&format!("power: {} answered, {} not", all.accepted.len(), all.open.len()));
    assert!(all.accepted.len() as u64 > ROUNDS, "too few to show anything");
    all.audit(&site).await;
    let client = client(&site);
    await_that("everything has left", async || all_left(&client.all("/api/v1/outbox").await)).await;
    assert_nobody_is_neglected(&client).await;
    assert!(server.stop().success());

    // A kill alone leaves what was written and not synced: only here an attempt that left before it was on the disk would be one
    // that the journal does not know.
    let asked = agency.asked();
    let effects = hold(&site, Some(&asked));
    let met = attempts_that(&effects, |fact| matches!(fact, Fact::Ambiguous { at_start: true, .. }));
    tell(&format!("power: {} calls of the agency, {met} met by a cut", asked.len()));
    assert!(met > 0, "no cut met a call: nothing was shown");
}

/// Hands messages in for as long as there is power.
async fn work(mut clerk: Clerk, client: peygir_tests::client::Client, number: u32, cut: Arc<AtomicBool>) -> Clerk {
    let mut citizen = number * 1_000;
    while !cut.load(Ordering::Relaxed) {
        if clerk.hand_in(&client, citizen).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        citizen += 1;
    }
    clerk
}

/// The proof that the cuts above cut: on a disk that says "done" and has done nothing, what was answered is gone.
#[tokio::test(flavor = "multi_thread")]
async fn on_a_disk_that_lies_what_was_answered_is_lost_and_that_is_seen() {
    if !there(&["compiler"]) {
        return;
    }
    let (agency, site, disk) = site_with_an_agency();
    let server = site.start_with(&environment(&disk.environment(0))).expect("the server starts");
    let mut clerk = Clerk::default();
    clerk.must(&client(&site), 0..2).await;
    assert!(clerk.lost(&client(&site)).await.is_empty());
    disk.lie();
    let before = agency.asked().len();
    clerk.must(&client(&site), 2..4).await;
    agency.wait_for_asked(before + 1);
    server.kill();
    disk.cut(&site.data(), Unsynced::Lost);
    let server = site.start_with(&environment(&disk.environment(1))).expect("the server starts");
    let lost = clerk.lost(&client(&site)).await;
    assert_eq!(lost.len(), 2, "{lost:#?}");
    assert!(server.stop().success());
    let (_, complaints) = look(&site, Some(&agency.asked()));
    assert!(
        complaints.iter().any(|one| one.contains("0 attempts on record")),
        "what left is lost too: {complaints:#?}"
    );
}

/// Whenever the first start is cut off: the next one serves, and the administrator's token is the one in its file.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_that_is_cut_off_is_begun_again() {
    if !there(&["compiler"]) {
        return;
    }
    let seed = Dice::seed();
    tell(&format!("power: {FIRST_STARTS} first starts, PEYGIR_SEED={seed}"));
    let mut dice = Dice::new(seed);
    for round in 0..FIRST_STARTS {
        let site = Site::without_gateway();
        let disk = disk_of(&site);
        let server = site.launch(&environment(&disk.environment(0)));
        let token = site.data().join("bootstrap.token");
        if round.is_multiple_of(3) {
            // The moment at which somebody can read it.
            while !token.exists() {
                std::thread::sleep(Duration::from_micros(200));
            }
        } else {
            std::thread::sleep(dice.millis(0, 700));
        }
        server.kill();
        disk.cut(&site.data(), unsynced(round, &dice));
        let server = site.start_with(&environment(&disk.environment(1)));
        let server = server.unwrap_or_else(|ended| panic!("round {round}: {ended:?}"));
        assert!(token.exists(), "round {round}: nobody has the administrator's token");
        let mut clerk = Clerk::default();
        clerk.must(&client(&site), 0..1).await;
        assert!(server.stop().success());
    }
}
