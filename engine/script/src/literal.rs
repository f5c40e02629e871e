//! Numbers as a script writes them: one with more digits than are kept would be another number, and nobody would be told.
//!
//! Owns: finding them in the text, and what is said of them. Deliberately does not know what is done with a number.

use peygir_source::{Diagnostic, Span};
use rhai::{AST, ASTNode, Expr};
use rust_decimal::Decimal;

use crate::{complaint::sized, fault::span_of};

/// Digits of a number that is shown as it is.
const SHOWN_CHARS_MAX: usize = 40;

/// The decimals of the source that are not kept as they are written.
pub(crate) fn rounded(ast: &AST, source: &str) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    ast.walk(&mut |path| {
        if let Some(ASTNode::Expr(Expr::DynamicConstant(value, position))) = path.last()
            && let Ok(kept) = value.as_decimal()
        {
            let at = span_of(*position);
            found.extend(written_at(source, at).filter(|written| !is_kept(written, kept)).map(|text| told(at, &text)));
        }
        true
    });
    found.sort_by_key(|finding: &Diagnostic| (finding.span.line, finding.span.column));
    found.dedup();
    found
}

/// The number that is written there, without its sign and without what only parts its digits.
fn written_at(source: &str, at: Span) -> Option<String> {
    let line = source.lines().nth((at.line as usize).checked_sub(1)?)?;
    let letters = line.chars().skip((at.column as usize).saturating_sub(1));
    let mut letters = letters.skip_while(|one| "-+ ".contains(*one)).peekable();
    let mut text = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '_' => {}
            '0'..='9' => text.push(letter),
            '.' if !text.contains('.') && letters.peek().is_some_and(char::is_ascii_digit) => text.push(letter),
            _ => break,
        }
    }
    (!text.is_empty()).then_some(text)
}

/// Whether the number that was made of it says all its digits; zeros at its end say nothing.
fn is_kept(written: &str, kept: Decimal) -> bool {
    let digits = if written.contains('.') { written.trim_end_matches('0').trim_end_matches('.') } else { written };
    Decimal::from_str_exact(digits).is_ok_and(|exact| exact == kept.abs())
}

fn told(at: Span, written: &str) -> Diagnostic {
    let digits = written.chars().filter(char::is_ascii_digit).count();
    let short: String = written.chars().take(SHOWN_CHARS_MAX).collect();
    let short = if short.len() < written.len() { format!("{short}…") } else { short };
    Diagnostic::error(
        "PG-S001",
        sized(at, written),
        format!("the number {short} has {digits} digits, more than a number keeps: it would silently be another one"),
        format!("عدد \u{2066}{short}\u{2069} با {digits} رقم بیش از آن است که نگه داشته شود: بی‌صدا عدد دیگری می‌شد"),
    )
    .with_help("write at most 28 digits, or round it yourself", "حداکثر ۲۸ رقم بنویسید، یا خودتان آن را گرد کنید")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_told_from_what_is_not() {
        let nines = format!("0.{}", "9".repeat(1000));
        for (written, kept) in [
            ("1.5", true),
            ("0.10", true),
            ("79228162514264337593543950335.0", true),
            ("0.1234567890123456789012345678", true),
            ("0.12345678901234567890123456789", false),
            (nines.as_str(), false),
        ] {
            let made = written.parse().unwrap();
            assert_eq!(is_kept(written, made), kept, "{written}");
        }
    }
}
