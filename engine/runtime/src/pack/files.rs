//! Reading files that people wrote: bounded in size and number, in one order on every machine, and never a panic on
//! what is no text.

use std::io::Read;
use std::path::{Component, Path, PathBuf};

use peygir_source::{Diagnostic, Diagnostics, Node, Span, yaml};

/// Longest file read, in bytes.
pub const FILE_BYTES_MAX: u64 = 1 << 20;
/// Most files of one pack.
pub const FILES_MAX: usize = 5_000;
/// Deepest folder below a pack.
pub const DEPTH_MAX: usize = 8;

const TOP: Span = Span { line: 1, column: 1, length: 0 };

/// A file's text and the path under which people know it.
#[derive(Debug, Clone)]
pub struct SourceFile {
    pub path: PathBuf,
    pub name: String,
    pub text: String,
}

impl SourceFile {
    pub fn read(path: &Path) -> Result<Self, Diagnostic> {
        let name = shown(path);
        let in_file = |mut diagnostic: Diagnostic| {
            diagnostic.file.clone_from(&name);
            diagnostic
        };
        let bytes = bytes(path).map_err(in_file)?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { path: path.to_owned(), name: name.clone(), text }),
            Err(error) => Err(in_file(not_utf8(error.as_bytes(), error.utf8_error().valid_up_to()))),
        }
    }

    /// The text as a tree; what is no YAML becomes a finding.
    pub fn parse(&self, found: &mut Diagnostics) -> Option<Node> {
        match yaml::parse(&self.text) {
            Ok(root) => Some(root),
            Err(diagnostic) => {
                let one = Diagnostics { list: vec![diagnostic] };
                found.extend(one.in_file(&self.name));
                None
            }
        }
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    let unreadable = |error: std::io::Error| {
        let (en, fa) = system_words(&error);
        Diagnostic::error(
            "PG-P001",
            TOP,
            format!("the file cannot be read: {en}"),
            format!("پرونده خوانده نمی‌شود: {fa}"),
        )
    };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(Diagnostic::error(
            "PG-P009",
            TOP,
            format!("the file is longer than {FILE_BYTES_MAX} bytes"),
            format!("پرونده از {FILE_BYTES_MAX} بایت بزرگ‌تر است"),
        ));
    }
    Ok(bytes)
}

pub(crate) fn not_utf8(bytes: &[u8], valid: usize) -> Diagnostic {
    let before = String::from_utf8_lossy(&bytes[..valid]);
    let line = before.matches('\n').count() as u32 + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u32 + 1;
    Diagnostic::error("PG-P008", Span { line, column, length: 1 }, "the file is not UTF-8", "پرونده UTF-8 نیست")
        .with_help(
            "save it as UTF-8; old editors call it \"Unicode (UTF-8)\"",
            "آن را با UTF-8 ذخیره کنید؛ ویرایشگرهای قدیمی به آن «Unicode (UTF-8)» می‌گویند",
        )
}

/// All files below a folder, in the order of their names. Hidden ones and those of hidden folders are passed over.
pub fn walk(folder: &Path, found: &mut Diagnostics) -> Vec<PathBuf> {
    let mut files = Vec::new();
    descend(folder, 0, &mut files, found);
    if files.len() > FILES_MAX {
        let mut diagnostic = Diagnostic::error(
            "PG-P009",
            TOP,
            format!("the folder has more than {FILES_MAX} files"),
            format!("پوشه بیش از {FILES_MAX} پرونده دارد"),
        );
        diagnostic.file = shown(folder);
        found.push(diagnostic);
        files.truncate(FILES_MAX);
    }
    files
}

