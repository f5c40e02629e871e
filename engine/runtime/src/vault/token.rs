//! Tokens that stand for credentials in what flows compute: secrets of the deployment, and what proved to a peer who
//! asked.
//!
//! Owns: two forms. `§2.NAME/PATH.MAC§` names a secret of the deployment and a place in it; the code at its end is keyed and
//! bound to the stream, so that nobody can write a token that was not handed out there. `§3.BASE64§` is a text sealed with
//! a key of the installation. Both end in a sign of their own and are found inside longer texts, plain or as an address
//! has them. Deliberately does not know where secrets come from: whoever opens a token asks [`super::Secrets`].

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use peygir_core::Id;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{NONCE_BYTES, Vault};

const SECRET: &str = "§2.";
const SEALED: &str = "§3.";
const END: char = '§';
/// Bytes of the code at the end of a secret's token.
const CODE_BYTES: usize = 16;
/// Longest token, in bytes: a search for its end looks no further.
const TOKEN_BYTES_MAX: usize = 64 << 10;

/// What a token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A secret of the deployment, and the members that lead to the place in it.
    Secret { name: String, path: Vec<String> },
    /// The text itself.
    Text(Zeroizing<String>),
}

/// A token where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub start: usize,
    pub end: usize,
    /// The token, not encoded.
    pub token: String,
    pub credential: Credential,
    /// It stood there as an address has it, and so must what comes in its place.
    pub in_address: bool,
}

impl Vault {
    /// The token of a place in a secret, valid in one stream.
    pub fn secret_token(&self, stream: Id, name: &str, path: &[String]) -> String {
        let place = place(name, path);
        format!("{SECRET}{place}.{}{END}", URL_SAFE_NO_PAD.encode(self.code(stream, &place)))
    }

    fn code(&self, stream: Id, place: &str) -> [u8; CODE_BYTES] {
        let full = self.fingerprint("secret-token", &format!("{stream}\0{place}"));
        let mut code = [0; CODE_BYTES];
        code.copy_from_slice(&full[..CODE_BYTES]);
        code
    }

    /// Seals a text for one stream. The same text gives the same token there: the nonce is a keyed hash of both, so that no
    /// two texts share one, and a run that is repeated writes what it wrote before.
    pub fn seal_credential(&self, stream: Id, clear: &str) -> Option<String> {
        let hash = Zeroizing::new(self.fingerprint("credential-nonce", &format!("{stream}\0{clear}")));
        let nonce = &hash[..NONCE_BYTES];
        let payload = Payload { msg: clear.as_bytes(), aad: &stream.0 };
        let sealed = self.credential_cipher().encrypt(XNonce::from_slice(nonce), payload).ok()?;
        Some(format!("{SEALED}{}{END}", URL_SAFE_NO_PAD.encode([nonce, &sealed].concat())))
    }

    fn credential_cipher(&self) -> XChaCha20Poly1305 {
        let key: Zeroizing<[u8; 32]> = Zeroizing::new(
            Sha256::new().chain_update(b"credentials").chain_update(self.keys.lookup_key()).finalize().into(),
        );
        XChaCha20Poly1305::new(key.as_slice().into())
    }

    /// The first token of this stream in a text, from the byte `from` on. What only looks like one is passed over.
    pub fn find_credential(&self, stream: Id, text: &str, from: usize) -> Option<Found> {
        let mut at = from;
        while let Some((start, in_address)) = first_sign(text, at) {
            let sign = if in_address { SIGN_IN_ADDRESS.len() } else { END.len_utf8() };
            if let Some(found) = self.token_at(stream, text, start, in_address) {
                return Some(found);
            }
            at = start + sign;
        }
        None
    }

    fn token_at(&self, stream: Id, text: &str, start: usize, in_address: bool) -> Option<Found> {
        let sign = if in_address { SIGN_IN_ADDRESS } else { "§" };
        let inner = start + sign.len();
        let reach = text.len().min(inner + TOKEN_BYTES_MAX);
        let rest = text.get(inner..).filter(|_| inner < reach)?;
        let length = rest.find(sign).filter(|length| inner + length <= reach)?;
        let body = if in_address { percent_decoded(&rest[..length])? } else { rest[..length].to_owned() };
        let token = format!("{END}{body}{END}");
        let credential = self.credential(stream, &token)?;
        Some(Found { start, end: inner + length + sign.len(), token, credential, in_address })
    }

