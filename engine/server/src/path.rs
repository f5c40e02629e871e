//! Parameters of the address's path, refused in our own words where they can't be read.
//!
//! Deliberately does not know what a parameter means: handlers read ids and codes themselves.

use axum::extract::{self, FromRequestParts};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::{Code, Problem};

/// As axum's own, but an address that is no UTF-8 when decoded names nothing that exists here: 404.
pub struct Path<T>(pub T);

impl<S, T> FromRequestParts<S> for Path<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Send,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match extract::Path::from_request_parts(parts, state).await {
            Ok(extract::Path(value)) => Ok(Self(value)),
            Err(rejection) if rejection.status().is_server_error() => Err(Problem::internal(&rejection)),
            Err(_) => Err(Problem::new(Code::NotFound)),
        }
    }
}
