//! What can be wrong with a text before its meaning is looked at: the parser's errors as diagnostics (`PG-Y…`).

use serde_yaml::Error;
use serde_yaml::budget::BudgetBreach;

use crate::yaml::{self, DEPTH_MAX, NODES_MAX, TEXT_BYTES_MAX};
use crate::{Diagnostic, Span};

/// Longest part of a text that is repeated in a message, in characters.
const QUOTED_CHARS_MAX: usize = 60;

pub(crate) fn lines(text: &str) -> Vec<&str> {
    text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect()
}

pub(crate) fn too_long(bytes: usize) -> Diagnostic {
    let span = Span { line: 1, column: 1, length: 0 };
    let message = format!("the text has {bytes} bytes; at most {TEXT_BYTES_MAX} are read");
    let message_fa = format!("متن {bytes} بایت است؛ بیش از {TEXT_BYTES_MAX} بایت خوانده نمی‌شود");
    Diagnostic::error("PG-Y002", span, message, message_fa).with_help("split the file", "پرونده را چند بخش کنید")
}

pub(crate) fn unreadable() -> Diagnostic {
    let span = Span { line: 1, column: 1, length: 0 };
    Diagnostic::error("PG-Y001", span, "the text is not YAML", "متن YAML درستی نیست")
}

/// Control characters never belong into a text that people write; most come from pasting.
pub(crate) fn control_character(text: &str) -> Option<Diagnostic> {
    let allowed = |character: char| matches!(character, '\n' | '\r' | '\t') || !character.is_control();
    let offset = text.find(|character: char| !allowed(character))?;
    let line_start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    let count = |text: &str, what: char| text.matches(what).count();
    let span = Span {
        line: u32::try_from(count(&text[..offset], '\n') + 1).unwrap_or(u32::MAX),
        column: u32::try_from(text[line_start..offset].chars().count() + 1).unwrap_or(u32::MAX),
        length: 1,
    };
    let code = text[offset..].chars().next().map_or(0, u32::from);
    let message = format!("the control character U+{code:04X} is not allowed");
    let message_fa = format!("نویسهٔ کنترلی U+{code:04X} مجاز نیست");
    Some(
        Diagnostic::error("PG-Y001", span, message, message_fa)
            .with_help("delete the character", "این نویسه را پاک کنید"),
    )
}

pub(crate) fn number_out_of_range(span: Span) -> Diagnostic {
    let message = "the number cannot be kept exactly";
    let message_fa = "این عدد را نمی‌توان بی کم‌وکاست نگه داشت";
    Diagnostic::error("PG-Y008", span, message, message_fa).with_help(
        "put quotes around it if it is a text, such as a code",
        "اگر متن است، مانند کد، آن را در نشانهٔ نقل‌قول بگذارید",
    )
}

pub(crate) fn of(error: &Error, lines: &[&str]) -> Diagnostic {
    let span = error.location().map_or(Span { line: 1, column: 1, length: 0 }, |location| yaml::span(location, lines));
    match error {
        Error::WithSnippet { error, .. } => of(error, lines),
        Error::AliasError { error, .. } => of(error, lines),
        Error::DuplicateMappingKey { key, .. } => duplicate_key(key.as_deref(), span),
        Error::Budget { breach: BudgetBreach::Documents { .. }, .. } | Error::MultipleDocuments { .. } => {
            let message = "the text holds several documents; one is wanted";
            let help = "keep one document for each file: delete the line `---` and what follows";
            let help_fa = "هر پرونده یک سند دارد: سطر `---` و آنچه پس از آن است را پاک کنید";
            Diagnostic::error("PG-Y007", span, message, "متن چند سند دارد؛ باید یک سند باشد").with_help(help, help_fa)
        }
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasReplayCounterOverflow { .. } => too_large(span),
        Error::MergeKeyNotAllowed { .. } | Error::MergeValueNotMapOrSeqOfMaps { .. } => merge_key(span),
        Error::UnsupportedTag { tag, .. } | Error::TaggedEnumMismatch { tagged: tag, .. } => tag_refused(tag, span),
        Error::NonFiniteFloat { .. } => number_out_of_range(span),
        Error::UnknownAnchor { .. } | Error::RecursiveReferencesRequireWeakTypes { .. } => {
            let message = "the alias points to no anchor before it, or to itself";
            Diagnostic::error("PG-Y009", span, message, "این ارجاع (*) به نشانی که پیش از آن آمده باشد اشاره نمی‌کند")
        }
        other => not_yaml(other, span, lines),
    }
}

