//! The world outside: gateways and registries that drop, duplicate, delay, reorder, hang and answer ambiguously, and call
//! back twice or before they answered.
//!
//! Owns: what really arrived at a peer, which no crash of ours undoes, and the calls that peers owe us.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use peygir_connector::{
    Connector, Delivery, Fault, FaultKind, Inbound, InboundCall, Manifest, Receipt, Request, SendFuture,
};
use peygir_core::Id;
use serde_json::json;

use crate::dice::Dice;
use crate::fate::Fate;
use crate::finding::{Findings, found};
use crate::ledger::Ledger;
use crate::outbox::State;
use crate::sabotage::Sabotage;
use crate::trace::Trace;
use crate::wall::Wall;

/// Longest delay of an answer, in milliseconds: above every time limit of the manifests used.
const DELAY_MS_MAX: u64 = 40_000;
/// A peer that is well answers within this, in milliseconds.
const WELL_MS_MAX: u64 = 50;

/// A call that a peer owes us: the connector it calls, and the body.
#[derive(Debug, Clone)]
pub struct Owed {
    pub connector: String,
    pub key: String,
    pub state: Delivery,
}

#[derive(Default)]
struct Arrived {
    /// By key: how often it arrived, and how often the peer did something about it.
    arrived: BTreeMap<String, u32>,
    done: BTreeMap<String, u32>,
    /// Messages with the attempts that were made.
    attempts: BTreeSet<(Id, u32)>,
    owed: VecDeque<Owed>,
}

pub struct Peers {
    dice: Dice,
    wall: Wall,
    trace: Arc<Trace>,
    ledger: Arc<Ledger>,
    findings: Arc<Findings>,
    fate: Mutex<Option<Arc<Fate>>>,
    state: Mutex<Arrived>,
    well: AtomicBool,
}

impl Peers {
    pub fn new(dice: Dice, wall: Wall, trace: Arc<Trace>, ledger: Arc<Ledger>, findings: Arc<Findings>) -> Arc<Self> {
        Arc::new(Self {
            dice,
            wall,
            trace,
            ledger,
            findings,
            fate: Mutex::default(),
            state: Mutex::default(),
            well: AtomicBool::new(false),
        })
    }

    /// Whose requests they get from now on.
    pub fn meet(&self, fate: Arc<Fate>) {
        *self.fate.lock().unwrap_or_else(PoisonError::into_inner) = Some(fate);
    }

    /// From now on they do what they are asked and say so.
    pub fn recover(&self) {
        self.well.store(true, Ordering::SeqCst);
    }

    /// Requests that arrived.
    pub fn arrivals(&self) -> u64 {
        self.state().arrived.values().map(|count| u64::from(*count)).sum()
    }

    /// How often a peer did what it was asked under this key.
    pub fn done(&self, key: &str) -> u32 {
        self.state().done.get(key).copied().unwrap_or(0)
    }

    /// Takes one of the calls that are owed, any of them: they overtake each other.
    pub fn take_owed(&self) -> Option<Owed> {
        let mut state = self.state();
        let index = self.dice.below(state.owed.len() as u64) as usize;
        state.owed.remove(index)
    }

