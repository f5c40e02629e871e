//! Reads a whole journal and says whether all of it holds together.
//!
//! Owns: the walk over every segment with all that can be checked: check sums, numbers, the chain of every stream, the
//! root and the chain of every seal, and that the snapshots are whole. It writes nothing and takes no lock, so that it
//! runs while a store writes: what is at the end then is told, not held against the journal.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::Path;

use peygir_core::Moment;
use peygir_store::frame::{Kind, Record};
use peygir_store::space::Head;
use peygir_store::{Error, FrameHash, StreamId, body};

use crate::disk::{Disk, RealDisk};
use crate::layout::{Flaw, JOURNAL_FOLDER, segment_name, segment_number, segment_path};
use crate::marker::End;
use crate::proof::Beside;
use crate::reader::{Fault, Group, SegmentReader};
use crate::seal::{Link, Moved, Seal};
use crate::snapshot::{self, Block};

/// How often an end that is not whole is looked at again: a writer may be in the middle of it.
const TAIL_TRIES: usize = 3;

/// How far a verification is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Segments read, and in all.
    pub segments_done: usize,
    pub segments: usize,
    /// Bytes read, and in all when the verification began.
    pub bytes_done: u64,
    pub bytes: u64,
    pub frames: u64,
}

/// What a verification has seen; damage is an error instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    pub segments: usize,
    pub bytes: u64,
    pub frames: u64,
    pub streams: usize,
    pub seals: u64,
    /// Numbers of the first and the last frame; the first is more than 1 where earlier segments were archived.
    pub first_frame: u64,
    pub last_frame: u64,
    /// Hash of the last seal, to be compared with one that was kept elsewhere; `None` without seals.
    pub last_seal: Option<FrameHash>,
    /// Every seal that was read, by its number: what receipts are held against.
    pub sealed: BTreeMap<u64, FrameHash>,
    /// Time of the last frame.
    pub last_at: Option<Moment>,
    /// Something that is not a whole group lies at the end: the store writes there now, or was stopped while it did. The
    /// next start cuts it off.
    pub tail: Option<Tail>,
    /// Snapshots that were read whole, by the frame at which they begin.
    pub snapshots: Vec<u64>,
    /// Snapshots that can't be used, and why. The journal stands in for them.
    pub snapshots_refused: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tail {
    pub segment: String,
    pub offset: u64,
    pub bytes: u64,
    /// All of it may be there: it may have been acknowledged, and damaged since.
    pub is_doubtful: bool,
}

/// Verifies the journal in the folder of a store.
pub fn verify(folder: &Path, progress: &mut dyn FnMut(Progress)) -> Result<VerifyReport, Error> {
    verify_on(&RealDisk::new(folder), progress)
}

/// The same, and shows every row that a frame puts, as key and value: for whoever would else read the journal once more.
pub fn verify_showing(folder: &Path, shown: &mut dyn FnMut(&[u8], &[u8])) -> Result<VerifyReport, Error> {
    walk(&RealDisk::new(folder), &mut |_| (), shown)
}

/// Verifies the journal on a disk.
pub fn verify_on(disk: &dyn Disk, progress: &mut dyn FnMut(Progress)) -> Result<VerifyReport, Error> {
    walk(disk, progress, &mut |_, _| ())
}

fn walk(
    disk: &dyn Disk,
    progress: &mut dyn FnMut(Progress),
    shown: &mut dyn FnMut(&[u8], &[u8]),
) -> Result<VerifyReport, Error> {
    let beside = Beside::of(disk)?;
    let mut numbers = numbers(disk)?;
    let Some(&first) = numbers.first() else {
        return Err(Error::Refused("there is no journal here".into()));
    };
    let mut walk = Walk::new(disk, first, &numbers, shown)?;
    let mut number = first;
    loop {
        let last = numbers.last() == Some(&number);
        if walk.segment(number, last, progress)? {
            number += 1;
            continue;
        }
        // A writer may have gone on to another segment meanwhile.
        numbers = self::numbers(disk)?;
        if numbers.last() == Some(&number) {
            break;
        }
    }
    let mut report = walk.report();
    let end = walk.resume.as_ref().map_or(0, SegmentReader::offset);
    let end = End { last_frame: report.last_frame, place: (number, end) };
    beside.prove(disk, (walk.journal, first), end)?;
    verify_snapshots(disk, walk.journal, &mut report)?;
    Ok(report)
}

fn io_at(path: &str) -> impl Fn(io::Error) -> Error {
    move |source| Error::Io { path: path.to_owned(), source }
}

