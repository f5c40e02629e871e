//! Snapshots: all rows in a file of our own format, so that a start need not read the whole journal.
//!
//! Owns: the file. A snapshot is taken while commits go on: it begins at frame N and may hold changes of later frames in
//! some of its rows. Recovery makes the changes of all frames behind N again, which gives the same rows whatever the
//! snapshot caught of them.
//!
//! ```text
//! header, 32 bytes                block, 24 bytes and its content
//!  0  4  magic "PgyN"              0  1  kind: 1 rows, 2 end
//!  4  1  format version            1  3  zero
//!  5  3  zero                      4  8  number of the block, from 0
//!  8  8  journal id               12  4  length of the content, bytes
//! 16  8  begun: frame N           16  4  CRC32C of the content
//! 24  4  zero                     20  4  CRC32C over bytes 0..20
//! 28  4  CRC32C over bytes 0..28  24 ..  content
//! ```
//!
//! Rows are: length of the key (4), length of the value (4), key, value. The end is: the last frame that was visible
//! when the last row was read (8), number of rows (8); nothing follows it. Numbers are little-endian.

use std::io;
use std::sync::Arc;

use peygir_store::space::{Page, Value};
use peygir_store::{Error, key};

use crate::disk::{self, Disk, File};
use crate::layout::{SNAPSHOT_FOLDER, u32_at, u64_at};
use crate::options::SNAPSHOTS_KEPT;
use crate::rows::{APPLIED, Rows};

const MAGIC: [u8; 4] = *b"PgyN";
const FORMAT: u8 = 1;
const HEADER_BYTES: usize = 32;
const BLOCK_HEADER_BYTES: usize = 24;
const END_BYTES: usize = 16;
const ROWS: u8 = 1;
const END: u8 = 2;

/// A block is written once it has this many bytes.
const BLOCK_BYTES: usize = 1 << 20;
/// Longest block, in bytes: the largest value (a command in the inbox) may follow on one that is almost full.
const BLOCK_BYTES_MAX: usize = BLOCK_BYTES + peygir_store::FRAME_BYTES_MAX + 4096;
/// Rows read at once; commits wait no longer than that takes.
const PAGE_ROWS: usize = 256;

const SUFFIX: &str = ".snapshot";
const TEMPORARY: &str = ".tmp";

fn path(begun: u64) -> String {
    format!("{SNAPSHOT_FOLDER}/{}", name(begun))
}

/// Where a snapshot begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Recovery goes on behind this frame.
    pub begun: u64,
    /// The journal had this frame when the snapshot was finished.
    pub ended: u64,
}

/// Why a snapshot can't be used.
#[derive(Debug)]
pub enum Fault {
    Io(io::Error),
    Broken(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Fault::Io(error)
    }
}

fn broken<T>(what: &str) -> Result<T, Fault> {
    Err(Fault::Broken(what.to_owned()))
}

/// The name of a snapshot's file, without its folder.
pub fn name(begun: u64) -> String {
    format!("{begun:020}{SUFFIX}")
}

/// The frames at which the snapshots that are there begin, oldest first.
pub fn finished(disk: &dyn Disk) -> io::Result<Vec<u64>> {
    let names = disk.list(SNAPSHOT_FOLDER)?;
    let begun = |file: &String| file.strip_suffix(SUFFIX)?.parse().ok().filter(|&begun| name(begun) == *file);
    let mut found: Vec<u64> = names.iter().filter_map(begun).collect();
    found.sort_unstable();
    Ok(found)
}

/// How long the newest snapshot is; 0 where there is none, or where that can't be told.
pub fn bytes_of_newest(disk: &dyn Disk) -> u64 {
    let newest = finished(disk).ok().and_then(|found| found.last().copied());
    let length = newest.and_then(|begun| disk.open(&path(begun)).and_then(|file| file.length()).ok());
    length.unwrap_or(0)
}

/// Removes snapshots that were never finished.
pub fn remove_unfinished(disk: &dyn Disk) -> io::Result<()> {
    for name in disk.list(SNAPSHOT_FOLDER)? {
        if name.ends_with(TEMPORARY) {
            disk.remove(&format!("{SNAPSHOT_FOLDER}/{name}"))?;
        }
    }
    Ok(())
}

/// Takes a snapshot and removes those that are older than the kept ones. A store without frames needs none.
pub fn take(disk: &dyn Disk, journal: u64, rows: &Rows) -> Result<Span, Error> {
    let begun = rows.last_frame();
    if begun == 0 {
        return Ok(Span { begun, ended: begun });
    }
    let path = path(begun);
    let io = |source| Error::Io { path: path.clone(), source };
    let temporary = format!("{path}{TEMPORARY}");
    disk::remove_if_there(disk, &temporary).map_err(io)?;
    let mut writer = Writer::begin(disk, &temporary, journal, begun).map_err(io)?;
    let (mut from, to) = (vec![0], vec![0xff]);
    loop {
        let page = rows.page(&from, &to, PAGE_ROWS, BLOCK_BYTES)?;
        let Some((last, _)) = page.last() else { break };
        from = key::after(last);
        for (key, value) in page.iter().filter(|(key, _)| key[0] != APPLIED) {
            writer.row(key, value).map_err(io)?;
        }
    }
    let ended = rows.last_frame();
    writer.end(ended).map_err(io)?;
    disk.rename(&temporary, &path).map_err(io)?;
    disk.sync_folder(SNAPSHOT_FOLDER).map_err(io)?;
    remove_old(disk).map_err(io)?;
    Ok(Span { begun, ended })
}

