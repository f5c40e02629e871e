//! OAuth 2 and OpenID Connect without a browser: what is asked of a token endpoint, and how the client proves itself
//! there.
//!
//! Owns: the policy's reading and the parameters of a token request (RFC 6749, 7523, 8693). Does not speak to anybody.

use peygir_connector::{Fault, FaultKind, Secret};
use reqwest::Url;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Given, assertion};
use crate::endpoint::address;

const TOKEN_PATH: &str = "/oauth2/token";
const DISCOVERY: &str = "/.well-known/openid-configuration";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const MEMBERS: [&str; 13] = [
    "authority",
    "grant",
    "client",
    "request",
    "issuers",
    "scopes",
    "audiences",
    "username",
    "password",
    "subject",
    "actor",
    // Not a word of the language: a secret that the policy names may bring it along.
    "refresh_token",
    // Of OAuth only: OpenID Connect has a document that says where.
    "endpoints",
];

/// Who grants tokens, and what is asked there.
pub(crate) struct Grantor {
    /// Digest of the whole policy: what a token that was fetched for it is kept under.
    pub(crate) key: [u8; 32],
    pub(crate) place: Place,
    pub(crate) issuers: Vec<String>,
    pub(crate) json: bool,
    grant: Grant,
    client: Client,
    scopes: Vec<String>,
    audiences: Vec<String>,
}

/// Where tokens are asked for.
pub(crate) enum Place {
    At(Url),
    /// The document that says where.
    DiscoveredBy(Url),
}

enum Grant {
    ClientCredentials,
    Password { username: Secret, password: Secret },
    Refresh(Secret),
    Exchange { subject: Token, actor: Option<Token> },
}

struct Token {
    token: Secret,
    kind: String,
}

struct Client {
    id: Option<String>,
    proof: Proof,
}

enum Proof {
    Post(Secret),
    Basic(Secret),
    SecretJwt(Secret),
    Assertion(Secret),
    None,
}

impl Grantor {
    pub(super) fn read(given: &Given<'_>) -> Result<Self, Fault> {
        let is_oidc = given.scheme == "oidc";
        let known = &MEMBERS[..if is_oidc { 12 } else { 13 }];
        let given = Given { scheme: given.scheme, members: given.members }.only(known)?;
        let authority = given.text("authority")?.ok_or_else(|| given.refused("needs `authority`"))?;
        let authority = address(&authority, "authority")?;
        let place = if is_oidc {
            let path = authority.path();
            Place::DiscoveredBy(if path.ends_with(DISCOVERY) { authority } else { below(&authority, DISCOVERY)? })
        } else {
            let endpoints = given.inner("endpoints").text("token")?;
            Place::At(token_endpoint(&authority, endpoints.as_deref().unwrap_or(TOKEN_PATH))?)
        };
        Ok(Self {
            key: key(given.scheme, given.members.map(|members| Value::Object(members.clone()))),
            place,
            issuers: given.texts("issuers")?,
            json: encoding_is_json(&given)?,
            grant: grant(&given)?,
            client: client(&given.inner("client"))?,
            scopes: given.texts("scopes")?,
            audiences: given.texts("audiences")?,
        })
    }

    /// Name and secret of the client for a header `Authorization`, where it proves itself so.
    pub(crate) fn login(&self) -> Option<(String, String)> {
        match (&self.client.proof, &self.client.id) {
            // Both are encoded as forms are before they are put together: RFC 6749, 2.3.1.
            (Proof::Basic(secret), Some(id)) => Some((form_encoded(id), form_encoded(secret.reveal()))),
            _ => None,
        }
    }

    /// The parameters of a request for a token. `refresh` is a newer refresh token than the policy's own.
    pub(crate) fn parameters(
        &self,
        endpoint: &Url,
        refresh: Option<&Secret>,
        now_s: Option<i64>,
    ) -> Result<Vec<(&'static str, String)>, Fault> {
        let mut asked = self.grant.parameters(refresh);
        if !self.scopes.is_empty() {
            asked.push(("scope", self.scopes.join(" ")));
        }
        asked.extend(self.audiences.iter().map(|audience| ("audience", audience.clone())));
        self.client.prove(endpoint, now_s, &mut asked)?;
        Ok(asked)
    }
}

impl Grant {
    fn parameters(&self, refresh: Option<&Secret>) -> Vec<(&'static str, String)> {
        let text = |secret: &Secret| secret.reveal().to_owned();
        match self {
            Self::ClientCredentials => vec![("grant_type", "client_credentials".into())],
            Self::Password { username, password } => {
                vec![("grant_type", "password".into()), ("username", text(username)), ("password", text(password))]
            }
            Self::Refresh(own) => {
                vec![("grant_type", "refresh_token".into()), ("refresh_token", text(refresh.unwrap_or(own)))]
            }
            Self::Exchange { subject, actor } => {
                let mut asked = vec![
                    ("grant_type", EXCHANGE.into()),
                    ("subject_token", text(&subject.token)),
                    ("subject_token_type", subject.kind.clone()),
                ];
                if let Some(actor) = actor {
                    asked.push(("actor_token", text(&actor.token)));
                    asked.push(("actor_token_type", actor.kind.clone()));
                }
                asked
            }
        }
    }
}

