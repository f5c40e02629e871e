//! Reports for people.

use peygir_source::persian_numbers;
use peygir_source::render::{self, Language};

use super::coverage::ratio;
use super::{ChangedRow, Failure, FileReport, Kind, ScriptCoverage, Totals, pick};

/// Events of a case that are told with a failure: the last ones.
const STORY_LINES_MAX: usize = 24;

/// `✓ workflows/a.feature: 3 scenarios`.
pub fn file_line(report: &FileReport, language: Language) -> String {
    let mark = if report.passed() { '✓' } else { '✗' };
    let what = match (report.kind, report.tests.len()) {
        (Kind::Scenarios, 1) => pick(language, "scenario", "سناریو"),
        (Kind::Scenarios, _) => pick(language, "scenarios", "سناریو"),
        (_, 1) => pick(language, "row", "سطر"),
        _ => pick(language, "rows", "سطر"),
    };
    let count = report.tests.len();
    let outcome = match (report.failed(), language) {
        _ if report.found.has_errors() => pick(language, "can't be run", "اجراشدنی نیست").to_owned(),
        (0, _) => format!("{count} {what}"),
        (failed, Language::English) => format!("{failed} of {count} {what} failed"),
        (failed, Language::Persian) => format!("{failed} از {count} {what} رد شد"),
    };
    let changed = match (report.changed.len(), language) {
        (0, _) => String::new(),
        (changed, Language::English) => format!(", {changed} changed by overlays"),
        (changed, Language::Persian) => format!("، {changed} سطر را لایه‌ها تغییر داده‌اند"),
    };
    let parted = pick(language, "; ", "؛ ");
    let coverage =
        report.coverage.as_ref().map(|coverage| format!("{parted}{}", coverage.told(language))).unwrap_or_default();
    let within = pick(language, "in", "در");
    let place = report.place.as_ref().map(|place| format!(" {within} {}", placed(place, language)));
    let place = place.unwrap_or_default();
    // By itself, for a number behind the name of a file could be a part of it.
    let told = numbered(format!("{outcome}{changed}{coverage}"), language);
    format!("{mark} {}{place}: {told}", report.file)
}

/// `~ pipes changed by yazd.overlay.yaml: {"agency":"abfa"} → {"agency":"a"}`, a line for each row.
pub fn changed_lines(report: &FileReport, language: Language) -> Vec<String> {
    let line = |row: &ChangedRow| {
        let ChangedRow { name, by, before, after, .. } = row;
        let why = row.why.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
        match language {
            Language::English => {
                let days = if row.always { "" } else { " on its days" };
                format!("    ~ {name} changed by {by}{days}: {before} → {after}{why}")
            }
            Language::Persian => {
                let days = if row.always { "" } else { " در روزهای خودش" };
                format!("    ~ {name} با {by}{days} تغییر کرده است: پیش‌تر {before}، اکنون {after}{why}")
            }
        }
    };
    report.changed.iter().map(line).collect()
}

/// A script that no row calls.
pub fn untested_line(script: &ScriptCoverage, language: Language) -> String {
    let none = pick(language, "no rows", "بی سطر آزمون");
    let ratio = ratio(script.lines.covered(), script.lines.total(), language);
    let ratio = numbered(ratio, language);
    format!("○ {}: {none}{} {ratio}", script.script, pick(language, ";", "؛"))
}

/// Over all scripts; None where there was none.
pub fn coverage_summary(totals: &Totals, language: Language) -> Option<String> {
    let plural = if totals.scripts == 1 { "script" } else { "scripts" };
    let what = pick(language, plural, "اسکریپت");
    let told = || format!("{} {what}: {}", totals.scripts, ratio(totals.lines_covered, totals.lines, language));
    (totals.scripts > 0).then(|| numbered(told(), language))
}

/// Everything that went wrong in a file; None where nothing did.
pub fn failures(report: &FileReport, language: Language) -> Option<String> {
    let mut parts: Vec<String> = report
        .found
        .list
        .iter()
        .map(|diagnostic| {
            let source = std::fs::read_to_string(&diagnostic.file).ok();
            render::human(diagnostic, source.as_deref(), language)
        })
        .collect();
    for test in &report.tests {
        parts.extend(test.failure.as_ref().map(|failure| told(report, &test.name, failure, language)));
    }
    (!parts.is_empty()).then(|| parts.join("\n"))
}

