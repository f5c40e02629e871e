//! From the words of a rule to the rule, in both languages.
//!
//! The order of the words is free, as it is in Persian («دوشنبهٔ اول ماه» is «اولین دوشنبهٔ ماه»); only a word that means
//! two things is told by its neighbour: "the last Monday" is the end, "last month" the past.

use std::ops::Range;

use jiff::civil::Weekday;
use peygir_source::suggest;

use super::error::{RuleError, RulePart, RuleProblem};
use super::{Rule, TEXT_BYTES_MAX};
use crate::{Period, digits};

/// What a word of a rule says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Nth(i16),
    /// A number without the ending of an ordinal: which one, or how many periods.
    Number(i16),
    /// The end: «آخرین», "final".
    Last,
    /// The end, or the period before where a period follows: English "last".
    LastOrPrevious,
    Working,
    Day,
    /// A day that is a working one by its word: "workday".
    WorkingDay,
    Weekday(Weekday),
    Of(Period),
    Offset(i32),
    /// Of «یکی مانده به آخرین».
    Left,
    /// Joins: of "second to last" and of «مانده به آخر».
    To,
    Filler,
}

/// A word and its bytes in the text.
#[derive(Debug, Clone)]
struct Token<'t> {
    text: &'t str,
    span: Range<usize>,
    word: Word,
}

impl Rule {
    /// Reads a rule as people write it, in English or Persian, with digits of any script.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(RuleError::new(0..text.len(), RuleProblem::TooLong));
        }
        let tokens = tokens(text)?;
        if tokens.is_empty() {
            return Err(RuleError::new(0..text.len(), RuleProblem::Empty));
        }
        let mut said = Said::default();
        let mut rest = tokens.as_slice();
        while !rest.is_empty() {
            let taken = said.take(rest, &tokens)?;
            rest = &rest[taken..];
        }
        said.rule().map_err(|error| RuleError { span: 0..text.len(), ..error })
    }
}

/// What was said so far.
#[derive(Default)]
struct Said {
    nth: Option<i16>,
    working: bool,
    weekday: Option<Weekday>,
    of: Option<Period>,
    offset: Option<i32>,
}

impl Said {
    /// Takes in the words at the head, and says how many they were.
    fn take(&mut self, rest: &[Token<'_>], all: &[Token<'_>]) -> Result<usize, RuleError> {
        let token = &rest[0];
        let word = |at: usize| rest.get(at).map(|token| token.word);
        match (token.word, word(1), word(2), word(3)) {
            // «دوتا مانده به آخرین»: one more than are left before it.
            (Word::Number(left), Some(Word::Left), Some(Word::To), Some(Word::Last)) => {
                once(&mut self.nth, -left.saturating_add(1), RulePart::Nth, token)?;
                return Ok(4);
            }
            // "second to last", "second last".
            (Word::Nth(nth), Some(Word::To), Some(Word::Last | Word::LastOrPrevious), _) => {
                once(&mut self.nth, -nth, RulePart::Nth, token)?;
                return Ok(3);
            }
            (Word::Nth(nth), Some(Word::LastOrPrevious), next, _) if !matches!(next, Some(Word::Of(_))) => {
                once(&mut self.nth, -nth, RulePart::Nth, token)?;
                return Ok(2);
            }
            // "3 months ahead", «۳ ماه بعد», where another word says which day of it.
            (Word::Number(count), Some(Word::Of(period)), Some(Word::Offset(way)), _) if has_nth(all, token) => {
                once(&mut self.of, period, RulePart::Of, &rest[1])?;
                once(&mut self.offset, way.saturating_mul(count.into()), RulePart::Offset, &rest[2])?;
                return Ok(3);
            }
            (Word::LastOrPrevious, Some(Word::Of(_)), _, _) => once(&mut self.offset, -1, RulePart::Offset, token)?,
            (Word::Nth(nth) | Word::Number(nth), ..) => once(&mut self.nth, nth, RulePart::Nth, token)?,
            (Word::Last | Word::LastOrPrevious, ..) => once(&mut self.nth, -1, RulePart::Nth, token)?,
            (Word::Working | Word::WorkingDay, ..) => self.working = true,
            (Word::Weekday(weekday), ..) => once(&mut self.weekday, weekday, RulePart::Weekday, token)?,
            (Word::Of(period), ..) => once(&mut self.of, period, RulePart::Of, token)?,
            (Word::Offset(way), ..) => once(&mut self.offset, way, RulePart::Offset, token)?,
            (Word::Left | Word::To, ..) => {
                let problem = RuleProblem::Misplaced { word: token.text.to_owned() };
                return Err(RuleError::new(token.span.clone(), problem));
            }
            (Word::Day | Word::Filler, ..) => {}
        }
        Ok(1)
    }

