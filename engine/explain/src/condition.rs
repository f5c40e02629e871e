//! The simple part of jq in words: paths, literals, comparisons, `and`, `or`, `not`. Everything else is quoted.
//!
//! Reads on its own what people mostly write in a condition; an expression that it does not know is no error here.

use crate::text::{Arg, Words, isolated};

/// Deepest nesting of brackets that is put in words.
const DEPTH_MAX: usize = 16;

#[derive(Debug, Clone, PartialEq)]
enum Term {
    /// As written.
    Path(String),
    Text(String),
    Number(String),
    /// `true`, `false`.
    Constant(bool),
    Null,
    Compare(Box<Term>, &'static str, Box<Term>),
    And(Vec<Term>),
    Or(Vec<Term>),
    Not(Box<Term>),
}

/// Comparisons: as written, the message, and the comparison that is true where this is false.
const COMPARISONS: [(&str, &str, &str); 6] = [
    ("==", "is", "!="),
    ("!=", "is-not", "=="),
    ("<=", "at-most", ">"),
    (">=", "at-least", "<"),
    ("<", "less", ">="),
    (">", "more", "<="),
];

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Path(String),
    Text(String),
    Number(String),
    Word(String),
    Sign(&'static str),
}

/// How much room there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// A clause: `the outcome is "solved"`.
    Clause,
    /// A label: `outcome: solved`.
    Label,
}

impl Words {
    /// An expression that is true or false.
    pub fn condition(self, source: &str, style: Style) -> String {
        match read(source) {
            Some(term) => self.clause(&term, style, false),
            None if style == Style::Label => isolated(source),
            None => self.with("cond-code", [("code", isolated(source).into())]),
        }
    }

    /// An expression that gives a value: a path by its name, a literal, or the code.
    pub fn value_of(self, source: &str) -> String {
        match read(source) {
            Some(Term::Path(path)) if path != "." => match self.known_field(&path) {
                Some(name) => self.with("quoted", [("text", name.into())]),
                None => isolated(&path),
            },
            Some(term @ (Term::Path(_) | Term::Text(_) | Term::Number(_) | Term::Constant(_) | Term::Null)) => {
                self.operand(&term)
            }
            _ => isolated(source),
        }
    }

    fn clause(self, term: &Term, style: Style, nested: bool) -> String {
        let id = |name: &str| match style {
            Style::Clause => format!("cond-{name}"),
            Style::Label => format!("short-{name}"),
        };
        match term {
            Term::Compare(left, sign @ ("==" | "!="), right) if **right == Term::Null => {
                let name = if *sign == "==" { "unknown" } else { "known" };
                self.with(&id(name), [("left", self.operand(left).into())])
            }
            Term::Compare(left, sign, right) => {
                let name = COMPARISONS.iter().find(|known| known.0 == *sign).map_or("is", |known| known.1);
                self.with(&id(name), [("left", self.operand(left).into()), ("right", self.operand(right).into())])
            }
            Term::And(parts) | Term::Or(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.clause(part, style, true)).collect();
                let joined = if matches!(term, Term::And(_)) { self.list(&parts) } else { self.either(&parts) };
                if nested { self.with("cond-group", [("inner", joined.into())]) } else { joined }
            }
            Term::Not(inner) => match inner.as_ref() {
                Term::Path(_) => self.with(&id("holds-not"), [("left", self.operand(inner).into())]),
                inner => self.with(&id("not"), [("inner", self.clause(inner, style, true).into())]),
            },
            Term::Constant(true) => self.say("cond-always"),
            Term::Constant(false) | Term::Null => self.say("cond-never"),
            other => self.with(&id("holds"), [("left", self.operand(other).into())]),
        }
    }

    fn operand(self, term: &Term) -> String {
        match term {
            Term::Path(path) => self.field(path),
            Term::Text(text) => self.named_value(text),
            Term::Number(number) => self.digits(number),
            Term::Constant(true) => self.say("value-true"),
            Term::Constant(false) => self.say("value-false"),
            Term::Null => self.say("value-null"),
            other => self.clause(other, Style::Clause, true),
        }
    }

    /// A member of the data by its name in the language, if it has one.
    fn field(self, path: &str) -> String {
        if path == "." {
            return self.say("field-data");
        }
        self.known_field(path).unwrap_or_else(|| isolated(path))
    }

    fn known_field(self, path: &str) -> Option<String> {
        let name = ["$context.", "$input.", "$output.", "."].iter().find_map(|base| path.strip_prefix(base))?;
        self.known(&format!("field-{name}"), [])
    }

    /// A word of the built-in functions (`solved`, `expired`), or a text in quotes.
    pub fn named_value(self, text: &str) -> String {
        let known = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-').then(|| format!("value-{text}"));
        let word = known.and_then(|id| self.known(&id, [])).unwrap_or_else(|| isolated(text));
        self.with("quoted", [("text", Arg::Words(word))])
    }
}

