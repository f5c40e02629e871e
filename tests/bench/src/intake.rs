//! `intake`: complaints in Persian over HTTP, through the routing tables, the case's opening, the referral and its messages.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Result, ensure};

use crate::child::Server;
use crate::citizens;
use crate::disk;
use crate::figures::{Figures, median};
use crate::flow3::CLIENTS;
use crate::load::{self, Question};
use crate::plan::Plan;
use crate::resting::MEMORY_MIB_MAX;
use crate::site::Site;

/// Numbers the citizens of all rounds.
static CITIZENS: AtomicU64 = AtomicU64::new(0);

fn question(token: &str) -> Arc<Question> {
    let token = token.to_owned();
    // The clients number what they ask by themselves; two rounds on one server must not be the same citizens.
    let request = move |_| {
        let number = CITIZENS.fetch_add(1, Ordering::Relaxed);
        load::post("/api/v1/messages", &token, &citizens::complaint(number).to_string())
    };
    Arc::new(Question { request: Box::new(request), expected: "trackingCode" })
}

pub async fn run(plan: &Plan, figures: &mut Figures) -> Result<()> {
    let (mut rates, mut p50, mut p99, mut memory, mut cpu) = (vec![], vec![], vec![], vec![], vec![]);
    let (mut messages, mut limits, mut disk_ms, mut how) = (Vec::new(), Vec::new(), Vec::new(), String::new());
    for _ in 0..plan.rounds.min(3) {
        let site = Site::new(&plan.folder.join("intake"), 9)?;
        let server = Server::start(&site)?;
        load::run(server.address, CLIENTS, plan.lasting / 5, question(&server.token)).await?;
        let before = server.cpu();
        let went = load::run(server.address, CLIENTS, plan.lasting, question(&server.token)).await?;
        cpu.push((server.cpu() - before).as_secs_f64() * 1e6 / went.count() as f64);
        rates.push(went.rate());
        p50.push(went.quantile_ms(0.5));
        p99.push(went.quantile_ms(0.99));
        memory.push(server.memory_mib().1 as f64);
        server.stop()?;
        let report = peygir_store_local::verify(&site.store(), &mut |_| ())?;
        let commits = report.frames as f64 / report.streams as f64;
        messages.push(commits);
        let together = usize::try_from(CLIENTS)?;
        let (limit, measured) = disk::records_a_second(&plan.folder, &report, together, plan.lasting / 4)?;
        limits.push(limit / commits);
        disk_ms.push(1_000.0 * commits * together as f64 / limit);
        how = measured;
        site.clear()?;
    }
    ensure!(!rates.is_empty(), "no round was run");
    let beside = format!("{CLIENTS} clients, a new citizen each time; the disk alone {:.0}, {how}", median(limits));
    figures.tell("intake.rate", median(rates), "complaints/s", beside);
    let beside = format!("all commits of its case take the disk alone {:.2} ms", median(disk_ms));
    figures.tell("intake.p50", median(p50), "ms", &*beside);
    figures.tell("intake.p99", median(p99), "ms", beside);
    figures.at_most("intake.memory", median(memory), "MiB", MEMORY_MIB_MAX, "our own, as with a million at rest");
    figures.tell("intake.cpu", median(cpu), "µs/complaint", "of the serving process, all threads");
    figures.tell("intake.commits", median(messages), "a case", "with its SMS and what follows, as far as it came");
    Ok(())
}
