//! The second half of a start: reads the journal from the base on, checks it, and makes the changes again.
//!
//! Owns: what of the journal is checked on the way, the difference between a fault of the journal and one of the rows it
//! started from, and the cut of a torn end.

use std::collections::BTreeMap;
use std::io;

use peygir_core::Moment;
use peygir_store::frame::{Kind, Record};
use peygir_store::space::{self, Head};
use peygir_store::{Error, StreamId, body};

use crate::aside;
use crate::disk::{Disk, File};
use crate::journal::Journal;
use crate::layout::{Flaw, JOURNAL_FOLDER, SegmentHeader, segment_name, segment_path};
use crate::marker::End;
use crate::options::{Cut, IndexFound, OpeningReport};
use crate::positions::{self, Position};
use crate::proof::shortened;
use crate::reader::{Fault, Group, SegmentReader};
use crate::recovery::{Base, Failed, Opening, Recovered, damaged, io_at};
use crate::rows::Rows;
use crate::seal::{Link, Moved, Seal};
use crate::snapshot::Span;

/// Reads the journal from the base on and makes the changes again.
pub struct Redo<'a> {
    opening: &'a Opening<'a>,
    base: Span,
    /// Whether the index is the one that was found.
    is_kept: bool,
    rows: Rows,
    sealed: Link,
    moved: Moved,
    /// Heads of the index that are further than the frames that were made again so far.
    ahead: BTreeMap<StreamId, Head>,
    at: Moment,
    next_frame: u64,
    redone: u64,
    /// Bytes behind the newest snapshot.
    grown: u64,
    /// The last segment: where its last whole group ends, that group, and what lies behind.
    end: u64,
    last_group: Option<Group>,
    torn: Option<Torn>,
}

/// What is no whole group at the journal's end.
struct Torn {
    bytes: u64,
    flaw: Flaw,
}

impl<'a> Redo<'a> {
    pub fn new(opening: &'a Opening<'a>, base: Span, is_kept: bool, rows: Rows) -> Self {
        Self {
            opening,
            base,
            is_kept,
            rows,
            sealed: Link { number: 0, hash: [0; 32], last_frame: 0 },
            moved: Moved::new(),
            ahead: BTreeMap::new(),
            at: Moment(0),
            next_frame: 0,
            redone: 0,
            grown: 0,
            end: 0,
            last_group: None,
            torn: None,
        }
    }

    pub fn run(&mut self) -> Result<(), Failed> {
        let first = self.opening.first_to_read(self.base.begun)?;
        let header = self.opening.segments[first].1;
        self.grown = self.opening.unread_growth(first)?;
        // A segment is begun only when all frames before it are sealed.
        self.sealed = Link { number: header.seal_number, hash: header.seal_hash, last_frame: header.first_frame - 1 };
        self.next_frame = header.first_frame;
        for index in first..self.opening.segments.len() {
            let number = self.opening.segments[index].0;
            self.segment(number, index + 1 == self.opening.segments.len())?;
        }
        Ok(())
    }

    fn segment(&mut self, number: u64, last: bool) -> Result<(), Failed> {
        let fault = |fault: Fault| fault.into_error(number);
        let mut reader = SegmentReader::open(&*self.opening.disk, number).map_err(fault)?;
        let header = reader.header;
        if header.first_frame != self.next_frame {
            return Err(Failed::Journal(damaged(number, 0, "frames are missing before the segment")));
        }
        if (header.seal_number, header.seal_hash) != (self.sealed.number, self.sealed.hash) || !self.moved.is_empty() {
            return Err(Failed::Journal(damaged(number, 0, "the segment does not follow the last seal before it")));
        }
        self.last_group = None;
        loop {
            match reader.next() {
                Ok(Some(group)) => {
                    self.group(number, &group)?;
                    self.last_group = Some(group);
                }
                Ok(None) => break,
                Err(Fault::Broken { flaw: flaw @ (Flaw::Short | Flaw::Garbled), .. })
                    if last && self.is_torn(&mut reader, number)? =>
                {
                    let length = reader.length().map_err(|source| fault(Fault::Io(source)))?;
                    self.torn = Some(Torn { bytes: length - reader.offset(), flaw });
                    break;
                }
                Err(other) => return Err(Failed::Journal(fault(other))),
            }
        }
        self.end = reader.offset();
        Ok(())
    }