    fn fate(&self) -> Option<Arc<Fate>> {
        self.fate.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn state(&self) -> MutexGuard<'_, Arrived> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Statement: what leaves is on record as an attempt that has no result.
    fn check(&self, connector: &str, request: &Request) {
        self.ledger.with_outbox(|outbox| {
            let wrong = match outbox.by_key(&request.key) {
                None => Some("nothing was queued under this key".to_owned()),
                Some(entry) if entry.dispatch.connector != connector => Some("another connector owes it".to_owned()),
                Some(entry) if entry.attempts != request.attempt || entry.state != State::Sending => {
                    Some(format!("on record is attempt {}, {:?}", entry.attempts, entry.state))
                }
                Some(entry) if !self.state().attempts.insert((entry.dispatch.id, request.attempt)) => {
                    Some("it was made before".to_owned())
                }
                Some(_) => None,
            };
            if let Some(wrong) = wrong {
                let what = format!("{connector} got {} attempt {}: {wrong}", request.key, request.attempt);
                self.findings.add(found("effects", what));
            }
        });
    }

    /// It arrives, perhaps twice. A peer that recognises keys does it once.
    fn arrive(&self, kind: &Manifest, connector: &str, request: &Request) {
        let knows_keys = kind.operation(&request.operation).is_some_and(|operation| {
            matches!(operation.dedup, peygir_connector::Dedup::Key | peygir_connector::Dedup::Lookup)
        });
        let copies = if self.dice.once_in(12) && !self.is_well() { 2 } else { 1 };
        let mut state = self.state();
        *state.arrived.entry(request.key.clone()).or_default() += copies;
        let done = state.done.entry(request.key.clone()).or_default();
        *done = if knows_keys { 1 } else { *done + copies };
        if kind.inbound.is_some() && self.dice.once_in(3) {
            let report = if self.dice.once_in(8) && !self.is_well() { Delivery::Failed } else { Delivery::Delivered };
            for _ in 0..1 + u64::from(self.dice.once_in(4)) {
                let owed = Owed { connector: connector.to_owned(), key: request.key.clone(), state: report };
                state.owed.push_back(owed);
            }
        }
    }

    fn is_well(&self) -> bool {
        self.well.load(Ordering::SeqCst)
    }

    /// What happens to a request.
    fn draw(&self) -> Turn {
        if self.is_well() {
            return Turn::Answers(self.dice.below(WELL_MS_MAX));
        }
        match self.dice.below(20) {
            0..=8 => Turn::Answers(self.dice.below(200)),
            9 | 10 => Turn::Answers(self.dice.below(DELAY_MS_MAX)),
            11 | 12 => Turn::Unreachable,
            13 => Turn::Refuses,
            14 | 15 => Turn::DoneAndLost,
            16 => Turn::NotDoneAndLost,
            17 => Turn::DoneAndHangs,
            18 => Turn::Hangs,
            _ => Turn::Throttles,
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Turn {
    /// After so many milliseconds.
    Answers(u64),
    Unreachable,
    Refuses,
    Throttles,
    DoneAndLost,
    NotDoneAndLost,
    DoneAndHangs,
    Hangs,
}

/// One peer, as our side has it.
pub struct Peer {
    name: String,
    manifest: Manifest,
    peers: Arc<Peers>,
    sabotage: Option<Sabotage>,
}

impl Peer {
    pub fn new(name: &str, manifest: Manifest, peers: Arc<Peers>, sabotage: Option<Sabotage>) -> Arc<Self> {
        Arc::new(Self { name: name.to_owned(), manifest, peers, sabotage })
    }

    /// As [`Peer::take`], with what a sabotage does to it.
    async fn take_broken(&self, mut request: Request) -> Result<Receipt, Fault> {
        match self.sabotage {
            Some(Sabotage::SendsUnderAnotherKey) if request.attempt > 1 => request.key.push_str("/again"),
            Some(Sabotage::SendsTwice) => drop(self.take(request.clone()).await),
            _ => {}
        }
        self.take(request).await
    }

    async fn take(&self, request: Request) -> Result<Receipt, Fault> {
        let peers = &self.peers;
        let Some(fate) = peers.fate() else { return std::future::pending().await };
        peers.check(&self.name, &request);
        // On its way: whatever is decided of it meanwhile, it can't be called back.
        fate.point().await;
        let turn = peers.draw();
        peers.trace.note(peers.wall.now(), &format!("{} {} {} {turn:?}", self.name, request.key, request.attempt));
        let lost = || Fault::ambiguous(FaultKind::Protocol, "the connection broke");
        let answer = match turn {
            Turn::Answers(delay) => {
                if self.sabotage != Some(Sabotage::AnswersWithoutTaking) {
                    peers.arrive(&self.manifest, &self.name, &request);
                }
                tokio::time::sleep(Duration::from_millis(delay)).await;
                Ok(Receipt {
                    reference: Some(format!("r-{}", request.key)),
                    output: json!({ "ok": true }),
                    authorization: None,
                })
            }
            Turn::Unreachable => Err(Fault::temporary(FaultKind::Unreachable, "nobody is there")),
            Turn::Throttles => Err(Fault::temporary(FaultKind::Throttled, "slower")),
            Turn::Refuses => Err(Fault::permanent(FaultKind::Recipient, "no such recipient")),
            Turn::DoneAndLost => {
                peers.arrive(&self.manifest, &self.name, &request);
                Err(lost())
            }
            Turn::NotDoneAndLost => Err(lost()),
            Turn::DoneAndHangs => {
                peers.arrive(&self.manifest, &self.name, &request);
                std::future::pending().await
            }
            Turn::Hangs => std::future::pending().await,
        };
        fate.point().await;
        answer
    }
}

impl Connector for Peer {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn send(&self, request: Request) -> SendFuture<'_> {
        Box::pin(self.take_broken(request))
    }

    /// The body is a key and a word.
    fn receive(&self, call: &InboundCall) -> Result<Vec<Inbound>, Fault> {
        let text = String::from_utf8_lossy(&call.body).into_owned();
        let unread = || Fault::permanent(FaultKind::Protocol, "not readable");
        let (key, word) = text.rsplit_once(' ').ok_or_else(unread)?;
        let state = if word == "delivered" { Delivery::Delivered } else { Delivery::Failed };
        Ok(vec![Inbound::Report { key: key.to_owned(), state, reference: None }])
    }
}
