//! Taking a backup beside the process that writes the store.

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use jiff::Timestamp;
use peygir_store_local::{Inventory, Lock, Part, inventory};

use super::manifest::{self, Entry, FILE, FORM, Manifest};
use super::{digest, lies_within, lock};
use crate::commands::local::Lang;
use crate::instant::Instant;
use crate::said::{Said, cannot, lang};

const SEGMENTS: &str = "segments";
/// Of a segment that was copied before, this much at either end is compared with the store's own, in bytes: its header
/// names the seal before it, its end is the seal over it.
const COMPARED_BYTES: u64 = 80;

/// What a backup came to.
pub struct Taken {
    pub name: String,
    pub manifest: Manifest,
    /// Bytes that were copied; the rest was there.
    pub copied_bytes: u64,
    /// A snapshot that was left out since it is damaged: the journal is all that is needed.
    pub damaged_snapshot: Option<String>,
    /// What lies behind the last frame has its length and does not agree with its check sum, and no server is writing it.
    pub is_end_damaged: bool,
}

/// Takes a backup of the store in `store` into `root`.
pub fn take(store: &Path, root: &Path, now: Timestamp, seen: &mut dyn FnMut(u64, u64)) -> Result<Taken> {
    refuse_within(root, store)?;
    let refused = || {
        Said::new(
            format!("the store in {} can't be backed up", store.display()),
            format!("از انبارهٔ {} پشتیبان گرفته نمی‌شود", lang().id(&store.display().to_string())),
        )
    };
    let mut found = inventory(store).with_context(refused)?;
    let damaged_snapshot = found.without_damaged_snapshot(store).with_context(refused)?;
    fs::create_dir_all(root).with_context(|| cannot(root, "can't be made", "ساخته نمی‌شود"))?;
    let _alone = lock::alone(root)?;
    refuse_another(root, &found)?;
    let name = manifest::free_name(root, found.last_frame, now)?;
    let folder = manifest::folder(root, &name);
    let segments = root.join(SEGMENTS);
    for path in [&segments, &folder] {
        fs::create_dir_all(path).with_context(|| cannot(path, "can't be made", "ساخته نمی‌شود"))?;
    }
    let known = known(root)?;
    let total: u64 = found.segments.iter().chain(&found.snapshot).map(|part| part.bytes).sum();
    found.segments.last().map_or(Ok(()), |last| settle(&store.join(&last.path)))?;
    let (mut files, mut copied_bytes, mut done) = (Vec::new(), 0, 0);
    for part in found.segments.iter().chain(&found.snapshot) {
        let is_shared = part.closed && Some(part) != found.snapshot.as_ref();
        let file = part.path.rsplit('/').next().unwrap_or(&part.path);
        let at = if is_shared { format!("{SEGMENTS}/{file}") } else { format!("backups/{name}/{file}") };
        let from = store.join(&part.path);
        let sha256 = match known.iter().find(|entry| is_shared && entry.at == at) {
            Some(entry) if same(&from, &root.join(&at), part, entry)? => entry.sha256.clone(),
            Some(_) => bail!(
                "{at} is there already with another content: {} belongs to another history of this journal (a restore \
                 to an earlier moment begins one); name an empty folder",
                root.display()
            ),
            None => {
                copied_bytes += part.bytes;
                copy(&from, &root.join(&at), part, &mut |bytes| seen(done + bytes, total))?
            }
        };
        done += part.bytes;
        seen(done, total);
        files.push(Entry { path: part.path.clone(), at, bytes: part.bytes, sha256 });
    }
    digest::sync_folder(&segments)?;
    digest::sync_folder(&folder)?;
    let moment = |at: peygir_core::Moment| Timestamp::from_microsecond(at.0).ok().map(Instant);
    let manifest = Manifest {
        form: FORM,
        peygir: env!("CARGO_PKG_VERSION").to_owned(),
        journal: format!("{:016x}", found.journal),
        taken_at: Instant(now),
        first_frame: found.first_frame,
        last_frame: found.last_frame,
        last_at: found.last_at.and_then(moment),
        files,
    };
    digest::write_text(&folder.join(FILE), &(serde_json::to_string_pretty(&manifest)? + "\n"))?;
    digest::sync_folder(&folder)?;
    let is_end_damaged = found.is_end_doubtful && !Lock::is_held(store).unwrap_or(false);
    Ok(Taken { name, manifest, copied_bytes, damaged_snapshot, is_end_damaged })
}

