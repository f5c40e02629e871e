//! The marker that says whether the index on disk may be trusted.
//!
//! It is a line of text, replaced as a whole: which journal, which boot, closed or open, and the last frame. An index is
//! kept after a clean close, or while the machine has not been restarted; a missing or unreadable marker trusts nothing.

use std::io;

use crate::disk::{self, Disk};

const PATH: &str = "rows.state";
const FORM: &str = "peygir-rows-1";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    pub journal: u64,
    pub boot_id: String,
    /// The index was closed and synced, and has every frame up to `last_frame`.
    pub closed: bool,
    /// With `closed`, the journal's last frame.
    pub last_frame: u64,
}

pub fn read(disk: &dyn Disk) -> io::Result<Option<Marker>> {
    let Some(bytes) = disk::read_whole(disk, PATH)? else {
        return Ok(None);
    };
    Ok(String::from_utf8(bytes).ok().and_then(|text| parse(&text)))
}

pub fn write(disk: &dyn Disk, marker: &Marker) -> io::Result<()> {
    let text = text(marker);
    let sum = crc32c::crc32c(text.as_bytes());
    disk::replace(disk, PATH, format!("{text} {sum:08x}\n").as_bytes())
}

/// From now on the index is not trusted.
pub fn remove(disk: &dyn Disk) -> io::Result<()> {
    disk::remove_if_there(disk, PATH)?;
    disk.sync_folder("")
}

fn text(marker: &Marker) -> String {
    let state = if marker.closed { "closed" } else { "open" };
    // A boot id of an unknown form must not break the line.
    let boot: String = marker.boot_id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    format!("{FORM} {:016x} boot={boot} {state} {}", marker.journal, marker.last_frame)
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
        last_frame: words.next()?.parse().ok()?,
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
        let marker = Marker { journal: 77, boot_id: "a-b1".into(), closed: true, last_frame: 9 };
        write(&disk, &marker).unwrap();
        assert_eq!(read(&disk).unwrap(), Some(marker));
        let bytes = disk.bytes(PATH).unwrap();
        for at in 0..bytes.len() - 1 {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            disk.set_bytes(PATH, &damaged);
            assert_eq!(read(&disk).unwrap(), None, "byte {at}");
        }
        remove(&disk).unwrap();
        assert_eq!(read(&disk).unwrap(), None);
    }
}
