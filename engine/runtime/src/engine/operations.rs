//! Operations over the store: a page of streams is looked up, decided and committed together, several pages at a time.
//!
//! A page may be repeated: what it moved before a crash moves no further, and stands in the operation's list already.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

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
use crate::tally::{self, Counts};
use crate::turn::{Bounds, Decided, decide_by};

/// Pages of one call: other work of the host waits for them.
const PAGES: usize = 16;
/// Pages that are decided at the same time.
const DECIDING: usize = 2;
/// Workers for each of them: while the page of one is committed, another looks up and decides the next.
const WORKERS_EACH: usize = 2;

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
    counts: Option<Counts>,
}

/// What became of the streams of a page.
#[derive(Default)]
struct Done {
    moved: u64,
    failed: Vec<(Id, String)>,
}

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
    /// Whoever decides has one of them: pages after each other ask for the same days.
    plans: [Mutex<Plans>; DECIDING],
}

/// Which page comes next, for several workers.
struct Pager {
    /// As far as pages were handed out, without their streams.
    all: Page,
    /// Pages that may still be handed out.
    left: usize,
}

impl Pager {
    /// The streams of the next page; none where there is none. After a failure there is none for anybody.
    fn next(&mut self, look_up: impl FnOnce(Option<Id>) -> Result<Page, Failure>) -> Result<Option<Vec<Id>>, Failure> {
        if self.left == 0 || self.all.last {
            return Ok(None);
        }
        self.left -= 1;
        let Page { streams, seen, after, last } = look_up(self.all.after)?;
        self.all = Page { streams: Vec::new(), seen: self.all.seen + seen, after, last };
        Ok(Some(streams))
    }
}

