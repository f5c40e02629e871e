//! The suite that every store must pass.
//!
//! A store's tests call [`run`] with a way to make an empty store and a way to close one and open it again. A check
//! that fails panics and says what was expected. [`history`] makes histories by a seed, for suites that also break
//! things.

mod called;
mod claims;
mod concurrency;
mod content;
mod frames;
pub mod history;
mod inbox;
mod versions;

use peygir_core::{Id, Moment};

use crate::{Batch, Conflict, Store, StreamId, Version};

/// Runs every check, each on a store of its own.
pub fn run(open: impl Fn() -> Box<dyn Store>, reopen: impl Fn(Box<dyn Store>) -> Box<dyn Store>) {
    for check in CHECKS {
        check(open(), &reopen);
    }
}

type Reopen<'a> = &'a dyn Fn(Box<dyn Store>) -> Box<dyn Store>;
type Check = fn(Box<dyn Store>, Reopen);

const CHECKS: &[Check] = &[
    versions::an_empty_store_has_nothing,
    versions::a_commit_needs_the_version_it_saw,
    versions::batches_of_one_stream_follow_each_other_in_one_call,
    versions::a_refused_batch_leaves_nothing,
    versions::the_journal_gives_every_frame_as_committed,
    versions::frames_of_a_stream_are_chained,
    versions::limits_are_named,
    versions::the_largest_row_is_kept,
    frames::an_empty_store_has_no_frames,
    frames::frames_of_all_streams_come_in_the_order_of_commit,
    frames::a_page_of_large_frames_is_short,
    frames::a_reader_beside_the_writers_sees_every_frame_once,
    frames::a_watcher_is_told_of_durable_frames,
    called::what_is_called_back_can_be_read_and_stays,
    called::a_refusal_is_called_back_and_leaves_nothing,
    called::many_in_flight_are_taken_and_called_back_in_order,
    called::calls_of_several_threads_come_in_the_order_of_each,
    claims::a_claimed_key_is_refused_with_its_value,
    claims::claims_of_one_call_see_each_other,
    claims::only_the_claiming_stream_gives_up_a_claim,
    inbox::commands_come_in_the_order_of_frames_and_leave_when_done,
    inbox::an_entry_is_done_once_and_by_its_stream,
    content::rows_are_put_replaced_and_deleted,
    content::a_scan_gives_pages_in_order,
    content::rows_claims_and_heads_do_not_meet,
    content::the_digest_tells_contents_apart,
    content::the_same_history_gives_the_same_digest,
    concurrency::writers_of_one_stream_take_turns,
    concurrency::one_of_many_claims_wins,
    concurrency::a_reader_sees_whole_batches,
];

/// A stream for tests.
pub fn stream(number: u8) -> StreamId {
    Id([number; 16])
}

/// A batch with nothing in it but its command.
pub fn batch(stream: StreamId, expected: Version) -> Batch {
    Batch {
        stream,
        expected,
        at: Moment(1_700_000_000_000_000),
        command: b"command".to_vec(),
        events: Vec::new(),
        rows: Vec::new(),
        claims: Vec::new(),
        unclaim: Vec::new(),
        enqueue: Vec::new(),
        done: None,
    }
}

/// Commits one batch.
pub fn commit(store: &dyn Store, batch: Batch) -> Result<Version, Conflict> {
    let mut results = store.commit(&[batch]);
    assert_eq!(results.len(), 1, "a commit of one batch answers once");
    results.pop().expect("one answer")
}

/// Commits one batch that must be taken.
pub fn take(store: &dyn Store, batch: Batch) -> Version {
    commit(store, batch).expect("the batch is taken")
}
