//! The definitions an expression can call: the library's without what reaches outside, with some of our own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use jaq_core::load::parse as parse_jq;
use jaq_core::load::parse::{Def, Term};

use super::{guard, parse};

/// The main program: the expression itself is the last definition, so that its tree can be rewritten first.
pub(super) const MAIN: &str = "__main";

/// The definition that reads the caller's clock.
pub(super) const CLOCK: &str = "now";

const OWN: &str = include_str!("prelude.jq");

/// Definitions over filters that are removed.
const REMOVED: [&str; 6] = ["halt", "halt_error", "stderr", "debug", "tonumber", "toboolean"];

/// A definition of the library, and what it calls.
struct Known {
    def: Def<&'static str>,
    calls: BTreeSet<Name<'static>>,
}

type Name<'s> = (&'s str, usize);

fn library() -> &'static BTreeMap<Name<'static>, Known> {
    static LIBRARY: OnceLock<BTreeMap<Name<'static>, Known>> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let own = jaq_core::load::parse(OWN, |parser: &mut parse_jq::Parser<'static, '_>| parser.defs())
            .expect("the prelude is fixed text and parses");
        let theirs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
        // Of definitions of one name the last holds, so that ours replace theirs.
        let all = theirs.filter(|def| !REMOVED.contains(&def.name)).chain(own);
        let known = all.map(|def| {
            let def = guard::def(def);
            let mut calls = BTreeSet::new();
            parse::calls(&def.body, &mut calls);
            ((def.name, def.args.len()), Known { def, calls })
        });
        known.collect()
    })
}

/// Names that can be called, for suggestions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    library().keys().map(|(name, _)| *name).filter(|name| !name.ends_with('_') && !name.starts_with("__"))
}

/// The definitions that `term` needs, and `term` itself, guarded, as the definition of [`MAIN`]. Taking only what is
/// needed makes compiling several times cheaper.
pub(super) fn with_main(term: Term<&str>) -> Vec<Def<&str>> {
    let main = guard::term(term);
    let mut needed = BTreeSet::new();
    parse::calls(&main, &mut needed);
    let mut defs = Vec::new();
    let mut taken = BTreeSet::new();
    needed.iter().for_each(|name| take(name, &mut taken, &mut defs));
    defs.push(Def { name: MAIN, args: Vec::new(), body: main });
    defs
}

/// Takes a definition after those it calls, since a definition sees only those before it. It recurses as deep as the
/// library's definitions build on each other.
fn take<'s>(name: &Name<'s>, taken: &mut BTreeSet<Name<'s>>, defs: &mut Vec<Def<&'s str>>) {
    let Some((name, known)) = library().get_key_value(name) else { return };
    if taken.insert(*name) {
        known.calls.iter().for_each(|name| take(name, taken, defs));
        defs.push(known.def.clone());
    }
}
