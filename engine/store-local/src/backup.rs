//! What a backup takes along, and how a journal is brought back to a moment.
//!
//! Owns: where a journal may be copied beside the process that writes it, and the cut behind a frame. It takes no lock:
//! closed segments never change, and of the last one only whole groups count. Knows nothing of where copies go.

use std::io;
use std::path::Path;

use peygir_core::Moment;
use peygir_store::Error;
use peygir_store::frame::Kind;

use crate::disk::{Disk, RealDisk};
use crate::layout::{
    Flaw, GROUP_HEADER_BYTES, JOURNAL_FOLDER, SEGMENT_HEADER_BYTES, SNAPSHOT_FOLDER, segment_name, segment_number,
    segment_path,
};
use crate::marker::End;
use crate::proof::Beside;
use crate::reader::{Fault, Group, SegmentReader, group_bytes};
use crate::snapshot;
use crate::verify::read_snapshot;

/// How often an inventory is taken anew when the store goes on to another segment meanwhile.
const TRIES: usize = 8;

/// A file of the store's folder, and how much of it belongs to a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Relative to the store's folder.
    pub path: String,
    pub bytes: u64,
    /// Nothing is ever written to it again: a copy that was made once is good for ever.
    pub closed: bool,
}

/// What makes up the store as of one frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    pub journal: u64,
    pub first_frame: u64,
    pub last_frame: u64,
    /// Time of the last frame; `None` without frames in the last segment.
    pub last_at: Option<Moment>,
    /// What lies behind the last whole group has its length and does not agree with its check sum: it is being written, or was
    /// torn, or was acknowledged and damaged since.
    pub is_end_doubtful: bool,
    /// Segments, oldest first.
    pub segments: Vec<Part>,
    /// The newest snapshot that has nothing of later frames, by the looks of its two ends.
    pub snapshot: Option<Part>,
    /// The frame at which that was begun.
    pub snapshot_frame: u64,
}

impl Inventory {
    /// Leaves out a snapshot that is damaged: what is wrong with it. It is read whole.
    pub fn without_damaged_snapshot(&mut self, folder: &Path) -> Result<Option<String>, Error> {
        self.without_damaged_snapshot_on(&RealDisk::new(folder))
    }

    /// The same on any disk.
    pub fn without_damaged_snapshot_on(&mut self, disk: &dyn Disk) -> Result<Option<String>, Error> {
        let Some(part) = self.snapshot.take() else { return Ok(None) };
        let what = match read_snapshot(disk, self.journal, self.snapshot_frame) {
            Ok(()) => {
                self.snapshot = Some(part);
                return Ok(None);
            }
            Err(snapshot::Fault::Io(source)) => return Err(Error::Io { path: part.path, source }),
            Err(snapshot::Fault::Broken(what)) => what,
        };
        if self.first_frame > 1 {
            let why = format!("the journal's earlier segments are archived, and {} is damaged: {what}", part.path);
            return Err(Error::Refused(why));
        }
        Ok(Some(format!("{}: {what}", part.path)))
    }
}

/// Looks at a store's folder, be it open in another process or not.
pub fn inventory(folder: &Path) -> Result<Inventory, Error> {
    inventory_on(&RealDisk::new(folder))
}

