//! Rewrites an expression so that everything which multiplies work or data pays for it.
//!
//! A *tick* is paid for each output of what can give many (`.[]`, `..`, `,`, `range`) and for each call, so that the
//! number of steps is bounded; a *charge* walks a value that was just built, or that a filter of the library is about
//! to walk, so that its size and depth are bounded. Both are written `filter as $x | rest`, which keeps `rest` usable as
//! a path.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Def, Pattern, Term};
use jaq_core::ops::Math;
use jaq_core::path::{Part, Path};

/// Filters of the library that walk their whole input.
const WALKS_INPUT: [&str; 37] = [
    "__csv",
    "__from_base32",
    "__to_base32",
    "__tsv",
    "ascii_downcase",
    "ascii_upcase",
    "bsearch",
    "contains",
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
    "indices",
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
    "tobytes",
    "tojson",
    "trim",
    "unescape_html",
    "utf8bytelength",
];
/// Filters whose every use is as cheap as a literal.
const FREE: [&str; 4] = ["true", "false", "null", "!empty"];

/// Definitions that are bounded by themselves: a fold that must stay usable as a path, and an update from the leaves up.
const BOUNDED: [&str; 2] = ["getpath", "walk"];
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
        Term::TryCatch(body, catch) => Term::TryCatch(boxed(*body), catch.map(|catch| boxed(*catch))),
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
        Math::Rem => return charged(bind(right, OPERAND, operation(left, BinaryOp::Math(math), Term::Var(OPERAND)))),
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

fn path<'s>(base: T<'s>, Path(parts): Path<T<'s>>) -> T<'s> {
    let many = parts.iter().any(|(part, _)| matches!(part, Part::Range(None, None)));
    let walks = parts.iter().any(|(part, _)| !matches!(part, Part::Index(Term::Str(None, _) | Term::Num(_))));
    let parts = parts.into_iter().map(|(part, optional)| {
        let part = match part {
            Part::Index(index) => Part::Index(term(index)),
            Part::Range(from, to) => Part::Range(from.map(term), to.map(term)),
        };
        (part, optional)
    });
    let path = Term::Path(Box::new(base), Path(parts.collect()));
    let path = if walks { paying("!tick", path) } else { path };
    if many { then_tick(path) } else { path }
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
