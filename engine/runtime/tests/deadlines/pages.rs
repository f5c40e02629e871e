//! Between the pages of an operation: deadlines that are made, timers that fire, people that change dates.

use peygir_casework::records::MoveWhy;
use peygir_core::Id;
use peygir_runtime::command::Command;
use peygir_runtime::engine::{Engine, Progress};
use peygir_runtime::operation::OPERATION_STREAMS;
use peygir_runtime::sim::World;

use crate::office::*;

/// A closure is declared, and the first page of its operation is done. Gives the operation.
async fn one_page(world: &World) -> Id {
    let declared = world.host().declare_closure("op", &closed_from_noon_today()).await.unwrap();
    let engine: &Engine = &world.host().engine;
    let now = world.clock.now();
    for (key, command) in engine.store.inbox(10).unwrap() {
        engine.handle_enqueued(&key, &command, now).unwrap();
    }
    assert_eq!(engine.advance_by(declared.operation, now, 1), Ok(Progress::Advanced));
    declared.operation
}

async fn many(world: &mut World, more: usize) -> Vec<Id> {
    let mut streams = Vec::new();
    for _ in 0..OPERATION_STREAMS + more {
        streams.push(start(world, "hours").await);
    }
    // The order in which operations come to them.
    streams.sort();
    streams
}

#[tokio::test]
async fn an_operation_goes_on_in_pages_and_what_comes_between_them_counts() {
    let (mut world, _) = office().await;
    let streams = many(&mut world, 40).await;
    let (noon, moved_to) = (at("2026-11-21T13:00:00+03:30"), at("2026-11-22T08:30:00+03:30"));
    world.clock.set(noon);
    let id = one_page(&world).await;
    let half = operation(&world, id).await;
    assert_eq!((half.seen, half.moved, half.ended_at), (256, 256, None));
    assert_eq!(half.after, Some(streams[OPERATION_STREAMS - 1]));
    let [behind, fired, set, ..] = streams[OPERATION_STREAMS..] else { panic!("there are more") };
    assert_eq!(due(&world, behind).await, noon, "its page has not come yet");

    // A timer that is due by the date of before: it is derived anew before it fires.
    world.host().submit(fired, "system", Command::Wake).await.unwrap();
    let woken = task(&world, fired).await;
    assert_eq!((woken.due_at, woken.overdue_at), (Some(moved_to), None));
    // A person's word comes after what the closure does.
    let (date, task_id) = (at("2026-11-25T12:00:00+03:30"), task(&world, set).await.id);
    let command = Command::SetDeadline { task: task_id, due: date, reason: "they asked for it".into() };
    world.host().submit(set, "inspector-1", command).await.unwrap();
    let moves: Vec<MoveWhy> = terms(&world, set).await.moves.iter().map(|one| one.why).collect();
    assert_eq!(moves, [MoveWhy::Closure, MoveWhy::Set]);
    // What is made meanwhile knows the closure.
    let engine = &world.host().engine;
    let made = engine.new_id(world.clock.now());
    let flow =
        Command::StartFlow { flow: "test/hours:1.0.0".into(), input: peygir_core::Data::empty(), claims: Vec::new() };
    world.host().submit(made, "test", flow).await.unwrap();
    assert_eq!(due(&world, made).await, at("2026-11-22T10:30:00+03:30"));

    world.settle().await;
    let done = operation(&world, id).await;
    assert_eq!((done.seen, done.moved, done.ended_at), (297, 296, Some(noon)));
    let mut listed = moved(&world, id).await;
    listed.sort();
    let expected: Vec<_> = streams.iter().map(|stream| (*stream, noon, moved_to)).collect();
    assert_eq!(listed, expected, "each once, the one that a timer moved and the one that a person set later too");
    assert_eq!(due(&world, set).await, date);
    assert!(world.host().paused().is_empty());
}

#[tokio::test]
async fn several_operations_follow_each_other() {
    let (mut world, _) = office().await;
    let streams = many(&mut world, 10).await;
    let first = one_page(&world).await;
    let second = world.host().declare_closure("op", &closed((1405, 9, 1), (1405, 9, 1))).await.unwrap().operation;
    world.settle().await;
    let ended = (operation(&world, first).await, operation(&world, second).await);
    assert!(ended.0.ended_at.is_some() && ended.1.ended_at.is_some());
    // The second page of the first one knows both closures already; what it moved so the second one does not move again.
    assert_eq!((ended.0.moved, ended.1.moved), (266, 256));
    for stream in streams {
        assert_eq!(due(&world, stream).await, at("2026-11-23T08:30:00+03:30"));
    }
}

#[tokio::test]
async fn closures_are_refused_while_too_many_operations_wait() {
    let (world, _) = office().await;
    let most = peygir_runtime::closures::OPERATIONS_OPEN_MAX;
    for _ in 0..most {
        world.host().declare_closure("op", &closed_from_noon_today()).await.unwrap();
    }
    let refused = world.host().declare_closure("op", &closed_from_noon_today()).await.unwrap_err();
    assert!(refused.to_string().contains("64 operations are under way"), "{refused}");
    world.settle().await;
    world.host().declare_closure("op", &closed_from_noon_today()).await.unwrap();
}
