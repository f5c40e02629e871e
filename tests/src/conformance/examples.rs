//! The official example files: read, printed and read again without loss; the invalid ones refused.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use peygir_dsl::print;
use peygir_dsl::read::{self, AnyNames};
use peygir_source::{Severity, yaml};

/// Example files of the official text, and invalid ones.
pub const EXAMPLES: usize = 68;
pub const INVALID: usize = 3;

/// What came of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    pub file: String,
    /// Printed and read again it is the same document.
    pub same: bool,
    /// Codes of what a deployment refuses in it, in the order of the codes.
    pub refused: Vec<String>,
    /// Whether it can be read at all.
    pub read: bool,
}

pub fn examples(spec: &Path) -> Result<Vec<Example>> {
    of_folder(&spec.join("examples"))
}

pub fn invalid(spec: &Path) -> Result<Vec<Example>> {
    of_folder(&spec.join("invalid"))
}

fn of_folder(folder: &Path) -> Result<Vec<Example>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "yaml"));
    paths.sort();
    paths.iter().map(|path| one(path)).collect()
}

fn one(path: &Path) -> Result<Example> {
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let text = fs::read_to_string(path)?;
    let Ok(node) = yaml::parse(&text) else {
        return Ok(Example { file, same: false, refused: Vec::new(), read: false });
    };
    let (workflow, found) = read::document(&node, &AnyNames);
    let printed = workflow.as_ref().map(print::yaml);
    let again = printed.as_deref().and_then(|printed| yaml::parse(printed).ok());
    let errors = found.list.iter().filter(|one| one.severity == Severity::Error);
    let mut refused: Vec<String> = errors.map(|one| one.code.to_owned()).collect();
    refused.sort();
    refused.dedup();
    let same = again.is_some_and(|again| again.to_json() == node.to_json());
    Ok(Example { file, same, refused, read: workflow.is_some() })
}
