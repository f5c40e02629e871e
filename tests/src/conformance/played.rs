//! Scenarios as `peygir test --json` tells of them.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::server::{binary, repository};

/// One scenario and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Played {
    /// Name of the file without its folder.
    pub file: String,
    pub name: String,
    pub tags: Vec<String>,
    /// Ends of a process meanwhile.
    pub cuts: u64,
    /// What was expected and found where it failed.
    pub failure: Option<String>,
}

impl Played {
    pub fn passed(&self) -> bool {
        self.failure.is_none()
    }
}

/// Plays what lies below a path, each straight and with kill points, by the binary that everybody plays them with.
pub fn play(path: &Path, arguments: &[&str]) -> Result<Vec<Played>> {
    let output = Command::new(binary())
        .args(["test", "--json", "--kill-points"])
        .args(arguments)
        .arg(path)
        .current_dir(repository())
        .output()
        .context("the binary does not start")?;
    let text = String::from_utf8(output.stdout).context("the binary writes UTF-8")?;
    let lines: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let summary = lines.iter().find(|line| line["kind"] == "summary");
    ensure!(summary.is_some(), "no summary came: {}", String::from_utf8_lossy(&output.stderr));
    let findings: Vec<&Value> = lines.iter().filter(|line| line["kind"] == "finding").collect();
    ensure!(findings.is_empty(), "scenarios can't be read: {findings:#?}");
    Ok(lines.iter().filter(|line| line["kind"] == "scenario").map(read).collect())
}

fn read(line: &Value) -> Played {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let file = text(&line["file"]);
    let failure = line.get("failure").map(|failure| {
        format!(
            "{}\n  expected {}\n  found {}",
            text(&failure["step"]),
            text(&failure["expected"]),
            text(&failure["found"])
        )
    });
    Played {
        file: file.rsplit('/').next().unwrap_or_default().to_owned(),
        name: text(&line["name"]),
        tags: line["tags"].as_array().into_iter().flatten().map(text).collect(),
        cuts: line["cuts"].as_u64().unwrap_or(0),
        failure,
    }
}
