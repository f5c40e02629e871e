//! Operations: open deadlines derived anew after a closure or a change of calendars, and which cases moved.

use axum::Json;
use axum::extract::{RawQuery, State};
use peygir_runtime::desk::{MovedView, OperationView, Page};

use super::id;
use crate::gate::Caller;
use crate::options::App;
use crate::path::Path;
use crate::problem::Problem;
use crate::query::Params;

pub async fn list(
    State(app): State<App>,
    Caller(caller): Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Page<OperationView>>, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let page = params.take_page()?;
    params.finish()?;
    Ok(Json(app.desk.operations(&caller, &page).await?))
}

pub async fn show(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(operation): Path<String>,
) -> Result<Json<OperationView>, Problem> {
    Ok(Json(app.desk.operation(&caller, id(&operation)?).await?))
}

pub async fn moved(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(operation): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Page<MovedView>>, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let page = params.take_page()?;
    params.finish()?;
    Ok(Json(app.desk.operation_moved(&caller, id(&operation)?, &page).await?))
}
