//! The embedded store of a data folder, opened in one way by every command that needs it.
//!
//! Owns: the options it is opened with, and telling people what the opening found. Knows nothing of what is kept in it.

use std::path::Path;

use anyhow::{Context, Result};
use peygir_core::Moment;
use peygir_runtime::known;
use peygir_runtime::vault::Keys;
use peygir_store::{Error, Store};
use peygir_store_local::{Cut, IndexFound, Known, LocalStore, OpeningReport, Options};
use semver::Version;

use crate::answer::say;
use crate::commands::local::Lang;
use crate::data_folder::DataFolder;
use crate::said::{Said, lang};

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
    let (store, report) =
        LocalStore::open(folder, options).map_err(|error| writers.explain(error)).with_context(|| {
            let shown = folder.display().to_string();
            let fa = format!("انبارهٔ {} باز نمی‌شود", Lang::Fa.id(&shown));
            Said::new(format!("the store in {shown} can't be opened"), fa)
        })?;
    writers.note(folder)?;
    Ok((store, report))
}

/// Errs where a store that is new or empty can't be the one that was there: keys of persons are made once something has been committed,
/// and a backup tells how far the journal was.
pub fn refuse_lost(data: &DataFolder) -> Result<()> {
    let keys = data.keys();
    let persons = Keys::made_in(&keys)?;
    if persons > 0 {
        let (keys, count) = (keys.display().to_string(), lang().digits(&persons.to_string()));
        return Err(lost(
            data,
            format!("{keys} has the keys of {persons} persons"),
            format!("{} کلید {count} شخص را دارد", Lang::Fa.id(&keys)),
        ));
    }
    if let Some(frame) = data.last_backup().map(|last| last.last_frame).filter(|&frame| frame > 0) {
        let number = lang().digits(&frame.to_string());
        return Err(lost(
            data,
            format!("a backup of it went up to frame {frame}"),
            format!("پشتیبانی از آن تا قاب {number} رفته است"),
        ));
    }
    Ok(())
}

/// The same where there is not even a journal: a server keeps its token and its counts behind one.
pub fn refuse_gone(data: &DataFolder) -> Result<()> {
    refuse_lost(data)?;
    match [data.bootstrap(), data.counts_file()].into_iter().find(|file| file.exists()) {
        Some(file) => {
            let file = file.display().to_string();
            let fa = format!("{} را سروری نوشته است که انباره داشت", Lang::Fa.id(&file));
            Err(lost(data, format!("{file} was written by a server that had a store"), fa))
        }
        None => Ok(()),
    }
}

/// Errs where a backup has frames that the journal lacks: they had been acknowledged. A store that is older than its folder may have been
/// put in the place of the one that was there.
pub fn refuse_behind(data: &DataFolder, last_frame: u64) -> Result<()> {
    if data.is_last_backup_unread() {
        let note = data.last_backup_file().display().to_string();
        tell(
            &format!(
                "{note} can't be read: whether the journal has everything that was backed up is not known; mend its owner, or take a backup"
            ),
            &format!(
                "{} خوانده نمی‌شود: معلوم نیست دفتر همهٔ آنچه را پشتیبان گرفته شده دارد یا نه؛ مالک آن را درست کنید یا پشتیبان بگیرید",
                Lang::Fa.id(&note)
            ),
        );
    }
    let Some(last) = data.last_backup().filter(|last| last.last_frame > last_frame) else { return Ok(()) };
    let (store, note, to) = (data.store(), data.last_backup_file(), &last.to);
    let [store, note, to] = [&store, &note, to].map(|path| path.display().to_string());
    let (backed, had) = (persian(last.last_frame), persian(last_frame));
    let said = Said::new(
        format!(
            "the journal in {store} ends with frame {last_frame}, but a backup of it in {to} went up to frame {}: what is behind was \
             acknowledged, and is missing here. Nothing was started. Restore the newest backup into a new folder and start on that one; \
             where an earlier state is meant, move {note} away",
            last.last_frame
        ),
        format!(
            "دفتر {} با قاب {had} پایان می‌یابد، ولی پشتیبانی از آن در {} تا قاب {backed} رفته است: آنچه پس از آن بود اعلام شده بود و این‌جا نیست. \
             چیزی آغاز نشد. تازه‌ترین پشتیبان را در پوشه‌ای تازه بازگردانید و با همان آغاز کنید؛ اگر همین حالت پیشین منظور است، {} را \
             جابه‌جا کنید",
            Lang::Fa.id(&store),
            Lang::Fa.id(&to),
            Lang::Fa.id(&note)
        ),
    );
    Err(said.into())
}

