//! Any bytes as YAML: a tree or a complaint, and the complaint can be shown.

#![no_main]

use libfuzzer_sys::fuzz_target;
use peygir_source::render::{self, Language};
use peygir_source::yaml;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    match yaml::parse(&text) {
        Ok(node) => drop(node.to_json()),
        Err(complaint) => {
            for language in [Language::English, Language::Persian] {
                assert!(render::human(&complaint, Some(&text), language).contains(complaint.code));
            }
            assert_eq!(render::json(&complaint)["code"], complaint.code);
        }
    }
});
