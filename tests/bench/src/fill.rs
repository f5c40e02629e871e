//! Making very many streams at once: decided by the engine and committed by the store, many in one call. What comes of it is what
//! as many requests would have left, but for the time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use peygir_core::{Data, Id, Moment};
use peygir_runtime::command::{Command, Envelope};
use peygir_runtime::engine::Engine;
use peygir_runtime::stream::Stream;
use peygir_runtime::turn::decide;
use peygir_store::Store;
use serde_json::{Value, json};

use crate::host;
use crate::site::Site;

/// Streams that are committed with one call.
const TOGETHER: u64 = 1_000;
const THREADS: u64 = 2;
/// Cases of one citizen: each of them has a key of their own, which is synced by itself.
const CASES_OF_A_CITIZEN: u64 = 100;

/// Starts a flow so many times, in streams of their own: with which input the nth, and when.
pub fn start_many(
    site: &Site,
    flow: &str,
    count: u64,
    nth: impl Fn(u64, &Engine) -> Result<(Moment, Value)> + Sync,
) -> Result<()> {
    let store = Arc::new(host::store(&site.store())?);
    let (engine, _) = host::engine(&site.deployment(), &site.data(), store.clone())?;
    let next = AtomicU64::new(0);
    let failed = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let worked = work(&engine, &*store, flow, count, &next, &nth);
                if let Err(error) = worked {
                    *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                }
            });
        }
    });
    drop(engine);
    if let Some(error) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    Ok(Arc::into_inner(store).context("nobody else has the store")?.close()?)
}

fn work(
    engine: &Engine,
    store: &dyn Store,
    flow: &str,
    count: u64,
    next: &AtomicU64,
    nth: &(impl Fn(u64, &Engine) -> Result<(Moment, Value)> + Sync),
) -> Result<()> {
    let catalog = engine.catalog();
    loop {
        let first = next.fetch_add(TOGETHER, Ordering::Relaxed);
        if first >= count {
            return Ok(());
        }
        let mut left: Vec<u64> = (first..count.min(first + TOGETHER)).collect();
        // Of so many tracking codes a few are drawn twice: who comes second is made anew.
        while !left.is_empty() {
            let mut batches = Vec::with_capacity(left.len());
            for number in &left {
                let (at, input) = nth(*number, engine)?;
                let command =
                    Command::StartFlow { flow: flow.to_owned(), input: Data::from(input), claims: Vec::new() };
                let envelope = Envelope::new("token:bench", at, engine.seed(), command);
                let stream = Stream::new(engine.new_id(at));
                batches.push(decide(&catalog, &engine.vault, stream, &envelope)?.batch);
            }
            let answers = store.commit(&batches);
            ensure!(answers.iter().any(Result::is_ok), "the store takes nothing: {:?}", answers.first());
            left =
                left.into_iter().zip(answers).filter(|(_, answer)| answer.is_err()).map(|(number, _)| number).collect();
        }
    }
}

/// Cases that rest: opened, sealed for their citizens, each with a task that an agency has not answered yet.
pub fn resting_cases(site: &Site, count: u64, now: Moment) -> Result<()> {
    let citizens: Mutex<Vec<Id>> = Mutex::default();
    start_many(site, "bench/refer:1.0.0", count, |number, engine| {
        // The last hour's: none of them is due for days.
        let at = now.plus_micros(-(((count - number) as i64 * 3_600_000_000) / count as i64));
        let person = citizen(&citizens, number / CASES_OF_A_CITIZEN, engine, at)?;
        let seal = |text: &str| engine.vault.seal(person, text, &engine.random()).context("the citizen has a key");
        let input = json!({
            "channel": "phone",
            "from": {
                "person": person.to_string(),
                "nationalId": seal(&crate::citizens::national_id(900_000_001 + number))?,
                "mobile": seal("09990123456")?,
                "name": seal("شهروند نمونه")?,
            },
            "text": seal(&crate::citizens::matter(number))?,
            "province": "hamedan",
        });
        Ok((at, input))
    })
}

fn citizen(known: &Mutex<Vec<Id>>, number: u64, engine: &Engine, at: Moment) -> Result<Id> {
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    while known.len() as u64 <= number {
        let person = engine.new_id(at);
        engine.vault.create(person, engine.random().into())?;
        known.push(person);
    }
    Ok(known[usize::try_from(number)?])
}

/// Instances that sleep, and all of which are due within the second that begins at `due`.
pub fn sleepers(site: &Site, count: u64, due: Moment) -> Result<()> {
    const HOUR_US: i64 = 3_600_000_000;
    start_many(site, "bench/sleep:1.0.0", count, |number, _| {
        let at = due.plus_micros((number as i64 * 1_000_000) / count as i64 - HOUR_US);
        Ok((at, json!({})))
    })
}
