//! What a closure costs that is declared while very many deadlines run: `cargo xtask bench`.
//!
//! Cases with one open task each stand in a store on disk. A day on which all of them count is closed, and the operation
//! derives every deadline anew, with its commits. Everything is the engine itself; only the clock is virtual. The cases were
//! made by a process of before: nothing of them is in memory. An argument is the number of cases, a second one the memory in
//! MiB that the store may use for recent changes and again for its index: with the store's defaults the writing of the index
//! holds the commits up.
//!
//! Where the time goes is told twice: what one deadline costs by itself, stage by stage on one thread with nothing beside it,
//! and, of the operation, how long its threads were at work and what was written.

#![expect(clippy::print_stdout, reason = "it is a benchmark's only way to tell")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use peygir_calendar::{Ask, ClosedHours, Jalali, Name, Place, Plans, Scope, Term};
use peygir_casework::records::MoveWhy;
use peygir_core::{Data, Id, Moment};
use peygir_runtime::catalog::Catalog;
use peygir_runtime::clock::Clock;
use peygir_runtime::closures::Order;
use peygir_runtime::command::{Command, Envelope};
use peygir_runtime::engine::{Engine, Random};
use peygir_runtime::host::{Connectors, Host};
use peygir_runtime::pack;
use peygir_runtime::rows;
use peygir_runtime::stream::Stream;
use peygir_runtime::turn::{Bounds, Decided, decide, decide_by};
use peygir_runtime::vault::{Keys, Vault};
use peygir_store::Store;
use peygir_store::rules::Prepared;
use peygir_store_local::{LocalStore, Options};
use serde_json::json;

/// As the binary has it.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

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
/// Cases whose stages are measured.
const SAMPLE: usize = 2_000;
/// Threads of the store, by the names that the system keeps of them.
const THREADS: [&str; 4] = ["peygir-journal", "peygir-snapshot", "peygir-rows", "sled"];
/// Of the system's account of threads at work.
const TICKS_A_SECOND: f64 = 100.0;

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
    let catalog = Catalog::new(pack, &BTreeMap::new(), Arc::new(peygir_script::Deadline::never));
    let vault = Vault::new(Arc::new(Keys::in_memory()));
    let open = || LocalStore::open(&folder.path().join("store"), options.clone()).expect("the store opens").0;

    let store = Arc::new(open());
    let engine = Engine::new(store.clone(), vault.clone(), catalog.clone(), random());
    let filled = fill(&engine, &*store, &name.to_string(), cases);
    println!("{cases} cases made in {:.1} s; the store has {} MiB twice", filled.as_secs_f64(), memory >> 20);
    // What was just made is still on its way to the index: closing ends that, and memory holds nothing of it.
    drop(engine);
    Arc::into_inner(store).expect("nobody else has it").close().expect("it closes");

    let clock = Clock::at(START);
    let engine = Arc::new(Engine::new(Arc::new(open()), vault, catalog, random()));
    let host = Host::new(engine.clone(), clock.clone(), Connectors::new());
    clock.set(START.plus_micros(24 * 60 * MINUTE_US));

    let alone = derive_alone(&engine, cases);
    let each = alone.as_secs_f64() * 1e6 / cases as f64;
    println!("deriving alone, on one thread: {:.2} s, {each:.1} µs a deadline", alone.as_secs_f64());

    let begun = Instant::now();
    let declared = host.declare_closure("bench", &closed()).await.expect("the closure is taken");
    let in_force = begun.elapsed();
    stages(&engine, declared.operation, cases);

    let (begun, work, written) = (Instant::now(), Work::now(), journal_mib(&folder.path().join("store")));
    host.settle().await;
    let (took, work) = (in_force + begun.elapsed(), work.since());
    let operation = host.operation(declared.operation).await.expect("it can be read").expect("it was begun");
    assert_eq!((operation.moved, operation.failed), (cases as u64, 0), "all of them move");
    assert!(operation.ended_at.is_some(), "it is through");
    let a_second = cases as f64 / took.as_secs_f64();
    println!(
        "the closure is in force after {:.1} ms; the whole operation, with its commits: {:.2} s, {a_second:.0} deadlines a \
         second; its frames have {} MiB",
        in_force.as_secs_f64() * 1e3,
        took.as_secs_f64(),
        journal_mib(&folder.path().join("store")) - written
    );
    println!("threads at work, in seconds: {work}");
}

/// Does a piece of work for all; what came of it, and how long this thread was at work.
fn stage<T, R>(of: &[T], work: impl Fn(&T) -> R) -> (Vec<R>, Duration) {
    let on_the_processor = || {
        let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        stat.split_whitespace().next().and_then(|nanos| nanos.parse().ok()).map_or(Duration::ZERO, Duration::from_nanos)
    };
    let begun = on_the_processor();
    let done = of.iter().map(work).collect();
    (done, on_the_processor() - begun)
}

