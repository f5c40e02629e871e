//! Packs: what is in force, all versions and editions, how versions differ, and deploying.

use axum::Json;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use peygir_runtime::desk::{EditionChanges, EditionView, NewEdition, PackDifference, PackFiles, PackView, PacksView};
use serde::Deserialize;

use super::closures::checked_reason;
use super::messages::idempotency_key;
use crate::body::{self, JsonBody};
use crate::console::editions;
use crate::gate::Caller;
use crate::options::App;
use crate::path::Path;
use crate::problem::{Code, Problem};
use crate::query::Params;

/// Longest body of a deployment, in bytes: all files of its packs, as JSON writes them.
pub const EDITION_BODY_BYTES_MAX: usize = 16 << 20;

/// Why an edition is withdrawn; it stands in the journal.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawing {
    reason: String,
}

pub async fn list(State(app): State<App>, Caller(caller): Caller) -> Result<Json<PacksView>, Problem> {
    Ok(Json(app.desk.packs(&caller).await?))
}

pub async fn editions(State(app): State<App>, Caller(caller): Caller) -> Result<Json<Vec<EditionView>>, Problem> {
    Ok(Json(app.desk.editions(&caller).await?))
}

/// One edition with what changes by it.
pub async fn edition(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(number): Path<String>,
) -> Result<Json<EditionChanges>, Problem> {
    Ok(Json(app.desk.edition_changes(&caller, editions::number(&number)?).await?))
}

/// What was withdrawn, with who did it and why.
pub async fn withdraw(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(number): Path<String>,
    JsonBody(body): JsonBody<Withdrawing>,
) -> Result<Json<EditionView>, Problem> {
    let number = editions::number(&number)?;
    Ok(Json(app.desk.withdraw_edition(&caller, number, checked_reason(&body.reason)?).await?))
}

pub async fn show(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(name): Path<String>,
) -> Result<Json<PackView>, Problem> {
    Ok(Json(app.desk.pack(&caller, &name).await?))
}

pub async fn version(
    State(app): State<App>,
    Caller(caller): Caller,
    Path((name, version)): Path<(String, String)>,
) -> Result<Json<PackFiles>, Problem> {
    Ok(Json(app.desk.pack_files(&caller, &name, &version).await?))
}

/// `?from=A&to=B`.
pub async fn difference(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<PackDifference>, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let (from, to) = (params.take("from")?, params.take("to")?);
    params.finish()?;
    let needed = |name: &str| Problem::field(Code::QueryInvalid, name, "required");
    let (from, to) = (from.ok_or_else(|| needed("from"))?, to.ok_or_else(|| needed("to"))?);
    Ok(Json(app.desk.pack_difference(&caller, &name, &from, &to).await?))
}

/// 201 once the edition is durable; 200 where nothing was deployed: a dry run, or what is in force already.
pub async fn deploy(
    State(app): State<App>,
    Caller(caller): Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !media.is_some_and(body::is_json) {
        return Err(Problem::new(Code::MediaType));
    }
    let bytes = body::read(body, EDITION_BODY_BYTES_MAX).await?;
    let edition: NewEdition = body::parse(&bytes)?;
    let done = app.desk.deploy_packs(&caller, &edition, idempotency_key(&headers)?).await?;
    let status = if done.dry_run || done.repeated { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(done)).into_response())
}
