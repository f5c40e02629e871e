//! `peygir journal`: looking after the journal of a data folder.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, ensure};
use peygir_store::{Error, Store};
use peygir_store_local::{LocalStore, Lock, Tail, VerifyReport};

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

/// Which journal, and how it is told of.
#[derive(clap::Args)]
pub struct Place {
    #[arg(long, default_value = "data")]
    pub data: PathBuf,
    /// Language of what is printed
    #[arg(long, value_enum, default_value_t = Lang::En)]
    pub lang: Lang,
}

/// Check every frame, hash chain, seal and snapshot; exit 1 where something is damaged.
///
/// It only reads, and may run while a server writes: then it stops at the end that is still growing. Exit 1 also where no process
/// has the folder open and its last write may have been acknowledged and damaged since.
#[derive(clap::Args)]
pub struct Verify {
    #[command(flatten)]
    place: Place,
    /// A receipt that was given out: the journal must have what it covers
    #[arg(long)]
    receipt: Vec<PathBuf>,
}

/// Seal what came since the last seal, so that receipts can be given out. A running server does it by itself every hour.
#[derive(clap::Args)]
pub struct Seal {
    #[command(flatten)]
    place: Place,
}

/// Print the SHA-256 of all rows: the same journal gives the same digest, however its index was made.
///
/// It opens the store as `serve` does (cutting a torn end, rebuilding an index that can't be kept) and changes nothing
/// else; the folder must not be open in a server.
#[derive(clap::Args)]
pub struct Digest {
    #[command(flatten)]
    place: Place,
}

pub fn run(command: &Command) -> Result<ExitCode> {
    match command {
        Command::Verify(arguments) => verify(arguments),
        Command::Digest(arguments) => digest(arguments),
        Command::Receipt(arguments) => super::receipt::give(arguments),
        Command::Seal(arguments) => seal(arguments),
    }
}

/// The store of a folder that has one.
fn opened(place: &Place) -> Result<LocalStore> {
    let folder = DataFolder::new(&place.data).store();
    let data = place.data.display().to_string();
    let there_is_none =
        || Said::new(format!("there is no store in {data}"), format!("در {} انباره‌ای نیست", Lang::Fa.id(&data)));
    ensure!(folder.is_dir(), there_is_none());
    store::open(&folder)
}

fn digest(arguments: &Digest) -> Result<ExitCode> {
    let store = opened(&arguments.place)?;
    let digest = store.digest()?;
    store.close()?;
    line(&digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    Ok(ExitCode::SUCCESS)
}

fn seal(arguments: &Seal) -> Result<ExitCode> {
    let (store, lang) = (opened(&arguments.place)?, arguments.place.lang);
    let seal = store.seal()?;
    store.close()?;
    match seal {
        Some(seal) => lang.line(&match lang {
            Lang::En => format!("seal {}: up to frame {}", seal.number, seal.last_frame),
            Lang::Fa => lang.digits(&format!("مُهر {}: تا قاب {}", seal.number, seal.last_frame)),
        }),
        None => say(lang.pick("nothing came since the last seal", "از آخرین مُهر چیزی نیامده است")),
    }
    Ok(ExitCode::SUCCESS)
}

/// A file that the system does not let be read is not damaged by that.
pub fn refused(error: Error, folder: &Path) -> anyhow::Error {
    let journal = folder.display().to_string();
    let shown = Lang::Fa.id(&journal);
    let said = match &error {
        Error::Refused(_) if !folder.join("journal").is_dir() => {
            return Said::new(format!("there is no journal in {journal}"), format!("در {shown} دفتری نیست")).into();
        }
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
    let (folder, lang) = (DataFolder::new(&arguments.place.data).store(), arguments.place.lang);
    let bar = progress::bar(0, lang.pick("verifying", "بررسی"));
    let report = peygir_store_local::verify(&folder, &mut |progress| {
        bar.set_length(progress.bytes);
        bar.set_position(progress.bytes_done);
    })
    .map_err(|error| refused(error, &folder))?;
    bar.finish_and_clear();
    // Of a write under way nobody knows yet how it ends. One that no process is at may have been acknowledged.
    let is_doubtful = report.tail.as_ref().is_some_and(|tail| tail.is_doubtful) && !Lock::is_held(&folder)?;
    lang.line(&summary(&report, is_doubtful, lang));
    if let Some(tail) = &report.tail {
        say(&told_tail(tail, is_doubtful, lang));
    }
    for (name, why) in &report.snapshots_refused {
        say(&match lang {
            Lang::En => format!("snapshot {name} can't be used: {why}"),
            Lang::Fa => format!("تصویر {} به کار نمی‌آید: {}", lang.id(name), lang.id(why)),
        });
    }
    for path in &arguments.receipt {
        super::receipt::check(path, &report)?;
        let path = lang.id(&path.display().to_string());
        let held = lang.pick("the journal has what it covers", "دفتر آنچه را این رسید در بر می‌گیرد بی‌تغییر دارد");
        lang.line(&format!("{path}: {held}"));
    }
    Ok(if report.snapshots_refused.is_empty() && !is_doubtful { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How the journal is, and how much of it there is.
fn summary(report: &VerifyReport, is_doubtful: bool, lang: Lang) -> String {
    let (frames, streams, segments) = (report.frames, report.streams, report.segments);
    let (bytes, seals, snapshots) = (report.bytes, report.seals, report.snapshots.len());
    let state = match is_doubtful {
        true => lang.pick("whole but for its end", "جز انتهایش سالم"),
        false => lang.pick("clean", "سالم"),
    };
    match lang {
        Lang::En => format!(
            "{state}: {frames} frames of {streams} streams in {segments} segments ({bytes} bytes), {seals} seals, {snapshots} \
             snapshots"
        ),
        Lang::Fa => lang.digits(&format!(
            "{state}: {frames} قاب از {streams} رشته در {segments} بخش ({bytes} بایت)، {seals} مُهر، {snapshots} تصویر"
        )),
    }
}

/// What lies behind the last whole group, and what becomes of it.
fn told_tail(tail: &Tail, is_doubtful: bool, lang: Lang) -> String {
    let what = match (tail.is_doubtful, is_doubtful) {
        (true, true) => lang.pick(
            "torn by a power cut, or damaged after it was acknowledged; the next start keeps its bytes aside and cuts it off",
            "یا قطع برق آن را بریده یا پس از تأیید آسیب دیده است؛ شروع بعدی آن را می‌برد و بایت‌هایش را کنار نگه می‌دارد",
        ),
        (true, false) => lang.pick(
            "a write under way, as the folder is open in a server",
            "نوشتن در جریان است، چون پوشه در سروری باز است",
        ),
        (false, _) => lang.pick(
            "a write under way, or torn by a crash; the next start cuts what was torn",
            "نوشتن در جریان است، یا با از کار افتادن برنامه بریده شده است؛ شروع بعدی آنچه را بریده شده برمی‌دارد",
        ),
    };
    let segment = lang.id(&tail.segment);
    let [bytes, offset] = [tail.bytes, tail.offset].map(|number| lang.digits(&number.to_string()));
    match lang {
        Lang::En => format!("the end of {segment} is not whole ({bytes} bytes from offset {offset}): {what}"),
        Lang::Fa => format!("انتهای {segment} کامل نیست ({bytes} بایت از بایت {offset}): {what}"),
    }
}
