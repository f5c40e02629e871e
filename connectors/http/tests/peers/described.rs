//! `call: openapi` against a shop of pets that describes itself in Swagger 2.0, and an office that does in OpenAPI 3.

use std::time::Duration;

use peygir_connector::{FaultKind, Lasting, Reached, Receipt};
use serde_json::{Value, json};

use crate::server::{Answer, Got, Server};
use crate::{Deployed, SECRET, told};

const PETS: &str = include_str!("documents/pets.json");
const OFFICE: &str = include_str!("documents/office.yaml");

/// Gives its documents, with `HOST` for itself, and repeats what else it is asked.
fn respond(got: &Got) -> Answer {
    let host = got.header("host").unwrap_or_default();
    match got.path() {
        "/v2/swagger.json" => Answer::new(200, "application/json", PETS.replace("HOST", &host)),
        "/docs/office.yaml" => Answer::new(200, "application/yaml", OFFICE),
        "/private/swagger.json" if got.header("authorization").is_none() => Answer::status(401),
        "/private/swagger.json" => Answer::new(200, "application/json", PETS.replace("HOST", &host)),
        "/moved" => Answer::status(301).header("Location", "/v2/swagger.json"),
        "/slow" | "/v2/store/slow" => Answer::status(200).after(Duration::from_secs(30)),
        "/v2/store/gone" => Answer::broken(),
        "/rubbish" => Answer::new(200, "text/html", format!("<html>{SECRET}")),
        "/long" => Answer::new(200, "application/json", format!("\"{}\"", "x".repeat(5 * 1024 * 1024))),
        "/elsewhere" => Answer::json(&json!({"openapi": "3.0.0", "servers": [{"url": "http://169.254.169.254/"}],
            "paths": {"/": {"get": {"operationId": "steal"}}}})),
        path if path.ends_with("/302") => Answer::status(302).header("Location", "/"),
        _ => Answer::json(&json!({
            "method": got.method, "target": got.target, "body": got.body,
            "kind": got.header("content-type"), "accept": got.header("accept"), "cookie": got.header("cookie"),
            "token": got.header("x-token"), "api_key": got.header("api_key"),
            "authorization": got.header("authorization"),
        })),
    }
}

struct Peer {
    server: Server,
    deployed: Deployed,
}

impl Peer {
    async fn new(settings: &str) -> Self {
        Self { server: Server::start(respond).await, deployed: Deployed::new(settings) }
    }

    async fn call(&self, document: &str, id: &str, parameters: Value) -> Result<Receipt, peygir_connector::Fault> {
        let document = json!({"endpoint": self.server.url(document)});
        let input = json!({"document": document, "operationId": id, "parameters": parameters});
        self.deployed.call("openapi", input).await
    }

    /// What the peer got of the request.
    async fn got(&self, document: &str, id: &str, parameters: Value) -> Value {
        let told = format!("{id} {parameters}");
        self.call(document, id, parameters).await.unwrap_or_else(|fault| panic!("{told}: {fault}")).output
    }
}

const V2: &str = "/v2/swagger.json";
const V3: &str = "/docs/office.yaml";

