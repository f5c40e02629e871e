//! What a task costs as a flow grows, from the command to the synced commit: `cargo xtask bench`.
//!
//! Each line is a kind of flow in two sizes: microseconds for each task, the memory that the process took at its highest,
//! and the ratios of the two. About 1 is flat. Of several runs the shortest counts, for what else the machine does only adds
//! to it. Everything is the engine itself, over a store on disk; only the clock is virtual. An argument is a part of the
//! name of the kinds that are to run, a second one how many times larger than otherwise.

#![expect(clippy::print_stdout, reason = "it is a benchmark's only way to tell")]

use std::sync::Arc;
use std::time::Instant;

use peygir_core::state::Status;
use peygir_core::{Data, Moment};
use peygir_runtime::command::Command;
use peygir_runtime::host::Connectors;
use peygir_runtime::pack;
use peygir_runtime::sim::{Parts, World};
use peygir_store::Store;
use peygir_store_local::{LocalStore, Options};
use serde_json::{Value, json};

/// 2026-11-21T08:00:00Z.
const START: Moment = Moment(1_795_248_000_000_000);
const HOUR: i64 = 3_600_000_000;
/// Runs of each size.
const RUNS: usize = 5;

/// A kind of flow: its name, its two sizes, its tasks and its input at a size.
struct Kind {
    name: &'static str,
    sizes: [u64; 2],
    tasks: fn(u64) -> String,
    input: fn(u64) -> Value,
}

const KINDS: [Kind; 3] = [
    Kind {
        name: "a loop of tasks (for)",
        sizes: [1_000, 10_000],
        tasks: |_| {
            "  - all: { for: { in: .items }, do: [ { add: { set: { n: '${ (.n // 0) + $item }' } } } ] }\n".into()
        },
        input: |size| json!({ "items": (0..size).collect::<Vec<_>>() }),
    },
    Kind {
        name: "a loop of tasks (then)",
        sizes: [1_000, 10_000],
        tasks: |size| {
            let more = format!("{{ more: {{ when: .n < {size}, then: add }} }}");
            format!("  - add: {{ set: {{ n: '${{ .n + 1 }}' }} }}\n  - again: {{ switch: [ {more} ] }}\n")
        },
        input: |_| json!({ "n": 0 }),
    },
    Kind {
        name: "a fork whose branches rest",
        sizes: [100, 1_000],
        tasks: |size| {
            let branches: Vec<String> =
                (0..size).map(|n| format!("{{ b{n}: {{ wait: {{ seconds: {} }} }} }}", 1 + n)).collect();
            format!("  - all: {{ fork: {{ branches: [ {} ] }} }}\n", branches.join(", "))
        },
        input: |_| json!({}),
    },
];

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let wanted = arguments.next().unwrap_or_default();
    let times = arguments.next().map_or(1, |times| times.parse().expect("how many times larger is a number"));
    for kind in KINDS.iter().filter(|kind| kind.name.contains(&wanted)) {
        let [few, many] = kind.sizes.map(|size| size * times);
        let [(small, low), (large, high)] = shortest(kind, [few, many]).await;
        println!(
            "{:<28} {few:>6}: {small:>6.0} µs a task, {low:>4} MiB   {many:>6}: {large:>6.0} µs a task, {high:>4} MiB   \
             time ratio {:.2}, memory ratio {:.2}",
            kind.name,
            large / small,
            high as f64 / low.max(1) as f64,
        );
    }
}

/// Of each size the shortest of several runs, and the highest memory of the process after its first. The sizes take turns,
/// so that what else the machine does meets both.
async fn shortest(kind: &Kind, sizes: [u64; 2]) -> [(f64, u64); 2] {
    let mut found = [(f64::INFINITY, None); 2];
    for _ in 0..RUNS {
        for (size, (micros, peak)) in sizes.into_iter().zip(&mut found) {
            let (run, high) = run(kind, size).await;
            *micros = micros.min(run);
            peak.get_or_insert(high);
        }
    }
    found.map(|(micros, peak)| (micros, peak.unwrap_or_default()))
}

/// Microseconds for each task, and the highest memory of the process so far in MiB.
async fn run(kind: &Kind, size: u64) -> (f64, u64) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let file = folder.path().join("flow.yaml");
    let text = format!(
        "document: {{ dsl: '1.0.3', namespace: bench, name: large, version: '1.0.0' }}\ndo:\n{}",
        (kind.tasks)(size)
    );
    std::fs::write(&file, text).expect("the flow is written");
    let (pack, name) = pack::load_flow(&file).unwrap_or_else(|found| panic!("{found:#?}"));
    let (store, _) = LocalStore::open(&folder.path().join("store"), Options::default()).expect("a new store opens");
    let store: Arc<dyn Store> = Arc::new(store);
    let world = World::of(Parts {
        pack,
        channels: Default::default(),
        connectors: Connectors::new(),
        peers: None,
        store: Box::new(move || store.clone()),
        start: START,
        seed: 1,
    });
    let stream = world.host().engine.new_id(START);
    let input = Data::from((kind.input)(size));
    let command = Command::StartFlow { flow: name.to_string(), input, claims: Vec::new() };
    let begun = Instant::now();
    world.host().submit(stream, "bench", command).await.expect("the flow starts");
    world.advance_to(START.plus_micros(HOUR)).await.expect("nothing stops it");
    let micros = begun.elapsed().as_secs_f64() * 1e6 / size as f64;
    let found = world.host().read(stream).await.expect("the stream is there");
    assert!(found.instances.values().all(|instance| instance.status == Status::Completed), "it completes");
    (micros, peak_mib())
}

fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
