//! Versions, the journal, limits.

use super::{Reopen, batch, commit, stream, take};
use crate::{Batch, Conflict, Enqueued, FRAME_BYTES_MAX, Frame, KEY_BYTES_MAX, ROW_BYTES_MAX, Store};

pub fn an_empty_store_has_nothing(store: Box<dyn Store>, reopen: Reopen) {
    let check = |store: &dyn Store| {
        assert_eq!(store.version(stream(1)).unwrap(), 0);
        assert_eq!(store.get(b"key").unwrap(), None);
        assert_eq!(store.claimed(b"key").unwrap(), None);
        assert!(store.scan(b"", &[0xff], 10).unwrap().is_empty());
        assert!(store.inbox(10).unwrap().is_empty());
        assert!(store.journal(stream(1), 0, 10).unwrap().is_empty());
        assert!(store.commit(&[]).is_empty());
    };
    check(&*store);
    check(&*reopen(store));
}

pub fn a_commit_needs_the_version_it_saw(store: Box<dyn Store>, reopen: Reopen) {
    assert_eq!(commit(&*store, batch(stream(1), 1)), Err(Conflict::Version { actual: 0 }));
    assert_eq!(take(&*store, batch(stream(1), 0)), 1);
    assert_eq!(commit(&*store, batch(stream(1), 0)), Err(Conflict::Version { actual: 1 }));
    assert_eq!(take(&*store, batch(stream(1), 1)), 2);
    assert_eq!(take(&*store, batch(stream(2), 0)), 1);
    let store = reopen(store);
    assert_eq!(store.version(stream(1)).unwrap(), 2);
    assert_eq!(store.version(stream(2)).unwrap(), 1);
    assert_eq!(commit(&*store, batch(stream(1), 1)), Err(Conflict::Version { actual: 2 }));
    assert_eq!(take(&*store, batch(stream(1), 2)), 3);
}

pub fn batches_of_one_stream_follow_each_other_in_one_call(store: Box<dyn Store>, _: Reopen) {
    let results = store.commit(&[
        batch(stream(1), 0),
        batch(stream(1), 1),
        batch(stream(2), 0),
        batch(stream(1), 1),
        batch(stream(1), 2),
    ]);
    let conflict = Err(Conflict::Version { actual: 2 });
    assert_eq!(results, [Ok(1), Ok(2), Ok(1), conflict, Ok(3)]);
    assert_eq!(store.version(stream(1)).unwrap(), 3);
}

pub fn a_refused_batch_leaves_nothing(store: Box<dyn Store>, _: Reopen) {
    take(&*store, batch(stream(1), 0));
    let before = store.digest().unwrap();
    let refused = Batch {
        rows: vec![(b"key".to_vec(), Some(b"value".to_vec()))],
        claims: vec![(b"claim".to_vec(), b"value".to_vec())],
        enqueue: vec![Enqueued { stream: stream(2), command: b"go".to_vec() }],
        ..batch(stream(1), 0)
    };
    assert_eq!(commit(&*store, refused), Err(Conflict::Version { actual: 1 }));
    assert_eq!(store.digest().unwrap(), before);
    assert_eq!(store.journal(stream(1), 0, 10).unwrap().len(), 1);
    assert_eq!(store.get(b"key").unwrap(), None);
}

fn full(version: u64) -> Batch {
    Batch {
        command: format!("command {version}").into_bytes(),
        events: vec![b"first".to_vec(), Vec::new(), vec![0xff; 3000]],
        rows: vec![(b"key".to_vec(), Some(vec![version as u8; 9000])), (b"gone".to_vec(), None)],
        claims: vec![(format!("claim {version}").into_bytes(), b"mine".to_vec())],
        unclaim: vec![format!("claim {}", version.saturating_sub(1)).into_bytes()],
        enqueue: vec![Enqueued { stream: stream(9), command: b"go".to_vec() }],
        ..batch(stream(1), version)
    }
}

fn assert_is(frame: &Frame, batch: &Batch) {
    assert_eq!((frame.stream, frame.version, frame.at), (batch.stream, batch.expected + 1, batch.at));
    assert_eq!((&frame.command, &frame.events), (&batch.command, &batch.events));
    assert_eq!((&frame.rows, &frame.claims), (&batch.rows, &batch.claims));
    assert_eq!((&frame.unclaim, &frame.enqueue, &frame.done), (&batch.unclaim, &batch.enqueue, &batch.done));
}

