//! The words for changes that are not seen.

use std::collections::BTreeSet;

use peygir_calendar::Name;
use peygir_decision::analysis::Share;
use peygir_decision::rebase::{Changed, ChangedRule, Covered, Kind, Taken};
use peygir_source::{Diagnostic, Severity, Span};

use super::ByName;
use crate::pack::Rules;

/// A change below is not seen where something above it holds.
pub const COVERED: &str = "PG-P102";
/// Most parts of a rule that one finding tells.
const PARTS_MAX: usize = 6;
/// Most rules that one finding names.
const RULES_MAX: usize = 5;
const TOP: Span = Span { line: 1, column: 1, length: 0 };

/// A rule that changes below an overlay. `moved`: packs below it that change the table.
/// `old`: their versions before.
pub(super) fn rule(one: &Covered, (upper, file): (&Rules, &str), moved: &[&Rules], old: &ByName) -> Diagnostic {
    let (name, lower) = (&upper.manifest.name, &of(&one.packs, moved).manifest);
    let label = format!("{}@{}", lower.name, lower.version);
    let from = old.get(&lower.name).map(|old| format!(" --from {}", old.manifest.version)).unwrap_or_default();
    let rule = one.rule();
    let (en, fa) = match parts(&one.parts) {
        Some((en, fa)) => {
            let (does, does_fa) = match one.is_disabled() {
                true => ("switches it off", "آن را غیرفعال کرده است"),
                false => ("replaces it", "آن را عوض کرده است"),
            };
            (
                format!(
                    "{label} changes the rule \"{rule}\" ({en}), and this overlay {does}: the change is not seen where \"{name}\" holds"
                ),
                format!(
                    "\u{2066}{label}\u{2069} قاعدهٔ «{rule}» را تغییر می‌دهد ({fa}) و این روکش {does_fa}: این تغییر در جای «{name}» دیده نمی‌شود"
                ),
            )
        }
        None => {
            let (en, fa) = (one.conflict.to_words(), one.conflict.to_words_fa());
            (
                format!("{label} moves rules: this overlay {en}"),
                format!("\u{2066}{label}\u{2069} قاعده‌ها را جابه‌جا می‌کند: این روکش {fa}"),
            )
        }
    };
    let rebase = format!("peygir rebase {name}@{} --onto {label}{from}", upper.manifest.version);
    let mut diagnostic = Diagnostic::warning(COVERED, one.span, en, fa).with_help(
        format!(
            "`{rebase}` shows both sides; take the change over, or write a range in `extends` that begins with the new version of the \
             table: it is as it is knowingly then"
        ),
        format!(
            "\u{2066}`{rebase}`\u{2069} هر دو سو را نشان می‌دهد؛ تغییر را در روکش هم بیاورید، یا بازهٔ ‎`extends`‎ را از نسخهٔ تازهٔ جدول آغاز کنید تا معلوم باشد دانسته چنین است"
        ),
    );
    file.clone_into(&mut diagnostic.file);
    diagnostic
}

/// The pack below that changes what these packs made.
fn of<'r>(packs: &BTreeSet<String>, moved: &[&'r Rules]) -> &'r Rules {
    moved.iter().find(|rules| packs.contains(&rules.manifest.name)).unwrap_or(&moved[0])
}

/// A rule of an overlay that takes what comes to rules below it which change. Where some of the change is seen that may well be
/// meant: a note.
pub(super) fn taken(one: &Taken, (upper, file): (&Rules, &str), moved: &[&Rules]) -> Diagnostic {
    let (name, lower) = (&upper.manifest.name, &of(&one.packs, moved).manifest);
    let (label, taker) = (format!("{}@{}", lower.name, lower.version), &one.deed.name);
    let (rules, rules_fa) = (named(&one.rules, false), named(&one.rules, true));
    let (does, does_fa) = match one.deed.kind {
        Kind::Insert => ("inserts above", "در بالای آن افزوده است"),
        _ => ("lets hold for more above", "در بالای آن گسترده‌تر کرده است"),
    };
    let (much, much_fa) = match one.share {
        Share::All => ("all", "همهٔ"),
        Share::WithOthers => ("with others of this overlay all", "همراه قاعده‌های دیگر این روکش همهٔ"),
        Share::Part => ("part", "بخشی از"),
    };
    let Name { en: example, fa: example_fa } = &one.example;
    let mut told = Diagnostic::warning(
        COVERED,
        one.span,
        format!(
            "{label} changes {rules}, and \"{taker}\", which this overlay {does}, takes {much} of what comes there: of that the \
             change is not seen where \"{name}\" holds. For example, where {example}"
        ),
        format!(
            "\u{2066}{label}\u{2069} {rules_fa} را تغییر می‌دهد و «{taker}» که این روکش {does_fa}، {much_fa} آنچه را به آن می‌رسد می‌گیرد: برای آن، این \
             تغییر در جای «{name}» دیده نمی‌شود. برای نمونه در حالتی که {example_fa}"
        ),
    )
    .with_help(
        format!(
            "see whether what \"{taker}\" answers should change too; if it is meant as it is, write a range in `extends` that begins with the \
             new version of the table: then it is so knowingly"
        ),
        format!(
            "ببینید آیا پاسخ «{taker}» هم باید تغییر کند؛ اگر همین منظور است بازهٔ ‎`extends`‎ را از نسخهٔ تازهٔ جدول آغاز کنید تا معلوم باشد دانسته چنین است"
        ),
    );
    if one.share == Share::Part {
        told.severity = Severity::Information;
    }
    file.clone_into(&mut told.file);
    told
}

