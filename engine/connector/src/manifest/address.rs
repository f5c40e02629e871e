//! The host of an address in a call's input, for operations that are chosen by it.
//!
//! Reads plainly written addresses only, and finds no host in any other: the connector, which reads addresses as the
//! client does, has to refuse what was chosen wrongly.

use serde_json::Value;

/// How deep an address may lie: `document.endpoint.uri`.
pub(super) const DEPTH_MAX: usize = 3;

/// The address that a value is or holds.
pub(super) fn of(value: &Value, depth: usize) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Object(members) if depth > 0 => {
            let inner = members.get("uri").or_else(|| members.get("endpoint"))?;
            of(inner, depth - 1)
        }
        _ => None,
    }
}

/// Whether the address leads to `host`, or to `host:port` where a port is named.
pub(super) fn leads_to(address: &str, host: &str) -> bool {
    let Some((scheme, rest)) = address.split_once("://") else { return false };
    let default_port = match scheme.to_ascii_lowercase().as_str() {
        "http" => "80",
        "https" => "443",
        _ => return false,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || authority.contains(['@', '\\', '%']) {
        return false;
    }
    let (name, port) = split(authority, default_port);
    let (wanted, wanted_port) = split(host, "");
    name.eq_ignore_ascii_case(wanted) && (wanted_port.is_empty() || wanted_port == port)
}

/// Host and port; the brackets of an IPv6 address hold colons of their own.
fn split<'a>(authority: &'a str, default_port: &'a str) -> (&'a str, &'a str) {
    match authority.rsplit_once(':') {
        Some((name, port)) if !authority.ends_with(']') => (name, port),
        _ => (authority, default_port),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn hosts_are_found_in_plain_addresses_only() {
        for (address, host, expected) in [
            ("https://api.example.ir/x", "api.example.ir", true),
            ("HTTPS://API.example.ir", "api.example.ir:443", true),
            ("http://api.example.ir:8080/x?y", "api.example.ir", true),
            ("http://api.example.ir:8080/x?y", "api.example.ir:80", false),
            ("http://[::1]:80/", "[::1]", true),
            ("http://evil.ir/api.example.ir", "api.example.ir", false),
            ("http://api.example.ir@evil.ir/", "api.example.ir", false),
            ("http://api.example.ir\\@evil.ir/", "api.example.ir", false),
            ("http://evil.ir#api.example.ir", "api.example.ir", false),
            ("ftp://api.example.ir/", "api.example.ir", false),
            ("api.example.ir", "api.example.ir", false),
        ] {
            assert_eq!(leads_to(address, host), expected, "{address} {host}");
        }
    }

    #[test]
    fn addresses_are_texts_or_members() {
        let found = |value: Value| of(&value, DEPTH_MAX).map(str::to_owned);
        assert_eq!(found(json!("a")).as_deref(), Some("a"));
        assert_eq!(found(json!({"uri": "a"})).as_deref(), Some("a"));
        assert_eq!(found(json!({"endpoint": {"uri": "a"}})).as_deref(), Some("a"));
        assert_eq!(found(json!({"name": "a"})), None);
        assert_eq!(found(json!({"uri": {"uri": {"uri": {"uri": "a"}}}})), None);
    }
}
