//! What the folder of the journal shows: whether it is there, how far it reaches, and whether it is whole; with its index.

use std::collections::BTreeSet;

use jiff::Timestamp;
use peygir_core::{Id, Moment};
use peygir_runtime::health::{Finding, TAIL_FRAMES_MAX, Weight, apart};
use peygir_runtime::pack::system_words;
use peygir_runtime::vault::person_of;
use peygir_store::Error;
use peygir_store_local::{ASIDE_FOLDER, LocalStore, Lock, VerifyReport, verify_showing};

use crate::data_folder::DataFolder;

/// A journal that is no longer than this is read whole, in bytes: a start reads as much.
const JOURNAL_BYTES_READ: u64 = 256 << 20;
/// A journal whose end is this far ahead of the clock was written by another clock, in seconds.
const CLOCK_SKEW_SECONDS_MAX: i64 = 60;

/// All of it, for a folder whose server is down; and the persons whom the journal is about, where it is read whole.
pub fn look(data: &DataFolder, now: Timestamp, deep: bool, persons: &mut BTreeSet<Id>) -> Vec<Finding> {
    if matches!(LocalStore::is_begun(&data.store()), Ok(false)) {
        return vec![gone(data)];
    }
    let mut found = reached(data, now);
    found.extend(index(data));
    if deep || journal_bytes(data) <= JOURNAL_BYTES_READ {
        found.push(whole_journal(data, persons));
    }
    found
}

/// What a server does not know of its own journal.
pub fn beside(data: &DataFolder) -> Vec<Finding> {
    no_files(data).into_iter().chain(cut_off(data)).collect()
}

/// Not one segment is there.
fn gone(data: &DataFolder) -> Finding {
    let (store, root) = (data.store().display().to_string(), data.root().display().to_string());
    let (en, fa) = (
        "there is no journal here: the store is gone, or its disk is not mounted",
        "این‌جا دفتری نیست؛ انباره از دست رفته است یا دیسک آن سوار نشده است",
    );
    let (mounted, restore) =
        (format!("findmnt --target {store}"), format!("peygir restore BACKUPS --to {root} --keys KEYS"));
    let how = format!(
        "look whether its disk is mounted: {mounted}; where the store is lost, move {root} away and restore: {restore}"
    );
    let how_fa = format!(
        "با {} ببینید که دیسک آن سوار شده است یا نه؛ اگر انباره از دست رفته است، پوشهٔ دادهٔ {} را جابه‌جا کنید و بازگردانید: {}",
        apart(mounted),
        apart(&root),
        apart(restore)
    );
    Finding::new("journal", Weight::Wrong, en, fa).mend_told(how, how_fa).about([store])
}

/// What has the name of a segment and is a folder, a link or the like: no start gets past it.
fn no_files(data: &DataFolder) -> Option<Finding> {
    let all = std::fs::read_dir(data.store().join("journal")).ok()?.filter_map(Result::ok);
    let others = all.filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_file()));
    let is_segment = |name: &str| {
        let number = name.strip_suffix(".segment");
        number.is_some_and(|number| number.len() >= 8 && number.bytes().all(|digit| digit.is_ascii_digit()))
    };
    let mut named: Vec<String> = others
        .filter(|entry| entry.file_name().to_str().is_some_and(is_segment))
        .map(|entry| entry.path().display().to_string())
        .collect();
    named.sort();
    let first = named.first()?;
    let en = "something in the journal has the name of a segment and is no file: a start refuses it";
    let fa = "چیزی در پوشهٔ دفتر نام یک بخش دفتر را دارد و پرونده نیست؛ شروع برنامه آن را نمی‌پذیرد";
    let (seen, verify) = (format!("ls -ld {first}"), format!("peygir journal verify --data {}", data.root().display()));
    let how = format!(
        "look what it is: {seen}; take it out of the journal, and where it is a link put the file itself there; then {verify}"
    );
    let how_fa = format!(
        "با {} ببینید چیست؛ آن را از پوشهٔ دفتر بیرون ببرید و اگر پیوند است خود پرونده را به جایش بگذارید؛ سپس {}",
        apart(seen),
        apart(verify)
    );
    Some(Finding::new("journal", Weight::Wrong, en, fa).mend_told(how, how_fa).about(named))
}

