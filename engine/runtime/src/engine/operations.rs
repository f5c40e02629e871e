//! Operations over the store: a page of streams is looked up, decided on several threads and committed together.
//!
//! A page may be repeated: what it moved before a crash moves no further, and stands in the operation's list already.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

use peygir_calendar::Plans;
use peygir_casework::records::MoveWhy;
use peygir_core::{Id, Moment};
use peygir_store::{Batch, Conflict, Version};

use super::{CONFLICTS_MAX, Engine, Failure, PAGE_ROWS, changes_nothing};
use crate::catalog::Catalog;
use crate::closures;
use crate::command::{Command, Envelope};
use crate::operation::{Advance, Moved, OPERATION_DEADLINES, OPERATION_STREAMS, Open, OpenDeadline, Operation};
use crate::rows;
use crate::stream::{Row, Stream};
use crate::tally::{self, Count};
use crate::turn::{Bounds, Decided, decide_by};

/// Pages of one call: other work of the host waits for them.
const PAGES: usize = 4;
/// Threads that decide one page.
const THREADS: usize = 2;
/// Pages that are committed at the same time: the store makes one group of what comes while the disk is busy.
const COMMITTERS: usize = 2;

/// How an operation went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// There is nothing to do for it now.
    Idle,
    /// Turns go on that know none of what it is about.
    Waits,
    Advanced,
}

/// What a page looks at.
#[derive(Default)]
struct Page {
    streams: Vec<Id>,
    seen: u64,
    after: Option<Id>,
    last: bool,
}

/// A stream as the page found it.
struct Found {
    id: Id,
    /// None where nothing in it changes.
    batch: Option<Batch>,
    /// The cache had it and gets it back once that is committed. Where it had not, whoever decided lets go of the stream at
    /// once: what one thread makes and another one ends costs twice.
    cached: Option<Box<Stream>>,
    /// What it counts for now, and once that is committed; where anything is counted.
    counts: Option<(Count, Count)>,
}

/// What became of the streams of a page.
#[derive(Default)]
struct Done {
    moved: u64,
    failed: Vec<(Id, String)>,
}

/// A page that was decided, and what of it failed so early.
type Decisions = (Vec<Found>, Done);

impl Done {
    fn and(mut self, other: Self) -> Self {
        self.moved += other.moved;
        self.failed.extend(other.failed);
        self
    }
}

/// By what a page is decided.
struct Grounds<'a> {
    catalog: &'a Catalog,
    operation: Id,
    why: MoveWhy,
    at: Moment,
}

impl Engine {
    /// Operations that are not through, in the order in which they were asked for; last those that a person resumed.
    pub fn open_operations(&self) -> Result<Vec<Id>, Failure> {
        let (from, to) = rows::open_operations();
        let open = self.store.scan(&from, &to, PAGE_ROWS).map_err(|error| Failure::Internal(error.to_string()))?;
        let mut open: Vec<Id> = open.iter().filter_map(|(key, _)| rows::stream_at_end(key)).collect();
        let catalog = self.catalog();
        let place = |id: &Id| catalog.operations().iter().position(|open| open.id == *id).unwrap_or(usize::MAX);
        open.sort_by_key(place);
        Ok(open)
    }

    /// Carries an operation on by a few pages. One is committed while the next is decided.
    pub fn advance(&self, id: Id, now: Moment) -> Result<Progress, Failure> {
        self.advance_by(id, now, PAGES)
    }

    /// The same by at most so many pages.
    pub fn advance_by(&self, id: Id, now: Moment, pages: usize) -> Result<Progress, Failure> {
        self.know_closures()?;
        let Some(operation) = self.load(id)?.operation.filter(|operation| operation.is_workable(now)) else {
            return Ok(Progress::Idle);
        };
        if self.has_older_turns() {
            return Ok(Progress::Waits);
        }
        let (catalog, _turn) = self.catalog_for_turn();
        let open = self.open(id, &operation, &catalog)?;
        let grounds = Grounds { catalog: &catalog, operation: id, why: open.why(), at: now };
        if operation.passed {
            self.retry(&operation, &grounds)?;
        } else {
            self.pages(operation.after, &open, &grounds, pages)?;
        }
        Ok(Progress::Advanced)
    }

