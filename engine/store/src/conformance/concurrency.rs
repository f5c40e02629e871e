//! Several threads at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::{Reopen, batch, commit, stream, take};
use crate::{Batch, Conflict, Store};

const WRITERS: u8 = 8;
const COMMITS: usize = 25;

/// A counter that all writers raise by reading, adding and committing at the version they read: none is lost.
pub fn writers_of_one_stream_take_turns(store: Box<dyn Store>, reopen: Reopen) {
    let count = |store: &dyn Store| {
        let value = store.get(b"counter").unwrap();
        value.map_or(0, |bytes| u64::from_be_bytes(bytes.try_into().unwrap()))
    };
    let raise = || loop {
        let expected = store.version(stream(1)).unwrap();
        let value = (count(&*store) + 1).to_be_bytes().to_vec();
        let rows = vec![(b"counter".to_vec(), Some(value))];
        match commit(&*store, Batch { rows, ..batch(stream(1), expected) }) {
            Ok(version) => break assert_eq!(version, expected + 1),
            Err(Conflict::Version { .. }) => {}
            Err(other) => panic!("refused: {other}"),
        }
    };
    thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| (0..COMMITS).for_each(|_| raise()));
        }
    });
    let total = u64::from(WRITERS) * COMMITS as u64;
    assert_eq!(count(&*store), total);
    let store = reopen(store);
    assert_eq!(count(&*store), total);
    assert_eq!(store.version(stream(1)).unwrap(), total);
    assert_eq!(store.journal(stream(1), 0, usize::MAX).unwrap().len() as u64, total);
}

pub fn one_of_many_claims_wins(store: Box<dyn Store>, _: Reopen) {
    let won: usize = thread::scope(|scope| {
        let claim = |number: u8| {
            let claims = vec![(b"code".to_vec(), vec![number])];
            usize::from(commit(&*store, Batch { claims, ..batch(stream(number), 0) }).is_ok())
        };
        let claims: Vec<_> = (0..WRITERS).map(|number| scope.spawn(move || claim(number))).collect();
        claims.into_iter().map(|claim| claim.join().unwrap()).sum()
    });
    assert_eq!(won, 1);
}

pub fn a_reader_sees_whole_batches(store: Box<dyn Store>, _: Reopen) {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for version in 0..200u64 {
                let value = version.to_be_bytes().to_vec();
                let rows = (0..5u8).map(|index| (vec![b'k', index], Some(value.clone()))).collect();
                take(&*store, Batch { rows, ..batch(stream(1), version) });
            }
            done.store(true, Ordering::Release);
        });
        while !done.load(Ordering::Acquire) {
            let page = store.scan(b"k", b"l", 10).unwrap();
            assert!(page.is_empty() || page.len() == 5, "{} rows of a batch of five", page.len());
            assert!(page.windows(2).all(|pair| pair[0].1 == pair[1].1), "a torn batch");
        }
    });
}
