//! What leaves a restored deployment: held until a person lets it go.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::gate::Caller;
use crate::options::App;
use crate::problem::Problem;

#[derive(Serialize)]
pub struct Released {
    /// False where nothing was held.
    released: bool,
}

pub async fn release(State(app): State<App>, Caller(caller): Caller) -> Result<Json<Released>, Problem> {
    Ok(Json(Released { released: app.desk.release_effects(&caller).await? }))
}