    /// Pages behind this stream, each decided here and committed beside. How far they came is noted once: pages that were
    /// committed and not noted are found to be done when they are done again.
    fn pages(&self, after: Option<Id>, open: &Open, grounds: &Grounds<'_>, most: usize) -> Result<(), Failure> {
        let (hand_over, taken_up) = sync_channel::<Decisions>(1);
        let taken_up = Mutex::new(taken_up);
        let (seen, done) = std::thread::scope(|scope| {
            let commit = || self.commit_pages(&taken_up, grounds);
            let committing: Vec<_> = (0..COMMITTERS).map(|_| scope.spawn(commit)).collect();
            let seen = self.decide_pages(after, open, grounds, most, &hand_over);
            // Nothing more comes: whoever commits ends.
            drop(hand_over);
            let mut done: Result<Done, Failure> = Ok(Done::default());
            for one in committing {
                let ended_badly = |_| Err(Failure::Internal("the commits of an operation ended badly".to_owned()));
                let of_one = one.join().unwrap_or_else(ended_badly);
                done = done.and_then(|done| Ok(done.and(of_one?)));
            }
            (seen, done)
        });
        let (Page { seen, after, last, .. }, Done { moved, failed }) = (seen?, done?);
        let in_all = if last { Some(self.count_moved(grounds.operation)?) } else { None };
        self.note_page(Advance { seen, moved, failed, mended: Vec::new(), after, last, in_all }, grounds)
    }

    /// Gives how far they came, without the streams.
    fn decide_pages(
        &self,
        after: Option<Id>,
        open: &Open,
        grounds: &Grounds<'_>,
        most: usize,
        hand_over: &SyncSender<Decisions>,
    ) -> Result<Page, Failure> {
        let mut all = Page { after, ..Page::default() };
        for _ in 0..most {
            let page = self.next_page(all.after, open, grounds.catalog)?;
            let mut done = Done::default();
            let found = self.decide_all(&page.streams, grounds, &mut done);
            all = Page { seen: all.seen + page.seen, after: page.after, last: page.last, streams: Vec::new() };
            let unheard = |_| Failure::Internal("nobody commits the pages of an operation".to_owned());
            hand_over.send((found, done)).map_err(unheard)?;
            if all.last {
                break;
            }
        }
        Ok(all)
    }

    /// Commits pages until none comes. After a failure the others are let go of: whoever decides must not wait for ever.
    fn commit_pages(&self, taken_up: &Mutex<Receiver<Decisions>>, grounds: &Grounds<'_>) -> Result<Done, Failure> {
        let next = || taken_up.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let mut all = Ok(Done::default());
        while let Ok((found, done)) = next() {
            all = all.and_then(|all: Done| Ok(all.and(self.commit(found, done, grounds)?)));
        }
        all
    }

    /// What failed is tried again.
    fn retry(&self, operation: &Operation, grounds: &Grounds<'_>) -> Result<(), Failure> {
        let streams: Vec<Id> = operation.to_retry().collect();
        let mut done = Done::default();
        let found = self.decide_all(&streams, grounds, &mut done);
        let Done { moved, failed } = self.commit(found, done, grounds)?;
        let again: BTreeSet<Id> = failed.iter().map(|(stream, _)| *stream).collect();
        let mended = streams.into_iter().filter(|stream| !again.contains(stream)).collect();
        let in_all = Some(self.count_moved(grounds.operation)?);
        self.note_page(Advance { moved, failed, mended, in_all, last: true, ..Advance::default() }, grounds)
    }

    fn note_page(&self, page: Advance, grounds: &Grounds<'_>) -> Result<(), Failure> {
        self.handle(grounds.operation, "system", grounds.at, Command::AdvanceOperation(page)).map(|_| ())
    }

    /// What turns know of it; one that was through and goes on is unknown to them.
    fn open(&self, id: Id, operation: &Operation, catalog: &Catalog) -> Result<Open, Failure> {
        if let Some(open) = catalog.operations().iter().find(|open| open.id == id) {
            return Ok(open.clone());
        }
        let closures = self.load(closures::STREAM)?.closures;
        let (about, reach) = (operation.about.clone(), super::force::reach(&operation.about, &closures, catalog));
        Ok(Open { id, about, reach: reach.into() })
    }

