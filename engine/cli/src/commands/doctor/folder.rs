//! What the data folder shows by itself: journal, snapshots, index, keys, room on the disk, backups, drills, what is held.

use std::collections::BTreeSet;

use jiff::Timestamp;
use peygir_core::{Id, Moment};
use peygir_runtime::health::{Finding, TAIL_FRAMES_MAX, Weight, apart};
use peygir_runtime::pack::system_words;
use peygir_runtime::vault::person_of;
use peygir_server::Folder;
use peygir_store::Error;
use peygir_store_local::{ASIDE_FOLDER, Lock, VerifyReport, verify_showing};

use super::{kept, keys};
use crate::certificates;
use crate::data_folder::DataFolder;

/// With less room than this the store stops soon; with less than the next, or than this part of the disk, it is told, in
/// bytes.
const ROOM_BYTES_MIN: u64 = 256 << 20;
const ROOM_BYTES_SCARCE: u64 = 2 << 30;
const ROOM_PERCENT_SCARCE: u64 = 5;
/// A journal that is no longer than this is read whole, in bytes: a start reads as much.
const JOURNAL_BYTES_READ: u64 = 256 << 20;
/// A certificate that runs out within as many days is told.
const CERTIFICATE_DAYS_MIN: i64 = 30;
/// A journal whose end is this far ahead of the clock was written by another clock, in seconds.
const CLOCK_SKEW_SECONDS_MAX: i64 = 60;

/// All of it, for a folder whose server is down; with `deep`, every frame of the journal is read.
pub fn look(data: &DataFolder, now: Timestamp, deep: bool) -> Vec<Finding> {
    let mut found = journal(data, now);
    found.extend(index(data));
    let mut persons = BTreeSet::new();
    if deep || journal_bytes(data) <= JOURNAL_BYTES_READ {
        found.push(whole_journal(data, &mut persons));
    }
    found.extend(keys::against(data, &persons));
    found.extend(beside(data, now));
    found.extend(held(data));
    found
}

/// What a server can't know of itself from its store; its journal it knows better than the files show.
pub fn beside_a_server(data: &DataFolder, now: Timestamp) -> Folder {
    let (backup, drill, room) = (data.last_backup(), data.last_drill(), room(data));
    Folder {
        findings: beside(data, now),
        free_bytes: room.map(|(free, _)| free),
        disk_bytes: room.map(|(_, all)| all),
        snapshot_at: snapshot_at(data),
        backup_at: backup.as_ref().map(|last| last.at.0),
        keys_backup_at: backup.and_then(|last| last.keys_at).map(|at| at.0),
        drill_at: drill.as_ref().map(|last| last.at.0),
        drill_seconds: drill.map(|last| last.seconds),
    }
}

fn beside(data: &DataFolder, now: Timestamp) -> Vec<Finding> {
    let mut found = vec![disk(data)];
    found.extend(unfinished(data));
    found.extend(unwritable(data));
    found.extend(cut_off(data));
    found.extend(keys::files(data));
    found.push(kept::backup(data, now));
    found.extend(kept::keys_backup(data, now));
    found.push(kept::drill(data, now));
    found
}

/// Half a restore, which looks like a whole one.
fn unfinished(data: &DataFolder) -> Option<Finding> {
    let shown = data.root().display().to_string();
    let (en, fa) = (
        "half a restore lies here: it was ended before all was there, and no server starts on it",
        "نیمی از یک بازگردانی این‌جاست: پیش از پایان قطع شد و هیچ سروری با آن آغاز نمی‌شود",
    );
    let mend = format!("rm -r {shown}; peygir restore …");
    data.is_unfinished().then(|| Finding::new("restore", Weight::Wrong, en, fa).mend(mend).about([shown]))
}

/// Free and all bytes of the folder's disk.
fn room(data: &DataFolder) -> Option<(u64, u64)> {
    let found = rustix::fs::statvfs(data.root()).ok()?;
    Some((found.f_bavail.saturating_mul(found.f_frsize), found.f_blocks.saturating_mul(found.f_frsize)))
}

