//! From text to the tree of an expression, within limits, and what is read off the tree.

use std::collections::BTreeSet;

use jaq_core::compile::Undefined;
use jaq_core::load::lex::{Lexer, StrPart, Tok, Token};
use jaq_core::load::parse::{BinaryOp, Def, Parser, Pattern, Term};
use jaq_core::path::{Part, Path};

use super::{BRACKETS_DEPTH_MAX, Error, SOURCE_BYTES_MAX, TOKENS_MAX, prelude};

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
    let tokens_count = count(&tokens);
    if tokens_count > TOKENS_MAX {
        return Err(Error::new(format!("the expression has more than {TOKENS_MAX} words and signs")));
    }
    if tokens.is_empty() {
        return Err(Error::at("the expression is empty", 0));
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
fn offset(source: &str, part: &str) -> Option<usize> {
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

fn count(tokens: &[Token<&str>]) -> usize {
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

/// Refuses definitions that call themselves (they would exhaust the stack) and names kept for ourselves.
pub(super) fn refuse_forbidden(source: &str, term: &Term<&str>) -> Result<(), Error> {
    let mut found = None;
    walk(term, &mut Vec::new(), &mut |term, open| {
        let problem = match term {
            Term::Call(name, args) if open.contains(&(*name, args.len())) => {
                Some((*name, format!("the definition of `{name}` calls itself, which is not allowed")))
            }
            Term::Call(name, _) | Term::Var(name) | Term::Fold(name, ..)
                if name.trim_start_matches('$').starts_with("__") =>
            {
                Some((*name, format!("names that begin with two underscores are reserved, `{name}` is one")))
            }
            Term::Def(defs, _) => defs.iter().find_map(refused_def),
            _ => None,
        };
        if found.is_none() {
            found = problem;
        }
    });
    match found {
        Some((name, message)) => Err(Error { message, offset: offset(source, name) }),
        None => Ok(()),
    }
}

/// Filters as arguments (`def f(g): …`) let a short text nest calls exponentially deep; values do not.
fn refused_def<'s>(def: &Def<&'s str>) -> Option<(&'s str, String)> {
    if def.name.starts_with("__") {
        let message = format!("names that begin with two underscores are reserved, `{}` is one", def.name);
        return Some((def.name, message));
    }
    let filter = def.args.iter().find(|arg| !arg.starts_with('$'))?;
    Some((filter, format!("the argument `{filter}` of `{}` must be a value: write `${filter}`", def.name)))
}

/// Names without `$` of all variables that occur.
pub(super) fn variables<'s>(term: &Term<&'s str>) -> BTreeSet<&'s str> {
    let mut names = BTreeSet::new();
    visit(term, &mut |term| names.extend(variables_here(term)));
    names
}

/// Names without `$` of the variables that this very term reads, not those of the terms within it.
pub(super) fn variables_here<'t, 's>(term: &'t Term<&'s str>) -> impl Iterator<Item = &'s str> + use<'t, 's> {
    let own = match term {
        Term::Var(name) => Some(*name),
        _ => None,
    };
    own.into_iter().map(|name| name.trim_start_matches('$'))
}

/// Visits a term and every term within it.
pub(super) fn visit<'s>(term: &Term<&'s str>, visit: &mut impl FnMut(&Term<&'s str>)) {
    walk(term, &mut Vec::new(), &mut |term, _| visit(term));
}

/// Adds all filters that are called, by name and number of arguments.
pub(super) fn calls<'s>(term: &Term<&'s str>, into: &mut Calls<'s>) {
    walk(term, &mut Vec::new(), &mut |term, _| match term {
        Term::Call(name, args) => {
            into.insert((*name, args.len()));
        }
        Term::Str(Some(format), _) => {
            into.insert((*format, 0));
        }
        _ => {}
    });
}

/// Visits every term, each with the definitions it stands in.
fn walk<'s>(
    term: &Term<&'s str>,
    open: &mut Vec<(&'s str, usize)>,
    visit: &mut impl FnMut(&Term<&'s str>, &[(&'s str, usize)]),
) {
    visit(term, open);
    match term {
        Term::Id | Term::Recurse | Term::Num(_) | Term::Arr(None) | Term::Break(_) | Term::Var(_) => {}
        Term::Str(_, parts) => {
            for part in parts {
                if let StrPart::Term(inner) = part {
                    walk(inner, open, visit);
                }
            }
        }
        Term::Arr(Some(inner)) | Term::Neg(inner) | Term::Label(_, inner) => walk(inner, open, visit),
        Term::Obj(members) => {
            for (key, value) in members {
                walk(key, open, visit);
                value.iter().for_each(|value| walk(value, open, visit));
            }
        }
        Term::BinOp(left, op, right) => {
            walk(left, open, visit);
            if let BinaryOp::Pipe(Some(pattern)) = op {
                walk_pattern(pattern, open, visit);
            }
            walk(right, open, visit);
        }
        Term::Fold(_, source, pattern, args) => {
            walk(source, open, visit);
            walk_pattern(pattern, open, visit);
            args.iter().for_each(|arg| walk(arg, open, visit));
        }
        Term::TryCatch(body, catch) => {
            walk(body, open, visit);
            catch.iter().for_each(|catch| walk(catch, open, visit));
        }
        Term::IfThenElse(cases, otherwise) => {
            for (condition, then) in cases {
                walk(condition, open, visit);
                walk(then, open, visit);
            }
            otherwise.iter().for_each(|otherwise| walk(otherwise, open, visit));
        }
        Term::Def(defs, body) => {
            defs.iter().for_each(|def| walk_def(def, open, visit));
            walk(body, open, visit);
        }
        Term::Call(_, args) => args.iter().for_each(|arg| walk(arg, open, visit)),
        Term::Path(base, Path(parts)) => {
            walk(base, open, visit);
            for (part, _) in parts {
                match part {
                    Part::Index(index) => walk(index, open, visit),
                    Part::Range(from, to) => from.iter().chain(to).for_each(|bound| walk(bound, open, visit)),
                }
            }
        }
    }
}

fn walk_def<'s>(
    def: &Def<&'s str>,
    open: &mut Vec<(&'s str, usize)>,
    visit: &mut impl FnMut(&Term<&'s str>, &[(&'s str, usize)]),
) {
    open.push((def.name, def.args.len()));
    walk(&def.body, open, visit);
    open.pop();
}

fn walk_pattern<'s>(
    pattern: &Pattern<&'s str>,
    open: &mut Vec<(&'s str, usize)>,
    visit: &mut impl FnMut(&Term<&'s str>, &[(&'s str, usize)]),
) {
    match pattern {
        Pattern::Var(_) => {}
        Pattern::Arr(items) => items.iter().for_each(|item| walk_pattern(item, open, visit)),
        Pattern::Obj(members) => {
            for (key, value) in members {
                walk(key, open, visit);
                walk_pattern(value, open, visit);
            }
        }
    }
}

/// The first name that the compiler did not find, with a suggestion where one is near.
pub(super) fn undefined(source: &str, errors: jaq_core::compile::Errors<&str, ()>, vars: &[&str]) -> Error {
    let Some((name, kind)) = errors.into_iter().flat_map(|(_, errors)| errors).next() else {
        return Error::new("the expression cannot be compiled");
    };
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
    let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Error { message: format!("there is no {what} `{name}`{arguments} here{hint}"), offset: offset(source, name) }
}
