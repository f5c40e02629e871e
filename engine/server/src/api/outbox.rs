//! What goes out, newest first; recipients are masked.

use axum::Json;
use axum::extract::{RawQuery, State};
use peygir_runtime::desk::{OutboxLine, Page};

use crate::gate::Caller;
use crate::options::App;
use crate::problem::Problem;
use crate::query::Params;

pub async fn list(
    State(app): State<App>,
    Caller(caller): Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Page<OutboxLine>>, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let page = params.take_page()?;
    params.finish()?;
    Ok(Json(app.desk.outbox(&caller, &page).await?))
}
