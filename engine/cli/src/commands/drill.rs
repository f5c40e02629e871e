//! `peygir drill restore`: restores the newest backup where nobody sees it, and says how long it took and what it showed.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use peygir_runtime::clock::Clock;
use peygir_runtime::rows::{self, List};
use peygir_runtime::stream::Stream;
use peygir_runtime::vault::{Keys, Vault};
use peygir_store::Store;
use serde::Serialize;

use super::local::Lang;
use super::restore::put_together;
use crate::answer::line;
use crate::backup::{Manifest, keys, manifest};
use crate::data_folder::{DataFolder, LastDrill};
use crate::instant::Instant as At;
use crate::said::Said;
use crate::store;

/// Rows read at once.
const PAGE_ROWS: usize = 1_000;
/// Rows of one case, at most.
const CASE_ROWS_MAX: usize = 100_000;

/// Drills: what has to work on a bad day, tried on a good one.
#[derive(clap::Subcommand)]
pub enum Command {
    Restore(Restore),
}

/// Restore the newest backup into a scratch folder and check chain, seals, digests and that every case opens.
///
/// Prints how long it took and what it covered; exit 1 where anything is wrong. Fit for cron.
#[derive(clap::Args)]
pub struct Restore {
    /// Folder of backups
    from: PathBuf,
    /// The keys' backup: then it is checked too that persons have their keys
    #[arg(long)]
    keys: Option<PathBuf>,
    /// The data folder that is told of the drill, for `peygir doctor`
    #[arg(long)]
    data: Option<PathBuf>,
    /// Where the scratch folder is made; there must be room for the whole store
    #[arg(long)]
    scratch: Option<PathBuf>,
    /// One JSON object
    #[arg(long)]
    json: bool,
    /// Language of what is printed
    #[arg(long, value_enum, default_value_t = Lang::En)]
    lang: Lang,
}

/// What a drill has shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    backup: String,
    backup_taken_at: At,
    last_frame: u64,
    bytes: u64,
    /// Copying with digests, and the check of frames, chains and seals.
    restore_seconds: f64,
    /// Making the index anew.
    index_seconds: f64,
    cases_seconds: f64,
    total_seconds: f64,
    cases: usize,
    /// With the keys: persons of these cases who have theirs. Erased ones have none.
    persons_with_keys: Option<usize>,
    digest: String,
}

pub fn run(command: &Command) -> Result<ExitCode> {
    let Command::Restore(arguments) = command;
    let shown = drill(arguments);
    if let Some(data) = &arguments.data {
        let last = LastDrill {
            at: At(Clock::Real.now().to_jiff()),
            from: std::path::absolute(&arguments.from)?,
            seconds: shown.as_ref().map_or(0.0, |shown| shown.total_seconds),
            failed: shown.as_ref().err().map(|error| format!("{error:#}")),
        };
        DataFolder::new(data).note_drill(&last)?;
    }
    let shown = shown.map_err(|error| {
        let said = failed(&error);
        error.context(said)
    })?;
    tell(arguments, &shown)?;
    Ok(ExitCode::SUCCESS)
}

/// What a failed drill says. Without room to try it nothing is known of the backup.
fn failed(error: &anyhow::Error) -> Said {
    let is_full = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|error| matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded));
    match is_full {
        true => Said::new(
            "the drill was not done: there is no room for the scratch folder, which takes as much as the whole store; another one \
             is named with --scratch",
            "تمرین انجام نشد: برای پوشهٔ موقت، که به اندازهٔ همهٔ انباره جا می‌خواهد، جا نیست؛ پوشهٔ دیگری را با --scratch نام ببرید",
        ),
        false => Said::new(
            "the drill failed: this backup does not bring the store back",
            "تمرین ناکام بود: این پشتیبان انباره را برنمی‌گرداند",
        ),
    }
}

fn drill(arguments: &Restore) -> Result<Shown> {
    let begun = Instant::now();
    let (name, manifest) = manifest::pick(&arguments.from, None)?;
    let scratch = match &arguments.scratch {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir(),
    };
    let scratch = scratch.with_context(|| Said::new("a scratch folder can't be made", "پوشهٔ موقت ساخته نمی‌شود"))?;
    let data = DataFolder::new(scratch.path());
    put_together(&arguments.from, &manifest, &data, None, arguments.lang)?;
    arguments.data.iter().try_for_each(|data| refuse_older(&DataFolder::new(data), &arguments.from, &manifest))?;
    let restored = begun.elapsed();
    let vault = match &arguments.keys {
        Some(from) => {
            keys::put(from, &data.keys())?;
            Some(Vault::new(std::sync::Arc::new(Keys::open(&data.keys())?)))
        }
        None => None,
    };
    let store = store::open_silently(&data.store())?;
    let indexed = begun.elapsed();
    let (cases, persons_with_keys, lacking) = open_cases(&store, vault.as_ref())?;
    refuse_lacking(lacking, cases, vault.as_ref())?;
    let digest = crate::backup::digest::hex(&store.digest()?);
    let opened = begun.elapsed();
    store.close()?;
    Ok(Shown {
        backup: name,
        backup_taken_at: manifest.taken_at,
        last_frame: manifest.last_frame,
        bytes: manifest.bytes(),
        restore_seconds: restored.as_secs_f64(),
        index_seconds: (indexed - restored).as_secs_f64(),
        cases_seconds: (opened - indexed).as_secs_f64(),
        total_seconds: begun.elapsed().as_secs_f64(),
        cases,
        persons_with_keys,
        digest,
    })
}

