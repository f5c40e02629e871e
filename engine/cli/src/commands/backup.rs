//! `peygir backup`: copies of a data folder, taken while a server runs on it, and looked at.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use peygir_runtime::clock::Clock;

use super::local::Lang;
use crate::answer::say;
use crate::backup::{Shelf, keys, manifest, put, take};
use crate::data_folder::{DataFolder, LastBackup};
use crate::instant::Instant;
use crate::progress;
use crate::said::Said;

/// Back up a data folder, also while a server runs on it, or check a backup.
///
/// A backup holds the journal up to one frame and the newest snapshot, every file with its digest. What earlier backups in
/// the same folder have is not copied again. Keys of persons go to another folder, or nowhere: without them nothing personal
/// in a backup can be read.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
    /// Folder of backups; made where it is missing
    #[arg(required = true)]
    to: Option<PathBuf>,
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// Another folder, best on another machine, for the keys of persons: it keeps the newest only
    #[arg(long)]
    keys_to: Option<PathBuf>,
    /// Language of what is printed
    #[arg(long, value_enum, default_value_t = Lang::En)]
    lang: Lang,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Compare every file with its digest, and check every frame, chain and seal; exit 1 where something is wrong
    Verify {
        /// Folder of backups
        from: PathBuf,
        /// Which of them; the newest if left out
        #[arg(long)]
        backup: Option<String>,
        /// Language of what is printed
        #[arg(long, value_enum, default_value_t = Lang::En)]
        lang: Lang,
    },
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    match (&arguments.action, &arguments.to) {
        (Some(Action::Verify { from, backup, lang }), _) => verify(from, backup.as_deref(), *lang),
        (None, Some(to)) => back_up(arguments, to),
        (None, None) => anyhow::bail!("name a folder for the backup"),
    }
}

fn back_up(arguments: &Arguments, to: &Path) -> Result<ExitCode> {
    let (data, lang) = (DataFolder::new(&arguments.data), arguments.lang);
    data.refuse_unfinished()?;
    if let Some(keys_to) = &arguments.keys_to {
        keys::refuse_together(keys_to, to)?;
        keys::refuse_within(keys_to, data.root())?;
    }
    let now = Clock::Real.now().to_jiff();
    let bar = progress::bar(0, lang.pick("backing up", "پشتیبان‌گیری"));
    let taken = take::take(&data.store(), to, now, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    // After the store: the keys of everybody in it are there by then.
    let keys = arguments.keys_to.as_ref().map(|keys_to| keys::take(&data.keys(), keys_to));
    let manifest = &taken.manifest;
    let noted = data.note_backup(&LastBackup {
        at: Instant(now),
        to: std::path::absolute(to)?,
        last_frame: manifest.last_frame,
        keys_at: keys.as_ref().filter(|taken| taken.is_ok()).map(|_| Instant(now)),
    });
    let (frame, bytes, copied) = (manifest.last_frame, manifest.bytes(), taken.copied_bytes);
    lang.line(&match lang {
        Lang::En => format!("{}: up to frame {frame}, {bytes} bytes, {copied} of them copied", taken.name),
        Lang::Fa => {
            let told = lang.digits(&format!("تا قاب {frame}، {bytes} بایت، {copied} بایت رونوشت شد"));
            format!("{}: {told}", lang.id(&taken.name))
        }
    });
    if let Some(what) = &taken.damaged_snapshot {
        say(&match lang {
            Lang::En => format!("a damaged snapshot was left out, and the journal has everything: {what}"),
            Lang::Fa => format!("تصویری آسیب‌دیده کنار گذاشته شد و دفتر همه چیز را دارد: {}", lang.id(what)),
        });
    }
    if taken.is_end_damaged {
        say(lang.pick(
            "the last group of the journal does not agree with its check sum and is not in the backup: torn by a power cut, or \
             damaged after it was acknowledged; copy the data folder before the next start cuts it off, and see peygir doctor",
            "آخرین گروه دفتر با جمع کنترلی‌اش نمی‌خواند و در پشتیبان نیست: یا قطع برق آن را بریده یا پس از تأیید آسیب دیده است؛ پیش از \
             آنکه شروع بعدی آن را ببرد از پوشهٔ داده رونوشت بگیرید و ‎`peygir doctor`‎ را ببینید",
        ));
    }
    if arguments.keys_to.is_none() {
        say(lang.pick(
            "the keys of persons are not in it: back them up to another place with --keys-to FOLDER; without them nothing \
             personal can be read",
            "کلیدهای افراد در آن نیست: با ‎--keys-to FOLDER‎ در جای دیگری پشتیبان بگیرید؛ بی آن‌ها هیچ دادهٔ شخصی خوانده نمی‌شود",
        ));
    }
    keys.transpose()?;
    noted.with_context(|| {
        Said::new(
            "the backup is whole, and the data folder has no note of it for peygir doctor",
            "پشتیبان کامل است، ولی در پوشهٔ داده برای peygir doctor یادداشت نشد",
        )
    })?;
    Ok(ExitCode::SUCCESS)
}

fn verify(from: &Path, backup: Option<&str>, lang: Lang) -> Result<ExitCode> {
    let (name, manifest) = manifest::pick(from, backup)?;
    let bar = progress::bar(manifest.bytes(), lang.pick("verifying", "بررسی"));
    put::check(from, &manifest, &mut |bytes| bar.inc(bytes))?;
    let report = peygir_store_local::verify_on(&Shelf::new(from, &manifest), &mut |_| ())
        .with_context(|| format!("the journal of the backup {name} is damaged"))?;
    bar.finish_and_clear();
    anyhow::ensure!(
        report.last_frame == manifest.last_frame,
        "the backup {name} ends with frame {}, its manifest says {}",
        report.last_frame,
        manifest.last_frame
    );
    let (files, frames, seals) = (manifest.files.len(), report.frames, report.seals);
    lang.line(&match lang {
        Lang::En => format!("{name}: clean, {files} files, {frames} frames, {seals} seals"),
        Lang::Fa => {
            let told = lang.digits(&format!("سالم، {files} پرونده، {frames} قاب، {seals} مُهر"));
            format!("{}: {told}", lang.id(&name))
        }
    });
    Ok(ExitCode::SUCCESS)
}