    fn credential(&self, stream: Id, token: &str) -> Option<Credential> {
        let body = token.strip_suffix(END)?;
        if let Some(body) = body.strip_prefix(SECRET) {
            let (place, code) = body.rsplit_once('.')?;
            let code = URL_SAFE_NO_PAD.decode(code).ok()?;
            if !bool::from(code.as_slice().ct_eq(&self.code(stream, place))) {
                return None;
            }
            let mut parts = place.split('/').map(percent_decoded);
            let name = parts.next()??;
            return Some(Credential::Secret { name, path: parts.collect::<Option<_>>()? });
        }
        let bytes = URL_SAFE_NO_PAD.decode(body.strip_prefix(SEALED)?).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES)?;
        let payload = Payload { msg: sealed, aad: &stream.0 };
        let clear = Zeroizing::new(self.credential_cipher().decrypt(XNonce::from_slice(nonce), payload).ok()?);
        Some(Credential::Text(Zeroizing::new(std::str::from_utf8(&clear).ok()?.to_owned())))
    }
}

/// Whether a whole text has the form of such a token, of whichever stream.
pub(super) fn has_form(text: &str) -> bool {
    let body = text.strip_suffix(END).unwrap_or_default();
    let base64 = |text: &str| URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() >= CODE_BYTES);
    let secret = body.strip_prefix(SECRET).and_then(|body| body.rsplit_once('.'));
    secret.is_some_and(|(_, code)| base64(code)) || body.strip_prefix(SEALED).is_some_and(base64)
}

/// The sign as an address has it.
const SIGN_IN_ADDRESS: &str = "%C2%A7";

/// The first place at which a token may begin, and whether it is written as in an address.
fn first_sign(text: &str, from: usize) -> Option<(usize, bool)> {
    let rest = text.get(from..)?;
    let plain = rest.find(END).map(|at| (from + at, false));
    let encoded = rest.find(SIGN_IN_ADDRESS).map(|at| (from + at, true));
    [plain, encoded].into_iter().flatten().min()
}

fn place(name: &str, path: &[String]) -> String {
    let parts = std::iter::once(name).chain(path.iter().map(String::as_str));
    parts.map(|part| percent_encoded(part, "%20")).collect::<Vec<_>>().join("/")
}

/// A text as it stands in an address; the query of a form writes spaces in a way of its own.
pub fn percent_encoded(text: &str, space: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b' ' => encoded.push_str(space),
            _ if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
        encoded
    })
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &rest[2..];
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::Keys;
    use super::*;

    const STREAM: Id = Id([1; 16]);

    fn vault() -> Vault {
        Vault::new(Arc::new(Keys::in_memory()))
    }

    #[test]
    fn a_token_of_a_secret_is_found_wherever_it_stands() {
        let vault = vault();
        let path = vec!["user".to_owned(), "a/b.§ c".to_owned()];
        let token = vault.secret_token(STREAM, "petstore", &path);
        assert!(token.starts_with("§2.petstore/user/") && has_form(&token), "{token}");
        let texts = [token.clone(), format!("Bearer {token}, §2.x§ and more"), format!("§§ §2.y.AAAA§{token}§")];
        for text in texts {
            let found = vault.find_credential(STREAM, &text, 0).unwrap();
            assert_eq!(found.credential, Credential::Secret { name: "petstore".into(), path: path.clone() });
            assert_eq!(&text[found.start..found.end], token);
            assert!(!found.in_address);
        }
        let address = format!("https://h/?key={}&x=1", percent_encoded(&token, "%20"));
        let found = vault.find_credential(STREAM, &address, 0).unwrap();
        assert!(found.in_address && found.token == token);
        assert_eq!(&address[found.end..], "&x=1");
    }

    #[test]
    fn a_token_is_worth_nothing_in_another_stream_or_under_another_name() {
        let vault = vault();
        let token = vault.secret_token(STREAM, "a", &[]);
        assert!(vault.find_credential(Id([2; 16]), &token, 0).is_none());
        assert!(vault.find_credential(STREAM, &token.replace("§2.a.", "§2.b."), 0).is_none());
        for text in [
            "",
            "§",
            "§2.",
            "§2.a§",
            "§2.a.AAAA§",
            "§3.§",
            "§3.AAAA§",
            "%C2%A7",
            "%C2%A72.a.AA%C2%A7",
            "%C2%A7%zz%C2%A7",
        ] {
            assert!(vault.find_credential(STREAM, text, 0).is_none() && !has_form(text), "{text}");
        }
    }

    #[test]
    fn a_sealed_text_opens_in_its_stream_alone() {
        let vault = vault();
        let token = vault.seal_credential(STREAM, "dXNlcjpwYXNz").unwrap();
        assert!(has_form(&token) && !token.contains("dXNl"));
        let text = format!("Basic {token}");
        let found = vault.find_credential(STREAM, &text, 0).unwrap();
        assert_eq!(found.credential, Credential::Text(Zeroizing::new("dXNlcjpwYXNz".to_owned())));
        assert!(vault.find_credential(Id([2; 16]), &text, 0).is_none());
    }
}
