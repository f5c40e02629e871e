//! The inbox: commands from stream to stream.

use super::{Reopen, batch, commit, stream, take};
use crate::{Batch, Conflict, Enqueued, InboxKey, Store, StreamId};

fn to(target: StreamId, command: &str) -> Enqueued {
    Enqueued { stream: target, command: command.into() }
}

fn commands(store: &dyn Store, limit: usize) -> Vec<String> {
    let entries = store.inbox(limit).unwrap();
    entries.into_iter().map(|(_, command)| String::from_utf8(command).unwrap()).collect()
}

pub fn commands_come_in_the_order_of_frames_and_leave_when_done(store: Box<dyn Store>, reopen: Reopen) {
    // The stream that sorts last is written to first: the order is that of frames.
    take(&*store, Batch { enqueue: vec![to(stream(9), "a"), to(stream(1), "b")], ..batch(stream(5), 0) });
    take(&*store, batch(stream(6), 0));
    take(&*store, Batch { enqueue: vec![to(stream(1), "c"), to(stream(9), "d")], ..batch(stream(5), 1) });
    let store = reopen(store);
    assert_eq!(commands(&*store, 10), ["a", "b", "c", "d"]);
    assert_eq!(commands(&*store, 3), ["a", "b", "c"]);
    let (key, _) = store.inbox(10).unwrap().swap_remove(1);
    assert_eq!(key, InboxKey { stream: stream(1), frame: 1, index: 1 });
    take(&*store, Batch { done: Some(key), ..batch(stream(1), 0) });
    assert_eq!(commands(&*store, 10), ["a", "c", "d"]);
    assert_eq!(commands(&*reopen(store), 10), ["a", "c", "d"]);
}

pub fn an_entry_is_done_once_and_by_its_stream(store: Box<dyn Store>, _: Reopen) {
    take(&*store, Batch { enqueue: vec![to(stream(2), "go")], ..batch(stream(1), 0) });
    let (key, _) = store.inbox(1).unwrap().swap_remove(0);
    let done = |owner, expected| Batch { done: Some(key.clone()), ..batch(owner, expected) };
    assert_eq!(commit(&*store, done(stream(3), 0)), Err(Conflict::Done));
    take(&*store, done(stream(2), 0));
    assert_eq!(commit(&*store, done(stream(2), 1)), Err(Conflict::Done));
    assert!(store.inbox(1).unwrap().is_empty());
    assert_eq!(store.version(stream(2)).unwrap(), 1);
}
