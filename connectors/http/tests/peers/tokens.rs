//! A token server that counts, and a peer that wants its tokens.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use peygir_connector::{FaultKind, Lasting, Reached};
use serde_json::{Value, json};

use crate::server::{Answer, Got, Server};
use crate::{Deployed, SECRET, form, told};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// Grants `t1`, `t2` … under `/realm/oauth2/token`, and takes each under `/api` unless it was withdrawn.
async fn authority(life_s: u64, withdrawn: &'static [&'static str]) -> Server {
    let granted = Arc::new(AtomicUsize::new(0));
    Server::start(move |got| match got.path() {
        "/api" => {
            let shown = got.header("authorization").unwrap_or_default();
            let token = shown.strip_prefix("Bearer ").unwrap_or_default();
            if token.is_empty() || withdrawn.contains(&token) {
                Answer::status(401)
            } else {
                Answer::json(&json!(token))
            }
        }
        "/realm/oauth2/token" => {
            let number = granted.fetch_add(1, Ordering::SeqCst) + 1;
            Answer::json(&json!({"access_token": format!("t{number}"), "token_type": "Bearer", "expires_in": life_s}))
        }
        _ => Answer::status(404),
    })
    .await
}

fn policy(server: &Server, change: &Value) -> Value {
    let mut policy = json!({
        "authority": server.url("/realm"),
        "grant": "client_credentials",
        "client": {"id": "peygir", "secret": SECRET},
    });
    policy.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    json!({"oauth2": policy})
}

fn input(server: &Server, authentication: Value) -> Value {
    json!({"method": "get", "endpoint": {"uri": server.url("/api"), "authentication": authentication}})
}

fn token_requests(server: &Server) -> Vec<Got> {
    server.got().into_iter().filter(|got| got.path().ends_with("/token")).collect()
}

#[tokio::test]
async fn a_token_is_asked_for_once_and_used_by_all() {
    let server = authority(3600, &[]).await;
    let deployed = Deployed::new("{}");
    let ask = || deployed.call("http", input(&server, policy(&server, &json!({}))));
    let (a, b, c) = tokio::join!(ask(), ask(), ask());
    for receipt in [a, b, c] {
        let receipt = receipt.unwrap();
        assert_eq!((receipt.output, receipt.authorization.unwrap().parameter.reveal()), (json!("t1"), "t1"));
    }
    let asked = token_requests(&server);
    assert_eq!(asked.len(), 1);
    assert_eq!((asked[0].method.as_str(), asked[0].header("idempotency-key")), ("POST", None));
    let expected = [("client_id", "peygir"), ("client_secret", SECRET), ("grant_type", "client_credentials")];
    assert_eq!(form(&asked[0].body), expected.map(|(name, value)| (name.into(), value.into())).into());
    // Another policy has a token of its own.
    let other = policy(&server, &json!({"scopes": ["api", "read"], "audiences": ["a", "b"]}));
    assert_eq!(deployed.call("http", input(&server, other)).await.unwrap().output, "t2");
    assert!(token_requests(&server)[1].body.contains("scope=api+read&audience=a&audience=b"));
}

#[tokio::test]
async fn an_old_token_is_replaced_before_it_ends() {
    let server = authority(1, &[]).await;
    let deployed = Deployed::new("{}");
    let ask = || deployed.call("http", input(&server, policy(&server, &json!({}))));
    assert_eq!(ask().await.unwrap().output, "t1");
    assert_eq!(ask().await.unwrap().output, "t1");
    tokio::time::sleep(Duration::from_millis(800)).await;
    assert_eq!(ask().await.unwrap().output, "t2", "a quarter of its life is kept in reserve");
}

#[tokio::test]
async fn a_withdrawn_token_is_asked_for_anew_once() {
    let server = authority(3600, &["t2"]).await;
    let deployed = Deployed::new("{}");
    let one = policy(&server, &json!({}));
    let two = policy(&server, &json!({"scopes": ["x"]}));
    assert_eq!(deployed.call("http", input(&server, one)).await.unwrap().output, "t1");
    // A fresh one that is refused is an answer like any other.
    let fault = deployed.call("http", input(&server, two.clone())).await.unwrap_err();
    assert_eq!((fault.kind, token_requests(&server).len()), (FaultKind::Answered { status: 401 }, 2));
    // The same one, kept: a new one is tried.
    assert_eq!(deployed.call("http", input(&server, two)).await.unwrap().output, "t3");
    assert_eq!((token_requests(&server).len(), server.count("/api")), (3, 4));
}

