//! Signs of the Persian keyboard where the script language wants others: `؛` for `;`, `«…»` for quotes, `۱۲` for 12.
//!
//! Looks at code only: in texts and comments everything may stand. Asked when the parser refused a script, so a sign that is
//! found here is an error for certain.

use peygir_source::{Diagnostic, Span};

/// What stands in place of a sign, and how that is said.
enum Meant {
    /// Another sign.
    Sign(&'static str),
    /// A digit of the script language.
    Digit,
    /// Nothing: it parts thousands.
    Left,
    /// A mark that nobody sees.
    Unseen,
}

fn meant(sign: char) -> Option<Meant> {
    Some(match sign {
        '؛' => Meant::Sign(";"),
        '،' => Meant::Sign(","),
        '«' | '»' | '“' | '”' | '„' | '‘' | '’' => Meant::Sign("\""),
        '÷' => Meant::Sign("/"),
        '×' => Meant::Sign("*"),
        '−' | '–' | '—' => Meant::Sign("-"),
        '٪' => Meant::Sign("%"),
        '؟' => Meant::Sign("?"),
        '٫' | '۔' => Meant::Sign("."),
        '≠' => Meant::Sign("!="),
        '≤' => Meant::Sign("<="),
        '≥' => Meant::Sign(">="),
        '٬' => Meant::Left,
        '\u{FEFF}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
            Meant::Unseen
        }
        '۰'..='۹' | '٠'..='٩' => Meant::Digit,
        _ => return None,
    })
}

/// All such signs of a source, each once a line.
pub(crate) fn signs(source: &str) -> Vec<Diagnostic> {
    let mut found: Vec<(u32, char, Diagnostic)> = Vec::new();
    let mut code = Code::default();
    for (line, text) in (1..).zip(source.lines()) {
        let letters: Vec<char> = text.chars().collect();
        let is_code = code.line(&letters);
        let mut at = 0;
        while at < letters.len() {
            let (sign, start) = (letters[at], at);
            at += 1;
            let Some(meant) = meant(sign).filter(|_| is_code[start]) else { continue };
            let written = if matches!(meant, Meant::Digit) {
                if start > 0 && is_of_name(letters[start - 1]) {
                    continue;
                }
                at += letters[at..].iter().take_while(|next| is_number(**next)).count();
                letters[start..at].iter().collect()
            } else {
                sign.to_string()
            };
            if found.iter().all(|(other, known, _)| (*other, *known) != (line, sign)) {
                let span = Span { line, column: number(start + 1), length: number(at - start) };
                found.push((line, sign, finding(span, &written, &meant)));
            }
        }
    }
    found.into_iter().map(|(_, _, finding)| finding).collect()
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphabetic() || letter == '_' || letter == '\u{200C}'
}

fn is_number(letter: char) -> bool {
    letter.is_numeric() || matches!(letter, '٫' | '٬')
}

fn finding(span: Span, written: &str, meant: &Meant) -> Diagnostic {
    let plain = || {
        let digits = peygir_text::ascii_digits(written).replace('٬', "").replace('٫', ".");
        (format!("write {digits}"), format!("بنویسید ‎{digits}"))
    };
    let (help, help_fa) = match meant {
        Meant::Sign("\"") => (
            "texts stand between two \" of the English keyboard".to_owned(),
            "متن میان دو نشانهٔ ‎\"‎ صفحه‌کلید انگلیسی نوشته می‌شود".to_owned(),
        ),
        Meant::Sign(sign) => {
            (format!("write {sign} with the English keyboard"), format!("با صفحه‌کلید انگلیسی بنویسید ‎{sign}"))
        }
        Meant::Digit => plain(),
        Meant::Left => (
            "numbers are written without separators: 1000000".to_owned(),
            "عدد بی جداکننده نوشته می‌شود: ‎1000000".to_owned(),
        ),
        Meant::Unseen => (
            "delete what stands between the two letters here and type them again".to_owned(),
            "نویسه‌های این‌جا را پاک کنید و دوباره بنویسید".to_owned(),
        ),
    };
    let (message, message_fa) = match meant {
        Meant::Unseen => ("an unseen mark stands here".to_owned(), "این‌جا نشانه‌ای نادیدنی هست".to_owned()),
        Meant::Digit => (
            format!("numbers are not written `{written}` in scripts"),
            format!("عدد در اسکریپت «{written}» نوشته نمی‌شود"),
        ),
        _ => (format!("`{written}` is no sign of the script language"), format!("«{written}» نشانهٔ زبان اسکریپت نیست")),
    };
    Diagnostic::error("PG-S001", span, message, message_fa).with_help(help, help_fa)
}

/// What of a source is code, line by line.
#[derive(Default)]
struct Code {
    /// Texts and comments that are open, the innermost last.
    open: Vec<Open>,
}

#[derive(Clone, Copy, PartialEq)]
enum Open {
    /// `/* … */`
    Comment,
    /// `` `…` ``
    Template,
    /// `${…}` within a template; braces that are open in it.
    Inserted(u32),
    /// `"…"` and `'…'` end with their line.
    Text(char),
}

impl Code {
    /// Of each letter of a line, whether it is code.
    fn line(&mut self, letters: &[char]) -> Vec<bool> {
        if let Some(Open::Text(_)) = self.open.last() {
            self.open.pop();
        }
        let mut is_code = Vec::with_capacity(letters.len());
        while is_code.len() < letters.len() {
            let at = is_code.len();
            let next = letters.get(at + 1).copied();
            let (taken, code) = self.letter(letters[at], next);
            let taken = if taken == 0 { letters.len() - at } else { taken };
            is_code.extend(std::iter::repeat_n(code, taken.min(letters.len() - at)));
        }
        is_code
    }

    /// How many letters are taken from here on, 0 for the rest of the line, and whether they are code.
    fn letter(&mut self, letter: char, next: Option<char>) -> (usize, bool) {
        match (self.open.last().copied(), letter, next) {
            (Some(Open::Comment), '*', Some('/')) => {
                self.open.pop();
                (2, false)
            }
            (Some(Open::Template), '`', _) => {
                self.open.pop();
                (1, false)
            }
            (Some(Open::Template), '$', Some('{')) => {
                self.open.push(Open::Inserted(0));
                (2, false)
            }
            (Some(Open::Text(_)), '\\', Some(_)) => (2, false),
            (Some(Open::Text(quote)), ended, _) if ended == quote => {
                self.open.pop();
                (1, false)
            }
            (Some(Open::Comment), '/', Some('*')) => {
                self.open.push(Open::Comment);
                (2, false)
            }
            (Some(Open::Comment | Open::Template | Open::Text(_)), ..) => (1, false),
            (inside, ..) => self.code(inside, letter, next),
        }
    }

    fn code(&mut self, inside: Option<Open>, letter: char, next: Option<char>) -> (usize, bool) {
        match (letter, next) {
            ('/', Some('/')) => return (0, false),
            ('/', Some('*')) => {
                self.open.push(Open::Comment);
                return (2, false);
            }
            ('"' | '\'', _) => self.open.push(Open::Text(letter)),
            ('`', _) => self.open.push(Open::Template),
            ('{' | '}', _) => self.brace(inside, letter),
            _ => return (1, true),
        }
        (1, false)
    }

    fn brace(&mut self, inside: Option<Open>, brace: char) {
        let Some(Open::Inserted(depth)) = inside else { return };
        self.open.pop();
        match (brace, depth) {
            ('{', _) => self.open.push(Open::Inserted(depth + 1)),
            (_, 0) => {}
            _ => self.open.push(Open::Inserted(depth - 1)),
        }
    }
}
