//! The definitions an expression can call: the library's without what reaches outside, with some of our own.

use std::collections::BTreeSet;
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
const REMOVED: [&str; 4] = ["halt", "halt_error", "stderr", "debug"];

fn library() -> &'static [Def<&'static str>] {
    static LIBRARY: OnceLock<Vec<Def<&'static str>>> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let mut own = jaq_core::load::parse(OWN, |parser: &mut parse_jq::Parser<'static, '_>| parser.defs())
            .expect("the prelude is fixed text and parses");
        let same = |left: &Def<&str>, right: &Def<&str>| left.name == right.name && left.args.len() == right.args.len();
        let theirs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
        let mut all: Vec<_> = Vec::new();
        for def in theirs.filter(|def| !REMOVED.contains(&def.name)) {
            let replacement = own.iter().position(|candidate| same(candidate, &def));
            all.push(replacement.map_or(def, |position| own.remove(position)));
        }
        all.append(&mut own);
        all.into_iter().map(guard::def).collect()
    })
}

/// Names (with their number of arguments) that can be called, for suggestions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    library().iter().map(|def| def.name).filter(|name| !name.ends_with('_'))
}

/// The definitions that `term` needs, and `term` itself, guarded, as the definition of [`MAIN`]. Taking only what is
/// needed makes compiling several times cheaper.
pub(super) fn with_main(term: Term<&str>) -> Vec<Def<&str>> {
    let main = guard::term(term);
    let mut needed = BTreeSet::new();
    parse::calls(&main, &mut needed);
    let mut defs = vec![Def { name: MAIN, args: Vec::new(), body: main }];
    // A definition sees only those before it, so one pass backwards finds everything.
    for def in library().iter().rev() {
        if needed.contains(&(def.name, def.args.len())) {
            parse::calls(&def.body, &mut needed);
            defs.push(def.clone());
        }
    }
    defs.reverse();
    defs
}
