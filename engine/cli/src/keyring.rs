//! The keys of a data folder, held against its store when a server starts.

use std::path::Path;

use anyhow::Result;
use peygir_runtime::vault::{Keys, Standing};
use peygir_store::Store;

use crate::answer::say;
use crate::commands::local::Lang;
use crate::said::Said;

/// Whether the keys are those of the persons in the store. Where some lack theirs the start ends: whoever went on would make keys that
/// are in no backup, and lose them by bringing the backup back. `go_on`: somebody says that no backup has the missing ones.
pub fn hold_against(keys: &Keys, store: &dyn Store, folder: &Path, go_on: bool) -> Result<()> {
    let file = folder.join("persons.keys").display().to_string();
    let (said, persons) = match Standing::of(keys, store)? {
        Standing::Whole => return Ok(()),
        Standing::Torn(slots) => {
            say(&format!("peygir: {}", torn(&file, slots)));
            return Ok(());
        }
        Standing::Missing(persons) => (missing(&file, persons.len(), go_on), persons),
        Standing::Damaged { slots, persons } => {
            let at: Vec<String> = slots.iter().map(|slot| slot.position.to_string()).collect();
            (damaged(&file, &at.join(", "), go_on), persons)
        }
    };
    if !go_on {
        return Err(said.into());
    }
    say(&format!("peygir: {said}"));
    keys.note_missing(persons);
    Ok(())
}

/// What to do, or what was chosen.
fn then(go_on: bool) -> (&'static str, &'static str) {
    match go_on {
        false => (
            "Nothing was started or changed: bring the folder keys/ back from its newest backup, both files together. Where no backup has \
             them, serve --without-missing-keys goes on without",
            "چیزی آغاز نشد و چیزی دگرگون نشد: پوشهٔ keys/ را از تازه‌ترین پشتیبان آن بازگردانید، هر دو پرونده با هم. اگر هیچ پشتیبانی آن‌ها را \
             ندارد، serve --without-missing-keys بی آن‌ها ادامه می‌دهد",
        ),
        true => (
            "It goes on without them: their names and texts can't be read, and keys made from now on are in this file alone",
            "کار بی آن‌ها ادامه می‌یابد: نام و نوشته‌هایشان خوانده نمی‌شود و کلیدهایی که از این پس ساخته شود تنها در همین پرونده است",
        ),
    }
}

fn torn(file: &str, slots: usize) -> Said {
    Said::new(
        format!(
            "{slots} slots of {file} can't be opened, torn by a crash before anybody was told or damaged since; they are kept as they \
             are, and nobody in the store lacks a key"
        ),
        format!(
            "{} جای {} باز نمی‌شود: یا پیش از آنکه به کسی اعلام شود ناتمام مانده یا پس از آن آسیب دیده است؛ همان‌گونه می‌ماند و هیچ کس در \
             انباره بی‌کلید نیست",
            Lang::Fa.digits(&slots.to_string()),
            Lang::Fa.id(file)
        ),
    )
}

fn missing(file: &str, persons: usize, go_on: bool) -> Said {
    let (then, then_fa) = then(go_on);
    Said::new(
        format!(
            "keys are missing: {file} has no key of {persons} persons or more whose data is in the store, and nobody erased them: it is an \
             older file. {then}"
        ),
        format!(
            "کلیدها کم است: {} کلید دست‌کم {} شخص را که داده‌شان در انباره است ندارد، بی‌آنکه کسی حذفش کرده باشد؛ پرونده‌ای قدیمی‌تر است. \
             {then_fa}",
            Lang::Fa.id(file),
            Lang::Fa.digits(&persons.to_string())
        ),
    )
}

fn damaged(file: &str, at: &str, go_on: bool) -> Said {
    let (then, then_fa) = then(go_on);
    Said::new(
        format!(
            "{file} is damaged: the slots at byte {at} can't be opened, and persons whose data is in the store lack their keys. {then}"
        ),
        format!(
            "{} آسیب دیده است: جاهای بایت {} باز نمی‌شود و کسانی که داده‌شان در انباره است کلید ندارند. {then_fa}",
            Lang::Fa.id(file),
            Lang::Fa.id(at)
        ),
    )
}
