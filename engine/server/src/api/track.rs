//! Where a case stands, for anybody who holds its tracking code.

use axum::Json;
use axum::extract::{Extension, State};
use peygir_runtime::desk::Track;
use serde_json::{Value, json};

use crate::console::layout::Ui;
use crate::console::stage;
use crate::console::track::clean_code;
use crate::options::App;
use crate::path::Path;
use crate::problem::Problem;
use crate::shell::Reader;

/// The track, each stage with its words in the reader's language beside its code.
pub async fn show(
    State(app): State<App>,
    Extension(reader): Extension<Reader>,
    Path(code): Path<String>,
) -> Result<Json<Value>, Problem> {
    let track = app.desk.track(&clean_code(&code)).await?;
    Ok(Json(in_words(&Ui::public(&app, &reader), &track)?))
}

fn in_words(ui: &Ui, track: &Track) -> Result<Value, Problem> {
    let mut body = serde_json::to_value(track).map_err(|error| Problem::internal(&error))?;
    body["stage"]["text"] = json!(stage::words(ui, &track.stage));
    for (line, milestone) in track.history.iter().enumerate() {
        body["history"][line]["stage"]["text"] = json!(stage::words(ui, &milestone.stage));
    }
    Ok(body)
}
