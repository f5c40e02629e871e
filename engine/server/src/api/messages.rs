//! Citizens' messages: what opens cases.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use peygir_runtime::desk::NewMessage;

use crate::body::JsonBody;
use crate::gate::Caller;
use crate::options::App;
use crate::problem::{Code, Problem};

/// Longest idempotency key, in bytes.
pub const IDEMPOTENCY_KEY_BYTES_MAX: usize = 128;

/// 201 with the case that was opened; 200 with the same answer for the same request again.
pub async fn submit(
    State(app): State<App>,
    Caller(caller): Caller,
    headers: HeaderMap,
    JsonBody(message): JsonBody<NewMessage>,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers)?;
    let submitted = app.desk.submit_message(&caller, message, key).await?;
    let status = if submitted.repeated { StatusCode::OK } else { StatusCode::CREATED };
    let location = HeaderValue::from_str(&format!("/api/v1/cases/{}", submitted.case_id))
        .map_err(|error| Problem::internal(&error))?;
    Ok((status, [(header::LOCATION, location)], Json(submitted)).into_response())
}

/// The key, if one was sent: visible ASCII of bounded length.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(key)
            if (1..=IDEMPOTENCY_KEY_BYTES_MAX).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()) =>
        {
            Ok(Some(key))
        }
        _ => Err(Problem::new(Code::KeyMalformed).with("limit", IDEMPOTENCY_KEY_BYTES_MAX as i64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_bounded_and_visible() {
        let of = |value: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert("idempotency-key", HeaderValue::from_bytes(value).unwrap());
            idempotency_key(&headers).map(|key| key.map(str::to_owned)).map_err(|problem| problem.code)
        };
        assert_eq!(idempotency_key(&HeaderMap::new()), Ok(None));
        assert_eq!(of(b"7c1-A"), Ok(Some("7c1-A".to_owned())));
        assert_eq!(of(&[b'a'; IDEMPOTENCY_KEY_BYTES_MAX]).map(|key| key.is_some()), Ok(true));
        for bad in [&b""[..], b"a b", "کلید".as_bytes(), &[b'a'; IDEMPOTENCY_KEY_BYTES_MAX + 1]] {
            assert_eq!(of(bad), Err(Code::KeyMalformed));
        }
    }
}
