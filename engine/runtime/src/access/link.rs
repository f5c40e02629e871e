//! One-time login links: how a person of the directory signs in without a password.

use minicbor::{Decode, Encode};
use peygir_core::Moment;

use super::book::{Access, Change, Entry, Error, read, write};
use super::secret::{self, Kind};
use super::session::{self, OpenedSession};

/// How long a link can be redeemed, in seconds.
pub const LINK_SECONDS_MAX: i64 = 10 * 60;
/// Expired links and sessions that one sign-in clears away at most.
const SWEEP_ROWS_MAX: usize = 64;

/// A new link. The secret is shown this once and is nowhere kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedLink {
    pub secret: String,
    pub expires_at: Moment,
}

#[derive(Debug, Clone, Encode, Decode)]
#[cbor(map)]
struct LinkRow {
    #[n(0)]
    person: String,
    #[n(1)]
    expires_at: Moment,
}

impl Access {
    /// Issues a link for a person; `by` is the principal who asked for it. Whether the person is in the directory is
    /// the caller's to ask.
    pub fn link_new(&self, by: &str, person: &str, at: Moment) -> Result<IssuedLink, Error> {
        let secret = secret::draw(Kind::Link)?;
        let key = secret::row_key(Kind::Link, &secret).expect("a secret that was just drawn has its form");
        let expires_at = at.plus_micros(LINK_SECONDS_MAX * 1_000_000);
        let row = LinkRow { person: person.to_owned(), expires_at };
        self.change(at, || {
            let mut rows = self.expired(at)?;
            rows.push((key.clone(), Some(write(&row))));
            Ok(Some((Change { entry: Entry::new("link-issued", by, person), rows, claims: Vec::new() }, ())))
        })?;
        Ok(IssuedLink { secret, expires_at })
    }

    /// Whom a link would sign in, without using it up; None where it is unknown, used or expired.
    pub fn link_peek(&self, secret: &str, at: Moment) -> Result<Option<String>, Error> {
        let Some(key) = secret::row_key(Kind::Link, secret) else {
            return Ok(None);
        };
        let row = self.row::<LinkRow>(&key)?;
        Ok(row.filter(|row| at < row.expires_at).map(|row| row.person))
    }

    /// Uses a link up and opens a session; None where it is unknown, used or expired. Of two at once, one gets it.
    pub fn redeem(&self, secret: &str, at: Moment) -> Result<Option<OpenedSession>, Error> {
        let Some(link_key) = secret::row_key(Kind::Link, secret) else {
            return Ok(None);
        };
        let session_secret = secret::draw(Kind::Session)?;
        self.change(at, || {
            let Some(link) = self.row::<LinkRow>(&link_key)? else {
                return Ok(None);
            };
            if at >= link.expires_at {
                return Ok(None);
            }
            let opened = OpenedSession { secret: session_secret.clone(), person: link.person };
            let rows = vec![(link_key.clone(), None), session::opening_row(&opened, at)];
            let entry = Entry::new("link-redeemed", &opened.person, &opened.person);
            Ok(Some((Change { entry, rows, claims: Vec::new() }, opened)))
        })
    }

    /// Deletions of rows that have had their time, so that the book does not grow with every sign-in.
    fn expired(&self, at: Moment) -> Result<Vec<crate::stream::Change>, Error> {
        let mut gone = Vec::new();
        let (from, to) = Kind::Link.range();
        for (key, value) in self.store.scan(&from, &to, SWEEP_ROWS_MAX)? {
            if at >= read::<LinkRow>(&value)?.expires_at {
                gone.push((key, None));
            }
        }
        let (from, to) = Kind::Session.range();
        for (key, value) in self.store.scan(&from, &to, SWEEP_ROWS_MAX)? {
            if session::is_over(&value, at)? {
                gone.push((key, None));
            }
        }
        Ok(gone)
    }
}
