//! Any text as an ISO 8601 duration: what is read is in bounds of the calendar arithmetic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use peygir_dsl::duration::Duration;

fuzz_target!(|text: &str| {
    let parsed = Duration::parse(text);
    assert_eq!(parsed, Duration::from_json(&text.into()));
    if let Ok(json) = serde_json::from_str(text) {
        let _ = Duration::from_json(&json);
    }
});