    fn is_torn(&self, reader: &mut SegmentReader, number: u64) -> Result<bool, Error> {
        Ok(reader.later_group().map_err(io_at(&segment_path(number)))?.is_none())
    }

    /// The last group may be in the system's memory alone until [`Redo::finish`] has brought it to the disk, and the index must
    /// not know of it before that: what is full goes there before a group, never within one.
    fn group(&mut self, segment: u64, group: &Group) -> Result<(), Failed> {
        self.rows.wait_for_room()?;
        for (offset, record) in group.records() {
            match record.header.kind {
                Kind::Commit => self.frame(segment, offset, &record)?,
                Kind::Seal => self.seal(segment, offset, &record)?,
            }
        }
        Ok(())
    }

    fn frame(&mut self, segment: u64, offset: u64, record: &Record<'_>) -> Result<(), Failed> {
        let (header, hash) = (&record.header, record.hash());
        self.next_frame = header.number + 1;
        self.at = header.at;
        if header.number > self.opening.newest_snapshot() {
            self.grown += record.len() as u64;
        }
        self.moved.insert(header.stream, Head { version: header.version, hash });
        let broken = |what: String| Failed::Journal(damaged(segment, offset, what));
        let body = || body::decode(record.body).map_err(|error| broken(error.to_string()));
        if header.number <= self.base.begun {
            let looks = self.opening.looks_behind();
            return if looks { self.opening.know(segment, offset, record, &body()?) } else { Ok(()) };
        }
        self.check_chain(segment, offset, record)?;
        let body = body()?;
        self.opening.know(segment, offset, record, &body)?;
        let mut changes = space::changes(header, hash, &body);
        let packed = u32::try_from(segment).ok().zip(u32::try_from(offset).ok());
        let (at_segment, at_offset) = packed.ok_or_else(|| broken("the segment is too long".into()))?;
        let position = Position { segment: at_segment, offset: at_offset };
        changes.push(positions::noted(&|key| self.rows.get(key), header.stream, header.version, position)?);
        self.rows.add(changes, header.number);
        self.redone += 1;
        Ok(())
    }

    /// A frame follows its stream's head, or the rows already hold what it did: a snapshot that caught it, or an index that was
    /// being written when its process was killed. Such an index is ahead of its mark, and has to be met by a later frame.
    fn check_chain(&mut self, segment: u64, offset: u64, record: &Record<'_>) -> Result<(), Failed> {
        let header = &record.header;
        let head = match self.rows.get(&space::head(header.stream))? {
            Some(bytes) => Head::decode(&bytes)?,
            None => Head::NONE,
        };
        let follows = head.version + 1 == header.version && head.hash == header.previous;
        let is_there = head.version >= header.version;
        let caught = is_there && header.number <= self.base.ended;
        if is_there && !caught && self.is_kept {
            self.ahead.entry(header.stream).or_insert(head);
        } else if !follows && !caught {
            return Err(self.unfit(segment, offset, header.number));
        }
        match self.ahead.get(&header.stream) {
            Some(ahead) if ahead.version != header.version => Ok(()),
            Some(ahead) if ahead.hash != record.hash() => Err(self.unfit(segment, offset, header.number)),
            _ => {
                self.ahead.remove(&header.stream);
                Ok(())
            }
        }
    }

    fn unfit(&self, segment: u64, offset: u64, frame: u64) -> Failed {
        let what = format!("frame {frame} does not follow its stream's frame before it");
        // With rows made from the journal's first frame nobody else can be at fault.
        match self.base.begun {
            0 if !self.is_kept => Failed::Journal(damaged(segment, offset, what)),
            _ => Failed::Base(format!("{}, offset {offset}: {what}", segment_name(segment))),
        }
    }

