//! Regular expressions: compiled with the expression where they are literal, and every search paid for.
//!
//! Owns: the flags of jq, what a match looks like, and the pieces between matches. A search takes at most as many steps
//! as the text and the pattern multiplied, and as many searches are made as there are matches; that product is what is paid.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::Term;
use jaq_json::{Map, Val};
use regex::{Captures, Regex, RegexBuilder};

use super::value::spend;
use super::{REGEX_BYTES_MAX, REGEX_COST, TICK_COST, parse, scope};

/// Steps of a search (bytes of the text times bytes of the pattern) for one unit.
const STEPS_OF_UNIT: usize = 256;

/// Functions whose first argument is a pattern: name, number of arguments, and which argument holds flags.
const FUNCTIONS: [(&str, usize, Option<usize>); 15] = [
    ("test", 1, None),
    ("test", 2, Some(1)),
    ("match", 1, None),
    ("match", 2, Some(1)),
    ("capture", 1, None),
    ("capture", 2, Some(1)),
    ("scan", 1, None),
    ("scan", 2, Some(1)),
    ("splits", 1, None),
    ("splits", 2, Some(1)),
    ("split", 2, Some(1)),
    ("sub", 2, None),
    ("sub", 3, Some(2)),
    ("gsub", 2, None),
    ("gsub", 3, Some(2)),
];

/// Compiled patterns by pattern and by the flags that change how it is compiled.
pub(super) type Patterns = BTreeMap<(String, String), Regex>;

/// The patterns that an evaluation has: those of its expression, and those it made.
pub struct Cache<'e> {
    of_expression: &'e Patterns,
    made: RefCell<Patterns>,
}

impl<'e> Cache<'e> {
    pub(super) fn new(of_expression: &'e Patterns) -> Self {
        Self { of_expression, made: RefCell::default() }
    }

    fn pattern(&self, pattern: &str, flags: &Flags, fuel: &Cell<u64>) -> Result<Regex, String> {
        let key = (pattern.to_owned(), flags.compiled());
        if let Some(found) = self.of_expression.get(&key).or(self.made.borrow().get(&key)) {
            return Ok(found.clone());
        }
        spend(fuel, REGEX_COST)?;
        let made = compile(pattern, flags)?;
        self.made.borrow_mut().insert(key, made.clone());
        Ok(made)
    }
}

#[derive(Default)]
struct Flags {
    global: bool,
    ignores_empty: bool,
    /// Those that change how a pattern is compiled: `i`, `l`, `m`, `s`, `x`.
    letters: std::collections::BTreeSet<char>,
}

impl Flags {
    fn read(text: &str) -> Result<Self, String> {
        let mut flags = Self::default();
        for letter in text.chars() {
            match letter {
                'g' => flags.global = true,
                'n' => flags.ignores_empty = true,
                'i' | 'l' | 'm' | 's' | 'x' => drop(flags.letters.insert(letter)),
                'p' => flags.letters.extend(['m', 's']),
                other => return Err(format!("`{other}` is no flag of a regular expression")),
            }
        }
        Ok(flags)
    }

    fn compiled(&self) -> String {
        self.letters.iter().collect()
    }
}

fn compile(pattern: &str, flags: &Flags) -> Result<Regex, String> {
    let has = |letter| flags.letters.contains(&letter);
    RegexBuilder::new(pattern)
        .case_insensitive(has('i'))
        .swap_greed(has('l'))
        .multi_line(has('m'))
        .dot_matches_new_line(has('s'))
        .ignore_whitespace(has('x'))
        .size_limit(REGEX_BYTES_MAX)
        .dfa_size_limit(REGEX_BYTES_MAX)
        .build()
        .map_err(|error| {
            let told = error.to_string();
            let reason = told.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            format!("the regular expression is not right: {reason}")
        })
}

/// Compiles the patterns that stand in an expression as plain texts, so that evaluating does not.
pub(super) fn literal<'s>(term: &Term<&'s str>) -> Result<Patterns, scope::Refusal<'s>> {
    let mut patterns = Patterns::new();
    let mut refused = None;
    let mut defined = Vec::new();
    scope::visit(term, &mut |term| {
        if let Term::Def(defs, _) = term {
            defined.extend(defs.iter().map(|def| def.name));
        }
    });
    scope::visit(term, &mut |term| {
        let Term::Call(name, args) = term else { return };
        let known = FUNCTIONS.iter().find(|(known, count, _)| known == name && *count == args.len());
        let Some((_, _, flags)) = known.filter(|_| !defined.contains(name)) else { return };
        let flags = flags.map_or(Some(String::new()), |flags| text(&args[flags]));
        let (Some(pattern), Some(flags)) = (text(&args[0]), flags) else { return };
        let compiled = Flags::read(&flags).and_then(|flags| Ok((flags.compiled(), compile(&pattern, &flags)?)));
        match compiled {
            Ok((flags, compiled)) => drop(patterns.insert((pattern, flags), compiled)),
            Err(message) => drop(refused.get_or_insert((*name, message))),
        }
    });
    refused.map_or(Ok(patterns), Err)
}