/// The newest backup that was noted in this folder is not in it any more: what is there would bring back less.
fn refuse_older(data: &DataFolder, from: &Path, manifest: &Manifest) -> Result<()> {
    let (Some(last), Ok(from)) = (data.last_backup(), from.canonicalize()) else { return Ok(()) };
    let is_same = last.to.canonicalize().is_ok_and(|to| to == from);
    let (noted, newest) = (last.last_frame, manifest.last_frame);
    ensure!(
        !is_same || newest >= noted,
        Said::new(
            format!(
                "the newest backup ends with frame {newest}, but one up to frame {noted} was taken into this folder: it is gone, or its manifest is"
            ),
            format!(
                "تازه‌ترین پشتیبان با قاب {newest} پایان می‌یابد، ولی پشتیبانی تا قاب {noted} در این پوشه گرفته شده بود؛ آن یا فهرستش از میان رفته است"
            ),
        )
    );
    Ok(())
}

/// Opens every case: how many there are, of how many the person has a key, and of how many they should have one and have not.
fn open_cases(store: &dyn Store, vault: Option<&Vault>) -> Result<(usize, Option<usize>, usize)> {
    let (mut from, to) = List::Cases.range();
    let (mut cases, mut with_keys, mut lacking) = (0, 0, 0);
    loop {
        let page = store.scan(&from, &to, PAGE_ROWS)?;
        let Some((last, _)) = page.last() else { break };
        from = [last.as_slice(), &[0]].concat();
        for (_, id) in page.iter().filter_map(|(key, _)| List::Cases.parse(key)) {
            let (first, end) = rows::of_stream(id);
            let stored = store.scan(&first, &end, CASE_ROWS_MAX)?;
            let stream = Stream::from_rows(id, store.version(id)?, &stored)
                .map_err(|error| anyhow::anyhow!("the case {id} can't be opened: {error}"))?;
            let citizen = stream.records.case.as_ref().map(|case| case.citizen.person);
            let known = citizen.zip(vault).is_some_and(|(person, vault)| vault.knows(person));
            (cases, with_keys) = (cases + 1, with_keys + usize::from(known));
            lacking += usize::from(citizen.zip(vault).is_some_and(|(person, vault)| vault.lacks(person)));
        }
    }
    Ok((cases, vault.map(|_| with_keys), lacking))
}

/// Keys that are not there and that nobody threw away don't come back with this backup.
fn refuse_lacking(lacking: usize, cases: usize, vault: Option<&Vault>) -> Result<()> {
    let unread = vault.map_or(0, |vault| vault.keys().unread().len());
    ensure!(
        lacking == 0,
        Said::new(
            format!(
                "keys are missing: persons of {lacking} of {cases} cases have no key in the keys' backup, and nobody erased them; \
                 {unread} of its slots can't be opened"
            ),
            format!(
                "کلیدها کم است: شخصِ {lacking} پرونده از {cases} پرونده در پشتیبان کلیدها کلید ندارد، بی‌آنکه کسی حذفش کرده باشد؛ \
                 {unread} جای آن باز نمی‌شود"
            ),
        )
    );
    Ok(())
}

fn tell(arguments: &Restore, shown: &Shown) -> Result<()> {
    if arguments.json {
        line(&serde_json::to_string_pretty(shown)?);
        return Ok(());
    }
    let lang = arguments.lang;
    let (frame, bytes, cases) = (shown.last_frame, shown.bytes, shown.cases);
    let [total, restore, index, opening] =
        [shown.total_seconds, shown.restore_seconds, shown.index_seconds, shown.cases_seconds]
            .map(|s| format!("{s:.1}"));
    lang.line(&match lang {
        Lang::En => format!(
            "{}: restored in {total} s ({restore} s copy and check, {index} s index, {opening} s cases): {frame} frames, \
             {bytes} bytes, {cases} cases open",
            shown.backup
        ),
        Lang::Fa => {
            let told = format!(
                "در {total} ثانیه بازگردانده شد ({restore} رونوشت و بررسی، {index} نمایه، {opening} پرونده‌ها): {frame} قاب، \
                 {bytes} بایت، {cases} پرونده باز شد"
            );
            format!("{}: {}", lang.id(&shown.backup), lang.digits(&told))
        }
    });
    if let Some(persons) = shown.persons_with_keys {
        lang.line(&lang.digits(&match lang {
            Lang::En => format!("keys: persons of {persons} of {cases} cases have theirs"),
            Lang::Fa => format!("کلیدها: شخصِ {persons} پرونده از {cases} پرونده کلید دارد"),
        }));
    }
    Ok(())
}
