//! What the interpreter says of an operation that failed, in words of people. Its own are English, and speak of getters and of
//! types of the machine.

use rhai::{EvalAltResult, LexError, ParseErrorType};

use crate::complaint::grammar;
use crate::{engine::FORBIDDEN, kind};

/// A sentence in English and in Persian. An error that a later interpreter adds is told in its own words.
pub(super) fn told(error: &EvalAltResult) -> (String, String) {
    use EvalAltResult as E;
    match error {
        E::ErrorFunctionNotFound(called, _) => not_found(called),
        E::ErrorVariableNotFound(name, _) => {
            (format!("there is no variable \"{name}\""), format!("متغیری به نام «{name}» نیست"))
        }
        E::ErrorIndexNotFound(index, _) => (format!("there is no \"{index}\" in it"), format!("«{index}» در آن نیست")),
        E::ErrorArrayBounds(length, index, _) => (
            format!("the list has {length} items, and none at {index}"),
            format!("فهرست {length} عضو دارد و عضو {index} در آن نیست"),
        ),
        E::ErrorStringBounds(length, index, _) => (
            format!("the text has {length} letters, and none at {index}"),
            format!("متن {length} حرف دارد و حرف {index} در آن نیست"),
        ),
        E::ErrorIndexingType(what, _) => indexed(what),
        E::ErrorDotExpr(what, _) => member(what),
        E::ErrorMismatchDataType(wanted, found, _) | E::ErrorMismatchOutputType(wanted, found, _) => {
            wanted_here(wanted, found)
        }
        E::ErrorArithmetic(what, _) => arithmetic(what),
        E::ErrorParsing(kind, _) => parsing(kind),
        _ => rarer(error),
    }
}

fn rarer(error: &EvalAltResult) -> (String, String) {
    use EvalAltResult as E;
    match error {
        E::ErrorUnboundThis(_) => (
            "this means nothing here: the function was not called with a dot".to_owned(),
            "this در این‌جا معنایی ندارد: تابع با نقطه فراخوانده نشده است".to_owned(),
        ),
        E::ErrorAssignmentToConstant(name, _) => {
            (format!("the constant \"{name}\" can't be changed"), format!("ثابت «{name}» را نمی‌توان تغییر داد"))
        }
        E::ErrorNonPureMethodCallOnConstant(name, _) => (
            format!("`{name}` changes a value that is constant"),
            format!("«{name}» مقداری را تغییر می‌دهد که ثابت است"),
        ),
        E::ErrorFor(_) => (
            "a for loop wants something that can be taken one by one: a list, a map, a text or a range".to_owned(),
            "حلقهٔ for چیزی می‌خواهد که بتوان یکی‌یکی برداشت: فهرست، نگاشت، متن یا بازه".to_owned(),
        ),
        E::ErrorDataRace(name, _) => (
            format!("\"{name}\" is read and written at the same time"),
            format!("«{name}» هم‌زمان خوانده و نوشته می‌شود"),
        ),
        other => (other.to_string(), format!("مفسر می‌گوید: {other}")),
    }
}

/// `+ (i64, ())`: what was called, and with what.
fn not_found(called: &str) -> (String, String) {
    let (name, given) =
        called.split_once(" (").map_or((called, ""), |(name, rest)| (name, rest.strip_suffix(')').unwrap_or(rest)));
    if given.is_empty() {
        return (format!("there is no function or operator `{name}`"), format!("تابع یا عملگری به نام «{name}» نیست"));
    }
    let kinds: Vec<(&str, &str)> = given.split(", ").map(kind::told).collect();
    let en = kinds.iter().map(|(en, _)| *en).collect::<Vec<_>>().join(" and ");
    let fa = kinds.iter().map(|(_, fa)| *fa).collect::<Vec<_>>().join(" و ");
    let (help, help_fa) = match given.split(", ").any(|one| one == "()") {
        true => ("; what has no value is (): write x ?? 0", "؛ آنچه مقدار ندارد () است: بنویسید x ?? 0"),
        false => ("", ""),
    };
    (format!("there is no `{name}` for {en}{help}"), format!("«{name}» برای {fa} تعریف نشده است{help_fa}"))
}

