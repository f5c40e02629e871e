//! `connector.yaml`: what a connector can do and how the host has to treat it.

use peygir_source::{Diagnostics, Node};
use serde_json::Value;

/// The manifest, read and checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    pub name: String,
    pub version: String,
    pub title_fa: String,
    pub title_en: String,
    pub operations: Vec<Operation>,
    /// JSON Schema of the settings in a deployment; members with `"secret": true` come by reference only.
    pub settings: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    pub name: String,
    pub input: Value,
    pub output: Value,
    pub dedup: Dedup,
    pub on_ambiguous: Ambiguous,
    pub timeout_ms: u64,
    /// Most sends at one time.
    pub concurrency_max: u32,
    /// Tries, the first included.
    pub attempts_max: u32,
    pub backoff_ms_min: u64,
    pub backoff_ms_max: u64,
    /// How long a message may wait in all before it expires.
    pub expires_ms: u64,
    pub payload_bytes_max: u64,
}

/// How a repetition is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dedup {
    /// The peer recognises the key.
    Key,
    /// The peer can be asked whether it has the key.
    Lookup,
    /// Neither: a lost answer is ambiguous.
    None,
}

/// What happens to a message of which nobody knows whether it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ambiguous {
    Resend,
    Drop,
    /// An incident that a person settles.
    Person,
}

/// Reads a manifest.
pub fn read(_root: &Node) -> Result<Manifest, Diagnostics> {
    todo!()
}
