//! How many cases, tasks, messages, incidents and timers there are, kept while commits are made.
//!
//! Owns: what a stream counts for ([`Count`]), and the sum over all streams. At the start the streams that are there are
//! counted by the page beside the work ([`Tally::count_page`]); from then on each commit adds what it changed. No question
//! ever costs a scan. Knows nothing of who asks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use peygir_casework::records::{DispatchStatus, TaskKind};
use peygir_core::Id;
use peygir_core::state::Status;
use peygir_store::{Error, Store};

use crate::rows;
use crate::stream::{Row, Stream};

mod kept;

/// Rows counted at once: commits wait as long as one page takes.
const PAGE_ROWS: usize = 512;
/// Open cases in which nothing is to happen that are named.
const NEGLECTED_NAMED_MAX: usize = 100;
/// Connectors that are counted each by itself; what further ones carry counts for [`OTHERS`].
const CONNECTORS_MAX: usize = 64;
/// The name under which the messages of further connectors count.
pub const OTHERS: &str = "other";

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    CasesOpen,
    CasesClosed,
    /// Open cases in which nothing is due, nothing is sent, and nobody has anything to do.
    CasesNeglected,
    /// Open tasks: whether it is a verification call, and whether it is overdue.
    Tasks {
        call: bool,
        overdue: bool,
    },
    IncidentsOpen,
    Instances(&'static str),
    /// Instants that something waits for.
    Timers,
    /// By connector and state.
    Messages(String, &'static str),
}

/// What one stream counts for.
pub type Count = BTreeMap<What, i64>;

/// Adds up what the streams of a store count for.
#[derive(Debug, Default)]
pub struct Tally {
    on: AtomicBool,
    /// Commits are within it until what they changed is counted, and a page is counted with none within: each commit is seen
    /// by one of both and never by both.
    gate: Gate,
    sum: Mutex<Sum>,
}

#[derive(Debug, Default)]
struct Sum {
    counts: Count,
    /// Those that are counted by themselves, from when they were first met.
    connectors: BTreeSet<String>,
    neglected: BTreeSet<Id>,
    /// Streams before this key are counted; all once there is none.
    next: Option<Vec<u8>>,
    unreadable: u64,
}

/// The sum as it is now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tallied {
    pub counts: Count,
    /// Some of the neglected cases.
    pub neglected: Vec<Id>,
    /// False while the streams that were there at the start are still being counted: then the counts are too low.
    pub is_complete: bool,
    pub unreadable: u64,
}

impl Tallied {
    /// The sum over what fits.
    pub fn sum(&self, fits: impl Fn(&What) -> bool) -> u64 {
        let counts = self.counts.iter().filter(|(what, _)| fits(what)).map(|(_, count)| *count);
        u64::try_from(counts.sum::<i64>()).unwrap_or(0)
    }
}

/// Many at once, or one alone. Unlike a lock it may be left on another thread than it was entered on: a commit ends on the
/// store's own.
#[derive(Debug, Default)]
struct Gate {
    within: Mutex<Within>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct Within {
    commits: usize,
    /// A page is counted, or waits for that.
    counting: bool,
}

impl Gate {
    fn locked(&self) -> MutexGuard<'_, Within> {
        self.within.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn until<'g>(&'g self, within: MutexGuard<'g, Within>, not: fn(&mut Within) -> bool) -> MutexGuard<'g, Within> {
        self.moved.wait_while(within, not).unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self) {
        self.until(self.locked(), |within| within.counting).commits += 1;
    }

    fn leave(&self) {
        let mut within = self.locked();
        within.commits -= 1;
        if within.commits == 0 {
            drop(within);
            self.moved.notify_all();
        }
    }

    fn alone<T>(&self, work: impl FnOnce() -> T) -> T {
        self.until(self.locked(), |within| within.counting).counting = true;
        drop(self.until(self.locked(), |within| within.commits > 0));
        let _left = Alone(self);
        work()
    }
}

/// However it ends, commits go on.
struct Alone<'g>(&'g Gate);

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        self.0.locked().counting = false;
        self.0.moved.notify_all();
    }
}

