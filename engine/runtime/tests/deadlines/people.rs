//! What people do to a deadline, as commands of its stream.

use peygir_casework::host::Rejection;
use peygir_casework::records::MoveWhy;
use peygir_core::{Id, Moment};
use peygir_runtime::command::Command;
use peygir_runtime::engine::Failure;
use peygir_runtime::sim::World;
use peygir_runtime::turn::Refused;

use crate::office::*;

async fn suspend(world: &World, stream: Id, until: Option<Moment>) -> Result<(), Failure> {
    let task = task(world, stream).await.id;
    let command = Command::SuspendDeadline { task, reason: "their papers are awaited".into(), until };
    world.host().submit(stream, "operator-1", command).await.map(|_| ())
}

#[tokio::test]
async fn a_deadline_rests_while_the_citizen_is_waited_for_and_goes_on_when_they_write() {
    let (mut world, _) = office().await;
    let stream = start(&mut world, "resting").await;
    let before = due(&world, stream).await;
    assert_eq!(before, at("2026-11-23T14:30:00+03:30"));
    suspend(&world, stream, Some(at("2026-11-25T10:00:00+03:30"))).await.unwrap();
    let rests = due(&world, stream).await;
    assert!(rests > before, "it is derived as if they waited to the end");
    assert_eq!(suspend(&world, stream, None).await, Err(Failure::Refused(Refused::Records(Rejection::Suspended))));

    // A closure meets the resting deadline.
    declare(&mut world, &closed((1405, 9, 7), (1405, 9, 8))).await;
    assert!(due(&world, stream).await > rests);

    world.pass_to(at("2026-11-22T09:00:00+03:30")).await.unwrap();
    let command = Command::JoinMessage { channel: "sms".into(), claims: Vec::new() };
    world.host().submit(stream, "connector:sms", command).await.unwrap();
    let terms = terms(&world, stream).await;
    assert_eq!(terms.suspensions[0].ended, Some(world.clock.now()));
    assert!(due(&world, stream).await < rests);
    let why: Vec<MoveWhy> = terms.moves.iter().map(|one| one.why).collect();
    assert_eq!(why, [MoveWhy::Suspended, MoveWhy::Closure, MoveWhy::Resumed]);

    suspend(&world, stream, None).await.unwrap();
    let task_id = task(&world, stream).await.id;
    world.host().submit(stream, "operator-1", Command::ResumeDeadline(task_id)).await.unwrap();
    let third = suspend(&world, stream, None).await;
    assert_eq!(third, Err(Failure::Refused(Refused::Records(Rejection::SuspendedTooOften))));
}

#[tokio::test]
async fn a_date_that_a_person_set_holds_over_closures() {
    let (mut world, _) = office().await;
    let stream = start(&mut world, "days").await;
    let (task_id, date) = (task(&world, stream).await.id, at("2026-12-02T12:00:00+03:30"));
    let set = |due| Command::SetDeadline { task: task_id, due, reason: "the governor asked for it".into() };
    world.host().submit(stream, "inspector-1", set(date)).await.unwrap();
    declare(&mut world, &closed((1405, 9, 1), (1405, 9, 3))).await;
    assert_eq!(due(&world, stream).await, date);
    let past = world.host().submit(stream, "inspector-1", set(at("2026-11-20T12:00:00+03:30"))).await.map(|_| ());
    assert_eq!(past, Err(Failure::Refused(Refused::Records(Rejection::InPast))));
    world.pass_to(date).await.unwrap();
    assert_eq!(task(&world, stream).await.overdue_at, Some(date));
}
