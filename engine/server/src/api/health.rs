//! Whether the server answers; and, for whoever looks after it, what is wrong, what is slow and what waits for a person.

use axum::Json;
use axum::extract::State;
use peygir_runtime::access::Principal;
use peygir_runtime::health::{Figures, Finding, Weight};
use serde::Serialize;
use serde_json::{Value, json};

use crate::gate::Caller;
use crate::instruments::Folder;
use crate::options::App;
use crate::problem::Problem;

/// Whether the server does what it is for: one whose store has stopped reads and takes nothing. How the webhooks fare is told
/// where the deployment has any; the server is well all the same.
pub async fn show(State(app): State<App>) -> Result<Json<Value>, Problem> {
    app.desk.takes_commits().await?;
    let mut health = json!({ "status": "ok" });
    if let Some(count) = app.desk.webhook_health().await? {
        health["webhooks"] = json!(count);
    }
    Ok(Json(health))
}

/// All findings, the worst first.
#[derive(Debug, Serialize)]
pub struct HealthReport {
    /// The weight of the worst of them.
    status: Weight,
    at: String,
    findings: Vec<Finding>,
}

impl HealthReport {
    pub fn new(at: String, findings: Vec<Finding>) -> Self {
        let status = findings.iter().map(|finding| finding.weight).min().unwrap_or(Weight::Fine);
        Self { status, at, findings }
    }
}

pub async fn details(State(app): State<App>, Caller(caller): Caller) -> Result<Json<HealthReport>, Problem> {
    let (_, _, findings) = look(&app, &caller).await?;
    Ok(Json(HealthReport::new(app.now().to_string(), findings)))
}

/// What the engine and the data folder say together.
pub async fn look(app: &App, caller: &Principal) -> Result<(Figures, Folder, Vec<Finding>), Problem> {
    let (figures, mut findings) = app.desk.health(caller).await?;
    let folder = app.folder().await?;
    findings.extend(folder.findings.iter().cloned());
    findings.sort_by_key(|finding| finding.weight);
    Ok((figures, folder, findings))
}
