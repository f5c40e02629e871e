//! `rederive`: days are closed by a person while very many deadlines run, and all of them are derived anew and moved.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use peygir_calendar::Jalali;
use peygir_core::Moment;
use peygir_runtime::clock::Clock;
use peygir_store_local::VerifyReport;
use serde_json::{Value, json};

use crate::child::Server;
use crate::figures::Figures;
use crate::load::{self, Connection};
use crate::plan::Plan;
use crate::resting::MEMORY_MIB_MAX;
use crate::site::Site;
use crate::{disk, fill};

/// Streams whose deadlines are moved with one turn of the operation: so many records can be synced together.
const TOGETHER: usize = 256;
/// The closed days, from today on: within the ten working days of every case, and one of them at least is a working day.
const CLOSED_DAYS: [i64; 2] = [3, 5];
const DAY_US: i64 = 86_400_000_000;
const LOOK: Duration = Duration::from_millis(20);
const GIVE_UP: Duration = Duration::from_secs(1_200);

pub async fn run(plan: &Plan, figures: &mut Figures) -> Result<()> {
    let site = Site::new(&plan.folder.join("rederive"), 9)?;
    let (count, now) = (plan.deadlines as u64, Clock::Real.now());
    fill::resting_cases(&site, count, now)?;
    let before = peygir_store_local::verify(&site.store(), &mut |_| ())?;
    let server = Server::start(&site)?;
    let mut connection = Connection::open(server.address).await?;
    let [from, until] = CLOSED_DAYS.map(|days| date(now.plus_micros(days * DAY_US)));
    let closure = json!({
        "calendar": "ir-working", "date": from, "until": until, "name": { "fa": "برف سنگین", "en": "Heavy snow" },
    });
    let begun = Instant::now();
    let request = load::post("/api/v1/closures", &server.token, &closure.to_string());
    let declared: Value = serde_json::from_slice(connection.ask(&request, "operation").await?)?;
    let operation = declared["operation"].as_str().context("a closure begins an operation")?;
    let question = load::get(&format!("/api/v1/operations/{operation}"), &server.token);
    let ended = loop {
        let answer: Value = serde_json::from_slice(connection.ask(&question, "moved").await?)?;
        if !answer["endedAt"].is_null() {
            break answer;
        }
        ensure!(begun.elapsed() < GIVE_UP, "the operation does not end: {answer}");
        tokio::time::sleep(LOOK).await;
    };
    let took = begun.elapsed().as_secs_f64();
    ensure!(ended["moved"].as_u64() == Some(count) && ended["failed"].as_u64() == Some(0), "not all moved: {ended}");
    let memory = server.memory_mib().1 as f64;
    server.stop()?;
    let after = peygir_store_local::verify(&site.store(), &mut |_| ())?;
    let came = VerifyReport { bytes: after.bytes - before.bytes, frames: after.frames - before.frames, ..after };
    site.clear()?;
    let (limit, how) = disk::records_a_second(&plan.folder, &came, TOGETHER, plan.lasting / 4)?;
    let beside = format!("{count} moved in {took:.1} s after a closure was declared; the disk alone {limit:.0}, {how}");
    figures.tell("rederive.rate", count as f64 / took, "deadlines/s", beside);
    figures.at_most("rederive.memory", memory, "MiB", MEMORY_MIB_MAX, "our own, as with a million at rest");
    Ok(())
}

fn date(at: Moment) -> String {
    Jalali::from_gregorian(at.to_jiff().to_zoned(jiff::tz::TimeZone::UTC).date()).to_string()
}
