//! From a listener to answers: the router made from the table, and the loop that serves it until it is told to stop.

use std::any::Any;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower_http::catch_panic::CatchPanicLayer;

use crate::assets::Assets;
use crate::feed::Feeds;
use crate::gate::{self, Gate};
use crate::options::{App, ServerState};
use crate::problem::{Code, Problem};
use crate::routes::ROUTES;
use crate::shell;

/// After the word to stop, requests under way have this long to end, in seconds.
pub const DRAIN_SECONDS_MAX: u64 = 10;
/// A connection has this long to send the head of a request, the first and each further one, in seconds.
pub const HEADER_SECONDS_MAX: u64 = 15;
/// Connections at one time; more wait to be accepted.
pub const CONNECTIONS_MAX: usize = 4096;
/// After a connection that could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// The router over the table of routes. Fails where the font that the options name cannot be read.
pub fn router(state: ServerState) -> std::io::Result<Router> {
    router_with(state, Arc::new(Feeds::new()))
}

fn router_with(state: ServerState, feeds: Arc<Feeds>) -> std::io::Result<Router> {
    let assets = Arc::new(Assets::new(state.options.font_file.as_deref())?);
    let options = Arc::new(state.options);
    let app = App {
        desk: state.desk,
        access: state.access,
        clock: state.clock,
        options,
        assets,
        feeds,
        instruments: state.instruments,
        meters: Arc::default(),
    };
    let mut router = Router::new();
    for route in ROUTES {
        let gate = Gate { app: app.clone(), route };
        router = router.route(route.path, (route.handler)().layer(from_fn_with_state(gate, gate::pass)));
    }
    let router = router
        .fallback(|| async { Problem::new(Code::NotFound) })
        .method_not_allowed_fallback(|| async { Problem::new(Code::MethodNotAllowed) })
        .layer(CatchPanicLayer::custom(panicked))
        // Each body is read by our own extractors, which have limits of their own.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(app.clone(), shell::wrap))
        .layer(map_response(close_after_refused_body));
    Ok(router.with_state(app))
}

/// Serves until `shutdown` is done, then lets requests under way end, for a limited time.
pub async fn serve(
    state: ServerState,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let feeds = Arc::new(Feeds::new());
    let router = router_with(state, feeds.clone())?;
    let under_way = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let (place, accepted) = tokio::select! {
            next = next_connection(&listener, places.clone()) => next,
            () = &mut shutdown => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection =
                    http().serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
                let watched = under_way.watch(connection);
                tokio::spawn(async move {
                    let _held = place;
                    if let Err(error) = watched.await {
                        tracing::debug!(%error, "a connection ended badly");
                    }
                });
            }
            Err(error) => {
                // Out of file descriptors, mostly: those who are served must end before others get in.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    feeds.close();
    let drained = tokio::time::timeout(Duration::from_secs(DRAIN_SECONDS_MAX), under_way.shutdown()).await;
    if drained.is_err() {
        tracing::warn!(seconds = DRAIN_SECONDS_MAX, "connections were still open and are cut");
    }
    Ok(())
}

/// The next connection, once there is a place for it.
async fn next_connection(
    listener: &TcpListener,
    places: Arc<Semaphore>,
) -> (OwnedSemaphorePermit, std::io::Result<(TcpStream, SocketAddr)>) {
    let place = places.acquire_owned().await.expect("nobody closes the semaphore");
    (place, listener.accept().await)
}

fn http() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(HEADER_SECONDS_MAX));
    builder
}

/// A panic is a bug of ours; the caller gets a problem and the server stays up.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    Problem::internal(&"a handler panicked").into_response()
}

/// Who sent too much is still sending: the connection ends with the answer.
async fn close_after_refused_body(mut response: Response) -> Response {
    if response.status() == Code::TooLarge.status() {
        let value = axum::http::HeaderValue::from_static("close");
        response.headers_mut().insert(axum::http::header::CONNECTION, value);
    }
    response
}
