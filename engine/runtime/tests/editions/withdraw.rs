//! Editions that are still to come and are taken back: nothing of them is ever in force, and what is planned after them has
//! to be right without them.

use std::sync::Arc;

use peygir_runtime::desk::{FieldError, Refusal};
use peygir_runtime::sim::World;
use peygir_store::memory::MemoryStore;

use crate::town::*;

async fn withdraw(world: &mut World, number: u64) -> Result<String, Refusal> {
    let by = administrator();
    let done = world.serve(async |desk| desk.withdraw_edition(&by, number, " the council said no ").await).await;
    world.go_on().await;
    done.map(|view| view.state)
}

#[tokio::test]
async fn what_was_withdrawn_never_comes_into_force() {
    let store = Arc::new(MemoryStore::new());
    let mut first = world(&[base("1.0.0", "one")], &store, START).await;
    deploy(&mut first, &from(edition(&[&base("2.0.0", "two")]), "1405/09/01")).await.unwrap();
    assert_eq!(withdraw(&mut first, 2).await.as_deref(), Ok("withdrawn"));
    let listed = first.desk.editions(&administrator()).await.unwrap();
    let withdrawn = listed[0].withdrawn.clone().unwrap();
    assert_eq!((withdrawn.by.id.as_str(), withdrawn.reason.as_str()), ("root", "the council said no"));
    let pack = first.desk.pack(&administrator(), "base").await.unwrap();
    let states: Vec<&str> = pack.versions.iter().map(|version| version.state.as_str()).collect();
    assert_eq!((states, pack.version.as_deref()), (vec!["withdrawn", "in-force"], Some("1.0.0")));
    first.pass_to(at("2026-11-23T10:00:00+03:30")).await.unwrap();
    assert_eq!(answer(&mut first).await, "one");
    drop(first);
    let mut again = world(&[base("1.0.0", "one")], &store, "2026-11-24T10:00:00+03:30").await;
    assert_eq!(answer(&mut again).await, "one", "also after a restart");
    assert_eq!(in_force(&again), ["base@1.0.0"]);
    // Its version stays on the shelf, and can be deployed.
    deploy(&mut again, &known("base", "2.0.0")).await.unwrap();
    assert_eq!(answer(&mut again).await, "two");
}

#[tokio::test]
async fn only_what_is_to_come_is_withdrawn_and_once() {
    let mut world = fresh().await;
    deploy(&mut world, &from(edition(&[&base("2.0.0", "two")]), "1405/09/01")).await.unwrap();
    assert_eq!(withdraw(&mut world, 7).await, Err(Refusal::NotFound));
    assert_eq!(withdraw(&mut world, 1).await, Err(Refusal::Conflict("edition-in-force")));
    assert_eq!(withdraw(&mut world, 2).await.as_deref(), Ok("withdrawn"));
    assert_eq!(withdraw(&mut world, 2).await, Err(Refusal::Conflict("edition-withdrawn")));
    deploy(&mut world, &from(edition(&[&base("2.0.0", "two")]), "1405/09/01")).await.unwrap();
    // At its very instant it is in force.
    world.clock.set(at("2026-11-22T00:00:00+03:30"));
    assert_eq!(withdraw(&mut world, 3).await, Err(Refusal::Conflict("edition-in-force")));
    assert_eq!(answer(&mut world).await, "two");
}

#[tokio::test]
async fn a_reason_is_asked_for_and_whoever_may_deploy_may_withdraw() {
    let mut world = fresh().await;
    let town = town("1.0.0", "here", &[("rules/t.rhai", "fn t(req, now, args) { 1 }\n")]);
    deploy(&mut world, &from(edition(&[&town]), "1405/09/01")).await.unwrap();
    deploy(&mut world, &from(edition(&[&base("2.0.0", "two")]), "1405/09/01")).await.unwrap();
    let by = administrator();
    let required = Refusal::Invalid(vec![FieldError { field: "/reason".to_owned(), code: "required" }]);
    assert_eq!(world.desk.withdraw_edition(&by, 2, " \n").await, Err(required));
    let there = person("there", "administrator", "province:there");
    assert_eq!(world.desk.withdraw_edition(&there, 2, "r").await, Err(Refusal::Forbidden));
    let here = person("here", "administrator", "province:here");
    assert_eq!(world.desk.withdraw_edition(&here, 3, "r").await, Err(Refusal::Forbidden));
    assert_eq!(world.desk.withdraw_edition(&here, 2, "r").await.unwrap().state, "withdrawn");
    assert_eq!(world.desk.withdraw_edition(&person("c", "citizen", "nation"), 3, "r").await, Err(Refusal::Forbidden));
}

