//! What people type, brought into one form: digits, Persian letters, national IDs, phone numbers, tracking codes.
//!
//! Owns the stored form and the search key of Persian text, the checksums, and the masks under which personal numbers
//! are shown. Deliberately does not know who a number belongs to, and draws no code by itself: the ten digits of a
//! tracking code come from outside.

mod phrase;

use unicode_normalization::UnicodeNormalization;

const ZWNJ: char = '\u{200C}';

/// Digits of a tracking code before its check digit.
pub const TRACKING_DIGITS: usize = 10;

/// A quasigroup of order 10 that is totally anti-symmetric: H. M. Damm, "Total anti-symmetrische Quasigruppen"
/// (Marburg 2004). It catches every wrong digit and every two neighbours that changed places.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// Persian and Arabic-Indic digits as ASCII ones; everything else as it was.
pub fn ascii_digits(text: &str) -> String {
    text.chars().map(ascii_digit).collect()
}

/// ASCII digits as Persian ones, for texts that people read.
pub fn persian_digits(text: &str) -> String {
    text.chars().map(persian_digit).collect()
}

/// The form in which Persian text is kept: NFC, Persian ye and kaf, no invisible marks but single ZWNJ inside words, no
/// control characters but newline and tab. A carriage return goes too: lines end with a newline alone.
/// Digits and hamza stay as typed.
pub fn stored_form(text: &str) -> String {
    let cleaned: String = text
        .chars()
        .filter(|&character| !is_mark(character) && !is_stray_control(character))
        .nfc()
        .map(persian_letter)
        .collect();
    let mut stored = String::with_capacity(cleaned.len());
    for character in cleaned.nfc() {
        if character == ZWNJ && !stored.chars().next_back().is_some_and(is_inside_word) {
            continue;
        }
        if !is_inside_word(character) && character != ZWNJ {
            trim_zwnj(&mut stored);
        }
        stored.push(character);
    }
    trim_zwnj(&mut stored);
    stored.trim().to_owned()
}

