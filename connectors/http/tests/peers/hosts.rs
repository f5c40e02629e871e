//! The deployment's table of names: where it leads, what TLS still asks, and that it allows nothing.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;

use peygir_connector::FaultKind;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;

use crate::Deployed;
use crate::server::{Answer, Server, is_whole};

fn file(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/tls").join(name)
}

/// Speaks TLS with a certificate for api.example.ir.
fn tls_server() -> SocketAddr {
    drop(rustls::crypto::ring::default_provider().install_default());
    let certificate = CertificateDer::from_pem_file(file("server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(file("server.key")).unwrap();
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    let (config, listener) = (Arc::new(config), TcpListener::bind(("127.0.0.1", 0)).unwrap());
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(config.clone()).unwrap();
            // A client that does not trust us goes away in the middle.
            drop(answer(StreamOwned::new(connection, stream)));
        }
    });
    address
}

fn answer(mut stream: StreamOwned<ServerConnection, TcpStream>) -> std::io::Result<()> {
    let (mut text, mut buffer) = (String::new(), [0; 4096]);
    while !is_whole(&text) {
        let count = stream.read(&mut buffer)?;
        text.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
    let host = text.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("host: ").map(str::to_owned));
    stream.write_all(&Answer::json(&json!(host)).bytes())?;
    stream.conn.send_close_notify();
    stream.flush()
}

#[tokio::test]
async fn a_name_of_the_table_is_reached_and_tls_still_checks_it() {
    let address = tls_server();
    let settings = format!(
        "caFile: '{}'\nhosts: {{ api.example.ir: '{address}', other.example.ir: '{address}' }}",
        file("ca.pem").display()
    );
    let deployed = Deployed::allowing(&["api.example.ir", "other.example.ir"], &settings);
    let get = |address: &str| json!({"method": "get", "endpoint": address});
    let receipt = deployed.call("http", get("https://api.example.ir/x")).await.unwrap();
    assert_eq!(receipt.output, "api.example.ir");
    let fault = deployed.call("http", get("https://other.example.ir/x")).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unreachable, "the certificate is another's");
    let untrusting = Deployed::allowing(&["api.example.ir"], &format!("hosts: {{ api.example.ir: '{address}' }}"));
    let fault = untrusting.call("http", get("https://api.example.ir/x")).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unreachable, "nobody trusts that authority");
}

#[tokio::test]
async fn the_table_allows_nothing() {
    let server = Server::start(|got| Answer::json(&json!(got.header("host")))).await;
    let settings = format!(
        "hosts: {{ api.example.ir: '{0}', secret.example.ir: '{0}', alone.example.ir: 127.0.0.1 }}",
        server.address
    );
    let deployed = Deployed::allowing(&["api.example.ir", "alone.example.ir"], &settings);
    let get = |address: &str| json!({"method": "get", "endpoint": address});
    assert_eq!(deployed.call("http", get("http://api.example.ir/")).await.unwrap().output, "api.example.ir");
    let port = server.address.port();
    let receipt = deployed.call("http", get(&format!("http://alone.example.ir:{port}/"))).await.unwrap();
    assert_eq!(receipt.output, format!("alone.example.ir:{port}"));
    for address in ["http://secret.example.ir/", &server.url("/"), "http://localhost/"] {
        assert_eq!(deployed.call("http", get(address)).await.unwrap_err().kind, FaultKind::Forbidden, "{address}");
    }
    assert_eq!(server.got().len(), 2);
}