/// An index that is missing is made anew by the next start, which takes its time.
fn index(data: &DataFolder) -> Option<Finding> {
    let path = data.store().join("rows");
    let begun = std::fs::read_dir(data.store().join("journal")).is_ok();
    let missing = begun && std::fs::read_dir(&path).map_or(true, |mut files| files.next().is_none());
    let en = "the index is missing: the next start makes it anew from the snapshot and the journal, and takes longer";
    let fa = "نمایه نیست؛ شروع بعدی آن را از تصویر و دفتر از نو می‌سازد و بیشتر طول می‌کشد";
    let finding = Finding::new("index", Weight::Slow, en, fa).about([path.display().to_string()]);
    missing.then(|| finding.mend("peygir serve DEPLOYMENT --data DATA"))
}

fn journal_bytes(data: &DataFolder) -> u64 {
    let files = std::fs::read_dir(data.store().join("journal")).into_iter().flatten().filter_map(Result::ok);
    files.filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
}

/// Every frame, chain, seal and snapshot; and the persons whom the frames are about.
fn whole_journal(data: &DataFolder, persons: &mut BTreeSet<Id>) -> Finding {
    let how = "peygir journal verify --data DATA; peygir restore";
    let read = verify_showing(&data.store(), &mut |key, value| persons.extend(person_of(key, value)));
    match read {
        Ok(report) if is_end_damaged(data, &report) => {
            let en = "the last group of the journal is there and does not agree with its check sum: torn by a power cut, or damaged \
                      after it was acknowledged; the next start cuts it off and keeps its bytes in cut/";
            let fa = "آخرین گروه دفتر هست و با جمع کنترلی‌اش نمی‌خواند: یا قطع برق آن را بریده یا پس از تأیید آسیب دیده است؛ شروع \
                      بعدی آن را می‌برد و بایت‌هایش را در \u{2066}cut/\u{2069} نگه می‌دارد";
            let named =
                report.tail.map(|tail| format!("{}, offset {}, {} bytes", tail.segment, tail.offset, tail.bytes));
            let how =
                "copy the data folder before the next start; compare with a backup and with receipts: docs/failures.md";
            let how_fa = "پیش از شروع بعدی از پوشهٔ داده رونوشت بردارید؛ آن را با پشتیبان و با رسیدها مقایسه کنید؛ نگاه کنید به \
                          \u{2066}docs/failures.md\u{2069}";
            Finding::new("journal-whole", Weight::Wrong, en, fa).mend_told(how, how_fa).about(named)
        }
        Ok(report) if report.snapshots_refused.is_empty() => {
            let (frames, seals) = (report.frames, report.seals);
            let en = format!("all {frames} frames and {seals} seals of the journal were read and are whole");
            let fa = format!("هر {frames} قاب و {seals} مهر دفتر خوانده شد و سالم است");
            Finding::new("journal-whole", Weight::Fine, en, fa)
        }
        Ok(report) => {
            let named: Vec<String> = report.snapshots_refused.iter().map(|(name, _)| name.clone()).collect();
            let (en, fa) = ("a snapshot can't be used; the journal is whole", "تصویری به کار نمی‌آید؛ دفتر سالم است");
            Finding::new("journal-whole", Weight::Slow, en, fa).mend(how).about(named)
        }
        Err(error) => unread(&error).unwrap_or_else(|| {
            let en = format!("the journal is damaged: {error}");
            let fa = format!("دفتر آسیب دیده است: {}", apart(&error));
            Finding::new("journal-whole", Weight::Wrong, en, fa).mend(how)
        }),
    }
}

/// Of a write under way nobody knows yet how it ends.
fn is_end_damaged(data: &DataFolder, report: &VerifyReport) -> bool {
    let is_doubtful = report.tail.as_ref().is_some_and(|tail| tail.is_doubtful);
    is_doubtful && !Lock::is_held(&data.store()).unwrap_or(false)
}

