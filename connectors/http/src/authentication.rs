//! What proves to a peer who asks: a policy as the engine resolved it, references followed and secrets filled in.
//!
//! Owns: the reading of policies, and what is sent for each. Does not know where secrets come from. No fault and no
//! `Debug` shows a value.

mod assertion;
mod digest;
mod oauth;
mod tokens;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use peygir_connector::{Authorization, Fault, FaultKind, Secret};
use reqwest::header::HeaderValue;
use serde_json::{Map, Value};

use crate::endpoint::refused;

pub(crate) use digest::Challenge;
pub(crate) use oauth::Grantor;
pub(crate) use tokens::Tokens;

/// Who asks.
pub(crate) enum Policy {
    Basic(Login),
    Bearer(Secret),
    Digest(Login),
    /// OAuth 2 and OpenID Connect: a token has to be fetched first.
    Token(Box<Grantor>),
}

pub(crate) struct Login {
    pub(crate) username: Secret,
    pub(crate) password: Secret,
}

const SCHEMES: &str = "one of `basic`, `bearer`, `digest`, `oauth2` and `oidc`";

impl Policy {
    /// Null is no policy.
    pub(crate) fn read(value: &Value) -> Result<Option<Self>, Fault> {
        let members = match value {
            Value::Null => return Ok(None),
            Value::Object(members) if members.len() == 1 => members,
            _ => return Err(refused(format!("`authentication` has {SCHEMES}"))),
        };
        let (scheme, given) = members.iter().next().map_or(("", &Value::Null), |(name, value)| (name.as_str(), value));
        // A secret that a policy names may be the token alone.
        if let ("bearer", Value::String(token)) = (scheme, given)
            && !token.is_empty()
        {
            return Ok(Some(Self::Bearer(Secret::new(token))));
        }
        let given = Given { scheme, members: given.as_object() };
        let policy = match scheme {
            "basic" => Self::Basic(given.login()?),
            "bearer" => Self::Bearer(given.only(&["token"])?.secret("token")?),
            "digest" => Self::Digest(given.login()?),
            "oauth2" | "oidc" => Self::Token(Box::new(Grantor::read(&given)?)),
            "use" => {
                return Err(Fault::permanent(
                    FaultKind::Configuration,
                    "the authentication that `use` names was not resolved",
                ));
            }
            _ => return Err(refused(format!("`authentication` has {SCHEMES}"))),
        };
        Ok(Some(policy))
    }
}

/// The members of one scheme.
struct Given<'v> {
    scheme: &'v str,
    members: Option<&'v Map<String, Value>>,
}

impl<'v> Given<'v> {
    fn only(self, known: &[&str]) -> Result<Self, Fault> {
        let unknown = self.members.into_iter().flatten().any(|(name, _)| !known.contains(&name.as_str()));
        if unknown || self.members.is_none() {
            return Err(self.refused(&format!("is a mapping of {}", known.join(", "))));
        }
        Ok(self)
    }

    fn login(self) -> Result<Login, Fault> {
        let given = self.only(&["username", "password"])?;
        Ok(Login { username: given.secret("username")?, password: given.secret("password")? })
    }

    fn get(&self, name: &str) -> Option<&'v Value> {
        self.members?.get(name).filter(|value| !value.is_null())
    }

    /// A text; YAML makes numbers of some passwords.
    fn text(&self, name: &str) -> Result<Option<String>, Fault> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(self.refused(&format!("has `{name}` as a text"))),
        }
    }

    fn optional_secret(&self, name: &str) -> Result<Option<Secret>, Fault> {
        Ok(self.text(name)?.map(Secret::new))
    }

    fn secret(&self, name: &str) -> Result<Secret, Fault> {
        let secret = self.optional_secret(name)?.filter(|secret| !secret.reveal().is_empty());
        secret.ok_or_else(|| self.refused(&format!("needs `{name}` as a text")))
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, Fault> {
        let items = match self.get(name) {
            None => return Ok(Vec::new()),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(self.refused(&format!("has `{name}` as a list of texts"))),
        };
        let texts: Option<Vec<String>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
        texts.ok_or_else(|| self.refused(&format!("has `{name}` as a list of texts")))
    }

    fn inner(&self, name: &'v str) -> Given<'v> {
        Given { scheme: name, members: self.get(name).and_then(Value::as_object) }
    }

    fn refused(&self, what: &str) -> Fault {
        refused(format!("`authentication`: `{}` {what}", self.scheme))
    }
}

pub(crate) fn basic(login: &Login) -> Result<Authorization, Fault> {
    let (username, password) = (login.username.reveal(), login.password.reveal());
    if username.contains(':') {
        return Err(refused("`authentication`: a name of `basic` has no colon"));
    }
    Ok(authorization("Basic", STANDARD.encode(format!("{username}:{password}"))))
}

pub(crate) fn bearer(token: &Secret) -> Authorization {
    authorization("Bearer", token.reveal())
}

pub(crate) fn digest(challenge: &Challenge, login: &Login, method: &str, uri: &str) -> Result<Authorization, Fault> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|_| Fault::temporary(FaultKind::Configuration, "the system gives no random numbers"))?;
    let nonce: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(authorization("Digest", challenge.answer(login, method, uri, &nonce)))
}

