//! `peygir journal`: looking after the journal of a data folder.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use peygir_store::{Error, Store};
use peygir_store_local::Lock;

use super::local::Lang;
use crate::answer::{line, say};
use crate::data_folder::DataFolder;
use crate::said::Said;
use crate::{progress, store};

/// Look after the journal.
#[derive(clap::Subcommand)]
pub enum Command {
    Verify(Verify),
    Digest(Digest),
    Receipt(super::receipt::Arguments),
    Seal(Seal),
}

/// Check every frame, hash chain, seal and snapshot; exit 1 where something is damaged.
///
/// It only reads, and may run while a server writes: then it stops at the end that is still growing. Exit 1 also where no process
/// has the folder open and its last write may have been acknowledged and damaged since.
#[derive(clap::Args)]
pub struct Verify {
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// A receipt that was given out: the journal must have what it covers
    #[arg(long)]
    receipt: Vec<PathBuf>,
}

/// Seal what came since the last seal, so that receipts can be given out. A running server does it by itself every hour.
#[derive(clap::Args)]
pub struct Seal {
    #[arg(long, default_value = "data")]
    data: PathBuf,
}

/// Print the SHA-256 of all rows: the same journal gives the same digest, however its index was made.
///
/// It opens the store as `serve` does (cutting a torn end, rebuilding an index that can't be kept) and changes nothing
/// else; the folder must not be open in a server.
#[derive(clap::Args)]
pub struct Digest {
    #[arg(long, default_value = "data")]
    data: PathBuf,
}

pub fn run(command: &Command) -> Result<ExitCode> {
    match command {
        Command::Verify(arguments) => verify(arguments),
        Command::Digest(arguments) => digest(arguments),
        Command::Receipt(arguments) => super::receipt::give(arguments),
        Command::Seal(arguments) => seal(arguments),
    }
}

fn digest(arguments: &Digest) -> Result<ExitCode> {
    let folder = DataFolder::new(&arguments.data).store();
    anyhow::ensure!(folder.is_dir(), "there is no store in {}", arguments.data.display());
    let store = store::open(&folder)?;
    let digest = store.digest()?;
    store.close()?;
    line(&digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    Ok(ExitCode::SUCCESS)
}

fn seal(arguments: &Seal) -> Result<ExitCode> {
    let folder = DataFolder::new(&arguments.data).store();
    anyhow::ensure!(folder.is_dir(), "there is no store in {}", arguments.data.display());
    let store = store::open(&folder)?;
    let seal = store.seal()?;
    store.close()?;
    match seal {
        Some(seal) => line(&format!("seal {}: up to frame {}", seal.number, seal.last_frame)),
        None => say("nothing came since the last seal"),
    }
    Ok(ExitCode::SUCCESS)
}

/// A file that the system does not let be read is not damaged by that.
fn refused(error: Error, folder: &Path) -> anyhow::Error {
    let journal = folder.display().to_string();
    let shown = Lang::Fa.id(&journal);
    let said = match &error {
        Error::Io { source, .. } if source.kind() == ErrorKind::PermissionDenied => Said::new(
            format!(
                "the journal in {journal} can't be read: ask as the user that the server runs as, or mend owner and mode"
            ),
            format!(
                "دفتر {shown} خوانده نمی‌شود؛ با کاربری بپرسید که سرور با آن کار می‌کند، یا مالک و دسترسی پرونده را درست کنید"
            ),
        ),
        Error::Io { .. } => {
            Said::new(format!("the journal in {journal} can't be read"), format!("دفتر {shown} خوانده نمی‌شود"))
        }
        _ => Said::new(format!("the journal in {journal} is damaged"), format!("دفتر {shown} آسیب دیده است")),
    };
    anyhow::Error::new(error).context(said)
}

fn verify(arguments: &Verify) -> Result<ExitCode> {
    let folder = DataFolder::new(&arguments.data).store();
    let bar = progress::bar(0, "verifying");
    let report = peygir_store_local::verify(&folder, &mut |progress| {
        bar.set_length(progress.bytes);
        bar.set_position(progress.bytes_done);
    })
    .map_err(|error| refused(error, &folder))?;
    bar.finish_and_clear();
    // Of a write under way nobody knows yet how it ends. One that no process is at may have been acknowledged.
    let is_doubtful = report.tail.as_ref().is_some_and(|tail| tail.is_doubtful) && !Lock::is_held(&folder)?;
    line(&format!(
        "{}: {} frames of {} streams in {} segments ({} bytes), {} seals, {} snapshots",
        if is_doubtful { "whole but for its end" } else { "clean" },
        report.frames,
        report.streams,
        report.segments,
        report.bytes,
        report.seals,
        report.snapshots.len()
    ));
    if let Some(tail) = &report.tail {
        let what = match (tail.is_doubtful, is_doubtful) {
            (true, true) => {
                "torn by a power cut, or damaged after it was acknowledged; the next start keeps its bytes aside and cuts it off"
            }
            (true, false) => "a write under way, as the folder is open in a server",
            (false, _) => "a write under way, or torn by a crash; the next start cuts what was torn",
        };
        say(&format!(
            "the end of {} is not whole ({} bytes from offset {}): {what}",
            tail.segment, tail.bytes, tail.offset
        ));
    }
    for (name, why) in &report.snapshots_refused {
        say(&format!("snapshot {name} can't be used: {why}"));
    }
    for path in &arguments.receipt {
        super::receipt::check(path, &report)?;
        line(&format!("{}: the journal has what it covers", path.display()));
    }
    Ok(if report.snapshots_refused.is_empty() && !is_doubtful { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
