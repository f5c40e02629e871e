//! What an error means, by how far the conversation had come.
//!
//! Only codes go into a fault: servers like to repeat the recipient's address in their texts.

use std::error::Error as _;

use lettre::transport::smtp::Error;
use peygir_connector::{Fault, FaultKind};

/// Steps of the conversation, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Connect,
    Encrypt,
    Login,
    Sender,
    Recipient,
    Data,
    /// The message itself: from here on a lost answer leaves the outcome unknown.
    Content,
}

impl Stage {
    fn words(self) -> &'static str {
        match self {
            Stage::Connect => "on connecting",
            Stage::Encrypt => "on changing to TLS",
            Stage::Login => "on the login",
            Stage::Sender => "on the sender",
            Stage::Recipient => "on the recipient",
            Stage::Data => "before the message",
            Stage::Content => "on the message",
        }
    }
}

pub(crate) fn overdue(stage: Stage) -> Fault {
    let message = format!("the mail server did not answer in time {}", stage.words());
    if stage == Stage::Content {
        Fault::ambiguous(FaultKind::Timeout, message)
    } else {
        Fault::temporary(FaultKind::Timeout, message)
    }
}

pub(crate) fn verdict(stage: Stage, error: &Error) -> Fault {
    if let Some(code) = error.status() {
        let number =
            u16::from(code.severity as u8) * 100 + u16::from(code.category as u8) * 10 + u16::from(code.detail as u8);
        return answered(stage, number, enhanced(error).as_deref());
    }
    if is_certificate(error) {
        return Fault::permanent(FaultKind::Configuration, "the mail server's certificate is not trusted for its name");
    }
    if error.is_client() {
        return Fault::permanent(
            FaultKind::Configuration,
            format!("the mail server does not offer what is needed {}", stage.words()),
        );
    }
    let kind = if error.is_response() { FaultKind::Protocol } else { FaultKind::Unreachable };
    if stage == Stage::Content {
        return Fault::ambiguous(kind, "the connection broke while the message was handed over");
    }
    Fault::temporary(kind, format!("the mail server cannot be reached, or the connection broke {}", stage.words()))
}

/// A reply of 4xx or 5xx: the server has not taken the message.
fn answered(stage: Stage, code: u16, enhanced: Option<&str>) -> Fault {
    let enhanced = enhanced.map(|text| format!(" {text}")).unwrap_or_default();
    let message = format!("the mail server answered {code}{enhanced} {}", stage.words());
    match (code, stage) {
        (450 | 451, Stage::Recipient) => Fault::temporary(FaultKind::Throttled, message),
        (400..=499, _) => Fault::temporary(FaultKind::Unavailable, message),
        (530 | 534 | 535 | 538, _) | (_, Stage::Login) => Fault::permanent(FaultKind::Credentials, message),
        (_, Stage::Connect | Stage::Encrypt | Stage::Sender) => Fault::permanent(FaultKind::Configuration, message),
        (_, Stage::Recipient) => Fault::permanent(FaultKind::Recipient, message),
        (_, Stage::Data | Stage::Content) => Fault::permanent(FaultKind::Content, message),
    }
}

/// The enhanced status code at the start of a reply's text: `5.1.1`.
fn enhanced(error: &Error) -> Option<String> {
    let text = error.source()?.to_string();
    let first = text.split_whitespace().next()?;
    let parts: Vec<&str> = first.split('.').collect();
    let numbers =
        parts.iter().all(|part| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()));
    (parts.len() == 3 && numbers).then(|| first.to_owned())
}

/// Whether TLS failed because of the certificate, which trying again does not mend.
fn is_certificate(error: &Error) -> bool {
    let mut source = error.source();
    while let Some(cause) = source {
        let inner = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let found = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()).or_else(|| cause.downcast_ref());
        if matches!(found, Some(rustls::Error::InvalidCertificate(_))) {
            return true;
        }
        source = cause.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use peygir_connector::{Lasting, Reached};

    #[test]
    fn replies_are_judged_by_code_and_stage() {
        use FaultKind::*;
        let cases = [
            (Stage::Recipient, 550, Recipient, Lasting::Permanent),
            (Stage::Recipient, 451, Throttled, Lasting::Temporary),
            (Stage::Recipient, 452, Unavailable, Lasting::Temporary),
            (Stage::Connect, 421, Unavailable, Lasting::Temporary),
            (Stage::Connect, 554, Configuration, Lasting::Permanent),
            (Stage::Login, 535, Credentials, Lasting::Permanent),
            (Stage::Login, 454, Unavailable, Lasting::Temporary),
            (Stage::Sender, 530, Credentials, Lasting::Permanent),
            (Stage::Sender, 550, Configuration, Lasting::Permanent),
            (Stage::Content, 552, Content, Lasting::Permanent),
            (Stage::Content, 451, Unavailable, Lasting::Temporary),
        ];
        for (stage, code, kind, lasting) in cases {
            let fault = answered(stage, code, Some("5.1.1"));
            assert_eq!((fault.kind, fault.lasting, fault.reached), (kind, lasting, Reached::No), "{code} {stage:?}");
            assert!(fault.message.contains(&format!("{code} 5.1.1")), "{}", fault.message);
        }
    }

    #[test]
    fn only_a_lost_answer_to_the_message_is_unknown() {
        for stage in [Stage::Connect, Stage::Encrypt, Stage::Login, Stage::Sender, Stage::Recipient, Stage::Data] {
            assert_eq!(overdue(stage).reached, Reached::No, "{stage:?}");
        }
        assert_eq!(overdue(Stage::Content).reached, Reached::Unknown);
    }
}
