//! Numbers within Persian sentences. Whoever writes a sentence puts numbers in as they come; people read them in the digits of
//! their language. What is to be written into a file, an id, a date, a code, stays as it is.

use std::borrow::Cow;

/// A sentence with Persian digits in its whole numbers: those that stand alone, outside of `«…»`, of backticks, of stretches that
/// are marked to run from left to right, and of what is to be typed: after a left-to-right mark, or beside an operator.
pub fn persian_numbers(sentence: &str) -> Cow<'_, str> {
    if !sentence.bytes().any(|byte| byte.is_ascii_digit()) {
        return Cow::Borrowed(sentence);
    }
    let letters: Vec<char> = sentence.chars().collect();
    let (mut quoted, mut code, mut isolated, mut typed) = (0_usize, false, 0_usize, false);
    let mut text = String::with_capacity(sentence.len() * 2);
    let mut at = 0;
    while at < letters.len() {
        let letter = letters[at];
        match letter {
            '«' => quoted += 1,
            '»' => quoted = quoted.saturating_sub(1),
            '`' => code = !code,
            '\u{2066}' => isolated += 1,
            '\u{2069}' => isolated = isolated.saturating_sub(1),
            '\u{200E}' => typed = true,
            _ if is_of_sentence(letter) => typed = false,
            _ => {}
        }
        if !letter.is_ascii_digit() {
            text.push(letter);
            at += 1;
            continue;
        }
        let count = letters[at..].iter().take_while(|next| next.is_ascii_digit()).count();
        let number = &letters[at..at + count];
        let before = at.checked_sub(1).map(|before| letters[before]);
        let (after, beyond) = (letters.get(at + count).copied(), letters.get(at + count + 1).copied());
        // A full stop or a colon ends a sentence, unless more of a version or a place follows.
        let ends = |one: char| matches!(one, '.' | ':') && beyond.is_none_or(char::is_whitespace);
        let alone = before.is_none_or(|one| !joins(one)) && after.is_none_or(|one| !joins(one) || ends(one));
        let is_plain = alone && quoted == 0 && !code && isolated == 0 && !typed && !is_typed(&letters[..at]);
        text.extend(number.iter().map(|digit| if is_plain { persian(*digit) } else { *digit }));
        at += count;
    }
    Cow::Owned(text)
}

/// Whether what is before a number is a name of a file's own, as in `days: 4`, or an operator, as in `x ?? 0`.
fn is_typed(before: &[char]) -> bool {
    match before {
        [.., name, ':', ' '] => name.is_ascii_alphanumeric(),
        [.., sign, ' '] => matches!(sign, '<' | '>' | '=' | '+' | '-' | '*' | '/' | '%' | '?' | '|' | '&'),
        _ => false,
    }
}

/// A letter of the Persian sentence itself.
fn is_of_sentence(letter: char) -> bool {
    ('\u{0600}'..='\u{06FF}').contains(&letter) && letter.is_alphabetic()
}

/// What makes a number a part of a name, a version, a date, a quantity of a language.
fn joins(letter: char) -> bool {
    letter.is_ascii_alphanumeric()
        || letter.is_ascii_punctuation() && !matches!(letter, '(' | ')' | ';' | ',' | '!' | '?')
}

fn persian(digit: char) -> char {
    let value = digit.to_digit(10).unwrap_or_default();
    char::from_u32('۰' as u32 + value).unwrap_or(digit)
}

#[cfg(test)]
mod tests {
    use super::persian_numbers;

    #[test]
    fn numbers_that_stand_alone_have_the_digits_of_the_sentence() {
        for (sentence, told) in [
            ("مقدار باید حداکثر 12 باشد", "مقدار باید حداکثر ۱۲ باشد"),
            ("اسکریپت در سطر 1: نشد", "اسکریپت در سطر ۱: نشد"),
            ("(حداکثر 100)", "(حداکثر ۱۰۰)"),
            ("در سطر 7.", "در سطر ۷."),
            ("بنویسید \u{200E}20 تا حداکثر 30 برسد", "بنویسید \u{200E}20 تا حداکثر ۳۰ برسد"),
            ("هیچ رقمی نیست", "هیچ رقمی نیست"),
        ] {
            assert_eq!(persian_numbers(sentence), told);
        }
    }

    #[test]
    fn what_is_written_into_files_stays_as_it_is() {
        for sentence in [
            "روز نوشته می‌شود: 1405/09/01",
            "نسخهٔ 1.4.0 و گردش foad-128 و PG-T012",
            "نوشته شده «12» و `12`",
            "بنویسید \u{2066}20\u{2069}",
            "بازهٔ 1..5 و 08:00 و PT2H",
            "تنها یکی مجاز است: days: 4",
            "راهنما: بنویسید \u{200E}20",
            "با چیزی بسنجید: \u{200E}text.len() > 20",
            "آنچه مقدار ندارد () است: بنویسید x ?? 0",
        ] {
            assert_eq!(persian_numbers(sentence), sentence);
        }
    }
}
