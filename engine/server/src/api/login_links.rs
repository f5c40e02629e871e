//! One-time login links for the people of the directory.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use peygir_runtime::access::Permission;
use serde::Deserialize;
use serde_json::{Value, json};

use super::reaches;
use crate::body::JsonBody;
use crate::gate::Caller;
use crate::options::App;
use crate::problem::{Code, Problem};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewLink {
    /// Id in the directory.
    person: String,
}

/// 201 with the link's path below this server's address.
pub async fn issue(
    State(app): State<App>,
    Caller(caller): Caller,
    JsonBody(wanted): JsonBody<NewLink>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let Some(person) = app.desk.person(&wanted.person) else {
        return Err(Problem::field(Code::Invalid, "/person", "person-unknown"));
    };
    if !person.grants.iter().all(|grant| reaches(&app, &caller, Permission::LinkIssue, &grant.scope)) {
        return Err(Problem::new(Code::Forbidden));
    }
    let person = wanted.person.clone();
    let link = app.ask_access(move |access, at| access.link_new(&caller.id, &person, at)).await?;
    let answer = json!({
        "person": wanted.person,
        "path": format!("/login/{}", link.secret),
        "expiresAt": link.expires_at.to_string(),
    });
    Ok((StatusCode::CREATED, Json(answer)))
}
