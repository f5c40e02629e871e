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

/// Gaps of a key of which each is closed by itself.
const GAPS_EACH_MAX: usize = 2;

/// The key, and the spellings in which words that it has apart are joined: who types `بانکملی` means `بانک ملی`. Of more than
/// two gaps, either none or all are closed.
pub(crate) fn spellings(key: &str) -> Vec<String> {
    let words: Vec<&str> = key.split(' ').collect();
    let gaps = words.len() - 1;
    if gaps > GAPS_EACH_MAX {
        return vec![key.to_owned(), words.concat()];
    }
    let choice = |closed: usize| {
        let parts = words.iter().enumerate().map(|(at, word)| {
            let is_apart = at > 0 && closed & (1 << (at - 1)) == 0;
            format!("{}{word}", if is_apart { " " } else { "" })
        });
        parts.collect()
    };
    (0..1 << gaps).map(choice).collect()
}

#[cfg(test)]
mod tests {
    use super::spellings;

    #[test]
    fn gaps_of_a_key_are_closed() {
        assert_eq!(spellings("اب"), ["اب"]);
        assert_eq!(spellings("بانک ملی"), ["بانک ملی", "بانکملی"]);
        assert_eq!(spellings("a b c"), ["a b c", "ab c", "a bc", "abc"]);
        assert_eq!(spellings("a b c d"), ["a b c d", "abcd"]);
    }
}
