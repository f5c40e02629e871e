//! A script that the wall clock gives up: nothing of its turn is kept, and a person is told, once.

mod common;

use std::sync::Arc;

use peygir_core::{Data, Id, Moment};
use peygir_runtime::catalog::Catalog;
use peygir_runtime::command::Command;
use peygir_runtime::engine::{Engine, Failure};
use peygir_runtime::turn::Refused;
use peygir_runtime::vault::{Keys, Vault};
use peygir_store::memory::MemoryStore;

#[test]
fn an_aborted_turn_keeps_nothing_and_is_told_once() {
    let flow = "document: { dsl: '1.0.3', namespace: test, name: spins, version: '1.0.0' }\ndo:\n  - spin: { call: spin, with: {} }\n";
    let spin = "fn spin(req, now, args) { let n = 0; for i in 0..9000 { n += 1; } n }";
    let pack = common::catalog_with(&[flow], &[("spin", spin)]);
    // The wall clock is over before the script begins.
    let deadline = Arc::new(|| peygir_script::Deadline::new(|| true));
    let catalog = Catalog::new(pack, &Default::default(), deadline);
    let vault = Vault::new(Arc::new(Keys::in_memory()));
    let engine = Engine::new(Arc::new(MemoryStore::new()), vault, catalog, Arc::new(|| [7; 32]));
    let stream = Id([9; 16]);
    let start = || Command::StartFlow { flow: "test/spins:1.0.0".to_owned(), input: Data::empty(), claims: Vec::new() };
    for _ in 0..2 {
        let failure = engine.handle(stream, "test", Moment(1), start()).unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::Aborted(_))), "{failure:?}");
    }
    let kept = engine.load(stream).unwrap();
    assert!(kept.instances.is_empty(), "the turn left an instance behind");
    assert_eq!(kept.records.incidents.len(), 1, "{:?}", kept.records.incidents);
}
