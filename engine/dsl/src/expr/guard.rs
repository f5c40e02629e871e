//! Rewrites an expression so that everything which multiplies work or data pays for it.
//!
//! A *tick* is paid for each output of what can give many (`.[]`, `..`, `,`, `range`) and for each call, so that the
//! number of steps is bounded; a *charge* walks a value that was just built, or that a filter of the library is about
//! to walk, so that its size and depth are bounded. Both are written `filter as $x | rest`, which keeps `rest` usable as
//! a path.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Def, Pattern, Term};
use jaq_core::ops::{Cmp, Math};
use jaq_core::path::{Opt, Part, Path};

/// Filters of the library that walk their whole input.
const WALKS_INPUT: [&str; 38] = [
    "__csv",
    "__from_base32",
    "__join",
    "__to_base32",
    "__tsv",
    "ascii_downcase",
    "ascii_upcase",
    "bsearch",
    "decode_base64",
    "decode_uri",
    "encode_base64",
    "encode_uri",
    "endswith",
    "escape_html",
    "escape_sh",
    "explode",
    "fromjson",
    "group_by",
    "implode",
    "key_values",
    "keys_unsorted",
    "length",
    "ltrim",
    "max_by_or_empty",
    "min_by_or_empty",
    "reverse",
    "rtrim",
    "sort",
    "sort_by",
    "startswith",
    "strptime",
    "toboolean",
    "tobytes",
    "tojson",
    "tonumber",
    "trim",
    "unescape_html",
    "utf8bytelength",
];
/// Filters whose every use is as cheap as a literal.
const FREE: [&str; 4] = ["true", "false", "null", "!empty"];

/// Definitions that are bounded by themselves: a fold that must stay usable as a path, an update from the leaves up, and
/// numbers made by the library's own division.
const BOUNDED: [&str; 4] = ["getpath", "walk", "nan", "infinite"];
/// The variable that holds the right side of an operator.
const OPERAND: &str = "$!operand";

type T<'s> = Term<&'s str>;

pub(super) fn def(def: Def<&str>) -> Def<&str> {
    if BOUNDED.contains(&def.name) {
        return def;
    }
    Def { name: def.name, args: def.args, body: term(def.body) }
}

pub(super) fn term(term_: T<'_>) -> T<'_> {
    match term_ {
        Term::Recurse => then_tick(Term::Recurse),
        Term::Arr(Some(inner)) => charged(Term::Arr(Some(boxed(*inner)))),
        Term::Obj(members) if !members.is_empty() => {
            charged(Term::Obj(members.into_iter().map(|(key, value)| (term(key), value.map(term))).collect()))
        }
        Term::Str(format, parts) => string(format, parts),
        Term::Neg(inner) => Term::Neg(boxed(*inner)),
        Term::BinOp(left, op, right) => binary(term(*left), op, term(*right)),
        Term::Label(name, body) => Term::Label(name, boxed(*body)),
        Term::Fold(name, source, pattern_, args) => {
            let args = args.into_iter().map(term).collect();
            // As a path the library recurses on the stack for each item; a variable has no path.
            bind(Term::Fold(name, boxed(*source), pattern(pattern_), args), "$!", Term::Var("$!"))
        }
        Term::TryCatch(body, catch) => {
            let catch = catch.map_or_else(|| Term::Call("!nothing", Vec::new()), |catch| term(*catch));
            // The text of an error holds the value that failed, so it is paid for.
            Term::TryCatch(boxed(*body), Some(Box::new(pipe(Term::Call("!words", Vec::new()), catch))))
        }
        Term::IfThenElse(cases, otherwise) => Term::IfThenElse(
            cases.into_iter().map(|(condition, then)| (term(condition), term(then))).collect(),
            otherwise.map(|otherwise| boxed(*otherwise)),
        ),
        Term::Def(defs, body) => Term::Def(defs.into_iter().map(def).collect(), boxed(*body)),
        Term::Call(name, args) => call(name, args.into_iter().map(term).collect()),
        Term::Path(base, path_) => path(term(*base), path_),
        leaf => leaf,
    }
}

fn boxed(inner: T<'_>) -> Box<T<'_>> {
    Box::new(term(inner))
}

fn string<'s>(format: Option<&'s str>, parts: Vec<StrPart<&'s str, T<'s>>>) -> T<'s> {
    let plain = !parts.iter().any(|part| matches!(part, StrPart::Term(_)));
    let parts = parts.into_iter().map(|part| match part {
        // The library writes 2.0 where jq writes 2, hence our own conversion.
        StrPart::Term(inner) if format.is_none() => StrPart::Term(pipe(term(inner), Term::Call("!text", Vec::new()))),
        StrPart::Term(inner) => StrPart::Term(term(inner)),
        other => other,
    });
    let string = Term::Str(format, parts.collect());
    if plain { string } else { charged(string) }
}