fn remove_old(disk: &dyn Disk) -> io::Result<()> {
    let found = finished(disk)?;
    for begun in found.iter().rev().skip(SNAPSHOTS_KEPT) {
        disk.remove(&path(*begun))?;
    }
    Ok(())
}

struct Writer {
    file: Arc<dyn File>,
    offset: u64,
    block: Vec<u8>,
    blocks: u64,
    rows: u64,
}

impl Writer {
    fn begin(disk: &dyn Disk, path: &str, journal: u64, begun: u64) -> io::Result<Self> {
        let file = disk.create(path)?;
        let mut header = [0; HEADER_BYTES];
        header[..4].copy_from_slice(&MAGIC);
        header[4] = FORMAT;
        header[8..16].copy_from_slice(&journal.to_le_bytes());
        header[16..24].copy_from_slice(&begun.to_le_bytes());
        let sum = crc32c::crc32c(&header[..28]);
        header[28..].copy_from_slice(&sum.to_le_bytes());
        file.write_at(0, &header)?;
        Ok(Self { file, offset: HEADER_BYTES as u64, block: Vec::new(), blocks: 0, rows: 0 })
    }

    fn row(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).expect("a row is shorter than a frame").to_le_bytes();
        self.block.extend_from_slice(&length(key));
        self.block.extend_from_slice(&length(value));
        self.block.extend_from_slice(key);
        self.block.extend_from_slice(value);
        self.rows += 1;
        if self.block.len() >= BLOCK_BYTES { self.write(ROWS) } else { Ok(()) }
    }

    fn end(mut self, ended: u64) -> io::Result<()> {
        if !self.block.is_empty() {
            self.write(ROWS)?;
        }
        self.block.extend_from_slice(&ended.to_le_bytes());
        self.block.extend_from_slice(&self.rows.to_le_bytes());
        self.write(END)?;
        self.file.sync()
    }

    fn write(&mut self, kind: u8) -> io::Result<()> {
        let length = u32::try_from(self.block.len()).expect("a block is shorter than BLOCK_BYTES_MAX");
        let mut bytes = vec![0; BLOCK_HEADER_BYTES];
        bytes[0] = kind;
        bytes[4..12].copy_from_slice(&self.blocks.to_le_bytes());
        bytes[12..16].copy_from_slice(&length.to_le_bytes());
        bytes[16..20].copy_from_slice(&crc32c::crc32c(&self.block).to_le_bytes());
        let sum = crc32c::crc32c(&bytes[..20]);
        bytes[20..].copy_from_slice(&sum.to_le_bytes());
        bytes.append(&mut self.block);
        self.file.write_at(self.offset, &bytes)?;
        self.offset += bytes.len() as u64;
        self.blocks += 1;
        Ok(())
    }
}

/// A snapshot that is read.
pub struct Reader {
    file: Arc<dyn File>,
    offset: u64,
    blocks: u64,
    rows: u64,
    begun: u64,
}

/// What a block holds.
pub enum Block {
    Rows(Page),
    End(Span),
}

impl Reader {
    pub fn open(disk: &dyn Disk, journal: u64, begun: u64) -> Result<Self, Fault> {
        let file = disk.open(&path(begun))?;
        let mut header = [0; HEADER_BYTES];
        let count = file.read_at(0, &mut header)?;
        if count < HEADER_BYTES || header[..4] != MAGIC || u32_at(&header, 28) != crc32c::crc32c(&header[..28]) {
            return broken("its header is damaged");
        }
        if header[4] != FORMAT {
            return broken("it has a format that this version does not read");
        }
        if u64_at(&header, 8) != journal || u64_at(&header, 16) != begun {
            return broken("it belongs to another journal or another frame");
        }
        Ok(Self { file, offset: HEADER_BYTES as u64, blocks: 0, rows: 0, begun })
    }

    /// The next block; the end comes last.
    pub fn next(&mut self) -> Result<Block, Fault> {
        let (kind, content) = self.block_at(self.offset, Some(self.blocks))?;
        self.offset += (BLOCK_HEADER_BYTES + content.len()) as u64;
        self.blocks += 1;
        if kind == ROWS {
            let page = rows_of(&content)?;
            self.rows += page.len() as u64;
            return Ok(Block::Rows(page));
        }
        if content.len() != END_BYTES || u64_at(&content, 8) != self.rows || self.file.length()? != self.offset {
            return broken("rows are missing, or something follows its end");
        }
        Ok(Block::End(Span { begun: self.begun, ended: u64_at(&content, 0) }))
    }

