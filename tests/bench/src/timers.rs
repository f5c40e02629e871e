//! `timers`: very many timers that are due in one second, and how long after it the last of them has fired.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use peygir_runtime::clock::Clock;

use crate::child::Server;
use crate::figures::Figures;
use crate::load::Connection;
use crate::plan::Plan;
use crate::resting::MEMORY_MIB_MAX;
use crate::site::Site;
use crate::{disk, fill, load};

/// Between two looks at whether one is left.
const LOOK: Duration = Duration::from_millis(20);
/// They are made and the server is started before the first is due: what that takes, at most, in microseconds.
const AHEAD_US: i64 = 25_000_000;
/// Streams whose commits go to the disk together, as those that are due at once do.
const TOGETHER: usize = 256;
const GIVE_UP: Duration = Duration::from_secs(600);

pub async fn run(plan: &Plan, figures: &mut Figures) -> Result<()> {
    let site = Site::new(&plan.folder.join("timers"), 9)?;
    let count = plan.timers as u64;
    let ahead = AHEAD_US.min(5_000_000 + count as i64 * 250);
    let due = Clock::Real.now().plus_micros(ahead);
    fill::sleepers(&site, count, due)?;
    let server = Server::start(&site)?;
    let mut connection = Connection::open(server.address).await?;
    let question = load::get("/api/v1/instances?status=waiting&limit=1", &server.token);
    let waiting = String::from_utf8_lossy(connection.ask(&question, "items").await?).into_owned();
    ensure!(waiting.contains("\"waiting\""), "they fired before the server was there: {waiting}");
    let (begun, cpu) = (Instant::now(), server.cpu());
    loop {
        tokio::time::sleep(LOOK).await;
        let answer = connection.ask(&question, "items").await?;
        if !String::from_utf8_lossy(answer).contains("\"waiting\"") {
            break;
        }
        ensure!(begun.elapsed() < GIVE_UP, "not all timers have fired");
    }
    let end = Clock::Real.now();
    let lag = (end.0 - due.0 - 1_000_000) as f64 / 1e6;
    let spent = (server.cpu() - cpu).as_secs_f64();
    let memory = server.memory_mib().1 as f64;
    server.stop()?;
    let report = peygir_store_local::verify(&site.store(), &mut |_| ())?;
    site.clear()?;
    let (limit, how) = disk::records_a_second(&plan.folder, &report, TOGETHER, plan.lasting / 4)?;
    let beside = format!(
        "after the second in which {count} timers were due, until the last has fired; their commits take the disk alone {:.2} s",
        count as f64 / limit
    );
    figures.tell("timers.lag", lag, "s", beside);
    figures.tell("timers.cpu", spent * 1e6 / count as f64, "µs/timer", "of the serving process, all threads");
    figures.at_most("timers.memory", memory, "MiB", MEMORY_MIB_MAX, "our own, as with a million at rest");
    let beside = format!("each with a commit of its own; the disk alone {limit:.0}, {how}");
    figures.tell("timers.rate", count as f64 / (lag + 1.0), "timers/s", beside);
    Ok(())
}
