//! What is told of an answer that names nobody, or of which nobody can know whom it names.

use std::collections::BTreeSet;

use peygir_decision::Names;
use peygir_source::{Diagnostic, Help, Severity, Span, suggest};

use super::fillings::Unlisted;
use super::{Answers, At};

/// An answer that no directory has.
const NOBODY: &str = "PG-P095";
/// An answer that can't be looked up.
const UNLISTED: &str = "PG-P101";
/// An agency of another province.
const ELSEWHERE: &str = "PG-P103";
/// Most names that one finding tells.
const NAMED_MAX: usize = 5;

/// A kind of entry, in words.
struct Words {
    en: &'static str,
    fa: &'static str,
    /// Where directories list it.
    list: &'static str,
    /// What comes of an answer that is nobody.
    then: (&'static str, &'static str),
}

fn words(names: Names) -> Words {
    let stands = ("a case that is sent there stands still", "پرونده‌ای که به آن برود می‌ایستد");
    let nobody = ("a task for it has nobody", "کاری که به آن سپرده شود کسی را ندارد");
    let unknown = ("such a case is of nothing that is known", "چنین پرونده‌ای دربارهٔ هیچ چیز شناخته‌ای نیست");
    let (en, fa, list, then) = match names {
        Names::Agency => ("an agency", "دستگاهی", "agencies", stands),
        Names::Role => ("a role", "نقشی", "roles", nobody),
        Names::Topic => ("a topic", "موضوعی", "topics", unknown),
        Names::Person => ("a person", "شخصی", "people", nobody),
        Names::County => ("a county", "شهرستانی", "counties", stands),
        Names::Province => ("a province", "استانی", "provinces", stands),
    };
    Words { en, fa, list, then }
}

pub(super) fn of(at: &At, one: &Answers, known: &BTreeSet<&str>) -> Vec<Diagnostic> {
    let nobody = (!one.missing.is_empty()).then(|| nobody(at, one, known));
    let elsewhere = (!one.elsewhere.is_empty()).then(|| elsewhere(at, one));
    nobody.into_iter().chain(one.unlisted.iter().map(|why| unlisted(at, one, why))).chain(elsewhere).collect()
}

fn elsewhere(at: &At, one: &Answers) -> Diagnostic {
    let (whose, whose_fa) = whose(at);
    let provinces: BTreeSet<&str> =
        one.elsewhere.values().flat_map(|(_, provinces)| provinces).map(String::as_str).collect();
    let listed = |names: Vec<String>, between: &str| {
        let rest = if names.len() > NAMED_MAX { " …" } else { "" };
        names.into_iter().take(NAMED_MAX).collect::<Vec<_>>().join(between) + rest
    };
    let provinces = |between: &str| listed(provinces.iter().map(|&name| name.to_owned()).collect(), between);
    let agencies = |open: &str, close: &str, between: &str| {
        let shown =
            |(agency, (home, _)): (&String, &(String, BTreeSet<String>))| format!("{agency} {open}{home}{close}");
        listed(one.elsewhere.iter().map(shown).collect(), between)
    };
    Diagnostic::warning(
        ELSEWHERE,
        span(at, one),
        format!("in {} {whose} answers an agency of another province: {}", provinces(", "), agencies("(of ", ")", ", ")),
        format!(
            "{whose_fa} در \u{2066}{}\u{2069} دستگاهی از استان دیگری را پاسخ می‌دهد: \u{2066}{}\u{2069}",
            provinces("، "),
            agencies("(", ")", "، ")
        ),
    )
    .with_help(
        "name the agency of the province itself; where it is meant for one province of several, ask for that in a cell; an agency that \
         serves several provinces is listed in the directory without one",
        "دستگاه همان استان را بنویسید؛ اگر در جدولِ چند استان تنها یکی مراد است آن را در یک خانه بخواهید؛ دستگاهی که به چند استان خدمت می‌دهد در دفتر راهنما بی‌استان می‌آید",
    )
}

fn span(at: &At, one: &Answers) -> Span {
    Span { line: at.line, column: at.column, length: one.length }
}

/// Whose answer it is.
fn whose(at: &At) -> (String, String) {
    match &at.rule {
        Some(rule) => (format!("the rule \"{rule}\""), format!("قاعدهٔ «{rule}»")),
        None => (format!("the default of the output \"{}\"", at.output), format!("مقدار پیش‌فرضِ خروجی «{}»", at.output)),
    }
}