    fn seal(&mut self, segment: u64, offset: u64, record: &Record<'_>) -> Result<(), Failed> {
        let broken = |what: String| Failed::Journal(damaged(segment, offset, what));
        let seal = Seal::of_record(record, segment).map_err(|error| broken(error.to_string()))?;
        if let Some(what) = seal.fault(record, &self.sealed, &self.moved, self.next_frame - 1) {
            return Err(broken(what.to_owned()));
        }
        self.sealed = seal.link();
        self.moved.clear();
        if seal.last_frame >= self.base.begun {
            let (key, value) = seal.row();
            let last_frame = self.rows.last_frame();
            self.rows.add([(key, Some(value))], last_frame);
        }
        Ok(())
    }

    /// What is about to be cut off; that which may have been acknowledged is kept aside first.
    fn cut(&self, segment: u64, torn: &Torn) -> Cut {
        let is_doubtful = torn.flaw == Flaw::Garbled;
        let keep = || aside::keep(&*self.opening.disk, segment, &segment_path(segment), self.end, torn.bytes);
        let kept = is_doubtful.then(keep).and_then(|kept| {
            // A full disk has to be able to start: what is cut off makes room.
            kept.inspect_err(|error| tracing::error!(%error, "the journal's damaged end could not be kept")).ok()
        });
        Cut { segment: segment_name(segment), offset: self.end, bytes: torn.bytes, is_doubtful, kept }
    }

    /// Cuts what is torn and makes sure that the last group is on the disk.
    pub fn finish(self, acknowledged: End, base: &Base) -> Result<Recovered, Failed> {
        let opening = self.opening;
        let (number, header) = *opening.segments.last().expect("there is a segment, or nothing would be recovered");
        let last_frame = self.next_frame - 1;
        let end = End { last_frame, place: (number, self.end) };
        if end.is_before(&acknowledged) {
            return Err(Failed::Journal(shortened(end, acknowledged)));
        }
        // No frame made these: the index is another journal's, or this one's of another time.
        if let Some((stream, head)) = self.ahead.iter().next() {
            return Err(Failed::Base(format!(
                "the index has version {} of {stream}, which is no frame's",
                head.version
            )));
        }
        let path = segment_path(number);
        let cut = self.torn.as_ref().map(|torn| self.cut(number, torn));
        let file = opening.disk.open_to_write(&path).map_err(io_at(&path))?;
        settle(&*opening.disk, &*file, &header, self.end, self.last_group.as_ref()).map_err(io_at(&path))?;
        let report = OpeningReport {
            last_frame,
            segments: opening.segments.len(),
            cut: cut.or_else(|| opening.torn_segment.clone()),
            index: match base {
                Base::Kept => IndexFound::Kept { applied: self.base.begun },
                Base::Rebuilt { snapshot, reason } => {
                    IndexFound::Rebuilt { reason: reason.clone(), snapshot: *snapshot }
                }
            },
            frames_redone: self.redone,
            snapshots_refused: Vec::new(),
        };
        let journal = Journal {
            disk: opening.disk.clone(),
            id: opening.journal,
            segment: number,
            file,
            offset: self.end,
            next_frame: self.next_frame,
            at: self.at,
            sealed: self.sealed,
            moved: self.moved,
        };
        let frames = last_frame.saturating_sub(opening.newest_snapshot());
        Ok(Recovered { journal, rows: self.rows, report, grown: (self.grown, frames) })
    }
}

/// Cuts the end off, and writes the last group once more. A sync that failed before the start may have left that group
/// in the system's memory alone, marked as written: only writing it again brings it to the disk. The same holds for a cut
/// that an earlier start made: a file that looks as if it ended here may be longer on the disk.
fn settle(disk: &dyn Disk, file: &dyn File, header: &SegmentHeader, end: u64, last: Option<&Group>) -> io::Result<()> {
    file.truncate(end)?;
    match last {
        Some(group) => file.write_at(group.offset, &group.bytes(header.journal))?,
        None => file.write_at(0, &header.encode())?,
    }
    file.sync()?;
    disk.sync_folder(JOURNAL_FOLDER)
}