impl Grounds<'_> {
    fn plans(&self, worker: usize) -> MutexGuard<'_, Plans> {
        // Kept days are whole at any time: who has them next goes on with them, whatever became of who had them before.
        self.plans[worker % DECIDING].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// Operations that are not through, in the order in which they were asked for; last those that a person resumed.
    pub fn open_operations(&self) -> Result<Vec<Id>, Failure> {
        let (from, to) = rows::open_operations();
        let open = self.store.scan(&from, &to, PAGE_ROWS)?;
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
        self.know_newest_closures()?;
        let Some(operation) = self.load(id)?.operation.filter(|operation| operation.is_workable(now)) else {
            return Ok(Progress::Idle);
        };
        if self.has_older_turns() {
            return Ok(Progress::Waits);
        }
        let (catalog, _turn) = self.catalog_for_turn();
        let open = self.open(id, &operation, &catalog)?;
        let grounds = Grounds { catalog: &catalog, operation: id, why: open.why(), at: now, plans: Default::default() };
        if operation.passed {
            self.retry(&operation, &grounds)?;
        } else {
            self.pages(operation.after, &open, &grounds, pages)?;
        }
        Ok(Progress::Advanced)
    }

    /// Pages behind this stream. How far they came is noted once, when all of them are through: pages that were committed
    /// and not noted are found to be done when they are done again.
    fn pages(&self, after: Option<Id>, open: &Open, grounds: &Grounds<'_>, most: usize) -> Result<(), Failure> {
        let pager = Mutex::new(Pager { all: Page { after, ..Page::default() }, left: most });
        let done = std::thread::scope(|scope| {
            let pager = &pager;
            let work = |worker| move || self.work_off_pages(worker, pager, open, grounds);
            let workers: Vec<_> =
                (0..most.min(DECIDING * WORKERS_EACH)).map(|worker| scope.spawn(work(worker))).collect();
            let mut done: Result<Done, Failure> = Ok(Done::default());
            for worker in workers {
                let ended_badly = |_| Err(Failure::Internal("the pages of an operation ended badly".to_owned()));
                let of_one = worker.join().unwrap_or_else(ended_badly);
                done = done.and_then(|done| Ok(done.and(of_one?)));
            }
            done
        });
        let Done { moved, failed } = done?;
        let Page { seen, after, last, .. } = pager.into_inner().unwrap_or_else(PoisonError::into_inner).all;
        let in_all = if last { Some(self.count_moved(grounds.operation)?) } else { None };
        self.note_page(Advance { seen, moved, failed, mended: Vec::new(), after, last, in_all }, grounds)
    }

    /// One page after the other, until none is left.
    fn work_off_pages(
        &self,
        worker: usize,
        pager: &Mutex<Pager>,
        open: &Open,
        grounds: &Grounds<'_>,
    ) -> Result<Done, Failure> {
        let lock = || pager.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = Done::default();
        loop {
            let next = lock().next(|after| self.next_page(after, open, grounds.catalog));
            let page = next.and_then(|streams| {
                let Some(streams) = streams else { return Ok(None) };
                let mut done = Done::default();
                let found = self.decide_all(&streams, grounds, worker, &mut done);
                self.commit(found, done, grounds, worker).map(Some)
            });
            match page {
                Ok(Some(done)) => all = all.and(done),
                Ok(None) => return Ok(all),
                Err(failure) => {
                    // What the others would do is not noted any more.
                    lock().left = 0;
                    return Err(failure);
                }
            }
        }
    }

    /// What failed is tried again.
    fn retry(&self, operation: &Operation, grounds: &Grounds<'_>) -> Result<(), Failure> {
        let streams: Vec<Id> = operation.to_retry().collect();
        let mut done = Done::default();
        let found = self.decide_all(&streams, grounds, 0, &mut done);
        let Done { moved, failed } = self.commit(found, done, grounds, 0)?;
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
            let found = self.store.scan(&from, &to, PAGE_ROWS)?;
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
    fn commit(&self, found: Vec<Found>, mut done: Done, grounds: &Grounds<'_>, worker: usize) -> Result<Done, Failure> {
        let mut left = self.commit_all(found, &mut done)?;
        for _ in 0..CONFLICTS_MAX {
            if left.is_empty() {
                return Ok(done);
            }
            let found = self.decide_all(&left, grounds, worker, &mut done);
            left = self.commit_all(found, &mut done)?;
        }
        let often = |stream| (stream, "the stream is written too often".to_owned());
        done.failed.extend(left.into_iter().map(often));
        Ok(done)
    }

    /// In the order of the streams.
    fn decide_all(&self, streams: &[Id], grounds: &Grounds<'_>, worker: usize, done: &mut Done) -> Vec<Found> {
        let plans = grounds.plans(worker);
        let versions: Vec<_> = streams.iter().map(|stream| self.version(*stream)).collect();
        // Read behind their versions, and in pieces: where one is written meanwhile its commit is refused, and it is read
        // again.
        let mut stored = self.rows_of_all(streams);
        let mut all = Vec::with_capacity(streams.len());
        for (stream, version) in streams.iter().zip(versions) {
            let rows = match &mut stored {
                Ok(stored) => Ok(stored.remove(stream).unwrap_or_default()),
                Err(failure) => Err(failure.clone()),
            };
            match version.and_then(|version| self.decide_one(*stream, version, rows?, grounds, &plans)) {
                Ok(found) => all.push(found),
                Err(why) => done.failed.push((*stream, why.to_string())),
            }
        }
        all
    }

    fn decide_one(
        &self,
        id: Id,
        version: Version,
        stored: Vec<Row>,
        grounds: &Grounds<'_>,
        plans: &Plans,
    ) -> Result<Found, Failure> {
        let kept = self.cache.take(id, version);
        let cached = kept.is_some();
        let mut stream = match kept {
            Some(stream) => stream,
            None => Stream::from_rows(id, version, &stored).map_err(|error| Failure::Internal(error.to_string()))?,
        };
        let (head, before) = (stream.head.clone(), self.tally.before(&mut stream));
        let command = Command::Rederive { operation: grounds.operation, why: grounds.why };
        let seed = self.seeds.as_ref().map_or_else(|| self.seed(), |seeds| seeds(id, grounds.at, &command));
        let envelope = Envelope::new("system", grounds.at, seed, command);
        let bounds = Bounds { most: u32::MAX, plans };
        let decided = decide_by(grounds.catalog, &self.vault, stream, &envelope, bounds, &mut |_| false)?;
        let Decided { mut stream, batch, .. } = decided;
        if !changes_nothing(&batch) {
            let counts = tally::after(before, &mut stream);
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
            let page = self.store.scan(&from, &to, PAGE_ROWS)?;
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
        let page = self.store.scan(&from, &to, limit)?;
        page.iter()
            .map(|(_, value)| minicbor::decode(value))
            .collect::<Result<_, _>>()
            .map_err(|error| Failure::Internal(format!("the list of an operation can't be read: {error}")))
    }
}

fn moved_in(batch: &Batch) -> u64 {
    batch.rows.iter().filter(|(key, _)| rows::is_moved(key)).count() as u64
}
