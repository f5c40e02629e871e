//! What the data folder shows by itself: keys, room on the disk, certificates, backups, drills, what is held; and with them
//! its [`journal`].

use std::collections::BTreeSet;

use jiff::Timestamp;
use peygir_runtime::health::{Finding, Weight, apart};
use peygir_runtime::pack::system_words;
use peygir_server::Folder;

pub use super::journal::clock;
use super::{journal, kept, keys};
use crate::certificates;
use crate::data_folder::DataFolder;

/// With less room than this the store stops soon; with less than the next, or than this part of the disk, it is told, in
/// bytes.
const ROOM_BYTES_MIN: u64 = 256 << 20;
const ROOM_BYTES_SCARCE: u64 = 2 << 30;
const ROOM_PERCENT_SCARCE: u64 = 5;
/// A certificate that runs out within as many days is told.
const CERTIFICATE_DAYS_MIN: i64 = 30;

/// All of it, for a folder whose server is down; with `deep`, every frame of the journal is read.
pub fn look(data: &DataFolder, now: Timestamp, deep: bool) -> Vec<Finding> {
    let mut persons = BTreeSet::new();
    let mut found = journal::look(data, now, deep, &mut persons);
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
    found.extend(journal::beside(data));
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
    if weight == Weight::Fine {
        return finding;
    }
    let fa =
        format!("جای خالی را با {} ببینید؛ جا باز کنید یا پوشه را به دیسک دیگری ببرید", apart(format!("df {shown}")));
    finding.mend_told(format!("df {shown}; make room, or move the folder"), fa)
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
    let how_fa = format!(
        "با {} ببینید که دیسک تنها خواندنی نباشد و با {} که پوشه از آن کدام کاربر است؛ {} را با همان کاربری اجرا کنید که سرور با \
         آن کار می‌کند",
        apart(format!("mount | grep {shown}")),
        apart(format!("ls -ld {shown}")),
        apart("peygir doctor")
    );
    Some(Finding::new("unwritable", Weight::Wrong, en, fa).mend_told(how, how_fa).about([shown]))
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
    let how_fa = "گواهی تازه را در پرونده‌ای بگذارید که \u{2066}caFile\u{2069} در استقرار نام می‌برد؛ سپس سرور را از نو راه بیندازید";
    let end = match certificates::end_of(path) {
        Ok(end) => end,
        Err(error) => {
            let (en, fa) =
                (format!("a certificate can't be read: {error}"), format!("گواهی خوانده نمی‌شود: {}", apart(&error)));
            return Finding::new("certificate", Weight::Wrong, en, fa).mend_told(how, how_fa).about([shown]);
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
    if weight == Weight::Fine { finding } else { finding.mend_told(how, how_fa) }
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

    /// Nothing is said twice, and what mends it names the paths.
    #[test]
    fn a_store_that_is_gone_is_one_finding() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::new(folder.path());
        let now = at("2026-11-22T08:00:00Z");
        for made in [data.root().to_owned(), data.store(), data.store().join("journal")] {
            std::fs::create_dir_all(&made).unwrap();
            let list = look(&data, now, true);
            let gone: Vec<_> = list.iter().filter(|finding| finding.check.starts_with("journal")).collect();
            assert_eq!(gone.len(), 1, "{gone:?}");
            let restore = format!("peygir restore BACKUPS --to {} --keys KEYS", data.root().display());
            let (en, fa) = (gone[0].mend.as_deref().unwrap(), gone[0].mend_fa.as_deref().unwrap());
            assert!(gone[0].weight == Weight::Wrong && gone[0].en.contains("mounted"), "{gone:?}");
            assert!(en.contains(&restore) && fa.contains(&apart(&restore)), "{gone:?}");
            assert_eq!(found(&list, "index"), None);
        }
    }

    /// Commands and paths stand apart; the rest is Persian.
    #[test]
    fn what_is_to_be_done_is_told_in_persian_where_it_is_prose() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::new(folder.path());
        let now = at("2026-11-22T08:00:00Z");
        let mut list = look(&data, now, false);
        list.push(certificate(&data.root().join("ca.pem"), now));
        let told: Vec<_> =
            list.iter().filter_map(|finding| Some((&*finding.check, finding.mend_fa.as_deref()?))).collect();
        for check in ["journal", "keys", "certificate"] {
            assert!(told.iter().any(|(name, _)| *name == check), "{check}: {told:?}");
        }
        for (check, fa) in told {
            let own: String = fa.split('\u{2069}').filter_map(|part| part.split('\u{2066}').next()).collect();
            assert!(!own.contains(|letter: char| letter.is_ascii_alphabetic()), "{check}: {fa}");
            assert!(own.contains(|letter| ('\u{0600}'..='\u{06FF}').contains(&letter)), "{check}: {fa}");
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
}
