//! How a peer sees that an event came from us and is fresh: the signature of Standard Webhooks, version `v1`.
//!
//! `webhook-signature: v1,BASE64(HMAC-SHA256(secret, "ID.TIMESTAMP.BODY"))`, where the timestamp is seconds of 1970. A
//! secret that begins with `whsec_` is base64 behind it; any other is taken as it is written.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use peygir_connector::Secret;
use sha2::Sha256;
use zeroize::Zeroizing;

const BASE64_MARK: &str = "whsec_";

/// The value of `webhook-signature`.
pub fn signature(secret: &Secret, id: &str, timestamp_s: i64, body: &str) -> String {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&key(secret)).expect("HMAC takes keys of any length");
    mac.update(format!("{id}.{timestamp_s}.").as_bytes());
    mac.update(body.as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

fn key(secret: &Secret) -> Zeroizing<Vec<u8>> {
    let text = secret.reveal();
    let encoded = text.strip_prefix(BASE64_MARK).and_then(|rest| STANDARD.decode(rest).ok());
    Zeroizing::new(encoded.unwrap_or_else(|| text.as_bytes().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_comes_out() {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let made = signature(&secret, id, 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(made, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_plain_secret_is_its_own_bytes() {
        let plain = signature(&Secret::new("abc"), "1", 2, "{}");
        assert_eq!(plain, signature(&Secret::new("whsec_YWJj"), "1", 2, "{}"));
        assert_ne!(plain, signature(&Secret::new("abd"), "1", 2, "{}"));
        assert_ne!(plain, signature(&Secret::new("abc"), "1", 3, "{}"));
    }
}