fn disk(data: &DataFolder) -> Finding {
    let shown = data.root().display().to_string();
    let Some((free, all)) = room(data) else {
        let (en, fa) = ("how much room the disk has can't be told", "جای خالی دیسک معلوم نیست");
        return Finding::new("disk", Weight::Slow, en, fa).mend(format!("df {shown}")).about([shown]);
    };
    let (weight, mib) = (scarce(free, all), free >> 20);
    let (en, fa) = match weight {
        Weight::Wrong => (
            format!("{mib} MiB are left on the disk: the store stops once they are gone"),
            format!("{mib} مبی‌بایت روی دیسک مانده است؛ با پر شدن آن انباره می‌ایستد"),
        ),
        Weight::Slow => (
            format!("{mib} MiB are left on the disk: that is little"),
            format!("{mib} مبی‌بایت روی دیسک مانده است و این کم است"),
        ),
        _ => (format!("{mib} MiB are left on the disk"), format!("{mib} مبی‌بایت روی دیسک خالی است")),
    };
    let finding = Finding::new("disk", weight, en, fa).about([shown.clone()]);
    if weight == Weight::Fine { finding } else { finding.mend(format!("df {shown}; make room, or move the folder")) }
}

/// A folder in which nothing can be written, by whoever looks: the server that does so as the same user can't start.
fn unwritable(data: &DataFolder) -> Option<Finding> {
    let refused = [data.root().to_owned(), data.store(), data.keys()]
        .into_iter()
        .filter(|folder| folder.is_dir())
        .find_map(|folder| Some((rustix::fs::access(&folder, rustix::fs::Access::WRITE_OK).err()?, folder)));
    let (error, folder) = refused?;
    let (en, fa) = system_words(&error.into());
    let shown = folder.display().to_string();
    let en = format!("nothing can be written in the data folder by who looks here: {en}");
    let fa = format!("آن که اینجا نگاه می‌کند در پوشهٔ داده چیزی نمی‌تواند بنویسد: {fa}");
    let how = format!("mount | grep {shown}; ls -ld {shown}; ask as the user that the server runs as");
    Some(Finding::new("unwritable", Weight::Wrong, en, fa).mend(how).about([shown]))
}

fn scarce(free: u64, all: u64) -> Weight {
    if free < ROOM_BYTES_MIN {
        Weight::Wrong
    } else if free < ROOM_BYTES_SCARCE || free < all / 100 * ROOM_PERCENT_SCARCE {
        Weight::Slow
    } else {
        Weight::Fine
    }
}

fn snapshot_at(data: &DataFolder) -> Option<Timestamp> {
    let files = std::fs::read_dir(data.store().join("snapshots")).ok()?.filter_map(Result::ok);
    let finished = files.filter(|file| file.path().extension().is_some_and(|end| end == "snapshot"));
    let newest = finished.max_by_key(std::fs::DirEntry::file_name)?;
    newest.metadata().ok()?.modified().ok()?.try_into().ok()
}

/// Until when a certificate lasts that the deployment names.
pub fn certificate(path: &std::path::Path, now: Timestamp) -> Finding {
    let shown = path.display().to_string();
    let how = "a new certificate in the deployment's caFile; then start the server again";
    let end = match certificates::end_of(path) {
        Ok(end) => end,
        Err(error) => {
            let (en, fa) =
                (format!("a certificate can't be read: {error}"), format!("گواهی خوانده نمی‌شود: {}", apart(&error)));
            return Finding::new("certificate", Weight::Wrong, en, fa).mend(how).about([shown]);
        }
    };
    let days = hours(now, end) / 24;
    let (weight, en, fa) = if end <= now {
        (Weight::Wrong, "a certificate has run out".to_owned(), "اعتبار گواهی پایان یافته است".to_owned())
    } else if days < CERTIFICATE_DAYS_MIN {
        (
            Weight::Slow,
            format!("a certificate runs out in {days} days"),
            format!("اعتبار گواهی {days} روز دیگر پایان می‌یابد"),
        )
    } else {
        (Weight::Fine, format!("a certificate lasts for {days} days"), format!("گواهی {days} روز دیگر معتبر است"))
    };
    let finding = Finding::new("certificate", weight, en, fa).at(end).about([shown]);
    if weight == Weight::Fine { finding } else { finding.mend(how) }
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
            Finding::new("journal-whole", Weight::Wrong, en, fa).mend(how).about(named)
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
    let how = if source.kind() == std::io::ErrorKind::PermissionDenied {
        "ls -l of the file; chown and chmod it for the user that the server runs as; ask as that user"
    } else {
        "the system's log: dmesg; then peygir journal verify --data DATA"
    };
    Some(Finding::new("journal-whole", Weight::Wrong, en, fa).mend(how).about([path.clone()]))
}

