//! The one thread that orders commits, appends them and syncs.
//!
//! Owns: the queue and the groups. What queued while the disk was busy becomes one group: one write, one sync; then its
//! rows become visible and its callers get their answers. After a write or a sync that failed nothing is written and
//! nothing acknowledged until the store is opened again.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use peygir_store::rules::{self, Prepared, View};
use peygir_store::space::Value;
use peygir_store::{Conflict, Done, Error, Version};

use crate::journal::Journal;
use crate::marker::End;
use crate::options::{GROUP_BYTES_MAX, GROUP_FRAMES_MAX, QUEUE_BYTES_MAX};
use crate::positions;
use crate::rows::Rows;
use crate::seal::Seal;
use crate::store::Inner;

pub type Answer = Result<Version, Conflict>;

/// Where the answers to one call gather.
pub struct Ticket {
    state: Mutex<Answers>,
    all: Condvar,
}

struct Answers {
    slots: Vec<Option<Answer>>,
    missing: usize,
    /// Who is called where nobody waits.
    then: Option<Done>,
}

impl Ticket {
    /// `slots` has the answers that are known already, and `None` for each batch that is queued.
    pub fn new(slots: Vec<Option<Answer>>) -> Arc<Self> {
        let missing = slots.iter().filter(|slot| slot.is_none()).count();
        Arc::new(Self { state: Mutex::new(Answers { slots, missing, then: None }), all: Condvar::new() })
    }

    /// Nobody waits: the one answer is handed to `then`.
    pub fn calling(then: Done) -> Arc<Self> {
        let answers = Answers { slots: vec![None], missing: 1, then: Some(then) };
        Arc::new(Self { state: Mutex::new(answers), all: Condvar::new() })
    }

    /// Only the first answer counts.
    fn answer(&self, slot: usize, answer: Answer) {
        let mut answers = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(then) = answers.then.take() {
            drop(answers);
            return then(answer);
        }
        if let Some(empty @ None) = answers.slots.get_mut(slot) {
            *empty = Some(answer);
            answers.missing = answers.missing.saturating_sub(1);
        }
        if answers.missing == 0 {
            self.all.notify_all();
        }
    }

    pub fn wait(&self) -> Vec<Answer> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = self.all.wait_while(state, |answers| answers.missing > 0);
        let mut answers = state.unwrap_or_else(PoisonError::into_inner);
        answers.slots.drain(..).flatten().collect()
    }
}

pub enum Job {
    Commit { prepared: Box<Prepared>, ticket: Arc<Ticket>, slot: usize },
    Seal { answer: SyncSender<Result<Option<Seal>, Error>> },
}

impl Job {
    fn bytes(&self) -> usize {
        match self {
            Job::Commit { prepared, .. } => prepared.frame_bytes(),
            Job::Seal { .. } => 0,
        }
    }

    fn refuse(self, why: &str) {
        match self {
            Job::Commit { ticket, slot, .. } => ticket.answer(slot, Err(Conflict::Stopped(why.to_owned()))),
            // Nobody waits any more where the other end is gone.
            Job::Seal { answer } => drop(answer.send(Err(Error::Stopped(why.to_owned())))),
        }
    }
}

/// What waits for the disk.
#[derive(Default)]
pub struct Queue {
    state: Mutex<Waiting>,
    arrived: Condvar,
    room: Condvar,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    bytes: usize,
    closed: bool,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts jobs in line, one behind the other, as soon as there is room; refuses them once the queue is closed.
    pub fn push(&self, jobs: Vec<Job>) {
        let full = |waiting: &mut Waiting| waiting.bytes >= QUEUE_BYTES_MAX && !waiting.closed;
        let mut waiting = self.room.wait_while(self.lock(), full).unwrap_or_else(PoisonError::into_inner);
        if waiting.closed {
            drop(waiting);
            jobs.into_iter().for_each(|job| job.refuse("it is closed"));
            return;
        }
        waiting.bytes += jobs.iter().map(Job::bytes).sum::<usize>();
        waiting.jobs.extend(jobs);
        drop(waiting);
        self.arrived.notify_one();
    }

    /// No more jobs come in; those in line are still done.
    pub fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
        self.room.notify_all();
    }

    /// The jobs of the next group, once there are any; none when the queue is closed and empty, or where nobody is to wait
    /// for them. A seal is a group.
    fn next_group(&self, waits: bool) -> Vec<Job> {
        let idle = |waiting: &mut Waiting| waits && waiting.jobs.is_empty() && !waiting.closed;
        let mut waiting = self.arrived.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
        let (mut group, mut bytes) = (Vec::new(), 0);
        while bytes < GROUP_BYTES_MAX && group.len() < GROUP_FRAMES_MAX {
            let seal_next = matches!(waiting.jobs.front(), Some(Job::Seal { .. }));
            if seal_next && !group.is_empty() {
                break;
            }
            let Some(job) = waiting.jobs.pop_front() else {
                break;
            };
            bytes += job.bytes();
            group.push(job);
            if seal_next {
                break;
            }
        }
        waiting.bytes -= bytes;
        drop(waiting);
        self.room.notify_all();
        group
    }
}

/// The rows, with the changes of the group that is being made over them.
struct Ahead<'a> {
    rows: &'a Rows,
    changes: BTreeMap<Vec<u8>, Option<Value>>,
}

