//! Closed-loop clients over kept-alive connections: each asks, waits for the whole answer, and asks again.
//!
//! They are spare with the processor, which they share with whom they measure: a request is bytes that were made before, and of
//! an answer only its status, its length and one word are looked at.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ANSWER_BYTES: usize = 16 << 10;

/// What clients ask: the nth request's bytes, and a word that stands in every good answer.
pub struct Question {
    pub request: Box<dyn Fn(u64) -> Vec<u8> + Send + Sync>,
    pub expected: &'static str,
}

/// How it went.
#[derive(Debug, Clone, Default)]
pub struct Went {
    pub seconds: f64,
    /// Sorted.
    latencies_us: Vec<u64>,
}

impl Went {
    pub fn count(&self) -> usize {
        self.latencies_us.len()
    }

    pub fn rate(&self) -> f64 {
        self.count() as f64 / self.seconds
    }

    /// The latency that this share of answers did not exceed, in milliseconds.
    pub fn quantile_ms(&self, share: f64) -> f64 {
        let at = (self.latencies_us.len().saturating_sub(1) as f64 * share) as usize;
        self.latencies_us.get(at).copied().unwrap_or(0) as f64 / 1e3
    }
}

/// The bytes of a POST with a JSON body.
pub fn post(path: &str, token: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The bytes of a GET.
pub fn get(path: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n").into_bytes()
}

/// So many clients ask for so long. The first answer that is not as it should be ends it.
pub async fn run(to: SocketAddr, clients: u64, lasting: Duration, question: Arc<Question>) -> Result<Went> {
    let begun = Instant::now();
    let end = begun + lasting;
    let asking = (0..clients).map(|client| {
        let question = question.clone();
        tokio::spawn(async move {
            let mut connection = Connection::open(to).await?;
            let (mut latencies_us, mut number) = (Vec::new(), client);
            while Instant::now() < end {
                let request = (question.request)(number);
                let asked = Instant::now();
                connection.ask(&request, question.expected).await?;
                latencies_us.push(u64::try_from(asked.elapsed().as_micros())?);
                number += clients;
            }
            Ok::<_, anyhow::Error>(latencies_us)
        })
    });
    let asking: Vec<_> = asking.collect();
    let mut went = Went::default();
    for client in asking {
        went.latencies_us.extend(client.await??);
    }
    went.seconds = begun.elapsed().as_secs_f64();
    went.latencies_us.sort_unstable();
    Ok(went)
}

/// A kept-alive connection.
pub struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    pub async fn open(to: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::with_capacity(ANSWER_BYTES) })
    }

    /// Asks and gives the answer's body.
    pub async fn ask(&mut self, request: &[u8], expected: &str) -> Result<&[u8]> {
        self.stream.write_all(request).await?;
        self.read.clear();
        let (head, whole) = loop {
            ensure!(self.stream.read_buf(&mut self.read).await? > 0, "the server closed the connection");
            if let Some(head) = find(&self.read, b"\r\n\r\n") {
                let head = head + 4;
                break (head, head + length(&self.read[..head])?);
            }
        };
        while self.read.len() < whole {
            ensure!(self.stream.read_buf(&mut self.read).await? > 0, "the server closed the connection");
        }
        let good = self.read.starts_with(b"HTTP/1.1 2") && find(&self.read[head..], expected.as_bytes()).is_some();
        if !good {
            bail!("another answer than hoped for: {}", String::from_utf8_lossy(&self.read));
        }
        Ok(&self.read[head..whole])
    }
}

fn length(head: &[u8]) -> Result<usize> {
    let text = std::str::from_utf8(head)?;
    let named = |line: &&str| line.get(..15).is_some_and(|name| name.eq_ignore_ascii_case("content-length:"));
    let line = text.lines().find(named).context("an answer without a length")?;
    Ok(line[15..].trim().parse()?)
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
