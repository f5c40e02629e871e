//! Tokens that were fetched, each until shortly before it expires.
//!
//! Owns: the request for a token and the table of those that are still good. A token is asked for once however many calls
//! wait for it. Nothing of it outlives the process, and no fault says more of a refusal than the words of the standard.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use peygir_connector::{Fault, FaultKind, Lasting, Reached, Secret};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Response, Url};
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::oauth::{Place, form_encoded};
use super::{Grantor, assertion};
use crate::answer;
use crate::endpoint::{address, host_of};
use crate::outbound::Wire;

/// Most policies whose tokens are kept; past it the one that was not used for longest goes.
const TOKENS_MAX: usize = 256;
/// Longest answer of a token endpoint or of its discovery, in bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Longest token, in bytes: it has to fit into a header.
const TOKEN_BYTES_MAX: usize = 16 * 1024;
/// How long a token is used whose answer does not say, in seconds.
const LIFE_S_DEFAULT: u64 = 300;
const LIFE_S_MAX: u64 = 24 * 3_600;
/// A token is not used in the last part of its life, at most: it has to arrive before it ends.
const RESERVE: Duration = Duration::from_secs(30);
/// The words that a refusal may have (RFC 6749 5.2, RFC 8693 2.2.2): no other of the answer is repeated.
const REFUSALS: [&str; 8] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "invalid_target",
    "access_denied",
];

#[derive(Default)]
pub(crate) struct Tokens {
    slots: Mutex<BTreeMap<[u8; 32], Arc<Slot>>>,
    clock: AtomicU64,
}

/// The token of one policy. Whoever asks for a new one holds the lock meanwhile.
#[derive(Default)]
struct Slot {
    held: tokio::sync::Mutex<Held>,
    used: AtomicU64,
}

#[derive(Default)]
struct Held {
    token: Option<(Secret, Instant)>,
    /// A refresh token that came with an answer and takes the place of the policy's own.
    refresh: Option<Secret>,
}

/// A token, and whether it was there already: one that was kept may have been withdrawn since.
pub(crate) struct Fetched {
    pub(crate) token: Secret,
    pub(crate) was_kept: bool,
}

impl Tokens {
    /// A token that is good, fetched where there is none. `not` is one that the peer has just refused.
    pub(crate) async fn get(&self, wire: &Wire<'_>, grantor: &Grantor, not: Option<&Secret>) -> Result<Fetched, Fault> {
        let slot = self.slot(grantor.key);
        let waited = tokio::time::timeout_at(wire.deadline(), slot.held.lock()).await;
        let mut held = waited.map_err(|_| no_token(Lasting::Temporary, "it was waited for in vain"))?;
        let refused = |token: &Secret| not.is_some_and(|not| not.reveal() == token.reveal());
        if let Some((token, until)) = &held.token
            && *until > Instant::now()
            && !refused(token)
        {
            return Ok(Fetched { token: token.clone(), was_kept: true });
        }
        held.token = None;
        let granted = ask(wire, grantor, held.refresh.as_ref()).await?;
        held.token = Some((granted.token.clone(), granted.until));
        if granted.refresh.is_some() {
            held.refresh = granted.refresh;
        }
        Ok(Fetched { token: granted.token, was_kept: false })
    }

    fn slot(&self, key: [u8; 32]) -> Arc<Slot> {
        let now = self.clock.fetch_add(1, Ordering::Relaxed);
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= TOKENS_MAX && !slots.contains_key(&key) {
            let oldest = slots.iter().min_by_key(|(_, slot)| slot.used.load(Ordering::Relaxed)).map(|(key, _)| *key);
            oldest.map(|oldest| slots.remove(&oldest));
        }
        let slot = slots.entry(key).or_default().clone();
        slot.used.store(now, Ordering::Relaxed);
        slot
    }
}

struct Granted {
    token: Secret,
    until: Instant,
    refresh: Option<Secret>,
}

fn no_token(lasting: Lasting, why: &str) -> Fault {
    let message = format!("no token could be had: {why}");
    Fault { kind: FaultKind::Credentials, lasting, reached: Reached::No, message }
}

/// What went wrong on the way to a token is no doubt about the request that needed it. Where it may not go stays as it is.
fn on_the_way(fault: Fault) -> Fault {
    if matches!(fault.kind, FaultKind::Forbidden | FaultKind::Configuration) {
        return fault;
    }
    no_token(fault.lasting, &fault.message)
}

async fn ask(wire: &Wire<'_>, grantor: &Grantor, refresh: Option<&Secret>) -> Result<Granted, Fault> {
    let mut issuer = None;
    let endpoint = match &grantor.place {
        Place::At(endpoint) => endpoint.clone(),
        Place::DiscoveredBy(document) => {
            let (endpoint, named) = discover(wire, document).await?;
            issuer = named;
            endpoint
        }
    };
    let parameters = grantor.parameters(&endpoint, refresh, wire.config.clock_s.map(|clock| clock()))?;
    let mut request = wire.post(&endpoint)?.header(ACCEPT, "application/json");
    request = if grantor.json {
        request.header(CONTENT_TYPE, "application/json").body(json_of(&parameters))
    } else {
        request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form_of(&parameters))
    };
    if let Some((name, secret)) = grantor.login() {
        request = request.basic_auth(name, Some(secret));
    }
    let response = wire.send(request, &endpoint).await.map_err(on_the_way)?;
    let asked_at = Instant::now();
    let answer = read(response, &endpoint).await?;
    granted(grantor, &answer, issuer.as_deref(), asked_at, &host_of(&endpoint))
}

