//! Which definition each call means, and how deep evaluating nests.
//!
//! Owns: the refusal of a definition that calls itself, directly, through others or through a filter it passes on, and the
//! bound on nesting. Filters as arguments let a short text nest calls exponentially deep; since nothing calls itself, the
//! depth can be counted before anything is evaluated.

use std::collections::BTreeMap;

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Def, Pattern, Term};
use jaq_core::path::{Part, Path};

/// Levels that a call to a filter of the library is counted as.
const LEVELS_OF_LIBRARY: usize = 2;

/// Why an expression is refused: the words it is about, and what to tell.
pub(super) type Refusal<'s> = (&'s str, String);

/// How deep evaluating a term nests: by itself, and above each filter argument (by its number) that it evaluates.
#[derive(Clone, Default)]
struct Depth {
    own: usize,
    above: BTreeMap<usize, usize>,
}

impl Depth {
    /// The deeper of both, with `other` standing `levels` lower.
    fn join(&mut self, other: &Depth, levels: usize) {
        self.own = self.own.max(other.own.saturating_add(levels));
        for (argument, depth) in &other.above {
            let above = self.above.entry(*argument).or_default();
            *above = (*above).max(depth.saturating_add(levels));
        }
    }
}

enum Meaning {
    /// A definition that is being read: a call from within is a call to itself.
    Open,
    /// A definition, with the numbers of its arguments that are filters (none where it is a value).
    Known { depth: Depth, arguments: Vec<Option<usize>> },
    /// A filter that the definition around was given.
    Argument(usize),
}

struct Entry<'s> {
    name: &'s str,
    arity: usize,
    meaning: Meaning,
}

#[derive(Default)]
struct Scope<'s> {
    entries: Vec<Entry<'s>>,
    arguments: usize,
}

/// How deep evaluating `term` nests, in terms.
pub(super) fn depth<'s>(term: &Term<&'s str>) -> Result<usize, Refusal<'s>> {
    Scope::default().term(term).map(|depth| depth.own)
}

impl<'s> Scope<'s> {
    fn term(&mut self, term: &Term<&'s str>) -> Result<Depth, Refusal<'s>> {
        let mut depth = Depth { own: 1, ..Depth::default() };
        match term {
            Term::Call(name, args) => return self.call(name, args),
            Term::Def(defs, body) => {
                let outside = self.entries.len();
                for def in defs {
                    self.define(def)?;
                }
                depth.join(&self.term(body)?, 1);
                self.entries.truncate(outside);
            }
            _ => {
                let mut parts = Vec::new();
                inner(term, &mut parts);
                for part in parts {
                    depth.join(&self.term(part)?, 1);
                }
            }
        }
        Ok(depth)
    }

    fn define(&mut self, def: &Def<&'s str>) -> Result<(), Refusal<'s>> {
        let (name, arity) = (def.name, def.args.len());
        let outside = self.entries.len();
        self.entries.push(Entry { name, arity, meaning: Meaning::Open });
        let mut arguments = Vec::with_capacity(arity);
        for arg in &def.args {
            let filter = !arg.starts_with('$');
            arguments.push(filter.then_some(self.arguments));
            if filter {
                self.entries.push(Entry { name: arg, arity: 0, meaning: Meaning::Argument(self.arguments) });
                self.arguments += 1;
            }
        }
        let depth = self.term(&def.body)?;
        self.entries.truncate(outside);
        self.entries.push(Entry { name, arity, meaning: Meaning::Known { depth, arguments } });
        Ok(())
    }

    fn call(&mut self, name: &&'s str, args: &[Term<&'s str>]) -> Result<Depth, Refusal<'s>> {
        let given = args.iter().map(|arg| self.term(arg)).collect::<Result<Vec<_>, _>>()?;
        let mut depth = Depth { own: 1, ..Depth::default() };
        let found = self.entries.iter().rev().find(|entry| entry.name == *name && entry.arity == args.len());
        match found.map(|entry| &entry.meaning) {
            None => given.iter().for_each(|arg| depth.join(arg, LEVELS_OF_LIBRARY)),
            Some(Meaning::Open) => return Err((name, self.calls_itself(name, args.len()))),
            Some(Meaning::Argument(argument)) => {
                depth.above.insert(*argument, 1);
            }
            Some(Meaning::Known { depth: body, arguments }) => {
                let mut outer = body.clone();
                for (arg, number) in given.iter().zip(arguments) {
                    let levels = number.and_then(|number| outer.above.remove(&number));
                    // A filter that is given and never used is not evaluated, but a value always is.
                    if number.is_none() || levels.is_some() {
                        depth.join(arg, levels.unwrap_or(0) + 1);
                    }
                }
                depth.join(&outer, 1);
            }
        }
        Ok(depth)
    }

