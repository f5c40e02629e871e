//! The accept loop over real sockets: it serves, and it stops.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::fixture::fixture;
use crate::serve;

async fn ask(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = vec![0u8; 8192];
    let length = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_serves_survives_rubbish_and_stops_when_told() {
    let fixture = fixture();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let state = fixture.state();
    let serving = tokio::spawn(serve(state, listener, async move {
        let _ = stopped.await;
    }));

    let mut rubbish = TcpStream::connect(address).await.unwrap();
    assert!(ask(&mut rubbish, "\u{1}\u{2}\r\n\r\n").await.starts_with("HTTP/1.1 400"));
    let mut idle = TcpStream::connect(address).await.unwrap();
    for _ in 0..2 {
        let answer = ask(&mut idle, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("content-security-policy"));
    }
    stop.send(()).unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(5), serving).await;
    ended.expect("an idle connection holds nothing up").unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}