    /// The next streams with a deadline that may be moved. Streams are looked at as a whole, in the order of their ids.
    fn next_page(&self, after: Option<Id>, open: &Open, catalog: &Catalog) -> Result<Page, Failure> {
        let (mut from, to) = rows::open_deadlines(after);
        let mut page = Page { after, ..Page::default() };
        loop {
            let found = self.store.scan(&from, &to, PAGE_ROWS).map_err(|error| Failure::Internal(error.to_string()))?;
            for (key, value) in &found {
                let Some((stream, _)) = rows::parse_open_deadline(key) else { continue };
                let full = page.streams.len() >= OPERATION_STREAMS || page.seen >= OPERATION_DEADLINES as u64;
                if full && page.after != Some(stream) {
                    return Ok(page);
                }
                (page.seen, page.after) = (page.seen + 1, Some(stream));
                let deadline: OpenDeadline = minicbor::decode(value)
                    .map_err(|error| Failure::Internal(format!("an open deadline can't be read: {error}")))?;
                let known = page.streams.last() == Some(&stream);
                if !known && open.reach.touches(catalog.calendars(&deadline.place), &deadline) {
                    page.streams.push(stream);
                }
            }
            match found.last() {
                Some((last, _)) if found.len() == PAGE_ROWS => from = [last.as_slice(), &[0]].concat(),
                _ => {
                    page.last = true;
                    return Ok(page);
                }
            }
        }
    }

    /// Commits what was decided. A stream that was written meanwhile is derived again.
    fn commit(&self, found: Vec<Found>, mut done: Done, grounds: &Grounds<'_>) -> Result<Done, Failure> {
        let mut left = self.commit_all(found, &mut done)?;
        for _ in 0..CONFLICTS_MAX {
            if left.is_empty() {
                return Ok(done);
            }
            let found = self.decide_all(&left, grounds, &mut done);
            left = self.commit_all(found, &mut done)?;
        }
        let often = |stream| (stream, "the stream is written too often".to_owned());
        done.failed.extend(left.into_iter().map(often));
        Ok(done)
    }

    /// On several threads; in the order of the streams.
    fn decide_all(&self, streams: &[Id], grounds: &Grounds<'_>, done: &mut Done) -> Vec<Found> {
        let share = streams.len().div_ceil(THREADS).max(1);
        let decide_share = |share: &[Id]| -> Vec<Result<Found, (Id, String)>> {
            let versions: Vec<_> = share.iter().map(|stream| self.version(*stream)).collect();
            // Read behind their versions, and in pieces: where one is written meanwhile its commit is refused, and it is
            // read again.
            let mut stored = self.rows_of_all(share);
            // They ask for the same days.
            let plans = Plans::default();
            let bounds = Bounds { most: u32::MAX, plans: &plans };
            let decided = |(stream, version): (&Id, Result<Version, Failure>)| {
                let rows = match &mut stored {
                    Ok(stored) => Ok(stored.remove(stream).unwrap_or_default()),
                    Err(failure) => Err(failure.clone()),
                };
                let decided = version.and_then(|version| self.decide_one(*stream, version, rows?, grounds, bounds));
                decided.map_err(|why| (*stream, why.to_string()))
            };
            share.iter().zip(versions).map(decided).collect()
        };
        let decided = std::thread::scope(|scope| {
            let mut shares = streams.chunks(share);
            let own = shares.next().unwrap_or_default();
            let others: Vec<_> = shares.map(|share| (share, scope.spawn(move || decide_share(share)))).collect();
            let mut decided = decide_share(own);
            for (share, other) in others {
                let ended_badly =
                    |_| share.iter().map(|stream| Err((*stream, "a turn ended badly".to_owned()))).collect();
                decided.extend(other.join().unwrap_or_else(ended_badly));
            }
            decided
        });
        let (found, failed): (Vec<_>, Vec<_>) = decided.into_iter().partition(Result::is_ok);
        done.failed.extend(failed.into_iter().filter_map(Result::err));
        found.into_iter().filter_map(Result::ok).collect()
    }

