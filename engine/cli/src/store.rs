//! The embedded store of a data folder, opened in one way by every command that needs it.
//!
//! Owns: the options it is opened with, and telling people what the opening found. Knows nothing of what is kept in it.

use std::path::Path;

use anyhow::{Context, Result, bail};
use peygir_core::Moment;
use peygir_runtime::known;
use peygir_runtime::vault::Keys;
use peygir_store::{Error, Store};
use peygir_store_local::{IndexFound, Known, LocalStore, OpeningReport, Options};
use semver::Version;

use crate::answer::say;
use crate::data_folder::DataFolder;

/// Stands in for the machine's boot id: containers that share a kernel share that id though their disks come and go, and
/// tests of a restart need another one without restarting.
const BOOT_ID_VARIABLE: &str = "PEYGIR_BOOT_ID";

/// Frames that are looked at to learn when the journal's end was written.
const END_FRAMES: u64 = 256;
/// Which version wrote to the store last; beside the journal.
const WRITTEN_BY: &str = "written-by";

/// Opens the store, beginning one where there is none, and says on stderr what was found to be wrong and mended.
pub fn open(folder: &Path) -> Result<LocalStore> {
    folder.parent().map_or(Ok(()), |root| DataFolder::new(root).refuse_unfinished())?;
    let (store, report) = open_reporting(folder)?;
    tell_opening(&report);
    Ok(store)
}

/// The same for a store that was just put together: it has no index yet, and nobody has to be told.
pub fn open_silently(folder: &Path) -> Result<LocalStore> {
    open_reporting(folder).map(|(store, _)| store)
}

fn open_reporting(folder: &Path) -> Result<(LocalStore, OpeningReport)> {
    let writers = Writers::read(folder);
    let known = Known { frame: known::in_frame, row: known::in_row, look_behind: !writers.vouch() };
    let mut options = Options { known: Some(known), ..Options::default() };
    if let Ok(boot_id) = std::env::var(BOOT_ID_VARIABLE) {
        options.boot_id = boot_id;
    }
    let (store, report) = LocalStore::open(folder, options)
        .map_err(|error| writers.explain(error))
        .with_context(|| format!("the store in {} can't be opened", folder.display()))?;
    writers.note(folder)?;
    Ok((store, report))
}

/// Errs where a store that is new or empty can't be the one that was there: keys of persons are made once something has been committed,
/// and a backup tells how far the journal was.
pub fn refuse_lost(data: &DataFolder) -> Result<()> {
    let (store, keys) = (data.store(), data.keys());
    let persons = Keys::made_in(&keys)?;
    let knows = if persons > 0 {
        format!("{} has the keys of {persons} persons", keys.display())
    } else if let Some(frame) = data.last_backup().map(|last| last.last_frame).filter(|&frame| frame > 0) {
        format!("a backup of it went up to frame {frame}")
    } else {
        return Ok(());
    };
    bail!(
        "{knows}, but there is nothing in {}: is its disk mounted? Nothing was started. Bring the store back from its backup; to begin \
         anew, name another data folder, or move all of {} away",
        store.display(),
        data.root().display()
    );
}

/// The latest instant that the journal's end was written at; none where nothing was. Streams have a time of their own, so
/// that under a clock that was set back the very last frame need not be the latest.
pub fn newest_at(store: &LocalStore) -> Result<Option<Moment>, Error> {
    let frames = store.frames(store.last_frame().saturating_sub(END_FRAMES), END_FRAMES as usize)?;
    Ok(frames.iter().map(|frame| frame.at).max())
}

/// The newest version that wrote to a store: a line of text in its folder. It says which version can read what this one
/// can't; that a store is readable is never concluded from it alone.
struct Writers {
    newest: Option<Version>,
    own: Version,
}

impl Writers {
    fn read(folder: &Path) -> Self {
        let newest = std::fs::read_to_string(folder.join(WRITTEN_BY)).ok().and_then(|text| text.trim().parse().ok());
        let own = env!("CARGO_PKG_VERSION").parse().expect("the crate has a version");
        Self { newest, own }
    }

    /// Every version that wrote here is one whose kinds this one knows.
    fn vouch(&self) -> bool {
        self.newest.as_ref().is_some_and(|newest| *newest <= self.own)
    }

    fn explain(&self, error: Error) -> anyhow::Error {
        if !matches!(error, Error::Unknown { .. }) {
            return error.into();
        }
        let later = match &self.newest {
            Some(newest) if *newest > self.own => {
                format!("peygir {newest} wrote here: start that version, or a later one")
            }
            _ => "start the version that wrote it, or a later one".to_owned(),
        };
        let own = &self.own;
        anyhow::Error::new(error).context(format!(
            "a later version than this peygir {own} wrote to it; nothing was started or changed; {later}"
        ))
    }

    fn note(&self, folder: &Path) -> Result<()> {
        if self.newest.as_ref().is_some_and(|newest| *newest >= self.own) {
            return Ok(());
        }
        let (path, temporary) = (folder.join(WRITTEN_BY), folder.join(format!("{WRITTEN_BY}.tmp")));
        let written = || {
            std::fs::write(&temporary, format!("{}\n", self.own))?;
            std::fs::File::open(&temporary)?.sync_all()?;
            std::fs::rename(&temporary, &path)
        };
        written().with_context(|| format!("{} can't be written", path.display()))
    }
}

fn tell_opening(report: &OpeningReport) {
    if let Some(cut) = &report.cut {
        let (segment, bytes, offset) = (&cut.segment, cut.bytes, cut.offset);
        say(&match (cut.is_doubtful, &cut.kept) {
            (false, _) => format!(
                "peygir: the end of {segment} was torn; {bytes} bytes that nobody was told of were cut at offset {offset}"
            ),
            (true, kept) => format!(
                "peygir: the last group of {segment} does not agree with its check sum; its {bytes} bytes were cut at offset \
                 {offset}. A power cut leaves a write like that; without one it may have been acknowledged and damaged since: \
                 compare with the outbox and with receipts given out. {}",
                match kept {
                    Some(path) => format!("The bytes are kept in {path} of the store's folder"),
                    None => "There was no room to keep the bytes".to_owned(),
                }
            ),
        });
    }
    if let IndexFound::Rebuilt { reason, .. } = &report.index {
        say(&format!("peygir: the index was rebuilt from the journal ({reason}): {} frames", report.frames_redone));
    }
    for (name, why) in &report.snapshots_refused {
        say(&format!("peygir: snapshot {name} could not be used: {why}"));
    }
}
