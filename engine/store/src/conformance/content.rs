//! Rows, scans and the digest.

use super::{Reopen, batch, history, stream, take};
use crate::{Batch, MemoryStore, Store, key};

fn put(key: &str, value: &str) -> (Vec<u8>, Option<Vec<u8>>) {
    (key.into(), Some(value.into()))
}

fn delete(key: &str) -> (Vec<u8>, Option<Vec<u8>>) {
    (key.into(), None)
}

fn row(key: &str, value: &str) -> (Vec<u8>, Vec<u8>) {
    (key.into(), value.into())
}

pub fn rows_are_put_replaced_and_deleted(store: Box<dyn Store>, reopen: Reopen) {
    take(&*store, Batch { rows: vec![put("a", "1"), put("b", "1"), put("c", "1")], ..batch(stream(1), 0) });
    let store = reopen(store);
    // Within a batch the later change of a key holds.
    let rows =
        vec![put("a", "2"), delete("b"), delete("c"), put("c", "3"), put("d", "1"), delete("d"), delete("never")];
    take(&*store, Batch { rows, ..batch(stream(1), 1) });
    let check = |store: &dyn Store| {
        assert_eq!(store.get(b"a").unwrap().as_deref(), Some(&b"2"[..]));
        assert_eq!(store.get(b"b").unwrap(), None);
        assert_eq!(store.get(b"d").unwrap(), None);
        assert_eq!(store.scan(b"", b"z", 10).unwrap(), [row("a", "2"), row("c", "3")]);
    };
    check(&*store);
    check(&*reopen(store));
}

pub fn a_scan_gives_pages_in_order(store: Box<dyn Store>, reopen: Reopen) {
    let name = |index: usize| format!("row/{index:04}");
    for (version, indexes) in [(0, 0..400usize), (1, 400..1000)] {
        let rows = indexes.map(|index| put(&name(index), "x")).collect();
        take(&*store, Batch { rows, ..batch(stream(1), version) });
    }
    let store = reopen(store);
    // What was deleted and put since lies elsewhere in a store with layers.
    let rows =
        (0..1000).step_by(3).map(|index| delete(&name(index))).chain([put("row/", "first"), put("row0", "behind")]);
    take(&*store, Batch { rows: rows.collect(), ..batch(stream(1), 2) });
    let mut expected = vec!["row/".to_owned()];
    expected.extend((0..1000).filter(|index| index % 3 != 0).map(name));
    for limit in [1, 7, 10_000] {
        let (mut from, to) = (b"row/".to_vec(), key::prefix_end(b"row/"));
        let mut found = Vec::new();
        loop {
            let page = store.scan(&from, &to, limit).unwrap();
            assert!(page.len() <= limit);
            let Some((last, _)) = page.last() else { break };
            from = key::after(last);
            found.extend(page.into_iter().map(|(key, _)| String::from_utf8(key).unwrap()));
        }
        assert_eq!(found, expected, "limit {limit}");
    }
    assert!(store.scan(b"row/", b"row0", 0).unwrap().is_empty());
    assert!(store.scan(b"z", b"a", 10).unwrap().is_empty());
    assert_eq!(store.scan(b"row/0001", b"row/0002", 10).unwrap(), [row("row/0001", "x")]);
}

pub fn rows_claims_and_heads_do_not_meet(store: Box<dyn Store>, _: Reopen) {
    let everything = Batch {
        rows: vec![put("key", "row")],
        claims: vec![(b"key".to_vec(), b"claim".to_vec())],
        enqueue: vec![crate::Enqueued { stream: stream(2), command: b"go".to_vec() }],
        ..batch(stream(1), 0)
    };
    take(&*store, everything);
    assert_eq!(store.get(b"key").unwrap().as_deref(), Some(&b"row"[..]));
    assert_eq!(store.claimed(b"key").unwrap().as_deref(), Some(&b"claim"[..]));
    assert_eq!(store.scan(b"", &[0xff; 600], 10).unwrap(), [row("key", "row")]);
}

pub fn the_digest_tells_contents_apart(store: Box<dyn Store>, reopen: Reopen) {
    let mut seen = vec![store.digest().unwrap()];
    let steps: [Batch; 5] = [
        batch(stream(1), 0),
        Batch { rows: vec![put("key", "value")], ..batch(stream(1), 1) },
        Batch { rows: vec![put("ke", "yvalue"), delete("key")], ..batch(stream(1), 2) },
        Batch { claims: vec![(b"key".to_vec(), b"value".to_vec())], ..batch(stream(1), 3) },
        Batch { enqueue: vec![crate::Enqueued { stream: stream(2), command: Vec::new() }], ..batch(stream(1), 4) },
    ];
    for step in steps {
        take(&*store, step);
        let digest = store.digest().unwrap();
        assert!(!seen.contains(&digest));
        seen.push(digest);
    }
    let last = store.digest().unwrap();
    store.checkpoint().unwrap();
    assert_eq!(reopen(store).digest().unwrap(), last);
}

pub fn the_same_history_gives_the_same_digest(store: Box<dyn Store>, reopen: Reopen) {
    let memory = MemoryStore::new();
    let mut history = history::History::new(1);
    let mut store = store;
    for round in 0..6 {
        for _ in 0..40 {
            let batches = history.batches(&memory);
            assert_eq!(store.commit(&batches), memory.commit(&batches));
        }
        assert_eq!(store.digest().unwrap(), memory.digest().unwrap(), "round {round}");
        if round == 2 {
            store.checkpoint().unwrap();
        }
        store = reopen(store);
        assert_eq!(store.digest().unwrap(), memory.digest().unwrap(), "round {round}, opened again");
    }
    history::assert_same(&*store, &memory);
}
