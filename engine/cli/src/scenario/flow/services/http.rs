//! Just enough of HTTP/1.1 for a peer that is asked by one client: a request read whole, an answer, and the end.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::Services;

/// Longest request, in bytes.
const REQUEST_BYTES_MAX: usize = 8 << 20;

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    /// Host, with the port where one was named.
    pub host: String,
    /// Path and query.
    pub target: String,
    /// Names in small letters.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// An answer on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Answers whoever connects, as long as the runtime lives.
pub async fn serve(listener: TcpListener, services: Arc<Services>) {
    while let Ok((stream, _)) = listener.accept().await {
        let services = services.clone();
        tokio::spawn(async move {
            // A client that is gone needs no answer.
            let _ = one(stream, &services).await;
        });
    }
}

async fn one(mut stream: TcpStream, services: &Services) -> std::io::Result<()> {
    let Some(request) = read(&mut stream).await? else { return Ok(()) };
    let head_only = request.method == "HEAD";
    // No answer at all: the connection breaks.
    let Some(answer) = services.answer(request) else { return Ok(()) };
    let mut text = format!("HTTP/1.1 {} Scenario\r\nconnection: close\r\n", answer.status);
    for (name, value) in &answer.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    let bare = answer.status == 204 || answer.status == 304;
    if !bare {
        text.push_str(&format!("content-length: {}\r\n", answer.body.len()));
    }
    text.push_str("\r\n");
    stream.write_all(text.as_bytes()).await?;
    if !bare && !head_only {
        stream.write_all(&answer.body).await?;
    }
    stream.shutdown().await
}

async fn read(stream: &mut TcpStream) -> std::io::Result<Option<Request>> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        if let Some(request) = whole(&bytes) {
            return Ok(Some(request));
        }
        let count = stream.read(&mut buffer).await?;
        if count == 0 || bytes.len() > REQUEST_BYTES_MAX {
            return Ok(None);
        }
        bytes.extend_from_slice(&buffer[..count]);
    }
}

fn whole(bytes: &[u8]) -> Option<Request> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
    };
    let headers: Vec<(String, String)> = lines.filter_map(header).collect();
    let find = |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    let length: usize = find("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let body = bytes.get(end + 4..end + 4 + length)?.to_vec();
    let host = find("host").unwrap_or_default().to_ascii_lowercase();
    Some(Request { method, host, target, headers, body })
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn a_request_is_read_once_it_is_whole() {
        let text = b"POST /a?b=c HTTP/1.1\r\nHost: X.example\r\nContent-Length: 2\r\n\r\nok";
        assert_eq!(whole(&text[..text.len() - 1]), None);
        let request = whole(text).unwrap();
        assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/a?b=c"));
        assert_eq!((request.host.as_str(), request.body.as_slice()), ("x.example", &b"ok"[..]));
        assert_eq!(request.header("content-length"), Some("2"));
    }
}
