//! `peygir test`: scenarios and rows.

use std::process::ExitCode;

use anyhow::Result;

#[derive(clap::Args)]
pub struct Arguments {}

pub fn run(_arguments: &Arguments) -> Result<ExitCode> {
    Ok(ExitCode::FAILURE)
}
