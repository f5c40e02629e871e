//! Claims: keys that must be absent.

use super::{Reopen, batch, commit, stream, take};
use crate::{Batch, Conflict, Store, StreamId, Version};

fn claiming(owner: StreamId, expected: Version, key: &str, value: &str) -> Batch {
    Batch { claims: vec![(key.into(), value.into())], ..batch(owner, expected) }
}

fn claimed(key: &str, value: &str) -> Conflict {
    Conflict::Claimed { key: key.into(), value: value.into() }
}

pub fn a_claimed_key_is_refused_with_its_value(store: Box<dyn Store>, reopen: Reopen) {
    take(&*store, claiming(stream(1), 0, "code", "case 1"));
    assert_eq!(commit(&*store, claiming(stream(2), 0, "code", "case 2")), Err(claimed("code", "case 1")));
    let store = reopen(store);
    assert_eq!(store.claimed(b"code").unwrap().as_deref(), Some(&b"case 1"[..]));
    assert_eq!(commit(&*store, claiming(stream(2), 0, "code", "case 2")), Err(claimed("code", "case 1")));
    // A stream does not claim twice either.
    assert_eq!(commit(&*store, claiming(stream(1), 1, "code", "again")), Err(claimed("code", "case 1")));
    assert_eq!(store.version(stream(2)).unwrap(), 0);
}

pub fn claims_of_one_call_see_each_other(store: Box<dyn Store>, _: Reopen) {
    let results = store.commit(&[
        claiming(stream(1), 0, "code", "first"),
        claiming(stream(2), 0, "code", "second"),
        Batch { unclaim: vec![b"code".to_vec()], ..batch(stream(1), 1) },
        claiming(stream(3), 0, "code", "third"),
    ]);
    assert_eq!(results, [Ok(1), Err(claimed("code", "first")), Ok(2), Ok(1)]);
    assert_eq!(store.claimed(b"code").unwrap().as_deref(), Some(&b"third"[..]));
    let twice = Batch {
        claims: vec![(b"twice".to_vec(), b"a".to_vec()), (b"twice".to_vec(), b"b".to_vec())],
        ..batch(stream(4), 0)
    };
    assert_eq!(commit(&*store, twice), Err(claimed("twice", "a")));
    assert_eq!(store.claimed(b"twice").unwrap(), None);
}

pub fn only_the_claiming_stream_gives_up_a_claim(store: Box<dyn Store>, reopen: Reopen) {
    take(&*store, claiming(stream(1), 0, "code", "mine"));
    let give_up = |owner, expected| Batch { unclaim: vec![b"code".to_vec()], ..batch(owner, expected) };
    assert_eq!(commit(&*store, give_up(stream(2), 0)), Err(claimed("code", "mine")));
    assert_eq!(store.claimed(b"code").unwrap().as_deref(), Some(&b"mine"[..]));
    let store = reopen(store);
    // Given up and made anew in one commit.
    let anew = Batch { unclaim: vec![b"code".to_vec()], ..claiming(stream(1), 1, "code", "new") };
    take(&*store, anew);
    assert_eq!(store.claimed(b"code").unwrap().as_deref(), Some(&b"new"[..]));
    take(&*store, give_up(stream(1), 2));
    assert_eq!(reopen(store).claimed(b"code").unwrap(), None);
}
