//! Bearer tokens of programs: a name, one role, one scope.

use minicbor::{Decode, Encode};
use peygir_core::Moment;
use peygir_store::Conflict;

use super::book::{Access, Change, Entry, Error, write};
use super::secret::{self, Kind};
use super::{Grant, Principal, ROLES, Scope};

/// Longest name of a token, in bytes.
pub const NAME_BYTES_MAX: usize = 64;
/// The name of the token of the first start.
pub const BOOTSTRAP_NAME: &str = "bootstrap";

/// A new token. The secret is shown this once and is nowhere kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedToken {
    pub name: String,
    pub secret: String,
}

#[derive(Debug, Clone, Encode, Decode)]
#[cbor(map)]
struct TokenRow {
    #[n(0)]
    name: String,
    #[n(1)]
    role: String,
    #[n(2)]
    scope: String,
    #[n(3)]
    issued_at: Moment,
}

impl Access {
    /// Issues a token; `by` is the principal who asked for it. A name is used once and for ever, for it stands in
    /// journals.
    pub fn token_new(&self, by: &str, name: &str, role: &str, scope: &Scope, at: Moment) -> Result<IssuedToken, Error> {
        if !name_is_valid(name) {
            return Err(Error::NameInvalid);
        }
        if !ROLES.contains(&role) {
            return Err(Error::RoleUnknown(role.to_owned()));
        }
        let secret = secret::draw(Kind::Token)?;
        self.issue(by, name, (role, scope), at, secret)
    }

    /// Makes a secret open what the role and the scope allow.
    fn issue(
        &self,
        by: &str,
        name: &str,
        (role, scope): (&str, &Scope),
        at: Moment,
        secret: String,
    ) -> Result<IssuedToken, Error> {
        let key = secret::row_key(Kind::Token, &secret).expect("a secret that was just drawn has its form");
        let row = TokenRow { name: name.into(), role: role.into(), scope: scope.to_string(), issued_at: at };
        let issued = self.change(at, || {
            let mut entry = Entry::new("token-issued", by, name);
            entry.role = Some(role.to_owned());
            entry.scope = Some(scope.to_string());
            let rows = vec![(key.clone(), Some(write(&row)))];
            Ok(Some((Change { entry, rows, claims: vec![(name_key(name), key.clone())] }, ())))
        });
        match issued {
            Ok(_) => Ok(IssuedToken { name: name.to_owned(), secret }),
            Err(Error::Commit(Conflict::Claimed { .. })) => Err(Error::NameTaken(name.to_owned())),
            Err(error) => Err(error),
        }
    }

    /// The administrator's token of a deployment's first start; false on every later one. `keep` writes it durably into
    /// `bootstrap.token`, readable by its own user only, before it opens anything: a start that is cut off in between is
    /// begun again with another token, and never is there a token that nobody has.
    pub fn bootstrap(&self, at: Moment, keep: &dyn Fn(&str) -> Result<(), String>) -> Result<bool, Error> {
        if self.store.claimed(&name_key(BOOTSTRAP_NAME))?.is_some() {
            return Ok(false);
        }
        let secret = secret::draw(Kind::Token)?;
        keep(&secret).map_err(Error::NotKept)?;
        match self.issue("system", BOOTSTRAP_NAME, ("administrator", &Scope::Nation), at, secret) {
            Ok(_) => Ok(true),
            Err(Error::NameTaken(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// An administrator's token for whoever brought the store back from a backup: the first one lies on another machine, or is
    /// lost with it. `keep` puts its secret down, as for the first.
    pub fn bootstrap_restored(&self, at: Moment, keep: &dyn Fn(&str) -> Result<(), String>) -> Result<(), Error> {
        let secret = secret::draw(Kind::Token)?;
        keep(&secret).map_err(Error::NotKept)?;
        let name = format!("{BOOTSTRAP_NAME}-{}", at.0.div_euclid(1_000_000));
        self.issue("system", &name, ("administrator", &Scope::Nation), at, secret).map(drop)
    }

    /// The principal that a bearer token stands for.
    pub fn recognise_bearer(&self, secret: &str) -> Result<Option<Principal>, Error> {
        let Some(key) = secret::row_key(Kind::Token, secret) else {
            return Ok(None);
        };
        let read_at = self.known.changes();
        let row = match self.row::<TokenRow>(&key) {
            Ok(Some(row)) => row,
            Ok(None) => return Ok(None),
            // Nothing can change any more: who watches the deployment is told that the store stopped.
            Err(Error::Store(peygir_store::Error::Stopped(why))) => {
                let stopped = || Error::Store(peygir_store::Error::Stopped(why));
                return self.known.last(&key).map(Some).ok_or_else(stopped);
            }
            Err(error) => return Err(error),
        };
        let scope = Scope::parse(&row.scope).map_err(|error| Error::Row(error.to_string()))?;
        let principal = Principal {
            id: format!("token:{}", row.name),
            name: row.name,
            grants: vec![Grant { role: row.role, scope }],
        };
        self.known.keep(key, &principal, read_at);
        Ok(Some(principal))
    }

    /// The same of a token that was recognised a moment ago. Waits for nothing.
    pub fn known_bearer(&self, secret: &str) -> Option<Principal> {
        self.known.get(&secret::row_key(Kind::Token, secret)?)
    }

    /// Ends a token; false where there is none of that name. The name stays taken.
    pub fn token_revoke(&self, by: &str, name: &str, at: Moment) -> Result<bool, Error> {
        let revoked = self.change(at, || {
            let Some(key) = self.store.claimed(&name_key(name))? else {
                return Ok(None);
            };
            if self.store.get(&key)?.is_none() {
                return Ok(None);
            }
            let entry = Entry::new("token-revoked", by, name);
            Ok(Some((Change { entry, rows: vec![(key, None)], claims: Vec::new() }, ())))
        })?;
        Ok(revoked.is_some())
    }
}

fn name_key(name: &str) -> Vec<u8> {
    format!("access/token-name/{name}").into_bytes()
}

fn name_is_valid(name: &str) -> bool {
    let good = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.');
    !name.is_empty() && name.len() <= NAME_BYTES_MAX && name.bytes().all(good)
}
