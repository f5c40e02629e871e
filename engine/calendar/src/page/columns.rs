//! Texts in the columns of a terminal.

use crate::Language;

/// Isolates what is written in Latin letters.
const LEFT_TO_RIGHT: char = '\u{2066}';
pub(super) const END_OF_ISOLATE: char = '\u{2069}';
/// Between the signs that are explained.
const GAP: &str = "   ";
/// Widest line of explained signs: that of the wider grid.
const LEGEND_COLUMNS_MAX: usize = 70;

/// Parts side by side, in as many lines as they need.
pub(super) fn wrapped(parts: Vec<String>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut().filter(|line| columns(line) + GAP.len() + columns(&part) <= LEGEND_COLUMNS_MAX) {
            Some(line) => line.push_str(&format!("{GAP}{part}")),
            None => lines.push(part),
        }
    }
    lines
}

/// An identifier in a line of the language.
pub(super) fn code(text: &str, language: Language) -> String {
    match language {
        Language::Persian => format!("{LEFT_TO_RIGHT}{text}{END_OF_ISOLATE}"),
        Language::English => text.to_owned(),
    }
}

pub(super) fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

pub(super) fn centred(text: &str, width: usize) -> String {
    let room = width.saturating_sub(columns(text));
    padded(&format!("{}{text}", " ".repeat(room / 2)), width)
}

/// Columns of a terminal that a text takes: letters of both scripts take one, vowel signs, joiners, marks of direction
/// and colours none.
pub(super) fn columns(text: &str) -> usize {
    let mut count = 0;
    let mut in_color = false;
    for character in text.chars() {
        match character {
            '\u{1b}' => in_color = true,
            'm' if in_color => in_color = false,
            _ if in_color => {}
            '\u{64B}'..='\u{65F}'
            | '\u{670}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2066}'..='\u{2069}'
            | '\u{FEFF}'
            | '\u{300}'..='\u{36F}' => {}
            _ => count += 1,
        }
    }
    count
}
