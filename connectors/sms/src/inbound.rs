//! Calls of the gateway: messages in (`mo`) and delivery reports (`dlr`).

use hmac::{Hmac, Mac};
use peygir_connector::{Delivery, Fault, FaultKind, Inbound, InboundCall};
use sha2::Sha256;

use crate::charset;
use crate::config::Config;

/// Longest id of the gateway's or key of ours that is taken from a call, in bytes.
const ID_BYTES_MAX: usize = 200;

pub(crate) fn receive(config: &Config, call: &InboundCall) -> Result<Vec<Inbound>, Fault> {
    match call.path.as_str() {
        "mo" => Ok(vec![message(config, call)?]),
        "dlr" => Ok(vec![report(call)?]),
        _ => Err(refused("the gateway called a path that is neither mo nor dlr")),
    }
}

fn message(config: &Config, call: &InboundCall) -> Result<Inbound, Fault> {
    let from = number(call, "from")?;
    let to = number(call, "to")?;
    let coding = plain(call, "coding")?;
    let text = charset::decode(bytes(call, "text"), plain(call, "charset")?, coding)?;
    if text.trim().is_empty() {
        return Err(refused("the message has no text"));
    }
    let id = plain(call, "id")?;
    let id = if id.is_empty() { derived_id(config, call, from, to) } else { checked_id(id)?.to_owned() };
    Ok(Inbound::Message { id, from: from.to_owned(), to: to.to_owned(), text })
}

/// An id for a gateway that gives none: the same sender, line, time stamp and bytes are the same message. Keyed, so that
/// a number cannot be found by trying all of them.
fn derived_id(config: &Config, call: &InboundCall, from: &str, to: &str) -> String {
    let secret = config.callback.as_ref().map_or("", |callback| callback.secret.reveal());
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    for part in [from.as_bytes(), to.as_bytes(), bytes(call, "ts"), bytes(call, "text")] {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    let digest = mac.finalize().into_bytes();
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn report(call: &InboundCall) -> Result<Inbound, Fault> {
    let key = checked_id(plain(call, "key")?)?.to_owned();
    let bits: u32 = plain(call, "type")?.parse().map_err(|_| refused("the report's type is no number"))?;
    let state = state(bits).ok_or_else(|| refused("the report's type has none of the known bits"))?;
    let reference = plain(call, "fid")?;
    Ok(Inbound::Report { key, state, reference: (!reference.is_empty()).then(|| reference.to_owned()) })
}

/// Kannel's bits: 1 delivered, 2 failed, 4 buffered, 8 accepted by the SMS centre, 16 rejected by it. Where a call has
/// several, the last of a message's life counts.
fn state(bits: u32) -> Option<Delivery> {
    match bits {
        _ if bits & (2 | 16) != 0 => Some(Delivery::Failed),
        _ if bits & 1 != 0 => Some(Delivery::Delivered),
        _ if bits & (4 | 8) != 0 => Some(Delivery::Accepted),
        _ => None,
    }
}

fn bytes<'a>(call: &'a InboundCall, name: &str) -> &'a [u8] {
    call.query.iter().find(|(given, _)| given == name).map_or(&[], |(_, value)| value)
}

/// A parameter of plain text; empty where it is missing.
fn plain<'a>(call: &'a InboundCall, name: &str) -> Result<&'a str, Fault> {
    std::str::from_utf8(bytes(call, name)).map_err(|_| refused(&format!("the call's parameter {name} is not UTF-8")))
}

fn number<'a>(call: &'a InboundCall, name: &str) -> Result<&'a str, Fault> {
    let text = plain(call, name)?.trim();
    if text.is_empty() || text.len() > 32 || text.chars().any(char::is_control) {
        return Err(refused(&format!("the call's parameter {name} is missing or too long")));
    }
    Ok(text)
}

fn checked_id(text: &str) -> Result<&str, Fault> {
    if text.is_empty() || text.len() > ID_BYTES_MAX || text.chars().any(char::is_control) {
        return Err(refused("the call's id or key is missing or too long"));
    }
    Ok(text)
}

fn refused(message: &str) -> Fault {
    Fault::permanent(FaultKind::Protocol, message)
}
