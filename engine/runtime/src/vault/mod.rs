//! Sealing: personal texts become tokens that only the key of the person opens.
//!
//! Owns: the token (`§1.PERSON.BASE64`), the keys of persons ([`Keys`]), the keyed hash by which a national ID or a
//! number is looked up, and the tokens that stand for credentials ([`token`], [`Secrets`]). Everything that is stored carries tokens in place of names, numbers and texts; they are opened
//! where a person or a peer has to read them, and nowhere else. Throwing a person's key away erases the person and
//! leaves every hash chain over the tokens valid.

mod files;
mod keys;
mod line;
mod secrets;
mod slot;
mod slots;
mod standing;
pub mod token;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use peygir_core::Id;
use sha2::Sha256;
use zeroize::Zeroizing;

pub use keys::{Error, Keys, Lack};
pub use secrets::{Leaf, SECRET_VALUES_MAX, Secrets};
pub use slots::Unread;
pub use standing::{Standing, person_of};

/// What a sealed text begins with. The sign is not on keyboards: nobody types it by chance, and text that begins with
/// it is never taken for a token unless it also opens.
const MARK: &str = "§1.";
/// What is shown in place of a text whose key was thrown away.
pub const ERASED: &str = "«حذف‌شده»";
/// What is shown in place of a text whose key nobody threw away and that is not there: it comes back with the keys' backup.
pub const MISSING: &str = "«کلید نیست · key missing»";
const NONCE_BYTES: usize = 24;

/// The key of one person.
pub type PersonKey = Zeroizing<[u8; 32]>;

/// Seals and opens. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    keys: Arc<Keys>,
}

impl Vault {
    pub fn new(keys: Arc<Keys>) -> Self {
        Self { keys }
    }

    /// Makes the key of a new person durable before anything sealed with it is stored.
    pub fn create(&self, person: Id, key: PersonKey) -> Result<(), Error> {
        self.keys.create(person, key)
    }

    /// Throws a person's key away for good.
    pub fn erase(&self, person: Id) -> Result<bool, Error> {
        self.keys.erase(person)
    }

    pub fn knows(&self, person: Id) -> bool {
        self.keys.get(person).is_some()
    }

    /// `draw` must never be given twice with one key: it makes the nonce.
    pub fn seal(&self, person: Id, clear: &str, draw: &[u8; 32]) -> Option<String> {
        let key = self.keys.get(person)?;
        let nonce = &draw[..NONCE_BYTES];
        let payload = Payload { msg: clear.as_bytes(), aad: &person.0 };
        let sealed = cipher(&key).encrypt(XNonce::from_slice(nonce), payload).ok()?;
        let mut bytes = nonce.to_vec();
        bytes.extend(sealed);
        Some(format!("{MARK}{person}.{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The clear text of a token; [`ERASED`] where it can't be opened any more, [`MISSING`] where only its key is missing;
    /// any other text as it is.
    pub fn open(&self, text: &str) -> String {
        let Some((person, bytes)) = parse(text) else { return text.to_owned() };
        let closed = || if self.lacks(person) { MISSING } else { ERASED };
        self.decrypt(person, &bytes).unwrap_or_else(|| closed().to_owned())
    }

    /// Whether the person should have a key and has none: nobody threw it away.
    pub fn lacks(&self, person: Id) -> bool {
        !self.knows(person) && !self.keys.is_erased(person)
    }

    /// The keys themselves, to be told of.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    fn decrypt(&self, person: Id, bytes: &[u8]) -> Option<String> {
        let key = self.keys.get(person)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES)?;
        let payload = Payload { msg: sealed, aad: &person.0 };
        let clear = cipher(&key).decrypt(XNonce::from_slice(nonce), payload).ok()?;
        String::from_utf8(clear).ok()
    }

    /// Keyed hash for look-ups and claims: the same text gives the same hash here, and nobody without the key can try
    /// out the few million national IDs there are. `purpose` keeps the hashes of different uses apart.
    pub fn fingerprint(&self, purpose: &str, text: &str) -> [u8; 32] {
        let mut mac =
            <Hmac<Sha256> as Mac>::new_from_slice(self.keys.lookup_key()).expect("HMAC takes keys of any length");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

fn cipher(key: &PersonKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.as_slice().into())
}

fn parse(text: &str) -> Option<(Id, Vec<u8>)> {
    let (person, sealed) = text.strip_prefix(MARK)?.split_once('.')?;
    Some((Id::parse(person)?, URL_SAFE_NO_PAD.decode(sealed).ok()?))
}

/// Whether a text stands in place of one that could not be opened.
pub fn is_closed(text: &str) -> bool {
    text == ERASED || text == MISSING
}

/// Whether a text is a token of ours: of a person's text, or of a credential.
pub fn is_sealed(text: &str) -> bool {
    parse(text).is_some() || token::has_form(text)
}

/// The token without what it says: for journals that are shown.
pub fn replace_sealed(value: &serde_json::Value, with: &dyn Fn(&str) -> String) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::String(text) if is_sealed(text) => Value::String(with(text)),
        Value::Array(items) => items.iter().map(|item| replace_sealed(item, with)).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, member)| (name.clone(), replace_sealed(member, with))).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(number: u8) -> Id {
        Id([number; 16])
    }

    #[test]
    fn a_sealed_text_opens_only_with_the_persons_key() {
        let vault = Vault::new(Arc::new(Keys::in_memory()));
        vault.create(person(1), Zeroizing::new([1; 32])).unwrap();
        vault.create(person(2), Zeroizing::new([2; 32])).unwrap();
        let token = vault.seal(person(1), "نام شهروند", &[9; 32]).unwrap();
        assert!(is_sealed(&token) && !token.contains("نام"));
        assert_eq!(vault.open(&token), "نام شهروند");
        let forged = token.replace(&person(1).to_string(), &person(2).to_string());
        assert_eq!(vault.open(&forged), ERASED);
        assert!(vault.erase(person(1)).unwrap());
        assert_eq!(vault.open(&token), ERASED);
        let without = Vault::new(Arc::new(Keys::in_memory()));
        assert_eq!(without.open(&token), MISSING, "nobody erased them");
        assert!(vault.seal(person(1), "x", &[8; 32]).is_none());
    }

    #[test]
    fn other_texts_are_left_alone() {
        let vault = Vault::new(Arc::new(Keys::in_memory()));
        for text in ["", "سلام", "§1.", "§1.x.y", "§1.00000000000000000000000000"] {
            assert_eq!(vault.open(text), text);
        }
    }

    #[test]
    fn fingerprints_of_different_purposes_differ() {
        let vault = Vault::new(Arc::new(Keys::in_memory()));
        assert_eq!(vault.fingerprint("nid", "1"), vault.fingerprint("nid", "1"));
        assert_ne!(vault.fingerprint("nid", "1"), vault.fingerprint("mobile", "1"));
    }
}