    fn calls_itself(&self, name: &str, arity: usize) -> String {
        let innermost = self.entries.iter().rev().find(|entry| matches!(entry.meaning, Meaning::Open));
        let through = match innermost {
            Some(entry) if (entry.name, entry.arity) != (name, arity) => format!(" through `{}`", entry.name),
            _ => String::new(),
        };
        format!(
            "the definition of `{name}` calls itself{through}, which is not allowed; \
             `reduce`, `recurse`, `while` and `until` repeat within the budget"
        )
    }
}

/// The terms directly within a term that defines and calls nothing itself.
fn inner<'t, 's>(term: &'t Term<&'s str>, into: &mut Vec<&'t Term<&'s str>>) {
    match term {
        Term::Id | Term::Recurse | Term::Num(_) | Term::Arr(None) | Term::Break(_) | Term::Var(_) => {}
        Term::Str(_, parts) => into.extend(parts.iter().filter_map(|part| match part {
            StrPart::Term(inner) => Some(inner),
            StrPart::Str(_) | StrPart::Char(_) => None,
        })),
        Term::Arr(Some(inner)) | Term::Neg(inner) | Term::Label(_, inner) => into.push(inner),
        Term::Obj(members) => {
            into.extend(members.iter().flat_map(|(key, value)| std::iter::once(key).chain(value)));
        }
        Term::BinOp(left, op, right) => {
            into.push(left);
            if let BinaryOp::Pipe(Some(pattern)) = op {
                inner_of_pattern(pattern, into);
            }
            into.push(right);
        }
        Term::Fold(_, source, pattern, args) => {
            into.push(source);
            inner_of_pattern(pattern, into);
            into.extend(args);
        }
        Term::TryCatch(body, catch) => into.extend(std::iter::once(&**body).chain(catch.as_deref())),
        Term::IfThenElse(cases, otherwise) => {
            into.extend(cases.iter().flat_map(|(condition, then)| [condition, then]).chain(otherwise.as_deref()));
        }
        Term::Def(defs, body) => {
            into.extend(defs.iter().map(|def| &def.body));
            into.push(body);
        }
        Term::Call(_, args) => into.extend(args),
        Term::Path(base, Path(parts)) => {
            into.push(base);
            for (part, _) in parts {
                match part {
                    Part::Index(index) => into.push(index),
                    Part::Range(from, to) => into.extend(from.iter().chain(to)),
                }
            }
        }
    }
}

fn inner_of_pattern<'t, 's>(pattern: &'t Pattern<&'s str>, into: &mut Vec<&'t Term<&'s str>>) {
    match pattern {
        Pattern::Var(_) => {}
        Pattern::Arr(items) => items.iter().for_each(|item| inner_of_pattern(item, into)),
        Pattern::Obj(members) => {
            for (key, value) in members {
                into.push(key);
                inner_of_pattern(value, into);
            }
        }
    }
}

/// Visits a term and every term within it.
pub(super) fn visit<'t, 's>(term: &'t Term<&'s str>, see: &mut impl FnMut(&'t Term<&'s str>)) {
    see(term);
    let mut parts = Vec::new();
    inner(term, &mut parts);
    parts.into_iter().for_each(|part| visit(part, see));
}
