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

/// Whoever sends all of a long body before reading is told why it was refused, and by which limit.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_too_long_is_refused_with_its_limit() {
    let fixture = fixture();
    let token = fixture.token("administrator");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(serve(fixture.state(), listener, async move {
        let _ = stopped.await;
    }));
    for (path, limit) in [
        ("/api/v1/messages", crate::body::JSON_BYTES_MAX),
        ("/api/v1/packs", crate::api::packs::EDITION_BODY_BYTES_MAX),
    ] {
        let long = vec![b'x'; limit + (4 << 20)];
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Accept-Language: en\r\nContent-Length: {}\r\n\r\n",
            long.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&long).await.expect("the whole body is taken");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("the answer is read to its end");
        assert!(answer.starts_with("HTTP/1.1 413"), "{path}: {answer}");
        let digits: String = answer.rsplit("\r\n").next().unwrap().chars().filter(char::is_ascii_digit).collect();
        assert!(digits.contains(&limit.to_string()), "{path}: {answer}");
    }
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
}
