//! What the peers of a scenario answer, and what they were asked.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use peygir_core::Moment;
use peygir_runtime::clock::Clock;
use peygir_runtime::sim::{Answers, Peers};
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

use super::http::{self, Answer, Request};
use crate::scenario::steps::Unmet;

/// How long the connector waits for an answer, in seconds: its setting `timeoutSeconds`.
const PATIENCE_S: i64 = 30;
const KEY_HEADER: &str = "idempotency-key";

/// What a service does when it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    Answers {
        status: u16,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    },
    /// It takes the request and never says anything.
    Never,
    /// It takes the request and breaks the connection.
    Breaks,
}

/// A request that a service got, and how it was answered.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    /// The whole address.
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    reply: Reply,
    arrives_at: Moment,
    ticket: u64,
    /// The answer is on record.
    kept: bool,
}

#[derive(Debug, Default)]
struct Service {
    /// Answers to the next requests, before the lasting one.
    first: VecDeque<Reply>,
    lasting: Option<Reply>,
    delay_us: i64,
}

#[derive(Default)]
struct State {
    clock: Option<Clock>,
    /// By address without its query.
    services: BTreeMap<String, Service>,
    asked: Vec<Asked>,
    /// Requests that were answered as one before them.
    repeated: u64,
    ticket: u64,
    arrive_at: Option<Moment>,
    never: bool,
}

/// All peers of a scenario.
pub struct Services {
    port: u16,
    hosts: Mutex<BTreeSet<String>>,
    state: Mutex<State>,
}

impl Services {
    /// Listens on a port of its own.
    pub fn start(runtime: &Runtime) -> Result<Arc<Self>, Unmet> {
        let listening = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0)));
        let bound = listening.and_then(|listener| Ok((listener.local_addr()?.port(), listener)));
        let (port, listener) = bound.map_err(|error| Unmet::new("a loopback port", error.to_string()))?;
        let services = Arc::new(Self { port, hosts: Mutex::default(), state: Mutex::default() });
        runtime.spawn(http::serve(listener, services.clone()));
        Ok(services)
    }

    pub fn set_clock(&self, clock: Clock) {
        locked(&self.state).clock = Some(clock);
    }

    /// Hosts that flows may call.
    pub fn hosts(&self) -> Vec<String> {
        locked(&self.hosts).iter().cloned().collect()
    }

    /// Settings of the connector that makes the calls: every host of the scenario is here, and knows keys.
    pub fn settings(&self) -> Value {
        let address = format!("127.0.0.1:{}", self.port);
        let hosts: Map<String, Value> =
            locked(&self.hosts).iter().map(|host| (bare(host).to_owned(), address.clone().into())).collect();
        json!({ "hosts": hosts, "idempotentHosts": self.hosts(), "timeoutSeconds": PATIENCE_S })
    }

    /// Notes a host; false where it is a new one.
    pub fn note_host(&self, url: &str) -> Result<bool, Unmet> {
        let (host, _) = parts(url)?;
        Ok(!locked(&self.hosts).insert(host))
    }

    /// What a service answers from now on.
    pub fn answers(&self, url: &str, reply: Reply) -> Result<(), Unmet> {
        let key = key(url)?;
        locked(&self.state).services.entry(key).or_default().lasting = Some(reply);
        Ok(())
    }

    /// What a service answers to the next requests.
    pub fn answers_first(&self, url: &str, times: u32, reply: &Reply) -> Result<(), Unmet> {
        let key = key(url)?;
        let mut state = locked(&self.state);
        let first = &mut state.services.entry(key).or_default().first;
        first.extend(std::iter::repeat_n(reply.clone(), times as usize));
        Ok(())
    }

    pub fn delays(&self, url: &str, delay_us: i64) -> Result<(), Unmet> {
        let key = key(url)?;
        locked(&self.state).services.entry(key).or_default().delay_us = delay_us;
        Ok(())
    }

    /// What a service was asked, without what was asked again because its answer was lost.
    pub fn asked(&self, url: &str) -> Result<Vec<Asked>, Unmet> {
        let key = key(url)?;
        let state = locked(&self.state);
        Ok(state.asked.iter().filter(|asked| without_query(&asked.url) == key).cloned().collect())
    }

    /// Answers a request; None breaks the connection.
    pub(super) fn answer(&self, request: Request) -> Option<Answer> {
        let mut state = locked(&self.state);
        let asked = state.take(request);
        match asked.arrives_at {
            Moment::MAX => state.never = true,
            at => state.arrive_at = state.arrive_at.max(Some(at)),
        }
        match asked.reply {
            Reply::Answers { status, headers, body } => Some(Answer { status, headers, body }),
            // The client is told something at once; the world lets it wait as long as it would.
            Reply::Never => Some(Answer { status: 200, headers: Vec::new(), body: Vec::new() }),
            Reply::Breaks => None,
        }
    }
}

