//! What the binary knows beside the engine and hands in: the data folder, and receipts of the store it picked.
//!
//! The server asks and shows; it opens no file of a deployment.

use jiff::Timestamp;
use peygir_core::Id;
use peygir_runtime::health::Finding;
use serde::Serialize;
use serde_json::Value;

/// What the data folder shows by itself.
#[derive(Debug, Clone, Default)]
pub struct Folder {
    pub findings: Vec<Finding>,
    /// Room on its disk, in bytes, and how large that is.
    pub free_bytes: Option<u64>,
    pub disk_bytes: Option<u64>,
    pub snapshot_at: Option<Timestamp>,
    pub backup_at: Option<Timestamp>,
    pub keys_backup_at: Option<Timestamp>,
    pub drill_at: Option<Timestamp>,
    pub drill_seconds: Option<f64>,
}

/// A receipt, as far as there is one.
#[derive(Debug, Clone)]
pub struct Given {
    /// None where nothing of the case is sealed yet.
    pub receipt: Option<Value>,
    /// Commits of the case, and how many of them the receipt covers.
    pub commits: u64,
    pub covered: u64,
    /// The seal that it names, and the time of the last frame under that.
    pub seal: u64,
    pub sealed_at: Option<Timestamp>,
}

/// What a receipt says of this deployment's journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The journal has what it covers, unchanged.
    Holds,
    /// It is no receipt.
    NoReceipt,
    /// The receipt itself was changed: it shows nothing.
    Changed,
    /// The journal ends before the seal that it names.
    CutOff,
    /// The journal has another seal of that number: it was rewritten, or is another deployment's.
    Rewritten,
}

impl Verdict {
    pub const ALL: [Self; 5] = [Self::Holds, Self::NoReceipt, Self::Changed, Self::CutOff, Self::Rewritten];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::NoReceipt => "no-receipt",
            Self::Changed => "changed",
            Self::CutOff => "cut-off",
            Self::Rewritten => "rewritten",
        }
    }
}

/// The verdict on a receipt, and which case and seal it names where it is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Checked {
    pub verdict: Verdict,
    pub case: Option<String>,
    /// Commits of the case that it covers.
    pub version: Option<u64>,
    pub seal: Option<u64>,
    pub sealed_at: Option<String>,
}

/// Called on threads that may wait for a disk.
pub trait Instruments: Send + Sync {
    fn folder(&self, now: Timestamp) -> Folder;

    /// The receipt over a case's newest sealed commit. Err: why the store could not be read.
    fn receipt(&self, case: Id) -> Result<Given, String>;

    /// Holds what was given out against the journal. Err: why the store could not be read.
    fn check(&self, receipt: &Value) -> Result<Checked, String>;
}

/// No data folder and no seals: a store in memory.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoInstruments;

impl Instruments for NoInstruments {
    fn folder(&self, _: Timestamp) -> Folder {
        Folder::default()
    }

    fn receipt(&self, _: Id) -> Result<Given, String> {
        Ok(Given { receipt: None, commits: 0, covered: 0, seal: 0, sealed_at: None })
    }

    fn check(&self, _: &Value) -> Result<Checked, String> {
        Ok(Checked { verdict: Verdict::NoReceipt, case: None, version: None, seal: None, sealed_at: None })
    }
}
