//! What a connector is handed for a message: the clear text of what the outbox keeps sealed.

use peygir_casework::records::Dispatch;
use peygir_connector::Request;
use serde_json::json;

use crate::vault::Vault;

/// The request of the dispatch's current attempt.
pub fn request(dispatch: &Dispatch, vault: &Vault) -> Request {
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
    Request { operation: "send".to_owned(), key: dispatch.key.clone(), attempt: dispatch.attempts, input }
}
