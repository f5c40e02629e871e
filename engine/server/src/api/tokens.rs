//! Tokens for programs. The secret is in the answer, once, and nowhere else.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use peygir_runtime::access::{Permission, Scope};
use serde::Deserialize;
use serde_json::{Value, json};

use super::reaches;
use crate::body::JsonBody;
use crate::gate::Caller;
use crate::options::App;
use crate::problem::{Code, Problem};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    name: String,
    role: String,
    scope: String,
}

pub async fn issue(
    State(app): State<App>,
    Caller(caller): Caller,
    JsonBody(wanted): JsonBody<NewToken>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let scope = Scope::parse(&wanted.scope).map_err(|_| Problem::field(Code::Invalid, "/scope", "scope-invalid"))?;
    if !reaches(&app, &caller, Permission::TokenIssue, &scope) {
        return Err(Problem::new(Code::Forbidden));
    }
    let answer = json!({ "name": wanted.name, "role": wanted.role, "scope": wanted.scope });
    let issued =
        app.ask_access(move |access, at| access.token_new(&caller.id, &wanted.name, &wanted.role, &scope, at)).await?;
    let mut answer = answer;
    answer["token"] = json!(issued.secret);
    Ok((StatusCode::CREATED, Json(answer)))
}