impl State {
    fn now(&self) -> Moment {
        self.clock.as_ref().map_or(Moment(0), Clock::now)
    }

    /// The request with its answer: that of the same request before it where the flow never got it, or where the same key
    /// was answered well.
    fn take(&mut self, request: Request) -> Asked {
        let url = format!("http://{}{}", request.host, request.target);
        let ticket = self.ticket;
        let key = request.header(KEY_HEADER).map(str::to_owned);
        let same = |asked: &Asked| {
            asked.method == request.method
                && asked.url == url
                && asked.body == request.body
                && asked.key() == key.as_deref()
        };
        if let Some(before) = self.asked.iter().rposition(same) {
            let well = matches!(self.asked[before].reply, Reply::Answers { status: 200..=299, .. });
            if !self.asked[before].kept {
                self.repeated += 1;
                self.asked[before].ticket = ticket;
                return self.asked[before].clone();
            }
            if well && key.is_some() {
                let again = Asked { ticket, kept: false, arrives_at: self.now(), ..self.asked[before].clone() };
                self.asked.push(again.clone());
                return again;
            }
        }
        let asked = self.answer_anew(request, url);
        self.asked.push(asked.clone());
        asked
    }

    fn answer_anew(&mut self, request: Request, url: String) -> Asked {
        let now = self.now();
        let service = self.services.get_mut(without_query(&url));
        let (reply, delay) = match service {
            Some(service) => {
                let reply = service.first.pop_front().or_else(|| service.lasting.clone());
                (reply, service.delay_us)
            }
            None => (None, 0),
        };
        let reply = reply.unwrap_or_else(|| Reply::Answers { status: 404, headers: Vec::new(), body: Vec::new() });
        let arrives_at = if reply == Reply::Never { Moment::MAX } else { now.plus_micros(delay) };
        Asked {
            method: request.method,
            url,
            headers: request.headers,
            body: request.body,
            reply,
            arrives_at,
            ticket: self.ticket,
            kept: false,
        }
    }
}

impl Asked {
    pub fn key(&self) -> Option<&str> {
        self.header(KEY_HEADER)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl Peers for Services {
    fn take_answers(&self) -> Answers {
        let mut state = locked(&self.state);
        let never = std::mem::take(&mut state.never);
        let now = state.now();
        let arrive_at = state.arrive_at.take().unwrap_or(now);
        let ticket = state.ticket;
        state.ticket += 1;
        Answers { ticket, arrive_at: (!never).then_some(arrive_at) }
    }

    fn kept(&self, ticket: u64) {
        let mut state = locked(&self.state);
        state.asked.iter_mut().filter(|asked| asked.ticket == ticket).for_each(|asked| asked.kept = true);
    }

    fn patience_us(&self) -> i64 {
        PATIENCE_S * 1_000_000
    }
}

/// Host (with its port) and the address without its query.
fn parts(url: &str) -> Result<(String, String), Unmet> {
    let rest = url
        .strip_prefix("http://")
        .ok_or_else(|| Unmet::new("an address that begins with http://, as services of scenarios have it", url))?;
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    if host.is_empty() {
        return Err(Unmet::new("an address with a host", url));
    }
    let path = &rest[host.len()..];
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let host = host.to_ascii_lowercase();
    let address = format!("http://{host}{path}");
    Ok((host, without_query(&address).to_owned()))
}

fn key(url: &str) -> Result<String, Unmet> {
    Ok(parts(url)?.1)
}

fn without_query(url: &str) -> &str {
    url.split('?').next().unwrap_or(url)
}

/// The host without its port.
fn bare(host: &str) -> &str {
    host.split(':').next().unwrap_or(host)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
