//! Deadlines: why they fall on their day, and what a person does to one.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use peygir_core::Moment;
use peygir_runtime::desk::DeadlineView;
use serde::Deserialize;

use super::closures::checked_reason;
use super::id;
use crate::body::JsonBody;
use crate::console::track::clean_code;
use crate::gate::Caller;
use crate::options::App;
use crate::path::Path;
use crate::problem::{Code, Problem};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewDate {
    due: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSuspension {
    reason: String,
    #[serde(default)]
    until: Option<String>,
}

/// The case by its id or its tracking code.
pub async fn of_case(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(case): Path<String>,
) -> Result<Json<Vec<DeadlineView>>, Problem> {
    Ok(Json(app.desk.case_deadlines(&caller, &clean_code(&case)).await?))
}

pub async fn of_task(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(task): Path<String>,
) -> Result<Json<DeadlineView>, Problem> {
    Ok(Json(app.desk.task_deadline(&caller, id(&task)?).await?))
}

pub async fn set(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(task): Path<String>,
    JsonBody(NewDate { due, reason }): JsonBody<NewDate>,
) -> Result<Json<DeadlineView>, Problem> {
    let (task, due) = (id(&task)?, instant(&due, "/due")?);
    Ok(Json(app.desk.set_deadline(&caller, task, due, checked_reason(&reason)?).await?))
}

pub async fn suspend(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(task): Path<String>,
    JsonBody(NewSuspension { reason, until }): JsonBody<NewSuspension>,
) -> Result<Json<DeadlineView>, Problem> {
    let task = id(&task)?;
    let until = until.map(|until| instant(&until, "/until")).transpose()?;
    Ok(Json(app.desk.suspend_deadline(&caller, task, checked_reason(&reason)?, until).await?))
}

pub async fn resume(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(task): Path<String>,
) -> Result<Json<DeadlineView>, Problem> {
    Ok(Json(app.desk.resume_deadline(&caller, id(&task)?).await?))
}

/// An instant with its offset: what has none could be anybody's.
fn instant(text: &str, pointer: &str) -> Result<Moment, Problem> {
    let instant = text.parse::<Timestamp>();
    instant.map(Moment::from).map_err(|_| Problem::field(Code::Invalid, pointer, "instant-invalid"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_has_its_offset() {
        let at = instant("2026-11-21T14:30:00+03:30", "/due").unwrap();
        assert_eq!(at.to_string(), "2026-11-21T11:00:00Z");
        for text in ["", "2026-11-21T14:30:00", "1405/08/30", "tomorrow"] {
            let problem = instant(text, "/due").unwrap_err();
            assert_eq!(
                (problem.fields[0].pointer.as_str(), problem.fields[0].code.as_str()),
                ("/due", "instant-invalid")
            );
        }
    }
}