/// The same on any disk.
pub fn inventory_on(disk: &dyn Disk) -> Result<Inventory, Error> {
    for attempt in 1..=TRIES {
        let beside = Beside::of(disk)?;
        let mut numbers = numbers(disk)?;
        let newest = numbers.last().copied();
        // Nobody writes a header for that long: a process was killed before it did, and the next start removes the file.
        if attempt == TRIES
            && let Some(begun) = newest.filter(|_| numbers.len() > 1)
            && matches!(SegmentReader::open(disk, begun), Err(Fault::Broken { .. }))
            && length(disk, &segment_path(begun))? <= SEGMENT_HEADER_BYTES as u64
        {
            numbers.pop();
        }
        let (Some(&first), Some(&last)) = (numbers.first(), numbers.last()) else {
            return Err(Error::Refused("there is no journal here".into()));
        };
        let fault = |number: u64| move |fault: Fault| fault.into_error(number);
        let mut reader = match SegmentReader::open(disk, last) {
            Ok(reader) => reader,
            // Its header is just being written: the segment before is closed by then, and another look sees it.
            Err(Fault::Broken { .. }) if last > first && attempt < TRIES => continue,
            Err(other) => return Err(fault(last)(other)),
        };
        let journal = reader.header.journal;
        let (end, last_at, is_end_doubtful) = whole_groups(&mut reader).map_err(fault(last))?;
        if self::numbers(disk)?.last().copied() != newest {
            continue;
        }
        let first_frame = SegmentReader::open(disk, first).map_err(fault(first))?.header.first_frame;
        let last_frame = reader.next_frame() - 1;
        beside.prove(disk, (journal, first), End { last_frame, place: (last, end) })?;
        let mut segments = Vec::with_capacity(numbers.len());
        for &number in &numbers {
            let (path, closed) = (segment_path(number), number < last);
            let bytes = if closed { length(disk, &path)? } else { end };
            segments.push(Part { path, bytes, closed });
        }
        let (snapshot_frame, snapshot) = match newest_snapshot(disk, journal, last_frame)? {
            Some((begun, part)) => (begun, Some(part)),
            None => (0, None),
        };
        return Ok(Inventory {
            journal,
            first_frame,
            last_frame,
            last_at,
            is_end_doubtful,
            segments,
            snapshot,
            snapshot_frame,
        });
    }
    Err(Error::Refused("the journal goes on to further segments faster than it can be looked at".into()))
}

/// Where the last whole group ends, the time of the last frame, and whether what is behind has its length. It is being written,
/// or was torn.
fn whole_groups(reader: &mut SegmentReader) -> Result<(u64, Option<Moment>, bool), Fault> {
    let mut last_at = None;
    loop {
        match reader.next() {
            Ok(Some(group)) => {
                last_at = commits(&group).map(|(_, _, at)| at).last().or(last_at);
            }
            Ok(None) | Err(Fault::Broken { flaw: Flaw::Short, .. }) => return Ok((reader.offset(), last_at, false)),
            Err(Fault::Broken { flaw: Flaw::Garbled, .. }) => return Ok((reader.offset(), last_at, true)),
            Err(other) => return Err(other),
        }
    }
}

/// Offset, number and time of each frame of a group.
fn commits(group: &Group) -> impl Iterator<Item = (u64, u64, Moment)> {
    group
        .records()
        .filter(|(_, record)| record.header.kind == Kind::Commit)
        .map(|(offset, record)| (offset, record.header.number, record.header.at))
}

fn newest_snapshot(disk: &dyn Disk, journal: u64, last_frame: u64) -> Result<Option<(u64, Part)>, Error> {
    for begun in snapshot::finished(disk).map_err(io_at(SNAPSHOT_FOLDER))?.into_iter().rev() {
        let span = snapshot::Reader::open(disk, journal, begun).and_then(|reader| reader.span());
        // One that vanished or is broken is no part of a backup: the journal is the truth.
        if span.is_ok_and(|span| span.ended <= last_frame) {
            let path = format!("{SNAPSHOT_FOLDER}/{}", snapshot::name(begun));
            let Ok(bytes) = length(disk, &path) else { continue };
            return Ok(Some((begun, Part { path, bytes, closed: true })));
        }
    }
    Ok(None)
}

/// Up to where a journal is brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// With this frame.
    Frame(u64),
    /// Up to the first frame that is later than this.
    At(Moment),
}

/// What a cut has left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutBack {
    pub last_frame: u64,
    pub last_at: Option<Moment>,
    /// Frames behind the point.
    pub frames_left_out: u64,
    pub snapshots_left_out: usize,
}

/// Leaves out of a copied store's folder everything behind a point. Not for a folder that a process has open.
pub fn cut_back(folder: &Path, point: Point) -> Result<CutBack, Error> {
    cut_back_on(&RealDisk::new(folder), point)
}

/// The same on any disk.
pub fn cut_back_on(disk: &dyn Disk, point: Point) -> Result<CutBack, Error> {
    let numbers = numbers(disk)?;
    let mut found = Search { point, last: None, cut: None, left_out: 0 };
    for &number in &numbers {
        let fault = |fault: Fault| fault.into_error(number);
        let mut reader = SegmentReader::open(disk, number).map_err(fault)?;
        while let Some(group) = reader.next().map_err(fault)? {
            found.group(number, reader.header.journal, &group);
        }
    }
    let Some((last_frame, last_at)) = found.last else {
        return Err(Error::Refused("everything in this backup is later than the moment asked for".into()));
    };
    if let Some(cut) = &found.cut {
        cut.carry_out(disk, &numbers)?;
    }
    let journal = numbers.first().map(|&first| SegmentReader::open(disk, first).map_err(|f| f.into_error(first)));
    let journal = journal.transpose()?.map_or(0, |reader| reader.header.journal);
    let snapshots_left_out = drop_snapshots(disk, journal, last_frame)?;
    Ok(CutBack { last_frame, last_at: Some(last_at), frames_left_out: found.left_out, snapshots_left_out })
}