fn duplicate_key(key: Option<&str>, span: Span) -> Diagnostic {
    let key = key.map_or_else(String::new, |key| format!(" `{}`", quoted(key)));
    let message = format!("the key{key} stands twice in this mapping");
    let message_fa = format!("کلید{key} در این نگاشت دو بار آمده است");
    Diagnostic::error("PG-Y003", span, message, message_fa)
        .with_help("delete or rename one of them", "یکی را پاک کنید یا نامش را عوض کنید")
}

fn too_large(span: Span) -> Diagnostic {
    let message = format!("the document is too large: at most {NODES_MAX} values and {DEPTH_MAX} levels are read");
    let message_fa = format!("سند بیش از اندازه بزرگ است: حداکثر {NODES_MAX} مقدار و {DEPTH_MAX} سطح خوانده می‌شود");
    Diagnostic::error("PG-Y004", span, message, message_fa).with_help("split the document", "سند را چند بخش کنید")
}

fn merge_key(span: Span) -> Diagnostic {
    let message = "merge keys (`<<`) are not read";
    let message_fa = "کلید ادغام (`<<`) پشتیبانی نمی‌شود";
    Diagnostic::error("PG-Y005", span, message, message_fa).with_help("write the members out", "اعضا را یکایک بنویسید")
}

fn tag_refused(tag: &str, span: Span) -> Diagnostic {
    let tag = quoted(tag);
    let message = format!("the tag `{tag}` is not read");
    let message_fa = format!("برچسب `{tag}` پشتیبانی نمی‌شود");
    Diagnostic::error("PG-Y006", span, message, message_fa).with_help("delete the tag", "برچسب را پاک کنید")
}

fn not_yaml(error: &Error, span: Span, lines: &[&str]) -> Diagnostic {
    let said = error.without_snippet().to_string();
    // The parser repeats its place within its message; ours is in the span.
    let said = said.split(" at line ").next().unwrap_or("").split(": line ").next().unwrap_or("");
    let said = quoted(said.lines().next().unwrap_or(""));
    // The parser has a limit of its own on brackets within brackets, and no error of its own for it; a test holds its words.
    if said.starts_with("recursion limit") {
        return too_large(span);
    }
    if let Some(tab) = crate::yaml_slip::tab(lines) {
        return Diagnostic::error("PG-Y001", tab, "a tab indents this line", "این سطر با Tab تورفته است")
            .with_help("indent with spaces", "با فاصله تورفتگی بدهید");
    }
    if let Some((at, scalar)) = crate::yaml_slip::sign(lines, span.line) {
        let message = format!("a text that begins with `>` stands here without quotes: `{scalar}`");
        let message_fa = format!("متنی که با `>` آغاز می‌شود این‌جا بی‌گیومه آمده است: \u{2066}`{scalar}`\u{2069}");
        let help = format!("put quotes around it: '{scalar}'");
        let help_fa = format!("آن را در گیومه بگذارید: \u{2066}'{scalar}'\u{2069}");
        return Diagnostic::error("PG-Y001", at, message, message_fa).with_help(help, help_fa);
    }
    let message = format!("the text is not YAML: {said}");
    let message_fa = format!("متن در این جا YAML درستی نیست: \u{2066}{said}\u{2069}");
    Diagnostic::error("PG-Y001", span, message, message_fa)
}

fn quoted(text: &str) -> String {
    let shown: String = text.chars().filter(|character| !character.is_control()).take(QUOTED_CHARS_MAX * 2).collect();
    shown
}
