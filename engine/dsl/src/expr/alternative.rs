//! The operator `?//`: patterns that are tried one after the other, which the library's parser does not know.
//!
//! Owns: writing `E as P ?// Q | body` as `try (E as P | body) catch (E as Q | body)`, on tokens, with `E` evaluated once and
//! every variable of all patterns there in each. A body is repeated for each pattern, so the tokens are counted.

use jaq_core::load::lex::{StrPart, Tok, Token};

use super::{Error, TOKENS_MAX, parse};

type Tokens<'s> = Vec<Token<&'s str>>;

/// The variables that hold the value and the input; no source can name them.
const VALUE: &str = "$!value";
const INPUT: &str = "$!input";

pub(super) fn written_out(tokens: Tokens<'_>) -> Result<Tokens<'_>, Error> {
    let mut inside = Vec::with_capacity(tokens.len());
    for Token(text, token) in tokens {
        let token = match token {
            Tok::Block(tokens) => Tok::Block(written_out(tokens)?),
            Tok::Str(parts) => Tok::Str(parts.into_iter().map(part_written_out).collect::<Result<_, _>>()?),
            other => other,
        };
        inside.push(Token(text, token));
    }
    // From the right, so that a body has been written out before it is repeated.
    let mut place = inside.len();
    while place > 0 {
        place -= 1;
        if let Some(patterns) = patterns_at(&inside, place) {
            inside = replaced(inside, place, &patterns)?;
        }
    }
    Ok(inside)
}

fn part_written_out<'s>(part: StrPart<&'s str, Token<&'s str>>) -> Result<StrPart<&'s str, Token<&'s str>>, Error> {
    match part {
        StrPart::Term(token) => Ok(StrPart::Term(written_out(vec![token])?.pop().expect("one token gives one token"))),
        other => Ok(other),
    }
}

/// The places of the patterns after an `as` at `place`, where there are several.
fn patterns_at(tokens: &[Token<&str>], place: usize) -> Option<Vec<usize>> {
    let is = |place: usize, sign: &str| tokens.get(place).is_some_and(|token| token.0 == sign);
    if !is(place, "as") {
        return None;
    }
    let mut patterns = vec![place + 1];
    let mut end = place + 2;
    while is(end, "?") && is(end + 1, "//") {
        patterns.push(end + 2);
        end += 3;
    }
    (patterns.len() > 1 && is(end, "|")).then_some(patterns)
}

/// The tokens with the alternatives at `place` written out.
fn replaced<'s>(mut tokens: Tokens<'s>, place: usize, patterns: &[usize]) -> Result<Tokens<'s>, Error> {
    let start = patterns.last().map_or(place, |last| last + 2);
    let mut body = tokens.split_off(start);
    let after = body.split_off(end_of_body(&body));
    let size = parse::count(&tokens).saturating_add(parse::count(&body)).saturating_mul(patterns.len());
    if size > TOKENS_MAX {
        return Err(Error::new(format!("the expression has more than {TOKENS_MAX} words and signs")));
    }
    let alternatives: Vec<&Token<&str>> = patterns.iter().map(|pattern| &tokens[*pattern]).collect();
    let mut names = Vec::new();
    alternatives.iter().for_each(|pattern| variables(pattern, &mut names));
    let mut written: Tokens<'s> = Vec::new();
    for pattern in alternatives.iter().rev() {
        let mut one = Vec::new();
        for name in &names {
            one.extend([word("null"), word("as"), variable(name), sign("|")]);
        }
        one.extend([variable(VALUE), word("as"), copied(pattern), sign("|")]);
        one.extend(body.iter().map(copied));
        written = if written.is_empty() {
            one
        } else {
            let mut next = vec![variable(INPUT), sign("|")];
            next.append(&mut written);
            vec![word("try"), block(one), word("catch"), block(next)]
        };
    }
    tokens.truncate(place);
    tokens.extend([word("as"), variable(VALUE), sign("|"), sign("."), word("as"), variable(INPUT), sign("|")]);
    tokens.append(&mut written);
    tokens.extend(after);
    Ok(tokens)
}

/// Where a body ends: at the sign that closes what it stands in.
fn end_of_body(tokens: &[Token<&str>]) -> usize {
    let (mut conditions, mut definitions) = (0usize, 0usize);
    for (place, Token(text, token)) in tokens.iter().enumerate() {
        match (*text, token) {
            ("if", Tok::Word) => conditions += 1,
            ("end", Tok::Word) if conditions > 0 => conditions -= 1,
            ("then" | "elif" | "else" | "end", Tok::Word) if conditions == 0 => return place,
            ("def", Tok::Word) => definitions += 1,
            (";", _) if definitions > 0 => definitions -= 1,
            (";" | ")" | "]" | "}", _) => return place,
            _ => {}
        }
    }
    tokens.len()
}

/// Names of the variables that a pattern binds; those in the code of a key are not.
fn variables<'s>(Token(text, token): &Token<&'s str>, names: &mut Vec<&'s str>) {
    match token {
        Tok::Var if !names.contains(text) => names.push(text),
        Tok::Block(tokens) if !text.starts_with('(') => tokens.iter().for_each(|token| variables(token, names)),
        _ => {}
    }
}

fn word(text: &'static str) -> Token<&'static str> {
    Token(text, Tok::Word)
}

fn sign(text: &'static str) -> Token<&'static str> {
    Token(text, Tok::Sym)
}

fn variable(text: &str) -> Token<&str> {
    Token(text, Tok::Var)
}

fn block(mut tokens: Tokens<'_>) -> Token<&str> {
    tokens.push(sign(")"));
    Token("(", Tok::Block(tokens))
}

fn copied<'s>(token: &Token<&'s str>) -> Token<&'s str> {
    let part = |part: &StrPart<&'s str, Token<&'s str>>| match part {
        StrPart::Str(text) => StrPart::Str(*text),
        StrPart::Char(sign) => StrPart::Char(*sign),
        StrPart::Term(token) => StrPart::Term(copied(token)),
    };
    let kind = match &token.1 {
        Tok::Word => Tok::Word,
        Tok::Var => Tok::Var,
        Tok::Fmt => Tok::Fmt,
        Tok::Num => Tok::Num,
        Tok::Sym => Tok::Sym,
        Tok::Str(parts) => Tok::Str(parts.iter().map(part).collect()),
        Tok::Block(tokens) => Tok::Block(tokens.iter().map(copied).collect()),
    };
    Token(token.0, kind)
}