/// What one deadline costs stage by stage: on one thread, with nothing beside it and without the commit.
fn stages(engine: &Engine, operation: Id, cases: usize) {
    let catalog = engine.catalog();
    let (from, to) = rows::open_deadlines(None);
    let found = engine.store.scan(&from, &to, SAMPLE.min(cases)).expect("the store answers");
    let streams: Vec<Id> =
        found.iter().filter_map(|(key, _)| rows::parse_open_deadline(key)).map(|(id, _)| id).collect();
    let at = START.plus_micros(24 * 60 * MINUTE_US);
    let (stored, read) = stage(&streams, |id| {
        let (version, (from, to)) = (engine.store.version(*id), rows::of_stream(*id));
        (version.expect("the store answers"), engine.store.scan(&from, &to, usize::MAX).expect("the store answers"))
    });
    let numbered: Vec<usize> = (0..streams.len()).collect();
    let (mut loaded, decoded) = stage(&numbered, |number| {
        let (version, rows) = &stored[*number];
        Some(Stream::from_rows(streams[*number], *version, rows).expect("its rows can be read"))
    });
    let mut loaded: Vec<_> = loaded.iter_mut().map(Option::take).collect();
    let loaded = std::cell::RefCell::new(&mut loaded);
    let plans = Plans::default();
    let bounds = Bounds { most: u32::MAX, plans: &plans };
    let (batches, decided) = stage(&numbered, |number| {
        let command = Command::Rederive { operation, why: MoveWhy::Closure };
        let envelope = Envelope::new("bench", at, engine.seed(), command);
        let stream = loaded.borrow_mut()[*number].take().expect("each is taken once");
        decide_by(&catalog, &engine.vault, stream, &envelope, bounds, &mut |_| false).expect("it can be derived").batch
    });
    let (framed_all, framed) = stage(&batches, |batch| Prepared::new(batch).expect("it is short enough").frame_bytes());
    let frame_bytes: usize = framed_all.iter().sum();
    let took = [read, decoded, decided, framed];
    let each = |stage: Duration| stage.as_secs_f64() * 1e6 / streams.len() as f64;
    let [read, decoded, decided, framed] = took.map(each);
    println!(
        "a deadline's stages, one at a time on one thread, in µs: rows read {read:.1}, decoded {decoded:.1}, derived and its \
         rows encoded {decided:.1}, framed and hashed {framed:.1}; a frame has {} bytes",
        frame_bytes / streams.len()
    );
}

/// How long threads were at work, by their names: what else a busy machine does counts little in it.
struct Work {
    /// Those of the store that are there as long as it is, in ticks.
    named: BTreeMap<String, u64>,
    all: u64,
}

impl Work {
    fn now() -> Self {
        let mut named = BTreeMap::new();
        for task in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
            let (name, ticks) = ticks(&task.path().join("stat"));
            let name = if name.starts_with("sled") { "sled" } else { name.as_str() };
            if THREADS.contains(&name) {
                *named.entry(name.to_owned()).or_default() += ticks;
            }
        }
        Self { named, all: ticks(Path::new("/proc/self/stat")).1 }
    }

    fn since(&self) -> Self {
        let mut now = Self::now();
        now.named.iter_mut().for_each(|(name, ticks)| *ticks -= self.named.get(name).copied().unwrap_or(0).min(*ticks));
        now.all -= self.all;
        now
    }
}

impl std::fmt::Display for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = |ticks: u64| ticks as f64 / TICKS_A_SECOND;
        let named: u64 = self.named.values().sum();
        write!(f, "reading, deriving, encoding {:.2}", seconds(self.all.saturating_sub(named)))?;
        self.named.iter().try_for_each(|(name, ticks)| write!(f, ", {name} {:.2}", seconds(*ticks)))?;
        write!(f, "; in all {:.2}", seconds(self.all))
    }
}

/// Name and ticks of a process or a thread.
fn ticks(stat: &Path) -> (String, u64) {
    let stat = std::fs::read_to_string(stat).unwrap_or_default();
    let name = stat.split(['(', ')']).nth(1).unwrap_or_default().to_owned();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    (name, fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum())
}

fn journal_mib(store: &Path) -> u64 {
    let files = std::fs::read_dir(store.join("journal")).into_iter().flatten().flatten();
    files.filter_map(|file| Some(file.metadata().ok()?.len())).sum::<u64>() >> 20
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
fn fill(engine: &Engine, store: &dyn Store, flow: &str, cases: usize) -> Duration {
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
                let envelope = Envelope::new("bench", at, engine.seed(), command);
                let decided = decide(&catalog, &engine.vault, Stream::new(stream), &envelope);
                let Decided { stream, batch, .. } = decided.expect("the flow starts");
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
    let plans = Plans::default();
    let begun = Instant::now();
    for number in 0..cases {
        let from = START.plus_micros(number as i64 * BETWEEN_US).to_jiff();
        let calendar = catalog.calendars(&place).at("ir-working", &place).expect("the calendar is there");
        let ask = Ask { from, term: Term::working_days(10), place: &place, suspensions: &[] };
        std::hint::black_box(plans.derive(calendar, &ask).expect("it is open often enough"));
    }
    begun.elapsed()
}
