//! How wide a text will be, as well as one can tell without the font, and how it is broken into lines.
//!
//! The widths are those of a wide font, so that what fits here fits wherever it is shown.

/// First strong isolate, and its end.
const FSI: char = '\u{2068}';
const PDI: char = '\u{2069}';

/// Width of a text in a size, both in pixels.
pub(super) fn width(text: &str, size: i32) -> i32 {
    let thousandths: i32 = text.chars().map(advance).sum();
    (thousandths * size + 999) / 1000
}

/// Thousandths of the size.
fn advance(character: char) -> i32 {
    match character {
        FSI | PDI | '\u{200b}'..='\u{200f}' | '\u{64b}'..='\u{65f}' => 0,
        ' ' | '.' | ',' | ':' | ';' | '!' | '|' | 'i' | 'j' | 'l' | 'I' | '\'' | '،' | '؛' => 340,
        'f' | 'r' | 't' | '(' | ')' | '[' | ']' | '/' | '-' | '"' | '«' | '»' | '“' | '”' => 440,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' | '—' | '≠' | '≤' | '≥' => 960,
        'A'..='Z' | '_' | '=' | '<' | '>' | '+' => 740,
        '۰'..='۹' | 'ا' | 'آ' | 'أ' | 'إ' | 'د' | 'ذ' | 'ر' | 'ز' | 'ژ' | 'و' | 'ه' | 'ن' | 'ی' | 'ک' => {
            560
        }
        'س' | 'ش' | 'ص' | 'ض' => 1000,
        '\u{600}'..='\u{6ff}' => 700,
        '\u{20}'..='\u{2ff}' => 640,
        _ => 1000,
    }
}

/// Lines of at most `wide` pixels; the last ends in an ellipsis where there are more than `lines_max`.
pub(super) fn wrap(text: &str, size: i32, wide: i32, lines_max: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let coarse = pieces(text, |character, _| matches!(character, ' ' | '/'));
    let too_wide = |piece: &&str| width(piece.trim_end(), size) > wide;
    let fine = coarse.into_iter().flat_map(|piece| match too_wide(&piece) {
        true => pieces(piece, |character, next| {
            matches!(character, '.' | '-' | '_' | ':') || (character.is_lowercase() && next.is_uppercase())
        }),
        false => vec![piece],
    });
    for piece in fine {
        let fits = width(&line, size) + width(piece.trim_end(), size) <= wide;
        if !fits && !line.trim().is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for character in piece.chars() {
            if width(&line, size) + width(&character.to_string(), size) > wide && character != ' ' && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            line.push(character);
        }
    }
    lines.push(line);
    let more = lines.len() > lines_max;
    lines.truncate(lines_max);
    if let Some(last) = lines.last_mut().filter(|_| more) {
        while width(last, size) + width("…", size) > wide && last.pop().is_some() {}
        last.push('…');
    }
    closed(lines)
}

/// Parts between which a line may be broken: behind the characters for which `breaks` holds.
fn pieces(text: &str, breaks: impl Fn(char, char) -> bool) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut from = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((_, character)) = characters.next() {
        let Some((offset, next)) = characters.peek().copied() else { break };
        if breaks(character, next) && !matches!(next, '/' | '\u{2069}') {
            pieces.push(&text[from..offset]);
            from = offset;
        }
    }
    pieces.push(&text[from..]);
    pieces
}

/// An isolate that goes over a line's end is closed there and opened again.
fn closed(lines: Vec<String>) -> Vec<String> {
    let mut open = 0;
    let mut close = |line: String| {
        let mut balanced: String = std::iter::repeat_n(FSI, open).collect();
        balanced.push_str(line.trim());
        for character in line.chars() {
            match character {
                FSI => open += 1,
                PDI => open = open.saturating_sub(1),
                _ => {}
            }
        }
        balanced.extend(std::iter::repeat_n(PDI, open));
        balanced
    };
    lines.into_iter().map(&mut close).filter(|line| line.chars().any(|c| c != FSI && c != PDI)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_isolates_are_balanced() {
        let text = "wait for \u{2068}com.fake-hospital.patient.checked-out.of.the.ward\u{2069} and go on";
        for wide in [40, 80, 160, 400] {
            let lines = wrap(text, 13, wide, 20);
            for line in &lines {
                assert!(width(line, 13) <= wide, "{wide}: {line}");
                let count = |sign| line.chars().filter(|c| *c == sign).count();
                assert_eq!(count(FSI), count(PDI), "{line}");
            }
            let joined: String =
                lines.concat().chars().filter(|c| !matches!(c, ' ' | '\u{2068}' | '\u{2069}')).collect();
            let whole: String = text.chars().filter(|c| !matches!(c, ' ' | '\u{2068}' | '\u{2069}')).collect();
            assert_eq!(joined, whole);
        }
        let short = wrap(text, 13, 80, 2);
        assert_eq!(short.len(), 2);
        assert!(short[1].trim_end_matches(PDI).ends_with('…'));
        assert!(wrap("", 13, 80, 2).is_empty());
    }
}
