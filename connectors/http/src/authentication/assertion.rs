//! A client's own assertion, signed with its secret (`client_secret_jwt`, OpenID Connect Core 9).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use peygir_connector::{Fault, FaultKind, Secret};
use serde_json::{Value, json};
use sha2::Sha256;

/// How long an assertion may be used, in seconds.
const ASSERTION_S: i64 = 60;

/// For one request at `audience`, the token endpoint. `now_s` counts from 1970.
pub(super) fn signed(client: &str, secret: &Secret, audience: &str, now_s: i64) -> Result<Secret, Fault> {
    let mut id = [0; 16];
    getrandom::fill(&mut id)
        .map_err(|_| Fault::temporary(FaultKind::Configuration, "the system gives no random numbers"))?;
    let claims = json!({
        "iss": client,
        "sub": client,
        "aud": audience,
        "jti": URL_SAFE_NO_PAD.encode(id),
        "iat": now_s,
        "exp": now_s + ASSERTION_S,
    });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&json!({"alg": "HS256", "typ": "JWT"})), part(&claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes())
        .map_err(|_| Fault::permanent(FaultKind::Configuration, "the client's secret signs nothing"))?;
    mac.update(text.as_bytes());
    Ok(Secret::new(format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))))
}

/// Who issued a token, where the token says so. Its signature is not checked: it comes from the token endpoint itself.
pub(super) fn issuer(token: &str) -> Option<String> {
    let mut parts = token.split('.');
    let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    claims.get("iss")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assertion_is_signed_with_the_secret_and_names_both_sides() {
        let jwt = signed("client", &Secret::new("s3cret"), "http://a/token", 1_800_000_000).unwrap();
        let parts: Vec<&str> = jwt.reveal().split('.').collect();
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!("client"), &json!("http://a/token")));
        assert_eq!(claims["exp"], 1_800_000_060);
        let mut mac = Hmac::<Sha256>::new_from_slice(b"s3cret").unwrap();
        mac.update(format!("{}.{}", parts[0], parts[1]).as_bytes());
        mac.verify_slice(&URL_SAFE_NO_PAD.decode(parts[2]).unwrap()).unwrap();
        let again = signed("client", &Secret::new("s3cret"), "http://a/token", 1_800_000_000).unwrap();
        assert_ne!(jwt.reveal(), again.reveal(), "each has an id of its own");
        assert_eq!(issuer(jwt.reveal()).as_deref(), Some("client"));
        assert!(["", "a.b", "a.b.c", "a.e30.c"].iter().all(|token| issuer(token).is_none()));
    }
}
