//! `peygir explain`: what people wrote, in words, and why a case went where it did.

mod decision;
mod flow;
mod table;

use std::process::ExitCode;

use anyhow::Result;

/// Tell what people wrote in words, and why a case went where it did.
#[derive(clap::Subcommand)]
pub enum Command {
    Flow(flow::Arguments),
    Table(table::Arguments),
    Decision(decision::Arguments),
    Deadline(super::deadline::Explain),
}

pub fn run(command: &Command) -> Result<ExitCode> {
    match command {
        Command::Flow(arguments) => flow::run(arguments),
        Command::Table(arguments) => table::run(arguments),
        Command::Decision(arguments) => decision::run(arguments),
        Command::Deadline(arguments) => super::deadline::explain(arguments),
    }
}

/// A line of words. Where all of it runs one way, the marks that isolate codes would only get into searches.
fn upright(text: &str) -> String {
    let right_to_left = |character: char| matches!(character, '\u{590}'..='\u{8ff}');
    if text.chars().any(right_to_left) { text.to_owned() } else { text.replace(['\u{2068}', '\u{2069}'], "") }
}
