//! Receipts: given out for a case, and held against the journal later. A tail that was cut off, or anything rewritten, shows
//! by them; of the case itself they say nothing.

use axum::Json;
use axum::extract::State;
use peygir_core::Id;
use peygir_runtime::access::Permission;
use serde_json::Value;

use crate::body::JsonBody;
use crate::console::track::clean_code;
use crate::gate::Caller;
use crate::instruments::{Checked, Given};
use crate::options::App;
use crate::path::Path;
use crate::problem::{Code, Problem};

use super::id;

/// For whoever may read the case.
pub async fn of_case(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(case): Path<String>,
) -> Result<Json<Value>, Problem> {
    let case = app.desk.case_of(&caller, id(&case)?, Permission::CaseRead).await?;
    given(gather(&app, case).await?)
}

/// For whoever holds the tracking code.
pub async fn of_code(State(app): State<App>, Path(code): Path<String>) -> Result<Json<Value>, Problem> {
    let case = app.desk.case_of_code(&clean_code(&code))?;
    given(gather(&app, case).await?)
}

/// Anybody may ask: an auditor, an agency, a court. It tells what was asked about and nothing else.
pub async fn check(State(app): State<App>, JsonBody(receipt): JsonBody<Value>) -> Result<Json<Checked>, Problem> {
    Ok(Json(held_against(&app, receipt).await?))
}

fn given(given: Given) -> Result<Json<Value>, Problem> {
    let not_yet = Problem { reason: Some("conflict-not-sealed".to_owned()), ..Problem::new(Code::Conflict) };
    given.receipt.map(Json).ok_or(not_yet)
}

pub async fn gather(app: &App, case: Id) -> Result<Given, Problem> {
    app.ask_instruments(move |instruments, _| instruments.receipt(case)).await
}

pub async fn held_against(app: &App, receipt: Value) -> Result<Checked, Problem> {
    app.ask_instruments(move |instruments, _| instruments.check(&receipt)).await
}