/// A commit under way.
pub struct Committing {
    tally: Arc<Tally>,
    stream: Id,
    counts: Counts,
}

/// What a stream counts for before a commit and after it.
pub type Counts = (Arc<Count>, Arc<Count>);

/// Commits of several streams under way.
pub struct Held<'t>(&'t Tally);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.gate.leave();
    }
}

impl Drop for Committing {
    fn drop(&mut self) {
        self.tally.gate.leave();
    }
}

impl Tally {
    /// Begins to count. To be called before anything commits; then [`Tally::count_page`] until that says it is done.
    pub fn begin(&self) {
        self.locked().next = Some(rows::streams().0);
        self.on.store(true, Ordering::Release);
    }

    /// What the next start goes on from, where nothing is committed before it; `None` as long as not all is counted.
    pub fn keep(&self, store: &dyn Store) -> Result<Option<Vec<u8>>, Error> {
        self.gate.alone(|| {
            let sum = self.locked();
            let is_whole = self.on.load(Ordering::Acquire) && sum.next.is_none() && sum.unreadable == 0;
            is_whole.then(|| kept::encode(&sum, store)).transpose()
        })
    }

    /// Begins with what an earlier run kept. False where that is not of the store as it is now: then it is to be counted.
    pub fn begin_with(&self, kept: &[u8], store: &dyn Store) -> Result<bool, Error> {
        let Some(sum) = kept::decode(kept, store)? else { return Ok(false) };
        *self.locked() = sum;
        self.on.store(true, Ordering::Release);
        Ok(true)
    }

    /// Counts the next streams of the store; true once all are counted.
    pub fn count_page(&self, store: &dyn Store) -> Result<bool, Error> {
        self.gate.alone(|| self.count_next(store))
    }

    fn count_next(&self, store: &dyn Store) -> Result<bool, Error> {
        let Some(from) = self.locked().next.clone() else { return Ok(true) };
        let mut page = store.scan(&from, &rows::streams().1, PAGE_ROWS)?;
        let is_last = page.len() < PAGE_ROWS;
        let mut next = None;
        if !is_last && let Some(last) = page.last().and_then(|(key, _)| rows::stream_of(key)) {
            // The last stream may go on behind the page.
            let (first, behind) = rows::of_stream(last);
            if page.iter().any(|(key, _)| *key < first) {
                page.retain(|(key, _)| *key < first);
                next = Some(first);
            } else {
                page = whole(store, last)?;
                next = Some(behind);
            }
        }
        let mut streams: BTreeMap<Id, Vec<Row>> = BTreeMap::new();
        for (key, value) in page {
            if let Some(stream) = rows::stream_of(&key) {
                streams.entry(stream).or_default().push((key, value));
            }
        }
        let mut sum = self.locked();
        for (id, rows) in streams {
            match Stream::from_rows(id, 1, &rows) {
                Ok(stream) => sum.add(id, &Count::new(), &count(&stream)),
                Err(error) => {
                    tracing::warn!(%id, %error, "a stream could not be counted");
                    sum.unreadable += 1;
                }
            }
        }
        sum.next = next;
        Ok(is_last)
    }

    /// To be held from before a commit until [`Committing::done`], or until it is known that nothing was committed.
    pub fn committing(self: &Arc<Self>, stream: Id, counts: Counts) -> Committing {
        self.gate.enter();
        Committing { tally: self.clone(), stream, counts }
    }

    /// What a stream counts for before a turn, where anything is counted: to be given to [`after`] when the turn is decided.
    pub fn before(&self, stream: &mut Stream) -> Option<Arc<Count>> {
        // The turn before it has counted it.
        let counted = stream.counted.take();
        self.on.load(Ordering::Acquire).then(|| counted.unwrap_or_else(|| Arc::new(count(stream))))
    }

