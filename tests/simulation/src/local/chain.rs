//! Statement: the hash chain and the seals are whole, as `peygir journal verify` looks at them.

use peygir_store_local::verify_on;

use crate::finding::{Finding, found};
use crate::local::LocalMachine;

const STATEMENT: &str = "chain";

/// Checks files that no store has open. Gives the number of frames.
pub fn check(machine: &LocalMachine) -> Result<u64, Finding> {
    match verify_on(&machine.disk, &mut |_| ()) {
        Ok(report) if report.tail.is_some() => {
            Err(found(STATEMENT, format!("a torn end is left after a start: {:?}", report.tail)))
        }
        Ok(report) if !report.snapshots_refused.is_empty() => {
            Err(found(STATEMENT, format!("snapshots are broken: {:?}", report.snapshots_refused)))
        }
        Ok(report) => Ok(report.frames),
        Err(error) => Err(found(STATEMENT, error.to_string())),
    }
}
