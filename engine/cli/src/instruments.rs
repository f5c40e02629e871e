//! What the binary hands to its server: how the data folder fares, and receipts of the store that it picked.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use peygir_core::{Id, Moment};
use peygir_server::{Checked, Folder, Given, Instruments, Verdict};
use peygir_store::Store;
use peygir_store_local::{LocalStore, Receipt, verify_receipt};
use serde_json::Value;

use crate::commands::doctor::folder;
use crate::commands::receipt::Written;
use crate::data_folder::DataFolder;
use crate::store;

pub struct Own {
    data: DataFolder,
    store: Arc<LocalStore>,
    /// Files of certificates that the deployment names.
    certificates: Vec<PathBuf>,
    /// Receipts are made one after the other: each reads what a seal covers, and anybody with a tracking code may ask.
    making: Mutex<()>,
}

impl Own {
    pub fn new(data: DataFolder, store: Arc<LocalStore>, certificates: Vec<PathBuf>) -> Self {
        Self { data, store, certificates, making: Mutex::new(()) }
    }

    fn hold_against(&self, receipt: &Receipt) -> Result<Checked, peygir_store::Error> {
        let mut checked = Checked {
            verdict: Verdict::Changed,
            case: Some(receipt.stream.to_string()),
            version: Some(receipt.version),
            seal: Some(receipt.seal_number),
            sealed_at: None,
        };
        let sealed = verify_receipt(receipt).ok().and_then(|()| receipt.sealed());
        let Some((last_frame, at)) = sealed else {
            // Nothing that it names can be relied on.
            return Ok(Checked { case: None, version: None, seal: None, ..checked });
        };
        checked.sealed_at = Some(at.to_string());
        let last = self.store.figures().seal;
        checked.verdict = match self.store.seal_of(last_frame)? {
            Some(seal) if seal.number == receipt.seal_number && seal.hash == receipt.seal_hash => Verdict::Holds,
            None if receipt.seal_number > last => Verdict::CutOff,
            _ => Verdict::Rewritten,
        };
        Ok(checked)
    }
}

impl Instruments for Own {
    fn folder(&self, now: Timestamp) -> Folder {
        let mut folder = folder::beside_a_server(&self.data, now);
        // A store that can't be read is told by what reads it.
        folder.findings.extend(folder::clock(store::newest_at(&self.store).ok().flatten(), now));
        folder.findings.extend(self.certificates.iter().map(|path| folder::certificate(path, now)));
        folder
    }

    fn receipt(&self, case: Id) -> Result<Given, String> {
        let _one = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        let given = self.store.newest_receipt(case).map_err(|error| error.to_string())?;
        let sealed = given.receipt.as_ref().and_then(Receipt::sealed);
        let written = given.receipt.as_ref().map(|receipt| serde_json::to_value(Written::of(receipt)));
        Ok(Given {
            receipt: written.transpose().map_err(|error| error.to_string())?,
            commits: given.version,
            covered: given.receipt.as_ref().map_or(0, |receipt| receipt.version),
            seal: given.receipt.as_ref().map_or(0, |receipt| receipt.seal_number),
            sealed_at: sealed.map(|(_, at)| Moment::to_jiff(at)),
        })
    }

    fn check(&self, receipt: &Value) -> Result<Checked, String> {
        let read = serde_json::from_value::<Written>(receipt.clone()).ok().and_then(|written| written.receipt().ok());
        match read {
            Some(receipt) => self.hold_against(&receipt).map_err(|error| error.to_string()),
            None => Ok(Checked { verdict: Verdict::NoReceipt, case: None, version: None, seal: None, sealed_at: None }),
        }
    }
}
