//! From text to the tree of an expression, within limits, and what is read off the tree.

use std::collections::BTreeSet;

use jaq_core::compile::Undefined;
use jaq_core::load::lex::{Lexer, StrPart, Tok, Token};
use jaq_core::load::parse::{Parser, Term};

use super::{
    BRACKETS_DEPTH_MAX, DEPTH_MAX, Error, SOURCE_BYTES_MAX, TOKENS_MAX, alternative, location, prelude, refused, scope,
};

type Calls<'s> = BTreeSet<(&'s str, usize)>;

/// The limits that must hold before anything recurses on the text.
pub(super) fn refuse_oversized(source: &str) -> Result<(), Error> {
    if source.len() > SOURCE_BYTES_MAX {
        return Err(Error::new(format!("the expression is longer than {SOURCE_BYTES_MAX} bytes")));
    }
    refuse_deep_brackets(source)
}

/// The tree, and of how many tokens it was made.
pub(super) fn term(source: &str) -> Result<(Term<&str>, usize), Error> {
    let tokens = Lexer::new(source).lex().map_err(|errors| match errors.into_iter().next() {
        Some((expected, found)) => Error::at(
            // `as_str` of the library panics on delimiters it does not expect; these three are all it produces.
            format!("{} expected", expected.as_str()),
            offset(source, found).unwrap_or(source.len()),
        ),
        None => Error::new("the expression cannot be read"),
    })?;
    let tokens = location::written_out(source, with_decimals(source, tokens), false);
    refuse_many(&tokens)?;
    let tokens = alternative::written_out(tokens)?;
    let tokens_count = refuse_many(&tokens)?;
    if tokens.is_empty() {
        return Err(Error::at("the expression is empty", 0));
    }
    if let Some(word) = refused::directive(&tokens) {
        return Err(Error::at(refused::name(word).unwrap_or_default(), offset(source, word)));
    }
    let parsed = Parser::new(&tokens).parse(|parser| parser.term());
    parsed.map(|term| (term, tokens_count)).map_err(|errors| match errors.into_iter().next() {
        Some((expected, Some(Token(found, _)))) => {
            let word: String = found.chars().take(20).collect();
            Error::at(format!("{} expected, found `{word}`", expected.as_str()), offset(source, found).unwrap_or(0))
        }
        Some((expected, None)) => Error::at(format!("{} expected at the end", expected.as_str()), source.len()),
        None => Error::new("the expression cannot be read"),
    })
}

/// Where `part`, a slice of `source`, begins; none for text that the library made itself.
pub(super) fn offset(source: &str, part: &str) -> Option<usize> {
    let offset = (part.as_ptr() as usize).checked_sub(source.as_ptr() as usize)?;
    (offset <= source.len()).then_some(offset)
}

/// Counts brackets without looking for strings: lexing recurses on them, so this comes before it.
fn refuse_deep_brackets(source: &str) -> Result<(), Error> {
    let mut depth = 0usize;
    for (offset, byte) in source.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > BRACKETS_DEPTH_MAX {
            return Err(Error::at(format!("brackets are nested deeper than {BRACKETS_DEPTH_MAX} levels"), offset));
        }
    }
    Ok(())
}

/// Makes one number of a dot and the digits right after it, which the library's lexer takes apart.
fn with_decimals<'s>(source: &'s str, tokens: Vec<Token<&'s str>>) -> Vec<Token<&'s str>> {
    let mut joined: Vec<Token<&'s str>> = Vec::with_capacity(tokens.len());
    for Token(text, token) in tokens {
        let token = match token {
            Tok::Block(tokens) => Tok::Block(with_decimals(source, tokens)),
            Tok::Str(parts) => Tok::Str(parts.into_iter().map(|part| part_with_decimals(source, part)).collect()),
            other => other,
        };
        let start = offset(source, text).unwrap_or(0);
        let dot = joined.last().filter(|Token(dot, _)| *dot == "." && offset(source, dot) == start.checked_sub(1));
        if matches!(token, Tok::Num) && dot.is_some() {
            joined.pop();
            joined.push(Token(&source[start - 1..start + text.len()], Tok::Num));
        } else {
            joined.push(Token(text, token));
        }
    }
    joined
}

fn part_with_decimals<'s>(source: &'s str, part: StrPart<&'s str, Token<&'s str>>) -> StrPart<&'s str, Token<&'s str>> {
    match part {
        StrPart::Term(token) => {
            StrPart::Term(with_decimals(source, vec![token]).pop().expect("one token gives one token"))
        }
        other => other,
    }
}

