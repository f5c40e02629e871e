//! A call of a script on a case, as clients read it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One call: what the script was given, how it went, and what was journalled of it then. Personal numbers are masked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScriptRun {
    pub script: String,
    pub case_id: String,
    pub tracking_code: Option<String>,
    /// Which of `calls` this is, from 1.
    pub call: usize,
    /// All calls of the script on the case, the oldest first.
    pub calls: Vec<ScriptCall>,
    /// The moment as the script saw it.
    pub now: String,
    /// The case as it was then.
    pub req: Value,
    pub args: Value,
    pub text: ScriptText,
    pub steps: Vec<ScriptStep>,
    /// Steps past the bound, which are not told.
    pub steps_dropped: u64,
    /// How this run ended.
    pub ended: ScriptEnd,
    /// How the call ended then.
    pub ended_then: ScriptEnd,
    /// Whether both are the same.
    pub agrees: bool,
}

/// A call in the list of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScriptCall {
    pub at: String,
    /// `namespace/name:version` of the flow that called.
    pub flow: String,
    /// Names of the tasks that lead to the call.
    pub step: String,
    pub failed: bool,
}

/// The text that was stepped through.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScriptText {
    pub file: String,
    pub source: String,
    /// First half of its digest, in hexadecimal.
    pub version: String,
    pub origin: Origin,
    /// What ran then, where it is on record.
    pub version_then: Option<String>,
    pub pack_then: Option<String>,
    pub edition_then: Option<u64>,
}

/// Whether the text is the one that ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The digests are equal.
    AsThen,
    /// No digest is on record, because the call failed; it is the text that was in force at that moment.
    InForceThen,
    /// The text of then is not to be had; this is the present one.
    Present,
}

/// A step: a statement that is about to run, or a function that is left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScriptStep {
    pub line: u32,
    pub column: u32,
    pub function: String,
    pub depth: usize,
    /// Name and value, in the order in which they came to be.
    pub variables: Vec<(String, Value)>,
    /// Built-in functions that the statement called, and what they answered.
    pub gave: Vec<(String, Value)>,
    /// What the function that is left answers; absent at a statement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<Returned>,
}

/// In a member of its own, because an answer may be null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Returned {
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ScriptEnd {
    Answer(Value),
    Fault(ScriptFault),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScriptFault {
    /// `PG-S103`; empty where it is not on record.
    pub code: String,
    /// 0 where the fault has no place.
    pub line: u32,
    pub column: u32,
    pub en: String,
    pub fa: String,
}
