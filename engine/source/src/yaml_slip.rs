//! Slips that make a text no YAML and that the parser tells by what came of them, often on another line.
//!
//! Owns: finding the slip itself in a text that is known not to be YAML. Deliberately judges no text that can be read.

use crate::Span;

/// Signs after which a value begins.
const BEFORE_VALUE: [char; 4] = [':', ',', '[', '-'];

/// The first line that a tab indents.
pub(crate) fn tab(lines: &[&str]) -> Option<Span> {
    let at = |line: &str| {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let tab = line[..indent].find('\t').filter(|_| !line.trim().is_empty())?;
        Some(u32::try_from(tab + 1).unwrap_or(u32::MAX))
    };
    let found = lines.iter().zip(1..).find_map(|(line, number)| Some((number, at(line)?)));
    found.map(|(line, column)| Span { line, column, length: 1 })
}

/// A value such as `>= 2` without quotes, on the line where the parser stopped or the one before: to YAML `>` begins a text on the
/// lines that follow.
pub(crate) fn sign<'t>(lines: &[&'t str], stopped: u32) -> Option<(Span, &'t str)> {
    let numbered = lines.iter().zip(1_u32..);
    let mut near = numbered.filter(|(_, number)| *number == stopped || *number + 1 == stopped);
    near.find_map(|(line, number)| {
        let (offset, scalar) = unquoted(line)?;
        let column = u32::try_from(line[..offset].chars().count() + 1).unwrap_or(u32::MAX);
        let length = u32::try_from(scalar.chars().count()).unwrap_or(u32::MAX);
        Some((Span { line: number, column, length }, scalar))
    })
}

/// The first value of the line that begins with `>` and is no beginning of a folded text, with where it begins.
fn unquoted(line: &str) -> Option<(usize, &str)> {
    let begins = |(at, _): &(usize, &str)| {
        let before = line[..*at].trim_end_matches(' ');
        before.len() < *at && before.ends_with(BEFORE_VALUE)
    };
    line.match_indices('>').filter(begins).find_map(|(at, _)| {
        let rest = &line[at..];
        let end = rest.find([',', ']', '}', '#', '\'', '"']).unwrap_or(rest.len());
        let scalar = rest[..end].trim_end();
        let is_header = scalar[1..].chars().all(|one| matches!(one, '+' | '-') || one.is_ascii_digit());
        (!is_header).then_some((at, scalar))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tab_is_found_where_it_stands() {
        let found = |text: &str| tab(&text.split('\n').collect::<Vec<_>>()).map(|span| (span.line, span.column));
        assert_eq!(found("a:\n\tb: 1\nc: 2"), Some((2, 1)));
        assert_eq!(found("a:\n  b: 1\n  \tc: 2"), Some((3, 3)));
        assert_eq!(found("a: b\tc\n\t\nd: 1"), None, "only what indents counts");
    }

    #[test]
    fn a_comparison_without_quotes_is_found() {
        let found = |line: &'static str| unquoted(line).map(|(_, scalar)| scalar);
        assert_eq!(found("  repeats: >= 2"), Some(">= 2"));
        assert_eq!(found("  when: { repeats: > 2, topic: water }"), Some("> 2"));
        assert_eq!(found("  - >= 2 # twice"), Some(">= 2"));
        assert_eq!(found("  repeats: [ >= 2, < 1 ]"), Some(">= 2"));
        for fine in ["text: >", "text: >-", "text: >2", "a: b > c", "a: '>= 2'", "a: x>= 2"] {
            assert_eq!(found(fine), None, "{fine}");
        }
    }
}
