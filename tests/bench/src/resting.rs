//! `resting`: very many cases at rest, and what they cost whoever is at work; `rebuild`: the index from the journal.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use peygir_runtime::clock::Clock;
use peygir_store::Store;
use peygir_store_local::{IndexFound, LocalStore, Options};

use crate::child::Server;
use crate::figures::{Figures, median};
use crate::flow3::Round;
use crate::load::{self, Connection};
use crate::plan::Plan;
use crate::site::Site;
use crate::{fill, flow3, host};

/// Resident memory with a million cases at rest; nothing else that is measured is to need more.
pub const MEMORY_MIB_MAX: f64 = 300.0;
/// File that says how many cases a run has left.
const COUNT: &str = "cases";
/// How often the next due timer is looked for.
const LOOKS: u32 = 200;
/// `flow3` may be slower by this share with cases at rest.
const SLOWER_MAX: f64 = 10.0;

pub async fn run(plan: &Plan, figures: &mut Figures) -> Result<()> {
    let (root, count) = (plan.folder.join("resting"), plan.cases() as u64);
    let (site, made) = match Site::left(&root).filter(|_| plan.again) {
        Some(site) => (site, format!("{count} cases, made by an earlier run")),
        None => {
            let (site, begun) = (Site::new(&root, 9)?, Instant::now());
            fill::resting_cases(&site, count, Clock::Real.now())?;
            std::fs::write(root.join(COUNT), count.to_string())?;
            (site, format!("{count} cases, made in {:.0} s", begun.elapsed().as_secs_f64()))
        }
    };
    let bytes = |name: &str| size(&site.store().join(name)) as f64 / count as f64;
    let (journal, index, snapshots) = (bytes("journal"), bytes("rows"), bytes("snapshots"));
    figures.tell("resting.journal", journal, "bytes/case", made);
    let beside = |what: &str, bytes: f64| format!("{what}; {:.2} times the journal", bytes / journal);
    figures.tell("resting.index", index, "bytes/case", beside("sled, as it lies on disk", index));
    figures.tell("resting.snapshots", snapshots, "bytes/case", beside("two of them at most", snapshots));
    next_timer(&site, figures)?;
    after_kill(&site, figures).await?;
    if plan.has("resting") {
        beside_empty(plan, &site, figures).await?;
    }
    if plan.has("rebuild") {
        rebuild(&site, figures)?;
    }
    if plan.again { Ok(()) } else { site.clear() }
}

/// How many cases an earlier run left for this one.
pub fn left(plan: &Plan) -> Option<usize> {
    let count = std::fs::read_to_string(plan.folder.join("resting").join(COUNT));
    count.ok().filter(|_| plan.again)?.trim().parse().ok()
}

/// Looked for as the host does, in a store that was just opened.
fn next_timer(site: &Site, figures: &mut Figures) -> Result<()> {
    let store = std::sync::Arc::new(host::store(&site.store())?);
    let (engine, _) = host::engine(&site.deployment(), &site.data(), store.clone())?;
    let begun = Instant::now();
    let found = engine.next_instant()?;
    ensure!(found.is_some(), "no timer is due");
    let first = begun.elapsed().as_secs_f64() * 1e6;
    let begun = Instant::now();
    for _ in 0..LOOKS {
        ensure!(engine.next_instant()? == found, "the next timer changes by itself");
    }
    let each = begun.elapsed().as_secs_f64() * 1e6 / f64::from(LOOKS);
    figures.tell("resting.nextTimer", each, "µs", format!("the first look after the opening took {first:.0} µs"));
    Ok(())
}

