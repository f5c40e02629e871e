//! The marker that says whether the index on disk may be trusted, and how far the journal is known to have gone.
//!
//! It is a line of text, replaced as a whole: which journal, which boot, closed or open, and where the journal ended when it was
//! last closed. An index is kept after a clean close, or while the machine has not been restarted; a missing or unreadable
//! marker trusts nothing. What it knows of the journal's end goes from one marker to the next, whatever becomes of the index: a start
//! that is refused must not leave the next one without it.

use std::io;

use crate::disk::{self, Disk};

const PATH: &str = "rows.state";
/// What a marker is called that vouches for nothing any more, and still knows what it knew.
const KNOWN_PATH: &str = "rows.known";
const FORM: &str = "peygir-rows-1";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    pub journal: u64,
    /// Empty where the index is not to be trusted, or the system tells of no boots.
    pub boot_id: String,
    /// The index was closed and synced, and has every frame up to the end that `known` tells.
    pub closed: bool,
    pub known: End,
}

/// Where a journal ended, all of it synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct End {
    pub last_frame: u64,
    /// Segment, and the offset in it behind the last group. Zeros where that is not known: of a segment without a group, and in markers of
    /// before this was kept.
    pub place: (u64, u64),
}

impl End {
    /// Whether this end lies before another one.
    pub fn is_before(&self, other: &Self) -> bool {
        self.last_frame < other.last_frame || self.place < other.place
    }
}

impl Marker {
    /// Of an index that nobody is to trust.
    pub fn of_none(journal: u64, known: End) -> Self {
        Self { journal, boot_id: String::new(), closed: false, known }
    }
}

pub fn read(disk: &dyn Disk) -> io::Result<Option<Marker>> {
    if let Some(marker) = disk::read_whole(disk, PATH)?.and_then(parsed) {
        return Ok(Some(marker));
    }
    let known = disk::read_whole(disk, KNOWN_PATH)?.and_then(parsed);
    Ok(known.map(|marker| Marker::of_none(marker.journal, marker.known)))
}

/// Whether there is one that can't be read.
pub fn is_damaged(disk: &dyn Disk) -> bool {
    disk::read_whole(disk, PATH).is_ok_and(|bytes| bytes.is_some_and(|bytes| parsed(bytes).is_none()))
}

fn parsed(bytes: Vec<u8>) -> Option<Marker> {
    parse(&String::from_utf8(bytes).ok()?)
}

pub fn write(disk: &dyn Disk, marker: &Marker) -> io::Result<()> {
    let text = text(marker);
    let sum = crc32c::crc32c(text.as_bytes());
    disk::replace(disk, PATH, format!("{text} {sum:08x}\n").as_bytes())
}

/// From now on the index is not trusted. Where not even that can be written, as on a full disk, the marker that is there gets a name by
/// which it vouches for nothing.
pub fn distrust(disk: &dyn Disk, journal: u64, known: End) -> io::Result<()> {
    write(disk, &Marker::of_none(journal, known)).or_else(|_| {
        match disk.rename(PATH, KNOWN_PATH) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            other => other?,
        }
        disk.sync_folder("")
    })
}

fn text(marker: &Marker) -> String {
    let state = if marker.closed { "closed" } else { "open" };
    // A boot id of an unknown form must not break the line.
    let boot: String = marker.boot_id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let End { last_frame, place: (segment, offset) } = marker.known;
    format!("{FORM} {:016x} boot={boot} {state} {last_frame} {segment}:{offset}", marker.journal)
}

fn parse(line: &str) -> Option<Marker> {
    let (text, sum) = line.trim_end().rsplit_once(' ')?;
    if u32::from_str_radix(sum, 16).ok()? != crc32c::crc32c(text.as_bytes()) {
        return None;
    }
    let mut words = text.split(' ');
    if words.next()? != FORM {
        return None;
    }
    Some(Marker {
        journal: u64::from_str_radix(words.next()?, 16).ok()?,
        boot_id: words.next()?.strip_prefix("boot=")?.to_owned(),
        closed: match words.next()? {
            "closed" => true,
            "open" => false,
            _ => return None,
        },
        known: End {
            last_frame: words.next()?.parse().ok()?,
            place: match words.next() {
                Some(place) => place
                    .split_once(':')
                    .and_then(|(segment, offset)| Some((segment.parse().ok()?, offset.parse().ok()?)))?,
                None => (0, 0),
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::FaultyDisk;

    #[test]
    fn a_marker_comes_back_and_rubbish_trusts_nothing() {
        let disk = FaultyDisk::new();
        assert_eq!(read(&disk).unwrap(), None);
        let known = End { last_frame: 9, place: (3, 1_024) };
        let marker = Marker { journal: 77, boot_id: "a-b1".into(), closed: true, known };
        write(&disk, &marker).unwrap();
        assert_eq!(read(&disk).unwrap(), Some(marker));
        let bytes = disk.bytes(PATH).unwrap();
        for at in 0..bytes.len() - 1 {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            disk.set_bytes(PATH, &damaged);
            assert_eq!(read(&disk).unwrap(), None, "byte {at}");
        }
        distrust(&disk, 77, known).unwrap();
        assert_eq!(read(&disk).unwrap(), Some(Marker::of_none(77, known)));
    }

    #[test]
    fn where_nothing_can_be_written_the_marker_stops_vouching_and_still_knows() {
        let disk = FaultyDisk::new();
        let known = End { last_frame: 9, place: (3, 1_024) };
        write(&disk, &Marker { journal: 77, boot_id: "a".into(), closed: false, known }).unwrap();
        disk.fill(true);
        distrust(&disk, 77, known).unwrap();
        assert_eq!(read(&disk).unwrap(), Some(Marker::of_none(77, known)));
        disk.fill(false);
        let newer =
            Marker { journal: 77, boot_id: "b".into(), closed: true, known: End { last_frame: 12, place: (3, 2_048) } };
        write(&disk, &newer).unwrap();
        assert_eq!(read(&disk).unwrap(), Some(newer));
    }

    /// As it was written before it had the place of the end.
    #[test]
    fn a_marker_without_a_place_is_read() {
        let disk = FaultyDisk::new();
        let text = "peygir-rows-1 000000000000004d boot=a closed 9";
        disk.set_bytes(PATH, format!("{text} {:08x}\n", crc32c::crc32c(text.as_bytes())).as_bytes());
        let known = End { last_frame: 9, place: (0, 0) };
        assert_eq!(read(&disk).unwrap(), Some(Marker { journal: 77, boot_id: "a".into(), closed: true, known }));
    }
}