/// A file that the system does not let be read is not damaged by that.
fn unread(error: &Error) -> Option<Finding> {
    let Error::Io { path, source } = error else { return None };
    let (en, fa) = system_words(source);
    let en = format!("a file of the journal can't be read: {en}");
    let fa = format!("پرونده‌ای از دفتر خوانده نمی‌شود: {fa}");
    let (how, how_fa) = if source.kind() == std::io::ErrorKind::PermissionDenied {
        (
            "ls -l of the file; chown and chmod it for the user that the server runs as; ask as that user",
            "با \u{2066}ls -l\u{2069} صاحب پرونده را ببینید؛ با \u{2066}chown\u{2069} و \u{2066}chmod\u{2069} آن را به کاربری بدهید که سرور با \
             آن کار می‌کند؛ \u{2066}peygir doctor\u{2069} را با همان کاربر اجرا کنید",
        )
    } else {
        (
            "the system's log: dmesg; then peygir journal verify --data DATA",
            "گزارش سیستم را با \u{2066}dmesg\u{2069} بخوانید؛ سپس \u{2066}peygir journal verify --data DATA\u{2069}",
        )
    };
    Some(Finding::new("journal-whole", Weight::Wrong, en, fa).mend_told(how, how_fa).about([path.clone()]))
}

fn reached(data: &DataFolder, now: Timestamp) -> Vec<Finding> {
    let inventory = match peygir_store_local::inventory(&data.store()) {
        Ok(inventory) => inventory,
        Err(error) => {
            if let Some(finding) = unread(&error) {
                return vec![Finding { check: "journal".to_owned(), ..finding }];
            }
            let en = format!("the journal can't be read: {error}");
            let fa = format!("دفتر خوانده نمی‌شود: {}", apart(&error));
            return vec![Finding::new("journal", Weight::Wrong, en, fa).mend("peygir journal verify")];
        }
    };
    let (frames, segments) = (inventory.last_frame, inventory.segments.len());
    let bytes: u64 = inventory.segments.iter().map(|part| part.bytes).sum();
    let mut found = vec![Finding::new(
        "journal",
        Weight::Fine,
        format!("the journal has {frames} frames in {segments} segments, {} MiB", bytes >> 20),
        format!("دفتر {frames} قاب در {segments} بخش دارد، {} مبی‌بایت", bytes >> 20),
    )];
    let begun = inventory.snapshot.as_ref().and_then(|part| snapshot_frame(&part.path)).unwrap_or(0);
    let tail = frames.saturating_sub(begun);
    if tail > TAIL_FRAMES_MAX {
        found.push(Finding::new(
            "snapshot",
            Weight::Slow,
            format!("{tail} frames came since the newest snapshot: a start that rebuilds the index takes long"),
            format!("{tail} قاب پس از تازه‌ترین تصویر آمده است؛ ساختن دوبارهٔ نمایه زمان می‌برد"),
        ));
    }
    found.extend(behind(data, frames));
    found.extend(clock(inventory.last_at, now));
    found
}

/// A journal that lacks what a backup of it has.
fn behind(data: &DataFolder, frames: u64) -> Option<Finding> {
    let last = data.last_backup().filter(|last| last.last_frame > frames)?;
    let (backed, to) = (last.last_frame, last.to.display().to_string());
    let en = format!(
        "the journal ends with frame {frames}, but a backup of it went up to frame {backed}: acknowledged frames are missing"
    );
    let fa = format!(
        "دفتر با قاب {frames} پایان می‌یابد، ولی پشتیبانی از آن تا قاب {backed} رفته است؛ قاب‌هایی که اعلام شده بود کم است"
    );
    let how = format!("peygir restore {to} --to NEW --keys KEYS");
    Some(Finding::new("journal-behind", Weight::Wrong, en, fa).mend(how).about([to]))
}

/// A clock that is behind what the journal's end was written at.
pub fn clock(written: Option<Moment>, now: Timestamp) -> Option<Finding> {
    let ahead = written.map_or(0, |at| at.0 / 1_000_000 - now.as_second());
    (ahead > CLOCK_SKEW_SECONDS_MAX).then(|| {
        Finding::new(
            "clock",
            Weight::Wrong,
            format!("the journal's last frame is {ahead} s ahead of this machine's clock"),
            format!("آخرین قاب دفتر {ahead} ثانیه از ساعت این دستگاه جلوتر است"),
        )
        .mend("timedatectl status")
    })
}