#[tokio::test]
async fn each_grant_and_each_proof_as_the_standards_write_them() {
    let server = authority(3600, &[]).await;
    let deployed = Deployed::new("{}");
    let exchange =
        json!({"grant": EXCHANGE, "subject": {"token": "sub", "type": "st"}, "actor": {"token": "act", "type": "at"}});
    for (change, expected) in [
        (
            json!({"grant": "password", "username": "u", "password": 1234}),
            "grant_type=password&username=u&password=1234&client_secret",
        ),
        (
            json!({"grant": "refresh_token", "subject": {"token": "r&1", "type": "t"}}),
            "grant_type=refresh_token&refresh_token=r%261&",
        ),
        (json!({"grant": "refresh_token", "refresh_token": "r2"}), "grant_type=refresh_token&refresh_token=r2&"),
        (exchange, "subject_token=sub&subject_token_type=st&actor_token=act&actor_token_type=at&"),
        (json!({"client": {"id": "i", "authentication": "none"}}), "grant_type=client_credentials&client_id=i"),
        (json!({"client": {"authentication": "none"}}), "grant_type=client_credentials"),
        (
            json!({"client": {"id": "i", "assertion": "a.b.c", "authentication": "private_key_jwt"}}),
            "client_id=i&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=a.b.c",
        ),
    ] {
        deployed.call("http", input(&server, policy(&server, &change))).await.unwrap();
        let body = token_requests(&server).pop().unwrap().body;
        assert!(body.contains(expected), "{change}: {body}");
    }
    let basic = json!({"client": {"id": "a:b", "secret": "c d", "authentication": "client_secret_basic"}});
    deployed.call("http", input(&server, policy(&server, &basic))).await.unwrap();
    let got = token_requests(&server).pop().unwrap();
    // a%3Ab:c+d
    assert_eq!(got.header("authorization").as_deref(), Some("Basic YSUzQWI6Yytk"));
    assert_eq!(got.body, "grant_type=client_credentials");
    let jwt = json!({"client": {"id": "i", "secret": SECRET, "authentication": "client_secret_jwt"}, "request": {"encoding": "application/json"}});
    deployed.call("http", input(&server, policy(&server, &jwt))).await.unwrap();
    let body: Value = serde_json::from_str(&token_requests(&server).pop().unwrap().body).unwrap();
    assert_eq!((&body["client_id"], body["client_assertion"].as_str().unwrap().split('.').count()), (&json!("i"), 3));
    assert!(body.get("client_secret").is_none());
}

#[tokio::test]
async fn a_newer_refresh_token_takes_the_place_of_the_first() {
    let server = Server::start(|got| match got.path() {
        "/api" => Answer::status(401),
        _ => Answer::json(
            &json!({"access_token": format!("t{}", got.number), "refresh_token": format!("r{}", got.number)}),
        ),
    })
    .await;
    let deployed = Deployed::new("{}");
    let authentication =
        policy(&server, &json!({"grant": "refresh_token", "subject": {"token": "first", "type": "t"}}));
    for _ in 0..2 {
        deployed.call("http", input(&server, authentication.clone())).await.unwrap_err();
    }
    let used: Vec<String> =
        token_requests(&server).iter().map(|got| form(&got.body)["refresh_token"].clone()).collect();
    assert_eq!(used, ["first", "r0"]);
}

#[tokio::test]
async fn the_place_is_discovered_for_openid_connect() {
    let server = Server::start(|got| match got.path() {
        "/realm/.well-known/openid-configuration" => {
            let host = got.header("host").unwrap();
            Answer::json(
                &json!({"issuer": "https://issuer.example.ir", "token_endpoint": format!("http://{host}/grant/token")}),
            )
        }
        "/grant/token" => Answer::json(&json!({"access_token": "opaque", "expires_in": "60"})),
        "/bad/.well-known/openid-configuration" => Answer::json(&json!({"token_endpoint": "file:///etc/passwd"})),
        "/api" => Answer::json(&json!(got.header("authorization"))),
        _ => Answer::status(404),
    })
    .await;
    let deployed = Deployed::new("{}");
    let oidc = |authority: &str, issuers: Value| json!({"oidc": {"authority": server.url(authority), "grant": "client_credentials", "client": {"id": "i", "secret": SECRET}, "issuers": issuers}});
    let whole = "/realm/.well-known/openid-configuration";
    for (authority, issuers) in
        [("/realm", json!([])), (whole, json!([])), ("/realm/", json!(["https://issuer.example.ir"]))]
    {
        let receipt = deployed.call("http", input(&server, oidc(authority, issuers))).await.unwrap();
        assert_eq!(receipt.output, "Bearer opaque", "{authority}");
    }
    for (authority, issuers) in
        [("/realm", json!(["https://other.example.ir"])), ("/bad", json!([])), ("/none", json!([]))]
    {
        let fault = deployed.call("http", input(&server, oidc(authority, issuers))).await.unwrap_err();
        assert_eq!((fault.kind, fault.reached), (FaultKind::Credentials, Reached::No), "{authority}");
    }
}

