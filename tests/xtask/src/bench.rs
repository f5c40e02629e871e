//! `cargo xtask bench`: what things cost, as ratios within one run.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

/// Package and example of each benchmark.
const BENCHES: [(&str, &str); 4] = [
    ("peygir-core", "step_cost"),
    ("peygir-tests", "large_flows"),
    ("peygir-calendar", "derivation_cost"),
    ("peygir-tests", "rederivation"),
];

pub fn run() -> Result<ExitCode> {
    for (package, example) in BENCHES {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let status = Command::new(cargo)
            .args(["run", "--release", "--quiet", "--package", package, "--example", example])
            .status()
            .with_context(|| format!("{example} can't be run"))?;
        if !status.success() {
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}
