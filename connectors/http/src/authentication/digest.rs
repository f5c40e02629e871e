//! Digest access authentication (RFC 7616, and RFC 2617 where a peer knows nothing newer): the challenge is read from an
//! answer 401, and answered without the password leaving the house.
//!
//! `auth-int` is not answered: it would need the digest of a body that the peer can ask for twice.

use md5::Md5;
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};
use sha2::digest::Digest as Hash;
use sha2::{Sha256, Sha512_256};

use super::Login;

/// Longest header with challenges that is read, in bytes.
const CHALLENGE_BYTES_MAX: usize = 8 * 1024;
/// Most parameters and schemes that are read of it.
const PARTS_MAX: usize = 64;
/// The first use of a challenge's nonce; each request asks for one of its own.
const FIRST_USE: &str = "00000001";

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Algorithm {
    Md5,
    Sha256,
    Sha512Half,
}

impl Algorithm {
    /// The algorithm, and whether the session's key is used.
    fn named(name: &str) -> Option<(Self, bool)> {
        let (base, session) = match name.len().checked_sub(5).and_then(|at| name.split_at_checked(at)) {
            Some((base, end)) if end.eq_ignore_ascii_case("-sess") => (base, true),
            _ => (name, false),
        };
        let known = [("MD5", Self::Md5), ("SHA-256", Self::Sha256), ("SHA-512-256", Self::Sha512Half)];
        let found = known.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(base))?;
        Some((found.1, session))
    }

    fn hash(self, text: &str) -> String {
        match self {
            Self::Md5 => hex(&Md5::digest(text)),
            Self::Sha256 => hex(&Sha256::digest(text)),
            Self::Sha512Half => hex(&Sha512_256::digest(text)),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a peer wants to be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Challenge {
    algorithm: Algorithm,
    session: bool,
    /// As the peer wrote it; it wants it back like that.
    algorithm_name: Option<String>,
    realm: String,
    nonce: String,
    opaque: Option<String>,
    quality: bool,
    user_hashed: bool,
    /// The nonce was too old, and the password may be right.
    pub(crate) stale: bool,
}

impl Challenge {
    /// The strongest challenge of an answer that can be met, if any.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let texts =
            headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| std::str::from_utf8(value.as_bytes()).ok());
        let short = texts.filter(|text| text.len() <= CHALLENGE_BYTES_MAX);
        let challenges = short.flat_map(|text| parts(text).into_iter().filter_map(|part| Self::read(&part)));
        challenges.max_by_key(|challenge| challenge.algorithm)
    }

    fn read(part: &Part<'_>) -> Option<Self> {
        if !part.scheme.eq_ignore_ascii_case("digest") {
            return None;
        }
        let algorithm_name = part.get("algorithm");
        let (algorithm, session) = Algorithm::named(algorithm_name.as_deref().unwrap_or("MD5"))?;
        let quality = match part.get("qop") {
            None => false,
            Some(list) if list.split(',').any(|one| one.trim().eq_ignore_ascii_case("auth")) => true,
            Some(_) => return None,
        };
        let is = |name: &str| part.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        Some(Self {
            algorithm,
            session,
            algorithm_name,
            realm: part.get("realm")?,
            nonce: part.get("nonce")?,
            opaque: part.get("opaque"),
            quality,
            user_hashed: is("userhash"),
            stale: is("stale"),
        })
    }

    /// The parameters of the header `Authorization`. `uri` is what the request line holds.
    pub(crate) fn answer(&self, login: &Login, method: &str, uri: &str, client_nonce: &str) -> String {
        let hash = |text: String| self.algorithm.hash(&text);
        let (username, password) = (login.username.reveal(), login.password.reveal());
        let Self { realm, nonce, .. } = self;
        let mut secret = hash(format!("{username}:{realm}:{password}"));
        if self.session {
            secret = hash(format!("{secret}:{nonce}:{client_nonce}"));
        }
        let asked = hash(format!("{method}:{uri}"));
        let response = if self.quality {
            hash(format!("{secret}:{nonce}:{FIRST_USE}:{client_nonce}:auth:{asked}"))
        } else {
            hash(format!("{secret}:{nonce}:{asked}"))
        };
        let mut written = vec![self.user(username)];
        written.push(format!("realm={}, nonce={}, uri={}", quoted(realm), quoted(nonce), quoted(uri)));
        written.push(format!("response=\"{response}\""));
        written.extend(self.algorithm_name.as_ref().map(|name| format!("algorithm={name}")));
        written.extend(self.opaque.as_ref().map(|opaque| format!("opaque={}", quoted(opaque))));
        if self.quality {
            written.push(format!("qop=auth, nc={FIRST_USE}"));
        }
        if self.quality || self.session {
            written.push(format!("cnonce=\"{client_nonce}\""));
        }
        written.join(", ")
    }

    fn user(&self, username: &str) -> String {
        if self.user_hashed {
            let hashed = self.algorithm.hash(&format!("{username}:{}", self.realm));
            return format!("username=\"{hashed}\", userhash=true");
        }
        if username.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return format!("username={}", quoted(username));
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let encoded: String = username
            .bytes()
            .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
            .collect();
        format!("username*=UTF-8''{encoded}")
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// One scheme of a header with its parameters.
struct Part<'t> {
    scheme: &'t str,
    parameters: Vec<(&'t str, String)>,
}

impl Part<'_> {
    fn get(&self, name: &str) -> Option<String> {
        self.parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    }
}

/// A word that an equals sign follows is a parameter of the scheme before it; any other word begins a scheme.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut found: Vec<Part<'_>> = Vec::new();
    let mut rest = text;
    for _ in 0..PARTS_MAX {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let end = rest.find([' ', '\t', ',', '=']).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let after = after.trim_start_matches([' ', '\t']);
        if word.is_empty() {
            break;
        }
        match (after.strip_prefix('='), found.last_mut()) {
            (Some(value), Some(part)) => {
                let (value, after) = read_value(value.trim_start_matches([' ', '\t']));
                part.parameters.push((word, value));
                rest = after;
            }
            (Some(_), None) => break,
            (None, _) => {
                found.push(Part { scheme: word, parameters: Vec::new() });
                rest = after;
            }
        }
    }
    found
}

