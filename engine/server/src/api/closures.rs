//! Closures: days, or parts of days, that a person declares closed after the calendars were written.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use peygir_runtime::desk::{ClosureDone, ClosureView, NewClosure, REASON_CHARS_MAX};
use serde::Deserialize;

use super::id;
use super::messages::idempotency_key;
use crate::body::JsonBody;
use crate::gate::Caller;
use crate::options::App;
use crate::path::Path;
use crate::problem::{Code, Problem};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    reason: String,
}

pub async fn list(State(app): State<App>, Caller(caller): Caller) -> Result<Json<Vec<ClosureView>>, Problem> {
    Ok(Json(app.desk.closures(&caller).await?))
}

/// 201 once the declaration is durable; the operation that it began goes on by itself. 200 where the same key came before.
pub async fn declare(
    State(app): State<App>,
    Caller(caller): Caller,
    headers: HeaderMap,
    JsonBody(closure): JsonBody<NewClosure>,
) -> Result<Response, Problem> {
    let (done, repeated) = match idempotency_key(&headers)? {
        Some(key) => app.desk.declare_closure_once(&caller, &closure, key).await?,
        None => (app.desk.declare_closure(&caller, &closure).await?, false),
    };
    let status = if repeated { StatusCode::OK } else { StatusCode::CREATED };
    let place = format!("/api/v1/operations/{}", done.operation);
    let place = HeaderValue::from_str(&place).map_err(|error| Problem::internal(&error))?;
    Ok((status, [(header::LOCATION, place)], Json(done)).into_response())
}

pub async fn withdraw(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(closure): Path<String>,
    JsonBody(Withdrawal { reason }): JsonBody<Withdrawal>,
) -> Result<Json<ClosureDone>, Problem> {
    let closure = id(&closure)?;
    Ok(Json(app.desk.withdraw_closure(&caller, closure, checked_reason(&reason)?).await?))
}

/// The reason of what a person does to a closure or a deadline: it says something, in bounded words.
pub fn checked_reason(reason: &str) -> Result<&str, Problem> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Problem::field(Code::Invalid, "/reason", "required"));
    }
    if reason.chars().count() > REASON_CHARS_MAX {
        return Err(Problem::field(Code::Invalid, "/reason", "too-long"));
    }
    Ok(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_something_and_not_too_much() {
        assert_eq!(checked_reason(" برف \n"), Ok("برف"));
        let why = |reason: &str| checked_reason(reason).unwrap_err().fields[0].code.clone();
        assert_eq!(why("\n "), "required");
        assert_eq!(why(&"ن".repeat(REASON_CHARS_MAX + 1)), "too-long");
        assert!(checked_reason(&"ن".repeat(REASON_CHARS_MAX)).is_ok());
    }
}
