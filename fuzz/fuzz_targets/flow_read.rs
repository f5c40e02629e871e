//! Any bytes as a flow: a model or complaints that can be shown.

#![no_main]

use libfuzzer_sys::fuzz_target;
use peygir_dsl::read::{self, AnyNames};
use peygir_source::render::{self, Language};
use peygir_source::yaml;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let Ok(node) = yaml::parse(&text) else { return };
    let complaints = match read::workflow(&node, &AnyNames) {
        Ok((_, warnings)) => {
            assert!(!warnings.has_errors(), "what is accepted has no errors");
            warnings
        }
        Err(complaints) => {
            assert!(complaints.has_errors(), "what is refused says why");
            complaints
        }
    };
    for language in [Language::English, Language::Persian] {
        drop(render::human_all(&complaints, Some(&text), language));
    }
});
