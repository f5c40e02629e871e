//! Receipts: given out for a case, and held against a journal later. A tail that was cut off shows by them.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use peygir_core::Id;
use peygir_store::frame::HEADER_BYTES;
use peygir_store_local::{Receipt, Step, VerifyReport, verify_receipt};
use serde::{Deserialize, Serialize};

use crate::answer::{line, say};
use crate::backup::digest::hex;
use crate::data_folder::DataFolder;

const FORM: &str = "peygir-receipt-1";

/// Give out a receipt for a case: it shows later that everything up to now was in the journal, and says nothing of it.
///
/// It only reads, and may run while a server writes. Commits are covered once they are sealed: every hour, or by
/// `peygir journal seal` on a stopped server.
#[derive(clap::Args)]
pub struct Arguments {
    /// Id of the case, as the API tells it
    case: String,
    #[arg(long, default_value = "data")]
    data: PathBuf,
}

/// A receipt as it is written to a file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Written {
    form: String,
    case: String,
    version: u64,
    frame: String,
    seal: u64,
    seal_hash: String,
    root: String,
    seal_record: String,
    /// Headers of the case's later frames under the seal, each with the digest of its body.
    later: Vec<(String, String)>,
    /// From the case to the seal's root; true where it stands on the left.
    path: Vec<(String, bool)>,
}

pub fn give(arguments: &Arguments) -> Result<ExitCode> {
    let case = Id::parse(&arguments.case)
        .with_context(|| format!("`{}` is no id of a case; the API tells it as `id`", arguments.case))?;
    let given = peygir_store_local::receipt(&DataFolder::new(&arguments.data).store(), case)?;
    ensure!(given.version > 0, "there is no case {} here", arguments.case);
    let Some(receipt) = given.receipt else {
        bail!(
            "nothing of the case {} is sealed yet: it is within the hour, or by `peygir journal seal`",
            arguments.case
        )
    };
    if receipt.version < given.version {
        say(&format!("it covers {} of {} commits; the others are not sealed yet", receipt.version, given.version));
    }
    line(&serde_json::to_string_pretty(&Written::of(&receipt))?);
    Ok(ExitCode::SUCCESS)
}

/// Errs where the journal lacks what the receipt covers.
pub fn check(path: &Path, report: &VerifyReport) -> Result<()> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))?;
    let written: Written = serde_json::from_str(&text).with_context(|| format!("{} is no receipt", path.display()))?;
    let receipt = written.receipt().with_context(|| format!("{} is no receipt", path.display()))?;
    verify_receipt(&receipt).with_context(|| format!("{} shows nothing: it was changed", path.display()))?;
    let (seal, last) = (receipt.seal_number, report.sealed.keys().last().copied().unwrap_or(0));
    match report.sealed.get(&seal) {
        Some(hash) if *hash == receipt.seal_hash => Ok(()),
        Some(_) => bail!("{}: seal {seal} of this journal is another: the journal was rewritten", path.display()),
        None if seal > last => bail!(
            "{}: the journal ends with seal {last} (frame {}), the receipt names seal {seal}: its end was cut off",
            path.display(),
            report.last_frame
        ),
        None => bail!("{}: seal {seal} lies in segments that were archived; check it against those", path.display()),
    }
}

impl Written {
    pub fn of(receipt: &Receipt) -> Self {
        Self {
            form: FORM.to_owned(),
            case: receipt.stream.to_string(),
            version: receipt.version,
            frame: hex(&receipt.frame),
            seal: receipt.seal_number,
            seal_hash: hex(&receipt.seal_hash),
            root: hex(&receipt.root),
            seal_record: hex(&receipt.seal_record),
            later: receipt.later.iter().map(|(header, digest)| (hex(header), hex(digest))).collect(),
            path: receipt.path.iter().map(|step| (hex(&step.hash), step.left)).collect(),
        }
    }

    pub fn receipt(&self) -> Result<Receipt> {
        ensure!(self.form == FORM, "its form is `{}`, this version reads `{FORM}`", self.form);
        let later = self.later.iter().map(|(header, digest)| Ok((array::<HEADER_BYTES>(header)?, array(digest)?)));
        let path = self.path.iter().map(|(hash, left)| Ok(Step { hash: array(hash)?, left: *left }));
        Ok(Receipt {
            stream: Id::parse(&self.case).context("it names no case")?,
            version: self.version,
            frame: array(&self.frame)?,
            later: later.collect::<Result<_>>()?,
            path: path.collect::<Result<_>>()?,
            seal_number: self.seal,
            root: array(&self.root)?,
            seal_hash: array(&self.seal_hash)?,
            seal_record: bytes(&self.seal_record)?,
        })
    }
}

fn array<const N: usize>(text: &str) -> Result<[u8; N]> {
    bytes(text)?.try_into().map_err(|_| anyhow::anyhow!("a number of it has another length"))
}

fn bytes(text: &str) -> Result<Vec<u8>> {
    let told = "it holds something else than hexadecimal digits";
    ensure!(text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit()), "{told}");
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).context(told);
    (0..text.len()).step_by(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_comes_back_and_rubbish_is_told() {
        assert_eq!(bytes(&hex(&[0, 15, 255])).unwrap(), [0, 15, 255]);
        for rubbish in ["0", "zz", "0é", "+f"] {
            assert!(bytes(rubbish).is_err(), "{rubbish}");
        }
        assert!(array::<4>("00").is_err());
    }
}
