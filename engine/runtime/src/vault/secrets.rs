//! The secrets of a deployment, by name.
//!
//! Owns: the values and their shape. Flows see the shape, with a token in the place of every value; values are put in
//! their places where a request leaves ([`crate::outgoing`]). Nothing here can be formatted or written out.

use std::collections::BTreeMap;
use std::sync::Arc;

use peygir_connector::Secret;
use peygir_core::Id;
use serde_json::Value;

use super::Vault;

/// Values in one secret.
pub const SECRET_VALUES_MAX: usize = 200;

/// Cheap to clone.
#[derive(Clone, Default)]
pub struct Secrets(Arc<BTreeMap<String, Arc<One>>>);

struct One {
    /// The secret with null in the place of every value.
    shape: Value,
    values: BTreeMap<Vec<String>, Leaf>,
}

/// One value.
pub struct Leaf {
    /// The text; the JSON of what is no text.
    pub text: Secret,
    pub is_text: bool,
}

impl Leaf {
    /// The value itself, for the moment of use only.
    pub fn reveal(&self) -> Value {
        let text = self.text.reveal();
        if self.is_text { text.into() } else { serde_json::from_str(text).unwrap_or(Value::Null) }
    }
}

impl Secrets {
    /// Adds a secret that is a text.
    #[must_use]
    pub fn with_text(self, name: &str, secret: Secret) -> Self {
        let values = BTreeMap::from([(Vec::new(), Leaf { text: secret, is_text: true })]);
        self.with(name, One { shape: Value::Null, values })
    }

    /// Adds a secret that is an object written as JSON. Errs in words without its content.
    pub fn with_object(self, name: &str, json: &Secret) -> Result<Self, &'static str> {
        let parsed: Value = serde_json::from_str(json.reveal()).map_err(|_| "it is no JSON")?;
        if !parsed.is_object() {
            return Err("it is no JSON object");
        }
        let mut values = BTreeMap::new();
        let shape = take_values(&parsed, &mut Vec::new(), &mut values);
        if values.len() > SECRET_VALUES_MAX {
            return Err("it has too many values");
        }
        Ok(self.with(name, One { shape, values }))
    }

    fn with(self, name: &str, one: One) -> Self {
        let mut all = (*self.0).clone();
        all.insert(name.to_owned(), Arc::new(one));
        Self(Arc::new(all))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// What flows of a stream see: `{ NAME: token | { member: token } }`.
    pub fn tokens(&self, vault: &Vault, stream: Id) -> Value {
        let one = |(name, secret): (&String, &Arc<One>)| {
            let token = |path: &[String]| vault.secret_token(stream, name, path);
            (name.clone(), put_tokens(&secret.shape, &mut Vec::new(), &secret.values, &token))
        };
        Value::Object(self.0.iter().map(one).collect())
    }

    pub fn value(&self, name: &str, path: &[String]) -> Option<&Leaf> {
        self.0.get(name)?.values.get(path)
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

fn take_values(value: &Value, path: &mut Vec<String>, values: &mut BTreeMap<Vec<String>, Leaf>) -> Value {
    let mut below = |name: String, member: &Value| {
        path.push(name);
        let shape = take_values(member, path, values);
        path.pop();
        shape
    };
    match value {
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, member)| (name.clone(), below(name.clone(), member))).collect())
        }
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| below(index.to_string(), item)).collect(),
        Value::Null => Value::Null,
        other => {
            let text = Secret::new(other.as_str().map_or_else(|| other.to_string(), str::to_owned));
            values.insert(path.clone(), Leaf { text, is_text: other.is_string() });
            Value::Null
        }
    }
}

fn put_tokens(
    shape: &Value,
    path: &mut Vec<String>,
    values: &BTreeMap<Vec<String>, Leaf>,
    token: &dyn Fn(&[String]) -> String,
) -> Value {
    let mut below = |name: String, member: &Value| {
        path.push(name);
        let filled = put_tokens(member, path, values, token);
        path.pop();
        filled
    };
    match shape {
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, member)| (name.clone(), below(name.clone(), member))).collect())
        }
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| below(index.to_string(), item)).collect(),
        _ if values.contains_key(path.as_slice()) => token(path).into(),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Keys;
    use super::*;

    #[test]
    fn flows_see_the_shape_and_tokens_in_it() {
        let vault = Vault::new(Arc::new(Keys::in_memory()));
        let account = json!({ "user": "u-1", "limits": [5, null], "on": true, "none": {} });
        let secrets = Secrets::default()
            .with_text("key", Secret::new("s3cret"))
            .with_object("account", &Secret::new(account.to_string()))
            .unwrap();
        let stream = Id([1; 16]);
        let seen = secrets.tokens(&vault, stream);
        let token = |name: &str, path: &[&str]| {
            let path: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
            vault.secret_token(stream, name, &path)
        };
        let expected = json!({
            "key": token("key", &[]),
            "account": {
                "user": token("account", &["user"]),
                "limits": [token("account", &["limits", "0"]), null],
                "on": token("account", &["on"]),
                "none": {},
            },
        });
        assert_eq!(seen, expected);
        let value = |path: &[&str]| {
            let path: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
            secrets.value("account", &path).map(Leaf::reveal)
        };
        assert_eq!(value(&["limits", "0"]), Some(json!(5)));
        assert_eq!(value(&["user"]), Some(json!("u-1")));
        assert_eq!(value(&["limits"]), None);
        assert_eq!(format!("{secrets:?}"), r#"{"account", "key"}"#);
    }

    #[test]
    fn an_object_that_is_none_is_refused_without_its_words() {
        for text in ["s3cret", "\"s3cret\"", "[1]"] {
            let refused = Secrets::default().with_object("a", &Secret::new(text)).unwrap_err();
            assert!(!refused.contains("s3cret"));
        }
    }
}
