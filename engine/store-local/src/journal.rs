//! The end of the journal: appends groups, syncs them, goes on to the next segment.
//!
//! Owns: the order of writes on which recovery relies. A group is written only after the one before it was synced; a
//! segment gets its first group only after its header and its name were synced; a segment is left only after a seal
//! over all its frames. One thread has it; after an error it must not be used again.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use peygir_core::Moment;
use peygir_store::Error;
use peygir_store::frame::{Header, Record, record_len};
use peygir_store::space::Head;

use crate::disk::{Disk, File};
use crate::layout::{
    GROUP_HEADER_BYTES, JOURNAL_FOLDER, SEGMENT_HEADER_BYTES, SegmentHeader, segment_name, segment_path,
};
use crate::marker::End;
use crate::positions::Position;
use crate::reader::group_bytes;
use crate::seal::{Link, Moved, Seal};

/// Segments kept open for reading.
const OPEN_FILES_MAX: usize = 32;

pub struct Journal {
    pub disk: Arc<dyn Disk>,
    pub id: u64,
    /// The segment at the end, and where its next group goes.
    pub segment: u64,
    pub file: Arc<dyn File>,
    pub offset: u64,
    pub next_frame: u64,
    /// Time of the last frame.
    pub at: Moment,
    /// The last seal, and what moved since.
    pub sealed: Link,
    pub moved: Moved,
}

impl Journal {
    /// Begins a journal where there is none.
    pub fn create(disk: Arc<dyn Disk>, id: u64) -> io::Result<Self> {
        let sealed = Link { number: 0, hash: [0; 32], last_frame: 0 };
        let file = begin_segment(&*disk, id, 1, 1, &sealed)?;
        let offset = SEGMENT_HEADER_BYTES as u64;
        Ok(Self { disk, id, segment: 1, file, offset, next_frame: 1, at: Moment(0), sealed, moved: Moved::new() })
    }

    /// Where it ends; the place only of a segment that has a group.
    pub fn end(&self) -> End {
        let has_group = self.offset > SEGMENT_HEADER_BYTES as u64;
        End { last_frame: self.next_frame - 1, place: if has_group { (self.segment, self.offset) } else { (0, 0) } }
    }

    /// Where the record that follows `written` bytes of the next group will lie.
    pub fn position(&self, written: usize) -> Option<Position> {
        let offset = self.offset + (GROUP_HEADER_BYTES + written) as u64;
        Some(Position { segment: u32::try_from(self.segment).ok()?, offset: u32::try_from(offset).ok()? })
    }

    /// Appends a group and returns when it is durable.
    pub fn append(&mut self, records: &[u8], frames: u32) -> io::Result<()> {
        let bytes = group_bytes(self.id, self.next_frame, frames, records);
        self.file.write_at(self.offset, &bytes)?;
        self.file.sync()?;
        self.offset += bytes.len() as u64;
        self.next_frame += u64::from(frames);
        Ok(())
    }

    /// Notes a frame that was appended, for the next seal.
    pub fn note(&mut self, header: &Header, hash: [u8; 32]) {
        self.moved.insert(header.stream, Head { version: header.version, hash });
        self.at = header.at;
    }

    /// Seals what moved since the last seal; `None` where nothing did.
    pub fn seal(&mut self) -> io::Result<Option<Seal>> {
        if self.moved.is_empty() {
            return Ok(None);
        }
        let (seal, record) = Seal::next(&self.sealed, &self.moved, self.next_frame - 1, self.at, self.segment);
        self.append(&record, 0)?;
        self.sealed = seal.link();
        self.moved.clear();
        Ok(Some(seal))
    }

    /// Goes on to the next segment; all frames of this one have been sealed.
    pub fn next_segment(&mut self) -> io::Result<()> {
        let number = self.segment + 1;
        self.file = begin_segment(&*self.disk, self.id, number, self.next_frame, &self.sealed)?;
        self.segment = number;
        self.offset = SEGMENT_HEADER_BYTES as u64;
        Ok(())
    }
}

fn begin_segment(
    disk: &dyn Disk,
    journal: u64,
    number: u64,
    first_frame: u64,
    sealed: &Link,
) -> io::Result<Arc<dyn File>> {
    let header = SegmentHeader { journal, number, first_frame, seal_number: sealed.number, seal_hash: sealed.hash };
    let file = disk.create(&segment_path(number))?;
    file.write_at(0, &header.encode())?;
    file.sync()?;
    disk.sync_folder(JOURNAL_FOLDER)?;
    Ok(file)
}

/// Reads records by their positions; keeps some of the segments open.
pub struct Records {
    disk: Arc<dyn Disk>,
    open: Mutex<BTreeMap<u32, Arc<dyn File>>>,
}

impl Records {
    pub fn new(disk: Arc<dyn Disk>) -> Self {
        Self { disk, open: Mutex::default() }
    }

    fn file(&self, segment: u32) -> io::Result<Arc<dyn File>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = open.get(&segment) {
            return Ok(file.clone());
        }
        let file = self.disk.open(&segment_path(u64::from(segment)))?;
        if open.len() >= OPEN_FILES_MAX {
            // Old segments are read now and then, the last ones all the time.
            open.pop_first();
        }
        open.insert(segment, file.clone());
        Ok(file)
    }

    /// The bytes of the record at a position, its check sum found right.
    pub fn read(&self, position: Position) -> Result<Vec<u8>, Error> {
        let name = segment_name(u64::from(position.segment));
        let io = |source| Error::Io { path: name.clone(), source };
        let damaged = |what: String| Error::Damaged { segment: name.clone(), offset: u64::from(position.offset), what };
        let file = self.file(position.segment).map_err(io)?;
        let mut bytes = vec![0; 4096];
        let mut count = file.read_at(u64::from(position.offset), &mut bytes).map_err(io)?;
        let length = record_len(&bytes[..count]).map_err(|error| damaged(error.to_string()))?;
        if length > count {
            bytes.resize(length, 0);
            count = file.read_at(u64::from(position.offset), &mut bytes).map_err(io)?;
        }
        bytes.truncate(length.min(count));
        Record::split(&bytes).map_err(|error| damaged(error.to_string()))?;
        Ok(bytes)
    }
}