/// The last group may be written and not yet on the disk: what a backup has must not be missing from the store behind a power cut.
fn settle(segment: &Path) -> Result<()> {
    let synced = fs::File::open(segment).and_then(|file| file.sync_all());
    synced.with_context(|| cannot(segment, "can't be brought to the disk", "روی دیسک نمی‌نشیند"))
}

/// A copy gets its name once it is whole: what was broken off is copied anew.
fn copy(from: &Path, to: &Path, part: &Part, seen: &mut dyn FnMut(u64)) -> Result<String> {
    let temporary = to.with_extension("part");
    let mut copied = 0;
    let sha256 = digest::copy(from, &temporary, part.bytes, &mut |bytes| {
        copied += bytes;
        seen(copied);
    })?;
    fs::rename(&temporary, to).with_context(|| cannot(to, "can't be written", "نوشته نمی‌شود"))?;
    Ok(sha256)
}

/// A backup within the data it is of goes with them.
fn refuse_within(root: &Path, store: &Path) -> Result<()> {
    let data = store.parent().unwrap_or(store);
    data.canonicalize().with_context(|| cannot(data, "can't be read", "خوانده نمی‌شود"))?;
    ensure!(
        !lies_within(root, data)?,
        "{} lies in the data folder {} itself and would be lost with it; name a folder elsewhere, best on another disk",
        root.display(),
        data.display()
    );
    Ok(())
}

/// One folder holds backups of one journal.
fn refuse_another(root: &Path, found: &Inventory) -> Result<()> {
    let (names, _) = manifest::list(root)?;
    let Some(newest) = names.last() else { return Ok(()) };
    let (_, manifest) = manifest::pick(root, Some(newest))?;
    ensure!(
        manifest.journal == format!("{:016x}", found.journal),
        "{} has backups of another journal ({}); name another folder",
        root.display(),
        manifest.journal
    );
    let (kept, now) = (manifest.last_frame, found.last_frame);
    let shown = root.display().to_string();
    ensure!(
        kept <= now,
        Said::new(
            format!(
                "{shown} has a backup up to frame {kept}, and the journal ends with frame {now}: it is of an earlier state that went on by itself, \
                 as after a restore to an earlier moment, and would never be restored from there as the newest one; name an empty folder"
            ),
            format!(
                "در {} پشتیبانی تا قاب {kept} هست و دفتر با قاب {now} پایان می‌یابد: این از حالتی پیشین ادامه یافته است، چنان که پس از بازگردانی \
                 به زمانی پیشین، و از آنجا هرگز چون تازه‌ترین بازگردانده نمی‌شود؛ پوشه‌ای خالی نام ببرید",
                Lang::Fa.id(&shown)
            ),
        )
    );
    Ok(())
}

/// Closed segments that finished backups have.
fn known(root: &Path) -> Result<Vec<Entry>> {
    let (names, _) = manifest::list(root)?;
    let Some(newest) = names.last() else { return Ok(Vec::new()) };
    let (_, manifest) = manifest::pick(root, Some(newest))?;
    Ok(manifest.files.into_iter().filter(|entry| entry.at.starts_with(SEGMENTS)).collect())
}

/// Whether a segment is the one that was copied before, by its length and both its ends.
fn same(own: &Path, copy: &Path, part: &Part, entry: &Entry) -> Result<bool> {
    let length = fs::metadata(copy).map(|found| found.len()).unwrap_or_default();
    if (length, entry.bytes) != (part.bytes, part.bytes) {
        return Ok(false);
    }
    let ends = |path: &Path| -> Result<Vec<u8>> {
        let file = fs::File::open(path).with_context(|| cannot(path, "can't be read", "خوانده نمی‌شود"))?;
        let count = COMPARED_BYTES.min(part.bytes);
        let mut bytes = vec![0; 2 * count as usize];
        let (first, last) = bytes.split_at_mut(count as usize);
        file.read_exact_at(first, 0)?;
        file.read_exact_at(last, part.bytes - count)?;
        Ok(bytes)
    };
    Ok(ends(own)? == ends(copy)?)
}
