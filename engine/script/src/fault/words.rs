//! What the interpreter says of an operation that failed, in Persian. Its own words are English.

use rhai::EvalAltResult;

/// The sentence in Persian; an error that a later interpreter adds is told in its words.
pub(super) fn persian(error: &EvalAltResult) -> String {
    use EvalAltResult as E;
    match error {
        E::ErrorFunctionNotFound(called, _) => {
            format!("تابع یا عملی به این شکل نیست: {called} (نام و نوع آرگومان‌ها را ببینید)")
        }
        E::ErrorVariableNotFound(name, _) => format!("متغیری به نام «{name}» نیست"),
        E::ErrorIndexNotFound(index, _) => format!("«{index}» در آن نیست"),
        E::ErrorArrayBounds(length, index, _) => format!("فهرست {length} عضو دارد و عضو {index} در آن نیست"),
        E::ErrorStringBounds(length, index, _) => format!("متن {length} حرف دارد و حرف {index} در آن نیست"),
        E::ErrorIndexingType(kind, _) => format!("این مقدار نشانی با [ ] نمی‌پذیرد: {kind}"),
        E::ErrorDotExpr(what, _) => format!("این عضو در دسترس نیست: {what}"),
        E::ErrorMismatchDataType(wanted, found, _) => format!("این‌جا {wanted} لازم است، نه {found}"),
        E::ErrorMismatchOutputType(wanted, found, _) => format!("پاسخ باید {wanted} باشد، نه {found}"),
        E::ErrorArithmetic(what, _) => arithmetic(what),
        E::ErrorUnboundThis(_) => "this در این‌جا معنایی ندارد: تابع با نقطه فراخوانده نشده است".to_owned(),
        E::ErrorAssignmentToConstant(name, _) => format!("ثابت «{name}» را نمی‌توان تغییر داد"),
        E::ErrorNonPureMethodCallOnConstant(name, _) => format!("«{name}» مقداری را تغییر می‌دهد که ثابت است"),
        E::ErrorFor(_) => "حلقهٔ for چیزی می‌خواهد که بتوان یکی‌یکی برداشت".to_owned(),
        E::ErrorDataRace(name, _) => format!("«{name}» هم‌زمان خوانده و نوشته می‌شود"),
        other => format!("مفسر می‌گوید: {other}"),
    }
}

fn arithmetic(what: &str) -> String {
    let lower = what.to_lowercase();
    let why = if lower.contains("zero") {
        "تقسیم بر صفر"
    } else if lower.contains("overflow") || lower.contains("too large") || lower.contains("too many") {
        "حاصل بیش از حد بزرگ است"
    } else {
        "حساب شدنی نیست"
    };
    format!("{why} ({what})")
}