async fn discover(wire: &Wire<'_>, document: &Url) -> Result<(Url, Option<String>), Fault> {
    let request = wire.get(document)?.header(ACCEPT, "application/json");
    let response = wire.send(request, document).await.map_err(on_the_way)?;
    let found = read(response, document).await?;
    let unusable = || no_token(Lasting::Permanent, "the authority's document names no token endpoint that can be used");
    let endpoint = found["token_endpoint"].as_str().and_then(|text| address(text, "token_endpoint").ok());
    let endpoint = endpoint.ok_or_else(unusable)?;
    // Secrets that were meant for TLS are not sent without it because a document says so.
    if document.scheme() == "https" && endpoint.scheme() != "https" {
        return Err(unusable());
    }
    Ok((endpoint, found["issuer"].as_str().map(str::to_owned)))
}

async fn read(response: Response, at: &Url) -> Result<Value, Fault> {
    let (status, host) = (response.status().as_u16(), host_of(at));
    let bytes = answer::bytes(response, &host, ANSWER_BYTES_MAX).await.map_err(on_the_way)?;
    let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    if (200..300).contains(&status) {
        return Ok(value);
    }
    let word = REFUSALS.iter().find(|word| value["error"] == **word);
    let word = word.map(|word| format!(" ({word})")).unwrap_or_default();
    let lasting = Fault::answered(status, "").lasting;
    Err(no_token(lasting, &format!("{host} answered with {status}{word}")))
}

fn granted(
    grantor: &Grantor,
    answer: &Value,
    issuer: Option<&str>,
    asked_at: Instant,
    host: &str,
) -> Result<Granted, Fault> {
    let unusable = |why: &str| no_token(Lasting::Permanent, &format!("the answer of {host} {why}"));
    let token = answer["access_token"].as_str().filter(|token| is_token(token));
    let token = token.ok_or_else(|| unusable("holds no token"))?;
    if answer["token_type"].as_str().is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return Err(unusable("holds a token that is no bearer token"));
    }
    if !grantor.issuers.is_empty() {
        let issuer = assertion::issuer(token).or_else(|| issuer.map(str::to_owned));
        if !issuer.is_some_and(|issuer| grantor.issuers.contains(&issuer)) {
            return Err(unusable("holds a token of which none of `issuers` can be seen to be the issuer"));
        }
    }
    let given = &answer["expires_in"];
    let life = given.as_u64().or_else(|| given.as_str()?.parse().ok()).unwrap_or(LIFE_S_DEFAULT).min(LIFE_S_MAX);
    let life = Duration::from_secs(life);
    Ok(Granted {
        token: Secret::new(token),
        until: asked_at + life - RESERVE.min(life / 4),
        refresh: answer["refresh_token"].as_str().filter(|token| is_token(token)).map(Secret::new),
    })
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.len() <= TOKEN_BYTES_MAX && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn form_of(parameters: &[(&str, String)]) -> String {
    let pairs: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={}", form_encoded(value))).collect();
    pairs.join("&")
}

/// A parameter that stands several times is a list.
fn json_of(parameters: &[(&str, String)]) -> String {
    let mut members = Map::new();
    for (name, value) in parameters {
        let value = Value::from(value.as_str());
        match members.get_mut(*name) {
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
            None => drop(members.insert((*name).to_owned(), value)),
        }
    }
    Value::Object(members).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_as_form_and_as_json() {
        let parameters = [("scope", "a b".to_owned()), ("audience", "x&y=".to_owned()), ("audience", "z".to_owned())];
        assert_eq!(form_of(&parameters), "scope=a+b&audience=x%26y%3D&audience=z");
        assert_eq!(json_of(&parameters), r#"{"audience":["x&y=","z"],"scope":"a b"}"#);
        let three = [("a", "1".to_owned()), ("a", "2".to_owned()), ("a", "3".to_owned())];
        assert_eq!(json_of(&three), r#"{"a":["1","2","3"]}"#);
    }

    #[test]
    fn the_table_forgets_what_was_not_used_for_longest() {
        let tokens = Tokens::default();
        let key = |number: usize| {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&number.to_be_bytes());
            key
        };
        for number in 0..TOKENS_MAX {
            tokens.slot(key(number));
        }
        tokens.slot(key(0));
        tokens.slot(key(TOKENS_MAX));
        let slots = tokens.slots.lock().unwrap();
        assert_eq!(slots.len(), TOKENS_MAX);
        assert!(slots.contains_key(&key(0)) && !slots.contains_key(&key(1)));
    }
}
