//! Lifecycle events: what the outside is told of workflows and their tasks, as CloudEvents of the workflow language.
//!
//! They are not kept anywhere: each is made of the journal, whenever somebody reads it, and is the same every time. Owns:
//! which facts of the journal are a transition and in which order they are told ([`tracker`]), what an event says
//! ([`event`]), and reading on from a cursor ([`follower`]). Knows no HTTP and nobody who reads.
//!
//! No event holds what went into or came out of a task: outputs are referred to, sealed texts are left out.

mod cursor;
pub mod event;
mod follower;
mod projection;
mod recent;
pub mod tracker;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use peygir_core::Id;
use peygir_store::{Frame, Version, Watcher};
use tokio::sync::watch;

use crate::engine::Engine;
use projection::Fold;
use recent::Recent;

pub use cursor::Cursor;
pub use event::LifecycleEvent;
pub use follower::{Follower, Page};

/// Open tasks, over all streams, of which it is remembered where they stand. What is not remembered is read again from
/// the stream's own journal.
pub const OPEN_TASKS_REMEMBERED_MAX: usize = 50_000;
/// Events that are remembered, for all who follow the journal's end; a frame without any counts as one.
pub const EVENTS_REMEMBERED_MAX: usize = 20_000;
/// Streams whose events are made at one time.
const LANES: usize = 16;
/// Frames of a stream read at once.
const PAGE_FRAMES: usize = 500;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No event has this place: it is of another journal, or of none.
    #[error("no event stands at this cursor")]
    UnknownCursor,
    /// What stood there was taken to an archive.
    #[error("the events up to this cursor are archived; the first that is here is of frame {first}")]
    Archived { first: u64 },
    #[error("the journal can't be read: {0}")]
    Unreadable(String),
    /// The store has stopped: the next start reads it.
    #[error("the journal can't be read until the next start: {0}")]
    Stopped(String),
}

impl From<peygir_store::Error> for Error {
    fn from(error: peygir_store::Error) -> Self {
        match error {
            peygir_store::Error::Archived { first } => Error::Archived { first },
            peygir_store::Error::Stopped(why) => Error::Stopped(why),
            other => Error::Unreadable(other.to_string()),
        }
    }
}

/// The events of one frame, in order.
pub type Events = Arc<[Arc<LifecycleEvent>]>;

/// Makes events of the journal of one engine. Shared by all who read.
pub struct Lifecycle {
    engine: Arc<Engine>,
    /// By stream and version.
    folds: Mutex<Recent<(Id, Version), Fold>>,
    frames: Mutex<Recent<u64, Events>>,
    /// By stream: who comes second finds what the first one made.
    lanes: [Mutex<()>; LANES],
    newest: Arc<watch::Sender<u64>>,
    _watcher: Arc<Watcher>,
}

impl Lifecycle {
    pub fn new(engine: Arc<Engine>) -> Arc<Self> {
        let newest = Arc::new(watch::Sender::new(engine.store.last_frame()));
        let watcher: Arc<Watcher> = {
            let newest = newest.clone();
            Arc::new(move |last| {
                newest.send_replace(last);
            })
        };
        engine.store.watch(Arc::downgrade(&watcher));
        Arc::new(Self {
            engine,
            folds: Mutex::new(Recent::new(OPEN_TASKS_REMEMBERED_MAX)),
            frames: Mutex::new(Recent::new(EVENTS_REMEMBERED_MAX)),
            lanes: Default::default(),
            newest,
            _watcher: watcher,
        })
    }

    /// Changes whenever frames came. A hint: whoever waits looks by itself now and then.
    pub fn newest(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    /// Behind everything that there is now.
    pub fn end(&self) -> Cursor {
        Cursor::before_frame(self.engine.store.last_frame() + 1)
    }

    /// The events of a frame, in order. Waits for a disk now and then.
    pub fn of_frame(&self, frame: &Frame) -> Result<Events, Error> {
        let _one_at_a_time = locked(&self.lanes[usize::from(frame.stream.0[15]) % LANES]);
        if let Some(known) = locked(&self.frames).get(&frame.number) {
            return Ok(known.clone());
        }
        let recorded = projection::flow_events(frame)?;
        let events: Events = if recorded.is_empty() {
            Events::from([])
        } else {
            let mut fold = self.fold_before(frame)?;
            let events = fold.project(frame, recorded, &self.engine.catalog());
            let weight = fold.weight();
            locked(&self.folds).put((frame.stream, frame.version), fold, weight);
            events.into_iter().map(Arc::new).collect()
        };
        locked(&self.frames).put(frame.number, events.clone(), events.len());
        Ok(events)
    }

    /// Where the instances of the frame's stream stood before it: remembered, or told by the stream's own journal.
    fn fold_before(&self, frame: &Frame) -> Result<Fold, Error> {
        let (stream, before) = (frame.stream, frame.version - 1);
        let nearest = locked(&self.folds).take_last_within((stream, 0)..=(stream, before));
        let ((_, mut version), mut fold) = nearest.unwrap_or(((stream, 0), Fold::default()));
        while version < before {
            let limit = usize::try_from(before - version).unwrap_or(PAGE_FRAMES).min(PAGE_FRAMES);
            let frames = self.engine.store.journal(stream, version, limit)?;
            let Some(last) = frames.last() else {
                return Err(Error::Unreadable(format!("the journal of stream {stream} ends at {version}")));
            };
            version = last.version;
            for frame in &frames {
                fold.pass(projection::flow_events(frame)?);
            }
        }
        Ok(fold)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