    fn rule(self) -> Result<Rule, RuleError> {
        let missing = |part| RuleError::without_place(RuleProblem::Missing(part));
        let nth = self.nth.ok_or_else(|| missing(RulePart::Nth))?;
        let of = self.of.ok_or_else(|| missing(RulePart::Of))?;
        Rule { nth, working: self.working, weekday: self.weekday, of, offset: self.offset.unwrap_or(0) }.checked()
    }
}

/// Whether a word other than this one says which day is meant.
fn has_nth(all: &[Token<'_>], but: &Token<'_>) -> bool {
    let says = |word| matches!(word, Word::Nth(_) | Word::Number(_) | Word::Last | Word::LastOrPrevious);
    all.iter().any(|token| token.span != but.span && says(token.word))
}

fn once<T>(slot: &mut Option<T>, value: T, part: RulePart, token: &Token<'_>) -> Result<(), RuleError> {
    if slot.replace(value).is_some() {
        let problem = RuleProblem::Twice { part, word: token.text.to_owned() };
        return Err(RuleError::new(token.span.clone(), problem));
    }
    Ok(())
}

fn unknown(text: &str, span: Range<usize>) -> RuleError {
    let known = WORDS.iter().flat_map(|(_, words)| words.split(' '));
    let nearest = suggest(&folded(text), known);
    RuleError::new(span, RuleProblem::Unknown { word: text.to_owned(), nearest })
}

fn tokens(text: &str) -> Result<Vec<Token<'_>>, RuleError> {
    let mut tokens = Vec::new();
    let mut rest = pieces(text).into_iter().peekable();
    while let Some((mut piece, mut span)) = rest.next() {
        // «سه شنبه» is one day, «دو تا» one number.
        if let Some((_, next)) = rest.next_if(|(next, _)| is_one_word_in_two(piece, next)) {
            span.end = next.end;
            piece = &text[span.clone()];
        }
        let word = word(&folded(piece)).ok_or_else(|| unknown(piece, span.clone()))?;
        tokens.push(Token { text: piece, span, word });
    }
    Ok(tokens)
}

/// The words of the text with their bytes.
fn pieces(text: &str) -> Vec<(&str, Range<usize>)> {
    let between = |c: char| c.is_whitespace() || matches!(c, '-' | '‐' | '–' | ',' | '،' | '.' | '«' | '»' | '"');
    let mut pieces = Vec::new();
    let mut begin = 0;
    for part in text.split_inclusive(between) {
        let word = part.trim_end_matches(between);
        if !folded(word).is_empty() {
            pieces.push((word, begin..begin + word.len()));
        }
        begin += part.len();
    }
    pieces
}

fn is_one_word_in_two(first: &str, second: &str) -> bool {
    let (first, second) = (folded(first), folded(second));
    match second.as_str() {
        "تا" => matches!(word(&first), Some(Word::Number(_))),
        _ => second.starts_with("شنبه") && matches!(first.as_str(), "یک" | "دو" | "سه" | "چهار" | "پنج"),
    }
}

/// One form for all ways of writing a word: small letters, Persian ones for Arabic ones, no vowel signs, no joiners
/// and, within a name of two words, no space.
fn folded(text: &str) -> String {
    let without_marks = text.chars().filter(|c| {
        !c.is_whitespace() && !matches!(c, '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{640}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{AD}')
    });
    let letters = without_marks.map(|c| match c {
        'ي' | 'ى' => 'ی',
        'ك' => 'ک',
        'ۀ' | 'ة' => 'ه',
        'أ' | 'إ' => 'ا',
        other => other,
    });
    digits::to_ascii(&letters.collect::<String>()).to_lowercase()
}

