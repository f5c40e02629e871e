//! What the data folder shows by itself: journal, snapshots, keys, backups, drills, what is held.

use std::os::unix::fs::{MetadataExt, PermissionsExt};

use jiff::Timestamp;

use super::{Finding, Weight};
use crate::data_folder::DataFolder;

/// A backup is old after this many hours: cron takes one a day, and may be late.
const BACKUP_HOURS_MAX: i64 = 26;
/// A drill is old after this many days.
const DRILL_DAYS_MAX: i64 = 35;
/// Frames behind the newest snapshot beyond which a start takes long.
const TAIL_FRAMES_MAX: u64 = 1_000_000;
/// A journal whose end is this far ahead of the clock was written by another clock, in seconds.
const CLOCK_SKEW_SECONDS_MAX: i64 = 60;

pub fn look(data: &DataFolder, now: Timestamp) -> Vec<Finding> {
    let mut found = journal(data, now);
    found.extend(keys(data));
    found.push(backup(data, now));
    found.extend(keys_backup(data, now));
    found.push(drill(data, now));
    found.extend(held(data));
    found
}

fn journal(data: &DataFolder, now: Timestamp) -> Vec<Finding> {
    let inventory = match peygir_store_local::inventory(&data.store()) {
        Ok(inventory) => inventory,
        Err(error) => {
            let (en, fa) = (format!("the journal can't be read: {error}"), format!("دفتر خوانده نمی‌شود: {error}"));
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
    let ahead = inventory.last_at.map_or(0, |at| at.0 / 1_000_000 - now.as_second());
    if ahead > CLOCK_SKEW_SECONDS_MAX {
        found.push(
            Finding::new(
                "clock",
                Weight::Wrong,
                format!("the journal's last frame is {ahead} s ahead of this machine's clock"),
                format!("آخرین قاب دفتر {ahead} ثانیه از ساعت این دستگاه جلوتر است"),
            )
            .mend("timedatectl status"),
        );
    }
    found
}

fn snapshot_frame(path: &str) -> Option<u64> {
    path.rsplit('/').next()?.split('.').next()?.parse().ok()
}

/// Missing keys, keys that others may read, and keys within the store's own folder.
fn keys(data: &DataFolder) -> Vec<Finding> {
    let folder = data.keys();
    let mut found = Vec::new();
    for name in ["master.key", "persons.keys"] {
        let path = folder.join(name);
        let shown = path.display();
        match std::fs::metadata(&path) {
            Err(error) => {
                let (en, fa) = (format!("{shown} can't be read: {error}"), format!("{shown} خوانده نمی‌شود: {error}"));
                found.push(Finding::new("keys", Weight::Wrong, en, fa).mend("docs/delivery.md"));
            }
            Ok(file) if file.permissions().mode() & 0o077 != 0 => {
                let en = format!("{shown} may be read by others than its owner");
                let fa = format!("{shown} را کسی جز صاحبش هم می‌تواند بخواند");
                found.push(Finding::new("keys", Weight::Wrong, en, fa).mend(format!("chmod 600 {shown}")));
            }
            Ok(_) => {}
        }
    }
    found
}

fn hours(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_hours()
}

fn backup(data: &DataFolder, now: Timestamp) -> Finding {
    let how = "peygir backup FOLDER --keys-to OTHER";
    let Some(last) = data.last_backup() else {
        let (en, fa) = ("no backup was ever taken of this folder", "هرگز از این پوشه پشتیبان گرفته نشده است");
        return Finding::new("backup", Weight::Wrong, en, fa).mend(how);
    };
    let (age, to) = (hours(last.at.0, now), last.to.display());
    // One that lies on the same disk goes with it.
    let device = |path: &std::path::Path| std::fs::metadata(path).map(|found| found.dev()).ok();
    let same = device(&last.to).is_some_and(|to| Some(to) == device(data.root()));
    let (weight, en, fa) = if age > BACKUP_HOURS_MAX {
        (
            Weight::Slow,
            format!("the last backup is {age} hours old ({to})"),
            format!("آخرین پشتیبان {age} ساعت پیش گرفته شد ({to})"),
        )
    } else if same {
        let en = format!("the last backup ({to}, {age} hours old) lies on the same disk as the data");
        (Weight::Slow, en, format!("آخرین پشتیبان ({to}، {age} ساعت پیش) روی همان دیسک داده است"))
    } else {
        (
            Weight::Fine,
            format!("the last backup is {age} hours old ({to})"),
            format!("آخرین پشتیبان {age} ساعت پیش گرفته شد ({to})"),
        )
    };
    let finding = Finding::new("backup", weight, en, fa);
    if weight == Weight::Fine { finding } else { finding.mend(how) }
}

fn keys_backup(data: &DataFolder, now: Timestamp) -> Option<Finding> {
    let last = data.last_backup()?;
    let how = "peygir backup FOLDER --keys-to OTHER";
    match last.keys_at {
        None => {
            let en = "the keys of persons were never backed up: without them nothing personal in a backup can be read";
            let fa = "از کلیدهای افراد هرگز پشتیبان گرفته نشده است؛ بی آن‌ها دادهٔ شخصی پشتیبان خوانده نمی‌شود";
            Some(Finding::new("keys-backup", Weight::Wrong, en, fa).mend(how))
        }
        Some(at) if hours(at.0, now) > BACKUP_HOURS_MAX => {
            let age = hours(at.0, now);
            let (en, fa) = (
                format!("the keys' last backup is {age} hours old: who came since can't be read from it"),
                format!("آخرین پشتیبان کلیدها {age} ساعت پیش گرفته شد؛ داده‌های افراد پس از آن خوانده نمی‌شود"),
            );
            Some(Finding::new("keys-backup", Weight::Slow, en, fa).mend(how))
        }
        Some(_) => None,
    }
}

fn drill(data: &DataFolder, now: Timestamp) -> Finding {
    let how = "peygir drill restore FOLDER --keys OTHER --data DATA";
    let Some(last) = data.last_drill() else {
        let (en, fa) = ("no restore was ever tried", "بازگرداندن پشتیبان هرگز آزموده نشده است");
        return Finding::new("drill", Weight::Slow, en, fa).mend(how);
    };
    let days = hours(last.at.0, now) / 24;
    if let Some(why) = &last.failed {
        let (en, fa) = (format!("the last drill failed: {why}"), format!("آخرین تمرین بازگرداندن ناکام بود: {why}"));
        return Finding::new("drill", Weight::Wrong, en, fa).mend(how);
    }
    let seconds = format!("{:.1}", last.seconds);
    let en = format!("the last drill was {days} days ago and took {seconds} s");
    let fa = format!("آخرین تمرین بازگرداندن {days} روز پیش بود و {seconds} ثانیه زمان برد");
    if days > DRILL_DAYS_MAX {
        Finding::new("drill", Weight::Slow, en, fa).mend(how)
    } else {
        Finding::new("drill", Weight::Fine, en, fa)
    }
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
        let list = look(&data, now);
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
        assert_eq!(found(&look(&data, now), "backup"), Some(Weight::Fine));
        assert_eq!(found(&look(&data, now), "keys-backup"), Some(Weight::Wrong));
        data.note_backup(&backup("2026-11-21T20:00:00Z", Some("2026-11-20T00:00:00Z"))).unwrap();
        assert_eq!(found(&look(&data, now), "keys-backup"), Some(Weight::Slow));
        data.note_backup(&backup("2026-11-20T20:00:00Z", Some("2026-11-22T00:00:00Z"))).unwrap();
        assert_eq!(found(&look(&data, now), "backup"), Some(Weight::Slow));
        assert_eq!(found(&look(&data, now), "keys-backup"), None);

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
            assert_eq!(found(&look(&data, now), "drill"), Some(weight));
        }
    }

    #[test]
    fn the_frame_of_a_snapshot_is_in_its_name() {
        assert_eq!(snapshot_frame("snapshots/00000000000000000041.snapshot"), Some(41));
        assert_eq!(snapshot_frame("x"), None);
    }
}
