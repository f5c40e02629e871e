//! Peers' calls to connectors: passed on as bytes, for a gateway may send any encoding.

use axum::extract::{RawQuery, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::body;
use crate::options::App;
use crate::path::Path;
use crate::problem::Problem;
use crate::query::raw_pairs;

/// Longest body of a peer's call, in bytes.
pub const PEER_BYTES_MAX: usize = 256 * 1024;

/// 200 with an empty text: to an SMS gateway, a text would be an answer to send.
pub async fn take(
    State(app): State<App>,
    Path((name, path)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Problem> {
    let pairs = raw_pairs(query.as_deref().unwrap_or_default())?;
    let body = body::read(request.into_body(), PEER_BYTES_MAX).await?;
    let taken = app.desk.inbound(&name, &path, pairs, body).await?;
    tracing::debug!(connector = name, taken, "a peer's call was taken in");
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], "").into_response())
}
