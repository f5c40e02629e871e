//! A stream that can't be read does not stop an operation: it is counted, told, and tried again.

use peygir_casework::records::About;
use peygir_core::Moment;
use peygir_runtime::access::Principal;
use peygir_runtime::command::Command;
use peygir_runtime::operation::TRIES_MAX;
use peygir_runtime::rows;
use peygir_runtime::stream::RowName;
use peygir_store::{Batch, Row, Store};

use crate::office::*;

/// Writes one row past the engine.
fn put(store: &dyn Store, stream: peygir_core::Id, row: Row) {
    let batch = Batch {
        stream,
        expected: store.version(stream).unwrap(),
        at: Moment(0),
        command: Vec::new(),
        events: Vec::new(),
        rows: vec![(row.0, Some(row.1))],
        claims: Vec::new(),
        unclaim: Vec::new(),
        enqueue: Vec::new(),
        done: None,
    };
    assert!(store.commit(&[batch])[0].is_ok());
}

#[tokio::test]
async fn what_fails_is_told_and_tried_again() {
    let (mut world, store) = office().await;
    let mut streams = Vec::new();
    for _ in 0..5 {
        streams.push(start(&mut world, "days").await);
    }
    let broken = streams[2];
    let key = rows::key(broken, &RowName::Task(task(&world, broken).await.id));
    let good = store.get(&key).unwrap().unwrap();
    put(&*store, broken, (key.clone(), vec![0xff]));

    let (_, id) = declare(&mut world, &closed((1405, 9, 1), (1405, 9, 1))).await;
    let after = operation(&world, id).await;
    assert_eq!((after.seen, after.moved, after.failed, after.ended_at), (5, 4, 1, None));
    assert_eq!((after.failures[0].stream, after.failures[0].tries), (broken, 1));
    let incident = |stream: &peygir_runtime::stream::Stream| {
        let open = stream.records.incidents.values().filter(|one| one.resolved_at.is_none());
        open.map(|one| (one.about.clone(), one.id)).collect::<Vec<_>>()
    };
    let told = incident(&read(&world, id).await);
    assert_eq!(told.iter().map(|(about, _)| about).collect::<Vec<_>>(), [&About::Operation]);

    // It is tried again by itself, a few times, and other operations go on meanwhile.
    let (_, other) = declare(&mut world, &closed((1405, 9, 2), (1405, 9, 2))).await;
    assert_eq!(operation(&world, other).await.moved, 4);
    world.pass_to(at("2026-11-21T20:00:00+03:30")).await.unwrap();
    let given_up = operation(&world, id).await;
    assert_eq!((given_up.failed, given_up.failures[0].tries), (1, TRIES_MAX));
    assert!(given_up.ended_at.is_some());
    assert_eq!(incident(&read(&world, id).await).len(), 1, "told once");

    // Somebody mended it, and says so.
    put(&*store, broken, (key, good));
    let by = Principal { id: "op".into(), name: "op".into(), grants: Vec::new() };
    world.host().submit(id, &by.id, Command::RetryIncident(told[0].1)).await.unwrap();
    world.go_on().await;
    let mended = operation(&world, id).await;
    assert_eq!((mended.failed, mended.moved), (0, 5));
    assert!(mended.ended_at > given_up.ended_at);
    assert_eq!(incident(&read(&world, id).await), []);
    assert_eq!(due(&world, broken).await, due(&world, streams[0]).await);
    assert_eq!(moved(&world, id).await.len(), 5);
}
