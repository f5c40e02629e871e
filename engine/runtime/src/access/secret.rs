//! Secrets that are shown once: 32 random bytes, of which only a hash is kept.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::hex::hex;

/// Random bytes of a secret.
const SECRET_BYTES: usize = 32;
/// Characters of those bytes in base 64; what is longer or shorter is nobody's secret and is not looked up.
const SECRET_CHARACTERS: usize = 43;

/// What a secret opens. The prefix tells people and scanners what they found, and keeps one kind from opening another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Token,
    Link,
    Session,
}

impl Kind {
    const fn prefix(self) -> &'static str {
        match self {
            Kind::Token => "pgt_",
            Kind::Link => "pgl_",
            Kind::Session => "pgs_",
        }
    }

    const fn row(self) -> &'static str {
        match self {
            Kind::Token => "access/token/",
            Kind::Link => "access/link/",
            Kind::Session => "access/session/",
        }
    }

    /// Keys of all rows of this kind: from (inclusive), to (exclusive).
    pub(super) fn range(self) -> (Vec<u8>, Vec<u8>) {
        let from = self.row().as_bytes().to_vec();
        let mut to = from.clone();
        // '0' follows '/' in ASCII.
        *to.last_mut().expect("a row prefix is not empty") = b'0';
        (from, to)
    }
}

/// A new secret, or the system's reason for having no random bytes.
pub(super) fn draw(kind: Kind) -> Result<String, getrandom::Error> {
    let mut bytes = [0u8; SECRET_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{}{}", kind.prefix(), URL_SAFE_NO_PAD.encode(bytes)))
}

/// The key of the row that a secret opens: its SHA-256 in hexadecimal. 256 random bits need no slow hash.
/// None where the text cannot be a secret of the kind.
pub(super) fn row_key(kind: Kind, secret: &str) -> Option<Vec<u8>> {
    let body = secret.strip_prefix(kind.prefix())?;
    if body.len() != SECRET_CHARACTERS {
        return None;
    }
    let mut key = kind.row().as_bytes().to_vec();
    key.extend_from_slice(hex(&Sha256::digest(secret.as_bytes())).as_bytes());
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_one_kind_opens_no_other() {
        let (a, b) = (draw(Kind::Token).unwrap(), draw(Kind::Token).unwrap());
        assert_ne!(a, b);
        assert_ne!(row_key(Kind::Token, &a), row_key(Kind::Token, &b));
        assert_eq!(row_key(Kind::Session, &a), None);
        assert_eq!(row_key(Kind::Token, "pgt_short"), None);
    }

    #[test]
    fn the_key_does_not_hold_the_secret_and_lies_in_its_range() {
        let secret = draw(Kind::Link).unwrap();
        let key = row_key(Kind::Link, &secret).unwrap();
        let (from, to) = Kind::Link.range();
        assert!(from < key && key < to);
        assert!(!String::from_utf8(key).unwrap().contains(&secret[4..]));
    }
}
