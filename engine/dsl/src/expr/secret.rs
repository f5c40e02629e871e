//! Which secrets an expression reads, found without evaluating it.
//!
//! Owns: what counts as reading one secret by name, `$secrets.NAME` or `$secrets["NAME"]`. Every other use of
//! `$secrets` could give any of them and is told as such. Knows neither which secrets there are nor their values.

use std::collections::BTreeSet;

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::Term;
use jaq_core::path::{Part, Path};

use super::scope;

/// Name of the variable that holds the secrets, without `$`.
const SECRETS: &str = "secrets";

/// What an expression reads of `$secrets`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecretUse {
    /// Names of the secrets that are read by name.
    pub names: BTreeSet<String>,
    /// Whether `$secrets` is used in another way, so that which ones are read is known only when it is evaluated.
    pub dynamic: bool,
}

impl SecretUse {
    /// Whether nothing of `$secrets` is read.
    pub fn is_none(&self) -> bool {
        self.names.is_empty() && !self.dynamic
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.names.extend(other.names.iter().cloned());
        self.dynamic |= other.dynamic;
    }
}

pub(super) fn uses(term: &Term<&str>) -> SecretUse {
    let mut found = SecretUse::default();
    let mut named = 0usize;
    let mut all = 0usize;
    scope::visit(term, &mut |term| {
        all += usize::from(is_secrets(term));
        if let Some(name) = named_secret(term) {
            found.names.insert(name);
            named += 1;
        }
    });
    // Every path from `$secrets` by name holds the variable once; what is left over stands elsewhere.
    found.dynamic = all > named;
    found
}

fn is_secrets(term: &Term<&str>) -> bool {
    matches!(term, Term::Var(name) if name.trim_start_matches('$') == SECRETS)
}

fn named_secret(term: &Term<&str>) -> Option<String> {
    let Term::Path(base, Path(parts)) = term else { return None };
    let Some((Part::Index(Term::Str(None, name)), _)) = parts.first().filter(|_| is_secrets(base)) else {
        return None;
    };
    let text = |part: &StrPart<&str, Term<&str>>| match part {
        StrPart::Str(text) => Some((*text).to_owned()),
        StrPart::Char(sign) => Some(sign.to_string()),
        StrPart::Term(_) => None,
    };
    name.iter().map(text).collect()
}
