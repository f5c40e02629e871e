//! Copies of files that are hashed on their way.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::said::{Said, cannot};

const BUFFER_BYTES: usize = 1 << 20;

/// SHA-256 of the first `bytes` bytes of a file, in hexadecimal.
pub fn of_file(path: &Path, bytes: u64, seen: &mut dyn FnMut(u64)) -> Result<String> {
    pass(path, bytes, &mut std::io::sink(), seen)
}

/// Copies the first `bytes` bytes; the copy is on the disk when this returns. Its digest is that of what was read.
pub fn copy(from: &Path, to: &Path, bytes: u64, seen: &mut dyn FnMut(u64)) -> Result<String> {
    let mut file = File::create(to).with_context(|| cannot(to, "can't be made", "ساخته نمی‌شود"))?;
    let digest = pass(from, bytes, &mut file, seen)?;
    file.sync_all().with_context(|| cannot(to, "can't be written", "نوشته نمی‌شود"))?;
    Ok(digest)
}

fn pass(from: &Path, bytes: u64, to: &mut dyn Write, seen: &mut dyn FnMut(u64)) -> Result<String> {
    let told = || cannot(from, "can't be read", "خوانده نمی‌شود");
    let mut source = File::open(from).with_context(told)?.take(bytes);
    let (mut hash, mut buffer, mut passed) = (Sha256::new(), vec![0; BUFFER_BYTES], 0);
    loop {
        let count = source.read(&mut buffer).with_context(told)?;
        if count == 0 {
            break;
        }
        hash.update(&buffer[..count]);
        to.write_all(&buffer[..count]).context(Said::new("a copy can't be written", "رونوشت نوشته نمی‌شود"))?;
        passed += count as u64;
        seen(count as u64);
    }
    ensure!(passed == bytes, "{} has {passed} bytes, {bytes} were expected", from.display());
    Ok(hex(&hash.finalize()))
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Names that were made in a folder are there after a power cut.
pub fn sync_folder(folder: &Path) -> Result<()> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.with_context(|| cannot(folder, "can't be written", "نوشته نمی‌شود"))
}

/// A text under its name whole or not at all.
pub fn write_text(path: &Path, text: &str) -> Result<()> {
    let temporary = path.with_extension("new");
    let written = || {
        let mut file = File::create(&temporary)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    written().with_context(|| cannot(path, "can't be written", "نوشته نمی‌شود"))
}
