//! `peygir restore`: a data folder from a backup, as of its last frame or of an earlier moment.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use peygir_core::Moment;
use peygir_runtime::clock::Clock;
use peygir_store_local::{CutBack, Point};

use super::local::Lang;
use crate::answer::say;
use crate::backup::{Manifest, keys, lies_within, manifest, put};
use crate::data_folder::{DataFolder, Hold};
use crate::instant::Instant;
use crate::progress;
use crate::said::Said;

/// Make a data folder from a backup, on this machine or another.
///
/// The index is made anew by the next start. What leaves (SMS, mail, calls of flows, webhooks) is held until a person lets it
/// go with `peygir effects release`: the server that was backed up may have sent it already.
#[derive(clap::Args)]
pub struct Arguments {
    /// Folder of backups
    from: PathBuf,
    /// The data folder to make; it must be missing or empty
    #[arg(long)]
    to: PathBuf,
    /// Which backup; the newest if left out
    #[arg(long)]
    backup: Option<String>,
    /// Leave out everything later than this instant, as 2026-11-22T08:30:00+03:30
    #[arg(long, conflicts_with = "frame")]
    at: Option<Timestamp>,
    /// Leave out everything behind this frame
    #[arg(long)]
    frame: Option<u64>,
    /// The keys' backup, to be put into place as well
    #[arg(long)]
    keys: Option<PathBuf>,
    /// What becomes of what leaves: held until a person lets it go, or sent from the first start on
    #[arg(long, value_enum, default_value_t = Effects::Hold)]
    effects: Effects,
    /// Language of what is printed
    #[arg(long, value_enum, default_value_t = Lang::En)]
    lang: Lang,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Effects {
    Hold,
    Send,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let lang = arguments.lang;
    put::refuse_taken(&arguments.to)?;
    for backups in std::iter::once(&arguments.from).chain(&arguments.keys) {
        refuse_within(&arguments.to, backups)?;
    }
    let (name, manifest) = manifest::pick(&arguments.from, arguments.backup.as_deref())?;
    let data = DataFolder::new(&arguments.to);
    let point = arguments.frame.map(Point::Frame).or(arguments.at.map(|at| Point::At(Moment::from(at))));
    refuse_later(point, &manifest, &name)?;
    let made = || {
        data.create()?;
        // Whoever ends this process leaves a folder that no server takes for a whole one.
        data.begin_restore(&arguments.from)?;
        let cut = put_together(&arguments.from, &manifest, &data, point, lang)?;
        arguments.keys.iter().try_for_each(|from| keys::put(from, &data.keys()))?;
        data.owe_token()?;
        if arguments.effects == Effects::Hold {
            data.hold_effects(&Hold {
                restored_at: Instant(Clock::Real.now().to_jiff()),
                backup: name.clone(),
                last_frame: cut.last_frame,
            })?;
        }
        data.end_restore()?;
        Ok::<_, anyhow::Error>(cut)
    };
    let cut = made().inspect_err(|_| take_away(&arguments.to))?;
    tell(arguments, &name, &cut);
    Ok(ExitCode::SUCCESS)
}

/// Data within a folder of backups would be taken for one of them, and would go with them.
fn refuse_within(to: &Path, backups: &Path) -> Result<()> {
    ensure!(
        !lies_within(to, backups)?,
        Said::new(
            format!("{} lies in the folder of backups {}; name a folder elsewhere", to.display(), backups.display()),
            format!(
                "{} درون پوشهٔ پشتیبان‌ها {} است؛ پوشه‌ای در جای دیگر نام ببرید",
                Lang::Fa.id(&to.display().to_string()),
                Lang::Fa.id(&backups.display().to_string())
            ),
        )
    );
    Ok(())
}

/// A backup knows nothing of what came after it.
fn refuse_later(point: Option<Point>, manifest: &Manifest, name: &str) -> Result<()> {
    let (last, taken) = (manifest.last_frame, &manifest.taken_at.0);
    match point {
        Some(Point::Frame(frame)) => ensure!(
            frame <= last,
            "the backup {name} ends with frame {last}, before {frame}; leave --frame out to have all of it"
        ),
        Some(Point::At(at)) => ensure!(
            at <= Moment::from(*taken),
            "the backup {name} was taken at {taken} and knows nothing of what came later; leave --at out to have all of it"
        ),
        None => {}
    }
    Ok(())
}

/// What was begun in a folder that was missing or empty: half a restore looks like a whole one.
fn take_away(folder: &Path) {
    if let Err(error) = std::fs::remove_dir_all(folder) {
        say(&format!("peygir: {} has half a restore in it and can't be removed: {error}", folder.display()));
    }
}

/// Copies a backup's files into a data folder, cuts them at a point, and checks what is there then.
pub fn put_together(
    from: &Path,
    manifest: &Manifest,
    data: &DataFolder,
    point: Option<Point>,
    lang: Lang,
) -> Result<CutBack> {
    data.create()?;
    let bar = progress::bar(manifest.bytes(), lang.pick("restoring", "بازگرداندن"));
    put::put(from, manifest, &data.store(), &mut |bytes| bar.inc(bytes))?;
    bar.finish_and_clear();
    let cut = peygir_store_local::cut_back(&data.store(), point.unwrap_or(Point::Frame(manifest.last_frame)))
        .context("the backup can't be brought back to that moment")?;
    let last = cut.last_frame + cut.frames_left_out;
    ensure!(
        last == manifest.last_frame,
        Said::new(
            format!(
                "the manifest says that the backup ends with frame {}, its journal ends with frame {last}: one of them was changed",
                manifest.last_frame
            ),
            format!(
                "فهرست پشتیبان می‌گوید پشتیبان با قاب {} پایان می‌یابد، ولی دفترش با قاب {last}؛ یکی از آن دو تغییر کرده است",
                manifest.last_frame
            ),
        )
    );
    let report = peygir_store_local::verify(&data.store(), &mut |_| ()).context("the restored journal is damaged")?;
    ensure!(report.last_frame == cut.last_frame, "the restored journal ends with frame {}", report.last_frame);
    Ok(cut)
}

fn tell(arguments: &Arguments, name: &str, cut: &CutBack) {
    let lang = arguments.lang;
    let at =
        cut.last_at.and_then(|at| Timestamp::from_microsecond(at.0).ok()).map_or("-".to_owned(), |at| at.to_string());
    let (frame, left_out) = (cut.last_frame, cut.frames_left_out);
    lang.line(&match lang {
        Lang::En => format!("{name}: restored up to frame {frame} of {at}; {left_out} later frames are left out"),
        Lang::Fa => format!(
            "{}: تا قاب {} به زمان {} بازگردانده شد؛ {} قاب پس از آن کنار گذاشته شد",
            lang.id(name),
            lang.digits(&frame.to_string()),
            lang.id(&at),
            lang.digits(&left_out.to_string())
        ),
    });
    if arguments.keys.is_none() {
        say(lang.pick(
            "bring the keys' backup into the folder keys/ before the start: master.key and persons.keys together",
            "پیش از شروع، پشتیبان کلیدها را در پوشهٔ keys/ بگذارید: master.key و persons.keys با هم",
        ));
    }
    if arguments.effects == Effects::Hold {
        say(lang.pick(
            "nothing leaves until somebody lets it go with `peygir effects release`: look through the outbox first",
            "تا کسی با ‎`peygir effects release`‎ اجازه ندهد چیزی فرستاده نمی‌شود؛ نخست صندوق خروجی را ببینید",
        ));
    }
}
