//! Disks that lie to the store above them.

use std::io;
use std::sync::Arc;

use peygir_store::frame::{Kind, Record};
use peygir_store_local::disk::{Disk, File};

use super::Sabotage;

/// Bytes of a group's header, and where in it the check sum of its records and its own stand.
const GROUP_BYTES: usize = 40;
const RECORDS_SUM_AT: usize = 32;
const GROUP_SUM_AT: usize = 36;
const GROUP_MAGIC: &[u8] = b"PgyG";

/// A disk as a sabotage has it.
pub struct Lying {
    pub sabotage: Sabotage,
    pub disk: Arc<dyn Disk>,
}

struct LyingFile {
    sabotage: Sabotage,
    file: Arc<dyn File>,
}

impl Lying {
    fn file(&self, file: Arc<dyn File>) -> Arc<dyn File> {
        Arc::new(LyingFile { sabotage: self.sabotage, file })
    }
}

impl Disk for Lying {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.disk.list(folder)
    }

    fn create(&self, path: &str) -> io::Result<Arc<dyn File>> {
        Ok(self.file(self.disk.create(path)?))
    }

    fn open(&self, path: &str) -> io::Result<Arc<dyn File>> {
        self.disk.open(path)
    }

    fn open_to_write(&self, path: &str) -> io::Result<Arc<dyn File>> {
        Ok(self.file(self.disk.open_to_write(path)?))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.disk.remove(path)
    }

    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        self.disk.sync_folder(folder)
    }
}

impl File for LyingFile {
    fn length(&self) -> io::Result<u64> {
        self.file.length()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read_at(offset, buffer)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let forged = match self.sabotage {
            Sabotage::BreaksTheChain => forged(bytes, Kind::Commit),
            Sabotage::BreaksTheSeals => forged(bytes, Kind::Seal),
            _ => None,
        };
        self.file.write_at(offset, forged.as_deref().unwrap_or(bytes))
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.file.truncate(length)
    }

    fn sync(&self) -> io::Result<()> {
        match self.sabotage {
            Sabotage::SkipsSyncs => Ok(()),
            Sabotage::GoesOnAfterAFailedSync => self.file.sync().or(Ok(())),
            _ => self.file.sync(),
        }
    }
}

/// A group with a record that says something else, all check sums made right again: the hash of the frame before in a
/// commit, the root in a seal. None where the bytes are no group, or it has no such record behind the first of a stream.
fn forged(bytes: &[u8], kind: Kind) -> Option<Vec<u8>> {
    let (header, mut rest) = bytes.split_at_checked(GROUP_BYTES)?;
    if !header.starts_with(GROUP_MAGIC) {
        return None;
    }
    let (mut records, mut changed) = (Vec::new(), false);
    while let Ok(record) = Record::split(rest) {
        let (length, mut body) = (record.len(), record.body.to_vec());
        let mut said = record.header;
        if !changed && said.kind == kind && said.version > 1 {
            changed = true;
            match kind {
                Kind::Commit => said.previous[0] ^= 1,
                // Among the bytes of the root, which comes first.
                Kind::Seal => body[8] ^= 1,
            }
        }
        records.extend_from_slice(&said.encode(&body));
        records.extend_from_slice(&body);
        rest = rest.get(length..)?;
    }
    let mut header = header.to_vec();
    header[RECORDS_SUM_AT..GROUP_SUM_AT].copy_from_slice(&crc32c(&records).to_le_bytes());
    let sum = crc32c(&header[..GROUP_SUM_AT]);
    header[GROUP_SUM_AT..].copy_from_slice(&sum.to_le_bytes());
    changed.then(|| [header, records].concat())
}

/// The check sum of the journal, bit by bit: what forges it leans on nothing of what reads it.
fn crc32c(bytes: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0x82f6_3b78;
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (POLYNOMIAL & (sum & 1).wrapping_neg()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_sum_is_the_known_one() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }
}
