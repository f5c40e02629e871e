//! The embedded store of a data folder, opened in one way by every command that needs it.
//!
//! Owns: the options it is opened with, and telling people what the opening found. Knows nothing of what is kept in it.

use std::path::Path;

use anyhow::{Context, Result};
use peygir_store_local::{IndexFound, LocalStore, OpeningReport, Options};

use crate::answer::say;

/// Stands in for the machine's boot id: containers that share a kernel share that id though their disks come and go, and
/// tests of a restart need another one without restarting.
const BOOT_ID_VARIABLE: &str = "PEYGIR_BOOT_ID";

/// Opens the store, beginning one where there is none, and says on stderr what was found to be wrong and mended.
pub fn open(folder: &Path) -> Result<LocalStore> {
    let mut options = Options::default();
    if let Ok(boot_id) = std::env::var(BOOT_ID_VARIABLE) {
        options.boot_id = boot_id;
    }
    let (store, report) = LocalStore::open(folder, options)
        .with_context(|| format!("the store in {} can't be opened", folder.display()))?;
    tell_opening(&report);
    Ok(store)
}

fn tell_opening(report: &OpeningReport) {
    if let Some(cut) = &report.cut {
        say(&format!(
            "peygir: the end of {} was torn; {} bytes that nobody was told of were cut at offset {}",
            cut.segment, cut.bytes, cut.offset
        ));
    }
    if let IndexFound::Rebuilt { reason, .. } = &report.index {
        say(&format!("peygir: the index was rebuilt from the journal ({reason}): {} frames", report.frames_redone));
    }
    for (name, why) in &report.snapshots_refused {
        say(&format!("peygir: snapshot {name} could not be used: {why}"));
    }
}
