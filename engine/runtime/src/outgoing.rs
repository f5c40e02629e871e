//! What a connector is handed: the clear text of what the outbox keeps sealed; and what its answer or its fault means to a
//! flow.
//!
//! Owns: opening (texts of persons, secrets of the deployment, what earlier calls were shown) in the last moment before a
//! request leaves, and closing all of it again in whatever comes back. Nothing that was opened reaches a journal or a log.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use peygir_casework::records::Dispatch;
use peygir_casework::request::output_of;
use peygir_connector::{Authorization, Fault, FaultKind, Lasting, Reached, Receipt, Request};
use peygir_core::error::Kind;
use peygir_core::{Data, Error, Id};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::command::AttemptResult;
use crate::engine::Begun;
use crate::vault::token::{Credential, Found, percent_encoded};
use crate::vault::{Secrets, Vault, is_sealed};

/// Shortest text of a person that is looked for inside others, in bytes: anything shorter stands there by chance.
const PART_BYTES_MIN: usize = 8;
/// The same for credentials: better a stranger's word hidden than a password shown.
const CREDENTIAL_BYTES_MIN: usize = 4;
/// Shortest text that is looked into as base 64, in characters.
const BASE64_CHARS_MIN: usize = 8;
/// What stands in place of a person's text inside another.
const HIDDEN: &str = "***";

/// What opens the tokens of one stream.
#[derive(Clone, Copy)]
pub struct Opener<'a> {
    pub vault: &'a Vault,
    pub secrets: &'a Secrets,
    pub stream: Id,
}

/// The request of the dispatch's current attempt, and what was opened for it.
pub fn request(dispatch: &Dispatch, opener: Opener<'_>) -> (Request, Opened) {
    let mut opened = Opened::default();
    let input = match &dispatch.reply_to {
        None => message(dispatch, opener.vault),
        Some(_) => {
            // Without the person's key there is nothing left to ask: what the connector refuses tells the flow.
            let stored = serde_json::from_str(&opener.vault.open(&dispatch.body)).unwrap_or(Value::Null);
            opener.open(&stored, &mut opened)
        }
    };
    opened.longest_first();
    let operation = dispatch.operation().to_owned();
    (Request { operation, key: dispatch.key.clone(), attempt: dispatch.attempts, input }, opened)
}

impl Opener<'_> {
    fn open(&self, value: &Value, opened: &mut Opened) -> Value {
        match value {
            Value::String(text) => self.open_text(text, opened),
            Value::Array(items) => items.iter().map(|item| self.open(item, opened)).collect(),
            Value::Object(members) => {
                Value::Object(members.iter().map(|(name, member)| (name.clone(), self.open(member, opened))).collect())
            }
            other => other.clone(),
        }
    }

    /// What was opened is never looked into again: a citizen's words are words.
    fn open_text(&self, text: &str, opened: &mut Opened) -> Value {
        let clear = self.vault.open(text);
        if clear != text {
            opened.add(&clear, text, Whose::Person);
            return clear.into();
        }
        let mut filled = String::new();
        let mut at = 0;
        while let Some(found) = self.vault.find_credential(self.stream, text, at) {
            if let Some(value) = self.whole_value(text, &found, opened) {
                return value;
            }
            let clear = self.text_of(&found, opened);
            filled.push_str(&text[at..found.start]);
            filled.push_str(&if found.in_address { percent_encoded(&clear, "%20") } else { clear });
            at = found.end;
        }
        filled.push_str(&text[at..]);
        filled.into()
    }

    /// A secret that is no text keeps its type where nothing stands around it.
    fn whole_value(&self, text: &str, found: &Found, opened: &mut Opened) -> Option<Value> {
        let Credential::Secret { name, path } = &found.credential else { return None };
        let leaf = self.secrets.value(name, path).filter(|leaf| !leaf.is_text)?;
        let whole = found.start == 0 && found.end == text.len() && !found.in_address;
        whole.then(|| {
            opened.add(leaf.text.reveal(), &found.token, Whose::Installation);
            leaf.reveal()
        })
    }

    fn text_of(&self, found: &Found, opened: &mut Opened) -> String {
        let clear = match &found.credential {
            Credential::Text(clear) => Some(clear.to_string()),
            Credential::Secret { name, path } => {
                self.secrets.value(name, path).map(|leaf| leaf.text.reveal().to_owned())
            }
        };
        match clear {
            Some(clear) => {
                opened.add(&clear, &found.token, Whose::Installation);
                clear
            }
            None => {
                opened.missing = Some(found.token.clone());
                found.token.clone()
            }
        }
    }
}

