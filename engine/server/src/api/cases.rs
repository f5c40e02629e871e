//! Cases: lists, one case, its journal. Personal data is masked here; reading it in clear is the console's, by a person.

use axum::Json;
use axum::extract::{RawQuery, State};
use peygir_runtime::desk::{CaseFilter, CaseSummary, CaseView, JournalLine, Page};

use super::id;
use crate::gate::Caller;
use crate::options::App;
use crate::path::Path;
use crate::problem::Problem;
use crate::query::Params;

pub const STATUSES: [&str; 2] = ["open", "closed"];

pub async fn list(
    State(app): State<App>,
    Caller(caller): Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Page<CaseSummary>>, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let filter = CaseFilter {
        status: params.take_one_of("status", &STATUSES)?,
        topic: params.take("topic")?,
        agency: params.take("agency")?,
        tracking_code: params.take("trackingCode")?,
        page: params.take_page()?,
    };
    params.finish()?;
    Ok(Json(app.desk.cases(&caller, &filter).await?))
}

pub async fn show(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(case): Path<String>,
) -> Result<Json<CaseView>, Problem> {
    Ok(Json(app.desk.case(&caller, id(&case)?, false).await?))
}

pub async fn journal(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(case): Path<String>,
) -> Result<Json<Vec<JournalLine>>, Problem> {
    Ok(Json(app.desk.case_journal(&caller, id(&case)?).await?))
}
