//! A little HTTP server: it keeps what it got and answers what the test says.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A request as it came in.
#[derive(Debug, Clone)]
pub struct Got {
    pub method: String,
    /// Path and query.
    pub target: String,
    head: String,
    pub body: String,
    /// How many came before it.
    pub number: usize,
}

impl Got {
    pub fn header(&self, name: &str) -> Option<String> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).next()
    }

    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

pub struct Answer {
    status: u16,
    head: String,
    body: String,
    delay: Duration,
    /// Closes the connection instead.
    broken: bool,
}

impl Answer {
    pub fn new(status: u16, kind: &str, body: impl Into<String>) -> Self {
        let head = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
        Self { status, head, body: body.into(), delay: Duration::ZERO, broken: false }
    }

    pub fn json(value: &serde_json::Value) -> Self {
        Self::new(200, "application/json", value.to_string())
    }

    pub fn status(status: u16) -> Self {
        Self::new(status, "", "")
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.head.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    pub fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    pub fn broken() -> Self {
        Self { broken: true, ..Self::status(200) }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let Self { status, head, body, .. } = self;
        let length = body.len();
        format!("HTTP/1.1 {status} X\r\n{head}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}").into_bytes()
    }
}

type Respond = Arc<dyn Fn(&Got) -> Answer + Send + Sync>;

pub struct Server {
    pub address: SocketAddr,
    got: Arc<Mutex<Vec<Got>>>,
    task: JoinHandle<()>,
}

impl Server {
    pub async fn start(respond: impl Fn(&Got) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let got = Arc::new(Mutex::new(Vec::new()));
        let (kept, respond): (_, Respond) = (got.clone(), Arc::new(respond));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, kept.clone(), respond.clone()));
            }
        });
        Self { address, got, task }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    /// How many requests came for a path.
    pub fn count(&self, path: &str) -> usize {
        self.got().iter().filter(|got| got.path() == path).count()
    }

    pub fn last(&self) -> Got {
        self.got().pop().expect("a request came")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, kept: Arc<Mutex<Vec<Got>>>, respond: Respond) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let text = loop {
        let Ok(count @ 1..) = stream.read(&mut buffer).await else { return };
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if is_whole(&text) {
            break text;
        }
    };
    let got = {
        let mut kept = kept.lock().unwrap();
        let got = read(&text, kept.len());
        kept.push(got.clone());
        got
    };
    let answer = respond(&got);
    tokio::time::sleep(answer.delay).await;
    if !answer.broken {
        drop(stream.write_all(&answer.bytes()).await);
    }
}

pub fn is_whole(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

fn read(text: &str, number: usize) -> Got {
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut line = head.lines().next().unwrap().split(' ');
    Got {
        method: line.next().unwrap().to_owned(),
        target: line.next().unwrap().to_owned(),
        head: head.to_owned(),
        body: body.to_owned(),
        number,
    }
}