pub fn the_journal_gives_every_frame_as_committed(store: Box<dyn Store>, reopen: Reopen) {
    // More than one block of whatever a store keeps positions in.
    let count = 150;
    for version in 0..count {
        take(&*store, full(version));
        take(&*store, batch(stream(2), version));
    }
    let check = |store: &dyn Store| {
        let frames = store.journal(stream(1), 0, usize::MAX).unwrap();
        assert_eq!(frames.len() as u64, count);
        for (version, frame) in frames.iter().enumerate() {
            assert_is(frame, &full(version as u64));
            assert_eq!(frame.number, 2 * version as u64 + 1);
        }
        assert_eq!(store.journal(stream(1), 60, 20).unwrap(), frames[60..80]);
        assert_eq!(store.journal(stream(1), count - 1, 20).unwrap(), frames[149..]);
        assert!(store.journal(stream(1), count, 20).unwrap().is_empty());
        assert!(store.journal(stream(1), u64::MAX, 20).unwrap().is_empty());
        assert!(store.journal(stream(1), 0, 0).unwrap().is_empty());
    };
    check(&*store);
    check(&*reopen(store));
}

pub fn frames_of_a_stream_are_chained(store: Box<dyn Store>, reopen: Reopen) {
    for version in 0..3 {
        take(&*store, batch(stream(1), version));
        take(&*store, batch(stream(2), version));
    }
    let store = reopen(store);
    take(&*store, batch(stream(1), 3));
    let mut previous = [0; 32];
    for frame in store.journal(stream(1), 0, 10).unwrap() {
        assert_eq!(frame.previous, previous, "version {}", frame.version);
        previous = frame.hash().unwrap();
    }
}

pub fn limits_are_named(store: Box<dyn Store>, _: Reopen) {
    let row =
        |key: usize, value: usize| Batch { rows: vec![(vec![1; key], Some(vec![1; value]))], ..batch(stream(1), 0) };
    let claim = Batch { claims: vec![(vec![1; KEY_BYTES_MAX + 1], Vec::new())], ..batch(stream(1), 0) };
    let unclaim = Batch { unclaim: vec![vec![1; KEY_BYTES_MAX + 1]], ..batch(stream(1), 0) };
    let event = Batch { events: vec![vec![1; FRAME_BYTES_MAX]], ..batch(stream(1), 0) };
    let cases = [
        (row(KEY_BYTES_MAX + 1, 1), "KEY_BYTES_MAX"),
        (claim, "KEY_BYTES_MAX"),
        (unclaim, "KEY_BYTES_MAX"),
        (row(1, ROW_BYTES_MAX + 1), "ROW_BYTES_MAX"),
        (event, "FRAME_BYTES_MAX"),
    ];
    for (batch, limit) in cases {
        assert_eq!(commit(&*store, batch), Err(Conflict::TooLarge { limit }));
    }
    assert_eq!(store.version(stream(1)).unwrap(), 0);
}

pub fn the_largest_row_is_kept(store: Box<dyn Store>, reopen: Reopen) {
    let large: Vec<u8> = (0..ROW_BYTES_MAX).map(|index| (index / 7) as u8).collect();
    let row = |key: &[u8], value: &[u8]| (key.to_vec(), Some(value.to_vec()));
    let key = vec![0xff; KEY_BYTES_MAX];
    let rows = vec![row(&key, &large), row(b"empty", b""), row(b"", b"of the empty key")];
    take(&*store, Batch { rows, ..batch(stream(1), 0) });
    let store = reopen(store);
    assert_eq!(store.get(&key).unwrap().as_deref(), Some(&large[..]));
    assert_eq!(store.get(b"empty").unwrap().as_deref(), Some(&b""[..]));
    assert_eq!(store.get(b"").unwrap().as_deref(), Some(&b"of the empty key"[..]));
    take(&*store, Batch { rows: vec![row(&key, b"small")], ..batch(stream(1), 1) });
    let store = reopen(store);
    assert_eq!(store.get(&key).unwrap().as_deref(), Some(&b"small"[..]));
    assert_eq!(store.scan(b"", &[0xff; KEY_BYTES_MAX + 1], 10).unwrap().len(), 3);
}
