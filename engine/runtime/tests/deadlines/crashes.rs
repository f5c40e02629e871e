//! The process ends behind every commit: what an operation moves, lists and leaves is the same.

use peygir_core::Id;
use peygir_runtime::operation::Operation;
use peygir_runtime::sim::World;
use peygir_store::Store;

use crate::office::*;

/// Everything that clients see in the end.
#[derive(Debug, PartialEq)]
struct Seen {
    operations: Vec<Operation>,
    lists: Vec<Vec<(Id, peygir_core::Moment, peygir_core::Moment)>>,
    streams: Vec<peygir_casework::Records>,
    digest: [u8; 32],
}

async fn story(cut: bool) -> (Seen, u64) {
    let (mut world, store) = office().await;
    if cut {
        world.life.cut_everywhere();
    }
    let mut streams = Vec::new();
    for flow in ["hours", "days", "reminded", "waiting", "hours", "days", "elapsed", "resting"] {
        streams.push(start(&mut world, flow).await);
    }
    world.pass_to(at("2026-11-21T11:00:00+03:30")).await.unwrap();
    let (closure, declared) = declare(&mut world, &closed_from_noon_today()).await;
    let (_, days) = declare(&mut world, &closed((1405, 9, 1), (1405, 9, 3))).await;
    world.pass_to(at("2026-11-23T09:00:00+03:30")).await.unwrap();
    let withdrawn = withdraw(&mut world, closure).await;
    world.pass_to(at("2026-12-20T09:00:00+03:30")).await.unwrap();
    (seen(&world, &[declared, days, withdrawn], &streams, store.digest().unwrap()).await, world.life.ends())
}

async fn seen(world: &World, ids: &[Id], streams: &[Id], digest: [u8; 32]) -> Seen {
    let mut seen = Seen { operations: Vec::new(), lists: Vec::new(), streams: Vec::new(), digest };
    for id in ids {
        seen.operations.push(operation(world, *id).await);
        seen.lists.push(moved(world, *id).await);
    }
    for stream in streams {
        seen.streams.push(read(world, *stream).await.records);
    }
    seen
}

#[tokio::test]
async fn an_end_behind_every_commit_changes_nothing() {
    let (whole, _) = story(false).await;
    let (cut, ends) = story(true).await;
    assert!(whole.lists.iter().map(Vec::len).sum::<usize>() > 8, "{:#?}", whole.lists);
    assert!(whole.operations.iter().all(|operation| operation.ended_at.is_some()));
    assert!(ends > 40, "the process ended {ends} times");
    assert_eq!(cut.operations, whole.operations);
    assert_eq!(cut.lists, whole.lists);
    assert_eq!(cut.streams, whole.streams);
    assert_eq!(cut.digest, whole.digest, "not even the versions differ");
}

/// The journal alone gives what the closures' and the operations' streams hold.
#[tokio::test]
async fn the_streams_of_closures_and_operations_are_the_fold_of_their_journals() {
    let (mut world, store) = office().await;
    start(&mut world, "days").await;
    let (closure, declared) = declare(&mut world, &closed((1405, 9, 1), (1405, 9, 3))).await;
    let withdrawn = withdraw(&mut world, closure).await;
    for id in [peygir_runtime::closures::STREAM, declared, withdrawn] {
        let stored = read(&world, id).await;
        let mut folded = peygir_runtime::stream::Stream::new(id);
        for frame in store.journal(id, 0, 1_000).unwrap() {
            for event in &frame.events {
                folded.apply(&minicbor::decode(event).unwrap(), frame.at);
            }
        }
        assert_eq!(folded.closures, stored.closures);
        assert_eq!(folded.operation, stored.operation);
        assert!(stored.version > 1);
    }
}
