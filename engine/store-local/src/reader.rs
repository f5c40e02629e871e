//! Reads the groups of one segment in order, checking everything that can be checked without the segments before.
//!
//! Owns: the difference between a torn end and damage. Knows no rows and no chains.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use peygir_store::Error;
use peygir_store::frame::{FrameError, Kind, Record};

use crate::disk::{Disk, File};
use crate::layout::{
    Flaw, GROUP_HEADER_BYTES, GROUP_MAGIC, GroupHeader, SEGMENT_HEADER_BYTES, SegmentHeader, segment_name, segment_path,
};
use crate::options::GROUP_BYTES_MAX;

/// Bytes read at once.
const WINDOW_BYTES: usize = 1 << 20;
/// Longest run of records in a group, in bytes: a full group and one more frame of the largest size.
pub const RECORDS_BYTES_MAX: usize = GROUP_BYTES_MAX + peygir_store::FRAME_BYTES_MAX + (1 << 20);

/// A segment that is being read.
pub struct SegmentReader {
    pub header: SegmentHeader,
    file: Arc<dyn File>,
    offset: u64,
    next_frame: u64,
    window: Vec<u8>,
    window_at: u64,
}

/// A group that was found whole.
#[derive(Debug, Clone)]
pub struct Group {
    /// Where its header lies in the segment.
    pub offset: u64,
    pub first_frame: u64,
    pub frames: u32,
    records: Vec<u8>,
    /// Where each record lies in `records`.
    bounds: Vec<Range<usize>>,
}

/// Why there is no group where one should begin.
#[derive(Debug)]
pub enum Fault {
    Io(io::Error),
    /// Something else than a whole group lies at this offset.
    Broken {
        offset: u64,
        what: String,
        flaw: Flaw,
    },
    /// A whole record of a kind or a format that this version does not know.
    Unknown {
        offset: u64,
        frame: u64,
        what: String,
    },
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Fault::Io(error)
    }
}

impl Fault {
    pub fn into_error(self, segment: u64) -> Error {
        match self {
            Fault::Io(source) => Error::Io { path: segment_path(segment), source },
            Fault::Broken { offset, what, .. } => Error::Damaged { segment: segment_name(segment), offset, what },
            Fault::Unknown { offset, frame, what } => {
                Error::Unknown { file: segment_name(segment), offset, frame, what }
            }
        }
    }
}

impl Group {
    /// Its records, each with its offset in the segment.
    pub fn records(&self) -> impl Iterator<Item = (u64, Record<'_>)> {
        let start = self.offset + GROUP_HEADER_BYTES as u64;
        self.bounds.iter().map(move |bounds| {
            let record = Record::split(&self.records[bounds.clone()]);
            (start + bounds.start as u64, record.expect("the records were split when the group was read"))
        })
    }

    /// Where the next group begins.
    pub fn end(&self) -> u64 {
        self.offset + (GROUP_HEADER_BYTES + self.records.len()) as u64
    }

    /// The group's bytes, from its header on.
    pub fn bytes(&self, journal: u64) -> Vec<u8> {
        group_bytes(journal, self.first_frame, self.frames, &self.records)
    }
}

/// A group as it is written: its header and its records.
pub fn group_bytes(journal: u64, first_frame: u64, frames: u32, records: &[u8]) -> Vec<u8> {
    let header = GroupHeader {
        journal,
        first_frame,
        frames,
        length: u32::try_from(records.len()).expect("a group is shorter than RECORDS_BYTES_MAX"),
        check_sum: crc32c::crc32c(records),
    };
    [&header.encode(), records].concat()
}

/// The header of a segment; `Err` in the inside says what is wrong with it.
pub fn segment_header(file: &dyn File, number: u64) -> io::Result<Result<SegmentHeader, &'static str>> {
    let mut bytes = [0; SEGMENT_HEADER_BYTES];
    let count = file.read_at(0, &mut bytes)?;
    Ok(SegmentHeader::decode(&bytes[..count]).and_then(|header| {
        if header.number == number { Ok(header) } else { Err("the segment's header has another segment's number") }
    }))
}

impl SegmentReader {
    pub fn open(disk: &dyn Disk, number: u64) -> Result<Self, Fault> {
        let file = disk.open(&segment_path(number))?;
        let header = segment_header(&*file, number)?;
        let header = header.map_err(|what| Fault::Broken { offset: 0, what: what.to_owned(), flaw: Flaw::Garbled })?;
        Ok(Self {
            header,
            file,
            offset: SEGMENT_HEADER_BYTES as u64,
            next_frame: header.first_frame,
            window: Vec::new(),
            window_at: 0,
        })
    }

    /// Opens a segment at a group that was found there before: where it begins, and its first frame.
    pub fn open_at(disk: &dyn Disk, number: u64, offset: u64, next_frame: u64) -> Result<Self, Fault> {
        Ok(Self { offset, next_frame, ..Self::open(disk, number)? })
    }

    /// Where the next group begins.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The first frame of the next group.
    pub fn next_frame(&self) -> u64 {
        self.next_frame
    }

    pub fn length(&self) -> io::Result<u64> {
        self.file.length()
    }

