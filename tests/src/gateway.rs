//! A stand-in for an SMS gateway, which answers `sendsms` as Kannel does and misbehaves where it is told to.
//!
//! Owns: what it was asked, call by call. It is no Kannel: what Kannel itself does is shown against a real one.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Longest request that is read, in bytes.
const REQUEST_BYTES_MAX: usize = 64 * 1024;

/// What the gateway does with a call that it has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// Takes the message and says so after a while.
    Accept(Duration),
    /// Takes the message and never answers.
    Hang,
    /// Says that it is out of order; the message is not taken.
    Refuse,
    /// Refuses the number, for good.
    Deny,
    /// Takes the message and cuts the connection.
    Cut,
}

/// One call, as it was read.
#[derive(Debug, Clone)]
pub struct Call {
    /// The key in the address for reports: names the effect.
    pub key: String,
    pub to: String,
    pub text: String,
    pub behaviour: Behaviour,
}

type Choice = Box<dyn FnMut() -> Behaviour + Send>;

struct Shared {
    calls: Mutex<Vec<Call>>,
    choice: Mutex<Choice>,
}

/// A gateway on a loopback port of its own, until it is dropped.
pub struct Gateway {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    serving: tokio::task::JoinHandle<()>,
}

impl Gateway {
    /// `choice` is asked for each call.
    pub async fn start(choice: impl FnMut() -> Behaviour + Send + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let shared = Arc::new(Shared { calls: Mutex::default(), choice: Mutex::new(Box::new(choice)) });
        let of_all = shared.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, of_all.clone()));
            }
        });
        Self { address, shared, serving }
    }

    /// From now on every call is met so.
    pub fn behave(&self, behaviour: Behaviour) {
        *lock(&self.shared.choice) = Box::new(move || behaviour);
    }

    /// All calls so far, in the order in which they were read.
    pub fn calls(&self) -> Vec<Call> {
        lock(&self.shared.calls).clone()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    let Some((head, body)) = read(&mut stream).await else { return };
    let behaviour = (lock(&shared.choice))();
    let header = |name: &str| header(&head, name).unwrap_or_default().to_owned();
    let call = Call {
        key: key_of(&header("x-kannel-dlr-url")),
        to: header("x-kannel-to"),
        text: String::from_utf8_lossy(&body).into_owned(),
        behaviour,
    };
    lock(&shared.calls).push(call);
    let (status, text) = match behaviour {
        Behaviour::Accept(after) => {
            tokio::time::sleep(after).await;
            ("202 Accepted", "0: Accepted for delivery")
        }
        Behaviour::Hang => return std::future::pending().await,
        Behaviour::Refuse => ("503 Service Unavailable", "Temporal failure, try again later."),
        Behaviour::Deny => ("400 Bad Request", "Number(s) has/have been denied by white- and/or black-lists."),
        Behaviour::Cut => return,
    };
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}", text.len());
    // The caller may have been killed meanwhile.
    drop(stream.write_all(answer.as_bytes()).await);
}

/// Head and body of a whole request; none where the connection ended before.
async fn read(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length: usize = header(&head, "content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
            let body = bytes.get(end + 4..end + 4 + length);
            if let Some(body) = body {
                return Some((head, body.to_vec()));
            }
        }
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
        if bytes.len() > REQUEST_BYTES_MAX {
            return None;
        }
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let of = |line: &'a str| line.split_once(':').filter(|(given, _)| given.eq_ignore_ascii_case(name));
    head.lines().find_map(of).map(|(_, value)| value.trim())
}

/// The key in an address for reports. Kannel reads `%` as the start of a code of its own, so there it is doubled.
pub fn key_of(address: &str) -> String {
    let text = address.split_once("key=").map_or("", |(_, rest)| rest);
    let text = text.split('&').next().unwrap_or_default();
    let mut parts = text.split("%%");
    let mut key = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_at_checked(2).unwrap_or(("", part));
        key.push(u8::from_str_radix(code, 16).map_or('\u{fffd}', char::from));
        key += rest;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_out_of_the_address_for_reports() {
        let address = "http://127.0.0.1:1/connectors/sms/dlr?token=x&key=01M%%2Fa%%3A2&type=%d&fid=%F";
        assert_eq!(key_of(address), "01M/a:2");
        assert_eq!(key_of("http://127.0.0.1:1/"), "");
    }

    #[tokio::test]
    async fn it_records_a_call_and_behaves_as_told() {
        let gateway = Gateway::start(|| Behaviour::Refuse).await;
        let ask = || async {
            let mut stream = TcpStream::connect(gateway.address).await.unwrap();
            let call =
                "POST /x HTTP/1.1\r\nX-Kannel-To: 0912\r\nx-kannel-dlr-url: h?key=a&b\r\nContent-Length: 4\r\n\r\ntext";
            stream.write_all(call.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            answer
        };
        assert!(ask().await.starts_with("HTTP/1.1 503"));
        gateway.behave(Behaviour::Accept(Duration::ZERO));
        assert!(ask().await.ends_with("0: Accepted for delivery"));
        gateway.behave(Behaviour::Cut);
        assert_eq!(ask().await, "");
        let calls = gateway.calls();
        assert_eq!(calls.len(), 3);
        assert_eq!((calls[0].key.as_str(), calls[0].to.as_str(), calls[0].text.as_str()), ("a", "0912", "text"));
    }
}