fn authorization(scheme: &str, parameter: impl Into<String>) -> Authorization {
    Authorization { scheme: scheme.to_owned(), parameter: Secret::new(parameter) }
}

/// The value of the header `Authorization`.
pub(crate) fn header(authorization: &Authorization) -> Result<HeaderValue, Fault> {
    let text = Secret::new(format!("{} {}", authorization.scheme, authorization.parameter.reveal()));
    let mut value = HeaderValue::from_bytes(text.reveal().as_bytes())
        .map_err(|_| refused("`authentication` holds signs that no header can"))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn policies_that_are_none_are_refused_without_their_values() {
        let oauth = |change: Value| {
            let mut members = json!({"authority": "http://a/", "grant": "client_credentials", "client": {"id": "i", "secret": "s3cret"}});
            members.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            json!({"oauth2": members})
        };
        for (value, told) in [
            (json!("s3cret"), "one of"),
            (json!({}), "one of"),
            (json!({"ntlm": {"password": "s3cret"}}), "one of"),
            (json!({"basic": {"username": "u", "password": "s3cret"}, "bearer": {"token": "s3cret"}}), "one of"),
            (json!({"use": "s3cret"}), "was not resolved"),
            (json!({"basic": {"use": "s3cret"}}), "username, password"),
            (json!({"basic": {"username": "s3cret"}}), "`password`"),
            (json!({"basic": {"username": "s3cret", "password": ["s3cret"]}}), "`password`"),
            (json!({"bearer": {"token": ""}}), "`token`"),
            (json!({"bearer": ""}), "token"),
            (json!({"digest": "s3cret"}), "username, password"),
            (oauth(json!({"grant": "authorization_code"})), "`authorization_code`"),
            (oauth(json!({"grant": "s3cret"})), "`grant`"),
            (oauth(json!({"authority": "s3cret"})), "`authority`"),
            (oauth(json!({"authority": null})), "`authority`"),
            (oauth(json!({"client": {"secret": "s3cret"}})), "`id`"),
            (oauth(json!({"client": {"id": "s3cret"}})), "`secret`"),
            (oauth(json!({"client": {"id": "s3cret", "authentication": "private_key_jwt"}})), "`assertion`"),
            (oauth(json!({"client": {"id": "i", "secret": "s", "authentication": "s3cret"}})), "`authentication`"),
            (oauth(json!({"request": {"encoding": "s3cret"}})), "`encoding`"),
            (oauth(json!({"scopes": "s3cret"})), "`scopes`"),
            (oauth(json!({"s3cret": 1})), "mapping of"),
            (oauth(json!({"grant": "password"})), "`username`"),
            (oauth(json!({"grant": "refresh_token"})), "`subject`"),
            (oauth(json!({"grant": "urn:ietf:params:oauth:grant-type:token-exchange"})), "`subject`"),
            (oauth(json!({"subject": {"token": "s3cret"}})), "`type`"),
            (json!({"oidc": {"authority": "http://a/", "grant": "client_credentials", "endpoints": {}}}), "mapping of"),
        ] {
            let fault = Policy::read(&value).err().unwrap_or_else(|| panic!("{value} is taken"));
            assert!(fault.message.contains(told), "{value}: {fault}");
            assert!(!format!("{fault} {fault:?}").contains("s3cret"), "{fault}");
        }
        let refused = Policy::read(&oauth(json!({"grant": "authorization_code"}))).err().unwrap();
        assert_eq!(refused.kind, FaultKind::Configuration);
    }

    #[test]
    fn what_is_shown_to_the_peer_is_shown_to_nobody_else() {
        let login = Login { username: Secret::new("مریم"), password: Secret::new("s3cret:1") };
        let shown = basic(&login).unwrap();
        assert_eq!(shown.parameter.reveal(), STANDARD.encode("مریم:s3cret:1"));
        let header = header(&shown).unwrap();
        assert!(header.as_bytes().starts_with(b"Basic "));
        assert!(!format!("{shown:?} {header:?}").contains(shown.parameter.reveal()));
        assert!(super::header(&bearer(&Secret::new("a\r\nb: c"))).is_err());
        assert!(basic(&Login { username: Secret::new("a:b"), password: Secret::new("c") }).is_err());
    }
}
