//! What a closure costs that is declared while very many deadlines run: `cargo xtask bench`.
//!
//! Cases with one open task each stand in a store on disk. A day on which all of them count is closed, and the operation
//! derives every deadline anew, with its commits. Everything is the engine itself; only the clock is virtual. An argument is
//! the number of cases, a second one the memory in MiB that the store may use for recent changes and again for its index:
//! with the store's defaults the writing of the index holds the commits up.

#![expect(clippy::print_stdout, reason = "it is a benchmark's only way to tell")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use peygir_calendar::{Ask, ClosedHours, Jalali, Name, Place, Scope, Term};
use peygir_core::{Data, Id, Moment};
use peygir_runtime::catalog::Catalog;
use peygir_runtime::clock::Clock;
use peygir_runtime::closures::Order;
use peygir_runtime::command::{Command, Envelope};
use peygir_runtime::engine::{Engine, Random};
use peygir_runtime::host::{Connectors, Host};
use peygir_runtime::pack;
use peygir_runtime::stream::Stream;
use peygir_runtime::turn::{Decided, decide};
use peygir_runtime::vault::{Keys, Vault};
use peygir_store::Store;
use peygir_store_local::{LocalStore, Options};
use serde_json::json;

/// 2026-11-21T06:30:00Z: a Saturday morning, 1405/08/30.
const START: Moment = Moment(1_795_242_600_000_000);
const CASES: usize = 100_000;
/// Memory for the store, in MiB.
const STORE_MIB: usize = 512;
/// Cases that are made with one commit.
const FILL: usize = 2_000;
/// Receipts follow each other by this much, in microseconds: all of them lie in one day of office hours.
const BETWEEN_US: i64 = 100_000;
const MINUTE_US: i64 = 60_000_000;

const FORM: &str = "kind: form
id: bench/form
title: { fa: پاسخ, en: Reply }
fields: [ { name: done, kind: boolean, label: { fa: شد, en: Done }, required: true } ]
";
const FLOW: &str = "document: { dsl: '1.0.3', namespace: bench, name: refer, version: '1.0.0' }
do:
  - open:
      call: case-open
      with: { channel: web, text: '…', province: hamedan, from: { person: '${ .person }' } }
  - reply:
      call: human-task
      with:
        form: bench/form
        assign: { role: duty-manager }
        due: { workingDays: 10, max: 15, calendar: ir-working }
";

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let cases = std::env::args().nth(1).map_or(CASES, |cases| cases.parse().expect("how many cases is a number"));
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (pack, name) = pack::load_flow(&written(folder.path())).unwrap_or_else(|found| panic!("{found:#?}"));
    let memory = std::env::args().nth(2).map_or(STORE_MIB, |mib| mib.parse().expect("how many MiB is a number")) << 20;
    let options = Options { generation_bytes_max: memory, cache_bytes: memory as u64, ..Options::default() };
    let (store, _) = LocalStore::open(&folder.path().join("store"), options).expect("a new store opens");
    let store: Arc<dyn Store> = Arc::new(store);
    let catalog = Catalog::new(pack, &BTreeMap::new(), Arc::new(peygir_script::Deadline::never));
    let vault = Vault::new(Arc::new(Keys::in_memory()));
    let engine = Arc::new(Engine::new(store.clone(), vault, catalog, random()));
    let clock = Clock::at(START);
    let host = Host::new(engine.clone(), clock.clone(), Connectors::new());
    let filled = fill(&engine, &store, &name.to_string(), cases);
    println!("{cases} cases made in {:.1} s; the store has {} MiB twice", filled.as_secs_f64(), memory >> 20);
    clock.set(START.plus_micros(24 * 60 * MINUTE_US));

    let alone = derive_alone(&engine, cases);
    let each = alone.as_secs_f64() * 1e6 / cases as f64;
    println!("deriving alone, on one thread: {:.2} s, {each:.1} µs a deadline", alone.as_secs_f64());

    let (begun, cpu_before) = (Instant::now(), cpu_seconds());
    let declared = host.declare_closure("bench", &closed()).await.expect("the closure is taken");
    let in_force = begun.elapsed();
    host.settle().await;
    let (took, cpu) = (begun.elapsed(), cpu_seconds() - cpu_before);
    let operation = host.operation(declared.operation).await.expect("it can be read").expect("it was begun");
    assert_eq!((operation.moved, operation.failed), (cases as u64, 0), "all of them move");
    assert!(operation.ended_at.is_some(), "it is through");
    let a_second = cases as f64 / took.as_secs_f64();
    println!(
        "the closure is in force after {:.1} ms; the whole operation, with its commits: {:.2} s, {a_second:.0} deadlines a \
         second; all threads together were at work for {cpu:.2} s",
        in_force.as_secs_f64() * 1e3,
        took.as_secs_f64()
    );
}

