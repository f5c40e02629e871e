//! One message, one file: whole or not there, and named by its key.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use peygir_connector::Message;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::mask;

/// Numbers the drafts of this process.
static DRAFTS: AtomicU64 = AtomicU64::new(0);

/// What every file says to whoever opens it.
const NOTICE: &str = "ارسال نشده — not sent: no gateway is configured for this channel";
/// Bytes of the key's digest in a file's name.
const NAME_BYTES: usize = 20;
/// Longest file that [`list`] reads, in bytes.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// A message as its file holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Always false.
    pub sent: bool,
    /// The same in words.
    pub notice: String,
    pub channel: Option<String>,
    /// When the flow asked for it, RFC 3339.
    pub time: Option<String>,
    /// Masked.
    pub recipient: String,
    pub template: Option<String>,
    pub key: String,
    /// Only where the deployment says `bodies: true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Only where the deployment says `bodies: true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl Entry {
    pub(crate) fn new(message: &Message, key: &str, bodies: bool) -> Self {
        Self {
            sent: false,
            notice: NOTICE.to_owned(),
            channel: message.channel.clone(),
            time: message.date.clone(),
            recipient: mask::recipient(&message.to),
            template: message.template.clone(),
            key: key.to_owned(),
            subject: message.subject.clone().filter(|_| bodies),
            text: bodies.then(|| message.text.clone()),
        }
    }
}

pub(crate) fn name(key: &str) -> String {
    let digest = Sha256::digest(key.as_bytes());
    let hex: String = digest.iter().take(NAME_BYTES).map(|byte| format!("{byte:02x}")).collect();
    format!("{hex}.json")
}

/// Writes an entry durably; one that is there stays as it is.
pub(crate) fn write(folder: &Path, name: &str, entry: &Entry) -> io::Result<()> {
    let place = folder.join(name);
    if !place.exists() {
        create(folder)?;
        let mut text = serde_json::to_vec_pretty(entry)?;
        text.push(b'\n');
        // Two sends of one key at one time write a draft each; the rename of either is right.
        let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
        let draft = folder.join(format!(".{name}.{}-{number}", std::process::id()));
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&draft, &place)?;
    }
    // Also where the file is there: the sync after its rename may not have been reached.
    File::open(folder)?.sync_all()
}

fn create(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    match folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

/// The entries of a folder with their file names, newest time first; at most `entries_max`. What is no entry is left out.
pub fn list(folder: &Path, entries_max: usize) -> io::Result<Vec<(String, Entry)>> {
    let mut entries = Vec::new();
    let folder = match fs::read_dir(folder) {
        Ok(folder) => folder,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(entries),
        Err(error) => return Err(error),
    };
    for item in folder {
        let path = item?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') || !name.ends_with(".json") {
            continue;
        }
        let mut text = Vec::new();
        File::open(&path)?.take(FILE_BYTES_MAX).read_to_end(&mut text)?;
        if let Ok(entry) = serde_json::from_slice(&text) {
            entries.push((name, entry));
        }
    }
    entries.sort_by(|left: &(String, Entry), right| right.1.time.cmp(&left.1.time).then_with(|| left.0.cmp(&right.0)));
    entries.truncate(entries_max);
    Ok(entries)
}
