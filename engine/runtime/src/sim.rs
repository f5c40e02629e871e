//! A whole engine on a virtual clock: for scenarios and tests. Everything is the real thing but the clock, the random
//! bytes and the peers; peers are gateways that can be taken down.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use peygir_connector::{Connector, Fault, FaultKind, Lasting, Manifest, Reached, Receipt, Request, SendFuture};
use peygir_core::Moment;
use peygir_store::Store;
use sha2::{Digest, Sha256};

use crate::catalog::Catalog;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::engine::{Engine, Failure, Random};
use crate::host::{Connectors, Host};
use crate::pack;
use crate::vault::{Keys, Vault};

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

/// An engine with its clock, its peers and what outlives a restart.
pub struct World {
    pub desk: Desk,
    pub clock: Clock,
    pub gateways: BTreeMap<String, Arc<Gateway>>,
    catalog: Catalog,
    store: Arc<dyn Store>,
    keys: Arc<Keys>,
    random: Random,
}

impl Gateway {
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

/// What a peer names as its token in a call to any of a world's gateways. They read no calls.
pub const CALLBACK_SECRET: &str = "callback-secret-of-the-world";

impl World {
    /// `manifests`: one for each channel of the deployment, by the channel's name. `seed` makes ids and draws.
    pub fn new(
        mut pack: pack::Catalog,
        manifests: &BTreeMap<String, Manifest>,
        store: Arc<dyn Store>,
        start: Moment,
        seed: u64,
    ) -> Self {
        let clock = Clock::at(start);
        pack.deployment.channels = manifests.keys().map(|name| (name.clone(), name.clone())).collect();
        let gateways: BTreeMap<String, Arc<Gateway>> = manifests
            .iter()
            .map(|(channel, manifest)| {
                let gateway = Gateway {
                    channel: channel.clone(),
                    manifest: manifest.clone(),
                    clock: clock.clone(),
                    mood: Mutex::default(),
                    sent: Mutex::default(),
                };
                (channel.clone(), Arc::new(gateway))
            })
            .collect();
        let catalog = Catalog::new(pack, manifests, Arc::new(peygir_script::Deadline::never));
        let catalog = manifests
            .keys()
            .fold(catalog, |catalog, channel| catalog.with_callback_secret(channel, CALLBACK_SECRET.to_owned()));
        let keys = Arc::new(Keys::in_memory());
        let random = seeded(seed);
        let desk = assemble(&catalog, &store, &keys, &random, &clock, &gateways);
        Self { desk, clock, gateways, catalog, store, keys, random }
    }

    pub fn host(&self) -> &Arc<Host> {
        self.desk.host()
    }

    /// Does what is due now.
    pub async fn settle(&self) {
        self.host().settle().await;
    }

    /// Moves the clock, stopping wherever something is due. Errs with the streams that could not go on.
    pub async fn advance_to(&self, target: Moment) -> Result<(), Failure> {
        loop {
            self.settle().await;
            let now = self.clock.now();
            if let Some(stream) = self.host().paused().first() {
                return Err(Failure::Internal(format!("stream {stream} could not go on")));
            }
            match self.host().engine.next_instant()? {
                Some(next) if next <= target && next > now => self.clock.set(next),
                Some(next) if next <= now => {
                    return Err(Failure::Internal(format!("what is due at {next} does not get done")));
                }
                _ if now < target => self.clock.set(target),
                _ => return Ok(()),
            }
        }
    }

    /// The process ends and another begins over the same store and keys.
    pub async fn restart(&mut self) {
        self.desk = assemble(&self.catalog, &self.store, &self.keys, &self.random, &self.clock, &self.gateways);
        self.host().recover().await;
        self.settle().await;
    }
}

fn assemble(
    catalog: &Catalog,
    store: &Arc<dyn Store>,
    keys: &Arc<Keys>,
    random: &Random,
    clock: &Clock,
    gateways: &BTreeMap<String, Arc<Gateway>>,
) -> Desk {
    let engine = Engine::new(store.clone(), Vault::new(keys.clone()), catalog.clone(), random.clone());
    let connectors: Connectors =
        gateways.iter().map(|(name, gateway)| (name.clone(), gateway.clone() as Arc<dyn Connector>)).collect();
    Desk::new(Host::new(Arc::new(engine), clock.clone(), connectors))
}

/// Bytes that are random enough and the same at every run.
fn seeded(seed: u64) -> Random {
    let next = AtomicU64::new(0);
    Arc::new(move || {
        let number = next.fetch_add(1, Ordering::SeqCst);
        Sha256::new().chain_update(seed.to_be_bytes()).chain_update(number.to_be_bytes()).finalize().into()
    })
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