    fn decide_one(
        &self,
        id: Id,
        version: Version,
        stored: Vec<Row>,
        grounds: &Grounds<'_>,
        bounds: Bounds<'_>,
    ) -> Result<Found, Failure> {
        let kept = self.cache.take(id, version);
        let cached = kept.is_some();
        let stream = match kept {
            Some(stream) => stream,
            None => Stream::from_rows(id, version, &stored).map_err(|error| Failure::Internal(error.to_string()))?,
        };
        let (head, before) = (stream.head.clone(), self.tally.of(&stream));
        let command = Command::Rederive { operation: grounds.operation, why: grounds.why };
        let seed = self.seeds.as_ref().map_or_else(|| self.seed(), |seeds| seeds(id, grounds.at, &command));
        let envelope = Envelope { actor: "system".to_owned(), at: grounds.at, seed, command };
        let Decided { mut stream, batch } = decide_by(grounds.catalog, &self.vault, stream, &envelope, bounds)?;
        if !changes_nothing(&batch) {
            let counts = before.map(|before| (before, tally::count(&stream)));
            return Ok(Found { id, batch: Some(batch), cached: cached.then(|| Box::new(stream)), counts });
        }
        if cached {
            (stream.version, stream.head) = (version, head);
            self.keep(&stream);
        }
        Ok(Found { id, batch: None, cached: None, counts: None })
    }

    /// Commits what changed, in one go. Gives the streams that were written meanwhile.
    fn commit_all(&self, found: Vec<Found>, done: &mut Done) -> Result<Vec<Id>, Failure> {
        let (mut batches, mut streams) = (Vec::new(), Vec::new());
        for Found { id, batch, cached, counts } in found {
            let Some(batch) = batch else { continue };
            batches.push(batch);
            streams.push((id, cached, counts));
        }
        if batches.is_empty() {
            return Ok(Vec::new());
        }
        let mut again = Vec::new();
        let _counting = self.tally.hold();
        let results = self.store.commit(&batches);
        for ((batch, result), (id, stream, counts)) in batches.iter().zip(results).zip(streams) {
            match result {
                Ok(_) => {
                    done.moved += moved_in(batch);
                    counts.iter().for_each(|(before, after)| self.tally.changed(id, before, after));
                    stream.iter().for_each(|stream| self.keep(stream));
                }
                Err(Conflict::Version { .. }) => again.push(id),
                Err(Conflict::Stopped(why)) => return Err(Failure::Unavailable(why)),
                Err(refused) => done.failed.push((id, refused.to_string())),
            }
        }
        Ok(again)
    }

    /// How many deadlines stand in its list.
    fn count_moved(&self, operation: Id) -> Result<u64, Failure> {
        let (mut from, to) = rows::moved_by(operation);
        let mut count = 0;
        loop {
            let page = self.store.scan(&from, &to, PAGE_ROWS).map_err(|error| Failure::Internal(error.to_string()))?;
            count += page.len() as u64;
            match page.last() {
                Some((last, _)) if page.len() == PAGE_ROWS => from = [last.as_slice(), &[0]].concat(),
                _ => return Ok(count),
            }
        }
    }

    /// Deadlines that an operation moved, those of the oldest tasks first, behind this one of the list.
    pub fn moved_by(&self, operation: Id, after: Option<&Moved>, limit: usize) -> Result<Vec<Moved>, Failure> {
        let (first, to) = rows::moved_by(operation);
        let behind = |moved: &Moved| [rows::moved_index(operation, moved.of, moved.stream).as_slice(), &[0]].concat();
        let from = after.map_or(first, behind);
        let page = self.store.scan(&from, &to, limit).map_err(|error| Failure::Internal(error.to_string()))?;
        page.iter()
            .map(|(_, value)| minicbor::decode(value))
            .collect::<Result<_, _>>()
            .map_err(|error| Failure::Internal(format!("the list of an operation can't be read: {error}")))
    }
}

fn moved_in(batch: &Batch) -> u64 {
    batch.rows.iter().filter(|(key, _)| rows::is_moved(key)).count() as u64
}