    /// For commits of several streams.
    pub fn hold(&self) -> Held<'_> {
        self.gate.enter();
        Held(self)
    }

    /// A stream was committed while the gate was held.
    pub fn changed(&self, id: Id, before: &Count, after: &Count) {
        // Most commits change nothing that is counted.
        if before == after {
            return;
        }
        let mut sum = self.locked();
        let is_counted = sum.next.as_ref().is_none_or(|next| rows::of_stream(id).0 < *next);
        if is_counted {
            sum.add(id, before, after);
        }
    }

    /// None where nothing is counted.
    pub fn read(&self) -> Option<Tallied> {
        if !self.on.load(Ordering::Acquire) {
            return None;
        }
        let sum = self.locked();
        Some(Tallied {
            counts: sum.counts.clone(),
            neglected: sum.neglected.iter().copied().collect(),
            is_complete: sum.next.is_none(),
            unreadable: sum.unreadable,
        })
    }

    fn locked(&self) -> MutexGuard<'_, Sum> {
        self.sum.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Committing {
    /// It is durable.
    pub fn done(self) {
        self.tally.changed(self.stream, &self.counts.0, &self.counts.1);
    }
}

impl Sum {
    fn add(&mut self, id: Id, before: &Count, after: &Count) {
        let changed = after.iter().map(|(what, now)| (what, now - before.get(what).unwrap_or(&0)));
        let gone = before.iter().filter(|(what, _)| !after.contains_key(what)).map(|(what, was)| (what, -was));
        for (what, by) in changed.chain(gone).filter(|(_, by)| *by != 0) {
            let what = self.place(what);
            let count = self.counts.entry(what.clone()).or_default();
            *count += by;
            if *count == 0 {
                self.counts.remove(&what);
            }
        }
        if !after.contains_key(&What::CasesNeglected) {
            self.neglected.remove(&id);
        } else if self.neglected.len() < NEGLECTED_NAMED_MAX {
            self.neglected.insert(id);
        }
    }

    /// Names of connectors come from flows and deployments of the past as well: their number has an end here.
    fn place(&mut self, what: &What) -> What {
        let What::Messages(name, state) = what else { return what.clone() };
        if !self.connectors.contains(name) {
            if self.connectors.len() == CONNECTORS_MAX {
                return What::Messages(OTHERS.to_owned(), state);
            }
            self.connectors.insert(name.clone());
        }
        what.clone()
    }
}

fn whole(store: &dyn Store, stream: Id) -> Result<Vec<Row>, Error> {
    let (mut from, to) = rows::of_stream(stream);
    let mut stored = Vec::new();
    loop {
        let page = store.scan(&from, &to, PAGE_ROWS)?;
        let is_last = page.len() < PAGE_ROWS;
        from = page.last().map_or(from, |(last, _)| [last.as_slice(), &[0]].concat());
        stored.extend(page);
        if is_last {
            return Ok(stored);
        }
    }
}

/// What a turn changed in what its stream counts for; for [`Tally::committing`].
pub fn after(before: Option<Arc<Count>>, stream: &mut Stream) -> Option<Counts> {
    let before = before?;
    let after = Arc::new(count(stream));
    stream.counted = Some(after.clone());
    Some((before, after))
}

