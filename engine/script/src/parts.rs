//! The functions of a script as pieces of its text: so that what is wrong in each of them is told at once. The parser stops at the
//! first error that it meets.

use peygir_source::{Diagnostic, Span};
use rhai::ParseError;

use crate::{
    complaint::{foreign, of_parse_error},
    declared, engine,
    limits::FUNCTIONS_MAX,
};

/// Errors told of one script.
const ERRORS_MAX: usize = 20;

/// All that can be told of a script that the parser refuses: first the signs that no keyboard of the script language has,
/// or else the first error of each function.
pub(crate) fn all_errors(first: &ParseError, source: &str) -> Vec<Diagnostic> {
    let mut errors = foreign::signs(source);
    if errors.is_empty() {
        errors = vec![of_parse_error(first, source)];
        let others = alone(source).into_iter().filter_map(|text| declared::compile(&engine::SCRIPTS, &text).err());
        for other in others.take(ERRORS_MAX).map(|error| of_parse_error(&error, source)) {
            // What is wrong outside of the functions is met with each of them.
            if errors.iter().all(|known| (known.span.line, known.code) != (other.span.line, other.code)) {
                errors.push(other);
            }
        }
    }
    errors.sort_by_key(|error| (error.span.line, error.span.column));
    errors.truncate(ERRORS_MAX);
    errors
}

/// The text once for each function, with the lines of all others left empty: places stay what they are.
fn alone(source: &str) -> Vec<String> {
    let lines: Vec<&str> = source.lines().collect();
    let begins: Vec<usize> = (0..lines.len()).filter(|at| begins_function(lines[*at])).collect();
    // Each is read with the lines of all: of very many nobody reads what is wrong in each.
    if !(2..=FUNCTIONS_MAX).contains(&begins.len()) {
        return Vec::new();
    }
    let of_function = |at: &usize| begins.partition_point(|begin| begin <= at);
    let only = |wanted: usize| {
        let kept = lines.iter().enumerate().map(|(at, line)| {
            let function = of_function(&at);
            if function == 0 || function == wanted { *line } else { "" }
        });
        let text = kept.collect::<Vec<_>>().join("\n");
        text.trim_end().to_owned()
    };
    (1..=begins.len()).map(only).collect()
}

fn begins_function(line: &str) -> bool {
    let line = line.strip_prefix("private ").unwrap_or(line);
    line.starts_with("fn ")
}

/// Where a function begins; the first line where it is not found.
pub(crate) fn line_of(source: &str, function: &str) -> Span {
    let begins = |line: &str| {
        let line = line.trim_start();
        let name = line.strip_prefix("private ").unwrap_or(line).strip_prefix("fn ").map(str::trim_start);
        name.and_then(|name| name.strip_prefix(function)).is_some_and(|rest| rest.trim_start().starts_with('('))
    };
    let at = source.lines().position(begins).unwrap_or_default();
    Span { line: u32::try_from(at + 1).unwrap_or(u32::MAX), column: 1, length: 0 }
}