fn numbers(disk: &dyn Disk) -> Result<Vec<u64>, Error> {
    let names = disk.list(JOURNAL_FOLDER).map_err(io_at(JOURNAL_FOLDER))?;
    let numbers: Vec<u64> = names.iter().filter_map(|name| segment_number(name)).collect();
    for pair in numbers.windows(2) {
        if pair[1] != pair[0] + 1 {
            return Err(damaged(pair[0] + 1, 0, "the segment is missing"));
        }
    }
    Ok(numbers)
}

fn damaged(segment: u64, offset: u64, what: impl Into<String>) -> Error {
    Error::Damaged { segment: segment_name(segment), offset, what: what.into() }
}

struct Walk<'a> {
    disk: &'a dyn Disk,
    journal: u64,
    first_frame: u64,
    next_frame: u64,
    /// Only looked up, never walked through.
    heads: HashMap<StreamId, Head>,
    moved: Moved,
    sealed: Link,
    seals: u64,
    all_sealed: BTreeMap<u64, FrameHash>,
    last_at: Option<Moment>,
    segments_done: usize,
    segments: usize,
    bytes_done: u64,
    bytes: u64,
    tail: Option<Tail>,
    shown: &'a mut dyn FnMut(&[u8], &[u8]),
    /// Where to go on in a segment that had come to its end.
    resume: Option<SegmentReader>,
}

impl<'a> Walk<'a> {
    fn new(
        disk: &'a dyn Disk,
        first: u64,
        numbers: &[u64],
        shown: &'a mut dyn FnMut(&[u8], &[u8]),
    ) -> Result<Self, Error> {
        let mut bytes = 0;
        for &number in numbers {
            let path = segment_path(number);
            bytes += disk.open(&path).and_then(|file| file.length()).map_err(io_at(&path))?;
        }
        let header = SegmentReader::open(disk, first).map_err(|fault| fault.into_error(first))?.header;
        Ok(Self {
            disk,
            journal: header.journal,
            first_frame: header.first_frame,
            next_frame: header.first_frame,
            heads: HashMap::new(),
            moved: Moved::new(),
            sealed: Link { number: header.seal_number, hash: header.seal_hash, last_frame: header.first_frame - 1 },
            seals: 0,
            all_sealed: BTreeMap::new(),
            last_at: None,
            segments_done: 0,
            segments: numbers.len(),
            bytes_done: 0,
            bytes,
            tail: None,
            shown,
            resume: None,
        })
    }

    /// Reads a segment; false where it is the last that was known, and its end was reached.
    fn segment(&mut self, number: u64, last: bool, progress: &mut dyn FnMut(Progress)) -> Result<bool, Error> {
        let fault = |fault: Fault| fault.into_error(number);
        let mut reader = match self.resume.take() {
            Some(reader) => reader,
            None => match SegmentReader::open(self.disk, number) {
                Ok(reader) => self.begin(number, reader)?,
                // A segment whose header is just being written has nothing in it yet.
                Err(Fault::Broken { offset, .. }) if last && number > 1 && self.is_header_only(number)? => {
                    self.tail = Some(Tail { segment: segment_name(number), offset, bytes: 0, is_doubtful: false });
                    return Ok(false);
                }
                Err(other) => return Err(fault(other)),
            },
        };
        self.tail = None;
        while let Some(group) = self.next_group(number, &mut reader)? {
            self.bytes_done += group.end() - group.offset;
            self.group(number, &group)?;
            progress(self.progress());
        }
        if last {
            self.resume = Some(reader);
            return Ok(false);
        }
        if let Some(tail) = self.tail.take() {
            return Err(damaged(number, tail.offset, "a group is damaged, and segments follow it"));
        }
        self.segments_done += 1;
        progress(self.progress());
        Ok(true)
    }

    /// The next group; none at the end, be it a torn one or one that is just being written.
    fn next_group(&mut self, number: u64, reader: &mut SegmentReader) -> Result<Option<Group>, Error> {
        let mut tries = 0;
        loop {
            tries += 1;
            let broken = match reader.next() {
                Ok(group) => return Ok(group),
                Err(broken @ Fault::Broken { flaw: Flaw::Short | Flaw::Garbled, .. }) => broken,
                Err(other) => return Err(other.into_error(number)),
            };
            if tries < TAIL_TRIES {
                continue;
            }
            let path = segment_path(number);
            let io = io_at(&path);
            if reader.later_group().map_err(&io)?.is_none() {
                let bytes = reader.length().map_err(io)?.saturating_sub(reader.offset());
                let is_doubtful = matches!(broken, Fault::Broken { flaw: Flaw::Garbled, .. });
                let (segment, offset) = (segment_name(number), reader.offset());
                self.tail = Some(Tail { segment, offset, bytes, is_doubtful });
                return Ok(None);
            }
            // The writer may have finished this group and begun the next between the two looks.
            if tries > TAIL_TRIES {
                return Err(broken.into_error(number));
            }
        }
    }

