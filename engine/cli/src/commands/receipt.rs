//! Receipts: given out for a case, and held against a journal later. A tail that was cut off shows by them.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use peygir_core::Id;
use peygir_store::frame::HEADER_BYTES;
use peygir_store_local::{Receipt, ReceiptError, Step, VerifyReport, verify_receipt};
use serde::{Deserialize, Serialize};

use super::journal::{self, Place};
use super::local::Lang;
use crate::answer::{line, say};
use crate::backup::digest::hex;
use crate::data_folder::DataFolder;
use crate::said::{Said, cannot};

const FORM: &str = "peygir-receipt-1";

/// Give out a receipt for a case: it shows later that everything up to now was in the journal, and says nothing of it.
///
/// It only reads, and may run while a server writes. Commits are covered once they are sealed: every hour, or by
/// `peygir journal seal` on a stopped server.
#[derive(clap::Args)]
pub struct Arguments {
    /// Id of the case, as the API tells it
    case: String,
    #[command(flatten)]
    place: Place,
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
    let (named, lang) = (&arguments.case, arguments.place.lang);
    let shown = Lang::Fa.id(named);
    let case = Id::parse(named).with_context(|| {
        Said::new(
            format!("`{named}` is no id of a case; the API tells it as `id`"),
            format!("{shown} شناسهٔ پرونده نیست؛ شناسه در پاسخ‌های سرور زیر نام \u{2066}id\u{2069} می‌آید"),
        )
    })?;
    let folder = DataFolder::new(&arguments.place.data).store();
    let given = peygir_store_local::receipt(&folder, case).map_err(|error| journal::refused(error, &folder))?;
    let (covered, all) = (given.receipt.as_ref().map_or(0, |receipt| receipt.version), given.version);
    ensure!(all > 0, Said::new(format!("there is no case {named} here"), format!("پروندهٔ {shown} این‌جا نیست")));
    let Some(receipt) = given.receipt else {
        bail!(Said::new(
            format!("nothing of the case {named} is sealed yet: it is within the hour, or by `peygir journal seal`"),
            format!(
                "هنوز چیزی از پروندهٔ {shown} مُهر نشده است: تا یک ساعت دیگر مُهر می‌شود، یا با \u{2066}peygir journal seal\u{2069}"
            ),
        ))
    };
    if covered < all {
        say(&match lang {
            Lang::En => format!("it covers {covered} of {all} commits; the others are not sealed yet"),
            Lang::Fa => {
                lang.digits(&format!("رسید {covered} ثبت از {all} ثبتِ پرونده را در بر می‌گیرد؛ بقیه هنوز مُهر نشده است"))
            }
        });
    }
    line(&serde_json::to_string_pretty(&Written::of(&receipt))?);
    Ok(ExitCode::SUCCESS)
}

/// Errs where the journal lacks what the receipt covers.
pub fn check(path: &Path, report: &VerifyReport) -> Result<()> {
    let no_receipt = || cannot(path, "is no receipt", "رسید نیست");
    let text = std::fs::read_to_string(path).with_context(|| cannot(path, "can't be read", "خوانده نمی‌شود"))?;
    let written: Written = serde_json::from_str(&text).with_context(no_receipt)?;
    let receipt = written.receipt().with_context(no_receipt)?;
    verify_receipt(&receipt).map_err(flaw).with_context(|| {
        cannot(path, "shows nothing: it was changed", "چیزی را نشان نمی‌دهد: پس از صدور تغییر کرده است")
    })?;
    let (seal, last) = (receipt.seal_number, report.sealed.keys().last().copied().unwrap_or(0));
    let (en, fa) = match report.sealed.get(&seal) {
        Some(hash) if *hash == receipt.seal_hash => return Ok(()),
        Some(_) => (
            format!("seal {seal} of this journal is another: the journal was rewritten"),
            format!("مُهر {seal} این دفتر مُهر دیگری است: دفتر بازنویسی شده است"),
        ),
        None if seal > last => {
            let frame = report.last_frame;
            (
                format!(
                    "the journal ends with seal {last} (frame {frame}), the receipt names seal {seal}: its end was cut off"
                ),
                format!(
                    "دفتر با مُهر {last} (قاب {frame}) پایان می‌یابد و رسید از مُهر {seal} نام می‌برد: انتهای دفتر بریده شده است"
                ),
            )
        }
        None => (
            format!("seal {seal} lies in segments that were archived; check it against those"),
            format!("مُهر {seal} در بخش‌هایی است که بایگانی شده‌اند؛ رسید را با همان‌ها بسنجید"),
        ),
    };
    let path = path.display().to_string();
    Err(Said::new(format!("{path}: {en}"), format!("{}: {fa}", Lang::Fa.id(&path))).into())
}

/// What of a receipt does not agree with the rest of it.
fn flaw(error: ReceiptError) -> Said {
    Said::new(
        error.to_string(),
        match error {
            ReceiptError::Seal => "سند مُهر آن نیست که رسید نام می‌برد",
            ReceiptError::Chain => "قاب‌های پس از ثبت پیِ هم نمی‌آیند",
            ReceiptError::Path => "راهِ ریشه به آن نمی‌رسد",
        },
    )
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
        ensure!(
            self.form == FORM,
            Said::new(
                format!("its form is `{}`, this version reads `{FORM}`", self.form),
                format!("قالب آن {} است و این نسخه {} می‌خواند", Lang::Fa.id(&self.form), Lang::Fa.id(FORM)),
            )
        );
        let later = self.later.iter().map(|(header, digest)| Ok((array::<HEADER_BYTES>(header)?, array(digest)?)));
        let path = self.path.iter().map(|(hash, left)| Ok(Step { hash: array(hash)?, left: *left }));
        Ok(Receipt {
            stream: Id::parse(&self.case).context(Said::new("it names no case", "از پرونده‌ای نام نمی‌برد"))?,
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
    let told = |_| Said::new("a number of it has another length", "عددی در آن درازای دیگری دارد");
    Ok(bytes(text)?.try_into().map_err(told)?)
}

fn bytes(text: &str) -> Result<Vec<u8>> {
    let told =
        || Said::new("it holds something else than hexadecimal digits", "در آن چیزی جز رقم‌های شانزده‌شانزدهی آمده است");
    ensure!(text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit()), told());
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).with_context(told);
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