impl View for Ahead<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, Error> {
        match self.changes.get(key) {
            Some(value) => Ok(value.clone()),
            None => self.rows.get(key),
        }
    }
}

/// Works until the queue is closed and empty. Gives where the journal ends.
pub fn run(inner: &Inner, mut journal: Journal) -> End {
    work(inner, &mut journal, true);
    journal.end()
}

/// Does the jobs in line; whether it `waits` for more once there are none.
pub fn work(inner: &Inner, journal: &mut Journal, waits: bool) {
    loop {
        let jobs = inner.queue.next_group(waits);
        if jobs.is_empty() {
            return;
        }
        if let Some(why) = inner.stopped() {
            jobs.into_iter().for_each(|job| job.refuse(why));
            continue;
        }
        // A bug here must not leave callers waiting for ever, nor go on from a state that nobody knows. The tickets are
        // answered from a copy that the panic can't take along.
        let waiting: Vec<_> = jobs.iter().filter_map(ticket_of).collect();
        let done = catch_unwind(AssertUnwindSafe(|| group(inner, journal, jobs)));
        let failure = match done {
            Ok(Ok(())) => continue,
            Ok(Err(why)) => why,
            Err(_) => "a bug in the thread that orders commits; see the log".to_owned(),
        };
        inner.stop(&failure);
        for (ticket, slot) in waiting {
            ticket.answer(slot, Err(Conflict::Stopped(failure.clone())));
        }
    }
}

fn ticket_of(job: &Job) -> Option<(Arc<Ticket>, usize)> {
    match job {
        Job::Commit { ticket, slot, .. } => Some((ticket.clone(), *slot)),
        Job::Seal { .. } => None,
    }
}

/// Does one group of jobs; an error stops the store, and whoever was not answered is told so.
fn group(inner: &Inner, journal: &mut Journal, jobs: Vec<Job>) -> Result<(), String> {
    inner.rows.wait_for_room().map_err(|error| error.to_string())?;
    let mut commits = Vec::new();
    for job in jobs {
        match job {
            Job::Commit { prepared, ticket, slot } => commits.push((prepared, ticket, slot)),
            Job::Seal { answer } => {
                let sealed = seal(inner, journal).inspect_err(|why| {
                    drop(answer.send(Err(Error::Stopped(why.clone()))));
                })?;
                // Nobody waits any more where the other end is gone.
                drop(answer.send(Ok(sealed)));
            }
        }
    }
    if !commits.is_empty() {
        commit(inner, journal, commits)?;
    }
    if journal.offset >= inner.options.segment_bytes_max {
        seal(inner, journal)?;
        journal.next_segment().map_err(|error| format!("the next segment could not be begun: {error}"))?;
        inner.gauges.segment(journal.segment);
    }
    Ok(())
}

/// A batch in line, with where its answer goes.
type Queued = (Box<Prepared>, Arc<Ticket>, usize);

fn commit(inner: &Inner, journal: &mut Journal, commits: Vec<Queued>) -> Result<(), String> {
    let mut ahead = Ahead { rows: &inner.rows, changes: BTreeMap::new() };
    let bytes = commits.iter().map(|(prepared, ..)| prepared.frame_bytes()).sum();
    let mut records = Vec::with_capacity(bytes);
    let (mut frames, mut taken, mut answers) = (0u32, Vec::new(), Vec::new());
    for (mut prepared, ticket, slot) in commits {
        let admitted = match rules::admit(&ahead, journal.next_frame + u64::from(frames), &mut prepared) {
            Ok(admitted) => admitted,
            Err(Conflict::Stopped(why)) => return Err(why),
            Err(conflict) => {
                answers.push((ticket, slot, Err(conflict)));
                continue;
            }
        };
        let position = journal.position(records.len()).ok_or("the segment is too long")?;
        let (stream, version) = (admitted.header.stream, admitted.header.version);
        ahead.changes.extend(admitted.changes);
        let noted = positions::noted(&|key| ahead.get(key), stream, version, position);
        ahead.changes.extend([noted.map_err(|error| error.to_string())?]);
        records.extend_from_slice(&admitted.header_bytes);
        records.extend_from_slice(prepared.body());
        frames += 1;
        taken.push((admitted.header, admitted.hash));
        answers.push((ticket, slot, Ok(version)));
    }
    if frames > 0 {
        let begun = Instant::now();
        let append = journal.append(&records, frames);
        inner.gauges.appended(begun.elapsed(), frames, records.len());
        append.map_err(|error| format!("the journal could not be written: {error}"))?;
        taken.iter().for_each(|(header, hash)| journal.note(header, *hash));
        inner.rows.add(ahead.changes, journal.next_frame - 1);
        inner.snapshots.grown(records.len() as u64, u64::from(frames));
    }
    for (ticket, slot, answer) in answers {
        ticket.answer(slot, answer);
    }
    if frames > 0 {
        inner.watchers.tell(journal.next_frame - 1);
    }
    Ok(())
}

fn seal(inner: &Inner, journal: &mut Journal) -> Result<Option<Seal>, String> {
    let seal = journal.seal().map_err(|error| format!("a seal could not be written: {error}"))?;
    if let Some(seal) = &seal {
        let (key, value) = seal.row();
        inner.rows.add([(key, Some(value))], journal.next_frame - 1);
        inner.gauges.sealed(seal);
    }
    Ok(seal)
}