    /// Where the snapshot ends, from its last block alone; the rows are not checked.
    pub fn span(&self) -> Result<Span, Fault> {
        let tail = (BLOCK_HEADER_BYTES + END_BYTES) as u64;
        let Some(offset) = self.file.length()?.checked_sub(tail) else {
            return broken("it has no end");
        };
        let (kind, content) = self.block_at(offset, None)?;
        if kind != END || content.len() != END_BYTES {
            return broken("it has no end");
        }
        Ok(Span { begun: self.begun, ended: u64_at(&content, 0) })
    }

    fn block_at(&self, offset: u64, number: Option<u64>) -> Result<(u8, Vec<u8>), Fault> {
        let mut header = [0; BLOCK_HEADER_BYTES];
        let count = self.file.read_at(offset, &mut header)?;
        if count < BLOCK_HEADER_BYTES || u32_at(&header, 20) != crc32c::crc32c(&header[..20]) {
            return broken("a block's header is damaged or missing");
        }
        let length = u32_at(&header, 12) as usize;
        if number.is_some_and(|number| u64_at(&header, 4) != number) || length > BLOCK_BYTES_MAX {
            return broken("a block is out of order");
        }
        let mut content = vec![0; length];
        let count = self.file.read_at(offset + BLOCK_HEADER_BYTES as u64, &mut content)?;
        if count < length || u32_at(&header, 16) != crc32c::crc32c(&content) {
            return broken("a block is damaged");
        }
        match header[0] {
            kind @ (ROWS | END) => Ok((kind, content)),
            _ => broken("a block of an unknown kind"),
        }
    }
}

fn rows_of(mut content: &[u8]) -> Result<Page, Fault> {
    let mut page = Page::new();
    while !content.is_empty() {
        let Some((lengths, rest)) = content.split_at_checked(8) else {
            return broken("a row is cut short");
        };
        let (key, value) = (u32_at(lengths, 0) as usize, u32_at(lengths, 4) as usize);
        let parts = rest.split_at_checked(key).and_then(|(key, rest)| Some((key, rest.split_at_checked(value)?)));
        let Some((key, (value, rest))) = parts else {
            return broken("a row is cut short");
        };
        page.push((key.to_vec(), Value::from(value)));
        content = rest;
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::FaultyDisk;
    use crate::index::{MemoryPlace, Place};
    use crate::options::Workers;

    fn all(disk: &FaultyDisk, journal: u64, begun: u64) -> Result<(Page, Span), Fault> {
        let mut reader = Reader::open(disk, journal, begun)?;
        let mut page = Page::new();
        loop {
            match reader.next()? {
                Block::Rows(mut rows) => page.append(&mut rows),
                Block::End(span) => return Ok((page, span)),
            }
        }
    }

    fn taken() -> (FaultyDisk, Page) {
        let (disk, place) = (FaultyDisk::new(), MemoryPlace::new());
        let rows = Rows::start(place.renew().unwrap(), 5, 0, (1 << 20, Workers::Threads), Box::new(|| ())).unwrap();
        let value = |number: u32| Value::from(vec![number as u8; 10 + number as usize % 300]);
        let content: Page =
            (0..700u32).map(|number| ([b"r", &number.to_be_bytes()[..]].concat(), value(number))).collect();
        rows.add(content.iter().map(|(key, value)| (key.clone(), Some(value.clone()))), 41);
        assert_eq!(bytes_of_newest(&disk), 0);
        assert_eq!(take(&disk, 5, &rows).unwrap(), Span { begun: 41, ended: 41 });
        let length = disk.open(&path(41)).unwrap().length().unwrap();
        assert!(length > 0 && bytes_of_newest(&disk) == length);
        (disk, content)
    }

    #[test]
    fn a_snapshot_comes_back() {
        let (disk, content) = taken();
        assert_eq!(finished(&disk).unwrap(), [41]);
        assert_eq!(all(&disk, 5, 41).unwrap(), (content, Span { begun: 41, ended: 41 }));
        assert_eq!(Reader::open(&disk, 5, 41).unwrap().span().unwrap().ended, 41);
        assert!(Reader::open(&disk, 6, 41).is_err());
    }

    #[test]
    fn every_cut_and_many_flipped_bytes_show() {
        let (disk, _) = taken();
        let bytes = disk.bytes(&path(41)).unwrap();
        for at in (0..bytes.len()).step_by(997).chain(0..60).chain(bytes.len() - 45..bytes.len()) {
            disk.set_bytes(&path(41), &bytes[..at]);
            assert!(all(&disk, 5, 41).is_err(), "cut at {at}");
            let mut damaged = bytes.clone();
            damaged[at] ^= 4;
            disk.set_bytes(&path(41), &damaged);
            assert!(all(&disk, 5, 41).is_err(), "flipped at {at}");
        }
        disk.set_bytes(&path(41), &[&bytes[..], b"x"].concat());
        assert!(all(&disk, 5, 41).is_err());
    }
}
