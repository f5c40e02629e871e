//! The shell around all routes: a limit of time, the reader's language, problems in words, security headers, one log
//! line for each request.
//!
//! Addresses can hold secrets (login links, connectors), so logs and spans name the route, never the address.

use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use crate::console::layout::{self, Ui};
use crate::locale::{LOCALE_COOKIE, Locale};
use crate::options::App;
use crate::problem::{Code, Problem};
use crate::query::text_pairs;

/// Longest time that a request may take, in seconds.
pub const REQUEST_SECONDS_MAX: u64 = 30;
/// How long the choice of a language is remembered, in seconds.
const LOCALE_SECONDS_MAX: u64 = 365 * 86_400;

/// Nothing but our own style sheets, fonts and forms: no script at all.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: &[(&str, &str)] = &[
    ("content-security-policy", CONTENT_POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    // `same-origin` and not `no-referrer`: with that, browsers would post our own forms with the origin `null`.
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
];

/// What the shell found out about the reader; pages take it from the request's extensions.
#[derive(Debug, Clone)]
pub struct Reader {
    pub locale: Locale,
    /// The page's path, without its query.
    pub path: String,
}

pub async fn wrap(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let reader = reader(&request);
    let chosen = asked_locale(&request);
    let for_people = is_page(&reader.path);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|route| route.as_str().to_owned());
    let started = Instant::now();
    request.extensions_mut().insert(reader.clone());
    let limit = Duration::from_secs(REQUEST_SECONDS_MAX);
    let answer = tokio::time::timeout(limit, next.run(request)).await;
    let mut response = answer.unwrap_or_else(|_| Problem::new(Code::Timeout).into_response());
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = render(&app, &reader, &problem, response.headers(), for_people);
    }
    finish_headers(response.headers_mut(), chosen);
    let took = started.elapsed();
    app.meters.note(route.as_deref(), response.status().as_u16(), took);
    let (route, ms) = (route.unwrap_or_default(), took.as_millis());
    tracing::debug!(%method, route, status = response.status().as_u16(), ms, "request");
    response
}

fn reader(request: &Request) -> Reader {
    let path = request.uri().path().to_owned();
    let locale = if is_page(&path) {
        Locale::of_request(asked_locale(request).map(Locale::code), request.headers())
    } else {
        Locale::accepted(request.headers())
    };
    Reader { locale, path }
}

fn asked_locale(request: &Request) -> Option<Locale> {
    let pairs = text_pairs(request.uri().query()?).ok()?;
    pairs.iter().find(|(name, _)| name == "lang").and_then(|(_, value)| Locale::parse(value))
}

/// Whether people read it; programs read the rest.
fn is_page(path: &str) -> bool {
    !["/api/", "/connectors/", "/openapi.json", "/healthz"].iter().any(|prefix| path.starts_with(prefix))
}

fn render(app: &App, reader: &Reader, problem: &Problem, headers: &HeaderMap, for_people: bool) -> Response {
    let status = problem.code.status();
    let mut response = if for_people {
        let ui = Ui::public(app, reader);
        (status, Html(layout::problem(&ui, problem).into_string())).into_response()
    } else {
        let media = (header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        (status, [media], problem.json(reader.locale).to_string()).into_response()
    };
    for name in [header::WWW_AUTHENTICATE, header::ALLOW, header::SET_COOKIE] {
        if let Some(value) = headers.get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    let language = HeaderValue::from_static(reader.locale.code());
    response.headers_mut().insert(header::CONTENT_LANGUAGE, language);
    response
}

fn finish_headers(headers: &mut HeaderMap, chosen: Option<Locale>) {
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    // Assets say for themselves how long they keep.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Some(locale) = chosen {
        let text =
            format!("{LOCALE_COOKIE}={}; Path=/; Max-Age={LOCALE_SECONDS_MAX}; SameSite=Lax; HttpOnly", locale.code());
        let value = HeaderValue::from_str(&text).expect("a cookie of ASCII letters is a header value");
        headers.append(header::SET_COOKIE, value);
    }
}
