//! What is wrong with a script before it runs: the words of each finding, in both languages.

pub(crate) mod foreign;
pub(crate) mod grammar;

use peygir_source::{Diagnostic, Help, Span};
use rhai::{LexError, ParseError, ParseErrorType};

use crate::{declared, fault::span_of};

/// Words that rhai keeps for itself without any use. Authors meet them as names of variables, `case` first of all.
pub(crate) const RESERVED: &[&str] = &[
    "async",
    "await",
    "case",
    "default",
    "go",
    "goto",
    "is",
    "match",
    "module",
    "new",
    "nil",
    "null",
    "package",
    "protected",
    "public",
    "shared",
    "spawn",
    "static",
    "super",
    "sync",
    "thread",
    "use",
    "var",
    "void",
    "with",
    "yield",
];

/// Words of the language itself, which are no names either.
pub(crate) const KEYWORDS: &[&str] = &[
    "Fn",
    "as",
    "break",
    "call",
    "catch",
    "const",
    "continue",
    "do",
    "else",
    "false",
    "fn",
    "for",
    "if",
    "in",
    "is_def_fn",
    "is_def_var",
    "is_shared",
    "let",
    "loop",
    "private",
    "return",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "type_of",
    "until",
    "while",
];

/// A parse error as a finding. `source` lets it look at the word that stands there.
pub(crate) fn of_parse_error(error: &ParseError, source: &str) -> Diagnostic {
    let mut span = span_of(error.position());
    if span.line == 0 {
        span = end_of(source);
    }
    let word = word_at(source, span);
    let kind = error.err_type();
    if let ParseErrorType::BadInput(refused) = kind
        && let Some(what) = declared::too_many(refused)
    {
        return too_large(span, &what);
    }
    if let Some(word) = word.as_deref().filter(|word| crate::engine::FORBIDDEN.contains(word)) {
        return forbidden(span, word);
    }
    if let Some(word) = word.as_deref().filter(|word| RESERVED.contains(word)) {
        return reserved(span, word);
    }
    let is_name_wanted = matches!(
        kind,
        ParseErrorType::VariableExpected
            | ParseErrorType::PropertyExpected
            | ParseErrorType::FnMissingName
            | ParseErrorType::FnMissingParams(_)
    ) || matches!(kind, ParseErrorType::MissingToken(_, told) if told.contains("parameters list"));
    if let Some(word) = word.as_deref().filter(|word| is_name_wanted && KEYWORDS.contains(word)) {
        return reserved(span, word);
    }
    match kind {
        ParseErrorType::Reserved(word) if word.starts_with(char::is_alphabetic) => reserved(span, word),
        ParseErrorType::VariableUndefined(name) => undefined(span, name, source),
        ParseErrorType::ModuleUndefined(name) => undefined(span, name, source),
        ParseErrorType::ExprTooDeep
        | ParseErrorType::TooManyFunctions
        | ParseErrorType::LiteralTooLarge(..)
        | ParseErrorType::BadInput(LexError::StringTooLong(_)) => too_large(span, &grammar::told(kind)),
        _ => {
            let (why, why_fa) = grammar::told(kind);
            Diagnostic::error(
                "PG-S001",
                span,
                format!("the script can't be read: {why}"),
                format!("متن اسکریپت خوانده نمی‌شود: {why_fa}"),
            )
        }
    }
}

pub(crate) fn reserved(span: Span, word: &str) -> Diagnostic {
    let help = match word {
        "case" => Help::new(
            "the case is called `req` in scripts: write req instead of case",
            "پرونده در اسکریپت `req` نام دارد: به جای case بنویسید req",
        ),
        "null" | "nil" | "void" => Help::new("\"nothing\" is written () in scripts", "«هیچ» در اسکریپت () نوشته می‌شود"),
        "match" => Help::new("write switch instead of match", "به جای match بنویسید switch"),
        "var" => Help::new("write let instead of var", "به جای var بنویسید let"),
        _ => Help::new(
            format!("take another name, such as {word}_"),
            format!("نام دیگری بگذارید، مانند \u{2066}{word}_\u{2069}"),
        ),
    };
    Diagnostic::error(
        "PG-S002",
        sized(span, word),
        format!("`{word}` is a reserved word of the script language"),
        format!("«{word}» واژهٔ رزروشدهٔ زبان اسکریپت است"),
    )
    .helped(help)
}

