//! Incidents: what failed for good and waits for a person's word.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use peygir_runtime::desk::{IncidentView, Page};
use serde::Deserialize;

use super::id;
use crate::body::JsonBody;
use crate::gate::Caller;
use crate::options::App;
use crate::path::Path;
use crate::problem::{Code, Problem};
use crate::query::Params;

/// Longest note of a settlement, in characters.
pub const NOTE_CHARACTERS_MAX: usize = 2000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    note: String,
}

pub async fn list(
    State(app): State<App>,
    Caller(caller): Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Page<IncidentView>>, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let page = params.take_page()?;
    params.finish()?;
    Ok(Json(app.desk.incidents(&caller, &page).await?))
}

pub async fn retry(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(incident): Path<String>,
) -> Result<StatusCode, Problem> {
    app.desk.retry_incident(&caller, id(&incident)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn settle(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(incident): Path<String>,
    JsonBody(settlement): JsonBody<Settlement>,
) -> Result<StatusCode, Problem> {
    let incident = id(&incident)?;
    let note = checked_note(&settlement.note)?;
    app.desk.settle_incident(&caller, incident, note).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The note of a settlement: whoever settles says how, in bounded words.
pub fn checked_note(note: &str) -> Result<&str, Problem> {
    let note = note.trim();
    if note.is_empty() {
        return Err(Problem::field(Code::Invalid, "/note", "required"));
    }
    if note.chars().count() > NOTE_CHARACTERS_MAX {
        return Err(Problem::field(Code::Invalid, "/note", "too-long"));
    }
    Ok(note)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_says_something_and_not_too_much() {
        assert_eq!(checked_note("  by phone "), Ok("by phone"));
        let why = |note: &str| checked_note(note).unwrap_err().fields[0].code.clone();
        assert_eq!(why(" \n"), "required");
        assert_eq!(why(&"ن".repeat(NOTE_CHARACTERS_MAX + 1)), "too-long");
        assert!(checked_note(&"ن".repeat(NOTE_CHARACTERS_MAX)).is_ok());
    }
}
