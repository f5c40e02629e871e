//! From a listener to answers: the router made from the table, and the loop that serves it until it is told to stop.

use std::any::Any;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tower_http::catch_panic::CatchPanicLayer;

use crate::assets::Assets;
use crate::gate::{self, Gate};
use crate::options::{App, ServerState};
use crate::problem::{Code, Problem};
use crate::routes::ROUTES;
use crate::shell;

/// After the word to stop, requests under way have this long to end, in seconds.
pub const DRAIN_SECONDS_MAX: u64 = 10;

/// The router over the table of routes. Fails where the font that the options name cannot be read.
pub fn router(state: ServerState) -> std::io::Result<Router> {
    let assets = Arc::new(Assets::new(state.options.font_file.as_deref())?);
    let app =
        App { desk: state.desk, access: state.access, clock: state.clock, options: Arc::new(state.options), assets };
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
    let router = router(state)?;
    let stopping = Arc::new(Notify::new());
    let told = stopping.clone();
    let served = axum::serve(listener, router).with_graceful_shutdown(async move {
        shutdown.await;
        told.notify_one();
    });
    let drained = async {
        stopping.notified().await;
        tokio::time::sleep(Duration::from_secs(DRAIN_SECONDS_MAX)).await;
    };
    tokio::select! {
        result = served => result,
        () = drained => {
            tracing::warn!(seconds = DRAIN_SECONDS_MAX, "connections were still open and are cut");
            Ok(())
        }
    }
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
