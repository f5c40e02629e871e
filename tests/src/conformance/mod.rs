//! Proving the language: the official conformance kit, the official examples, our own scenarios, and the page that tells of
//! them.
//!
//! Owns: finding the official text, running `peygir test` over scenarios and reading what it says, the local stand-in for
//! the two public services that the kit calls ([`stub`]), and the page ([`page`]). Knows the engine only through its binary;
//! the reader of the language it asks directly, for the examples.

pub mod examples;
pub mod features;
pub mod kit;
pub mod page;
pub mod patterns;
pub mod played;
pub mod stub;

use std::path::PathBuf;

use crate::peers::tell;
use crate::server::repository;

/// Names the folder of the official text.
pub const VARIABLE: &str = "PEYGIR_DSL_SPEC";
/// Our own scenarios, from the top.
pub const OWN: &str = "tests/conformance/features";
/// The page, from the top.
pub const PAGE: &str = "docs/conformance.md";

/// The folder of the official text; None where the test is skipped, by a line that says so. With `CI=true` it fails.
pub fn spec(test: &str) -> Option<PathBuf> {
    if let Some(folder) = find_spec() {
        return Some(folder);
    }
    let reason = format!("the text of the language is not there; {VARIABLE} names its folder");
    assert!(std::env::var("CI").as_deref() != Ok("true"), "peer dsl-spec: {reason}");
    tell(&format!("SKIPPED peer dsl-spec/{test}: {reason}"));
    None
}

/// The folder that the environment names, or the one beside the repository.
pub fn find_spec() -> Option<PathBuf> {
    let beside = repository().join("../shared/dsl/spec");
    let folder = std::env::var_os(VARIABLE).map_or(beside, PathBuf::from);
    folder.join("ctk/features").is_dir().then_some(folder)
}
