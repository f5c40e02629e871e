//! Reads the frames of all streams in the order of the journal, from any frame on.
//!
//! Owns: finding the place where a frame lies. Segments say in their headers with which frame they begin; within a
//! segment, marks in memory remember where groups began that were read before, so that whoever follows the journal's end
//! reads only what is new. Knows which frames are durable only by the number it is given.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use peygir_store::frame::Kind;
use peygir_store::{Error, FRAMES_BYTES_MAX, Frame};

use crate::disk::Disk;
use crate::layout::{JOURNAL_FOLDER, SEGMENT_HEADER_BYTES, segment_name, segment_number, segment_path};
use crate::reader::{Fault, Group, SegmentReader, segment_header};

/// Marks that are remembered; with more, every other one is forgotten.
const MARKS_MAX: usize = 16 << 10;
/// Bytes of a segment between two marks; roughly.
const MARK_EVERY_BYTES: u64 = 64 << 10;

/// Where a group begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    segment: u64,
    offset: u64,
}

/// What is known of where frames lie.
#[derive(Default)]
pub struct Places(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// Numbers of the segments and of their first frames, in order.
    segments: Vec<(u64, u64)>,
    /// By the number of the first frame of the group that begins there.
    marks: BTreeMap<u64, Mark>,
}

impl Places {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Frames from number `wanted` on, up to `limit`; `last` is the last that is durable.
    pub fn read(&self, disk: &dyn Disk, wanted: u64, last: u64, limit: usize) -> Result<Vec<Frame>, Error> {
        if wanted > last || limit == 0 {
            return Ok(Vec::new());
        }
        match self.read_from(disk, self.find(disk, wanted)?, wanted, last, limit) {
            Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                // Segments were taken away to an archive while this store was open.
                *self.lock() = Known::default();
                self.read_from(disk, self.find(disk, wanted)?, wanted, last, limit)
            }
            read => read,
        }
    }

    /// The nearest known place at or before a frame, with the number of the frame that begins there.
    fn find(&self, disk: &dyn Disk, wanted: u64) -> Result<(u64, Mark), Error> {
        let mut known = self.lock();
        known.look_at_segments(disk)?;
        let Some(&(segment, first)) = known.segments.iter().rfind(|(_, first)| *first <= wanted) else {
            let first = known.segments.first().map_or(0, |(_, first)| *first);
            return Err(Error::Archived { first });
        };
        let mark = known.marks.range(..=wanted).next_back().map(|(first, mark)| (*first, *mark));
        let start = (first, Mark { segment, offset: SEGMENT_HEADER_BYTES as u64 });
        Ok(mark.filter(|(_, mark)| mark.segment >= segment).unwrap_or(start))
    }

    fn read_from(
        &self,
        disk: &dyn Disk,
        (first, mark): (u64, Mark),
        wanted: u64,
        last: u64,
        limit: usize,
    ) -> Result<Vec<Frame>, Error> {
        let (mut segment, mut found, mut marked) = (mark.segment, Page::new(wanted, limit), mark);
        let fault = |segment: u64| move |fault: Fault| fault.into_error(segment);
        let mut reader = SegmentReader::open_at(disk, segment, mark.offset, first).map_err(fault(segment))?;
        while reader.next_frame() <= last && !found.is_full() {
            let Some(group) = reader.next().map_err(fault(segment))? else {
                segment += 1;
                reader = SegmentReader::open(disk, segment).map_err(fault(segment))?;
                continue;
            };
            let here = Mark { segment, offset: group.offset };
            if marked.segment != segment || here.offset >= marked.offset + MARK_EVERY_BYTES {
                self.lock().note(group.first_frame, here);
                marked = here;
            }
            found.take(&group, segment)?;
        }
        if found.has_all_of_its_last_group {
            self.lock().note(reader.next_frame(), Mark { segment, offset: reader.offset() });
        }
        Ok(found.frames)
    }
}

impl Known {
    /// Learns of the segments that are there now.
    fn look_at_segments(&mut self, disk: &dyn Disk) -> Result<(), Error> {
        if self.segments.is_empty() {
            let names = disk.list(JOURNAL_FOLDER).map_err(at(JOURNAL_FOLDER))?;
            let first = names.iter().filter_map(|name| segment_number(name)).min();
            self.segments.extend(first.and_then(|first| first_frame(disk, first).transpose()).transpose()?);
        }
        while let Some((last, _)) = self.segments.last() {
            match first_frame(disk, last + 1)? {
                Some(next) => self.segments.push(next),
                None => break,
            }
        }
        Ok(())
    }

    fn note(&mut self, first_frame: u64, mark: Mark) {
        self.marks.insert(first_frame, mark);
        if self.marks.len() > MARKS_MAX {
            let mut odd = false;
            self.marks.retain(|_, _| {
                odd = !odd;
                odd
            });
        }
    }
}

/// A segment's number and first frame; `None` where there is none yet, or only a part of its header.
fn first_frame(disk: &dyn Disk, number: u64) -> Result<Option<(u64, u64)>, Error> {
    let path = segment_path(number);
    let file = match disk.open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(at(&path))?,
    };
    let header = segment_header(&*file, number).map_err(at(&path))?;
    Ok(header.ok().map(|header| (number, header.first_frame)))
}

fn at(path: &str) -> impl Fn(io::Error) -> Error {
    move |source| Error::Io { path: path.to_owned(), source }
}

/// Frames that are being gathered for one answer.
struct Page {
    frames: Vec<Frame>,
    wanted: u64,
    limit: usize,
    bytes: usize,
    /// The next answer can begin with the group behind.
    has_all_of_its_last_group: bool,
}

impl Page {
    fn new(wanted: u64, limit: usize) -> Self {
        Self { frames: Vec::new(), wanted, limit, bytes: 0, has_all_of_its_last_group: false }
    }

    fn is_full(&self) -> bool {
        self.frames.len() >= self.limit || self.bytes >= FRAMES_BYTES_MAX
    }

    /// Takes the frames of a group that are wanted and have room.
    fn take(&mut self, group: &Group, segment: u64) -> Result<(), Error> {
        self.has_all_of_its_last_group = true;
        let wanted = self.wanted;
        let frames = |header: &peygir_store::frame::Header| header.kind == Kind::Commit && header.number >= wanted;
        for (offset, record) in group.records().filter(|(_, record)| frames(&record.header)) {
            if self.is_full() {
                self.has_all_of_its_last_group = false;
                return Ok(());
            }
            let frame = Frame::of_record(&record).map_err(|error| Error::Damaged {
                segment: segment_name(segment),
                offset,
                what: error.to_string(),
            })?;
            self.bytes += record.len();
            self.frames.push(frame);
        }
        Ok(())
    }
}
