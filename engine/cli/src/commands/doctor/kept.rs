//! What the data folder has on record of its backups and drills: how old they are, and where they lie.

use std::os::unix::fs::MetadataExt;

use jiff::Timestamp;
use peygir_runtime::health::{Finding, Weight, apart};

use super::folder::hours;
use crate::data_folder::DataFolder;

/// A backup is old after this many hours: cron takes one a day, and may be late.
const BACKUP_HOURS_MAX: i64 = 26;
/// A drill is old after this many days.
const DRILL_DAYS_MAX: i64 = 35;

/// Of what was done later than this machine's clock says nobody knows how old it is.
fn ahead(check: &str, at: Timestamp, now: Timestamp) -> Option<Finding> {
    let hours = -hours(at, now);
    let what = match check {
        "drill" => ("the last drill", "آخرین تمرین بازگرداندن"),
        "keys-backup" => ("the keys' last backup", "آخرین پشتیبان کلیدها"),
        _ => ("the last backup", "آخرین پشتیبان"),
    };
    let en =
        format!("{} is on record {hours} hours ahead of this machine's clock: how old it is can't be told", what.0);
    let fa = format!("{} {hours} ساعت جلوتر از ساعت این دستگاه ثبت شده است؛ معلوم نیست چه اندازه کهنه است", what.1);
    (hours > 0).then(|| Finding::new(check, Weight::Slow, en, fa).mend("timedatectl status"))
}

pub fn backup(data: &DataFolder, now: Timestamp) -> Finding {
    let how = "peygir backup FOLDER --keys-to OTHER";
    if data.is_last_backup_unread() {
        let (en, fa) = (
            "the note of the last backup can't be read: which it was is not known",
            "یادداشت آخرین پشتیبان خوانده نمی‌شود؛ معلوم نیست کدام بود",
        );
        let note = data.last_backup_file().display().to_string();
        return Finding::new("backup", Weight::Wrong, en, fa)
            .mend_told(
                format!("give it to the user that the server runs as, or take a backup: {how}"),
                format!("آن را به کاربری بدهید که سرور با آن کار می‌کند، یا پشتیبان بگیرید: {}", apart(how)),
            )
            .about([note]);
    }
    let Some(last) = data.last_backup() else {
        let (en, fa) = ("no backup was ever taken of this folder", "هرگز از این پوشه پشتیبان گرفته نشده است");
        return Finding::new("backup", Weight::Wrong, en, fa).mend(how);
    };
    if let Some(finding) = ahead("backup", last.at.0, now) {
        return finding;
    }
    let age = hours(last.at.0, now);
    // One that lies on the same disk goes with it.
    let device = |path: &std::path::Path| std::fs::metadata(path).map(|found| found.dev()).ok();
    let same = device(&last.to).is_some_and(|to| Some(to) == device(data.root()));
    let is_old = age > BACKUP_HOURS_MAX;
    let weight = if is_old || same { Weight::Slow } else { Weight::Fine };
    let (en, fa) = if same && !is_old {
        let en = format!("the last backup, {age} hours old, lies on the same disk as the data");
        (en, format!("آخرین پشتیبان، {age} ساعت پیش، روی همان دیسک داده است"))
    } else {
        (format!("the last backup is {age} hours old"), format!("آخرین پشتیبان {age} ساعت پیش گرفته شد"))
    };
    let finding = Finding::new("backup", weight, en, fa).about([last.to.display().to_string()]);
    if weight == Weight::Fine { finding } else { finding.mend(how) }
}

pub fn keys_backup(data: &DataFolder, now: Timestamp) -> Option<Finding> {
    let last = data.last_backup()?;
    let how = "peygir backup FOLDER --keys-to OTHER";
    match last.keys_at {
        None => {
            let en = "the keys of persons were never backed up: without them nothing personal in a backup can be read";
            let fa = "از کلیدهای افراد هرگز پشتیبان گرفته نشده است؛ بی آن‌ها دادهٔ شخصی پشتیبان خوانده نمی‌شود";
            Some(Finding::new("keys-backup", Weight::Wrong, en, fa).mend(how))
        }
        Some(at) if hours(at.0, now) < 0 => ahead("keys-backup", at.0, now),
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

pub fn drill(data: &DataFolder, now: Timestamp) -> Finding {
    let how = "peygir drill restore FOLDER --keys OTHER --data DATA";
    let Some(last) = data.last_drill() else {
        let (en, fa) = ("no restore was ever tried", "بازگرداندن پشتیبان هرگز آزموده نشده است");
        return Finding::new("drill", Weight::Slow, en, fa).mend(how);
    };
    let days = hours(last.at.0, now) / 24;
    if let Some(why) = &last.failed {
        let en = format!("the last drill failed: {why}");
        let fa = format!("آخرین تمرین بازگرداندن ناکام بود: {}", apart(why));
        return Finding::new("drill", Weight::Wrong, en, fa).mend(how);
    }
    if let Some(finding) = ahead("drill", last.at.0, now) {
        return finding;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_folder::{LastBackup, LastDrill};
    use crate::instant::Instant;

    /// The clock was set back since.
    #[test]
    fn what_is_later_than_the_clock_has_no_negative_age() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::new(folder.path());
        let [now, later]: [Timestamp; 2] =
            ["2026-11-22T08:00:00Z", "2026-11-22T10:30:00Z"].map(|at| at.parse().unwrap());
        let (at, to) = (Instant(later), folder.path().to_owned());
        data.note_backup(&LastBackup { at, to: to.clone(), last_frame: 1, keys_at: Some(at) }).unwrap();
        data.note_drill(&LastDrill { at, from: to, seconds: 1.0, failed: None }).unwrap();
        for found in [backup(&data, now), keys_backup(&data, now).unwrap(), drill(&data, now)] {
            assert_eq!(found.weight, Weight::Slow);
            assert!(found.en.contains("2 hours ahead") && !found.en.contains('-'), "{found:?}");
            assert!(found.fa.contains("2 ساعت جلوتر") && !found.fa.contains('-'), "{found:?}");
        }
    }
}
