//! Looking for personal data in files, whatever it was written as.
//!
//! Owns: the forms in which a text may stand in a file ([`forms`]), the forms of a mobile number ([`numbers`]) and the search
//! for many of them at once. Knows no file's format: a file is bytes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// Shorter forms would be found by chance, in bytes.
const FORM_BYTES_MIN: usize = 6;

/// A form that must not be found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Needle {
    /// What it is a form of, and which: `name, UTF-16BE`.
    pub label: String,
    pub bytes: Vec<u8>,
}

/// A needle that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub label: String,
    pub file: PathBuf,
    /// Where in the file it begins, in bytes.
    pub offset: usize,
    /// What stands around it, for whoever has to mend it.
    pub around: String,
}

/// All forms of a text: UTF-8, UTF-16 either way, percent-encoded, escaped as in JSON, and base64 at its three alignments
/// with either alphabet.
pub fn forms(what: &str, text: &str) -> Vec<Needle> {
    let utf16 = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let escape = |unit: u16| if unit > 0x7f { format!("\\u{unit:04x}") } else { char::from(unit as u8).into() };
    let escaped = text.encode_utf16().map(escape).collect::<String>().into_bytes();
    let percent = |upper: bool| {
        let code = |byte: u8| if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
        let of = |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { code(byte) };
        text.bytes().map(of).collect::<String>().into_bytes()
    };
    let mut forms = vec![
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-16BE", utf16(u16::to_be_bytes)),
        ("UTF-16LE", utf16(u16::to_le_bytes)),
        ("percent-encoded", percent(true)),
        ("percent-encoded", percent(false)),
        ("escaped", escaped),
        ("hexadecimal", text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes()),
    ];
    for inner in [text.as_bytes(), &utf16(u16::to_be_bytes)] {
        forms.extend(base64_forms(inner).into_iter().map(|form| ("base64", form)));
    }
    let mut needles: Vec<Needle> = forms
        .into_iter()
        .filter(|(_, bytes)| bytes.len() >= FORM_BYTES_MIN)
        .map(|(form, bytes)| Needle { label: format!("{what}, {form}"), bytes })
        .collect();
    // The first name of a form that several writings share is kept.
    needles.sort_by(|one, other| one.bytes.cmp(&other.bytes));
    needles.dedup_by(|later, first| later.bytes == first.bytes);
    needles
}

/// The part of a text's base64 that stays the same whatever stands around it, for each of the three alignments.
fn base64_forms(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for before in 0..3usize {
        // A character holds six bits: those that share one with a neighbour are not ours alone.
        let first = (before * 8).div_ceil(6);
        let end = (before + bytes.len()) * 8 / 6;
        let padded = [&vec![0; before], bytes, &[0; 3]].concat();
        for text in [STANDARD.encode(&padded), URL_SAFE.encode(&padded)] {
            forms.push(text.as_bytes()[first.min(end)..end].to_vec());
        }
    }
    forms
}

/// The ways in which a mobile number `09...` is written.
pub fn numbers(what: &str, national: &str) -> Vec<Needle> {
    let bare = national.strip_prefix('0').unwrap_or(national);
    let persian: String = bare.chars().map(|digit| persian_digit(digit, '۰')).collect();
    let arabic: String = bare.chars().map(|digit| persian_digit(digit, '٠')).collect();
    // The national form and E.164 both hold the bare one; their base64 does not.
    let written = [bare.to_owned(), national.to_owned(), format!("+98{bare}"), format!("0098{bare}"), persian, arabic];
    written.iter().flat_map(|written| forms(what, written)).collect()
}

fn persian_digit(digit: char, zero: char) -> char {
    digit.to_digit(10).and_then(|value| char::from_u32(zero as u32 + value)).unwrap_or(digit)
}

/// A text, and its pieces of `words` words: what is left of it where it was split, cut or wrapped.
pub fn pieces(what: &str, text: &str, words: usize) -> Vec<Needle> {
    let all: Vec<&str> = text.split_whitespace().collect();
    let mut needles = forms(what, text);
    for piece in all.windows(words) {
        needles.extend(forms(&format!("piece of {what}"), &piece.join(" ")));
    }
    needles
}