fn message(dispatch: &Dispatch, vault: &Vault) -> Value {
    let mut input = json!({
        "channel": dispatch.channel,
        "to": vault.open(&dispatch.to),
        "text": vault.open(&dispatch.body),
        "template": dispatch.template,
        "date": dispatch.created_at.to_string(),
    });
    if let Some(subject) = &dispatch.subject {
        input["subject"] = vault.open(subject).into();
    }
    input
}

/// Texts that were opened for a peer, with their tokens: what the peer gives back of them is closed again before it is
/// kept.
#[derive(Clone, Default)]
pub struct Opened {
    pairs: Vec<Pair>,
    /// A token whose secret the deployment no longer has.
    missing: Option<String>,
}

#[derive(Clone)]
struct Pair {
    clear: Zeroizing<String>,
    token: String,
    whose: Whose,
}

/// Whose text it is: a person's, or a credential of the installation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Person,
    Installation,
}

/// A text to look for, and what comes in its place.
struct Needle<'a> {
    clear: Zeroizing<String>,
    token: std::borrow::Cow<'a, str>,
}

impl Opened {
    fn add(&mut self, clear: &str, token: &str, whose: Whose) {
        let known = self.pairs.iter().any(|pair| pair.clear.as_str() == clear);
        if !clear.is_empty() && !known {
            self.pairs.push(Pair { clear: Zeroizing::new(clear.to_owned()), token: token.to_owned(), whose });
        }
    }

    /// A text that holds another must be found before it.
    fn longest_first(&mut self) {
        self.pairs.sort_by_key(|pair| std::cmp::Reverse(pair.clear.len()));
    }

    /// Why the request may not leave: a secret that it names is gone.
    fn refusal(&self) -> Option<Fault> {
        let missing = self.missing.as_ref()?;
        let place = missing.rsplit_once('.').map_or(missing.as_str(), |(place, _)| place);
        let name = place.trim_start_matches("§2.");
        Some(Fault::permanent(
            FaultKind::Configuration,
            format!("the deployment has no secret `{name}` any more, and the request names it"),
        ))
    }

    /// The answer with tokens in place of what was opened, in texts of their own and inside others: plain, as in an
    /// address, in base 64.
    pub fn close(&self, answer: &Value) -> Value {
        if self.pairs.is_empty() { answer.clone() } else { self.closed(answer, &self.needles()) }
    }

    /// The same for a text, such as the words of a fault.
    pub fn close_text(&self, text: &str) -> String {
        if self.pairs.is_empty() { text.to_owned() } else { self.closed_text(text, &self.needles()) }
    }

    fn closed(&self, value: &Value, needles: &[Needle<'_>]) -> Value {
        match value {
            Value::String(text) => Value::String(self.closed_text(text, needles)),
            Value::Array(items) => items.iter().map(|item| self.closed(item, needles)).collect(),
            Value::Object(members) => Value::Object(
                members.iter().map(|(name, member)| (replaced(name, needles), self.closed(member, needles))).collect(),
            ),
            Value::Number(number) => {
                let text = number.to_string();
                let secret = |pair: &&Pair| pair.whose == Whose::Installation && pair.clear.as_str() == text;
                let token = self.pairs.iter().filter(|pair| pair.clear.len() >= CREDENTIAL_BYTES_MIN).find(secret);
                token.map_or_else(|| value.clone(), |pair| pair.token.clone().into())
            }
            other => other.clone(),
        }
    }

    fn closed_text(&self, text: &str, needles: &[Needle<'_>]) -> String {
        if let Some(pair) = self.pairs.iter().find(|pair| pair.clear.as_str() == text) {
            return pair.token.clone();
        }
        let closed = replaced(text, needles);
        base64_closed(&closed, needles).unwrap_or(closed)
    }

    fn needles(&self) -> Vec<Needle<'_>> {
        let mut needles = Vec::new();
        for pair in &self.pairs {
            let (shortest, inside) = match pair.whose {
                Whose::Person => (PART_BYTES_MIN, HIDDEN),
                Whose::Installation => (CREDENTIAL_BYTES_MIN, pair.token.as_str()),
            };
            if pair.clear.len() < shortest {
                continue;
            }
            let mut add = |clear: String, token: std::borrow::Cow<'_, str>| {
                needles.push(Needle { clear: Zeroizing::new(clear), token: token.into_owned().into() });
            };
            add(pair.clear.to_string(), inside.into());
            for space in ["%20", "+"] {
                let encoded = percent_encoded(&pair.clear, space);
                if encoded != *pair.clear {
                    let token = if inside == HIDDEN { HIDDEN.to_owned() } else { percent_encoded(inside, "%20") };
                    add(encoded, token.into());
                }
            }
            let quoted = Value::from(pair.clear.as_str()).to_string();
            let escaped = &quoted[1..quoted.len() - 1];
            if escaped != pair.clear.as_str() {
                add(escaped.to_owned(), inside.into());
            }
        }
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.clear.len()));
        needles
    }
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Opened").field(&self.pairs.len()).finish()
    }
}

