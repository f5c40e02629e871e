//! What scripts leave behind that go wrong: of one that the wall clock gives up nothing is kept, and a person is told, once; actions
//! that can't be carried out are told with their place.

mod common;

use std::sync::Arc;

use peygir_casework::records::{About, Incident};
use peygir_core::{Data, Id, Moment};
use peygir_runtime::catalog::Catalog;
use peygir_runtime::command::Command;
use peygir_runtime::desk::Refusal;
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
        // Clients are told that a script was stopped, and not that the disk is full.
        assert!(matches!(Refusal::from(failure), Refusal::Stopped(_)));
    }
    let kept = engine.load(stream).unwrap();
    assert!(kept.instances.is_empty(), "the turn left an instance behind");
    assert_eq!(kept.records.incidents.len(), 1, "{:?}", kept.records.incidents);
    let reason = &kept.records.incidents.values().next().unwrap().reason;
    for part in ["script `spin`", "PG-S101", "at line 1", "spin.rhai"] {
        assert!(reason.contains(part), "{part}: {reason}");
    }
}

/// Runs a script in a flow and gives the reasons of the incidents that it leaves.
fn reasons(script: &str) -> Vec<String> {
    let flow = "document: { dsl: '1.0.3', namespace: test, name: acts, version: '1.0.0' }\ndo:\n  - act: { call: act, with: {} }\n";
    let pack = common::catalog_with(&[flow], &[("act", script)]);
    let catalog = Catalog::new(pack, &Default::default(), Arc::new(peygir_script::Deadline::never));
    let vault = Vault::new(Arc::new(Keys::in_memory()));
    let engine = Engine::new(Arc::new(MemoryStore::new()), vault, catalog, Arc::new(|| [7; 32]));
    let command = Command::StartFlow { flow: "test/acts:1.0.0".to_owned(), input: Data::empty(), claims: Vec::new() };
    let stream = engine.handle(Id([9; 16]), "test", Moment(1), command).unwrap();
    let refused = |incident: &Incident| matches!(&incident.about, About::ActionRefused(_));
    assert!(stream.records.incidents.values().all(refused), "{:?}", stream.records.incidents);
    stream.records.incidents.values().map(|incident| incident.reason.clone()).collect()
}

#[test]
fn an_action_that_is_no_list_is_not_lost() {
    let told = reasons("fn act(req, now, args) {\n  #{ action: \"no-such\" }\n}");
    assert_eq!(told.len(), 1, "{told:?}");
    for part in ["action 1 of ", "act.rhai in pack extra, line 1", "PG-S110", "there is no such action"] {
        assert!(told[0].contains(part), "{part}: {told:?}");
    }
}

#[test]
fn each_wrong_action_is_told_with_its_line() {
    let told = reasons(
        "fn act(req, now, args) {\n  [\n    notify(#{ to: \"citizen\" }),\n    [case_mark(#{ milestone: \"a\" })],\n    #{ milestone: \"b\" },\n  ]\n}",
    );
    assert_eq!(told.len(), 3, "{told:?}");
    for part in ["action 1 of ", "line 3"] {
        assert!(told.iter().any(|told| told.contains(part)), "{part}: {told:?}");
    }
    assert!(told.iter().any(|told| told.contains("action 2") && told.contains("a list itself")), "{told:?}");
    assert!(told.iter().any(|told| told.contains("action 3") && told.contains("has a member")), "{told:?}");
}