struct Search {
    point: Point,
    /// The last frame that stays.
    last: Option<(u64, Moment)>,
    cut: Option<CutAt>,
    left_out: u64,
}

/// The group in which the first frame lies that goes, and what stays of it.
struct CutAt {
    segment: u64,
    offset: u64,
    /// The group anew, with the frames that stay; empty where none does.
    kept: Vec<u8>,
}

impl Search {
    fn group(&mut self, segment: u64, journal: u64, group: &Group) {
        for (offset, number, at) in commits(group) {
            let beyond = match self.point {
                Point::Frame(last) => number > last,
                Point::At(moment) => at > moment,
            };
            if self.cut.is_none() && beyond {
                self.cut = Some(CutAt { segment, offset: group.offset, kept: kept(group, journal, offset, number) });
            }
            match self.cut {
                None => self.last = Some((number, at)),
                Some(_) => self.left_out += 1,
            }
        }
    }
}

/// A group's bytes up to the record at `offset`, which is frame `number`.
fn kept(group: &Group, journal: u64, offset: u64, number: u64) -> Vec<u8> {
    let bytes = group.bytes(journal);
    let records = &bytes[GROUP_HEADER_BYTES..(offset - group.offset) as usize];
    let frames = u32::try_from(number - group.first_frame).expect("a group has fewer frames than 2^32");
    if records.is_empty() { Vec::new() } else { group_bytes(journal, group.first_frame, frames, records) }
}

impl CutAt {
    /// Later segments go first, the newest before the others: a restore that is broken off leaves no gap.
    fn carry_out(&self, disk: &dyn Disk, numbers: &[u64]) -> Result<(), Error> {
        for &number in numbers.iter().rev().filter(|number| **number > self.segment) {
            let path = segment_path(number);
            disk.remove(&path).map_err(io_at(&path))?;
        }
        let path = segment_path(self.segment);
        let io = io_at(&path);
        let file = disk.open_to_write(&path).map_err(&io)?;
        file.truncate(self.offset).map_err(&io)?;
        if !self.kept.is_empty() {
            file.write_at(self.offset, &self.kept).map_err(&io)?;
        }
        file.sync().and_then(|()| disk.sync_folder(JOURNAL_FOLDER)).map_err(&io)
    }
}

fn drop_snapshots(disk: &dyn Disk, journal: u64, last_frame: u64) -> Result<usize, Error> {
    let mut dropped = 0;
    for begun in snapshot::finished(disk).map_err(io_at(SNAPSHOT_FOLDER))? {
        let span = snapshot::Reader::open(disk, journal, begun).and_then(|reader| reader.span());
        if !span.is_ok_and(|span| span.ended <= last_frame) {
            let path = format!("{SNAPSHOT_FOLDER}/{}", snapshot::name(begun));
            disk.remove(&path).map_err(io_at(&path))?;
            dropped += 1;
        }
    }
    Ok(dropped)
}

fn numbers(disk: &dyn Disk) -> Result<Vec<u64>, Error> {
    let names = disk.list(JOURNAL_FOLDER).map_err(io_at(JOURNAL_FOLDER))?;
    let numbers: Vec<u64> = names.iter().filter_map(|name| segment_number(name)).collect();
    match numbers.windows(2).find(|pair| pair[1] != pair[0] + 1) {
        Some(pair) => {
            Err(Error::Damaged { segment: segment_name(pair[0] + 1), offset: 0, what: "the segment is missing".into() })
        }
        None => Ok(numbers),
    }
}

fn length(disk: &dyn Disk, path: &str) -> Result<u64, Error> {
    disk.open(path).and_then(|file| file.length()).map_err(io_at(path))
}

fn io_at(path: &str) -> impl Fn(io::Error) -> Error {
    move |source| Error::Io { path: path.to_owned(), source }
}
