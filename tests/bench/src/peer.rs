//! A peer over HTTP within the measuring process: it answers at once.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::steps::next;

/// Listens from now on; the port.
pub async fn start() -> Result<u16> {
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                // A caller that goes away is no fault.
                let _ = answer(stream).await;
            });
        }
    });
    Ok(port)
}

async fn answer(mut stream: TcpStream) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut read = Vec::new();
    loop {
        let (head, whole) = loop {
            if let Some(found) = whole(&read) {
                break found;
            }
            if stream.read_buf(&mut read).await? == 0 {
                return Ok(());
            }
        };
        let input = serde_json::from_slice(&read[head..whole]).unwrap_or_default();
        let body = format!("{{\"value\":{}}}", next(&input));
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes()).await?;
        read.drain(..whole);
    }
}

/// Where a request's body begins and ends, once all of it was read.
fn whole(read: &[u8]) -> Option<(usize, usize)> {
    let head = read.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&read[..head]).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
    (read.len() >= head + length).then_some((head, head + length))
}