fn told(report: &FileReport, name: &str, failure: &Failure, language: Language) -> String {
    let within = pick(language, ", in", "، در");
    let place = report.place.as_ref().map(|place| format!("{within} {}", placed(place, language))).unwrap_or_default();
    let mut text = format!("✗ {name}\n  --> {}:{}{place}\n", report.file, failure.line);
    let mut member = |title: &str, value: &str| {
        let indented = value.replace('\n', "\n              ");
        text.push_str(&format!("  {title:<9} {indented}\n"));
    };
    let row = failure.step.strip_prefix("row ").filter(|_| report.kind != Kind::Scenarios);
    let step = row.map(|row| format!("{} {row}", pick(language, "row", "سطر")));
    member(pick(language, "step", "گام"), step.as_deref().unwrap_or(&failure.step));
    // A value runs from left to right and keeps its digits; a sentence does not.
    let value = |text: &str| match language {
        Language::Persian if text.starts_with(|first: char| first.is_ascii()) => format!("\u{2066}{text}\u{2069}"),
        _ => text.to_owned(),
    };
    let fa = |text: &Option<String>| text.clone().filter(|_| language == Language::Persian);
    member(pick(language, "expected", "انتظار"), &fa(&failure.fa.expected).unwrap_or_else(|| value(&failure.expected)));
    let found = fa(&failure.fa.found);
    member(pick(language, "found", "یافته"), &found.unwrap_or_else(|| value(&failure.found)));
    let is_fa = language == Language::Persian && !failure.fa.story.is_empty();
    let story = if is_fa { &failure.fa.story } else { &failure.story };
    if !story.is_empty() {
        text.push_str(pick(language, "  what happened before:\n", "  آنچه پیش از آن رخ داد:\n"));
        let skipped = story.len().saturating_sub(STORY_LINES_MAX);
        if skipped > 0 {
            let skipped = numbered(skipped.to_string(), language);
            text.push_str(&format!("    … {skipped} {}\n", pick(language, "earlier", "پیش‌تر")));
        }
        story.iter().skip(skipped).for_each(|line| text.push_str(&format!("    {line}\n")));
    }
    text
}

/// The last line.
pub fn summary(totals: &Totals, language: Language) -> String {
    if language == Language::Persian {
        return summary_fa(totals);
    }
    let plural = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    let mut text = format!(
        "{}, {} in {}: ",
        plural(totals.scenarios, "scenario"),
        plural(totals.rows, "row"),
        plural(totals.files, "file")
    );
    if totals.cuts > 0 {
        text = format!("{} cuts behind commits; {text}", totals.cuts);
    }
    if totals.changed > 0 {
        text = format!("{}, {} changed by overlays: ", text.trim_end_matches(": "), totals.changed);
    }
    match (totals.failed, totals.unreadable) {
        _ if totals.tests() == 0 && totals.unreadable == 0 => text.push_str("nothing to test"),
        (0, 0) => text.push_str("all passed"),
        (failed, 0) => text.push_str(&format!("{failed} failed")),
        (failed, unreadable) => {
            text.push_str(&format!("{failed} failed, {} can't be run", plural(unreadable, "file")));
        }
    }
    text
}

fn summary_fa(totals: &Totals) -> String {
    let Totals { scenarios, rows, files, cuts, failed, unreadable, .. } = totals;
    let cut = if *cuts > 0 { format!("{cuts} قطع پس از ثبت؛ ") } else { String::new() };
    let outcome = match (failed, unreadable) {
        _ if totals.tests() == 0 && *unreadable == 0 => "چیزی برای آزمودن نیست".to_owned(),
        (0, 0) => "همه گذشتند".to_owned(),
        (failed, 0) => format!("{failed} رد شد"),
        (failed, unreadable) => format!("{failed} رد شد، {unreadable} پرونده اجراشدنی نیست"),
    };
    let changed = match totals.changed {
        0 => String::new(),
        changed => format!("، {changed} سطر را لایه‌ها تغییر داده‌اند"),
    };
    numbered(format!("{cut}{scenarios} سناریو، {rows} سطر در {files} پرونده{changed}: {outcome}"), Language::Persian)
}

/// A sentence with numbers in the digits of its language; names of files and values keep theirs.
pub fn numbered(sentence: String, language: Language) -> String {
    match language {
        Language::English => sentence,
        Language::Persian => persian_numbers(&sentence).into_owned(),
    }
}

/// A place that programs are told as `province isfahan, county kashan`.
pub fn placed(place: &str, language: Language) -> String {
    if language == Language::English {
        return place.to_owned();
    }
    let words = [("province ", "استان "), ("county ", "شهرستان "), ("agency ", "دستگاه "), ("every place", "همه‌جا")];
    let part = |part: &str| {
        let known = words.iter().find_map(|(en, fa)| Some(format!("{fa}{}", part.strip_prefix(en)?)));
        known.unwrap_or_else(|| part.to_owned())
    };
    place.split(", ").map(part).collect::<Vec<_>>().join("، ")
}
