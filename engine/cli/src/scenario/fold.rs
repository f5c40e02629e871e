//! Two spellings of the same words: Arabic and Persian letters, joiners, vowel marks and spaces make no difference in
//! the words of a step. What the words hold (texts, ids) is handed on as it was typed.

/// A text as its letters count, each with the place where it stands in the text.
pub struct Folded {
    /// Letter, first byte, byte behind it. Runs of white space are one space.
    letters: Vec<(char, usize, usize)>,
}

impl Folded {
    pub fn new(text: &str) -> Self {
        let mut letters: Vec<(char, usize, usize)> = Vec::new();
        for (at, letter) in text.char_indices() {
            let end = at + letter.len_utf8();
            match fold(letter) {
                None => {}
                Some(' ') => match letters.last_mut() {
                    Some((' ', _, last)) => *last = end,
                    _ => letters.push((' ', at, end)),
                },
                Some(folded) => letters.push((folded, at, end)),
            }
        }
        Self { letters }
    }

    pub fn len(&self) -> usize {
        self.letters.len()
    }

    pub fn letter(&self, index: usize) -> Option<char> {
        self.letters.get(index).map(|(letter, ..)| *letter)
    }

    /// First byte of a letter in the text; the text's end behind the last one.
    pub fn starts(&self, index: usize, text: &str) -> usize {
        self.letters.get(index).map_or(text.len(), |(_, start, _)| *start)
    }

    /// The part of the text that letters from `from` up to `to` make.
    pub fn slice<'t>(&self, from: usize, to: usize, text: &'t str) -> &'t str {
        match (self.letters.get(from), to.checked_sub(1).and_then(|last| self.letters.get(last))) {
            (Some((_, start, _)), Some((_, _, end))) if start < end => &text[*start..*end],
            _ => "",
        }
    }

    /// The index behind `words`, if they stand at `from`.
    pub fn past(&self, from: usize, words: &Folded) -> Option<usize> {
        let here = self.letters.get(from..from + words.len())?;
        here.iter().zip(&words.letters).all(|(left, right)| left.0 == right.0).then_some(from + words.len())
    }
}

/// What follows `words` at the beginning of a text, if they stand there.
pub fn strip<'t>(text: &'t str, words: &str) -> Option<&'t str> {
    let folded = Folded::new(text);
    let past = folded.past(0, &Folded::new(words))?;
    Some(&text[folded.starts(past, text)..])
}

/// None for what makes no difference.
fn fold(letter: char) -> Option<char> {
    match letter {
        '\u{200C}' | '\u{200D}' | '\u{200E}' | '\u{200F}' | '\u{0640}' | '\u{064B}'..='\u{065F}' | '\u{0670}' => None,
        'ي' | 'ى' => Some('ی'),
        'ك' => Some('ک'),
        'ۀ' | 'ة' => Some('ه'),
        other if other.is_whitespace() => Some(' '),
        other => Some(other.to_ascii_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::strip;

    #[test]
    fn spellings_of_a_word_are_one() {
        for (text, words, rest) in [
            ("ویژگی: الف", "وِیژگی", Some(": الف")),
            ("ويژگي: الف", "وِیژگی", Some(": الف")),
            ("نمونه‌ها:", "نمونهها", Some(":")),
            ("مرحلۀ  x", "مرحلهٔ x", Some("")),
            ("سناریو: ب", "زمینه", None),
        ] {
            assert_eq!(strip(text, words), rest, "{text}");
        }
    }
}