/// `Unknown property 'x' - a getter is not registered for type 'i64'`, and the same of writing.
fn member(what: &str) -> (String, String) {
    let mut quoted = what.split('\'').skip(1).step_by(2);
    let (Some(name), Some(of)) = (quoted.next(), quoted.next()) else {
        return ("this member is not to be had".to_owned(), "این عضو در دسترس نیست".to_owned());
    };
    let (en, fa) = kind::told(of);
    if what.starts_with("No writable") {
        return (format!("\"{name}\" of {en} can't be written"), format!("«{name}» در {fa} نوشتنی نیست"));
    }
    let (help, help_fa) = match of {
        "()" => ("; write x?.y where x may have no value", "؛ اگر شاید مقدار نداشته باشد بنویسید x?.y"),
        _ => ("", ""),
    };
    (format!("{en} has no member \"{name}\"{help}"), format!("{fa} عضوی به نام «{name}» ندارد{help_fa}"))
}

/// `i64 [string]`, and the same of writing with ` = T` behind it.
fn indexed(what: &str) -> (String, String) {
    let Some((of, index)) = what.split_once(" [").map(|(of, rest)| (of, rest.split(']').next().unwrap_or(rest))) else {
        return ("[ ] can't stand behind this value".to_owned(), "این مقدار نشانی با [ ] نمی‌پذیرد".to_owned());
    };
    let ((of_en, of_fa), (en, fa)) = (kind::told(of), kind::told(index));
    (format!("{of_en} can't be asked for [{en}]"), format!("از {of_fa} با [{fa}] چیزی نمی‌توان گرفت"))
}

fn wanted_here(wanted: &str, found: &str) -> (String, String) {
    let ((wanted_en, wanted_fa), (found_en, found_fa)) = (kind::told(wanted), kind::told(found));
    match (wanted.is_empty(), found.is_empty()) {
        (false, false) => {
            (format!("{wanted_en} is needed here, not {found_en}"), format!("این‌جا {wanted_fa} لازم است، نه {found_fa}"))
        }
        (false, true) => (format!("{wanted_en} is needed here"), format!("این‌جا {wanted_fa} لازم است")),
        _ => (format!("{found_en} can't stand here"), format!("این‌جا {found_fa} نمی‌آید")),
    }
}

fn parsing(kind: &ParseErrorType) -> (String, String) {
    let word = match kind {
        ParseErrorType::Reserved(word) | ParseErrorType::BadInput(LexError::ImproperSymbol(word, _)) => Some(word),
        _ => None,
    };
    match word.filter(|word| FORBIDDEN.contains(&word.as_str())) {
        Some(word) => (format!("`{word}` is not available in scripts"), format!("«{word}» در اسکریپت‌ها در دسترس نیست")),
        None => grammar::told(kind),
    }
}

fn arithmetic(what: &str) -> (String, String) {
    let lower = what.to_lowercase();
    // Of a remainder the interpreter names both reasons: it is the divisor that tells which.
    let by_zero = match what.rsplit_once(" % ") {
        Some((_, divisor)) if lower.contains("overflow") => divisor == "0",
        _ => lower.contains("zero"),
    };
    let (en, fa) = if by_zero {
        ("nothing can be divided by zero", "تقسیم بر صفر ممکن نیست")
    } else if lower.contains("overflow") || lower.contains("too large") || lower.contains("too many") {
        ("the result is too large", "حاصل بیش از حد بزرگ است")
    } else {
        ("this can't be reckoned", "این حساب شدنی نیست")
    };
    let what = what.strip_prefix("Modulo division by zero or overflow: ").unwrap_or(what);
    (format!("{en} ({what})"), fa.to_owned())
}
