//! Commits whose callers are called when they are done, as turns commit.

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use super::{Reopen, batch, stream, take};
use crate::{Batch, Conflict, Enqueued, InboxKey, KEY_BYTES_MAX, Store, Version};

/// Longest wait for a call.
const PATIENCE: Duration = Duration::from_secs(30);
/// Commits handed in before any of them was waited for.
const IN_FLIGHT: u64 = 200;
const WRITERS: u8 = 4;

type Answer = Result<Version, Conflict>;

/// Hands one batch in; what comes back gives the answer, and then that there is no other.
fn hand_in(store: &dyn Store, batch: &Batch) -> Receiver<Answer> {
    let (sender, receiver) = channel();
    store.commit_then(batch, Box::new(move |answer| drop(sender.send(answer))));
    receiver
}

/// The one answer.
fn answer(calls: &Receiver<Answer>) -> Answer {
    let answer = calls.recv_timeout(PATIENCE).expect("whoever handed a batch in is called");
    assert_eq!(calls.recv_timeout(PATIENCE), Err(RecvTimeoutError::Disconnected), "once");
    answer
}

/// A batch of a row, a claim and a command for another stream.
fn whole(number: u64) -> Batch {
    Batch {
        events: vec![number.to_be_bytes().to_vec()],
        rows: vec![(format!("row/{number:03}").into_bytes(), Some(number.to_be_bytes().to_vec()))],
        claims: vec![(format!("claim/{number:03}").into_bytes(), number.to_be_bytes().to_vec())],
        enqueue: vec![Enqueued { stream: stream(2), command: number.to_be_bytes().to_vec() }],
        ..batch(stream(1), number)
    }
}

pub fn what_is_called_back_can_be_read_and_stays(store: Box<dyn Store>, reopen: Reopen) {
    let count = 20;
    for number in 0..count {
        assert_eq!(answer(&hand_in(&*store, &whole(number))), Ok(number + 1));
        // From the moment of the call on.
        let value = Some(number.to_be_bytes().to_vec());
        assert_eq!(store.version(stream(1)).unwrap(), number + 1);
        assert_eq!(store.get(format!("row/{number:03}").as_bytes()).unwrap(), value);
        assert_eq!(store.claimed(format!("claim/{number:03}").as_bytes()).unwrap(), value);
        assert_eq!(store.inbox(100).unwrap().len() as u64, number + 1);
        assert_eq!(store.last_frame(), number + 1, "the frame is a durable one");
        assert_eq!(store.frames(number, 1).unwrap()[0].events, [number.to_be_bytes()]);
    }
    let digest = store.digest().unwrap();
    let store = reopen(store);
    assert_eq!((store.last_frame(), store.digest().unwrap()), (count, digest));
    assert_eq!(answer(&hand_in(&*store, &whole(count))), Ok(count + 1));
}

pub fn a_refusal_is_called_back_and_leaves_nothing(store: Box<dyn Store>, _: Reopen) {
    take(&*store, whole(0));
    let before = store.digest().unwrap();
    let next = || whole(1);
    let claimed = (b"claim/000".to_vec(), b"another".to_vec());
    let gone = InboxKey { stream: stream(1), frame: 1, index: 7 };
    let long = (vec![b'k'; KEY_BYTES_MAX + 1], None);
    for (batch, expected) in [
        (Batch { expected: 0, ..next() }, Conflict::Version { actual: 1 }),
        (Batch { expected: 2, ..next() }, Conflict::Version { actual: 1 }),
        (
            Batch { claims: vec![claimed.clone()], ..next() },
            Conflict::Claimed { key: claimed.0.clone(), value: 0u64.to_be_bytes().to_vec() },
        ),
        (Batch { done: Some(gone), ..next() }, Conflict::Done),
    ] {
        assert_eq!(answer(&hand_in(&*store, &batch)), Err(expected));
    }
    let too_large = answer(&hand_in(&*store, &Batch { rows: vec![long], ..next() }));
    assert!(matches!(too_large, Err(Conflict::TooLarge { .. })), "{too_large:?}");
    assert_eq!((store.last_frame(), store.digest().unwrap()), (1, before));
    assert_eq!(answer(&hand_in(&*store, &next())), Ok(2));
}

/// Each is decided on top of the one before it, which nobody has waited for; some are refused between them.
pub fn many_in_flight_are_taken_and_called_back_in_order(store: Box<dyn Store>, reopen: Reopen) {
    let (sender, calls) = channel();
    let mut expected = Vec::new();
    for number in 0..IN_FLIGHT {
        let refused = number % 7 == 3;
        if refused {
            expected.push((number, Err(Conflict::Version { actual: number })));
            let (sender, stale) = (sender.clone(), Batch { rows: Vec::new(), ..batch(stream(1), number + 1) });
            store.commit_then(&stale, Box::new(move |answer| drop(sender.send((number, answer)))));
        }
        expected.push((number, Ok(number + 1)));
        let sender = sender.clone();
        store.commit_then(&whole(number), Box::new(move |answer| drop(sender.send((number, answer)))));
    }
    drop(sender);
    // One that is waited for stands behind all of them.
    take(&*store, batch(stream(1), IN_FLIGHT));
    let told: Vec<(u64, Answer)> =
        expected.iter().map(|_| calls.recv_timeout(PATIENCE).expect("each of them is called")).collect();
    assert_eq!(calls.recv_timeout(PATIENCE), Err(RecvTimeoutError::Disconnected), "and none twice");
    assert_eq!(told, expected);
    let store = reopen(store);
    let frames = store.journal(stream(1), 0, usize::MAX).unwrap();
    let events: Vec<_> = frames.iter().flat_map(|frame| frame.events.clone()).collect();
    assert_eq!(events, (0..IN_FLIGHT).map(|number| number.to_be_bytes().to_vec()).collect::<Vec<_>>());
}

/// Several threads, each with a stream of its own and none waiting for the other.
pub fn calls_of_several_threads_come_in_the_order_of_each(store: Box<dyn Store>, _: Reopen) {
    let (sender, calls) = channel();
    std::thread::scope(|scope| {
        for writer in 1..=WRITERS {
            let (store, sender) = (&*store, sender.clone());
            scope.spawn(move || {
                for version in 0..IN_FLIGHT / 4 {
                    let sender = sender.clone();
                    let done = move |answer: Answer| drop(sender.send((stream(writer), answer)));
                    store.commit_then(&batch(stream(writer), version), Box::new(done));
                }
            });
        }
    });
    drop(sender);
    let mut told = Vec::new();
    while let Ok((stream, answer)) = calls.recv_timeout(PATIENCE) {
        told.push((stream, answer.expect("nobody else writes there")));
    }
    assert_eq!(told.len() as u64, u64::from(WRITERS) * (IN_FLIGHT / 4));
    for writer in 1..=WRITERS {
        let of_writer = |(of, version): &(_, Version)| (*of == stream(writer)).then_some(*version);
        let versions: Vec<Version> = told.iter().filter_map(of_writer).collect();
        assert_eq!(versions, (1..=IN_FLIGHT / 4).collect::<Vec<_>>());
    }
    assert_eq!(store.last_frame(), told.len() as u64);
}
