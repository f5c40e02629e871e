//! What a connector is handed: the clear text of what the outbox keeps sealed; and what its fault means to a flow.

use std::cell::RefCell;

use peygir_casework::records::Dispatch;
use peygir_connector::{Fault, FaultKind, Request};
use peygir_core::Error;
use peygir_core::error::Kind;
use serde_json::{Value, json};

use crate::vault::{Vault, replace_sealed};

/// Shortest text that is looked for inside others, in bytes: anything shorter stands there by chance.
const PART_BYTES_MIN: usize = 8;

/// The request of the dispatch's current attempt, and what was opened for it.
pub fn request(dispatch: &Dispatch, vault: &Vault) -> (Request, Opened) {
    let (input, opened) = match &dispatch.reply_to {
        None => (message(dispatch, vault), Opened::default()),
        // Without the person's key there is nothing left to ask: what the connector refuses tells the flow.
        Some(_) => open_all(&serde_json::from_str(&vault.open(&dispatch.body)).unwrap_or(Value::Null), vault),
    };
    let operation = dispatch.operation().to_owned();
    (Request { operation, key: dispatch.key.clone(), attempt: dispatch.attempts, input }, opened)
}

fn open_all(input: &Value, vault: &Vault) -> (Value, Opened) {
    let pairs = RefCell::new(Vec::new());
    let input = replace_sealed(input, &|token| {
        let clear = vault.open(token);
        pairs.borrow_mut().push(Pair { clear: clear.clone(), token: token.to_owned() });
        clear
    });
    (input, Opened(pairs.into_inner()))
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
pub struct Opened(Vec<Pair>);

#[derive(Clone)]
struct Pair {
    clear: String,
    token: String,
}

impl Opened {
    /// The answer with tokens in place of what was opened, in texts of their own and inside others, plain or as in an
    /// address.
    pub fn close(&self, answer: &Value) -> Value {
        if self.0.is_empty() { answer.clone() } else { closed(answer, &self.0) }
    }
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Opened").field(&self.0.len()).finish()
    }
}

fn closed(value: &Value, pairs: &[Pair]) -> Value {
    match value {
        Value::String(text) => Value::String(closed_text(text, pairs)),
        Value::Array(items) => items.iter().map(|item| closed(item, pairs)).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, member)| (name.clone(), closed(member, pairs))).collect())
        }
        other => other.clone(),
    }
}

fn closed_text(text: &str, pairs: &[Pair]) -> String {
    if let Some(pair) = pairs.iter().find(|pair| pair.clear == text) {
        return pair.token.clone();
    }
    let long = pairs.iter().filter(|pair| pair.clear.len() >= PART_BYTES_MIN);
    long.fold(text.to_owned(), |text, pair| {
        let text = text.replace(&pair.clear, "***");
        text.replace(&in_address(&pair.clear, "%20"), "***").replace(&in_address(&pair.clear, "+"), "***")
    })
}

/// The text as it stands in an address; the query of a form writes spaces in a way of its own.
fn in_address(text: &str, space: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b' ' => encoded.push_str(space),
            _ if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
        encoded
    })
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
    Error { status, ..Error::new(kind, fault.message.clone()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_opened_is_closed_in_the_answer() {
        let pairs = [("0012345679", "§1.a"), ("مریم کریمی", "§1.b"), ("ok", "§1.c")];
        let pair = |(clear, token): (&str, &str)| Pair { clear: clear.to_owned(), token: token.to_owned() };
        let opened = Opened(pairs.map(pair).to_vec());
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