/// Memory at rest, and how soon there is an answer after the process was killed at work.
async fn after_kill(site: &Site, figures: &mut Figures) -> Result<()> {
    let server = Server::start(site)?;
    flow3::measure(&server, "three", Duration::from_secs(3)).await?;
    server.kill()?;
    let (server, took) = first_answer(site).await?;
    let empty = Site::new(&site.root.with_file_name("nothing"), 9)?;
    let without = first_answer(&empty).await?.1;
    empty.clear()?;
    let beside = format!(
        "from the start of a process to a page of cases, after kill -9 at work; on an empty store {without:.2} s"
    );
    figures.tell("resting.firstAnswer", took, "s", beside);
    tokio::time::sleep(Duration::from_secs(2)).await;
    figures.at_most("resting.memory", server.memory_mib().0 as f64, "MiB", MEMORY_MIB_MAX, "resident, at rest");
    flow3::measure(&server, "three", Duration::from_secs(5)).await?;
    let most = server.memory_mib().1 as f64;
    figures.at_most("resting.memoryAtWork", most, "MiB", MEMORY_MIB_MAX, "our own: resident at most, under flow3");
    server.stop()
}

/// A process that has just answered, and how long that took from its start, in seconds.
async fn first_answer(site: &Site) -> Result<(Server, f64)> {
    let begun = Instant::now();
    let server = Server::start(site)?;
    let mut connection = Connection::open(server.address).await?;
    connection.ask(&load::get("/api/v1/cases?limit=1", &server.token), "items").await?;
    Ok((server, begun.elapsed().as_secs_f64()))
}

/// The same load with cases at rest and with none, in turns.
async fn beside_empty(plan: &Plan, site: &Site, figures: &mut Figures) -> Result<()> {
    let empty = Site::new(&plan.folder.join("empty"), 9)?;
    let (mut at_rest, mut without) = (Vec::new(), Vec::new());
    // Twice as many as elsewhere, of half the length: what is held against the aim is a small difference of two figures.
    for _ in 0..2 * plan.rounds + 1 {
        for (site, rounds) in [(site, &mut at_rest), (&empty, &mut without)] {
            let server = Server::start(site)?;
            rounds.push(flow3::measure(&server, "three", plan.lasting / 2).await?.0);
            server.stop()?;
        }
    }
    empty.clear()?;
    let of = |rounds: &[Round], value: fn(&Round) -> f64| median(rounds.iter().map(value).collect());
    let cpu = |rounds| of(rounds, |round| round.cpu_us);
    let beside = format!("{:.0} on an empty store, of the serving process, all threads", cpu(&without));
    figures.tell("resting.cpu", cpu(&at_rest), "µs/instance", beside);
    let rate = |rounds| of(rounds, |round| round.rate);
    let (at_rest, without) = (rate(&at_rest), rate(&without));
    figures.tell("resting.flow3", at_rest, "instances/s", format!("{without:.0} on an empty store, in turns"));
    figures.at_most(
        "resting.slower",
        100.0 * (1.0 - at_rest / without),
        "%",
        SLOWER_MAX,
        "than flow3 on an empty store",
    );
    Ok(())
}

/// Opens the store with nothing left but its journal.
fn rebuild(site: &Site, figures: &mut Figures) -> Result<()> {
    for folder in ["snapshots", "rows"].map(|name| site.store().join(name)) {
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
    }
    let begun = Instant::now();
    peygir_store_local::verify(&site.store(), &mut |_| ())?;
    let read = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    let (store, report) = LocalStore::open(&site.store(), Options::default())?;
    let took = begun.elapsed().as_secs_f64();
    ensure!(matches!(report.index, IndexFound::Rebuilt { .. }), "the index was kept: {:?}", report.index);
    let frames = store.last_frame() as f64;
    figures.tell(
        "rebuild.rate",
        frames / took,
        "records/s",
        format!(
            "{frames} records of the journal into sled, without a snapshot; reading and checking alone {:.0}",
            frames / read
        ),
    );
    store.close()?;
    Ok(())
}

fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(found) if found.is_dir() => size(&entry.path()),
            Ok(found) => found.len(),
            Err(_) => 0,
        })
        .sum()
}
