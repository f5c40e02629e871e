//! The stand-in of a channel's gateway: takes what is sent and can be put out of order.

use std::sync::Mutex;

use peygir_connector::{Connector, Fault, FaultKind, Lasting, Manifest, Reached, Receipt, Request, SendFuture};
use peygir_core::Moment;

use super::locked;
use crate::clock::Clock;

/// A message that a gateway took.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    pub at: Moment,
    pub channel: String,
    pub to: String,
    pub subject: Option<String>,
    pub text: String,
    pub template: String,
    pub key: String,
}

/// How a gateway behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mood {
    #[default]
    Up,
    /// Refuses every connection.
    Down,
    /// Takes messages and never says so.
    Mute,
    /// Refuses every recipient for good.
    Refusing,
}

/// A peer of one channel.
pub struct Gateway {
    channel: String,
    manifest: Manifest,
    clock: Clock,
    mood: Mutex<Mood>,
    sent: Mutex<Vec<Sent>>,
}

impl Gateway {
    pub(super) fn new(channel: String, manifest: Manifest, clock: Clock) -> Self {
        Self { channel, manifest, clock, mood: Mutex::default(), sent: Mutex::default() }
    }

    pub fn set(&self, mood: Mood) {
        *locked(&self.mood) = mood;
    }

    pub fn sent(&self) -> Vec<Sent> {
        locked(&self.sent).clone()
    }

    fn take(&self, request: &Request) -> Result<Receipt, Fault> {
        let fault =
            |kind, lasting, reached, message: &str| Fault { kind, lasting, reached, message: message.to_owned() };
        let mood = *locked(&self.mood);
        match mood {
            Mood::Down => {
                return Err(fault(FaultKind::Unreachable, Lasting::Temporary, Reached::No, "the gateway is down"));
            }
            Mood::Refusing => {
                return Err(fault(FaultKind::Recipient, Lasting::Permanent, Reached::No, "the recipient is refused"));
            }
            Mood::Up | Mood::Mute => {}
        }
        let text = |name: &str| request.input.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
        locked(&self.sent).push(Sent {
            at: self.clock.now(),
            channel: self.channel.clone(),
            to: text("to").unwrap_or_default(),
            subject: text("subject"),
            text: text("text").unwrap_or_default(),
            template: text("template").unwrap_or_default(),
            key: request.key.clone(),
        });
        if mood == Mood::Mute {
            return Err(fault(FaultKind::Timeout, Lasting::Temporary, Reached::Unknown, "no answer came"));
        }
        Ok(Receipt::default())
    }
}

impl Connector for Gateway {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn send(&self, request: Request) -> SendFuture<'_> {
        Box::pin(async move { self.take(&request) })
    }
}
