//! A client of the API: asks, and hands answers back as they came.
//!
//! Knows addresses and headers; judges nothing: that is the tests'.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

/// Longest wait for an answer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Rows of a page that [`Client::all`] asks for.
const PAGE_ROWS: usize = 200;

/// Cheap to clone.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
    language: &'static str,
}

/// An answer, whatever its status.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Client {
    pub fn new(address: SocketAddr, token: Option<&str>) -> Self {
        // Another test of this process may have installed it.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT)
            .build()
            .expect("a client can be made");
        Self { http, base: format!("http://{address}"), token: token.map(str::to_owned), language: "en" }
    }

    /// The same client asking for answers in another language.
    pub fn in_language(&self, language: &'static str) -> Self {
        Self { language, ..self.clone() }
    }

    /// The same client with another token, or none.
    pub fn with_token(&self, token: Option<&str>) -> Self {
        Self { token: token.map(str::to_owned), ..self.clone() }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request =
            self.http.request(method, format!("{}{path}", self.base)).header("Accept-Language", self.language);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Err where no answer came: the connection was refused or cut, or the time was over.
    pub async fn send(&self, request: RequestBuilder) -> Result<Answer, reqwest::Error> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await?.to_vec();
        Ok(Answer { status, headers, body })
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await.expect("the server answers")
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await.expect("the server answers")
    }

    /// A body as it is, with headers of the caller's.
    pub async fn post_bytes(&self, path: &str, body: Vec<u8>, headers: &[(&str, &str)]) -> Answer {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name = HeaderName::try_from(*name).expect("a header's name");
            map.insert(name, HeaderValue::from_str(value).expect("a header's value"));
        }
        self.send(self.request(Method::POST, path).headers(map).body(body)).await.expect("the server answers")
    }

    /// Hands a citizen's message in under an idempotency key.
    pub async fn submit(&self, key: &str, message: &Value) -> Result<Answer, reqwest::Error> {
        self.send(self.submission(key, message)).await
    }

    /// The request of [`Client::submit`], for callers that want to change it.
    pub fn submission(&self, key: &str, message: &Value) -> RequestBuilder {
        self.request(Method::POST, "/api/v1/messages").header("Idempotency-Key", key).json(message)
    }

    /// A new token, which the administrator that this client is issues.
    pub async fn issue(&self, name: &str, role: &str, scope: &str) -> Self {
        let wanted = serde_json::json!({ "name": name, "role": role, "scope": scope });
        let answer = self.post("/api/v1/tokens", &wanted).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        self.with_token(answer.json()["token"].as_str())
    }

    /// All items of a paged list.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut after = String::new();
        let mark = if path.contains('?') { '&' } else { '?' };
        loop {
            let answer = self.get(&format!("{path}{mark}limit={PAGE_ROWS}{after}")).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
            let page = answer.json();
            items.extend(page["items"].as_array().cloned().unwrap_or_default());
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return items,
            }
        }
    }
}