fn nobody(at: &At, one: &Answers, known: &BTreeSet<&str>) -> Diagnostic {
    let (whose, whose_fa) = whose(at);
    let Words { en: kind, fa: kind_fa, list, then } = words(at.names);
    let listed = |separator: &str| {
        let names: Vec<&str> = one.missing.iter().take(NAMED_MAX).map(String::as_str).collect();
        let rest = if one.missing.len() > NAMED_MAX { " …" } else { "" };
        format!("{}{rest}", names.join(separator))
    };
    let (en, fa) = (listed(", "), listed("، "));
    if one.known {
        return Diagnostic::warning(
            NOBODY,
            span(at, one),
            format!("{whose} may answer {kind} that no directory has: {en}"),
            format!("{whose_fa} شاید {kind_fa} را پاسخ دهد که در هیچ دفتر راهنمایی نیست: \u{2066}{fa}\u{2069}"),
        )
        .with_help(
            format!(
                "add it under `{list}` of the directory of its place, or let an overlay of that place answer another one: {}",
                then.0
            ),
            format!(
                "آن را زیر ‎`{list}`‎ دفتر راهنمای جای آن بیفزایید، یا با روکشِ همان جا پاسخ دیگری دهید: {}",
                then.1
            ),
        );
    }
    let mut diagnostic = Diagnostic::error(
        NOBODY,
        span(at, one),
        format!("{whose} answers {kind} that no directory has: {en}"),
        format!("{whose_fa} {kind_fa} را پاسخ می‌دهد که در هیچ دفتر راهنمایی نیست: \u{2066}{fa}\u{2069}"),
    );
    let near = one.missing.iter().find_map(|missing| suggest(missing, known.iter().copied()));
    diagnostic.help = Some(Box::new(match near {
        Some(near) => Help::did_you_mean(near, '"'),
        None => Help::new(
            format!("correct the name, or add it under `{list}` of a directory: {}", then.0),
            format!("نام را درست کنید، یا آن را زیر ‎`{list}`‎ یک دفتر راهنما بیفزایید: {}", then.1),
        ),
    }));
    if !one.is_meant && one.missing.len() == 1 {
        diagnostic.severity = Severity::Information;
    }
    diagnostic
}

fn unlisted(at: &At, one: &Answers, why: &Unlisted) -> Diagnostic {
    let (whose, whose_fa) = whose(at);
    let Words { en: kind, fa: kind_fa, then, .. } = words(at.names);
    let of_whom = |en: String, fa: String| {
        let help = (
            "declare the `values` of the input, let a cell of the rule ask for those that are meant, or write the answer out",
            "‎`values`‎ ورودی را بنویسید، یا در خانه‌ای از قاعده همان مقدارهای منظور را بخواهید، یا پاسخ را کامل بنویسید",
        );
        Diagnostic::warning(UNLISTED, span(at, one), en, fa)
            .with_help(format!("{}: {}", help.0, then.0), format!("{}: {}", help.1, then.1))
    };
    match why {
        Unlisted::Free(input) => Diagnostic::error(
            UNLISTED,
            span(at, one),
            format!("{whose} answers {kind} that it fills with what people write: {{{input}}}"),
            format!("{whose_fa} {kind_fa} را پاسخ می‌دهد که با نوشتهٔ مردم پر می‌شود: \u{2066}{{{input}}}\u{2069}"),
        )
        .with_help(
            format!("ask for words of it in a cell, and write the answer out: {}", then.0),
            format!("واژه‌هایش را در یک خانه بخواهید و پاسخ را کامل بنویسید: {}", then.1),
        ),
        Unlisted::Open(input) => of_whom(
            format!(
                "whether {whose} answers {kind} that there is can't be known: nothing says what \"{input}\" may be"
            ),
            format!(
                "نمی‌توان دانست {whose_fa} {kind_fa} را پاسخ می‌دهد که هست یا نه: نوشته نشده «{input}» چه می‌تواند باشد"
            ),
        ),
        Unlisted::TooMany => {
            let mut told = of_whom(
                format!("whether {whose} answers {kind} that there is was not looked at: it comes to too many"),
                format!("این‌که {whose_fa} {kind_fa} را پاسخ می‌دهد که هست یا نه سنجیده نشد: پاسخ‌ها بیش از اندازه است"),
            );
            told.severity = Severity::Information;
            told
        }
    }
}
