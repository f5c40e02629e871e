//! What the host does around every send, in one place, so that hosts and the conformance suite agree.
//!
//! Owns: the admission of a request (operation known, payload within its limit) and the time limit. Does not retry.

use std::time::Duration;

use crate::{Connector, Fault, FaultKind, Manifest, Operation, Receipt, Request};

/// The operation that a request names, if the request may be sent at all. Connectors call it first.
pub fn admit<'a>(manifest: &'a Manifest, request: &Request) -> Result<&'a Operation, Fault> {
    let Some(operation) = manifest.operations.iter().find(|operation| operation.name == request.operation) else {
        return Err(Fault::permanent(
            FaultKind::Configuration,
            format!("connector {} has no operation of the name asked for", manifest.name),
        ));
    };
    let bytes = serde_json::to_vec(&request.input).map_or(u64::MAX, |text| text.len() as u64);
    if bytes > operation.payload_bytes_max {
        return Err(Fault::permanent(
            FaultKind::Content,
            format!("the input has {bytes} bytes, at most {} are allowed", operation.payload_bytes_max),
        ));
    }
    Ok(operation)
}

/// Sends once within a time limit. Past it the future is dropped, and nobody knows whether the peer did it.
pub async fn send_within(connector: &dyn Connector, request: Request, limit: Duration) -> Result<Receipt, Fault> {
    match tokio::time::timeout(limit, connector.send(request)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Fault::ambiguous(FaultKind::Timeout, format!("no answer within {} ms", limit.as_millis()))),
    }
}