fn binary<'s>(left: T<'s>, op: BinaryOp<&'s str>, right: T<'s>) -> T<'s> {
    match op {
        BinaryOp::Comma => operation(left, BinaryOp::Comma, paying("!tick", right)),
        BinaryOp::Pipe(pattern_) => operation(left, BinaryOp::Pipe(pattern_.map(pattern)), right),
        BinaryOp::Math(math) => arithmetic(left, math, right),
        BinaryOp::Cmp(_) if is_single(&right) => operation(charged(left), op, right),
        BinaryOp::Cmp(_) => bind(right, OPERAND, operation(charged(left), op, Term::Var(OPERAND))),
        BinaryOp::Assign => paying("!tick", Term::Call("__assign", vec![left, right])),
        BinaryOp::Update => modify(left, right),
        BinaryOp::UpdateMath(math) => {
            let result = arithmetic(Term::Id, math, Term::Var(OPERAND));
            bind(right, OPERAND, modify(left, result))
        }
        BinaryOp::UpdateAlt => {
            let result = operation(Term::Id, BinaryOp::Alt, Term::Var(OPERAND));
            bind(right, OPERAND, modify(left, result))
        }
        BinaryOp::Alt | BinaryOp::Or | BinaryOp::And => operation(left, op, right),
    }
}

fn operation<'s>(left: T<'s>, op: BinaryOp<&'s str>, right: T<'s>) -> T<'s> {
    Term::BinOp(Box::new(left), op, Box::new(right))
}

fn modify<'s>(paths: T<'s>, update: T<'s>) -> T<'s> {
    paying("!tick", Term::Call("__modify", vec![paths, update]))
}

/// The right side is evaluated first: of several outputs on both sides, jq varies those of the left faster.
fn arithmetic<'s>(left: T<'s>, math: Math, right: T<'s>) -> T<'s> {
    let name = match math {
        Math::Add => "!plus",
        Math::Sub => "!minus",
        Math::Mul => "!times",
        Math::Div => "!over",
        Math::Rem => "!remainder",
    };
    Term::Call(name, vec![right, left])
}

/// Whether a term surely gives one output.
fn is_single(term: &T<'_>) -> bool {
    match term {
        Term::Id | Term::Num(_) | Term::Var(_) | Term::Arr(_) => true,
        Term::Str(_, parts) => !parts.iter().any(|part| matches!(part, StrPart::Term(_))),
        Term::Call(name, _) => FREE.contains(name),
        _ => false,
    }
}

fn pattern(pattern_: Pattern<&str>) -> Pattern<&str> {
    match pattern_ {
        Pattern::Var(name) => Pattern::Var(name),
        Pattern::Arr(items) => Pattern::Arr(items.into_iter().map(pattern).collect()),
        Pattern::Obj(members) => {
            Pattern::Obj(members.into_iter().map(|(key, value)| (term(key), pattern(value))).collect())
        }
    }
}

fn call<'s>(name: &'s str, args: Vec<T<'s>>) -> T<'s> {
    let arity = args.len();
    let call = Term::Call(name, args);
    if FREE.contains(&name) {
        return call;
    }
    let call = if name == "range" && arity == 3 { then_tick(call) } else { call };
    let call = if WALKS_INPUT.contains(&name) { paying("!charge", call) } else { call };
    paying("!tick", call)
}

