//! `flow3`: a flow of three effectful calls, started over HTTP and waited for, by 64 clients at once.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use peygir_store_local::verify;

use crate::child::Server;
use crate::figures::{Figures, median};
use crate::load::{self, Question, Went};
use crate::plan::Plan;
use crate::site::Site;
use crate::{disk, peer};

/// Resident memory of the serving process.
const MEMORY_MIB_MAX: f64 = 200.0;
/// Clients at once.
pub const CLIENTS: u64 = 64;
/// Before anything is measured, each server serves for so long.
const WARM_UP: Duration = Duration::from_millis(1_500);

/// What one round of one engine gave.
#[derive(Debug, Clone, Copy, Default)]
pub struct Round {
    pub rate: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub memory_mib: f64,
    pub cpu_us: f64,
}

/// Commits and journal bytes of an instance.
#[derive(Debug, Clone, Copy, Default)]
struct Journalled {
    commits: f64,
    frame_bytes: f64,
}

/// The nth start of a flow.
pub fn question(token: &str, flow: &str) -> Arc<Question> {
    let (token, path) = (token.to_owned(), format!("/api/v1/workflows/bench/{flow}/instances?wait=30"));
    let request = move |number: u64| load::post(&path, &token, &format!("{{\"value\":{}}}", number % 100_000));
    Arc::new(Question { request: Box::new(request), expected: "\"completed\"" })
}

/// Serves for a while and measures it.
pub async fn measure(server: &Server, flow: &str, lasting: Duration) -> Result<(Round, Went)> {
    let question = question(&server.token, flow);
    load::run(server.address, CLIENTS, WARM_UP.min(lasting), question.clone()).await?;
    let before = server.cpu();
    let went = load::run(server.address, CLIENTS, lasting, question).await?;
    let cpu = server.cpu().saturating_sub(before);
    let round = Round {
        rate: went.rate(),
        p50_ms: went.quantile_ms(0.5),
        p99_ms: went.quantile_ms(0.99),
        memory_mib: server.memory_mib().1 as f64,
        cpu_us: cpu.as_secs_f64() * 1e6 / went.count() as f64,
    };
    Ok((round, went))
}

pub async fn run(plan: &Plan, figures: &mut Figures) -> Result<()> {
    let port = peer::start().await?;
    let (mut within, mut over_http, mut raw, mut peers) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut journalled = Journalled::default();
    for _ in 0..plan.rounds {
        let site = Site::new(&plan.folder.join("flow3"), port)?;
        let server = Server::start(&site)?;
        within.push(measure(&server, "three", plan.lasting).await?.0);
        server.stop()?;
        journalled = journalled_in(&site)?;
        let site = Site::new(&plan.folder.join("flow3"), port)?;
        let server = Server::start(&site)?;
        over_http.push(measure(&server, "three-http", plan.lasting).await?.0);
        server.stop()?;
        site.clear()?;
        let records = usize::try_from(CLIENTS)?;
        raw.push(disk::groups_a_second(&plan.folder, records, journalled.frame_bytes as usize, plan.lasting / 4)?);
        if let Some(path) = &plan.peer {
            peers.push(restate(path, plan.lasting)?);
        }
    }
    tell(figures, &within, &over_http, &peers, &raw, journalled);
    Ok(())
}

