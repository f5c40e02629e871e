//! The process ends behind every commit: a deployment is whole or was never made, and the story comes out the same.

use std::sync::Arc;

use peygir_runtime::packs::STREAM;
use peygir_runtime::stream::Stream;
use peygir_store::Store;
use peygir_store::memory::MemoryStore;

use crate::town::*;

/// What clients see in the end.
#[derive(Debug, PartialEq)]
struct Seen {
    answers: Vec<String>,
    in_force: Vec<String>,
    editions: usize,
    digest: [u8; 32],
}

async fn story(cut: bool) -> (Seen, u64) {
    let store = Arc::new(MemoryStore::new());
    let mut world = world(&[base("1.0.0", "one")], &store, START).await;
    if cut {
        world.life.cut_everywhere();
    }
    let mut answers = Vec::new();
    let later = start(&mut world, "later").await;
    let office = base("1.0.0", "one")["rules/office.yaml"].clone()
        + "closures:\n  - { date: 1405/09/01, name: { fa: برف, en: Snow } }\n";
    let two = with(base("2.0.0", "two"), "rules/office.yaml", &office);
    let work = start(&mut world, "work").await;
    deploy(&mut world, &from(edition(&[&two]), "2026-11-21T20:00:00+03:30")).await.unwrap();
    deploy(&mut world, &edition(&[&town("1.0.0", "here", &[("rules/t.rhai", "fn t(req, now, args) { 1 }\n")])]))
        .await
        .unwrap();
    answers.push(answer(&mut world).await);
    world.pass_to(at("2026-11-22T12:00:00+03:30")).await.unwrap();
    answers.push(answer(&mut world).await);
    deploy(&mut world, &known("base", "1.0.0")).await.unwrap();
    answers.push(answer(&mut world).await);
    world.pass_to(at("2026-11-25T12:00:00+03:30")).await.unwrap();
    answers.push(format!("{:?}", outcome(&world, later).await));
    answers.push(format!("{:?}", read(&world, work).await.records.waits));
    let editions = world.host().engine.editions().unwrap().0.all.len();
    (Seen { answers, in_force: in_force(&world), editions, digest: store.digest().unwrap() }, world.life.ends())
}

#[tokio::test]
async fn an_end_behind_every_commit_changes_nothing() {
    let (whole, _) = story(false).await;
    let (cut, ends) = story(true).await;
    assert!(ends > 15, "the process ended {ends} times");
    assert_eq!(whole.answers[..3], ["one", "two", "one"]);
    assert_eq!((&cut.answers, &cut.in_force, cut.editions), (&whole.answers, &whole.in_force, 4));
    assert_eq!(cut.digest, whole.digest, "not even the versions differ");
}

/// The journal alone gives what the editions' stream holds, and no text stands in a command.
#[tokio::test]
async fn the_stream_of_editions_is_the_fold_of_its_journal() {
    let store = Arc::new(MemoryStore::new());
    let mut world = world(&[base("1.0.0", "one")], &store, START).await;
    deploy(&mut world, &edition(&[&base("2.0.0", "two")])).await.unwrap();
    deploy(&mut world, &known("base", "1.0.0")).await.unwrap();
    let mut folded = Stream::new(STREAM);
    for frame in store.journal(STREAM, 0, 100).unwrap() {
        for event in &frame.events {
            folded.apply(&minicbor::decode(event).unwrap(), frame.at);
        }
        assert!(frame.command.len() < 1_000, "texts stand in rows alone");
    }
    assert_eq!(folded.editions, read(&world, STREAM).await.editions);
    assert_eq!(folded.editions.last(), 3);
}