/// Every file under the folders, searched for every needle. At most one finding of a needle in a file.
pub fn search(folders: &[PathBuf], needles: &[Needle]) -> Vec<Found> {
    let index = Index::new(needles);
    let mut found = Vec::new();
    for file in folders.iter().flat_map(|folder| files(folder)) {
        let bytes = std::fs::read(&file).expect("a file of the run can be read");
        for (needle, offset) in index.hits(&bytes) {
            let around = &bytes[offset.saturating_sub(80)..(offset + needle.bytes.len() + 80).min(bytes.len())];
            let around = String::from_utf8_lossy(around).into_owned();
            found.push(Found { label: needle.label.clone(), file: file.clone(), offset, around });
        }
    }
    found
}

/// All files under a folder, in the order of their names.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() { folders.push(path) } else { all.push(path) }
        }
    }
    all.sort();
    all
}

/// Needles by their first two bytes.
struct Index<'a> {
    by_start: BTreeMap<u16, Vec<&'a Needle>>,
    starts: Vec<bool>,
}

impl<'a> Index<'a> {
    fn new(needles: &'a [Needle]) -> Self {
        let mut index = Self { by_start: BTreeMap::new(), starts: vec![false; 1 << 16] };
        for needle in needles {
            let start = u16::from_be_bytes([needle.bytes[0], needle.bytes[1]]);
            index.by_start.entry(start).or_default().push(needle);
            index.starts[usize::from(start)] = true;
        }
        index
    }

    /// The first place of each needle that stands in `bytes`.
    fn hits(&self, bytes: &[u8]) -> Vec<(&'a Needle, usize)> {
        let mut hits: BTreeMap<&Needle, usize> = BTreeMap::new();
        for (offset, pair) in bytes.windows(2).enumerate() {
            let start = u16::from_be_bytes([pair[0], pair[1]]);
            if !self.starts[usize::from(start)] {
                continue;
            }
            for needle in &self.by_start[&start] {
                if bytes[offset..].starts_with(&needle.bytes) {
                    hits.entry(needle).or_insert(offset);
                }
            }
        }
        hits.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_in(bytes: &[u8], needles: &[Needle]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("inner")).unwrap();
        std::fs::write(folder.path().join("inner/file"), bytes).unwrap();
        search(&[folder.path().to_owned()], needles).into_iter().map(|found| found.label).collect()
    }

    #[test]
    fn a_planted_text_is_found_in_every_form() {
        let text = "گواهی پزشکی مادرم گم شده";
        let needles = forms("text", text);
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let percent: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let planted = [
            [b"\xff\x00".as_slice(), text.as_bytes(), b"\x01"].concat(),
            utf16.clone(),
            text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            percent.into_bytes(),
            text.encode_utf16()
                .map(|unit| format!("\\u{unit:04x}"))
                .collect::<String>()
                .replace("\\u0020", " ")
                .into_bytes(),
            STANDARD.encode(&utf16).into_bytes(),
        ];
        for bytes in planted {
            assert!(!found_in(&bytes, &needles).is_empty(), "{}", String::from_utf8_lossy(&bytes));
        }
        assert_eq!(found_in("گواهی پزشکی پدرم پیدا شد".as_bytes(), &needles), Vec::<String>::new());
    }

    #[test]
    fn base64_is_found_at_every_alignment() {
        let needles = forms("id", "9990000018");
        for before in 0..7 {
            for after in 0..4 {
                let around = [vec![b'<'; before], b"9990000018".to_vec(), vec![b'>'; after]].concat();
                for text in [STANDARD.encode(&around), URL_SAFE.encode(&around)] {
                    assert!(found_in(text.as_bytes(), &needles).contains(&"id, base64".to_owned()), "{before} {after}");
                }
            }
        }
    }

    #[test]
    fn a_number_is_found_however_it_is_written() {
        let needles = numbers("mobile", "09990000001");
        for written in ["09990000001", "+989990000001", "00989990000001", "9990000001", "۰۹۹۹۰۰۰۰۰۰۱", "٩٩٩٠٠٠٠٠٠١"]
        {
            assert!(!found_in(written.as_bytes(), &needles).is_empty(), "{written}");
        }
        assert_eq!(found_in(b"+98999***0001", &needles), Vec::<String>::new());
    }

    #[test]
    fn pieces_of_a_text_are_found_where_it_was_split() {
        let needles = pieces("text", "one two three four five", 3);
        assert_eq!(found_in(b"...two three four", &needles), ["piece of text, UTF-8"]);
        assert_eq!(found_in(b"two three", &needles), Vec::<String>::new());
    }
}
