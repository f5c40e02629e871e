//! Diagnostics as people and programs read them.

use serde_json::{Value, json};

use crate::{Diagnostic, Diagnostics, Severity};

/// Longest part of a line that is shown, in characters.
const LINE_CHARS_MAX: usize = 160;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Persian,
    English,
}

/// One finding for a terminal: what, where, the line with a caret under the place, and how to mend it. `source` is the
/// text of the file; where it is not at hand the line is left out.
pub fn human(diagnostic: &Diagnostic, source: Option<&str>, language: Language) -> String {
    let (severity, help_word) = match language {
        Language::English => (severity_en(diagnostic.severity), "help"),
        Language::Persian => (severity_fa(diagnostic.severity), "راهنما"),
    };
    let message = diagnostic.message_in(language);
    let span = diagnostic.span;
    let mut text = format!("{severity}[{}]: {message}\n", diagnostic.code);
    let number = span.line.to_string();
    let gutter = " ".repeat(number.len());
    text.push_str(&format!("{gutter}--> {}:{}:{}\n", diagnostic.file, span.line, span.column));
    let index = usize::try_from(span.line.saturating_sub(1)).unwrap_or(usize::MAX);
    if let Some(line) = source.and_then(|source| source.split('\n').nth(index)) {
        let (shown, caret) = snippet(line.trim_end_matches('\r'), span.column, span.length);
        text.push_str(&format!("{gutter} |\n{number} | {shown}\n{gutter} | {caret}\n"));
    }
    if let Some(help) = diagnostic.help_in(language) {
        text.push_str(&format!("{gutter} = {help_word}: {help}\n"));
    }
    text
}

/// All findings, one after the other, in the order of their places.
pub fn human_all(diagnostics: &Diagnostics, source: Option<&str>, language: Language) -> String {
    let mut sorted: Vec<_> = diagnostics.list.iter().collect();
    sorted.sort_by_key(|diagnostic| (&diagnostic.file, diagnostic.span.line, diagnostic.span.column));
    let texts: Vec<_> = sorted.into_iter().map(|diagnostic| human(diagnostic, source, language)).collect();
    texts.join("\n")
}

/// One finding for a program.
pub fn json(diagnostic: &Diagnostic) -> Value {
    json!({
        "code": diagnostic.code,
        "severity": severity_en(diagnostic.severity),
        "file": diagnostic.file,
        "line": diagnostic.span.line,
        "column": diagnostic.span.column,
        "message": diagnostic.message,
        "message_fa": diagnostic.message_fa,
        "help": diagnostic.help_in(Language::English),
        "help_fa": diagnostic.help_in(Language::Persian),
    })
}

fn severity_en(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information => "note",
    }
}

fn severity_fa(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "خطا",
        Severity::Warning => "هشدار",
        Severity::Information => "آگاهی",
    }
}

/// The line, cut around the place if it is long, and carets under it. Both keep tabs, and marks that take no room of
/// their own (vowel signs, joiners) get no room in the line of carets either.
fn snippet(line: &str, column: u32, length: u32) -> (String, String) {
    let column = usize::try_from(column.saturating_sub(1)).unwrap_or(0);
    let skipped = if column >= LINE_CHARS_MAX { column - LINE_CHARS_MAX / 2 } else { 0 };
    let shown: String = line.chars().skip(skipped).take(LINE_CHARS_MAX).collect();
    let mut caret = String::new();
    for character in shown.chars().take(column - skipped) {
        match character {
            '\t' => caret.push('\t'),
            character if takes_no_room(character) => {}
            _ => caret.push(' '),
        }
    }
    let marked = shown.chars().skip(column - skipped).take(usize::try_from(length).unwrap_or(1));
    let width = marked.filter(|character| !takes_no_room(*character)).count().max(1);
    caret.push_str(&"^".repeat(width));
    (shown, caret)
}

fn takes_no_room(character: char) -> bool {
    matches!(character,
        '\u{0300}'..='\u{036F}' | '\u{0610}'..='\u{061A}' | '\u{064B}'..='\u{065F}' | '\u{0670}'
        | '\u{06D6}'..='\u{06DC}' | '\u{06DF}'..='\u{06E4}' | '\u{06E7}' | '\u{06E8}' | '\u{06EA}'..='\u{06ED}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::{Language, human, human_all, json};
    use crate::{Diagnostic, Diagnostics, Help, Span};

    fn finding(line: u32, column: u32, length: u32) -> Diagnostic {
        let mut finding = Diagnostic::error(
            "PG-D003",
            Span { line, column, length },
            "there is no `ouput` here",
            "این‌جا `ouput` نیست",
        )
        .helped(Help::did_you_mean("output", '`'));
        finding.file = "w.yaml".to_owned();
        finding
    }

    #[test]
    fn the_caret_stands_under_the_place() {
        let source = "a: 1\nمِتن: ouput\n";
        let expected = "\
error[PG-D003]: there is no `ouput` here
 --> w.yaml:2:7
  |
2 | مِتن: ouput
  |      ^^^^^
  = help: did you mean `output`?
";
        assert_eq!(human(&finding(2, 7, 5), Some(source), Language::English), expected);
    }

    #[test]
    fn persian_and_places_that_are_not_there() {
        let text = human(&finding(9, 1, 0), Some("a: 1"), Language::Persian);
        assert_eq!(text, "خطا[PG-D003]: این‌جا `ouput` نیست\n --> w.yaml:9:1\n  = راهنما: آیا منظورتان «output» است؟\n");
        let tab = human(&finding(1, 3, 1), Some("\tab"), Language::English);
        assert!(tab.contains("1 | \tab\n  | \t ^\n"), "{tab}");
        let long = "x".repeat(1_000) + "!" + &"y".repeat(1_000);
        let text = human(&finding(1, 1_001, 1), Some(&long), Language::English);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[3].find('!'), lines[4].find('^'));
    }

    #[test]
    fn in_the_order_of_places() {
        let all = Diagnostics { list: vec![finding(3, 1, 0), finding(1, 2, 0), finding(1, 1, 0)] };
        let text = human_all(&all, None, Language::English);
        let places: Vec<_> = text.lines().filter_map(|line| line.split("w.yaml:").nth(1)).collect();
        assert_eq!(places, ["1:1", "1:2", "3:1"]);
    }

    #[test]
    fn for_programs() {
        assert_eq!(
            json(&finding(2, 7, 5)).to_string(),
            serde_json::json!({
                "code": "PG-D003", "severity": "error", "file": "w.yaml", "line": 2, "column": 7,
                "message": "there is no `ouput` here", "message_fa": "این‌جا `ouput` نیست", "help": "did you mean `output`?",
                "help_fa": "آیا منظورتان «output» است؟",
            })
            .to_string()
        );
    }
}