#[tokio::test]
async fn without_a_token_the_call_is_not_made_and_nothing_is_told() {
    let server = Server::start(|got| match got.path() {
        "/refuses/oauth2/token" => Answer::new(
            401,
            "application/json",
            json!({"error": "invalid_client", "error_description": SECRET}).to_string(),
        ),
        "/rubbish/oauth2/token" => Answer::new(200, "text/html", SECRET),
        "/odd/oauth2/token" => Answer::json(&json!({"access_token": "a b"})),
        "/mac/oauth2/token" => Answer::json(&json!({"access_token": "a", "token_type": "mac"})),
        "/issued/oauth2/token" => Answer::json(&json!({"access_token": "e30.eyJpc3MiOiJhIn0.c"})),
        "/moved/oauth2/token" => Answer::status(307).header("Location", "/refuses/oauth2/token"),
        "/slow/oauth2/token" => Answer::status(200).after(Duration::from_secs(30)),
        "/down/oauth2/token" => Answer::new(503, "application/json", json!({"error": SECRET}).to_string()),
        "/long/oauth2/token" => Answer::new(200, "application/json", "x".repeat(70_000)),
        _ => Answer::json(&json!("in")),
    })
    .await;
    let deployed = Deployed::new("timeoutSeconds: 1");
    for (path, lasting, message) in [
        ("/refuses", Lasting::Permanent, "401 (invalid_client)"),
        ("/rubbish", Lasting::Permanent, "no token"),
        ("/odd", Lasting::Permanent, "no token"),
        ("/mac", Lasting::Permanent, "no bearer token"),
        ("/issued", Lasting::Permanent, "`issuers`"),
        ("/moved", Lasting::Permanent, "307"),
        ("/slow", Lasting::Temporary, "in time"),
        ("/down", Lasting::Temporary, "503"),
        ("/long", Lasting::Temporary, "longer than"),
    ] {
        let authentication = policy(
            &server,
            &json!({"authority": server.url(path), "issuers": if path == "/issued" { json!(["b"]) } else { json!([]) }}),
        );
        let fault = deployed.call("http", input(&server, authentication)).await.unwrap_err();
        assert_eq!(told(&fault), (FaultKind::Credentials, lasting, Reached::No), "{path}: {fault}");
        assert!(fault.message.contains(message), "{path}: {fault}");
    }
    assert_eq!(server.count("/api"), 0);
    let nobody = policy(&server, &json!({"authority": "http://127.0.0.1:1/"}));
    let fault = deployed.call("http", input(&server, nobody)).await.unwrap_err();
    assert_eq!(told(&fault), (FaultKind::Credentials, Lasting::Temporary, Reached::No));
}

#[tokio::test]
async fn token_endpoints_must_be_allowed_like_all_others() {
    let (api, tokens) = (authority(60, &[]).await, authority(60, &[]).await);
    let deployed = Deployed::allowing(&[&api.address.to_string()], "{}");
    let fault = deployed.call("http", input(&api, policy(&tokens, &json!({})))).await.unwrap_err();
    assert_eq!(told(&fault), (FaultKind::Forbidden, Lasting::Permanent, Reached::No));
    // Neither may a document lead there.
    let oidc = json!({"oidc": {"authority": tokens.url("/realm"), "grant": "client_credentials", "client": {"authentication": "none"}}});
    let fault = deployed.call("http", input(&api, oidc)).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Forbidden);
    let leading = json!({"oauth2": {"authority": api.url("/realm"), "endpoints": {"token": tokens.url("/realm/oauth2/token")},
        "grant": "client_credentials", "client": {"authentication": "none"}}});
    let fault = deployed.call("http", input(&api, leading)).await.unwrap_err();
    assert_eq!((fault.kind, tokens.got().len(), api.got().len()), (FaultKind::Forbidden, 0, 0));
}
