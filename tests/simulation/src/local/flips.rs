//! Statement: a bit that flips in what is durable is found out, with the place, or does no harm. A flip in the journal is
//! found by `peygir journal verify`; a start over it tells the segment, or gives all that was acknowledged but for a last
//! group that it says it cut. A flip in a snapshot or in the index's marker loses nothing.

use peygir_store::Error;
use peygir_store_local::verify_on;

use crate::dice::Dice;
use crate::finding::{Finding, found};
use crate::ledger::Ledger;
use crate::local::LocalMachine;
use crate::sabotage::Sabotage;

const STATEMENT: &str = "flips";

/// Flips one bit in a copy of the machine and starts over it.
pub fn check(machine: &LocalMachine, ledger: &Ledger, dice: &Dice) -> Result<(), Finding> {
    let machine = machine.copied(dice);
    let files = [machine.files("journal"), machine.files("snapshots"), vec!["rows.state".to_owned()]].concat();
    let Some(path) = dice.pick(&files).cloned() else { return Ok(()) };
    let Some(mut bytes) = machine.disk.bytes(&path).filter(|bytes| !bytes.is_empty()) else { return Ok(()) };
    let at = dice.below(bytes.len() as u64) as usize;
    bytes[at] ^= 1 << dice.below(8);
    if machine.looks != Some(Sabotage::OverlooksFlips) {
        machine.disk.set_bytes(&path, &bytes);
    }
    let is_journal = path.starts_with("journal/");
    let told = |what: String| found(STATEMENT, format!("{path}, byte {at}: {what}"));
    if is_journal {
        match verify_on(&machine.disk, &mut |_| ()) {
            Err(Error::Damaged { segment, .. }) if is_beside(&path, &segment) => {}
            Err(error) => return Err(told(format!("verify tells no place, or another: {error}"))),
            Ok(report) if report.tail.is_some() => {}
            Ok(_) => return Err(told("verify found nothing".to_owned())),
        }
    }
    match machine.open_store() {
        Err(Error::Damaged { segment, .. }) if is_journal && is_beside(&path, &segment) => Ok(()),
        Err(error) => Err(told(format!("the start tells: {error}"))),
        Ok((store, report)) if report.cut.is_some() && is_journal => {
            ledger.check_but_the_end(&store).map_err(|finding| told(finding.to_string()))
        }
        Ok((store, _)) if is_journal => {
            // The damage lies before what a start reads: what it reads is right.
            ledger.check_end(&store).map_err(|finding| told(finding.to_string()))
        }
        Ok((store, _)) => ledger.check_copy(&store).map_err(|finding| told(finding.to_string())),
    }
}

/// Whether it is the segment of this path, or one beside it: a damaged header may show as the one before it having no successor, a
/// damaged seal as the one behind it not following.
fn is_beside(path: &str, segment: &str) -> bool {
    let number = |name: &str| name.rsplit('/').next()?.split('.').next()?.parse::<u64>().ok();
    number(path).zip(number(segment)).is_some_and(|(path, segment)| path.abs_diff(segment) <= 1)
}