/// Time that the threads of this process were at work: what else a busy machine does counts little in it.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: f64 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    ticks / 100.0
}

/// Bytes that differ from each other and are the same at every run.
fn random() -> Random {
    let next = AtomicU64::new(0);
    Arc::new(move || {
        let mut bytes = [0; 32];
        // Scattered as ids of different instants are, by an odd multiplier.
        let number = next.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        bytes[8..16].copy_from_slice(&number.to_be_bytes());
        bytes
    })
}

/// A pack with the flow and the shipped calendars; the flow's file.
fn written(folder: &Path) -> std::path::PathBuf {
    let put = |name: &str, text: &str| {
        let path = folder.join("pack").join(name);
        std::fs::create_dir_all(path.parent().expect("a file stands in a folder")).expect("a folder is made");
        std::fs::write(&path, text).expect("a file is written");
        path
    };
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules/calendars/ir-working.yaml");
    put("pack.yaml", "kind: pack\nname: bench\nversion: 1.0.0\ntitle: { fa: سنجش, en: Bench }\n");
    put("rules/calendars/ir-working.yaml", &std::fs::read_to_string(shipped).expect("the calendar is shipped"));
    put("rules/directory/roles.yaml", "kind: directory\nroles: [ { id: duty-manager, fa: مدیر, en: Manager } ]\n");
    put("workflows/refer/forms/form.yaml", FORM);
    put("workflows/refer/workflow.yaml", FLOW)
}

fn closed() -> Order {
    let day = Jalali::new(1405, 9, 3).expect("it is a day");
    Order {
        calendar: "ir-working".to_owned(),
        scope: Scope::default(),
        first: day,
        last: day,
        hours: ClosedHours::From(0),
        name: Name { fa: "برف".to_owned(), en: "Snow".to_owned() },
    }
}

/// Makes the cases, many in one commit.
fn fill(engine: &Engine, store: &Arc<dyn Store>, flow: &str, cases: usize) -> Duration {
    let begun = Instant::now();
    let catalog = engine.catalog();
    let mut made = 0;
    while made < cases {
        let batches: Vec<_> = (made..cases.min(made + FILL))
            .map(|number| {
                let at = START.plus_micros(number as i64 * BETWEEN_US);
                let (stream, person): (Id, Id) = (engine.new_id(at), engine.new_id(at));
                let input = Data::from(json!({ "person": person.to_string() }));
                let command = Command::StartFlow { flow: flow.to_owned(), input, claims: Vec::new() };
                let envelope = Envelope { actor: "bench".to_owned(), at, seed: engine.seed(), command };
                let decided = decide(&catalog, &engine.vault, Stream::new(stream), &envelope);
                let Decided { stream, batch } = decided.expect("the flow starts");
                assert_eq!(stream.records.tasks.len(), 1, "it has come to its task");
                batch
            })
            .collect();
        // Of so many tracking codes a few are drawn twice: who comes second is made anew.
        made += store.commit(&batches).iter().filter(|taken| taken.is_ok()).count();
    }
    begun.elapsed()
}

/// As many deadlines from as many moments as there are cases, by the calendar alone.
fn derive_alone(engine: &Engine, cases: usize) -> Duration {
    let catalog = engine.catalog();
    let place = Place { province: Some("hamedan".to_owned()), ..Place::default() };
    let begun = Instant::now();
    for number in 0..cases {
        let from = START.plus_micros(number as i64 * BETWEEN_US).to_jiff();
        let calendar = catalog.calendars().at("ir-working", &place).expect("the calendar is there");
        let ask = Ask { from, term: Term::working_days(10), place: &place, suspensions: &[] };
        std::hint::black_box(calendar.derive(&ask).expect("it is open often enough"));
    }
    begun.elapsed()
}