fn tell(
    figures: &mut Figures,
    within: &[Round],
    over_http: &[Round],
    peers: &[Round],
    raw: &[f64],
    journalled: Journalled,
) {
    let of = |rounds: &[Round], what: fn(&Round) -> f64| median(rounds.iter().map(what).collect());
    let rate = of(within, |round| round.rate);
    let groups = median(raw.to_vec());
    let limit = groups * CLIENTS as f64 / journalled.commits;
    // An instance's commits wait for each other.
    let disk_ms = 1_000.0 * journalled.commits / groups;
    let (own_p50, own_p99) = (of(within, |round| round.p50_ms), of(within, |round| round.p99_ms));
    if peers.is_empty() {
        figures.tell("flow3.rate", rate, "instances/s", "Restate beside it: --peer PATH of run-restate.sh");
        let beside = format!("the disk alone takes {disk_ms:.2} ms");
        figures.tell("flow3.p50", own_p50, "ms", &*beside);
        figures.tell("flow3.p99", own_p99, "ms", beside);
    } else {
        let peer = of(peers, |round| round.rate);
        let (p50, p99) = (of(peers, |round| round.p50_ms), of(peers, |round| round.p99_ms));
        figures.tell("flow3.restate.rate", peer, "instances/s", "the peer in the same run");
        figures.tell("flow3.restate.p50", p50, "ms", "the peer in the same run");
        figures.tell("flow3.restate.p99", p99, "ms", "the peer in the same run");
        figures.tell("flow3.restate.memory", of(peers, |round| round.memory_mib), "MiB", "without its service");
        let why = format!("4 times Restate's; it is {:.2} times", rate / peer);
        figures.at_least("flow3.rate", rate, "instances/s", 4.0 * peer, &why);
        let why = format!("half of Restate's; the disk alone takes {disk_ms:.2} ms");
        figures.at_most("flow3.p50", own_p50, "ms", p50 / 2.0, &why);
        figures.at_most("flow3.p99", own_p99, "ms", p99 / 2.0, &why);
    }
    figures.at_most("flow3.memory", of(within, |round| round.memory_mib), "MiB", MEMORY_MIB_MAX, "");
    figures.tell("flow3.cpu", of(within, |round| round.cpu_us), "µs/instance", "of the serving process, all threads");
    figures.tell(
        "flow3.commits",
        journalled.commits,
        "an instance",
        "at least 4: its start, and the answer to each call",
    );
    figures.tell("flow3.frame", journalled.frame_bytes, "bytes", "a commit in the journal, on average");
    let beside = format!("flow3.rate is {:.0} % of it", 100.0 * rate / limit);
    figures.tell("flow3.disk", limit, "instances/s", format!("groups of {CLIENTS} such frames, each synced; {beside}"));
    let http = of(over_http, |round| round.rate);
    figures.tell(
        "flow3.http.rate",
        http,
        "instances/s",
        format!("steps at a loopback peer; {:.2} times flow3.rate", http / rate),
    );
    let (p50, p99) = (of(over_http, |round| round.p50_ms), of(over_http, |round| round.p99_ms));
    figures.tell("flow3.http.p50", p50, "ms", format!("{:.2} times flow3.p50", p50 / own_p50));
    figures.tell("flow3.http.p99", p99, "ms", format!("{:.2} times flow3.p99", p99 / own_p99));
    figures.at_most("flow3.http.memory", of(over_http, |round| round.memory_mib), "MiB", MEMORY_MIB_MAX, "as flow3");
}

/// What the journal has of each instance; the access book's few frames do not count.
fn journalled_in(site: &Site) -> Result<Journalled> {
    let report = verify(&site.store(), &mut |_| ())?;
    let (frames, streams) = (report.frames as f64, report.streams as f64);
    ensure!(streams > 0.0, "the journal is empty");
    Ok(Journalled { commits: frames / streams, frame_bytes: report.bytes as f64 / frames })
}

/// One round of the peer, by its own script.
fn restate(script: &PathBuf, lasting: Duration) -> Result<Round> {
    let output = Command::new("bash")
        .arg(script)
        .env("SECS", lasting.as_secs().max(1).to_string())
        .env("CLIENTS", CLIENTS.to_string())
        .env("RUNS", "1")
        .output()
        .with_context(|| script.display().to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{}: {said}", script.display());
    let of = |name: &str| -> Result<f64> {
        let found = text.split_whitespace().find_map(|word| word.strip_prefix(name)).with_context(|| text.clone())?;
        let number: String = found.chars().take_while(|sign| sign.is_ascii_digit() || *sign == '.').collect();
        Ok(number.parse()?)
    };
    Ok(Round {
        rate: of("instances/s=")?,
        p50_ms: of("p50=")?,
        p99_ms: of("p99=")?,
        memory_mib: of("rss=")?,
        cpu_us: f64::NAN,
    })
}
