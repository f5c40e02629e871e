//! The message itself: headers and body, ready for the wire.

use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder};
use lettre::{Address, Message as Letters};
use peygir_connector::{Fault, FaultKind, Message};
use sha2::{Digest, Sha256};

use crate::config::Config;

/// Characters of a subject that are kept.
const SUBJECT_CHARS_MAX: usize = 300;
/// Bytes of the key's digest in a Message-ID.
const ID_BYTES: usize = 16;

/// A message on its way.
pub(crate) struct Letter {
    pub(crate) envelope: Envelope,
    /// ASCII only, lines of at most 998 characters.
    pub(crate) bytes: Vec<u8>,
    /// Message-ID, with its brackets.
    pub(crate) id: String,
}

pub(crate) fn write(config: &Config, message: &Message, key: &str) -> Result<Letter, Fault> {
    let to: Address =
        message.to.parse().ok().filter(|_| message.to.is_ascii()).ok_or_else(|| {
            Fault::permanent(FaultKind::Recipient, "the recipient is no mail address in ASCII letters")
        })?;
    let from = sender(config, message)?;
    let id = message_id(key, from.email.domain());
    let builder = Letters::builder()
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(subject(message.subject.as_deref().unwrap_or_default()))
        .message_id(Some(id.clone()))
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into()));
    let builder = match &config.reply_to {
        Some(mailbox) => builder.reply_to(mailbox.clone()),
        None => builder,
    };
    let letter = dated(builder, message.date.as_deref())?
        .header(ContentType::TEXT_PLAIN)
        .body(message.text.clone())
        .map_err(|_| Fault::permanent(FaultKind::Content, "no mail could be made of the message"))?;
    let bytes = letter.formatted();
    if message.text.trim().is_empty() || !bytes.is_ascii() {
        return Err(Fault::permanent(FaultKind::Content, "the message is empty or cannot be encoded"));
    }
    Ok(Letter { envelope: letter.envelope().clone(), bytes, id })
}

fn sender(config: &Config, message: &Message) -> Result<Mailbox, Fault> {
    let Some(text) = &message.from else {
        return Ok(config.from.clone());
    };
    text.parse().map_err(|_| Fault::permanent(FaultKind::Configuration, "`from` is no mail address"))
}

/// The same key gives the same id, so that mail programs can tell a repetition. It is digested: keys may hold any text.
fn message_id(key: &str, domain: &str) -> String {
    let digest = Sha256::digest(key.as_bytes());
    let name: String = digest.iter().take(ID_BYTES).map(|byte| format!("{byte:02x}")).collect();
    format!("<{name}@{domain}>")
}

/// One line, without controls.
fn subject(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SUBJECT_CHARS_MAX).collect();
    line.trim().to_owned()
}

/// The time of the flow where it is given, so that a repetition carries the same one.
fn dated(builder: MessageBuilder, date: Option<&str>) -> Result<MessageBuilder, Fault> {
    let Some(text) = date else {
        return Ok(builder.date_now());
    };
    let at: jiff::Timestamp =
        text.parse().map_err(|_| Fault::permanent(FaultKind::Content, "`date` is no RFC 3339 time"))?;
    Ok(builder.date(at.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_follows_the_key() {
        assert_eq!(message_id("i/1", "samad.test"), message_id("i/1", "samad.test"));
        assert_ne!(message_id("i/1", "samad.test"), message_id("i/2", "samad.test"));
        let id = message_id("ش>\r\nBcc: x", "samad.test");
        assert!(id.starts_with('<') && id.ends_with("@samad.test>") && id.len() == 2 + 32 + 11, "{id}");
    }

    #[test]
    fn a_subject_is_one_line() {
        assert_eq!(subject("ارجاع\r\nBcc: all@x.test "), "ارجاع  Bcc: all@x.test");
        assert_eq!(subject(&"پ".repeat(1000)).chars().count(), SUBJECT_CHARS_MAX);
    }
}