fn journal(data: &DataFolder, now: Timestamp) -> Vec<Finding> {
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
    found.extend(clock(inventory.last_at, now));
    found
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
    (count > 0).then(|| Finding::new("cut", Weight::Wrong, en, fa).mend(how).about(named))
}

pub fn hours(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_hours()
}

fn held(data: &DataFolder) -> Option<Finding> {
    let en = "this folder was restored: nothing leaves until somebody lets it go";
    let fa = "این پوشه بازگردانده شده است؛ تا کسی اجازه ندهد چیزی فرستاده نمی‌شود";
    data.effects_held().then(|| Finding::new("effects-held", Weight::Waits, en, fa).mend("peygir effects release"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_folder::{LastBackup, LastDrill};
    use crate::instant::Instant;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn found(list: &[Finding], check: &str) -> Option<Weight> {
        list.iter().find(|finding| finding.check == check).map(|finding| finding.weight)
    }

    #[test]
    fn a_folder_without_anything_is_wrong_and_one_that_is_looked_after_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::new(folder.path());
        let now = at("2026-11-22T08:00:00Z");
        let list = look(&data, now, false);
        for (check, weight) in [("journal", Weight::Wrong), ("keys", Weight::Wrong), ("backup", Weight::Wrong)] {
            assert_eq!(found(&list, check), Some(weight), "{check}");
        }
        assert_eq!((found(&list, "drill"), found(&list, "effects-held")), (Some(Weight::Slow), None));

        let backup = |when: &str, keys: Option<&str>| LastBackup {
            at: Instant(at(when)),
            to: "/nowhere/at/all".into(),
            last_frame: 1,
            keys_at: keys.map(|when| Instant(at(when))),
        };
        data.note_backup(&backup("2026-11-21T20:00:00Z", None)).unwrap();
        assert_eq!(found(&look(&data, now, false), "backup"), Some(Weight::Fine));
        assert_eq!(found(&look(&data, now, false), "keys-backup"), Some(Weight::Wrong));
        data.note_backup(&backup("2026-11-21T20:00:00Z", Some("2026-11-20T00:00:00Z"))).unwrap();
        assert_eq!(found(&look(&data, now, false), "keys-backup"), Some(Weight::Slow));
        data.note_backup(&backup("2026-11-20T20:00:00Z", Some("2026-11-22T00:00:00Z"))).unwrap();
        assert_eq!(found(&look(&data, now, false), "backup"), Some(Weight::Slow));
        assert_eq!(found(&look(&data, now, false), "keys-backup"), None);

        let drill = |when: &str, failed: Option<&str>| LastDrill {
            at: Instant(at(when)),
            from: "/nowhere".into(),
            seconds: 1.5,
            failed: failed.map(str::to_owned),
        };
        for (when, failed, weight) in [
            ("2026-11-20T00:00:00Z", None, Weight::Fine),
            ("2026-09-20T00:00:00Z", None, Weight::Slow),
            ("2026-11-20T00:00:00Z", Some("damaged"), Weight::Wrong),
        ] {
            data.note_drill(&drill(when, failed)).unwrap();
            assert_eq!(found(&look(&data, now, false), "drill"), Some(weight));
        }
    }

    #[test]
    fn room_is_told_from_its_limits_on() {
        let large = 1 << 40;
        for (free, all, weight) in [
            (0, large, Weight::Wrong),
            (ROOM_BYTES_MIN - 1, large, Weight::Wrong),
            (ROOM_BYTES_MIN, ROOM_BYTES_SCARCE, Weight::Slow),
            (ROOM_BYTES_SCARCE, ROOM_BYTES_SCARCE * 2, Weight::Fine),
            (ROOM_BYTES_SCARCE, large, Weight::Slow),
            (large / 10, large, Weight::Fine),
        ] {
            assert_eq!(scarce(free, all), weight, "{free} of {all}");
        }
        let folder = tempfile::tempdir().unwrap();
        let (free, all) = room(&DataFolder::new(folder.path())).unwrap();
        assert!(free > 0 && free <= all);
    }

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
        assert_eq!((found.weight, found.subjects), (Weight::Wrong, vec!["journal/x".to_owned()]));
        assert!(unread(&refused(std::io::ErrorKind::NotFound)).is_some());
        assert!(unread(&Error::Archived { first: 2 }).is_none());
    }
}