/// How many tokens there are, which must not be too many.
fn refuse_many(tokens: &[Token<&str>]) -> Result<usize, Error> {
    let count = count(tokens);
    if count > TOKENS_MAX {
        return Err(Error::new(format!("the expression has more than {TOKENS_MAX} words and signs")));
    }
    Ok(count)
}

pub(super) fn count(tokens: &[Token<&str>]) -> usize {
    tokens.iter().map(count_one).sum()
}

fn count_one(Token(_, token): &Token<&str>) -> usize {
    let inside = match token {
        Tok::Block(tokens) => count(tokens),
        Tok::Str(parts) => parts
            .iter()
            .map(|part| match part {
                StrPart::Term(token) => count_one(token),
                StrPart::Str(_) | StrPart::Char(_) => 0,
            })
            .sum(),
        Tok::Word | Tok::Var | Tok::Fmt | Tok::Num | Tok::Sym => 0,
    };
    1 + inside
}

/// Refuses definitions that call themselves (they would exhaust the stack), nesting that is too deep, and names kept
/// for ourselves. How deep evaluating nests otherwise.
pub(super) fn refuse_forbidden(source: &str, term: &Term<&str>) -> Result<usize, Error> {
    let refuse = |(name, message): scope::Refusal<'_>| Error::at(message, offset(source, name));
    let mut reserved = None;
    scope::visit(term, &mut |term| reserved = reserved.or_else(|| reserved_name(term)));
    if let Some(name) = reserved {
        let message = refused::name(name)
            .unwrap_or_else(|| format!("names that begin with two underscores are reserved, `{name}` is one"));
        return Err(refuse((name, message)));
    }
    let mut number = None;
    scope::visit(term, &mut |term| number = number.or_else(|| number_as_key(term)));
    if let Some(number) = number {
        return Err(refuse((number, "a key of an object must be a string".to_owned())));
    }
    let depth = scope::depth(term).map_err(refuse)?;
    if depth > DEPTH_MAX {
        return Err(Error::new(format!("the definitions nest deeper than {DEPTH_MAX} levels")));
    }
    Ok(depth)
}

/// A name that begins with two underscores, used or defined.
fn reserved_name<'s>(term: &Term<&'s str>) -> Option<&'s str> {
    let names = match term {
        Term::Call(name, _) | Term::Var(name) | Term::Fold(name, ..) => vec![*name],
        Term::Def(defs, _) => {
            defs.iter().flat_map(|def| std::iter::once(&def.name).chain(&def.args)).copied().collect()
        }
        _ => Vec::new(),
    };
    names.into_iter().find(|name| name.trim_start_matches('$').starts_with("__"))
}

/// The number that stands as the key of an object.
fn number_as_key<'s>(term: &Term<&'s str>) -> Option<&'s str> {
    let Term::Obj(members) = term else { return None };
    members.iter().find_map(|(key, _)| match key {
        Term::Num(number) => Some(*number),
        _ => None,
    })
}

/// Names without `$` of all variables that occur.
pub(super) fn variables<'s>(term: &Term<&'s str>) -> BTreeSet<&'s str> {
    let mut names = BTreeSet::new();
    scope::visit(term, &mut |term| {
        if let Term::Var(name) = term {
            names.insert(name.trim_start_matches('$'));
        }
    });
    names
}

/// Adds all filters that are called, by name and number of arguments.
pub(super) fn calls<'s>(term: &Term<&'s str>, into: &mut Calls<'s>) {
    scope::visit(term, &mut |term| match term {
        Term::Call(name, args) => {
            into.insert((*name, args.len()));
        }
        Term::Str(Some(format), _) => {
            into.insert((*format, 0));
        }
        _ => {}
    });
}

/// The first name that the compiler did not find, with a suggestion where one is near.
pub(super) fn undefined(source: &str, errors: jaq_core::compile::Errors<&str, ()>, vars: &[&str]) -> Error {
    let Some((name, kind)) = errors.into_iter().flat_map(|(_, errors)| errors).next() else {
        return Error::new("the expression cannot be compiled");
    };
    if let Some(message) = refused::name(name) {
        return Error::at(message, offset(source, name));
    }
    let (what, near) = match &kind {
        Undefined::Var => {
            let near = peygir_source::suggest(name.trim_start_matches('$'), vars.iter().copied());
            ("variable", near.map(|near| format!("${near}")))
        }
        Undefined::Filter(_) => ("function", peygir_source::suggest(name, prelude::names()).map(str::to_owned)),
        other => (other.as_str(), None),
    };
    let arguments = match kind {
        Undefined::Filter(count) if count > 0 => format!(" with {count} argument(s)"),
        _ => String::new(),
    };
    let message = format!("there is no {what} `{name}`{arguments} here");
    Error { near: near.map(String::into_boxed_str), ..Error::at(message, offset(source, name)) }
}