pub(crate) fn forbidden(span: Span, word: &str) -> Diagnostic {
    let (help, help_fa) = match word {
        "sleep" => (
            "a script never waits: return an action and let the flow wait",
            "اسکریپت هرگز درنگ نمی‌کند: اقدامی بازگردانید و بگذارید گردش کار درنگ کند",
        ),
        "timestamp" => ("the moment of the call is passed in as `now`", "لحظهٔ فراخوانی با نام `now` داده می‌شود"),
        "curry" => (
            "its arguments escape the size limits: give the function a parameter and call it in a for loop",
            "آرگومان‌های آن از حد اندازه می‌گریزند: به تابع پارامتر بدهید و در حلقهٔ for فرا بخوانیدش",
        ),
        "print" | "debug" => (
            "return the data instead; a run is seen in the journal",
            "به جای آن داده را بازگردانید؛ اجرا در دفتر رویدادها دیده می‌شود",
        ),
        "import" | "export" => (
            "a script stands alone: define the function in the same file",
            "هر اسکریپت به خود استوار است: تابع را در همین پرونده تعریف کنید",
        ),
        _ => ("call a function defined in the same file", "تابعی را فرا بخوانید که در همین پرونده تعریف شده است"),
    };
    Diagnostic::error(
        "PG-S005",
        sized(span, word),
        format!("`{word}` is not available in scripts"),
        format!("«{word}» در اسکریپت‌ها در دسترس نیست"),
    )
    .with_help(help, help_fa)
}

fn undefined(span: Span, name: &str, source: &str) -> Diagnostic {
    let finding = Diagnostic::error(
        "PG-S004",
        sized(span, name),
        format!("there is no variable \"{name}\" here"),
        format!("متغیری به نام «{name}» در اینجا وجود ندارد"),
    );
    if let Some(other) = spelt_otherwise(source, name) {
        return finding.with_help(
            format!(
                "elsewhere it is \"{other}\", with other letters ye or kaf: Arabic and Persian ones make two names"
            ),
            format!("جای دیگر «{other}» است، با ی یا ک دیگر: حرف عربی و فارسی دو نام می‌سازند"),
        );
    }
    finding.with_help(
        "a function sees its own parameters and variables only; text stands in double quotes",
        "تابع تنها پارامترها و متغیرهای خود را می‌بیند؛ متن میان دو نشانهٔ \" نوشته می‌شود",
    )
}

/// A name of the source that looks the same and is written with other letters.
fn spelt_otherwise<'s>(source: &'s str, name: &str) -> Option<&'s str> {
    let key = peygir_text::stored_form(name);
    let words = source.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
    words.filter(|word| !word.is_empty() && *word != name).find(|word| peygir_text::stored_form(word) == key)
}

/// `what` in English and in Persian.
pub(crate) fn too_large(span: Span, (what, what_fa): &(String, String)) -> Diagnostic {
    Diagnostic::error(
        "PG-S007",
        span,
        format!("the script is too large: {what}"),
        format!("اسکریپت بیش از حد بزرگ است: {what_fa}"),
    )
    .with_help(
        "split it into functions, or into a decision table and a script",
        "آن را به چند تابع، یا به یک جدول تصمیم و یک اسکریپت بخش کنید",
    )
}

pub(crate) fn sized(span: Span, word: &str) -> Span {
    Span { length: u32::try_from(word.chars().count()).unwrap_or(0), ..span }
}

fn end_of(source: &str) -> Span {
    let line = source.lines().count().max(1);
    let column = source.lines().last().map_or(1, |text| text.chars().count() + 1);
    let number = |part| u32::try_from(part).unwrap_or(u32::MAX);
    Span { line: number(line), column: number(column), length: 0 }
}

fn word_at(source: &str, span: Span) -> Option<String> {
    let line = source.lines().nth(span.line.checked_sub(1)? as usize)?;
    let rest = line.chars().skip(span.column.checked_sub(1)? as usize);
    let word: String = rest.take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!word.is_empty()).then_some(word)
}