/// Needles replaced in one walk from left to right: what was put in is not looked at again.
fn replaced(text: &str, needles: &[Needle<'_>]) -> String {
    let mut closed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        match needles.iter().find(|needle| rest.starts_with(needle.clear.as_str())) {
            Some(needle) => {
                closed.push_str(&needle.token);
                rest = &rest[needle.clear.len()..];
            }
            None => {
                closed.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    closed
}

/// A text in base 64 that holds what was opened, with that closed; none where there is nothing to close.
fn base64_closed(text: &str, needles: &[Needle<'_>]) -> Option<String> {
    if text.len() < BASE64_CHARS_MIN || is_sealed(text) {
        return None;
    }
    let inner = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
    let closed = replaced(&inner, needles);
    (closed != inner).then(|| STANDARD.encode(closed))
}

/// How an attempt went, as it is kept: nothing in it is open.
pub fn outcome(begun: &Begun, sent: Result<Receipt, Fault>, vault: &Vault) -> AttemptResult {
    let mut opened = begun.opened.clone();
    match sent {
        Ok(receipt) => {
            let authorization = receipt.authorization.as_ref().map(|shown| {
                let sealed = vault.seal_credential(begun.stream, shown.parameter.reveal()).unwrap_or_default();
                opened.add(shown.parameter.reveal(), &sealed, Whose::Installation);
                opened.longest_first();
                sealed_authorization(shown, sealed)
            });
            let output = begun.awaited.then(|| output_of(opened.close(&receipt.output))).flatten();
            let reference = receipt.reference.map(|reference| opened.close_text(&reference));
            AttemptResult::Sent { reference, output, authorization: authorization.filter(|_| begun.awaited) }
        }
        Err(fault) => {
            let fault = Fault { message: opened.close_text(&fault.message), ..fault };
            AttemptResult::Failed {
                fault: fault.to_string(),
                permanent: fault.lasting == Lasting::Permanent,
                reached: fault.reached == Reached::Unknown,
                error: begun.awaited.then(|| error_of(&fault)),
            }
        }
    }
}

/// Why a request may not leave at all.
pub fn refusal(begun: &Begun) -> Option<Fault> {
    begun.opened.refusal()
}

fn sealed_authorization(shown: &Authorization, parameter: String) -> Data {
    Data::from(json!({ "scheme": shown.scheme, "parameter": parameter }))
}

/// A connector's fault as the flow that called sees it.
pub fn error_of(fault: &Fault) -> Error {
    let (kind, status) = match fault.kind {
        FaultKind::Answered { status } => (Kind::Communication, status),
        FaultKind::Timeout => (Kind::Timeout, Kind::Timeout.status()),
        FaultKind::Forbidden => (Kind::Authorization, Kind::Authorization.status()),
        FaultKind::Configuration => (Kind::Configuration, Kind::Configuration.status()),
        FaultKind::Content | FaultKind::Recipient => (Kind::Validation, Kind::Validation.status()),
        FaultKind::Credentials => (Kind::Authentication, Kind::Authentication.status()),
        FaultKind::Throttled => (Kind::Communication, 429),
        FaultKind::Unreachable | FaultKind::Unavailable => (Kind::Communication, 503),
        FaultKind::Protocol => (Kind::Communication, 502),
        FaultKind::Runtime => (Kind::Runtime, Kind::Runtime.status()),
    };
    // The title names the type for people, and is the same for every error of the type.
    let title = Some(format!("{} error", kind.name()));
    Error { status, title, ..Error::new(kind, fault.message.clone()) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use peygir_connector::Secret;

    use super::*;
    use crate::vault::Keys;

    const STREAM: Id = Id([1; 16]);

    fn pairs(pairs: &[(&str, &str)], whose: Whose) -> Opened {
        let mut opened = Opened::default();
        pairs.iter().for_each(|(clear, token)| opened.add(clear, token, whose));
        opened.longest_first();
        opened
    }

    #[test]
    fn what_was_opened_is_closed_in_the_answer() {
        let opened = pairs(&[("0012345679", "§1.a"), ("مریم کریمی", "§1.b"), ("ok", "§1.c")], Whose::Person);
        let answer = json!({
            "id": "0012345679", "name": ["مریم کریمی"], "short": "ok", "other": "book", "number": 12,
            "uri": "http://h/?n=0012345679&m=%D9%85%D8%B1%DB%8C%D9%85+%DA%A9%D8%B1%DB%8C%D9%85%DB%8C",
        });
        let expected = json!({
            "id": "§1.a", "name": ["§1.b"], "short": "§1.c", "other": "book", "number": 12,
            "uri": "http://h/?n=***&m=***",
        });
        assert_eq!(opened.close(&answer), expected);
        assert_eq!(Opened::default().close(&answer), answer);
        assert_eq!(format!("{opened:?}"), "Opened(3)");
    }

    #[test]
    fn credentials_are_closed_wherever_an_answer_shows_them() {
        let opened = pairs(&[("pa\"ss w", "§2.p§"), ("pa\"s", "§2.q§"), ("8812", "§2.n§")], Whose::Installation);
        let answer = json!({
            "header": "Bearer pa\"ss w", "short": "x pa\"s x", "json": "{\\\"k\\\":\\\"pa\\\"ss w\\\"}",
            "uri": "?k=pa%22ss%20w", "form": "k=pa%22ss+w", "pin": 8812, "pa\"ss w": true,
            "raw": STANDARD.encode("echo: pa\"ss w"), "plain": "words",
        });
        let closed = opened.close(&answer);
        let told = closed.to_string();
        for clear in ["ss w", "ss%20w", "ss+w", "8812"] {
            assert!(!told.contains(clear), "{clear}: {told}");
        }
        assert_eq!(closed["header"], "Bearer §2.p§");
        assert_eq!(closed["uri"], format!("?k={}", percent_encoded("§2.p§", "%20")));
        assert_eq!(closed["raw"], STANDARD.encode("echo: §2.p§"));
        assert_eq!(closed["plain"], "words");
        assert_eq!(opened.close_text("refused: pa\"ss w"), "refused: §2.p§");
    }

    #[test]
    fn tokens_are_opened_where_they_stand_and_what_was_opened_is_left_alone() {
        let vault = Vault::new(Arc::new(Keys::in_memory()));
        let account = Secret::new(json!({ "user": "u 1", "pin": 8812 }).to_string());
        let secrets =
            Secrets::default().with_text("key", Secret::new("s3cret")).with_object("account", &account).unwrap();
        let seen = secrets.tokens(&vault, STREAM);
        let shown = vault.seal_credential(STREAM, "abc=").unwrap();
        let person = Id([3; 16]);
        vault.create(person, Zeroizing::new([4; 32])).unwrap();
        let key = seen["key"].as_str().unwrap();
        let words = vault.seal(person, &format!("say {key}"), &[5; 32]).unwrap();
        let user = seen["account"]["user"].as_str().unwrap();
        let input = json!({
            "account": seen["account"], "auth": format!("Bearer {key}/{shown}!"), "words": words,
            "uri": format!("http://h/?u={}", percent_encoded(user, "%20")),
        });
        let mut opened = Opened::default();
        let opener = Opener { vault: &vault, secrets: &secrets, stream: STREAM };
        let open = opener.open(&input, &mut opened);
        let expected = json!({
            "account": { "user": "u 1", "pin": 8812 }, "auth": "Bearer s3cret/abc=!",
            "words": format!("say {key}"), "uri": "http://h/?u=u%201",
        });
        assert_eq!(open, expected);
        opened.longest_first();
        assert!(opened.refusal().is_none());
        let back = opened.close(&json!({ "user": "u 1", "auth": "Bearer s3cret" }));
        assert_eq!(back, json!({ "user": user, "auth": format!("Bearer {key}") }));
    }

    #[test]
    fn a_secret_that_is_gone_stops_the_request() {
        let vault = Vault::new(Arc::new(Keys::in_memory()));
        let token = vault.secret_token(STREAM, "old", &["pin".to_owned()]);
        let mut opened = Opened::default();
        let opener = Opener { vault: &vault, secrets: &Secrets::default(), stream: STREAM };
        opener.open(&json!([format!("x {token}")]), &mut opened);
        assert!(opened.refusal().unwrap().message.contains("`old/pin`"));
    }

    #[test]
    fn faults_become_errors_of_the_language() {
        for (fault, type_, status) in [
            (Fault::answered(404, "x"), "communication", 404),
            (Fault::ambiguous(FaultKind::Timeout, "x"), "timeout", 408),
            (Fault::permanent(FaultKind::Forbidden, "x"), "authorization", 403),
            (Fault::permanent(FaultKind::Content, "x"), "validation", 400),
            (Fault::temporary(FaultKind::Unreachable, "x"), "communication", 503),
            (Fault::ambiguous(FaultKind::Protocol, "x"), "communication", 502),
            (Fault::permanent(FaultKind::Runtime, "x"), "runtime", 500),
            (Fault::permanent(FaultKind::Credentials, "x"), "authentication", 401),
        ] {
            let error = error_of(&fault);
            assert!(error.type_.ends_with(&format!("/{type_}")), "{error:?}");
            assert_eq!((error.status, error.detail.as_deref()), (status, Some("x")));
        }
    }
}
