//! What is printed: data to stdout, talk to stderr.

use std::io::Write;

/// Writes a line of data. A reader that has gone away is no error of ours.
pub fn line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Says something to a person.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