/// A quoted text or a word, and what stands behind it.
fn read_value(text: &str) -> (String, &str) {
    let Some(inside) = text.strip_prefix('"') else {
        let end = text.find([' ', '\t', ',']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut signs = inside.char_indices();
    while let Some((at, sign)) = signs.next() {
        match sign {
            '"' => return (value, &inside[at + 1..]),
            '\\' => value.extend(signs.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use peygir_connector::Secret;
    use reqwest::header::HeaderValue;

    const REALM: &str = "realm=\"http-auth@example.org\", qop=\"auth, auth-int\", \
                         nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
    const CLIENT_NONCE: &str = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";

    fn challenge(text: &str) -> Option<Challenge> {
        let mut headers = HeaderMap::new();
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_bytes(text.as_bytes()).unwrap());
        Challenge::of(&headers)
    }

    fn login(username: &str, password: &str) -> Login {
        Login { username: Secret::new(username), password: Secret::new(password) }
    }

    #[test]
    fn the_answers_of_the_standard() {
        for (algorithm, response) in [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ] {
            let challenge = challenge(&format!("Digest {REALM}, algorithm={algorithm}")).unwrap();
            let answer = challenge.answer(&login("Mufasa", "Circle of Life"), "GET", "/dir/index.html", CLIENT_NONCE);
            assert!(answer.contains(&format!("response=\"{response}\"")), "{answer}");
            assert!(answer.contains(&format!("algorithm={algorithm}")), "{answer}");
            assert!(answer.contains("username=\"Mufasa\"") && answer.contains("qop=auth, nc=00000001"), "{answer}");
            assert!(!answer.contains("Circle"), "{answer}");
        }
        // RFC 2069, as its errata has it: no quality of protection, no algorithm named.
        let old =
            challenge("Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"").unwrap();
        let answer = old.answer(&login("Mufasa", "CircleOfLife"), "GET", "/dir/index.html", "x");
        assert!(answer.contains("response=\"1949323746fe6a43ef61f9606e7febea\""), "{answer}");
        assert!(!answer.contains("cnonce") && !answer.contains("algorithm"), "{answer}");
    }

    #[test]
    fn a_session_mixes_both_nonces_into_the_key() {
        let challenge = challenge("Digest realm=\"r\", nonce=\"n\", qop=auth, algorithm=md5-SESS").unwrap();
        let answer = challenge.answer(&login("u", "p"), "POST", "/x", "c");
        let md5 = |text: String| Algorithm::Md5.hash(&text);
        let secret = md5(format!("{}:n:c", md5("u:r:p".into())));
        let expected = md5(format!("{secret}:n:00000001:c:auth:{}", md5("POST:/x".into())));
        assert!(answer.contains(&expected) && answer.contains("algorithm=md5-SESS"), "{answer}");
    }

    #[test]
    fn the_strongest_of_several_challenges_is_met() {
        let both = "Negotiate abc==, Digest realm=\"a, \\\"b\\\"\", nonce=1, algorithm=MD5, Basic realm=\"x\", \
                    Digest realm=r, nonce=2, algorithm=SHA-256, stale=TRUE, userhash=true";
        let found = challenge(both).unwrap();
        assert_eq!((found.algorithm, found.nonce.as_str(), found.stale), (Algorithm::Sha256, "2", true));
        let hashed = found.answer(&login("u", "p"), "GET", "/", "c");
        assert!(hashed.contains(&format!("username=\"{}\"", Algorithm::Sha256.hash("u:r"))), "{hashed}");
        let quotes = challenge("Digest realm=\"a, \\\"b\\\"\", nonce=1").unwrap();
        assert_eq!(quotes.realm, "a, \"b\"");
        assert!(quotes.answer(&login("مریم", "p"), "GET", "/", "c").contains("username*=UTF-8''%D9%85"));
        assert!(quotes.answer(&login("u", "p"), "GET", "/", "c").contains("realm=\"a, \\\"b\\\"\""));
        for none in [
            "Basic realm=x",
            "Digest realm=x",
            "Digest nonce=x",
            "",
            "=",
            "Digest realm=\"x",
            "Digest realm=r, nonce=n, qop=auth-int",
            "Digest realm=r, nonce=n, algorithm=MD4",
        ] {
            assert_eq!(challenge(none), None, "{none}");
        }
    }
}