/// What a stream counts for.
pub fn count(stream: &Stream) -> Count {
    let mut count = Count::new();
    let mut add = |what: What, by: usize| {
        if by > 0 {
            *count.entry(what).or_default() += by as i64;
        }
    };
    let records = &stream.records;
    match &records.case {
        Some(case) if case.closed => add(What::CasesClosed, 1),
        Some(_) => {
            add(What::CasesOpen, 1);
            add(What::CasesNeglected, usize::from(is_neglected(stream)));
        }
        None => {}
    }
    for task in records.tasks.values() {
        if task.is_open() {
            let (call, overdue) = (task.kind == TaskKind::VerificationCall, task.overdue_at.is_some());
            add(What::Tasks { call, overdue }, 1);
        }
        add(What::Timers, usize::from(task.next_due().is_some()));
    }
    add(What::IncidentsOpen, records.incidents.values().filter(|incident| incident.resolved_at.is_none()).count());
    for instance in stream.instances.values() {
        add(What::Instances(status(instance.status)), 1);
        add(What::Timers, instance.timers.len());
    }
    add(What::Timers, records.waits.values().filter(|wait| wait.is_open()).count());
    add(What::Timers, stream.schedule.iter().flat_map(|one| &one.ticks).filter(|tick| tick.next.is_some()).count());
    for dispatch in records.dispatches.values() {
        add(What::Messages(dispatch.connector.clone(), state(dispatch.status)), 1);
    }
    count
}

/// An open case in which nothing is due or under way, and nobody has anything to do: none may ever be there.
fn is_neglected(stream: &Stream) -> bool {
    let records = &stream.records;
    let has_person = records.tasks.values().any(|task| task.is_open())
        || records.incidents.values().any(|incident| incident.resolved_at.is_none());
    let has_work = records.dispatches.values().any(|dispatch| dispatch.is_pending())
        || stream.instances.values().any(|instance| !instance.pending.is_empty());
    !has_person && !has_work && stream.next_due().is_none()
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Suspended => "suspended",
        Status::Completed => "completed",
        Status::Faulted => "faulted",
        Status::Cancelled => "cancelled",
    }
}

/// The name of a message's state.
pub fn state(status: DispatchStatus) -> &'static str {
    match status {
        DispatchStatus::Ready => "ready",
        DispatchStatus::Sending => "sending",
        DispatchStatus::Sent => "sent",
        DispatchStatus::Delivered => "delivered",
        DispatchStatus::Failed => "failed",
        DispatchStatus::Ambiguous => "ambiguous",
        DispatchStatus::Dropped => "dropped",
        DispatchStatus::Withdrawn => "withdrawn",
        DispatchStatus::Expired => "expired",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(What, i64)]) -> Count {
        pairs.iter().cloned().collect()
    }

    #[test]
    fn connectors_beyond_the_limit_count_together() {
        let mut sum = Sum::default();
        let message = |number: usize| What::Messages(format!("c{number}"), "ready");
        for number in 0..CONNECTORS_MAX + 5 {
            sum.add(Id([1; 16]), &Count::new(), &of(&[(message(number), 1)]));
        }
        assert_eq!(sum.counts.get(&What::Messages(OTHERS.into(), "ready")), Some(&5));
        sum.add(Id([1; 16]), &of(&[(message(CONNECTORS_MAX + 1), 1)]), &Count::new());
        assert_eq!(sum.counts.get(&What::Messages(OTHERS.into(), "ready")), Some(&4));
        assert_eq!(sum.counts.len(), CONNECTORS_MAX + 1);
        // One that had no place of its own gets none later: what it counted for is among the others.
        sum.add(Id([1; 16]), &of(&[(message(0), 1)]), &Count::new());
        sum.add(Id([1; 16]), &of(&[(message(CONNECTORS_MAX + 2), 1)]), &Count::new());
        assert_eq!(sum.counts.get(&What::Messages(OTHERS.into(), "ready")), Some(&3));
    }

    #[test]
    fn a_neglected_case_is_named_until_it_is_none_any_more() {
        let (mut sum, id) = (Sum::default(), Id([7; 16]));
        let (fine, neglected) = (of(&[(What::CasesOpen, 1)]), of(&[(What::CasesOpen, 1), (What::CasesNeglected, 1)]));
        sum.add(id, &Count::new(), &neglected);
        assert!(sum.neglected.contains(&id));
        sum.add(id, &neglected, &fine);
        assert!(sum.neglected.is_empty());
        assert_eq!(sum.counts, fine);
    }
}