/// What tells of a store that is not there, and what to do.
fn lost(data: &DataFolder, knows: String, knows_fa: String) -> anyhow::Error {
    let (store, root) = (data.store().display().to_string(), data.root().display().to_string());
    let (store_fa, root_fa) = (Lang::Fa.id(&store), Lang::Fa.id(&root));
    let said = Said::new(
        format!(
            "{knows}, but there is nothing in {store}: is its disk mounted? Nothing was started. Where the store is lost, move {root} away \
             and restore: peygir restore BACKUPS --to {root} --keys KEYS (the keys' backup, or the folder keys of what was moved away). To \
             begin anew, name another data folder"
        ),
        format!(
            "{knows_fa}، ولی در {store_fa} چیزی نیست؛ آیا دیسک آن سوار شده است؟ چیزی آغاز نشد. اگر انباره از دست رفته است، {root_fa} را جابه‌جا \
             کنید و بازگردانید: {} (پشتیبان کلیدها، یا پوشهٔ keys در آنچه جابه‌جا شد). برای آغازی تازه پوشهٔ دادهٔ دیگری نام ببرید",
            Lang::Fa.id(&format!("peygir restore BACKUPS --to {root} --keys KEYS"))
        ),
    );
    said.into()
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
        let (later, later_fa) = match &self.newest {
            Some(newest) if *newest > self.own => (
                format!("peygir {newest} wrote here: start that version, or a later one"),
                format!(
                    "{} این‌جا نوشته است: آن نسخه یا نسخه‌ای تازه‌تر را به راه اندازید",
                    Lang::Fa.id(&format!("peygir {newest}"))
                ),
            ),
            _ => (
                "start the version that wrote it, or a later one".to_owned(),
                "نسخه‌ای را که آن را نوشته است، یا تازه‌تر، به راه اندازید".to_owned(),
            ),
        };
        let own = &self.own;
        anyhow::Error::new(error).context(Said::new(
            format!("a later version than this peygir {own} wrote to it; nothing was started or changed; {later}"),
            format!(
                "نسخه‌ای تازه‌تر از این {} در آن نوشته است؛ چیزی آغاز نشد و چیزی دگرگون نشد؛ {later_fa}",
                Lang::Fa.id(&format!("peygir {own}"))
            ),
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
        tell(&cut_in_english(cut), &cut_in_persian(cut));
    }
    if let IndexFound::Rebuilt { reason, .. } = &report.index {
        let frames = report.frames_redone;
        tell(
            &format!("the index was rebuilt from the journal ({reason}): {frames} frames"),
            &format!("نمایه از روی دفتر از نو ساخته شد ({}): {} قاب", Lang::Fa.id(reason), persian(frames)),
        );
    }
    for (name, why) in &report.snapshots_refused {
        tell(
            &format!("snapshot {name} could not be used: {why}"),
            &format!("تصویر {} به کار نیامد: {}", Lang::Fa.id(name), Lang::Fa.id(why)),
        );
    }
}

fn tell(en: &str, fa: &str) {
    say(&format!("peygir: {}", lang().pick(en, fa)));
}

fn persian(number: u64) -> String {
    Lang::Fa.digits(&number.to_string())
}

fn cut_in_english(cut: &Cut) -> String {
    let Cut { segment, bytes, offset, .. } = cut;
    if !cut.is_doubtful {
        return format!(
            "the end of {segment} was torn; {bytes} bytes that nobody was told of were cut at offset {offset}"
        );
    }
    let kept = match &cut.kept {
        Some(path) => format!("The bytes are kept in {path} of the store's folder"),
        None => "There was no room to keep the bytes".to_owned(),
    };
    format!(
        "the last group of {segment} does not agree with its check sum; its {bytes} bytes were cut at offset {offset}. A power cut leaves a \
         write like that; without one it may have been acknowledged and damaged since: compare with the outbox and with receipts given out. \
         {kept}"
    )
}

fn cut_in_persian(cut: &Cut) -> String {
    let (segment, bytes, offset) = (Lang::Fa.id(&cut.segment), persian(cut.bytes), persian(cut.offset));
    if !cut.is_doubtful {
        return format!("انتهای {segment} ناتمام بود؛ {bytes} بایت که به کسی اعلام نشده بود از بایت {offset} بریده شد");
    }
    let kept = match &cut.kept {
        Some(path) => format!("آن بایت‌ها در {} در پوشهٔ انباره نگه داشته شد", Lang::Fa.id(path)),
        None => "برای نگه‌داشتن آن بایت‌ها جا نبود".to_owned(),
    };
    format!(
        "آخرین گروه {segment} با جمع وارسی‌اش نمی‌خواند؛ {bytes} بایت آن از بایت {offset} بریده شد. قطع برق چنین نوشته‌ای به جا می‌گذارد؛ \
         اگر برق نرفته باشد، شاید اعلام شده و سپس آسیب دیده است: با صندوق خروجی و رسیدهای داده‌شده بسنجید. {kept}"
    )
}