fn word(folded: &str) -> Option<Word> {
    let stem = folded.strip_suffix("'s").or_else(|| folded.strip_suffix("’s")).unwrap_or(folded);
    let known = |text: &str| {
        let entry = WORDS.iter().find(|(_, words)| words.split(' ').any(|word| word == text));
        entry.map(|(word, _)| *word)
    };
    // «هفته‌ی آینده» for «هفتهٔ آینده».
    known(stem).or_else(|| known(stem.strip_suffix('ی')?)).or_else(|| number(stem))
}

/// `3`, `3rd`, `۳`, `۳م`, `۳مین`, `۳اُمین`, `۲تا`.
fn number(text: &str) -> Option<Word> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let value: i16 = text[..digits].parse().ok()?;
    match &text[digits..] {
        "" | "تا" => Some(Word::Number(value)),
        "st" | "nd" | "rd" | "th" | "م" | "ام" | "مین" | "امین" => Some(Word::Nth(value)),
        _ => None,
    }
}

/// Every word, in its folded form, by what it says.
const WORDS: &[(Word, &str)] = &[
    (Word::Nth(1), "first نخستین اولین اول نخست یکم"),
    (Word::Nth(2), "second دومین دوم"),
    (Word::Nth(3), "third سومین سوم"),
    (Word::Nth(4), "fourth چهارمین چهارم"),
    (Word::Nth(5), "fifth پنجمین پنجم"),
    (Word::Nth(6), "sixth ششمین ششم"),
    (Word::Nth(7), "seventh هفتمین هفتم"),
    (Word::Nth(8), "eighth هشتمین هشتم"),
    (Word::Nth(9), "ninth نهمین نهم"),
    (Word::Nth(10), "tenth دهمین دهم"),
    (Word::Nth(11), "eleventh یازدهمین یازدهم"),
    (Word::Nth(12), "twelfth دوازدهمین دوازدهم"),
    (Word::Nth(15), "fifteenth پانزدهمین پانزدهم"),
    (Word::Nth(20), "twentieth بیستمین بیستم"),
    (Word::Nth(30), "thirtieth سیامین سیام"),
    (Word::Nth(-2), "penultimate"),
    (Word::Number(1), "یکی"),
    (Word::Number(2), "دوتا دو"),
    (Word::Number(3), "سهتا سه"),
    (Word::Number(4), "چهارتا چهار"),
    (Word::LastOrPrevious, "last"),
    (Word::Last, "final آخرین آخر واپسین پایانی"),
    (Word::Working, "working work business open کاری"),
    (Word::WorkingDay, "workday workdays روزکاری"),
    (Word::Day, "day days روز"),
    (Word::Weekday(Weekday::Saturday), "saturday saturdays sat شنبه"),
    (Word::Weekday(Weekday::Sunday), "sunday sundays sun یکشنبه"),
    (Word::Weekday(Weekday::Monday), "monday mondays mon دوشنبه"),
    (Word::Weekday(Weekday::Tuesday), "tuesday tuesdays tue سهشنبه"),
    (Word::Weekday(Weekday::Wednesday), "wednesday wednesdays wed چهارشنبه"),
    (Word::Weekday(Weekday::Thursday), "thursday thursdays thu پنجشنبه"),
    (Word::Weekday(Weekday::Friday), "friday fridays fri جمعه آدینه"),
    (Word::Of(Period::Week), "week weeks هفته"),
    (Word::Of(Period::Month), "month months ماه"),
    (Word::Of(Period::Season), "season seasons quarter quarters فصل"),
    (Word::Of(Period::Year), "year years سال"),
    (Word::Offset(0), "this current این همین جاری کنونی"),
    (Word::Offset(1), "next following coming ahead آینده بعد بعدی آتی دیگر"),
    (Word::Offset(-1), "previous past preceding back ago گذشته پیش پیشین قبل قبلی"),
    (Word::Left, "مانده"),
    (Word::To, "to به"),
    (Word::Filler, "the of in a an every each on از در هر ی تا"),
];