/// What comes later leans on it: the refusal says what would be wrong.
#[tokio::test]
async fn what_a_later_edition_leans_on_is_not_withdrawn() {
    let mut world = fresh().await;
    let two = with(base("2.0.0", "two"), "rules/more.rhai", &script("more").replace("answer(", "more("));
    deploy(&mut world, &from(edition(&[&two]), "1405/09/01")).await.unwrap();
    let calls = flow("calls", "1.0.0", "  - ask: { call: more }\n");
    let town = town("1.0.0", "here", &[("workflows/calls/workflow.yaml", &calls)]);
    deploy(&mut world, &from(edition(&[&town]), "1405/09/02")).await.unwrap();
    let refused = found(withdraw(&mut world, 2).await.unwrap_err());
    assert!(refused.iter().any(|(_, file, _)| file == "town/workflows/calls/workflow.yaml"), "{refused:?}");
    assert_eq!(withdraw(&mut world, 3).await.as_deref(), Ok("withdrawn"));
    assert_eq!(withdraw(&mut world, 2).await.as_deref(), Ok("withdrawn"));
}

/// A flow that nothing in force ever had is not started, also by a process that begins after its date.
#[tokio::test]
async fn a_flow_that_was_withdrawn_is_forgotten_unless_another_edition_brings_it() {
    let store = Arc::new(MemoryStore::new());
    let mut first = world(&[base("1.0.0", "one")], &store, START).await;
    let own = flow("own", "1.0.0", "  - say: { set: { answer: own } }\n");
    let other = flow("other", "1.0.0", "  - say: { set: { answer: other } }\n");
    let both = with(with(base("2.0.0", "two"), "workflows/o/workflow.yaml", &own), "workflows/p/workflow.yaml", &other);
    let one = with(base("2.1.0", "two"), "workflows/p/workflow.yaml", &other);
    deploy(&mut first, &from(edition(&[&both]), "1405/09/01")).await.unwrap();
    deploy(&mut first, &from(edition(&[&one]), "1405/09/03")).await.unwrap();
    assert_eq!(withdraw(&mut first, 2).await.as_deref(), Ok("withdrawn"));
    drop(first);
    let flows = |world: &World| -> Vec<String> {
        let catalog = world.host().engine.catalog();
        catalog.flows().map(|(name, _)| name.name.clone()).filter(|name| name.starts_with('o')).collect()
    };
    let again = world(&[base("1.0.0", "one")], &store, "2026-11-23T10:00:00+03:30").await;
    assert_eq!(flows(&again), Vec::<String>::new());
    let later = world(&[base("1.0.0", "one")], &store, "2026-11-25T10:00:00+03:30").await;
    assert_eq!(flows(&later), ["other"]);
}

/// A flow that was planned for later came into force sooner: cases that run it go on after a restart.
#[tokio::test]
async fn a_flow_that_comes_sooner_than_planned_is_there_after_a_restart() {
    let store = Arc::new(MemoryStore::new());
    let mut first = world(&[base("1.0.0", "one")], &store, START).await;
    let own = flow("own", "1.0.0", "  - rest: { wait: { days: 3 } }\n");
    let with_own = |version: &str| with(base(version, "two"), "workflows/o/workflow.yaml", &own);
    deploy(&mut first, &from(edition(&[&with_own("3.0.0")]), "1405/10/01")).await.unwrap();
    deploy(&mut first, &edition(&[&with_own("2.0.0")])).await.unwrap();
    let runs = start(&mut first, "own").await;
    deploy(&mut first, &known("base", "1.0.0")).await.unwrap();
    drop(first);
    let mut again = world(&[base("1.0.0", "one")], &store, "2026-11-22T10:00:00+03:30").await;
    again.pass_to(at("2026-11-25T10:00:00+03:30")).await.unwrap();
    assert_eq!(outcome(&again, runs).await.0, peygir_core::state::Status::Completed);
}