#[tokio::test]
async fn a_shop_that_describes_itself_in_swagger_2() {
    let peer = Peer::new("{}").await;
    for (id, parameters, method, target, body) in [
        ("findPetsByStatus", json!({"status": "available"}), "GET", "/v2/pet/findByStatus?status=available", ""),
        (
            "findPetsByStatus",
            json!({"status": ["sold", "pending"]}),
            "GET",
            "/v2/pet/findByStatus?status=sold&status=pending",
            "",
        ),
        ("findPetsByTags", json!({"tags": ["a b", "c"], "page": null}), "GET", "/v2/pet/findByTags?tags=a%20b%7Cc", ""),
        ("getPetById", json!({"petId": 1}), "GET", "/v2/pet/1", ""),
        ("getPetById", json!({"petId": "a/b ?سگ"}), "GET", "/v2/pet/a%2Fb%20%3F%D8%B3%DA%AF", ""),
        ("addPet", json!({"body": {"name": "dog"}}), "POST", "/v2/pet", r#"{"name":"dog"}"#),
        ("addToy", json!({"toy": ["ball"]}), "POST", "/v2/toy", r#"["ball"]"#),
        ("addToy", json!({"body": ["ball"]}), "POST", "/v2/toy", r#"["ball"]"#),
        ("addToy", json!({}), "POST", "/v2/toy", ""),
        (
            "updatePetWithForm",
            json!({"petId": 7, "name": "پشمک & co", "tags": ["a", "b"]}),
            "POST",
            "/v2/pet/7",
            "name=%D9%BE%D8%B4%D9%85%DA%A9%20%26%20co&tags=a,b",
        ),
    ] {
        let got = peer.got(V2, id, parameters.clone()).await;
        assert_eq!(
            (&got["method"], &got["target"], &got["body"]),
            (&json!(method), &json!(target), &json!(body)),
            "{id} {parameters}"
        );
    }
    assert_eq!(peer.server.count(V2), 1, "the document is fetched once");
    let got = peer.got(V2, "deletePet", json!({"petId": 1, "api_key": "k1"})).await;
    assert_eq!(
        (&got["method"], &got["api_key"], &got["accept"]),
        (&json!("DELETE"), &json!("k1"), &json!("application/json"))
    );
    let got = peer.got(V2, "uploadMany", json!({"title": "سگ", "tags": ["a", "b"]})).await;
    assert!(got["kind"].as_str().unwrap().starts_with("multipart/form-data; boundary="), "{got}");
    let body = got["body"].as_str().unwrap();
    for field in ["name=\"title\"\r\n\r\nسگ\r\n", "name=\"tags\"\r\n\r\na\r\n", "name=\"tags\"\r\n\r\nb\r\n"] {
        assert!(body.contains(field), "{body}");
    }
    let got = peer.got(V2, "updatePetWithForm", json!({"petId": 1})).await;
    assert_eq!(got["kind"], "application/x-www-form-urlencoded");
}

#[tokio::test]
async fn an_office_that_describes_itself_in_openapi_3() {
    let peer = Peer::new("{}").await;
    for (id, parameters, method, target, body) in [
        (
            "findCases",
            json!({"status": "open", "filter": {"from": 1, "to": 2}}),
            "GET",
            "/office/v1/cases?filter%5Bfrom%5D=1&filter%5Bto%5D=2&status=open",
            "",
        ),
        ("findCases", json!({"query": {"a": [1]}}), "GET", "/office/v1/cases?query=%7B%22a%22%3A%5B1%5D%7D", ""),
        ("getCase", json!({"id": ["a", "b"]}), "GET", "/office/v1/cases/;id=a;id=b", ""),
        (
            "openCase",
            json!({"title": "چاله", "place": {"lat": 1.5}}),
            "POST",
            "/office/v1/cases",
            r#"{"place":{"lat":1.5},"title":"چاله"}"#,
        ),
        ("openCase", json!({"body": {"title": "x"}}), "POST", "/office/v1/cases", r#"{"title":"x"}"#),
        (
            "noteCase",
            json!({"body": "hello", "author": "a"}),
            "PUT",
            "/other/notes",
            r#"{"author":"a","body":"hello"}"#,
        ),
        ("tellCase", json!({"text": "a b", "tag": ["x", "y"]}), "POST", "/office/v1/tell", "tag=x&tag=y&text=a%20b"),
        ("writeCase", json!({"body": "plain"}), "POST", "/office/v1/write", "plain"),
    ] {
        let got = peer.got(V3, id, parameters.clone()).await;
        assert_eq!(
            (&got["method"], &got["target"], &got["body"]),
            (&json!(method), &json!(target), &json!(body)),
            "{id} {parameters}"
        );
    }
    let got = peer.got(V3, "findCases", json!({"X-Token": "t", "session": "a b"})).await;
    assert_eq!(
        (&got["token"], &got["cookie"], &got["accept"]),
        (&json!("t"), &json!("session=a%20b"), &json!("application/json"))
    );
    let got = peer.got(V3, "writeCase", json!({"body": "plain"})).await;
    assert_eq!(got["kind"], "text/plain");
}

#[tokio::test]
async fn parameters_that_do_not_fit_are_validation_and_name_no_value() {
    let peer = Peer::new("{}").await;
    for (document, id, parameters, message) in [
        (V2, "getPetById", json!({}), "`petId`"),
        (V2, "getPetById", json!({"petId": null}), "`petId`"),
        (V2, "getPetById", json!({"petId": 1, "colour": SECRET}), "no parameter `colour`"),
        (V2, "getPetById", json!({"petId": ".."}), "no part of a path"),
        (V2, "getPetById", json!({"petId": ""}), "no part of a path"),
        (V2, "getPetById", json!({"petId": [[SECRET]]}), "`parameters.petId`"),
        (V2, "findPetsByStatus", json!({"status": {"a": {"b": SECRET}}}), "`parameters.status`"),
        (V2, "addPet", json!({}), "`body`"),
        (V2, "addPet", json!({"body": {}, "other": SECRET}), "no parameter `other`"),
        (V2, "deletePet", json!({"petId": 1, "api_key": format!("{SECRET}\r\nx: y")}), "`headers.api_key`"),
        (V2, "uploadFile", json!({"petId": 1, "file": SECRET}), "files are not sent"),
        (V3, "openCase", json!({}), "`body`"),
        (V3, "openCase", json!({"body": {}, "title": SECRET}), "one of them"),
        (V3, "getCase", json!({"id": "a", "x": SECRET}), "no parameter `x`"),
        (V3, "writeCase", json!({"body": [SECRET]}), "must be a text"),
    ] {
        let fault = peer
            .call(document, id, parameters.clone())
            .await
            .err()
            .unwrap_or_else(|| panic!("{id} {parameters} is made"));
        assert_eq!(told(&fault), (FaultKind::Content, Lasting::Permanent, Reached::No), "{id} {parameters}: {fault}");
        assert!(fault.message.contains(message), "{id} {parameters}: {fault}");
    }
    assert!(peer.server.got().iter().all(|got| [V2, V3].contains(&got.path())), "none was made");
    for input in [
        json!({}),
        json!({"document": peer.server.url(V2)}),
        json!({"operationId": "x"}),
        json!({"document": {"endpoint": 1}, "operationId": "x"}),
        json!({"document": {"endpoint": "x", "other": 1}, "operationId": "x"}),
        json!({"document": peer.server.url(V2), "operationId": "x", "with": 1}),
    ] {
        let fault = peer.deployed.send("openapi", input.clone()).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Content, "{input}");
    }
}

#[tokio::test]
async fn documents_that_are_no_use_are_configuration() {
    let peer = Peer::new("timeoutSeconds: 2").await;
    for (document, id, kind) in [
        (V2, "noSuchOperation", FaultKind::Configuration),
        (V2, "twice", FaultKind::Configuration),
        (V2, "undeclared", FaultKind::Configuration),
        (V2, "oddPlace", FaultKind::Configuration),
        (V2, "looping", FaultKind::Configuration),
        (V2, "sealedForm", FaultKind::Configuration),
        (V3, "external", FaultKind::Configuration),
        ("/rubbish", "x", FaultKind::Configuration),
        ("/none/302", "x", FaultKind::Answered { status: 302 }),
        ("/moved", "x", FaultKind::Answered { status: 301 }),
        ("/private/swagger.json", "x", FaultKind::Answered { status: 401 }),
        ("/long", "x", FaultKind::Answered { status: 502 }),
        ("/slow", "x", FaultKind::Timeout),
        ("/elsewhere", "steal", FaultKind::Forbidden),
    ] {
        let fault = peer.call(document, id, json!({})).await.unwrap_err();
        assert_eq!((fault.kind, fault.reached), (kind, Reached::No), "{document} {id}: {fault}");
    }
    let nobody = json!({"document": "http://127.0.0.1:1/", "operationId": "x"});
    let fault = peer.deployed.call("openapi", nobody).await.unwrap_err();
    assert_eq!(told(&fault), (FaultKind::Unreachable, Lasting::Temporary, Reached::No));
    let forbidden = json!({"document": "http://example.ir/", "operationId": "x"});
    assert_eq!(peer.deployed.call("openapi", forbidden).await.unwrap_err().kind, FaultKind::Forbidden);
}

#[tokio::test]
async fn each_side_is_shown_its_own_credentials() {
    let peer = Peer::new("{}").await;
    let basic = |username: &str| json!({"basic": {"username": username, "password": SECRET}});
    let document = json!({"name": "pets", "endpoint": {"uri": peer.server.url("/private/swagger.json"), "authentication": basic("reader")}});
    let input = |document: &Value| {
        json!({"document": document, "operationId": "getPetById", "parameters": {"petId": 1},
        "authentication": {"bearer": {"token": "t0ken"}}, "output": "response"})
    };
    let receipt = peer.deployed.call("openapi", input(&document)).await.unwrap();
    assert_eq!(receipt.output["content"]["authorization"], "Bearer t0ken");
    assert_eq!(receipt.output["request"]["headers"]["authorization"], "***");
    assert_eq!(receipt.output["request"]["uri"], peer.server.url("/v2/pet/1"));
    assert!(peer.server.got()[0].header("authorization").unwrap().starts_with("Basic "));
    // Who has no credentials is not given what another was shown.
    let bare = json!({"name": "pets", "endpoint": {"uri": peer.server.url("/private/swagger.json")}});
    assert_eq!(
        peer.deployed.call("openapi", input(&bare)).await.unwrap_err().kind,
        FaultKind::Answered { status: 401 }
    );
    let plain = json!({"uri": peer.server.url(V2)});
    assert_eq!(peer.deployed.call("openapi", input(&plain)).await.unwrap().output["statusCode"], 200);
}

#[tokio::test]
async fn redirections_are_results_or_errors() {
    let peer = Peer::new("{}").await;
    let input = |redirect: bool| {
        json!({"document": {"endpoint": peer.server.url(V2)}, "operationId": "getPetById",
        "parameters": {"petId": 302}, "redirect": redirect, "output": "response"})
    };
    assert_eq!(
        peer.deployed.call("openapi", input(false)).await.unwrap_err().kind,
        FaultKind::Answered { status: 302 }
    );
    assert_eq!(peer.deployed.call("openapi", input(true)).await.unwrap().output["statusCode"], 302);
}

#[tokio::test]
async fn what_reads_is_never_ambiguous_and_what_writes_is() {
    let peer = Peer::new("timeoutSeconds: 1").await;
    for (id, reached) in [
        ("getGone", Reached::No),
        ("postGone", Reached::Unknown),
        ("getSlow", Reached::No),
        ("postSlow", Reached::Unknown),
    ] {
        let fault = peer.call(V2, id, json!({})).await.unwrap_err();
        assert_eq!((fault.lasting, fault.reached), (Lasting::Temporary, reached), "{id}: {fault}");
    }
    let operation = peer.deployed.manifest().operation("openapi").unwrap();
    assert_eq!(operation.on_ambiguous, peygir_connector::Ambiguous::Person);
}

#[tokio::test]
async fn a_promising_host_is_asked_again_and_may_lead_nowhere_else() {
    let server = Server::start(respond).await;
    let settings = format!("idempotentHosts: ['{}']", server.address);
    let peer = Peer { server, deployed: Deployed::new(&settings) };
    let document = json!({"endpoint": peer.server.url(V2)});
    let operation = peer.deployed.manifest().operation_of("openapi", &json!({"document": document})).unwrap();
    assert_eq!((operation.name.as_str(), operation.dedup), ("openapi-known", peygir_connector::Dedup::Key));
    assert_eq!(peer.got(V2, "addToy", json!({"body": 1})).await["method"], "POST");
    // The office's server for leaving is another host, which promised nothing.
    let fault = peer.call(V3, "leaveHouse", json!({})).await.unwrap_err();
    assert_eq!(told(&fault), (FaultKind::Configuration, Lasting::Permanent, Reached::No));
    assert!(fault.message.contains("`idempotentHosts`"));
}
