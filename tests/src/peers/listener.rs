//! A listener for the calls that a gateway makes to us: it answers 200 and keeps what came.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::Uri;
use tokio::task::JoinHandle;

/// One call: path without its slash, query decoded to bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub path: String,
    pub query: Vec<(String, Vec<u8>)>,
}

impl Call {
    /// A parameter as text; empty where it is missing.
    pub fn text(&self, name: &str) -> String {
        let value = self.query.iter().find(|(given, _)| given == name).map(|(_, value)| value.clone());
        String::from_utf8_lossy(&value.unwrap_or_default()).into_owned()
    }
}

/// Listens until it is dropped.
pub struct Listener {
    pub address: SocketAddr,
    calls: Arc<Mutex<Vec<Call>>>,
    task: JoinHandle<()>,
}

impl Listener {
    pub async fn start() -> Result<Self> {
        let socket = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = socket.local_addr()?;
        let calls = Arc::new(Mutex::new(Vec::new()));
        let router = Router::new().fallback(keep).with_state(Arc::clone(&calls));
        let task = tokio::spawn(async move { axum::serve(socket, router).await.expect("a listening socket serves") });
        Ok(Self { address, calls, task })
    }

    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().expect("no holder panics").clone()
    }

    /// Waits for the first `count` calls to a path.
    pub async fn wait_for(&self, path: &str, count: usize, limit: Duration) -> Option<Vec<Call>> {
        let deadline = tokio::time::Instant::now() + limit;
        loop {
            let found: Vec<Call> = self.calls().into_iter().filter(|call| call.path == path).collect();
            if found.len() >= count {
                return Some(found);
            }
            if tokio::time::Instant::now() > deadline {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn keep(State(calls): State<Arc<Mutex<Vec<Call>>>>, uri: Uri, RawQuery(query): RawQuery) {
    let path = uri.path().trim_start_matches('/').to_owned();
    let query = decode_query(query.as_deref().unwrap_or_default());
    calls.lock().expect("no holder panics").push(Call { path, query });
}

/// Decodes a query to bytes, in order: `+` is a space, `%XX` a byte.
pub fn decode_query(query: &str) -> Vec<(String, Vec<u8>)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (String::from_utf8_lossy(&decode(name)).into_owned(), decode(value))
        })
        .collect()
}

/// Decodes `%XX` and `+`.
pub fn decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = (first == b'%').then(|| tail.get(..2)).flatten().and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(if first == b'+' { b' ' } else { first });
                rest = tail;
            }
        }
    }
    bytes
}
