//! Keys of persons, backed up apart from everything else, and always one generation only: with an older one, somebody who
//! was erased since would come back.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use peygir_runtime::vault::{Keys, Lack};

use super::{digest, lies_within, lock};
use crate::said::{Said, cannot, lang};

/// As the vault names them.
const FILES: [&str; 2] = ["master.key", "persons.keys"];
const FOLDER: &str = "keys";
const SUMS: &str = "SHA256SUMS";

/// Keys and store lie apart: who finds one backup must not find both.
pub fn refuse_together(keys: &Path, backups: &Path) -> Result<()> {
    let (keys, backups) = (std::path::absolute(keys)?, std::path::absolute(backups)?);
    ensure!(
        !keys.starts_with(&backups) && !backups.starts_with(&keys),
        "the keys' backup {} and the store's {} lie within each other: keep them apart, best on another machine",
        keys.display(),
        backups.display()
    );
    Ok(())
}

/// Replaces the backup of the keys by the keys as they are now. Taken after the store, they are all that it needs. Fewer keys
/// than the backup has never replace it: they are put beside it, under another name, and that is an error.
pub fn take(keys: &Path, root: &Path) -> Result<()> {
    let io = || {
        Said::new(
            format!("the keys can't be backed up to {}", root.display()),
            format!("پشتیبان کلیدها در {} گذاشته نمی‌شود", lang().id(&root.display().to_string())),
        )
    };
    fs::create_dir_all(root).with_context(io)?;
    let _alone = lock::alone(root)?;
    let (fresh, place, old) = (root.join("keys.new"), root.join(FOLDER), root.join("keys.old"));
    // Broken off between two names: what was kept is kept.
    if old.exists() && !place.exists() {
        fs::rename(&old, &place).with_context(io)?;
    }
    for folder in [&fresh, &old] {
        if folder.exists() {
            fs::remove_dir_all(folder).with_context(io)?;
        }
    }
    copy(keys, &fresh).with_context(io)?;
    let taken = match Keys::look(&fresh) {
        Ok(taken) => taken,
        Err(_) => {
            fs::remove_dir_all(&fresh).with_context(io)?;
            // Told of the folder itself, and not of the copy that is gone again.
            let why = Keys::look(keys)
                .err()
                .map_or_else(|| "they change while they are copied".to_owned(), |error| error.to_string());
            bail!(Said::new(
                format!("the keys are not backed up, and their backup in {} stays as it is: {why}", root.display()),
                format!(
                    "از کلیدها پشتیبان گرفته نشد و پشتیبان پیشین در {} دست‌نخورده است؛ کلیدها خالی، بریده، آسیب‌دیده یا ناهمتا هستند: {}",
                    lang().id(&root.display().to_string()),
                    lang().id(&why)
                ),
            ));
        }
    };
    if let Some(lack) = lack(&taken, &place) {
        let beside = beside(&taken, root);
        if beside.exists() {
            fs::remove_dir_all(&beside).with_context(io)?;
        }
        fs::rename(&fresh, &beside).with_context(io)?;
        digest::sync_folder(root)?;
        bail!(refusal(&lack, keys, &place, &beside));
    }
    if place.exists() {
        fs::rename(&place, &old).with_context(io)?;
    }
    fs::rename(&fresh, &place).with_context(io)?;
    digest::sync_folder(root)?;
    if old.exists() {
        fs::remove_dir_all(&old).with_context(io)?;
    }
    Ok(())
}

fn copy(keys: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    fs::set_permissions(to, Permissions::from_mode(0o700))?;
    let mut sums = String::new();
    for name in FILES {
        let (from, to) = (keys.join(name), to.join(name));
        let bytes = fs::metadata(&from).with_context(|| cannot(&from, "can't be read", "خوانده نمی‌شود"))?.len();
        let sum = digest::copy(&from, &to, bytes, &mut |_| ())?;
        fs::set_permissions(&to, Permissions::from_mode(0o600))?;
        sums += &format!("{sum}  {name}\n");
    }
    digest::write_text(&to.join(SUMS), &sums)?;
    digest::sync_folder(to)
}

/// Why keys may not take the place of those that were kept.
enum Lacking {
    /// What was kept can't be opened, or belongs to another master key.
    Unlike(String),
    Some(Lack),
}

