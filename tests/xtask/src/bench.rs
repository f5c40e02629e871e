//! `cargo xtask bench`: what things cost, as ratios within one run.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::run::{cargo, exists, root, tell, watch};

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

/// The peer of tables, in a workspace of its own.
const RULES: &str = "tests/peers/zen/Cargo.toml";
/// What is built for it, apart from everything else.
const RULES_BUILT: &str = "target/bench-rules";

/// `cargo xtask bench rules`: a decision and a call of a script, beside gorules' zen-engine where it can be had.
pub fn rules() -> Result<ExitCode> {
    let has_peer = exists(cargo().args(["fetch", "--manifest-path", RULES])) && watch(&mut of_rules("build", true))?;
    if !has_peer {
        tell("SKIPPED peer zen-engine: it can't be fetched or built here; only our own figures follow");
    }
    let status = of_rules("run", has_peer).status().context("the bench of rules can't be run")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Without the peer nothing is needed that the rest of the repository does not need.
fn of_rules(verb: &str, has_peer: bool) -> Command {
    let mut command = cargo();
    command
        .args([verb, "--release", "--quiet", "--manifest-path", RULES, "--target-dir"])
        .arg(root().join(RULES_BUILT));
    if has_peer {
        command.args(["--features", "zen"]);
    }
    command
}
