//! Tasks: what waits for people, and their answers.

use axum::Json;
use axum::extract::{RawQuery, State};
use peygir_runtime::desk::{Page, TaskFilter, TaskView};
use serde_json::Value;

use super::id;
use crate::body::JsonBody;
use crate::gate::Caller;
use crate::options::App;
use crate::path::Path;
use crate::problem::Problem;
use crate::query::Params;

pub const LISTS: [&str; 4] = ["inbox", "calls", "mine", "all"];

pub async fn list(
    State(app): State<App>,
    Caller(caller): Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Page<TaskView>>, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let filter =
        TaskFilter { list: params.take_one_of("list", &LISTS)?, case: params.take("case")?, page: params.take_page()? };
    params.finish()?;
    Ok(Json(app.desk.tasks(&caller, &filter).await?))
}

pub async fn show(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(task): Path<String>,
) -> Result<Json<TaskView>, Problem> {
    Ok(Json(app.desk.task(&caller, id(&task)?).await?))
}

pub async fn claim(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(task): Path<String>,
) -> Result<Json<TaskView>, Problem> {
    Ok(Json(app.desk.claim(&caller, id(&task)?).await?))
}

pub async fn release(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(task): Path<String>,
) -> Result<Json<TaskView>, Problem> {
    Ok(Json(app.desk.release(&caller, id(&task)?).await?))
}

/// The body is the answer: an object with a member for each field of the task's form.
pub async fn complete(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(task): Path<String>,
    JsonBody(answer): JsonBody<Value>,
) -> Result<Json<TaskView>, Problem> {
    Ok(Json(app.desk.complete(&caller, id(&task)?, answer).await?))
}