/// None where nothing is lacking, or nothing was kept.
fn lack(taken: &Keys, kept: &Path) -> Option<Lacking> {
    if !kept.exists() {
        return None;
    }
    match Keys::look(kept) {
        Ok(before) if !taken.is_of_one_master(&before) => Some(Lacking::Unlike("master.key is another".to_owned())),
        Ok(before) => Some(taken.lack_of(&before)).filter(|lack| *lack != Lack::default()).map(Lacking::Some),
        Err(error) => Some(Lacking::Unlike(error.to_string())),
    }
}

/// A name for keys that may not replace the kept ones: one that is free, or has nothing that they have not.
fn beside(taken: &Keys, root: &Path) -> PathBuf {
    let mut names = (1_u32..).map(|number| root.join(format!("{FOLDER}.other.{number}")));
    names.find(|place| lack(taken, place).is_none()).expect("there are more names than folders")
}

fn refusal(lack: &Lacking, keys: &Path, kept: &Path, beside: &Path) -> Said {
    let [keys, kept, beside] = [keys, kept, beside].map(|path| path.display().to_string());
    let (en, fa) = match lack {
        Lacking::Unlike(why) => (
            format!("what is kept there is not of these keys, or can't be opened ({why})"),
            format!("آنچه آنجاست از این کلیدها نیست یا باز نمی‌شود ({})", lang().id(why)),
        ),
        Lacking::Some(Lack { keys: 0, erasures }) => (
            format!("{erasures} persons whose keys were erased by then have them again"),
            format!("{erasures} نفر که کلیدشان تا آن هنگام حذف شده بود دوباره کلید دارند"),
        ),
        Lacking::Some(Lack { keys, .. }) => (
            format!("{keys} keys that the kept backup has are missing, and nobody erased them"),
            format!("{keys} کلید که در پشتیبان پیشین هست کم است، بی‌آنکه کسی حذفشان کرده باشد"),
        ),
    };
    Said::new(
        format!(
            "the keys in {keys} do not replace their backup {kept}: {en}. The backup stays as it is, the keys of now lie in \
             {beside}. If the data folder lost keys, stop the server and bring them back from {kept}; if these are the right \
             ones, move {kept} away and take another backup"
        ),
        format!(
            "کلیدهای {} جای پشتیبانشان {} را نمی‌گیرند: {fa}. پشتیبان پیشین دست‌نخورده است و کلیدهای کنونی در {} گذاشته شد. اگر \
             کلیدی از پوشهٔ داده گم شده است، سرور را بایستانید و از همان پشتیبان برگردانید؛ اگر کلیدهای کنونی درست است، پشتیبان \
             پیشین را جابه‌جا کنید و دوباره پشتیبان بگیرید",
            lang().id(&keys),
            lang().id(&kept),
            lang().id(&beside)
        ),
    )
}

/// A backup of the keys within the data that they open goes with them.
pub fn refuse_within(keys: &Path, data: &Path) -> Result<()> {
    ensure!(
        !lies_within(keys, data)?,
        Said::new(
            format!(
                "{} lies in the data folder {} itself and would be lost with it; name a folder elsewhere, best on another disk",
                keys.display(),
                data.display()
            ),
            format!(
                "{} درون خود پوشهٔ داده {} است و با آن از دست می‌رود؛ پوشه‌ای در جای دیگر نام ببرید",
                lang().id(&keys.display().to_string()),
                lang().id(&data.display().to_string())
            ),
        )
    );
    Ok(())
}

/// Puts backed up keys into a data folder's place of keys.
pub fn put(root: &Path, keys: &Path) -> Result<()> {
    let from = found(root);
    let sums = fs::read_to_string(from.join(SUMS)).unwrap_or_default();
    fs::create_dir_all(keys).with_context(|| cannot(keys, "can't be made", "ساخته نمی‌شود"))?;
    for name in FILES {
        let (from, to) = (from.join(name), keys.join(name));
        let bytes = fs::metadata(&from).with_context(|| cannot(&from, "can't be read", "خوانده نمی‌شود"))?.len();
        let sum = digest::copy(&from, &to, bytes, &mut |_| ())?;
        fs::set_permissions(&to, Permissions::from_mode(0o600))?;
        let expected = sums.lines().find(|line| line.ends_with(name));
        let fits = expected.is_none_or(|line| line.starts_with(&sum));
        ensure!(fits, "{} is not what was backed up: its digest is another", from.display());
    }
    digest::sync_folder(keys)
}

/// The folder with the files: the backup's, or a plain copy of a keys folder.
fn found(root: &Path) -> PathBuf {
    if root.join(FILES[0]).is_file() { root.to_owned() } else { root.join(FOLDER) }
}
