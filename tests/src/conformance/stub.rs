//! A stand-in for petstore.swagger.io and httpbin.org on a loopback port, over TLS with an authority made for the run.
//!
//! It has the part of their API that the kit calls, and can be told to answer wrongly: then the kit's scenarios must fail.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Hosts that it stands in for.
pub const HOSTS: [&str; 2] = ["petstore.swagger.io", "httpbin.org"];

/// How it answers wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoilt {
    /// Pets have neither name nor status.
    NamelessPets,
    /// Pets have the number behind their own.
    OtherPets,
    /// No credentials are good.
    Closed,
    /// Lists of pets are an error of the server.
    Broken,
    /// An unknown path is an overloaded server instead of nothing.
    Overloaded,
}

/// A running stand-in; dropping it stops it.
pub struct Stub {
    address: SocketAddr,
    folder: TempDir,
    asked: Arc<AtomicUsize>,
    _runtime: tokio::runtime::Runtime,
}

impl Stub {
    pub fn start(spoilt: Option<Spoilt>) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder can be made");
        let (authority, tls) = certificates();
        std::fs::write(folder.path().join("authority.pem"), authority).expect("a file can be written");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime can be made");
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let asked = Arc::new(AtomicUsize::new(0));
        runtime.spawn(serve(listener, TlsAcceptor::from(Arc::new(tls)), spoilt, asked.clone()));
        Self { address, folder, asked, _runtime: runtime }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate of the authority, in PEM.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    /// Requests so far.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// An authority and a server's certificate from it: the authority in PEM, and what the server shows.
fn certificates() -> (String, rustls::ServerConfig) {
    let named = |name: &str| {
        let mut names = DistinguishedName::new();
        names.push(DnType::CommonName, name);
        names
    };
    let key = KeyPair::generate().expect("a key can be made");
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name = named("authority of the conformance run");
    let own = authority.self_signed(&key).expect("an authority signs itself");
    let issuer = Issuer::new(authority, key);

    let server_key = KeyPair::generate().expect("a key can be made");
    let mut server = CertificateParams::new(HOSTS.map(str::to_owned)).expect("hosts are names");
    server.distinguished_name = named("stand-in of the conformance run");
    let shown = server.signed_by(&server_key, &issuer).expect("an authority signs");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(server_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows its versions")
        .with_no_client_auth()
        .with_single_cert(vec![shown.der().clone()], key)
        .expect("certificate and key belong together");
    (own.pem(), config)
}

async fn serve(listener: TcpListener, tls: TlsAcceptor, spoilt: Option<Spoilt>, asked: Arc<AtomicUsize>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (tls, asked) = (tls.clone(), asked.clone());
        tokio::spawn(async move {
            let Ok(mut stream) = tls.accept(stream).await else { return };
            let mut bytes = Vec::new();
            let mut buffer = [0; 4096];
            while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
                match stream.read(&mut buffer).await {
                    Ok(count @ 1..) => bytes.extend_from_slice(&buffer[..count]),
                    _ => return,
                }
            }
            asked.fetch_add(1, Ordering::SeqCst);
            let answer = answer(&String::from_utf8_lossy(&bytes), spoilt);
            // A client that is gone needs no answer.
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        });
    }
}

