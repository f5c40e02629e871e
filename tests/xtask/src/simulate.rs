//! `cargo xtask simulate`: the simulator over many seeds, or one seed in full.

use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::run::cargo;

const PACKAGE: &str = "peygir-simulation";
const PROGRAM: &str = "simulate";
/// Asks for a build without optimisations, which is there sooner.
const DEBUG: &str = "--debug";

/// `words`: what the simulator itself is asked; see its help.
pub fn run(words: &[&str]) -> Result<ExitCode> {
    let mut command = cargo();
    command.args(["run", "--quiet", "--package", PACKAGE, "--bin", PROGRAM]);
    if !words.contains(&DEBUG) {
        command.arg("--release");
    }
    command.arg("--").args(words.iter().filter(|word| **word != DEBUG));
    let status = command.status().context("the simulator can't be run")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
