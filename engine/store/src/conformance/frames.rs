//! The frames of all streams in the order of commit, and who is told of them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use super::{Reopen, batch, history, stream, take};
use crate::{Batch, Enqueued, FRAMES_BYTES_MAX, Frame, MemoryStore, Store, Watcher};

const STREAMS: u8 = 6;
const WRITERS: u8 = 6;
const COMMITS: u64 = 40;

pub fn an_empty_store_has_no_frames(store: Box<dyn Store>, reopen: Reopen) {
    let check = |store: &dyn Store| {
        assert_eq!(store.last_frame(), 0);
        for after in [0, 1, u64::MAX] {
            assert!(store.frames(after, 10).unwrap().is_empty());
        }
    };
    check(&*store);
    check(&*reopen(store));
}

/// All frames, read in pages of `limit`.
fn all(store: &dyn Store, limit: usize) -> Vec<Frame> {
    let mut found: Vec<Frame> = Vec::new();
    loop {
        let page = store.frames(found.len() as u64, limit).unwrap();
        assert!(page.len() <= limit);
        if page.is_empty() {
            return found;
        }
        found.extend(page);
    }
}

/// Panics where the frames of a store are not those of its streams' journals, in order and without gaps.
fn assert_whole(store: &dyn Store, limits: &[usize]) {
    let last = store.last_frame();
    let mut expected = Vec::new();
    for number in 0..STREAMS {
        expected.extend(store.journal(stream(number), 0, usize::MAX).unwrap());
    }
    expected.sort_by_key(|frame| frame.number);
    assert!(expected.iter().map(|frame| frame.number).eq(1..=last), "the streams hold every frame");
    for &limit in limits {
        assert!(all(store, limit) == expected, "limit {limit}");
    }
    for after in [0, 1, last / 3, last / 2, last.saturating_sub(1), last, last + 1, u64::MAX] {
        let from = usize::try_from(after).unwrap_or(usize::MAX).min(expected.len());
        let to = (from + 3).min(expected.len());
        assert_eq!(store.frames(after, 3).unwrap(), expected[from..to], "after {after}");
    }
    assert!(store.frames(0, 0).unwrap().is_empty());
}

pub fn frames_of_all_streams_come_in_the_order_of_commit(store: Box<dyn Store>, reopen: Reopen) {
    let model = MemoryStore::new();
    let mut history = history::History::new(7);
    let mut store = store;
    for round in 0..4 {
        for _ in 0..60 {
            let batches = history.batches(&model);
            assert_eq!(store.commit(&batches), model.commit(&batches));
        }
        if round == 1 {
            store.checkpoint().unwrap();
        }
        assert_eq!(store.last_frame(), model.last_frame());
        assert_whole(&*store, &[usize::MAX, 7, 1]);
        store = reopen(store);
        assert_eq!(store.last_frame(), model.last_frame());
        assert_whole(&*store, &[13]);
    }
}

pub fn a_page_of_large_frames_is_short(store: Box<dyn Store>, reopen: Reopen) {
    let large = || Batch {
        enqueue: vec![Enqueued { stream: stream(2), command: vec![7; FRAMES_BYTES_MAX / 3] }],
        ..batch(stream(1), 0)
    };
    for version in 0..7 {
        take(&*store, Batch { expected: version, ..large() });
    }
    let check = |store: &dyn Store| {
        let page = store.frames(0, 100).unwrap();
        assert!((1..7).contains(&page.len()), "{} frames at once", page.len());
        assert!(all(store, 100).iter().map(|frame| frame.number).eq(1..=7));
    };
    check(&*store);
    check(&*reopen(store));
}

pub fn a_reader_beside_the_writers_sees_every_frame_once(store: Box<dyn Store>, _: Reopen) {
    let total = u64::from(WRITERS) * COMMITS;
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let store = &*store;
            scope.spawn(move || {
                for version in 0..COMMITS {
                    let events = vec![vec![writer; 300]];
                    take(store, Batch { events, ..batch(stream(writer), version) });
                }
            });
        }
        let mut after = 0;
        while after < total {
            let page = store.frames(after, 16).unwrap();
            assert!(page.iter().map(|frame| frame.number).eq(after + 1..=after + page.len() as u64));
            after += page.len() as u64;
            assert!(after <= store.last_frame());
            for frame in &page {
                // What was read is what the stream's readers see.
                assert!(store.version(frame.stream).unwrap() >= frame.version);
            }
            thread::yield_now();
        }
    });
    assert_whole(&*store, &[usize::MAX]);
}

pub fn a_watcher_is_told_of_durable_frames(store: Box<dyn Store>, _: Reopen) {
    let (told, heard) = mpsc::channel();
    let count = Arc::new(AtomicU64::new(0));
    let watcher: Arc<Watcher> = {
        let count = count.clone();
        Arc::new(move |last| {
            count.fetch_add(1, Ordering::SeqCst);
            told.send(last).expect("the check listens as long as the watcher is held");
        })
    };
    store.watch(Arc::downgrade(&watcher));
    for version in 0..3 {
        take(&*store, batch(stream(1), version));
        while heard.recv_timeout(Duration::from_secs(10)).expect("the watcher is told") < version + 1 {}
        assert_eq!(store.last_frame(), version + 1);
    }
    drop(watcher);
    let before = count.load(Ordering::SeqCst);
    take(&*store, batch(stream(1), 3));
    assert_eq!(count.load(Ordering::SeqCst), before, "nobody holds it any more");
}
