//! What a program's end is worth to the flow.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use peygir_connector::{Fault, FaultKind, Receipt};
use serde_json::{Value, json};

use crate::asked::{Asked, Return};

/// How much of the error output a fault repeats: its last lines, and of them the last characters.
const TAIL_LINES_MAX: usize = 3;
const TAIL_CHARS_MAX: usize = 400;
/// Shortest text of the flow that is looked for in error output, in bytes: anything shorter stands there by chance.
const HIDDEN_BYTES_MIN: usize = 4;
const HIDDEN: &str = "***";
/// As shells count an end by a signal.
const SIGNAL_BASE: i32 = 128;

/// A program that ended by itself.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

pub(crate) fn receipt(asked: &Asked<'_>, ended: &Ended) -> Result<Receipt, Fault> {
    let code = ended.status.code().or_else(|| Some(SIGNAL_BASE + ended.status.signal()?)).unwrap_or(SIGNAL_BASE);
    let (stdout, stderr) = (|| text(&ended.stdout), || text(&ended.stderr));
    let output = match asked.return_ {
        Return::Code => code.into(),
        Return::All => json!({ "code": code, "stdout": stdout(), "stderr": stderr() }),
        _ if code != 0 => return Err(failed(asked, code, &stderr())),
        Return::Stdout => stdout().into(),
        Return::Stderr => stderr().into(),
        Return::None => Value::Null,
    };
    Ok(Receipt { output, ..Receipt::default() })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn failed(asked: &Asked<'_>, code: i32, stderr: &str) -> Fault {
    let tail = tail(&hidden(asked, stderr));
    let told = if tail.is_empty() { String::new() } else { format!(": {tail}") };
    Fault::permanent(FaultKind::Runtime, format!("it ended with code {code}{told}"))
}

/// What the flow gave may be a secret or personal data; the fault goes into the journal.
fn hidden(asked: &Asked<'_>, stderr: &str) -> String {
    let given = asked.arguments.iter().chain(asked.environment.iter().map(|(_, value)| value));
    let lines = asked.stdin.iter().flat_map(|text| text.lines());
    let mut texts: Vec<&str> = given.map(|text| text.as_str()).chain(lines).map(str::trim).collect();
    texts.retain(|text| text.len() >= HIDDEN_BYTES_MIN);
    // A longer one first: it may hold a shorter one.
    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    texts.into_iter().fold(stderr.to_owned(), |told, text| told.replace(text, HIDDEN))
}

fn tail(stderr: &str) -> String {
    let lines: Vec<&str> = stderr.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let last = lines[lines.len().saturating_sub(TAIL_LINES_MAX)..].join(" | ");
    let plain: Vec<char> = last.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
    plain[plain.len().saturating_sub(TAIL_CHARS_MAX)..].iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_short_and_plain() {
        assert_eq!(tail(""), "");
        assert_eq!(tail("a\nb\n\nc\nd\r\n"), "b | c | d");
        assert_eq!(tail("\u{1b}[31mred"), " [31mred");
        assert_eq!(tail(&"س".repeat(1_000)).chars().count(), TAIL_CHARS_MAX);
    }
}
