//! Whether the server answers, and in a word whether what it sends of its own arrives.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::options::App;
use crate::problem::Problem;

/// How the webhooks fare is told where the deployment has any; the server is well all the same.
pub async fn show(State(app): State<App>) -> Result<Json<Value>, Problem> {
    let mut health = json!({ "status": "ok" });
    if let Some(count) = app.desk.webhook_health().await? {
        health["webhooks"] = json!(count);
    }
    Ok(Json(health))
}
