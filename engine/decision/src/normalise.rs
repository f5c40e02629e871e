//! Comparing what citizens write: by a search key, made by a function that the caller passes in.

/// Makes the search key of a text: one form for all spellings that a reader takes as the same.
pub type SearchKey = fn(&str) -> String;

/// The key with anything but letters and digits as single spaces and a space at both ends, so that whole words are
/// found by plain containment.
pub(crate) fn words(key: &str) -> String {
    let mut spaced = String::with_capacity(key.len() + 2);
    spaced.push(' ');
    for letter in key.chars() {
        if letter.is_alphanumeric() {
            spaced.push(letter);
        } else if !spaced.ends_with(' ') {
            spaced.push(' ');
        }
    }
    if !spaced.ends_with(' ') {
        spaced.push(' ');
    }
    spaced
}