/// A path, cut before each slice, since a slice walks the string or list that it is taken of.
fn path<'s>(base: T<'s>, Path(parts): Path<T<'s>>) -> T<'s> {
    let mut result = base;
    let mut steps = Vec::new();
    for (part, optional) in parts {
        match part {
            Part::Index(index) => steps.push((Part::Index(whole(index, "!index")), optional)),
            Part::Range(None, None) => steps.push((Part::Range(None, None), optional)),
            Part::Range(from, to) => {
                let sliced = steps_from(result, std::mem::take(&mut steps));
                result = slice(sliced, from, to, optional);
            }
        }
    }
    steps_from(result, steps)
}

fn steps_from<'s>(base: T<'s>, steps: Vec<(Part<T<'s>>, Opt)>) -> T<'s> {
    if steps.is_empty() {
        return base;
    }
    let many = steps.iter().any(|(part, _)| matches!(part, Part::Range(None, None)));
    let walks = steps.iter().any(|(part, _)| !matches!(part, Part::Index(Term::Str(None, _) | Term::Num(_))));
    let path = Term::Path(Box::new(base), Path(steps));
    let path = if walks { paying("!tick", path) } else { path };
    if many { then_tick(path) } else { path }
}

/// `from as $!from | to as $!to | base | if . == null then . else (length as $! | .)[$!from:$!to] end`: the bounds are
/// evaluated where the whole path is.
fn slice<'s>(base: T<'s>, from: Option<T<'s>>, to: Option<T<'s>>, optional: Opt) -> T<'s> {
    let range = Part::Range(from.is_some().then_some(Term::Var("$!from")), to.is_some().then_some(Term::Var("$!to")));
    let sliced = Term::Path(Box::new(paying("!length", Term::Id)), Path(vec![(range, optional)]));
    let is_null = operation(Term::Id, BinaryOp::Cmp(Cmp::Eq), Term::Call("null", Vec::new()));
    let sliced = pipe(base, Term::IfThenElse(vec![(is_null, Term::Id)], Some(Box::new(sliced))));
    let sliced = match to {
        Some(to) => bind(pipe(term(to), Term::Call("!high", Vec::new())), "$!to", sliced),
        None => sliced,
    };
    match from {
        Some(from) => bind(pipe(term(from), Term::Call("!low", Vec::new())), "$!from", sliced),
        None => sliced,
    }
}

/// An index without its fraction, which jq cuts off.
fn whole<'s>(index: T<'s>, cut: &'static str) -> T<'s> {
    match index {
        Term::Num(number) if number.bytes().all(|byte| byte.is_ascii_digit()) => Term::Num(number),
        Term::Str(format, parts) => string(format, parts),
        index => pipe(term(index), Term::Call(cut, Vec::new())),
    }
}

/// `payment as $! | body`
fn paying<'s>(payment: &'static str, body: T<'s>) -> T<'s> {
    bind(Term::Call(payment, Vec::new()), "$!", body)
}

/// `body | (tick as $! | .)`
fn then_tick(body: T<'_>) -> T<'_> {
    pipe(body, paying("!tick", Term::Id))
}

/// `body | (charge as $! | .)`
fn charged(body: T<'_>) -> T<'_> {
    if matches!(body, Term::Num(_) | Term::Call("true" | "false" | "null", _)) {
        return body;
    }
    pipe(body, paying("!charge", Term::Id))
}

fn pipe<'s>(left: T<'s>, right: T<'s>) -> T<'s> {
    Term::BinOp(Box::new(left), BinaryOp::Pipe(None), Box::new(right))
}

fn bind<'s>(value: T<'s>, name: &'static str, body: T<'s>) -> T<'s> {
    Term::BinOp(Box::new(value), BinaryOp::Pipe(Some(Pattern::Var(name))), Box::new(body))
}
