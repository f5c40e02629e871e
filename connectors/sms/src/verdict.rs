//! What an answer of the gateway means, and what the lack of one.
//!
//! Only codes and our own words go into a fault: gateways like to repeat the number.

use peygir_connector::{Fault, FaultKind, Receipt};
use serde_json::json;

/// No error of the client is shown as it is: it may hold the address, and with it password and number.
pub(crate) fn call_fault(error: &reqwest::Error) -> Fault {
    if error.is_connect() {
        return Fault::temporary(FaultKind::Unreachable, "the gateway cannot be reached");
    }
    if error.is_builder() {
        return Fault::permanent(FaultKind::Configuration, "no call could be made of the settings");
    }
    if error.is_timeout() {
        return Fault::ambiguous(FaultKind::Timeout, "the gateway took the call and did not answer in time");
    }
    Fault::ambiguous(FaultKind::Protocol, "the connection to the gateway broke before its answer came")
}

/// What the gateway's answer means.
pub(crate) fn judge(status: u16, answer: &[u8]) -> Result<Receipt, Fault> {
    let text = String::from_utf8_lossy(answer);
    let told = |what: &str| format!("the gateway answered {status}: {what}");
    match status {
        // A gateway that took the message and whose answer broke off has still taken it.
        202 if text.starts_with("0:") || text.is_empty() => Ok(taken("accepted")),
        202 if text.starts_with("3:") => Ok(taken("queued")),
        200 if text.starts_with("0:") => Ok(taken("accepted")),
        200..=299 => Err(Fault::ambiguous(FaultKind::Protocol, told("not what Kannel says when it takes a message"))),
        300..=399 => Err(Fault::permanent(FaultKind::Configuration, told("it sends us elsewhere; check the address"))),
        401 | 403 | 407 => {
            Err(Fault::permanent(FaultKind::Credentials, told("user, password or our address is refused")))
        }
        400 if text.contains("eceiver") || text.contains("umber(s)") || text.contains("'to'") => {
            Err(Fault::permanent(FaultKind::Recipient, told("the number is refused")))
        }
        404 if text.contains("outable") => Err(Fault::permanent(FaultKind::Recipient, told("no route to the number"))),
        400 if text.contains("Sender missing") => {
            Err(Fault::permanent(FaultKind::Configuration, told("the line is refused")))
        }
        400 | 413 | 422 => Err(Fault::permanent(FaultKind::Content, told("the message is refused"))),
        404 | 405 => Err(Fault::permanent(FaultKind::Configuration, told("there is no sendsms at this address"))),
        408 => Err(Fault::temporary(FaultKind::Timeout, told("our call came too slowly"))),
        402 => Err(Fault::temporary(FaultKind::Unavailable, told("the credit is used up"))),
        429 => Err(Fault::temporary(FaultKind::Throttled, told("too many messages"))),
        400..=499 => Err(Fault::permanent(FaultKind::Protocol, told("the call is refused"))),
        // These two come from something between us and the gateway, which may have passed the call on.
        502 | 504 => Err(Fault::ambiguous(FaultKind::Unavailable, told("something before the gateway gave up"))),
        500..=599 => Err(Fault::temporary(FaultKind::Unavailable, told("out of order"))),
        _ => Err(Fault::ambiguous(FaultKind::Protocol, told("not understood"))),
    }
}

fn taken(state: &str) -> Receipt {
    Receipt { output: json!({ "state": state }), ..Receipt::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use peygir_connector::{Lasting, Reached};

    #[test]
    fn judges_answers() {
        use FaultKind::*;
        let taken = [
            (202, "0: Accepted for delivery", "accepted"),
            (202, "3: Queued for later delivery", "queued"),
            (202, "", "accepted"),
        ];
        for (status, text, state) in taken {
            assert_eq!(judge(status, text.as_bytes()).unwrap().output["state"], state, "{status} {text}");
        }
        let faults = [
            (403, "Authorization failed for sendsms", Credentials, Lasting::Permanent, Reached::No),
            (400, "Empty receiver number not allowed, rejected", Recipient, Lasting::Permanent, Reached::No),
            (
                400,
                "Number(s) has/have been denied by white- and/or black-lists.",
                Recipient,
                Lasting::Permanent,
                Reached::No,
            ),
            (400, "Sender missing and no global set, rejected", Configuration, Lasting::Permanent, Reached::No),
            (400, "Invalid content-type", Content, Lasting::Permanent, Reached::No),
            (404, "Not routable. Do not try again.", Recipient, Lasting::Permanent, Reached::No),
            (404, "<html>", Configuration, Lasting::Permanent, Reached::No),
            (302, "", Configuration, Lasting::Permanent, Reached::No),
            (429, "", Throttled, Lasting::Temporary, Reached::No),
            (503, "Temporal failure, try again later.", Unavailable, Lasting::Temporary, Reached::No),
            (500, "Sending failed.", Unavailable, Lasting::Temporary, Reached::No),
            (504, "", Unavailable, Lasting::Temporary, Reached::Unknown),
            (200, "<html>captive portal</html>", Protocol, Lasting::Temporary, Reached::Unknown),
            (202, "<html>", Protocol, Lasting::Temporary, Reached::Unknown),
        ];
        for (status, text, kind, lasting, reached) in faults {
            let fault = judge(status, text.as_bytes()).unwrap_err();
            assert_eq!((fault.kind, fault.lasting, fault.reached), (kind, lasting, reached), "{status} {text}");
            assert!(
                text.is_empty() || !fault.message.contains(text),
                "an answer may hold the number: {}",
                fault.message
            );
        }
    }
}