fn read(source: &str) -> Option<Term> {
    let tokens = tokens(source)?;
    let mut reader = Reader { tokens: &tokens, at: 0, depth: 0 };
    let term = reader.pipe()?;
    (reader.at == tokens.len()).then_some(term)
}

struct Reader<'t> {
    tokens: &'t [Token],
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn takes(&mut self, token: &Token) -> bool {
        let found = self.tokens.get(self.at) == Some(token);
        self.at += usize::from(found);
        found
    }

    fn takes_word(&mut self, word: &str) -> bool {
        self.takes(&Token::Word(word.to_owned()))
    }

    /// `TERM | not`, as often as it is written.
    fn pipe(&mut self) -> Option<Term> {
        let mut term = self.or()?;
        while self.takes(&Token::Sign("|")) {
            if !self.takes_word("not") {
                return None;
            }
            term = negated(term);
        }
        Some(term)
    }

    fn or(&mut self) -> Option<Term> {
        let mut parts = vec![self.and()?];
        while self.takes_word("or") {
            parts.push(self.and()?);
        }
        if parts.len() == 1 { parts.pop() } else { Some(Term::Or(parts)) }
    }

    fn and(&mut self) -> Option<Term> {
        let mut parts = vec![self.comparison()?];
        while self.takes_word("and") {
            parts.push(self.comparison()?);
        }
        if parts.len() == 1 { parts.pop() } else { Some(Term::And(parts)) }
    }

    fn comparison(&mut self) -> Option<Term> {
        let left = self.operand()?;
        let Some((sign, ..)) = COMPARISONS.iter().find(|(sign, ..)| self.takes(&Token::Sign(sign))) else {
            return Some(left);
        };
        let right = self.operand()?;
        // The thing that is asked about comes first: `null == .a` is said as `.a == null`.
        let turned = matches!((&left, *sign), (Term::Null | Term::Text(_), "==" | "!="));
        let (left, right) = if turned { (right, left) } else { (left, right) };
        Some(Term::Compare(Box::new(left), sign, Box::new(right)))
    }

    fn operand(&mut self) -> Option<Term> {
        if self.takes(&Token::Sign("(")) {
            self.depth += 1;
            if self.depth > DEPTH_MAX {
                return None;
            }
            let inner = self.pipe()?;
            self.depth -= 1;
            return self.takes(&Token::Sign(")")).then_some(inner);
        }
        let term = match self.tokens.get(self.at)? {
            Token::Path(path) => Term::Path(path.clone()),
            Token::Text(text) => Term::Text(text.clone()),
            Token::Number(number) => Term::Number(number.clone()),
            Token::Word(word) if word == "true" => Term::Constant(true),
            Token::Word(word) if word == "false" => Term::Constant(false),
            Token::Word(word) if word == "null" => Term::Null,
            Token::Word(_) | Token::Sign(_) => return None,
        };
        self.at += 1;
        Some(term)
    }
}

fn negated(term: Term) -> Term {
    match term {
        Term::Compare(left, sign, right) => {
            let other = COMPARISONS.iter().find(|known| known.0 == sign).map_or(sign, |known| known.2);
            Term::Compare(left, other, right)
        }
        Term::Not(inner) => *inner,
        Term::Constant(constant) => Term::Constant(!constant),
        other => Term::Not(Box::new(other)),
    }
}

