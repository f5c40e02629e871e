//! The keys of a data folder, held against its store when a server starts.

use std::path::Path;

use anyhow::{Result, bail};
use peygir_runtime::vault::{Keys, Standing};
use peygir_store::Store;

use crate::answer::say;

/// Whether the keys are those of the persons in the store. Damaged ones end the start; where an older file lacks some, what is
/// there can be read, and it is told.
pub fn hold_against(keys: &Keys, store: &dyn Store, folder: &Path) -> Result<()> {
    let file = folder.join("persons.keys");
    let (file, back) = (file.display(), "bring the folder keys/ back from its newest backup, both files together");
    match Standing::of(keys, store)? {
        Standing::Whole => {}
        Standing::Torn(slots) => say(&format!(
            "peygir: {slots} slots of {file} can't be opened, torn by a crash before anybody was told or damaged since; they are \
             kept as they are, and nobody in the store lacks a key"
        )),
        Standing::Missing(persons) => {
            say(&format!(
                "peygir: keys are missing: {file} has no key of {} persons or more whose data is in the store, and nobody erased \
                 them: it is an older file. Stop the server and {back}; until then their names and texts can't be read",
                persons.len()
            ));
            keys.note_missing(persons);
        }
        Standing::Damaged(slots) => {
            let at: Vec<String> = slots.iter().map(|slot| slot.position.to_string()).collect();
            bail!(
                "{file} is damaged: the slots at byte {} can't be opened, and persons whose data is in the store lack their keys. \
                 Nothing was started or changed; {back}",
                at.join(", ")
            );
        }
    }
    Ok(())
}
