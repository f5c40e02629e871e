//! One backup at a time into one folder: two would write the same names.

use std::fs::{File, OpenOptions};
use std::path::Path;

use anyhow::{Context, Result};

use crate::said::cannot;

const FILE: &str = "lock";

/// Waits until nobody else takes a backup into the folder; nobody does for as long as this is held.
pub fn alone(root: &Path) -> Result<File> {
    let path = root.join(FILE);
    let told = || cannot(&path, "can't be written", "نوشته نمی‌شود");
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path).with_context(told)?;
    file.lock().with_context(told)?;
    Ok(file)
}