/// What texts are compared by when people search: two spellings of one word have one key. Lower case, ASCII digits,
/// words parted by single spaces.
pub fn search_key(text: &str) -> String {
    let folded: String = stored_form(text)
        .nfkc()
        .filter(|&character| !is_diacritic(character))
        .map(persian_letter)
        .map(key_letter)
        .flat_map(char::to_lowercase)
        .collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The ten digits of a national ID, if its checksum holds. Place prefixes are not looked up: which ones are given out
/// changes, and only the civil registry knows.
pub fn national_id(text: &str) -> Option<String> {
    let digits = plain_number(text);
    if !(8..=10).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let padded = format!("{digits:0>10}");
    let values: Vec<u32> = padded.bytes().map(|byte| u32::from(byte - b'0')).collect();
    if values.iter().all(|&value| value == values[0]) || values[3..9].iter().all(|&value| value == 0) {
        return None;
    }
    let sum: u32 = values.iter().zip((2..=10).rev()).map(|(value, weight)| value * weight).sum();
    let rest = sum % 11;
    let check = if rest < 2 { rest } else { 11 - rest };
    (values[9] == check).then_some(padded)
}

/// A mobile number of Iran in E.164 (`+989121234567`), however it was typed. Landlines and foreign numbers are none.
pub fn mobile(text: &str) -> Option<String> {
    let plain = plain_number(text);
    let subscriber = ["+98", "0098", "98", "0"]
        .iter()
        .find_map(|prefix| plain.strip_prefix(prefix).filter(|rest| is_subscriber(rest)))
        .or_else(|| Some(plain.as_str()).filter(|rest| is_subscriber(rest)))?;
    Some(format!("+98{subscriber}"))
}

/// A number of the fixed network of Iran in E.164 (`+982112345678`). It needs its area code behind a `0` or the country's
/// code: without one, ten digits may be anything. Which codes are given out is not looked up.
pub fn landline(text: &str) -> Option<String> {
    let plain = plain_number(text);
    let national = |rest: &&str| {
        rest.len() == 10
            && rest.starts_with(|first| ('1'..='8').contains(&first))
            && rest.bytes().all(|b| b.is_ascii_digit())
    };
    let prefixes = ["+98", "0098", "98", "0"];
    let rest = prefixes.iter().find_map(|prefix| plain.strip_prefix(prefix).filter(national))?;
    Some(format!("+98{rest}"))
}

/// The words of a text by its [`search_key`]: what stands between signs and spaces.
pub fn words(text: &str) -> Vec<String> {
    let key = search_key(text);
    key.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Whether the words of `phrase` stand in `text` one after the other, as whole words, written apart or joined. A phrase
/// without words stands nowhere.
pub fn contains_words(text: &str, phrase: &str) -> bool {
    phrase::stands(&words(text), &words(phrase))
}

/// The code that a citizen holds: the ten digits and their check digit. `None` unless there are exactly ten digits.
pub fn tracking_code(digits: &str) -> Option<String> {
    let digits = ascii_digits(digits);
    if digits.len() != TRACKING_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(format!("{digits}{}", damm(&digits)))
}

/// A tracking code as somebody typed or spoke it, in its one form; `None` where the check digit is wrong.
pub fn parse_tracking_code(text: &str) -> Option<String> {
    let code = plain_number(text);
    let whole = code.len() == TRACKING_DIGITS + 1 && code.bytes().all(|byte| byte.is_ascii_digit());
    (whole && damm(&code) == 0).then_some(code)
}

/// A mobile number that its owner recognises and others don't: `+98912***4567`.
pub fn mask_mobile(number: &str) -> String {
    mask(number, 6, 4, "***")
}

/// A national ID that its owner recognises and others don't: `99******18`.
pub fn mask_national_id(id: &str) -> String {
    mask(id, 2, 2, "******")
}

fn mask(text: &str, head: usize, tail: usize, stars: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    if characters.len() <= head + tail {
        return "*".repeat(characters.len());
    }
    let first: String = characters[..head].iter().collect();
    let last: String = characters[characters.len() - tail..].iter().collect();
    format!("{first}{stars}{last}")
}

/// The check digit of a number, or 0 for a number that ends with its own.
fn damm(digits: &str) -> u8 {
    digits.bytes().fold(0, |interim, byte| DAMM[usize::from(interim)][usize::from(byte - b'0')])
}

fn is_subscriber(text: &str) -> bool {
    text.len() == 10 && text.starts_with('9') && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number without what people put between its digits, and with ASCII digits.
fn plain_number(text: &str) -> String {
    text.chars()
        .filter(|&character| !is_mark(character) && character != ZWNJ && !character.is_whitespace())
        .filter(|character| !matches!(character, '-' | '(' | ')' | '.' | '\u{2010}'..='\u{2015}'))
        .map(ascii_digit)
        .collect()
}

fn ascii_digit(character: char) -> char {
    let value = match character {
        '۰'..='۹' => character as u32 - '۰' as u32,
        '٠'..='٩' => character as u32 - '٠' as u32,
        _ => return character,
    };
    char::from_digit(value, 10).unwrap_or(character)
}

fn persian_digit(character: char) -> char {
    match character.to_digit(10) {
        Some(value) => char::from_u32('۰' as u32 + value).unwrap_or(character),
        None => character,
    }
}

/// Invisible characters that carry no meaning in a stored text: direction marks, zero-width space, byte order mark.
fn is_mark(character: char) -> bool {
    matches!(
        character,
        '\u{200B}' | '\u{FEFF}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
    )
}

/// Control characters of C0 and C1 that no text needs: a gateway or a terminal may take them for commands.
fn is_stray_control(character: char) -> bool {
    character.is_control() && !matches!(character, '\n' | '\t')
}

fn is_diacritic(character: char) -> bool {
    matches!(character, '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{0640}')
}

fn is_inside_word(character: char) -> bool {
    character != ZWNJ && !character.is_whitespace()
}

/// Arabic ye and kaf as Persian ones; the "not" sign as the ZWNJ that old keyboards meant by it.
fn persian_letter(character: char) -> char {
    match character {
        'ي' | 'ى' => 'ی',
        'ك' => 'ک',
        '\u{00AC}' => ZWNJ,
        other => other,
    }
}

fn key_letter(character: char) -> char {
    match character {
        'ة' | 'ۀ' => 'ه',
        'آ' | 'أ' | 'إ' | 'ٱ' => 'ا',
        'ؤ' => 'و',
        'ئ' => 'ی',
        ZWNJ => ' ',
        other => ascii_digit(other),
    }
}

fn trim_zwnj(text: &mut String) {
    while text.ends_with(ZWNJ) {
        text.pop();
    }
}

#[cfg(test)]
mod tests;
