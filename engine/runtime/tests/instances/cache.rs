//! Streams in memory: the same as what the store has, whoever writes it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use peygir_core::state::Status;
use peygir_core::{Data, Id, Moment};
use peygir_runtime::catalog::Catalog;
use peygir_runtime::command::Command;
use peygir_runtime::engine::Engine;
use peygir_runtime::stream::Stream;
use peygir_runtime::vault::{Keys, Vault};
use peygir_store::Store;
use peygir_store::memory::MemoryStore;
use serde_json::json;

use crate::deployed::{Extra, catalog_of};
use crate::town::{end, flow, of, read, start, world_of};

const STREAM: Id = Id([9; 16]);

/// Two processes over one store.
fn engines(flows: &[&str], limits: &str) -> [Engine; 2] {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let keys = Arc::new(Keys::in_memory());
    let pack = catalog_of(&Extra { flows, deployment: limits, ..Extra::default() });
    let catalog = Catalog::new(pack, &Default::default(), Arc::new(peygir_script::Deadline::never));
    [1, 2].map(|seed| Engine::new(store.clone(), Vault::new(keys.clone()), catalog.clone(), random(seed)))
}

/// Never the same twice.
fn random(seed: u8) -> peygir_runtime::engine::Random {
    let next = AtomicU8::new(0);
    Arc::new(move || {
        let mut bytes = [seed; 32];
        bytes[0] = next.fetch_add(1, Ordering::SeqCst);
        bytes
    })
}

fn start_waiting(engine: &Engine) -> Arc<Stream> {
    let command = Command::StartFlow { flow: "test/rests:1.0.0".to_owned(), input: Data::empty(), claims: Vec::new() };
    engine.handle(STREAM, "test", Moment(1), command).unwrap()
}

fn same(left: &Stream, right: &Stream) {
    assert_eq!((left.version, &left.head), (right.version, &right.head));
    assert_eq!(left.instances, right.instances);
    assert_eq!(left.records, right.records);
    assert_eq!(left.stored_bytes(), right.stored_bytes());
}

#[test]
fn another_processs_commit_makes_the_copy_worthless() {
    let [one, other] = engines(&[&flow("rests", "  - rest: { wait: PT1M }\n")], "");
    let instance = *start_waiting(&one).instances.keys().next().unwrap();
    let before = one.load(STREAM).unwrap();
    assert_eq!(one.cache_figures().hits, 1);
    let command = peygir_core::Command::Cancel { reason: "by the other".to_owned() };
    other.handle(STREAM, "test", Moment(2), Command::Instance { instance, command }).unwrap();
    let after = one.load(STREAM).unwrap();
    assert_eq!(
        (before.instances[&instance].status, after.instances[&instance].status),
        (Status::Active, Status::Cancelled)
    );
    same(&after, &other.load(STREAM).unwrap());
    // And a turn that begins from here sees it too.
    let again = peygir_core::Command::Cancel { reason: "again".to_owned() };
    assert!(one.handle(STREAM, "test", Moment(3), Command::Instance { instance, command: again }).is_err());
}

#[test]
fn turns_of_two_processes_follow_each_other() {
    let [one, other] = engines(&[&flow("rests", "  - rest: { wait: PT1M }\n")], "");
    for round in 0..10 {
        start_waiting(if round % 2 == 0 { &one } else { &other });
        same(&one.load(STREAM).unwrap(), &other.load(STREAM).unwrap());
    }
    assert_eq!(one.load(STREAM).unwrap().instances.len(), 10);
}

#[test]
fn a_refused_command_leaves_the_stream_as_it_was() {
    let [one, _] = engines(&[&flow("rests", "  - rest: { wait: PT1M }\n")], "");
    let started = start_waiting(&one);
    let nobody = Command::Instance { instance: Id([3; 16]), command: peygir_core::Command::Resume };
    assert!(one.handle(STREAM, "test", Moment(2), nobody).is_err());
    same(&one.load(STREAM).unwrap(), &started);
}

#[test]
fn without_a_cache_it_is_the_same() {
    let [one, _] = engines(&[&flow("rests", "  - rest: { wait: PT1M }\n")], "limits: { cacheStreamsMax: 0 }");
    same(&start_waiting(&one), &one.load(STREAM).unwrap());
    assert_eq!((one.cache_figures().streams, one.cache_figures().hits), (0, 0));
}

/// A flow of many steps in many commits reads its rows once, and what is in memory is what the store has after each.
#[tokio::test]
async fn a_long_loop_reads_its_stream_once() {
    let ask = flow(
        "ask",
        "  - all:\n      for: { each: n, in: '${ [range(300)] }' }\n      do:\n        \
         - ask: { call: ask, with: { n: '${ $n }' } }\n        - count: { set: { n: '${ .n + 1 }' } }\n",
    );
    let peer = crate::peer::Peer::new();
    let store = Arc::new(MemoryStore::new());
    let pack = catalog_of(&Extra { flows: &[&ask], kinds: peer.kinds(), ..Extra::default() });
    let mut world = world_of(pack, peer.connectors(), store.clone());
    let stream = start(&mut world, "ask", json!({})).await;
    let found = read(&world, stream).await;
    assert_eq!(end(of(&found, "ask")), (Status::Completed, Some(json!({ "n": 300 }))));
    assert_eq!(peer.asked().len(), 300);
    let figures = world.host().engine.cache_figures();
    assert!(figures.hits >= 600 && figures.misses < 20, "{figures:?}");
    world.restart().await;
    same(&found, &read(&world, stream).await);
    // What a commit writes does not grow with the steps before it.
    let frames = store.journal(stream, 0, 100_000).unwrap();
    let rows: Vec<usize> = frames.iter().map(|frame| frame.rows.len()).collect();
    assert!(rows[rows.len() - 10..].iter().max() <= rows[10..20].iter().max(), "{rows:?}");
    let bytes =
        |frame: &peygir_store::Frame| frame.rows.iter().filter_map(|(_, row)| Some(row.as_ref()?.len())).sum::<usize>();
    let most = |frames: &[peygir_store::Frame]| frames.iter().map(bytes).max().unwrap();
    assert!(most(&frames[frames.len() - 20..]) < 2 * most(&frames[10..30]), "rows of later steps are longer");
}

/// A fork of many branches: each commit writes the rows of the branches that it touched.
#[tokio::test]
async fn branches_of_a_wide_fork_write_their_own_rows() {
    let branches: String = (0..1_000).map(|n| format!("          - b{n}: {{ wait: PT{}S }}\n", 1 + n)).collect();
    let wide = flow("wide", &format!("  - all:\n      fork:\n        branches:\n{branches}"));
    let store = Arc::new(MemoryStore::new());
    let mut world =
        world_of(catalog_of(&Extra { flows: &[&wide], ..Extra::default() }), Default::default(), store.clone());
    let stream = start(&mut world, "wide", json!({})).await;
    world.pass_to(world.clock.now().plus_micros(1_001 * 1_000_000)).await.unwrap();
    let found = read(&world, stream).await;
    assert_eq!(of(&found, "wide").status, Status::Completed);
    let frames = store.journal(stream, 0, 100_000).unwrap();
    let ends: Vec<usize> = frames[10..frames.len() - 1].iter().map(|frame| frame.rows.len()).collect();
    assert!(ends.iter().all(|rows| *rows < 16), "{:?}", ends.iter().max());
}
