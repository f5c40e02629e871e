//! Whether the server answers.

use axum::Json;
use serde_json::{Value, json};

pub async fn show() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}
