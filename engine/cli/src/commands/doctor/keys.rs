//! What the folder of keys shows: its files, whether they are of one pair, and whether everybody has theirs.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use peygir_core::Id;
use peygir_runtime::health::{Finding, Weight, apart, keys_missing, keys_unread};
use peygir_runtime::pack::system_words;
use peygir_runtime::vault::{Error, Keys, Standing};

use crate::data_folder::DataFolder;

/// Missing keys, keys that others may read, and keys within the store's own folder.
pub fn files(data: &DataFolder) -> Vec<Finding> {
    let folder = data.keys();
    let mut found = Vec::new();
    for name in ["master.key", "persons.keys"] {
        let path = folder.join(name);
        let shown = path.display().to_string();
        match std::fs::metadata(&path) {
            Err(error) => {
                let (en, fa) = system_words(&error);
                let (en, fa) = (format!("a key can't be read: {en}"), format!("کلیدی خوانده نمی‌شود: {fa}"));
                let how = "bring the folder keys/ back from its backup: docs/delivery.md";
                let how_fa = "پوشهٔ \u{2066}keys/\u{2069} را از پشتیبان آن برگردانید؛ نگاه کنید به \u{2066}docs/delivery.md\u{2069}";
                found.push(Finding::new("keys", Weight::Wrong, en, fa).mend_told(how, how_fa).about([shown]));
            }
            Ok(file) if file.permissions().mode() & 0o077 != 0 => {
                let en = "a key may be read by others than its owner";
                let fa = "کلیدی را کسی جز صاحبش هم می‌تواند بخواند";
                found.push(
                    Finding::new("keys", Weight::Wrong, en, fa).mend(format!("chmod 600 {shown}")).about([shown]),
                );
            }
            Ok(_) => {}
        }
    }
    // What is missing has been told.
    if found.iter().all(|finding| finding.mend.as_ref().is_some_and(|how| how.starts_with("chmod"))) {
        found.extend(Keys::prove(&folder).err().map(|error| refused(&folder, &error)));
    }
    found
}

/// Keys as they stand against the persons whom the journal is about; for the folder of a server that is down.
pub fn against(data: &DataFolder, persons: &BTreeSet<Id>) -> Vec<Finding> {
    // Why they can't be opened was told with their files, all but what lies behind the header.
    let keys = match Keys::look(&data.keys()) {
        Ok(keys) => keys,
        Err(_) if Keys::prove(&data.keys()).is_err() => return Vec::new(),
        Err(error) => return vec![refused(&data.keys(), &error)],
    };
    let lacks = |person: &&Id| keys.get(**person).is_none() && !keys.is_erased(**person);
    let missing: Vec<Id> = persons.iter().filter(lacks).copied().collect();
    let unread = keys.unread().len();
    let is_damage = matches!(Standing::by(&keys, missing.iter().copied().collect()), Standing::Damaged { .. });
    keys_missing(&missing).into_iter().chain(keys_unread(unread, is_damage)).collect()
}

/// What a start would refuse.
fn refused(folder: &Path, error: &Error) -> Finding {
    let en = format!("a start refuses the keys: {error}");
    let fa = format!("شروع برنامه این کلیدها را نمی‌پذیرد؛ خالی، بریده، آسیب‌دیده یا ناهمتا هستند: {}", apart(error));
    let how = "bring the folder keys/ back from its backup, master.key and persons.keys together: docs/delivery.md";
    let how_fa = "پوشهٔ \u{2066}keys/\u{2069} را از پشتیبان آن برگردانید، \u{2066}master.key\u{2069} و \u{2066}persons.keys\u{2069} را با هم؛ \
                  نگاه کنید به \u{2066}docs/delivery.md\u{2069}";
    Finding::new("keys", Weight::Wrong, en, fa).mend_told(how, how_fa).about([folder.display().to_string()])
}
