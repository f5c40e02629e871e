//! Very many timers that are due at once: each fires once, and what can't be done in one stream keeps none of the others.

mod common;

use std::sync::Arc;

use peygir_core::state::Status;
use peygir_core::{Data, Id, Moment};
use peygir_runtime::catalog::Catalog;
use peygir_runtime::clock::Clock;
use peygir_runtime::command::Command;
use peygir_runtime::engine::Engine;
use peygir_runtime::host::{Connectors, Host};
use peygir_runtime::rows;
use peygir_runtime::stream::RowName;
use peygir_runtime::vault::{Keys, Vault};
use peygir_store::memory::MemoryStore;
use peygir_store::{Batch, Store};
use tokio::sync::Notify;

const FLOW: &str =
    "document: { dsl: '1.0.3', namespace: test, name: rest, version: '1.0.0' }\ndo:\n  - rest: { wait: PT1H }\n";
const START: Moment = Moment(1_795_248_000_000_000);
const HOUR_US: i64 = 3_600_000_000;
/// More than are woken in one piece of work, and in one round.
const SLEEPERS: u32 = 1_100;

fn stream(number: u32) -> Id {
    let mut id = [9; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    Id(id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fires_once_and_a_stream_that_can_not_be_read_keeps_none_of_the_others() {
    let pack = common::catalog_with(&[FLOW], &[]);
    let catalog = Catalog::new(pack, &Default::default(), Arc::new(peygir_script::Deadline::never));
    let store = Arc::new(MemoryStore::new());
    let random = Arc::new(std::sync::atomic::AtomicU64::new(0));
    let draw = move || {
        let number = random.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let mut bytes = [7; 32];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        bytes
    };
    let engine = Engine::new(store.clone(), Vault::new(Arc::new(Keys::in_memory())), catalog, Arc::new(draw));
    let start = || Command::StartFlow { flow: "test/rest:1.0.0".to_owned(), input: Data::empty(), claims: Vec::new() };
    for number in 0..SLEEPERS {
        engine.handle(stream(number), "test", START, start()).unwrap();
    }
    let broken = stream(40);
    break_rows(&store, broken);
    let clock = Clock::at(START);
    let host = Host::new(Arc::new(engine), clock.clone(), Connectors::new());
    let others = || (0..SLEEPERS).map(stream).filter(|stream| *stream != broken);
    let mut waiters: Vec<_> = others().map(|stream| host.watch.end_of(stream, None)).collect();
    clock.set(START.plus_micros(HOUR_US));
    let stop = Arc::new(Notify::new());
    let working = tokio::spawn(host.clone().run(stop.clone()));
    for waiter in waiters.drain(..) {
        let ended = waiter.ended().await.expect("who wrote it says how it is now");
        assert_eq!(ended.first_instance().map(|instance| instance.status), Some(Status::Completed));
    }
    assert_eq!(host.paused(), [broken]);
    stop.notify_one();
    working.await.unwrap();
    for stream in others() {
        assert_eq!(store.version(stream).unwrap(), 2, "its start and its timer are all that was committed");
    }
}

/// A row of an instance that says nothing.
fn break_rows(store: &MemoryStore, stream: Id) {
    let batch = Batch {
        stream,
        expected: 1,
        at: START,
        command: Vec::new(),
        events: Vec::new(),
        rows: vec![(rows::key(stream, &RowName::Instance(Id([1; 16]))), Some(vec![0xff]))],
        claims: Vec::new(),
        unclaim: Vec::new(),
        enqueue: Vec::new(),
        done: None,
    };
    assert_eq!(store.commit(&[batch]), [Ok(2)]);
}