    /// The next group; `None` at the end of the file. After an error the same group can be tried again.
    pub fn next(&mut self) -> Result<Option<Group>, Fault> {
        let length = self.file.length()?;
        if self.offset >= length {
            return Ok(None);
        }
        let group = self.group_at(self.offset, length);
        if group.is_err() {
            // A file that grows may show more the next time.
            self.window.clear();
        }
        let group = group?;
        self.offset = group.end();
        self.next_frame = group.first_frame + u64::from(group.frames);
        Ok(Some(group))
    }

    fn group_at(&mut self, offset: u64, length: u64) -> Result<Group, Fault> {
        let journal = self.header.journal;
        let next_frame = self.next_frame;
        let fault = |what: &str, flaw| Fault::Broken { offset, what: what.to_owned(), flaw };
        let header = GroupHeader::decode(self.bytes(offset, GROUP_HEADER_BYTES)?);
        let header = header.map_err(|error| fault(error.text, error.flaw))?;
        if header.journal != journal {
            return Err(fault("a group of another journal", Flaw::Written));
        }
        if header.first_frame != next_frame {
            return Err(fault("frames are missing: the group does not begin with the next number", Flaw::Written));
        }
        let start = offset + GROUP_HEADER_BYTES as u64;
        if header.length as usize > RECORDS_BYTES_MAX || start + u64::from(header.length) > length {
            return Err(fault("a group is cut short", Flaw::Short));
        }
        let records = self.bytes(start, header.length as usize)?.to_vec();
        if records.len() < header.length as usize {
            return Err(fault("a group is cut short", Flaw::Short));
        }
        if crc32c::crc32c(&records) != header.check_sum {
            return Err(fault("a group's check sum is wrong", Flaw::Garbled));
        }
        let bounds = split(&records, header);
        let bounds = bounds.map_err(|found| found.into_fault(start))?;
        Ok(Group { offset, first_frame: header.first_frame, frames: header.frames, records, bounds })
    }

    /// Up to `count` bytes from `offset` on, fewer at the end of the file.
    fn bytes(&mut self, offset: u64, count: usize) -> io::Result<&[u8]> {
        let there = self.window_at <= offset && offset + count as u64 <= self.window_at + self.window.len() as u64;
        if !there {
            let left = self.file.length()?.saturating_sub(offset);
            let wanted = count.max(WINDOW_BYTES).min(usize::try_from(left).unwrap_or(usize::MAX));
            let mut window = vec![0; wanted];
            let filled = self.file.read_at(offset, &mut window)?;
            window.truncate(filled);
            (self.window, self.window_at) = (window, offset);
        }
        let start = (offset - self.window_at) as usize;
        let end = (start + count).min(self.window.len());
        Ok(&self.window[start..end])
    }

    /// Offset of a group that begins behind the current one: proof that the current one was synced and is damaged.
    ///
    /// A group is written only after the one before it was synced, so that nothing lies behind a torn one. The journal's
    /// id, which nobody outside knows, keeps bytes of users from looking like a group.
    pub fn later_group(&mut self) -> io::Result<Option<u64>> {
        let (journal, next_frame) = (self.header.journal, self.next_frame);
        let length = self.file.length()?;
        let mut at = self.offset + 1;
        while at < length {
            let bytes = self.bytes(at, WINDOW_BYTES)?;
            for start in 0..bytes.len() {
                if bytes[start..].starts_with(&GROUP_MAGIC)
                    && let Some(header) = bytes.get(start..start + GROUP_HEADER_BYTES)
                    && GroupHeader::decode(header)
                        .is_ok_and(|header| header.journal == journal && header.first_frame >= next_frame)
                {
                    return Ok(Some(at + start as u64));
                }
            }
            if at + bytes.len() as u64 >= length || bytes.len() <= GROUP_HEADER_BYTES {
                break;
            }
            // A header that the end of this window cuts is seen whole in the next.
            at += (bytes.len() - GROUP_HEADER_BYTES) as u64;
        }
        Ok(None)
    }
}

/// Something among the records of a group that should not be there.
struct Misfit {
    at: u64,
    what: String,
    /// The frame that a later version wrote there.
    later: Option<u64>,
}

impl Misfit {
    fn into_fault(self, start: u64) -> Fault {
        let (offset, what) = (start + self.at, self.what);
        match self.later {
            Some(frame) => Fault::Unknown { offset, frame, what },
            None => Fault::Broken { offset, what, flaw: Flaw::Written },
        }
    }
}

/// Splits the records of a group, whose frames must be numbered as its header says.
fn split(records: &[u8], header: GroupHeader) -> Result<Vec<Range<usize>>, Misfit> {
    let (mut bounds, mut at, mut frames) = (Vec::new(), 0, 0u64);
    while at < records.len() {
        let record = Record::split(&records[at..]).map_err(|error| {
            let unknown = matches!(error, FrameError::Kind(_) | FrameError::Format(_));
            let frame = header.first_frame + frames;
            Misfit { at: at as u64, what: error.to_string(), later: unknown.then_some(frame) }
        })?;
        if record.header.kind == Kind::Commit {
            if record.header.number != header.first_frame + frames {
                let what = format!("frame {} where {} should be", record.header.number, header.first_frame + frames);
                return Err(Misfit { at: at as u64, what, later: None });
            }
            frames += 1;
        }
        bounds.push(at..at + record.len());
        at += record.len();
    }
    if frames != u64::from(header.frames) {
        let what = format!("{frames} frames in a group of {}", header.frames);
        return Err(Misfit { at: 0, what, later: None });
    }
    Ok(bounds)
}