fn answer(request: &str, spoilt: Option<Spoilt>) -> String {
    let target = request.split(' ').nth(1).unwrap_or_default();
    let header = |wanted: &str| {
        let lines = request.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines.filter(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim().to_owned()).next()
    };
    let host = header("host").unwrap_or_default();
    let (status, body) = match host.as_str() {
        "petstore.swagger.io" => pets(request, target, spoilt),
        "httpbin.org" => credentials(target, header("authorization").as_deref(), spoilt),
        _ => (421, json!({ "message": "no such host" })),
    };
    let body = body.to_string();
    let challenge = if status == 401 { "WWW-Authenticate: Basic realm=\"Fake Realm\"\r\n" } else { "" };
    format!(
        "HTTP/1.1 {status} Stand-in\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{challenge}\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
}

fn pets(request: &str, target: &str, spoilt: Option<Spoilt>) -> (u16, Value) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let unknown = match spoilt {
        Some(Spoilt::Overloaded) => 503,
        _ => 404,
    };
    if !request.starts_with("GET ") {
        return (405, json!({ "code": 405 }));
    }
    match path.strip_prefix("/v2/") {
        Some("swagger.json") => (200, document()),
        Some("pet/findByStatus") if spoilt == Some(Spoilt::Broken) => (500, json!({ "code": 500 })),
        Some("pet/findByStatus") => {
            let wanted = query.split('&').find_map(|pair| pair.strip_prefix("status=")).unwrap_or_default();
            (200, Value::Array((1..=3).map(|id| pet(id, wanted, spoilt)).collect()))
        }
        Some(path) => match path.strip_prefix("pet/").and_then(|id| id.parse::<u64>().ok()) {
            Some(id) => (200, pet(id, "available", spoilt)),
            None => (unknown, json!({ "code": unknown, "type": "unknown" })),
        },
        None => (unknown, json!({ "code": unknown })),
    }
}

fn pet(id: u64, status: &str, spoilt: Option<Spoilt>) -> Value {
    match spoilt {
        Some(Spoilt::NamelessPets) => json!({ "id": id, "photoUrls": [] }),
        Some(Spoilt::OtherPets) => {
            json!({ "id": id + 1, "name": "doggie", "photoUrls": [], "tags": [], "status": status })
        }
        _ => json!({
            "id": id, "category": { "id": 0, "name": "dogs" }, "name": "doggie", "photoUrls": [], "tags": [],
            "status": status,
        }),
    }
}

/// `/basic-auth/USER/PASSWORD` says whether these are the credentials that came.
fn credentials(target: &str, authorization: Option<&str>, spoilt: Option<Spoilt>) -> (u16, Value) {
    let Some((user, password)) = target.strip_prefix("/basic-auth/").and_then(|rest| rest.split_once('/')) else {
        return (404, json!({}));
    };
    let expected = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
    match authorization == Some(expected.as_str()) && spoilt != Some(Spoilt::Closed) {
        true => (200, json!({ "authenticated": true, "user": user })),
        false => (401, json!({ "authenticated": false })),
    }
}

/// The description of the two operations that the kit calls, in Swagger 2.0 as the public service writes it.
fn document() -> Value {
    let pet = json!({ "description": "successful operation", "schema": { "$ref": "#/definitions/Pet" } });
    let status = json!({
        "name": "status", "in": "query", "required": true, "type": "array",
        "items": { "type": "string", "enum": ["available", "pending", "sold"], "default": "available" },
        "collectionFormat": "multi",
    });
    json!({
        "swagger": "2.0",
        "info": { "version": "1.0.0", "title": "Pets of a stand-in" },
        "host": "petstore.swagger.io",
        "basePath": "/v2",
        "schemes": ["https", "http"],
        "paths": {
            "/pet/findByStatus": { "get": {
                "operationId": "findPetsByStatus", "produces": ["application/json"], "parameters": [status],
                "responses": { "200": { "description": "successful operation",
                    "schema": { "type": "array", "items": { "$ref": "#/definitions/Pet" } } } },
            } },
            "/pet/{petId}": { "get": {
                "operationId": "getPetById", "produces": ["application/json"],
                "parameters": [{ "name": "petId", "in": "path", "required": true, "type": "integer", "format": "int64" }],
                "responses": { "200": pet },
            } },
        },
        "definitions": { "Pet": { "type": "object", "required": ["name", "photoUrls"], "properties": {
            "id": { "type": "integer", "format": "int64" }, "name": { "type": "string" },
            "photoUrls": { "type": "array", "items": { "type": "string" } }, "status": { "type": "string" },
        } } },
    })
}