impl Client {
    fn prove(&self, endpoint: &Url, now_s: Option<i64>, asked: &mut Vec<(&'static str, String)>) -> Result<(), Fault> {
        let id = self.id.clone().unwrap_or_default();
        let assertion = match &self.proof {
            Proof::Basic(_) => return Ok(()),
            Proof::None if self.id.is_none() => return Ok(()),
            Proof::None => None,
            Proof::Post(secret) => {
                asked.push(("client_secret", secret.reveal().to_owned()));
                None
            }
            Proof::Assertion(given) => Some(given.clone()),
            Proof::SecretJwt(secret) => {
                let now_s = now_s.ok_or_else(|| {
                    Fault::permanent(
                        FaultKind::Configuration,
                        "`client_secret_jwt` needs a clock, which the host has not given",
                    )
                })?;
                Some(assertion::signed(&id, secret, endpoint.as_str(), now_s)?)
            }
        };
        asked.push(("client_id", id));
        if let Some(assertion) = assertion {
            asked.push(("client_assertion_type", ASSERTION_TYPE.into()));
            asked.push(("client_assertion", assertion.reveal().to_owned()));
        }
        Ok(())
    }
}

fn grant(given: &Given<'_>) -> Result<Grant, Fault> {
    let name = given.text("grant")?.unwrap_or_default();
    let (subject, actor) = (token(&given.inner("subject"))?, token(&given.inner("actor"))?);
    match name.as_str() {
        "client_credentials" => Ok(Grant::ClientCredentials),
        "password" => Ok(Grant::Password { username: given.secret("username")?, password: given.secret("password")? }),
        // The language has no member for it: the token on whose behalf the request is made is the nearest.
        "refresh_token" => match (given.optional_secret("refresh_token")?, subject) {
            (Some(own), _) => Ok(Grant::Refresh(own)),
            (None, Some(subject)) => Ok(Grant::Refresh(subject.token)),
            (None, None) => Err(given.refused("with the grant `refresh_token` needs `subject` with that token")),
        },
        EXCHANGE => match subject {
            Some(subject) => Ok(Grant::Exchange { subject, actor }),
            None => Err(given.refused("needs `subject` with `token` and `type` for a token exchange")),
        },
        "authorization_code" => Err(Fault::permanent(
            FaultKind::Configuration,
            "the grant `authorization_code` needs a person with a browser and is not run",
        )),
        _ => Err(given.refused(
            "has as `grant` client_credentials, password, refresh_token or urn:ietf:params:oauth:grant-type:token-exchange",
        )),
    }
}

fn token(given: &Given<'_>) -> Result<Option<Token>, Fault> {
    if given.members.is_none() {
        return Ok(None);
    }
    let kind = given.text("type")?.ok_or_else(|| given.refused("needs `type` as a text"))?;
    Ok(Some(Token { token: given.secret("token")?, kind }))
}

fn client(given: &Given<'_>) -> Result<Client, Fault> {
    let id = given.text("id")?.filter(|id| !id.is_empty());
    let proof = match given.text("authentication")?.as_deref().unwrap_or("client_secret_post") {
        "none" => return Ok(Client { id, proof: Proof::None }),
        "client_secret_post" => Proof::Post(given.secret("secret")?),
        "client_secret_basic" => Proof::Basic(given.secret("secret")?),
        // One that was signed elsewhere is as good as one signed here.
        "client_secret_jwt" => match given.optional_secret("assertion")? {
            Some(signed) => Proof::Assertion(signed),
            None => Proof::SecretJwt(given.secret("secret")?),
        },
        "private_key_jwt" => Proof::Assertion(given.secret("assertion")?),
        _ => {
            return Err(given.refused(
                "has as `authentication` client_secret_post, client_secret_basic, client_secret_jwt, private_key_jwt or none",
            ));
        }
    };
    if id.is_none() {
        return Err(given.refused("needs `id` unless its `authentication` is none"));
    }
    Ok(Client { id, proof })
}

fn encoding_is_json(given: &Given<'_>) -> Result<bool, Fault> {
    match given.inner("request").text("encoding")?.as_deref() {
        None | Some("application/x-www-form-urlencoded") => Ok(false),
        Some("application/json") => Ok(true),
        Some(_) => Err(given.refused("has as `encoding` application/x-www-form-urlencoded or application/json")),
    }
}

/// A path is meant below the authority; a whole address is taken as it is.
fn token_endpoint(authority: &Url, path: &str) -> Result<Url, Fault> {
    if path.contains("://") { address(path, "endpoints.token") } else { below(authority, path) }
}

fn below(authority: &Url, path: &str) -> Result<Url, Fault> {
    let mut base = authority.clone();
    base.set_query(None);
    base.set_fragment(None);
    address(&format!("{}/{}", base.as_str().trim_end_matches('/'), path.trim_start_matches('/')), "authority")
}

fn key(scheme: &str, members: Option<Value>) -> [u8; 32] {
    let text = Secret::new(format!("{scheme}{}", members.unwrap_or_default()));
    Sha256::digest(text.reveal().as_bytes()).into()
}

pub(super) fn form_encoded(text: &str) -> String {
    reqwest::Url::parse_with_params("http://form/", [("", text)])
        .ok()
        .and_then(|url| url.query().map(|query| query.trim_start_matches('=').to_owned()))
        .unwrap_or_default()
}
