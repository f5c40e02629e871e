//! Reading events on from a cursor: all of them, or those of one stream.

use std::sync::Arc;

use peygir_core::Id;
use peygir_store::{Frame, Version};

use super::{Cursor, Error, Lifecycle, LifecycleEvent};

/// Frames read from the store at once.
const FRAMES_AT_ONCE: usize = 128;
/// Frames looked at for one page: a filter that hardly anything passes gives a short page.
pub const PAGE_FRAMES_MAX: usize = 2_048;

/// A reader of events, and where it is.
#[derive(Clone)]
pub struct Follower {
    lifecycle: Arc<Lifecycle>,
    cursor: Cursor,
    /// Only this stream's frames, with the version up to which they were read.
    stream: Option<(Id, Version)>,
}

/// What one look gave.
#[derive(Debug, Clone)]
pub struct Page {
    /// Those that were wanted, in order.
    pub events: Vec<Arc<LifecycleEvent>>,
    /// Behind everything that was looked at.
    pub next: Cursor,
    /// There was nothing more.
    pub is_last: bool,
}

impl Follower {
    /// Goes on behind `cursor`. Fails where no event can stand there.
    pub fn new(lifecycle: Arc<Lifecycle>, cursor: Cursor, stream: Option<Id>) -> Result<Self, Error> {
        if cursor > lifecycle.end() {
            return Err(Error::UnknownCursor);
        }
        let follower = Self { lifecycle, cursor, stream: stream.map(|stream| (stream, 0)) };
        follower.look_at_cursor()?;
        Ok(follower)
    }

    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// A cursor within a frame has to be behind an event that the frame has.
    fn look_at_cursor(&self) -> Result<(), Error> {
        if self.cursor.index == 0 {
            return Ok(());
        }
        let frame = self.lifecycle.engine.store.frames(self.cursor.frame - 1, 1)?.pop();
        let events = frame.map(|frame| self.lifecycle.of_frame(&frame)).transpose()?;
        let there = events.is_some_and(|events| events.len() >= self.cursor.index as usize);
        if there { Ok(()) } else { Err(Error::UnknownCursor) }
    }

    /// The next events that are wanted, up to `limit`; `wanted` is asked once for each in order.
    pub fn page(
        &mut self,
        limit: usize,
        mut wanted: impl FnMut(&LifecycleEvent) -> Result<bool, Error>,
    ) -> Result<Page, Error> {
        let (mut events, mut looked_at) = (Vec::new(), 0);
        loop {
            let frames = self.frames()?;
            let is_last = frames.is_empty();
            if is_last || looked_at >= PAGE_FRAMES_MAX {
                return Ok(Page { events, next: self.cursor, is_last });
            }
            looked_at += frames.len();
            for frame in &frames {
                let skipped = if frame.number == self.cursor.frame { self.cursor.index as usize } else { 0 };
                for event in self.lifecycle.of_frame(frame)?.iter().skip(skipped) {
                    if events.len() == limit {
                        return Ok(Page { events, next: self.cursor, is_last: false });
                    }
                    if wanted(event)? {
                        events.push(event.clone());
                    }
                    self.cursor = event.cursor;
                }
                self.passed(frame);
            }
        }
    }

    /// The next frames, from that of the cursor on.
    fn frames(&self) -> Result<Vec<Frame>, Error> {
        let store = &self.lifecycle.engine.store;
        let Some((stream, mut version)) = self.stream else {
            return Ok(store.frames(self.cursor.frame - 1, FRAMES_AT_ONCE)?);
        };
        loop {
            let mut frames = store.journal(stream, version, FRAMES_AT_ONCE)?;
            let Some(last) = frames.last() else { return Ok(frames) };
            version = last.version;
            frames.retain(|frame| frame.number >= self.cursor.frame);
            if !frames.is_empty() {
                return Ok(frames);
            }
        }
    }

    fn passed(&mut self, frame: &Frame) {
        self.cursor = Cursor::before_frame(frame.number + 1);
        if let Some((_, version)) = &mut self.stream {
            *version = frame.version;
        }
    }
}
