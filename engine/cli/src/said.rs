//! Why a command failed, in the language that was asked for.
//!
//! Owns: an error with a sentence in each language, and how a chain of causes is told: what the system said is put into words
//! of people, and never shown as a number of its own. Knows no command.

use std::ffi::OsString;
use std::fmt;
use std::path::Path;
use std::sync::OnceLock;

use peygir_runtime::{pack, vault};
use peygir_source::persian_numbers;

use crate::commands::local::Lang;

/// Of this call; English until it is known.
static LANGUAGE: OnceLock<Lang> = OnceLock::new();

/// Reads the language from the arguments as they were typed: they may be what is wrong.
pub fn listen(arguments: impl IntoIterator<Item = OsString>) {
    let typed: Vec<String> = arguments.into_iter().map(|text| text.to_string_lossy().into_owned()).collect();
    let named = typed.iter().zip(typed.iter().skip(1)).any(|(option, value)| option == "--lang" && value == "fa");
    let joined = typed.iter().any(|text| text == "--lang=fa");
    let _ = LANGUAGE.set(if named || joined { Lang::Fa } else { Lang::En });
}

pub fn is_persian() -> bool {
    language() == Lang::Fa
}

fn language() -> Lang {
    LANGUAGE.get().copied().unwrap_or(Lang::En)
}

/// A sentence in both languages, as an error or as what was being done when one came up.
#[derive(Debug)]
pub struct Said {
    en: String,
    fa: String,
}

impl Said {
    pub fn new(en: impl Into<String>, fa: impl Into<String>) -> Self {
        Self { en: en.into(), fa: fa.into() }
    }
}

/// What can't be done with a file or a folder.
pub fn cannot(path: &Path, en: &str, fa: &str) -> Said {
    let path = path.display().to_string();
    Said::new(format!("{path} {en}"), format!("{} {fa}", Lang::Fa.id(&path)))
}

/// The language of this call.
pub fn lang() -> Lang {
    language()
}

impl fmt::Display for Said {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match language() {
            Lang::En => &self.en,
            Lang::Fa => &self.fa,
        })
    }
}

impl std::error::Error for Said {}

/// All causes in a line. A cause that a sentence above has told already is not told twice.
pub fn told(error: &anyhow::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in error.chain() {
        let words = words(cause);
        if !parts.iter().any(|part| part.ends_with(&words)) {
            parts.push(words);
        }
        // What lies below is how the network's library says the same.
        if cause.is::<reqwest::Error>() {
            break;
        }
    }
    let line = parts.join(": ");
    match language() {
        Lang::En => line,
        Lang::Fa => persian_numbers(&line).into_owned(),
    }
}

fn words(cause: &(dyn std::error::Error + 'static)) -> String {
    if let Some(error) = cause.downcast_ref::<std::io::Error>() {
        let (en, fa) = pack::system_words(error);
        return language().pick(&en, &fa).to_owned();
    }
    if let (Some(error), Lang::Fa) = (cause.downcast_ref::<peygir_store::Error>(), language()) {
        return of_store(error);
    }
    if let (Some(error), Lang::Fa) = (cause.downcast_ref::<serde_json::Error>(), language()) {
        return of_json(error);
    }
    // What the system said follows as the cause, in words of people.
    if let (Some(vault::Error::Io { path, .. }), Lang::Fa) = (cause.downcast_ref(), language()) {
        return Lang::Fa.id(path);
    }
    match (cause.downcast_ref::<reqwest::Error>(), language()) {
        (Some(error), lang) if error.is_connect() => {
            lang.pick("nobody answers there", "کسی آنجا پاسخ نمی‌دهد").to_owned()
        }
        (Some(error), lang) if error.is_timeout() => {
            lang.pick("the answer took too long", "پاسخ بیش از اندازه طول کشید").to_owned()
        }
        (Some(_), Lang::Fa) => "ارتباط برقرار نشد".to_owned(),
        _ => cause.to_string(),
    }
}

/// What a store says in Persian. Its own words, about bytes, are set apart.
fn of_store(error: &peygir_store::Error) -> String {
    use peygir_store::Error;
    let apart = |text: &str| Lang::Fa.id(text);
    match error {
        // What the system said follows as the cause.
        Error::Io { path, .. } => apart(path),
        Error::Damaged { segment, offset, what } => {
            format!("بخش {}، بایت {offset}: {}", apart(segment), apart(what))
        }
        Error::Unknown { file, offset, frame, what } => {
            format!("{}، بایت {offset}، قاب {frame}: {}", apart(file), apart(what))
        }
        Error::Archived { first } => {
            format!("دفتر در این‌جا با قاب {first} آغاز می‌شود؛ قاب‌های پیش از آن بایگانی شده‌اند")
        }
        Error::Refused(what) => apart(what),
        Error::Stopped(what) => format!("انباره ثبتی نمی‌پذیرد: {}", apart(what)),
    }
}

/// Where a text is not the JSON that it should be, in Persian.
fn of_json(error: &serde_json::Error) -> String {
    match error.line() {
        0 => "محتوای آن چنان که باید نیست".to_owned(),
        line => format!("سطر {line}، ستون {}: آنچه باید این‌جا باشد نیست", error.column()),
    }
}
