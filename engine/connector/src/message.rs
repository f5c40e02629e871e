//! The input that every message channel's `send` takes, so that flows and the host speak to all channels alike.
//!
//! Owns: the members of a message and their reading. Each channel uses what it knows (an SMS has no subject) and checks
//! its own recipient.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Fault, FaultKind};

/// One message to one recipient, rendered and ready.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Message {
    /// Channel it was meant for: `sms`, `mail`. The outbox, which takes any, needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Recipient: a mobile number in E.164, or a mail address.
    pub to: String,
    /// Line or address it goes out from; the connector's setting where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    pub text: String,
    /// Name of the template it was rendered from: `foad/received`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// When the flow asked for it, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
}

impl Message {
    /// Reads an operation's input. The fault names no value: the input holds personal data.
    pub fn read(input: &Value) -> Result<Self, Fault> {
        Self::deserialize(input).map_err(|_| {
            Fault::permanent(
                FaultKind::Content,
                "the input is no message: it needs `to` and `text`, and may have `channel`, `from`, `subject`, `template`, `date`, all of them text",
            )
        })
    }
}

/// Recipient and text are personal data: neither is shown.
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message")
            .field("channel", &self.channel)
            .field("template", &self.template)
            .field("date", &self.date)
            .finish_non_exhaustive()
    }
}
