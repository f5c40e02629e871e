//! The pages of problem codes: what the `type` of a problem leads to.

use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::path::Path;
use crate::problem::{Code, Problem};

pub async fn show(Path(code): Path<String>) -> Result<Response, Problem> {
    let page = Code::page(&code).ok_or(Problem::new(Code::NotFound))?;
    Ok(([(header::CONTENT_TYPE, "text/markdown; charset=utf-8")], page).into_response())
}
