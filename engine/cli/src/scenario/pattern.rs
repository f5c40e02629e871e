//! How the words of a step are recognised: `{person} claims task {form}`.
//!
//! A name in braces stands for what varies: `{text}` for words between « and », `{number}` and `{times}` for a number,
//! `{instant}` for a point in time, `{quoted}` for words between apostrophes, `{list}` for several of them, any other name
//! for one word. Everything else is compared as [`super::fold`] reads it.

use peygir_casework::text::ascii_digits;

use super::fold::Folded;

/// What a step's words held, by the names of its pattern.
pub type Captures = Vec<(&'static str, String)>;

enum Piece {
    Words(&'static str),
    Capture(&'static str),
}

/// What the words hold where they are those of the pattern.
pub fn matched(pattern: &'static str, text: &str) -> Option<Captures> {
    let text = text.trim();
    let folded = Folded::new(text);
    let mut at = 0;
    let mut captures = Captures::new();
    for piece in pieces(pattern) {
        match piece {
            Piece::Words(words) => at = folded.past(at, &Folded::new(words))?,
            Piece::Capture(name) => {
                let (from, to, past) = capture(name, &folded, at)?;
                let value = folded.slice(from, to, text).trim();
                if matches!(name, "number" | "times") && !is_number(value) {
                    return None;
                }
                captures.push((name, value.to_owned()));
                at = past;
            }
        }
    }
    (at == folded.len()).then_some(captures)
}

/// First letter of what is captured, the one behind it, and where the pattern goes on.
fn capture(name: &str, folded: &Folded, at: usize) -> Option<(usize, usize, usize)> {
    match name {
        "text" => {
            let close = (at..folded.len()).rev().find(|index| folded.letter(*index) == Some('»'))?;
            (folded.letter(at)? == '«').then_some((at + 1, close, close + 1))
        }
        "instant" => {
            let end = instant(folded, at)?;
            Some((at, end, end))
        }
        "quoted" => {
            let close = (at + 1..folded.len()).find(|index| folded.letter(*index) == Some('\''))?;
            (folded.letter(at)? == '\'').then_some((at + 1, close, close + 1))
        }
        "list" => {
            let last = (at + 1..folded.len()).rev().find(|index| folded.letter(*index) == Some('\''))?;
            (folded.letter(at)? == '\'').then_some((at, last + 1, last + 1))
        }
        _ => {
            let end = word(folded, at)?;
            Some((at, end, end))
        }
    }
}

fn word(folded: &Folded, at: usize) -> Option<usize> {
    let end = (at..folded.len()).find(|index| folded.letter(*index) == Some(' ')).unwrap_or(folded.len());
    (end > at).then_some(end)
}

/// One word, or the four of `ساعت ۱۰:۰۰ روز ۱۴۰۵/۰۸/۳۰`.
fn instant(folded: &Folded, at: usize) -> Option<usize> {
    let Some(clock) = folded.past(at, &Folded::new("ساعت ")) else { return word(folded, at) };
    let day = folded.past(word(folded, clock)?, &Folded::new(" روز "))?;
    word(folded, day)
}

fn is_number(text: &str) -> bool {
    let digits = ascii_digits(text);
    !digits.is_empty() && digits.len() <= 9 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn pieces(pattern: &'static str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some((words, after)) = rest.split_once('{') {
        if !words.is_empty() {
            pieces.push(Piece::Words(words));
        }
        let (name, after) = after.split_once('}').expect("patterns of the catalogue close their braces");
        pieces.push(Piece::Capture(name));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest));
    }
    pieces
}

/// A pattern as people read it: `PERSON claims task FORM`.
pub fn shown(pattern: &str) -> String {
    let mut shown = String::new();
    let mut rest = pattern;
    while let Some((words, after)) = rest.split_once('{') {
        shown.push_str(words);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        match name {
            "number" => shown.push('N'),
            "times" => shown.push('M'),
            "text" => shown.push_str("«TEXT»"),
            "quoted" => shown.push_str("'PROPERTY'"),
            "list" => shown.push_str("'PROPERTY', …"),
            other => shown.push_str(&other.to_uppercase()),
        }
        rest = after;
    }
    shown.push_str(rest);
    shown
}

/// How much two lines have in common, from 0 to 1: the words that stand in both. Names in braces count for nothing.
pub fn likeness(pattern: &str, text: &str) -> f64 {
    let words = |text: &str| -> Vec<String> {
        let letters = Folded::new(text);
        let plain: String = (0..letters.len()).filter_map(|index| letters.letter(index)).collect();
        plain.split(' ').filter(|word| !word.contains('{') && !word.is_empty()).map(str::to_owned).collect()
    };
    let (known, mut given) = (words(pattern), words(text));
    let given_len = given.len();
    let common = known
        .iter()
        .filter(|word| match given.iter().position(|other| other == *word || is_slip(other, word)) {
            Some(found) => {
                given.swap_remove(found);
                true
            }
            None => false,
        })
        .count();
    if known.is_empty() { 0.0 } else { 2.0 * common as f64 / (known.len() + given_len) as f64 }
}

/// Whether a longer word is another one mistyped.
fn is_slip(given: &str, known: &str) -> bool {
    known.chars().count() >= 4 && peygir_source::suggest(given, [known]).is_some()
}

#[cfg(test)]
mod tests {
    use super::{matched, shown};

    #[test]
    fn words_are_recognised_and_what_varies_is_handed_out() {
        let check = |pattern: &'static str, text: &str, expected: Option<&[&str]>| {
            let found = matched(pattern, text);
            let found: Option<Vec<&str>> =
                found.as_ref().map(|found| found.iter().map(|(_, value)| value.as_str()).collect());
            assert_eq!(found.as_deref(), expected, "{pattern} / {text}");
        };
        check("{person} claims task {form}", "op-a  claims task foad/x", Some(&["op-a", "foad/x"]));
        check("{person} claims task {form}", "op-a claims task", None);
        check("{person} claims task {form}", "op-a claims task foad/x now", None);
        check("{number} hours pass", "two hours pass", None);
        check("{number} ساعت می‌گذرد", "۳ ساعت میگذرد", Some(&["۳"]));
        check("sends «{text}", "sends «x»", None);
        check(
            "a citizen texts {text} from {mobile}",
            "a citizen texts «a «b» c» from 0999",
            Some(&["a «b» c", "0999"]),
        );
        check("{instant} است", "ساعت ۱۰:۰۰ روز ۱۴۰۵/۰۸/۳۰ است", Some(&["ساعت ۱۰:۰۰ روز ۱۴۰۵/۰۸/۳۰"]));
        check("have a {quoted} property", "have a 'a.b' property", Some(&["a.b"]));
        check("have properties {list}", "have properties 'a', 'b.c'", Some(&["'a', 'b.c'"]));
        check("stands at {instant}", "stands at 2026-11-21T10:00Z", Some(&["2026-11-21T10:00Z"]));
        check("کار {form} برای {role} باز است", "كار f برای r باز است", Some(&["f", "r"]));
    }

    #[test]
    fn a_pattern_is_shown_as_the_manual_writes_it() {
        assert_eq!(shown("a mail went to {recipient} containing {text}"), "a mail went to RECIPIENT containing «TEXT»");
    }
}