fn snapshot_frame(path: &str) -> Option<u64> {
    path.rsplit('/').next()?.split('.').next()?.parse().ok()
}

/// Ends that starts cut off the journal and that may have been acknowledged.
fn cut_off(data: &DataFolder) -> Option<Finding> {
    let folder = data.store().join(ASIDE_FOLDER);
    let files = std::fs::read_dir(&folder).ok()?.filter_map(Result::ok);
    let mut named: Vec<String> = files.map(|file| file.path().display().to_string()).collect();
    named.sort();
    let count = named.len();
    let en = format!("damaged ends that starts cut off the journal: {count}; what they had may have been acknowledged");
    let fa =
        format!("انتهاهای آسیب‌دیده‌ای که شروع برنامه از دفتر بریده است: {count}؛ شاید محتوایشان پیش‌تر تأیید شده بود");
    let how = "peygir journal verify --receipt FILE; look through /outbox; then take the files away: docs/failures.md";
    let how_fa = "رسیدها را با \u{2066}peygir journal verify --receipt FILE\u{2069} بسنجید؛ صفحهٔ \u{2066}/outbox\u{2069} را مرور کنید؛ سپس \
                  این پرونده‌ها را از آن‌جا بردارید؛ نگاه کنید به \u{2066}docs/failures.md\u{2069}";
    (count > 0).then(|| Finding::new("cut", Weight::Wrong, en, fa).mend_told(how, how_fa).about(named))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_of_a_snapshot_is_in_its_name() {
        assert_eq!(snapshot_frame("snapshots/00000000000000000041.snapshot"), Some(41));
        assert_eq!(snapshot_frame("x"), None);
    }

    #[test]
    fn ends_that_were_cut_off_are_told_until_somebody_takes_them_away() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::new(folder.path());
        assert_eq!(cut_off(&data), None);
        let aside = data.store().join(ASIDE_FOLDER);
        std::fs::create_dir_all(&aside).unwrap();
        assert_eq!(cut_off(&data), None);
        let path = aside.join("00000001.segment-000000000080");
        std::fs::write(&path, b"x").unwrap();
        let found = cut_off(&data).unwrap();
        assert_eq!((found.weight, found.subjects), (Weight::Wrong, vec![path.display().to_string()]));
    }

    #[test]
    fn a_file_that_may_not_be_read_is_not_called_damaged() {
        let refused = |kind: std::io::ErrorKind| Error::Io { path: "journal/x".into(), source: kind.into() };
        let found = unread(&refused(std::io::ErrorKind::PermissionDenied)).unwrap();
        let how = found.mend.clone().unwrap();
        assert!(how.contains("chown") && !how.contains("restore") && !found.en.contains("damaged"), "{found:?}");
        assert!(!found.fa.contains(|letter: char| letter.is_ascii_alphabetic()), "{}", found.fa);
        assert!(found.mend_fa.as_ref().is_some_and(|how| how.contains("\u{2066}chown\u{2069}")), "{found:?}");
        assert_eq!((found.weight, found.subjects), (Weight::Wrong, vec!["journal/x".to_owned()]));
        assert!(unread(&refused(std::io::ErrorKind::NotFound)).is_some());
        assert!(unread(&Error::Archived { first: 2 }).is_none());
    }

    #[test]
    fn a_folder_with_the_name_of_a_segment_is_told_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::new(folder.path());
        assert_eq!(no_files(&data), None);
        let journal = data.store().join("journal");
        std::fs::create_dir_all(journal.join("old.segment")).unwrap();
        std::fs::write(journal.join("00000001.segment"), b"x").unwrap();
        assert_eq!(no_files(&data), None);
        let path = journal.join("00000002.segment");
        std::fs::create_dir(&path).unwrap();
        let found = beside(&data).remove(0);
        let path = path.display().to_string();
        assert!(found.mend.as_ref().is_some_and(|how| how.contains(&path)), "{found:?}");
        assert!(found.mend_fa.as_ref().is_some_and(|how| how.contains(&path)), "{found:?}");
        assert_eq!((found.weight, found.subjects), (Weight::Wrong, vec![path]));
    }
}