/// `the rules "a" (days: 5 → 2) and "b" (new)`.
fn named(rules: &[ChangedRule], persian: bool) -> String {
    let one = |rule: &ChangedRule| {
        let parts = parts(&rule.parts).map(|(en, fa)| if persian { fa } else { en });
        let state = match (rule.is_new, rule.is_gone, persian) {
            (true, _, false) => "new".to_owned(),
            (true, _, true) => "تازه".to_owned(),
            (_, true, false) => "taken out".to_owned(),
            (_, true, true) => "برداشته".to_owned(),
            _ => parts.unwrap_or_default(),
        };
        let state = if state.is_empty() { state } else { format!(" ({state})") };
        if persian { format!("«{}»{state}", rule.id) } else { format!("\"{}\"{state}", rule.id) }
    };
    let mut names: Vec<String> = rules.iter().take(RULES_MAX).map(one).collect();
    if rules.len() > RULES_MAX {
        names.push("…".to_owned());
    }
    match (persian, rules.len()) {
        (false, 1) => format!("the rule {}", names[0]),
        (false, _) => format!("the rules {}", names.join(", ")),
        (true, 1) => format!("قاعدهٔ {}", names[0]),
        (true, _) => format!("قاعده‌های {}", names.join("، ")),
    }
}

/// Something as a whole in place of what changes below.
pub(super) fn whole((kind, id): &(&'static str, String), (upper, file): (&Rules, &str), lower: &Rules) -> Diagnostic {
    let name = &upper.manifest.name;
    let label = format!("{}@{}", lower.manifest.name, lower.manifest.version);
    let kind_fa = match *kind {
        "script" => "اسکریپت",
        "calendar" => "تقویم",
        "form" => "فرم",
        _ => "الگوی پیام",
    };
    let mut diagnostic = Diagnostic::warning(
        COVERED,
        TOP,
        format!("{label} changes the {kind} \"{id}\", and this one stands in its place: the change is not seen where \"{name}\" holds"),
        format!("\u{2066}{label}\u{2069} {kind_fa} «{id}» را تغییر می‌دهد و این یکی جای آن است: این تغییر در جای «{name}» دیده نمی‌شود"),
    )
    .with_help(
        "compare both, and take over what is wanted here; nothing is told of it again until it changes below the next time",
        "هر دو را بسنجید و آنچه این‌جا هم باید باشد بیاورید؛ تا تغییر بعدی در زیر دیگر گفته نمی‌شود",
    );
    file.clone_into(&mut diagnostic.file);
    diagnostic
}

/// `workingDays: 7 → 2; unit: a → b`, in English and Persian; none where nothing of the rule changed.
fn parts(parts: &[Changed]) -> Option<(String, String)> {
    if parts.is_empty() {
        return None;
    }
    let rest = if parts.len() > PARTS_MAX { " …" } else { "" };
    let listed = |of: fn(&Name) -> &str, none: &str, between: &str, isolated: bool| {
        let value = |value: &Option<Name>| value.as_ref().map_or(none.to_owned(), |name| of(name).to_owned());
        let one = |part: &Changed| {
            let text = format!("{}: {} → {}", part.part, value(&part.from), value(&part.to));
            if isolated { format!("\u{2066}{text}\u{2069}") } else { text }
        };
        parts.iter().take(PARTS_MAX).map(one).collect::<Vec<_>>().join(between) + rest
    };
    Some((listed(|name| &name.en, "–", "; ", false), listed(|name| &name.fa, "–", "؛ ", true)))
}