    fn is_header_only(&self, number: u64) -> Result<bool, Error> {
        let path = segment_path(number);
        let length = self.disk.open(&path).and_then(|file| file.length()).map_err(io_at(&path))?;
        Ok(length <= crate::layout::SEGMENT_HEADER_BYTES as u64)
    }

    fn begin(&mut self, number: u64, reader: SegmentReader) -> Result<SegmentReader, Error> {
        let header = &reader.header;
        if header.journal != self.journal {
            return Err(damaged(number, 0, "the segment belongs to another journal"));
        }
        if header.first_frame != self.next_frame {
            return Err(damaged(number, 0, "frames are missing before the segment"));
        }
        let follows = (header.seal_number, header.seal_hash) == (self.sealed.number, self.sealed.hash);
        if !follows || !self.moved.is_empty() {
            return Err(damaged(number, 0, "the segment does not follow the last seal before it"));
        }
        self.bytes_done += reader.offset();
        Ok(reader)
    }

    fn group(&mut self, segment: u64, group: &Group) -> Result<(), Error> {
        for (offset, record) in group.records() {
            match record.header.kind {
                Kind::Commit => self.frame(segment, offset, &record)?,
                Kind::Seal => self.seal(segment, offset, &record)?,
            }
        }
        Ok(())
    }

    fn frame(&mut self, segment: u64, offset: u64, record: &Record<'_>) -> Result<(), Error> {
        let header = &record.header;
        let before = self.heads.get(&header.stream);
        // With archived segments the beginning of a stream's chain is not here.
        let unknown = before.is_none() && self.first_frame > 1;
        let before = before.copied().unwrap_or(Head::NONE);
        if !unknown && (before.version + 1, before.hash) != (header.version, header.previous) {
            let what = format!("frame {} does not follow its stream's frame before it", header.number);
            return Err(damaged(segment, offset, what));
        }
        let body = body::decode(record.body).map_err(|error| damaged(segment, offset, error.to_string()))?;
        for row in &body.rows {
            row.value.into_iter().for_each(|value| (self.shown)(row.key, value));
        }
        let head = Head { version: header.version, hash: record.hash() };
        self.heads.insert(header.stream, head);
        self.moved.insert(header.stream, head);
        self.next_frame = header.number + 1;
        self.last_at = Some(header.at);
        Ok(())
    }

    fn seal(&mut self, segment: u64, offset: u64, record: &Record<'_>) -> Result<(), Error> {
        let seal = Seal::of_record(record, segment).map_err(|error| damaged(segment, offset, error.to_string()))?;
        if let Some(what) = seal.fault(record, &self.sealed, &self.moved, self.next_frame - 1) {
            return Err(damaged(segment, offset, what));
        }
        self.sealed = seal.link();
        self.moved.clear();
        self.seals += 1;
        self.all_sealed.insert(seal.number, seal.hash);
        Ok(())
    }

    fn progress(&self) -> Progress {
        Progress {
            segments_done: self.segments_done,
            segments: self.segments,
            bytes_done: self.bytes_done,
            bytes: self.bytes.max(self.bytes_done),
            frames: self.next_frame - self.first_frame,
        }
    }

    fn report(&self) -> VerifyReport {
        VerifyReport {
            segments: self.segments_done + 1,
            bytes: self.bytes_done,
            frames: self.next_frame - self.first_frame,
            streams: self.heads.len(),
            seals: self.seals,
            first_frame: self.first_frame,
            last_frame: self.next_frame - 1,
            last_seal: (self.sealed.number > 0).then_some(self.sealed.hash),
            sealed: self.all_sealed.clone(),
            last_at: self.last_at,
            tail: self.tail.clone(),
            snapshots: Vec::new(),
            snapshots_refused: Vec::new(),
        }
    }
}

/// A snapshot that vanished while it was read was removed by the store, which keeps the newest ones.
/// Every block of a snapshot.
pub fn read_snapshot(disk: &dyn Disk, journal: u64, begun: u64) -> Result<(), snapshot::Fault> {
    let mut reader = snapshot::Reader::open(disk, journal, begun)?;
    while !matches!(reader.next()?, Block::End(_)) {}
    Ok(())
}

fn verify_snapshots(disk: &dyn Disk, journal: u64, report: &mut VerifyReport) -> Result<(), Error> {
    for begun in snapshot::finished(disk).map_err(io_at("snapshots"))? {
        match read_snapshot(disk, journal, begun) {
            Ok(()) => report.snapshots.push(begun),
            Err(snapshot::Fault::Io(error)) if error.kind() == io::ErrorKind::NotFound => {}
            Err(snapshot::Fault::Io(source)) => return Err(Error::Io { path: snapshot::name(begun), source }),
            Err(snapshot::Fault::Broken(what)) => report.snapshots_refused.push((snapshot::name(begun), what)),
        }
    }
    Ok(())
}
