//! Words that stand in a text one after the other, however the gaps between them are written: a space, a half space, or
//! nothing at all.
//!
//! Takes linear time: who writes the text and the phrase may mean harm.

/// Longest phrase of which joined spellings are sought, in bytes. Each place of the text costs at most so much.
const JOINED_BYTES_MAX: usize = 256;
/// Letters that a part has at least, for a space within a word of the phrase to be overlooked: `چهل ستون` is `چهلستون`, but
/// `دار و` is not `دارو`.
const PART_LETTERS_MIN: usize = 3;

pub(crate) fn stands(text: &[String], phrase: &[String]) -> bool {
    !phrase.is_empty() && (stands_apart(text, phrase) || stands_joined(text, phrase))
}

/// Word for word, after Knuth, Morris and Pratt: no word of the text is looked at more than twice.
fn stands_apart(text: &[String], phrase: &[String]) -> bool {
    let fallback = fallbacks(phrase);
    let mut matched = 0;
    for word in text {
        while matched > 0 && phrase[matched] != *word {
            matched = fallback[matched - 1];
        }
        if phrase[matched] == *word {
            matched += 1;
        }
        if matched == phrase.len() {
            return true;
        }
    }
    false
}

/// For each beginning of the phrase, how long the longest shorter beginning is that it ends with.
fn fallbacks(phrase: &[String]) -> Vec<usize> {
    let mut fallback = vec![0; phrase.len()];
    let mut length = 0;
    for at in 1..phrase.len() {
        while length > 0 && phrase[at] != phrase[length] {
            length = fallback[length - 1];
        }
        if phrase[at] == phrase[length] {
            length += 1;
        }
        fallback[at] = length;
    }
    fallback
}

/// Whether some words of the text make the phrase when gaps are left out on both sides.
fn stands_joined(text: &[String], phrase: &[String]) -> bool {
    let wanted = phrase.concat();
    if wanted.len() > JOINED_BYTES_MAX {
        return false;
    }
    let gaps: Vec<usize> = ends(phrase).collect();
    let all = text.concat();
    let mut start = 0;
    for (at, word) in text.iter().enumerate() {
        if all[start..].starts_with(&wanted) && fits(&text[at..], wanted.len(), &gaps) {
            return true;
        }
        start += word.len();
    }
    false
}

/// Whether a word of the text ends where the phrase does, and every gap before it may be where it is.
fn fits(text: &[String], length: usize, gaps: &[usize]) -> bool {
    let letters = |word: &String| word.chars().count();
    for (at, end) in ends(text).enumerate() {
        if end >= length {
            return end == length;
        }
        let is_long = |at: usize| text.get(at).is_some_and(|word| letters(word) >= PART_LETTERS_MIN);
        let is_allowed = gaps.contains(&end) || (is_long(at) && is_long(at + 1));
        if !is_allowed {
            return false;
        }
    }
    false
}

/// Where each word ends when they are joined, in bytes.
fn ends(words: &[String]) -> impl Iterator<Item = usize> {
    words.iter().scan(0, |end, word| {
        *end += word.len();
        Some(*end)
    })
}
