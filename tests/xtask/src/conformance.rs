//! `cargo xtask conformance`: runs what proves the language and writes docs/conformance.md.
//!
//! The work is done by a program of the tests' crate, which knows the engine; here it is only started.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::run::{cargo, tell, watch};

pub fn run(spec: Option<&str>) -> Result<ExitCode> {
    let mut command = cargo();
    command.args(["run", "--quiet", "--package", "peygir-tests", "--bin", "conformance", "--"]);
    if let Some(folder) = spec {
        // Cargo is run at the top; the folder was named from here.
        let folder = Path::new(folder).canonicalize().with_context(|| format!("{folder} is not there"))?;
        command.arg("--spec").arg(folder);
    }
    tell("building and running what proves the language");
    Ok(if watch(&mut command)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
