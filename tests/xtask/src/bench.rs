//! `cargo xtask bench`: what the server does in a second and what things cost, as ratios within one run.

use std::path::Path;
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

/// The server under load: [`costs`] come behind it.
const SERVER: &str = "peygir-bench";

/// `words`: what the bench itself is asked. Without any, everything is measured; the first that fails ends it.
pub fn run(words: &[&str]) -> Result<ExitCode> {
    let mut command = cargo();
    // The peer's script was named from here; cargo is run at the top.
    let words = words.iter().map(|word| match Path::new(word).canonicalize() {
        Ok(path) if path.is_file() => path.into_os_string(),
        _ => (*word).into(),
    });
    command.args(["run", "--release", "--quiet", "--package", SERVER, "--"]).args(words.clone());
    if !command.status().context("the bench of the server can't be run")?.success() {
        return Ok(ExitCode::FAILURE);
    }
    let is_whole = words.clone().all(|word| word != "--quick") && !words.into_iter().any(|word| is_name(&word));
    if is_whole { costs() } else { Ok(ExitCode::SUCCESS) }
}

fn is_name(word: &std::ffi::OsStr) -> bool {
    ["flow3", "intake", "timers", "rederive", "resting", "rebuild"].iter().any(|name| word == *name)
}

/// What steps, tasks and deadlines cost as they grow in number.
pub fn costs() -> Result<ExitCode> {
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
