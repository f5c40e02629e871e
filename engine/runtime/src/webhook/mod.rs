//! Webhooks: addresses of the deployment to which lifecycle events are posted as they happen.
//!
//! Owns: the order of events for each webhook, at least once each, with the same id whenever one is repeated; the
//! standing that outlives a restart ([`book`]); back-off; and telling a person when a peer takes nothing for long or wants
//! no more. Knows no HTTP: it asks the connector that offers the function `http`, which sends flows' requests too, so that
//! one list of hosts (`http.allow`) and one way out hold for both.
//!
//! A webhook that is new begins with what happens from then on.

pub mod book;
mod filter;
mod sender;
mod signature;

use std::sync::Arc;
use std::time::Duration;

use peygir_connector::Connector;
use peygir_core::Moment;
use peygir_source::Diagnostics;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::host::Host;
use crate::lifecycle::Lifecycle;
use crate::pack;

pub use filter::Filter;
pub use sender::{Hook, Sender};
pub use signature::signature;

/// The function that a connector has to offer to carry events.
pub const FUNCTION: &str = "http";
/// A peer has this long for its answer, in milliseconds.
pub const ANSWER_MS_MAX: u64 = 30_000;
/// The first pause after a failure, in microseconds; it doubles with each further one.
pub const BACKOFF_US_MIN: i64 = 1_000_000;
/// The longest pause, in microseconds: ten minutes.
pub const BACKOFF_US_MAX: i64 = 600_000_000;
/// A person is told of a webhook that took nothing for this long, in microseconds: half an hour.
pub const FAILING_TOLD_AFTER_US: i64 = 1_800_000_000;
/// How often is looked whether what was held since a restore may leave.
const HELD_LOOK: Duration = Duration::from_secs(1);
/// Longest time without a look, whatever the store tells.
const LOOK_MS_MAX: u64 = 5_000;

/// The webhooks that a deployment declares, with their secrets. All errors at once.
pub fn hooks(deployment: &pack::Deployment) -> Result<Vec<Hook>, Diagnostics> {
    let (mut hooks, mut found) = (Vec::new(), Diagnostics::default());
    for used in &deployment.webhooks {
        match used.fetch(&deployment.folder) {
            Ok(secret) => {
                let (types, workflows) = (used.types.clone(), used.workflows.clone());
                let filter = Filter { types, workflows, instance: None };
                hooks.push(Hook { name: used.name.clone(), url: used.url.clone(), secret, filter });
            }
            Err(errors) => found.extend(errors.in_file(&deployment.file)),
        }
    }
    if found.has_errors() { Err(found) } else { Ok(hooks) }
}

/// The webhooks of a deployment.
pub struct Webhooks {
    senders: Vec<Arc<Sender>>,
    lifecycle: Arc<Lifecycle>,
    host: Arc<Host>,
}

impl Webhooks {
    /// `connector` is the one that offers [`FUNCTION`].
    pub fn new(host: Arc<Host>, lifecycle: Arc<Lifecycle>, connector: Arc<dyn Connector>, hooks: Vec<Hook>) -> Self {
        let sender = |hook| Sender::new(host.clone(), lifecycle.clone(), connector.clone(), hook);
        let senders = hooks.into_iter().map(|hook| Arc::new(sender(hook))).collect();
        Self { senders, lifecycle, host }
    }

    /// The connector among these that carries events.
    pub fn carrier(connectors: &crate::host::Connectors) -> Option<Arc<dyn Connector>> {
        let offers = |connector: &&Arc<dyn Connector>| connector.manifest().functions().any(|name| name == FUNCTION);
        connectors.values().find(offers).cloned()
    }

    /// Sends until `stop` is told. An attempt under way is dropped then: what it sent comes again, with the same id.
    pub async fn run(self, stop: Arc<Notify>) {
        let mut told = std::pin::pin!(stop.notified());
        // Subscribers were told by the server that was backed up.
        while self.host.effects_held() {
            tokio::select! {
                () = &mut told => return,
                () = tokio::time::sleep(HELD_LOOK) => {}
            }
        }
        let mut sending = JoinSet::new();
        for sender in &self.senders {
            sending.spawn(each(sender.clone(), self.lifecycle.clone(), self.host.clone()));
        }
        tokio::select! {
            () = &mut told => {}
            // A sender ends by a panic alone, which the log has; the others go on.
            () = async { while sending.join_next().await.is_some() {} } => told.await,
        }
        sending.abort_all();
    }

    /// One look of each webhook, one after the other: for hosts that move the clock themselves. The earliest instant at
    /// which one of them tries again.
    pub async fn settle(&self) -> Option<Moment> {
        let mut next = None;
        for sender in &self.senders {
            let at = sender.look(self.host.clock.now()).await;
            next = [next, at].into_iter().flatten().min();
        }
        next
    }
}

async fn each(sender: Arc<Sender>, lifecycle: Arc<Lifecycle>, host: Arc<Host>) {
    let mut newest = lifecycle.newest();
    loop {
        newest.mark_unchanged();
        let next = sender.look(host.clock.now()).await;
        let longest = Duration::from_millis(LOOK_MS_MAX);
        let wait = next.map(|at| Duration::from_micros(at.0.saturating_sub(host.clock.now().0).max(0) as u64));
        match wait {
            // Nothing is sent before that, whatever comes.
            Some(wait) => tokio::time::sleep(wait.min(longest)).await,
            None => drop(tokio::time::timeout(longest, newest.changed()).await),
        }
    }
}
