//! Peers that misbehave, each on a free loopback port for as long as its value lives.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How a peer misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Nobody listens.
    Absent,
    /// It takes the connection and never says a word.
    Silent,
    /// It closes the connection at once.
    HangsUp,
    /// It answers bytes that mean nothing in any protocol.
    Rubbish,
    /// It answers without end.
    Endless,
}

pub(super) struct Peer {
    pub(super) address: SocketAddr,
    task: Option<JoinHandle<()>>,
}

impl Peer {
    pub(super) async fn start(manner: Manner) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let task = (manner != Manner::Absent).then(|| tokio::spawn(serve(listener, manner)));
        Ok(Self { address, task })
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

async fn serve(listener: TcpListener, manner: Manner) {
    let mut open = Vec::new();
    while let Ok((mut stream, _)) = listener.accept().await {
        match manner {
            Manner::Silent | Manner::Absent => open.push(stream),
            Manner::HangsUp => drop(stream),
            Manner::Rubbish => {
                read_some(&mut stream).await;
                // The peer may be gone already; that is its affair.
                drop(stream.write_all(b"\xff\xfe\x00\x01 \r\n\r\n\x80").await);
            }
            Manner::Endless => {
                tokio::spawn(async move { while stream.write_all(&[b'x'; 1024]).await.is_ok() {} });
            }
        }
    }
}

async fn read_some(stream: &mut TcpStream) {
    let mut buffer = [0; 512];
    let patience = std::time::Duration::from_millis(50);
    drop(tokio::time::timeout(patience, stream.read(&mut buffer)).await);
}
