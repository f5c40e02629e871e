//! What the disk by itself lets pass: groups of records, each group written and synced before the next.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use peygir_store_local::VerifyReport;

/// The same for records as a journal has them on average, and groups of as many as wait for each other: records a second, and
/// what was measured, in words.
pub fn records_a_second(
    folder: &Path,
    report: &VerifyReport,
    together: usize,
    lasting: Duration,
) -> Result<(f64, String)> {
    let bytes = usize::try_from(report.bytes / report.frames.max(1))?;
    let rate = groups_a_second(folder, together, bytes, lasting)? * together as f64;
    Ok((rate, format!("groups of {together} records of {bytes} bytes, each group synced")))
}

/// How often a group of so many records is durable, in groups a second. Nothing but the writing and the syncing is done: nobody
/// commits faster on this disk whose writers wait for each other's groups.
pub fn groups_a_second(folder: &Path, records: usize, record_bytes: usize, lasting: Duration) -> Result<f64> {
    let path = folder.join("raw");
    let file = OpenOptions::new().create(true).truncate(true).write(true).open(&path)?;
    let group = vec![0x5a; records * record_bytes];
    let (begun, mut groups) = (Instant::now(), 0u64);
    while begun.elapsed() < lasting {
        file.write_all_at(&group, groups * group.len() as u64)?;
        file.sync_data()?;
        groups += 1;
    }
    let taken = begun.elapsed().as_secs_f64();
    std::fs::remove_file(&path)?;
    Ok(groups as f64 / taken)
}