fn tokens(source: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = source.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '"' => text(rest)?,
            '.' | '$' => path(rest)?,
            '0'..='9' | '-' => number(rest)?,
            'a'..='z' | 'A'..='Z' | '_' => {
                let word = &rest[..rest.find(|c: char| !is_name(c)).unwrap_or(rest.len())];
                (Token::Word(word.to_owned()), word.len())
            }
            _ => {
                let signs = COMPARISONS.iter().map(|known| known.0).chain(["(", ")", "|"]);
                let sign = signs.into_iter().find(|sign| rest.starts_with(sign))?;
                (Token::Sign(sign), sign.len())
            }
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Some(tokens)
}

fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// A text without escapes.
fn text(rest: &str) -> Option<(Token, usize)> {
    let end = rest[1..].find('"')? + 1;
    let inside = &rest[1..end];
    (!inside.contains('\\')).then(|| (Token::Text(inside.to_owned()), end + 1))
}

fn number(rest: &str) -> Option<(Token, usize)> {
    let digits = rest.strip_prefix('-').unwrap_or(rest);
    let length = digits.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(digits.len());
    let number = &rest[..rest.len() - digits.len() + length];
    number.parse::<f64>().ok()?;
    Some((Token::Number(number.to_owned()), number.len()))
}

/// `.`, `.a.b`, `$a.b`, `.a[0]`.
fn path(rest: &str) -> Option<(Token, usize)> {
    let end = rest.find(|c: char| !is_name(c) && !matches!(c, '.' | '$' | '[' | ']')).unwrap_or(rest.len());
    let path = &rest[..end];
    let body = path.strip_prefix('$').unwrap_or(path);
    let segments = body.strip_prefix('.').unwrap_or(body);
    if path == "." {
        return Some((Token::Path(path.to_owned()), end));
    }
    let well_formed = segments.split('.').all(|segment| {
        let (name, index) = segment.split_once('[').unwrap_or((segment, "0]"));
        let digits = index
            .strip_suffix(']')
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()));
        !name.is_empty() && name.chars().all(is_name) && !name.starts_with(|c: char| c.is_ascii_digit()) && digits
    });
    (well_formed && body.starts_with('.') != path.starts_with('$')).then(|| (Token::Path(path.to_owned()), end))
}

#[cfg(test)]
mod tests {
    use peygir_calendar::Language;

    use super::*;

    #[test]
    fn conditions_in_words() {
        for (source, english, persian, label) in [
            (".outcome == \"solved\"", "outcome is “solved”", "نتیجه «حل شد» باشد", "outcome: “solved”"),
            (".topic == null", "topic is not known", "موضوع نامعلوم باشد", "topic not known"),
            (
                ".topic != null and .agency != null",
                "topic is known and agency is known",
                "موضوع معلوم باشد و دستگاه معلوم باشد",
                "topic known and agency known",
            ),
            (".a.b > 38", "‹.a.b› is more than 38", "‹.a.b› بیشتر از ۳۸ باشد", "‹.a.b› > 38"),
            ("(.n <= 3) | not", "‹.n› is more than 3", "‹.n› بیشتر از ۳ باشد", "‹.n› > 3"),
            (
                "$ok or (.n < 1 and .m)",
                "‹$ok› holds or (‹.n› is less than 1 and ‹.m› holds)",
                "‹$ok› برقرار باشد یا (‹.n› کمتر از ۱ باشد و ‹.m› برقرار باشد)",
                "‹$ok› or (‹.n› < 1 and ‹.m›)",
            ),
            ("true", "always", "همیشه", "always"),
            (".a | length > 3", "‹.a | length > 3› holds", "‹.a | length > 3› برقرار باشد", "‹.a | length > 3›"),
        ] {
            let said = |language, style| {
                let text = Words { language }.condition(source, style);
                text.replace('\u{2068}', "‹").replace('\u{2069}', "›")
            };
            assert_eq!(said(Language::English, Style::Clause), english, "{source}");
            assert_eq!(said(Language::Persian, Style::Clause), persian, "{source}");
            assert_eq!(said(Language::English, Style::Label), label, "{source}");
        }
    }

    #[test]
    fn what_is_not_simple_is_none() {
        for source in [
            "", ".a + 1", "\"a\\n\"", ".[]", ".a[", "..a", "$", "$.a", ".a.", "(.a", "a", ".a == ", "1.2.3", "x(.y)",
            ".a[b]",
        ] {
            assert_eq!(read(source), None, "{source}");
        }
        assert_eq!(read(&format!("{}.a{}", "(".repeat(40), ")".repeat(40))), None);
    }
}
