//! What a start cuts off the journal's end and can't call torn for certain, kept beside the journal for whoever looks into it.
//!
//! Owns: the folder, its names and limits. A group that is cut short was never synced, and nothing of it is kept. One that is
//! as long as it was written and does not agree with its check sum may be the torn end of a power cut, or one that was
//! acknowledged and damaged later: nobody can tell from the disk alone. No start reads what lies here.

use std::io;

use crate::disk::{self, Disk};
use crate::layout::{GROUP_HEADER_BYTES, segment_name};
use crate::reader::RECORDS_BYTES_MAX;

/// Where it is kept, in the store's folder.
pub const ASIDE_FOLDER: &str = "cut";
/// Ends that are kept; with more, the oldest goes.
const ENDS_MAX: usize = 16;
/// Of one end, in bytes: no group is longer.
const END_BYTES_MAX: usize = GROUP_HEADER_BYTES + RECORDS_BYTES_MAX;

/// Keeps a segment's bytes from an offset on; the path of the copy, synced.
pub fn keep(disk: &dyn Disk, segment: u64, path: &str, offset: u64, bytes: u64) -> io::Result<String> {
    let count = usize::try_from(bytes).unwrap_or(usize::MAX).min(END_BYTES_MAX);
    let mut end = vec![0; count];
    let read = disk.open(path)?.read_at(offset, &mut end)?;
    end.truncate(read);
    let kept = format!("{ASIDE_FOLDER}/{}-{offset:012}", segment_name(segment));
    disk::replace(disk, &kept, &end)?;
    let names = disk.list(ASIDE_FOLDER)?;
    for name in names.iter().take(names.len().saturating_sub(ENDS_MAX)) {
        disk::remove_if_there(disk, &format!("{ASIDE_FOLDER}/{name}"))?;
    }
    Ok(kept)
}
