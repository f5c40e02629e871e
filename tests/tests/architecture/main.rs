//! The shape of the repository, held from the first day: who may know whom, what stands where, what every file has.
//!
//! Owns: the tables of what is allowed, each exception with its reason. A rule that has to change is changed here, with
//! the code that needs it. Every rule is a function over plain values, and is seen to complain about bad ones.

mod arrows;
mod matrix;
mod pages;
mod purity;
mod reasons;
mod sources;
mod texts;

use std::path::{Path, PathBuf};

/// The repository's top folder.
fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the crate lies below the top").to_owned()
}

/// Fails with all complaints at once.
fn none(rule: &str, complaints: &[String]) {
    assert!(complaints.is_empty(), "{rule}:\n  {}", complaints.join("\n  "));
}
