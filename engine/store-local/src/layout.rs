//! Names and headers of the files of the journal, byte by byte. docs/adr/0002-journal-format.md says why.
//!
//! ```text
//! segment header, 80 bytes            group header, 40 bytes
//!  0  4  magic "PgyS"                  0  4  magic "PgyG"
//!  4  1  format version                4  1  format version
//!  5  3  zero                          5  3  zero
//!  8  8  journal id                    8  8  journal id
//! 16  8  number of the segment        16  8  number of its first frame, or of the next where it has none
//! 24  8  number of its first frame    24  4  number of frames
//! 32  8  number of the seal before    28  4  length of the records, bytes
//! 40 32  hash of the seal before      32  4  CRC32C of the records
//! 72  4  zero                         36  4  CRC32C over bytes 0..36
//! 76  4  CRC32C over bytes 0..76      40 ..  records
//! ```
//!
//! Numbers are little-endian.

use peygir_store::FrameHash;

pub const JOURNAL_FOLDER: &str = "journal";
pub const SNAPSHOT_FOLDER: &str = "snapshots";

pub const SEGMENT_HEADER_BYTES: usize = 80;
pub const GROUP_HEADER_BYTES: usize = 40;
pub const GROUP_MAGIC: [u8; 4] = *b"PgyG";

const SEGMENT_MAGIC: [u8; 4] = *b"PgyS";
const FORMAT: u8 = 1;
const SEGMENT_SUFFIX: &str = ".segment";

/// Name of a segment's file, without its folder.
pub fn segment_name(number: u64) -> String {
    format!("{number:08}{SEGMENT_SUFFIX}")
}

pub fn segment_path(number: u64) -> String {
    format!("{JOURNAL_FOLDER}/{}", segment_name(number))
}

pub fn segment_number(name: &str) -> Option<u64> {
    let number = name.strip_suffix(SEGMENT_SUFFIX)?.parse().ok()?;
    (segment_name(number) == name).then_some(number)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentHeader {
    pub journal: u64,
    pub number: u64,
    pub first_frame: u64,
    pub seal_number: u64,
    pub seal_hash: FrameHash,
}

impl SegmentHeader {
    pub fn encode(&self) -> [u8; SEGMENT_HEADER_BYTES] {
        let mut bytes = [0u8; SEGMENT_HEADER_BYTES];
        bytes[..4].copy_from_slice(&SEGMENT_MAGIC);
        bytes[4] = FORMAT;
        bytes[8..16].copy_from_slice(&self.journal.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.number.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.first_frame.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.seal_number.to_le_bytes());
        bytes[40..72].copy_from_slice(&self.seal_hash);
        let sum = crc32c::crc32c(&bytes[..76]);
        bytes[76..].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, &'static str> {
        let bytes: &[u8; SEGMENT_HEADER_BYTES] = bytes.try_into().map_err(|_| "the segment's header is cut short")?;
        if u32_at(bytes, 76) != crc32c::crc32c(&bytes[..76]) || bytes[..4] != SEGMENT_MAGIC {
            return Err("the segment's header is damaged");
        }
        if bytes[4] != FORMAT {
            return Err("the segment has a format that this version does not read");
        }
        let mut seal_hash = [0; 32];
        seal_hash.copy_from_slice(&bytes[40..72]);
        Ok(Self {
            journal: u64_at(bytes, 8),
            number: u64_at(bytes, 16),
            first_frame: u64_at(bytes, 24),
            seal_number: u64_at(bytes, 32),
            seal_hash,
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupHeader {
    pub journal: u64,
    pub first_frame: u64,
    pub frames: u32,
    pub length: u32,
    pub check_sum: u32,
}

/// In which way bytes are not what should be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// Not all of them are there: a write that a crash ended.
    Short,
    /// All may be there and their check sum is wrong: a power cut can leave a write so, and so can damage of one that was
    /// acknowledged.
    Garbled,
    /// The check sums are right: it was written so.
    Written,
}

/// Why bytes are no header of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupError {
    pub text: &'static str,
    pub flaw: Flaw,
}

impl GroupHeader {
    pub fn encode(&self) -> [u8; GROUP_HEADER_BYTES] {
        let mut bytes = [0u8; GROUP_HEADER_BYTES];
        bytes[..4].copy_from_slice(&GROUP_MAGIC);
        bytes[4] = FORMAT;
        bytes[8..16].copy_from_slice(&self.journal.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.first_frame.to_le_bytes());
        bytes[24..28].copy_from_slice(&self.frames.to_le_bytes());
        bytes[28..32].copy_from_slice(&self.length.to_le_bytes());
        bytes[32..36].copy_from_slice(&self.check_sum.to_le_bytes());
        let sum = crc32c::crc32c(&bytes[..36]);
        bytes[36..].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, GroupError> {
        let error = |text, flaw| GroupError { text, flaw };
        let bytes: &[u8; GROUP_HEADER_BYTES] =
            bytes.try_into().map_err(|_| error("a group's header is cut short", Flaw::Short))?;
        if u32_at(bytes, 36) != crc32c::crc32c(&bytes[..36]) || bytes[..4] != GROUP_MAGIC {
            return Err(error("a group's header is damaged", Flaw::Garbled));
        }
        if bytes[4] != FORMAT {
            return Err(error("a group has a format that this version does not read", Flaw::Written));
        }
        Ok(Self {
            journal: u64_at(bytes, 8),
            first_frame: u64_at(bytes, 16),
            frames: u32_at(bytes, 24),
            length: u32_at(bytes, 28),
            check_sum: u32_at(bytes, 32),
        })
    }
}

/// The number at `at`; the caller has seen that the bytes reach that far.
pub fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut part = [0; 8];
    part.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(part)
}

/// The number at `at`; the caller has seen that the bytes reach that far.
pub fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut part = [0; 4];
    part.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_come_back_and_every_flipped_byte_shows() {
        let segment = SegmentHeader { journal: 1, number: 2, first_frame: 3, seal_number: 4, seal_hash: [5; 32] };
        let group = GroupHeader { journal: 1, first_frame: 2, frames: 3, length: 4, check_sum: 5 };
        assert_eq!(SegmentHeader::decode(&segment.encode()), Ok(segment));
        assert_eq!(GroupHeader::decode(&group.encode()), Ok(group));
        for at in 0..SEGMENT_HEADER_BYTES {
            let mut bytes = segment.encode();
            bytes[at] ^= 1;
            assert!(SegmentHeader::decode(&bytes).is_err());
        }
        for at in 0..GROUP_HEADER_BYTES {
            let mut bytes = group.encode();
            bytes[at] ^= 1;
            assert!(GroupHeader::decode(&bytes).is_err());
        }
    }

    #[test]
    fn names_of_segments_come_back() {
        assert_eq!(segment_number(&segment_name(7)), Some(7));
        assert_eq!(segment_number(&segment_name(123_456_789)), Some(123_456_789));
        for other in ["7.segment", "00000007.segment.tmp", "x.segment", "+0000007.segment"] {
            assert_eq!(segment_number(other), None);
        }
    }
}