/// A text without anything put in.
fn text(term: &Term<&str>) -> Option<String> {
    let Term::Str(None, parts) = term else { return None };
    let part = |part: &StrPart<&str, Term<&str>>| match part {
        StrPart::Str(text) => Some((*text).to_owned()),
        StrPart::Char(sign) => Some(sign.to_string()),
        StrPart::Term(_) => None,
    };
    parts.iter().map(part).collect()
}

/// What is searched, and how.
pub(super) struct Search<'v> {
    text: &'v str,
    pattern: Regex,
    flags: Flags,
}

impl<'v> Search<'v> {
    pub(super) fn new(
        text: &'v Val,
        pattern: &Val,
        flags: &Val,
        cache: &Cache<'_>,
        fuel: &Cell<u64>,
    ) -> Result<Self, String> {
        let Some(searched) = as_text(text) else {
            return Err(format!("a {} cannot be matched, as it is not a string", super::path::kind(text)));
        };
        let Some(pattern) = as_text(pattern) else {
            return Err("a regular expression must be a string".to_owned());
        };
        let flags = match flags {
            Val::Null => Flags::default(),
            flags => Flags::read(as_text(flags).ok_or("the flags of a regular expression must be a string")?)?,
        };
        let pattern = cache.pattern(pattern, &flags, fuel)?;
        Ok(Self { text: searched, pattern, flags })
    }

    pub(super) fn test(&self, fuel: &Cell<u64>) -> Result<Val, String> {
        self.pay(0, fuel)?;
        if !self.flags.ignores_empty {
            return Ok(Val::Bool(self.pattern.is_match(self.text)));
        }
        let mut found = false;
        self.each(fuel, |_| found = true)?;
        Ok(Val::Bool(found))
    }

    /// All matches as objects.
    pub(super) fn matches(&self, fuel: &Cell<u64>) -> Result<Val, String> {
        let mut found = Vec::new();
        let mut counted = (0, 0);
        self.each(fuel, |captures| found.push(self.matched(captures, &mut counted)))?;
        Ok(found.into_iter().collect())
    }

    /// The text in pieces: strings that did not match, and in between the objects of what did.
    pub(super) fn pieces(&self, fuel: &Cell<u64>) -> Result<Val, String> {
        let mut pieces = Vec::new();
        let mut counted = (0, 0);
        let mut rest = 0;
        self.each(fuel, |captures| {
            let whole = captures.get_match();
            pieces.push(Val::from(self.text[rest..whole.start()].to_owned()));
            pieces.push(self.matched(captures, &mut counted));
            rest = whole.end();
        })?;
        pieces.push(Val::from(self.text[rest..].to_owned()));
        Ok(pieces.into_iter().collect())
    }

    fn each(&self, fuel: &Cell<u64>, mut see: impl FnMut(&Captures<'v>)) -> Result<(), String> {
        let mut start = 0;
        while start <= self.text.len() {
            self.pay(start, fuel)?;
            let Some(captures) = self.pattern.captures_at(self.text, start) else { break };
            let whole = captures.get_match();
            // After a match of nothing the search goes on one character later.
            let step = self.text[whole.end()..].chars().next().map_or(1, char::len_utf8);
            start = whole.end() + if whole.is_empty() { step } else { 0 };
            if !(whole.is_empty() && self.flags.ignores_empty) {
                see(&captures);
            }
            if !self.flags.global {
                break;
            }
        }
        Ok(())
    }

    fn pay(&self, start: usize, fuel: &Cell<u64>) -> Result<(), String> {
        let steps = (self.text.len() - start).saturating_mul(self.pattern.as_str().len());
        spend(fuel, TICK_COST + (steps / STEPS_OF_UNIT) as u64)
    }

    /// The object of one match. `counted` holds a place in the text, in bytes and in characters.
    fn matched(&self, captures: &Captures<'v>, counted: &mut (usize, usize)) -> Val {
        let whole = captures.get_match();
        counted.1 += self.text[counted.0..whole.start()].chars().count();
        counted.0 = whole.start();
        let start = *counted;
        let part = |part: Option<regex::Match<'_>>| match part {
            Some(part) => {
                let before = if part.start() < start.0 { 0 } else { self.text[start.0..part.start()].chars().count() };
                let length = part.as_str().chars().count();
                [count(start.1 + before), count(length), Val::from(part.as_str().to_owned())]
            }
            None => [Val::from(-1_isize), count(0), Val::Null],
        };
        let name = |name: Option<&str>| name.map_or(Val::Null, |name| Val::from(name.to_owned()));
        let groups = captures.iter().zip(self.pattern.capture_names()).skip(1);
        let groups = groups.map(|(group, named)| object(part(group), ("name", name(named)))).collect();
        object(part(Some(whole)), ("captures", groups))
    }
}

fn as_text(value: &Val) -> Option<&str> {
    match value {
        Val::TStr(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

fn count(number: usize) -> Val {
    Val::from(number)
}

fn object([offset, length, string]: [Val; 3], (name, value): (&str, Val)) -> Val {
    let members = [("offset", offset), ("length", length), ("string", string), (name, value)];
    Val::obj(members.into_iter().map(|(name, value)| (Val::from(name.to_owned()), value)).collect::<Map>())
}

/// Tells where in the source a literal pattern is wrong.
pub(super) fn error(source: &str, (name, message): scope::Refusal<'_>) -> super::Error {
    super::Error::at(message, parse::offset(source, name))
}
