//! Sessions of people who signed in: a random id, of which only a hash is kept.

use minicbor::{Decode, Encode};
use peygir_core::Moment;

use super::book::{Access, Change, Entry, Error, read, write};
use super::secret::{self, Kind};

/// A session ends this long after it was last used, in seconds.
pub const SESSION_IDLE_SECONDS_MAX: i64 = 8 * 3600;
/// A session ends this long after it was opened, in seconds, used or not.
pub const SESSION_SECONDS_MAX: i64 = 24 * 3600;
/// Use of a session is written down at most this often, in seconds: a page view need not wait for a disk.
pub const SESSION_TOUCH_SECONDS: i64 = 5 * 60;

/// A session that was just opened. The secret goes into the person's cookie and is nowhere kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedSession {
    pub secret: String,
    pub person: String,
}

/// A session that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionState {
    /// Id in the directory; the caller asks it who that is, for roles may have changed since.
    pub person: String,
    pub opened_at: Moment,
}

#[derive(Debug, Clone, Encode, Decode)]
#[cbor(map)]
struct SessionRow {
    #[n(0)]
    person: String,
    #[n(1)]
    opened_at: Moment,
    #[n(2)]
    seen_at: Moment,
}

impl SessionRow {
    fn is_over(&self, at: Moment) -> bool {
        at >= after(self.opened_at, SESSION_SECONDS_MAX) || at >= after(self.seen_at, SESSION_IDLE_SECONDS_MAX)
    }
}

impl Access {
    /// The session that a cookie names, if it still holds; its use is noted.
    pub fn session(&self, secret: &str, at: Moment) -> Result<Option<SessionState>, Error> {
        let Some(key) = secret::row_key(Kind::Session, secret) else {
            return Ok(None);
        };
        let Some(row) = self.row::<SessionRow>(&key)? else {
            return Ok(None);
        };
        if row.is_over(at) {
            return Ok(None);
        }
        if at >= after(row.seen_at, SESSION_TOUCH_SECONDS) {
            self.touch(&key, at)?;
        }
        Ok(Some(SessionState { person: row.person, opened_at: row.opened_at }))
    }

    /// Ends a session; nothing happens where there is none.
    pub fn sign_out(&self, secret: &str, at: Moment) -> Result<(), Error> {
        let Some(key) = secret::row_key(Kind::Session, secret) else {
            return Ok(());
        };
        self.change(at, || {
            let Some(row) = self.row::<SessionRow>(&key)? else {
                return Ok(None);
            };
            let entry = Entry::new("signed-out", &row.person, &row.person);
            Ok(Some((Change { entry, rows: vec![(key.clone(), None)], claims: Vec::new() }, ())))
        })?;
        Ok(())
    }

    fn touch(&self, key: &[u8], at: Moment) -> Result<(), Error> {
        self.change(at, || {
            // Signed out in between: the row must not come back.
            let Some(row) = self.row::<SessionRow>(key)? else {
                return Ok(None);
            };
            let entry = Entry::new("session-touched", &row.person, &row.person);
            let row = SessionRow { seen_at: row.seen_at.max(at), ..row };
            Ok(Some((Change { entry, rows: vec![(key.to_vec(), Some(write(&row)))], claims: Vec::new() }, ())))
        })?;
        Ok(())
    }
}

/// The row of a session that opens now.
pub(super) fn opening_row(opened: &OpenedSession, at: Moment) -> (Vec<u8>, Option<Vec<u8>>) {
    let key = secret::row_key(Kind::Session, &opened.secret).expect("a secret that was just drawn has its form");
    let row = SessionRow { person: opened.person.clone(), opened_at: at, seen_at: at };
    (key, Some(write(&row)))
}

pub(super) fn is_over(row: &[u8], at: Moment) -> Result<bool, Error> {
    Ok(read::<SessionRow>(row)?.is_over(at))
}

fn after(from: Moment, seconds: i64) -> Moment {
    from.plus_micros(seconds * 1_000_000)
}
