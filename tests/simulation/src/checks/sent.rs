//! Statement: what is kept as sent arrived at its peer.

use crate::finding::{Finding, found};
use crate::outbox::Outbox;
use crate::peers::Peers;

pub fn check(outbox: &Outbox, peers: &Peers) -> Result<(), Finding> {
    let missing = outbox.entries().find(|entry| entry.sent && peers.done(&entry.dispatch.key) == 0);
    match missing {
        Some(entry) => Err(found("sent", format!("{} is kept as sent, and never arrived", entry.dispatch.key))),
        None => Ok(()),
    }
}