fn descend(folder: &Path, depth: usize, files: &mut Vec<PathBuf>, found: &mut Diagnostics) {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) if depth < DEPTH_MAX => entries,
        Ok(_) => {
            return found.push(in_folder(
                folder,
                format!("folders lie more than {DEPTH_MAX} deep"),
                format!("پوشه‌ها بیش از {DEPTH_MAX} لایه تو در تو هستند"),
            ));
        }
        Err(error) => {
            let (en, fa) = system_words(&error);
            return found.push(in_folder(
                folder,
                format!("the folder cannot be read: {en}"),
                format!("پوشه خوانده نمی‌شود: {fa}"),
            ));
        }
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')))
        .collect();
    paths.sort();
    for path in paths {
        if files.len() > FILES_MAX {
            return;
        }
        // A link to a folder is not followed: it could lead round in a circle.
        if path.is_dir() && !path.is_symlink() {
            descend(&path, depth + 1, files, found);
        } else if path.is_file() {
            files.push(path);
        }
    }
}

fn in_folder(folder: &Path, en: String, fa: String) -> Diagnostic {
    let mut diagnostic = Diagnostic::error("PG-P001", TOP, en, fa);
    diagnostic.file = shown(folder);
    diagnostic
}

/// What the system says of a file, a folder or a connection, in words of people: English and Persian. Its own number of an
/// error helps nobody who has no programmer at hand.
pub fn system_words(error: &std::io::Error) -> (String, String) {
    use std::io::ErrorKind as Kind;
    let (en, fa) = match error.kind() {
        Kind::NotFound => ("there is no such file or folder", "چنین پرونده یا پوشه‌ای نیست"),
        Kind::PermissionDenied => ("the system does not let you", "سیستم اجازه نمی‌دهد"),
        Kind::AlreadyExists => ("it is there already", "از پیش هست"),
        Kind::IsADirectory => ("it is a folder", "این یک پوشه است"),
        Kind::NotADirectory => ("a part of the path is no folder", "بخشی از مسیر پوشه نیست"),
        Kind::DirectoryNotEmpty => ("the folder is not empty", "پوشه خالی نیست"),
        Kind::StorageFull | Kind::QuotaExceeded => ("the disk is full", "دیسک پر است"),
        Kind::ReadOnlyFilesystem => ("the disk is read-only", "دیسک تنها خواندنی است"),
        Kind::InvalidFilename => ("the name of the file cannot be used", "نام پرونده پذیرفتنی نیست"),
        Kind::InvalidData => ("what is in it is not text in UTF-8", "محتوای آن متن UTF-8 نیست"),
        Kind::UnexpectedEof => ("it ends too early", "پیش از آنکه باید پایان می‌یابد"),
        Kind::AddrInUse => ("another program listens there", "برنامهٔ دیگری همان‌جا گوش می‌دهد"),
        Kind::AddrNotAvailable => ("this machine has no such address", "این دستگاه چنین نشانی‌ای ندارد"),
        Kind::ConnectionRefused => ("nobody answers there", "کسی آنجا پاسخ نمی‌دهد"),
        Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe => {
            ("the connection was cut", "ارتباط بریده شد")
        }
        Kind::TimedOut => ("it took too long", "بیش از اندازه طول کشید"),
        Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::NetworkDown => {
            ("the network does not lead there", "شبکه به آنجا نمی‌رسد")
        }
        _ => {
            let plain = error.to_string();
            let plain = plain.split(" (os error").next().unwrap_or_default();
            return (plain.to_owned(), format!("خطای سیستم: \u{2066}{plain}\u{2069}"));
        }
    };
    (en.to_owned(), fa.to_owned())
}

/// A path as people read it: `..` resolved in the text, `/` between the parts.
pub fn shown(path: &Path) -> String {
    let plain = tidy(path);
    let text = plain.to_string_lossy().replace('\\', "/");
    if text.is_empty() { ".".to_owned() } else { text }
}

/// `a/b/../c` as `a/c`. Only the text is looked at, not the disk.
pub fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(tidy.components().next_back(), Some(Component::Normal(_))) => {
                tidy.pop();
            }
            other => tidy.push(other),
        }
    }
    tidy
}
