//! `cargo xtask test`: peers, then everything that can be tested, then one line of counts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::count::{self, Counts};
use crate::install::{first_missing, install_missing, is_there, missing};
use crate::packages::PEERS;
use crate::run::{answer, cargo, exists, programs, root, tell, watch, watch_and_keep};

/// Folders of content whose scenarios and rows are run.
const CONTENT: &[&str] = &["workflows", "rules", "examples"];
/// Folders of Rust code.
const CODE: &[&str] = &["engine", "connectors", "tests"];

/// Builds the program with what it asks of its libraries itself.
const SHIPPED: [&str; 3] = ["build", "--package", "peygir"];

/// How a block of documentation begins that is run as a test.
const RUST: &[&str] = &["", "rust", "no_run", "should_panic", "compile_fail"];

pub fn run() -> Result<ExitCode> {
    install_missing()?;
    let mut counts = Counts::default();
    tell("building the workspace");
    if watch(cargo().args(["build", "--workspace", "--all-targets"]))? && watch(cargo().args(SHIPPED))? {
        counts += run_tests(&set_aside()?)?;
        counts += run_doc_tests()?;
        counts += run_scenarios()?;
    } else {
        tell("the workspace does not build: nothing was run");
        counts += Counts::failure();
    }
    note_missing_peers(&mut counts);
    let is_ci = std::env::var("CI").as_deref() == Ok("true");
    lines_of_peers(&counts, is_ci).iter().for_each(|line| answer(line));
    if is_ci {
        counts.failed += counts.peers.len();
    }
    answer(&counts.to_string());
    Ok(if counts.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Keeps the program as it is shipped from the next build, which may give its libraries what only tests ask for.
fn set_aside() -> Result<PathBuf> {
    let (built, kept) = (programs()?.join("peygir"), programs()?.join("peygir-shipped"));
    let _ = fs::remove_file(&kept);
    fs::hard_link(&built, &kept).or_else(|_| fs::copy(&built, &kept).map(drop))?;
    Ok(kept)
}

/// `binary` is the program that the tests start, so that none of them has to build it.
fn run_tests(binary: &Path) -> Result<Counts> {
    if exists(cargo().args(["nextest", "--version"])) {
        return run_nextest(binary);
    }
    tell("running the tests with cargo test; cargo-nextest is not installed");
    let mut command = cargo();
    command.args(["test", "--workspace", "--all-targets", "--no-fail-fast"]).env("PEYGIR_BINARY", binary);
    let ended = watch_and_keep(&mut command)?;
    Ok(at_least_one_failed(count::of_harness(&ended.stdout, &ended.stderr), ended.success))
}

fn run_nextest(binary: &Path) -> Result<Counts> {
    tell("running the tests with nextest");
    let file = programs()?.join("../nextest/default/junit.xml");
    // A run that ends before its first test leaves the file of the run before.
    let _ = fs::remove_file(&file);
    let success = watch(cargo().args(["nextest", "run", "--workspace"]).env("PEYGIR_BINARY", binary))?;
    let counts = fs::read_to_string(&file).map(|xml| count::of_junit(&xml)).unwrap_or_default();
    Ok(at_least_one_failed(counts, success))
}

/// A program that ended badly without a failed test is a failure itself.
fn at_least_one_failed(mut counts: Counts, success: bool) -> Counts {
    if !success {
        counts.failed = counts.failed.max(1);
    }
    counts
}

fn run_doc_tests() -> Result<Counts> {
    if !CODE.iter().any(|folder| has_doc_test(&root().join(folder))) {
        return Ok(Counts::default());
    }
    tell("running the tests in documentation");
    let ended = watch_and_keep(cargo().args(["test", "--workspace", "--doc", "--no-fail-fast"]))?;
    Ok(at_least_one_failed(count::of_harness(&ended.stdout, &ended.stderr), ended.success))
}

/// Whether a source file below has a fenced block in its documentation.
fn has_doc_test(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).any(|path| {
        if path.is_dir() {
            return has_doc_test(&path);
        }
        let is_rust = path.extension().is_some_and(|end| end == "rs");
        is_rust && fs::read_to_string(&path).is_ok_and(|text| has_fence(&text))
    })
}

/// Whether documentation in a source has a block of Rust. Blocks of anything else say what they are.
fn has_fence(source: &str) -> bool {
    let documented = source.lines().map(str::trim_start);
    let texts = documented.filter_map(|line| line.strip_prefix("///").or_else(|| line.strip_prefix("//!")));
    let fences = texts.filter_map(|text| text.trim_start().strip_prefix("```"));
    // Every second fence closes a block.
    fences.step_by(2).any(|kind| RUST.contains(&kind.split([',', ' ']).next().unwrap_or_default()))
}

/// The scenarios and rows of the content, by the program that everybody runs them with.
fn run_scenarios() -> Result<Counts> {
    tell("running the scenarios");
    let program = programs()?.join("peygir");
    let ended = watch_and_keep(Command::new(program).current_dir(root()).arg("test").args(CONTENT))?;
    match count::of_scenarios(&ended.stdout) {
        Some(counts) => Ok(at_least_one_failed(counts, ended.success)),
        None => {
            tell("peygir test told no counts");
            Ok(Counts::failure())
        }
    }
}

/// Peers that no test asked for are told too.
fn note_missing_peers(counts: &mut Counts) {
    for peer in missing(PEERS, &is_there) {
        let file = first_missing(peer, &is_there).unwrap_or_default();
        counts.note_peer(peer.name, &format!("{file} is missing; apt-get install {}", peer.packages.join(" ")));
    }
}

/// One line for each missing peer. Where nothing may be missing each is a failure.
fn lines_of_peers(counts: &Counts, is_ci: bool) -> Vec<String> {
    let word = if is_ci { "FAILED" } else { "SKIPPED" };
    counts.peers.iter().map(|(name, reason)| format!("{word} peer {name}: {reason}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_peer_is_told_by_name() {
        let mut counts = Counts::default();
        counts.note_peer("kannel", "gone");
        assert_eq!(lines_of_peers(&counts, false), ["SKIPPED peer kannel: gone"]);
        assert_eq!(lines_of_peers(&counts, true), ["FAILED peer kannel: gone"]);
        assert!(lines_of_peers(&Counts::default(), true).is_empty());
    }

    #[test]
    fn a_run_that_broke_off_is_a_failure() {
        assert_eq!(at_least_one_failed(Counts::default(), false).failed, 1);
        assert_eq!(at_least_one_failed(Counts::default(), true).failed, 0);
        assert_eq!(at_least_one_failed(Counts { failed: 2, ..Counts::default() }, false).failed, 2);
    }

    #[test]
    fn a_fence_in_documentation_is_a_test() {
        assert!(has_fence("mod x;\n    /// ```\n    /// a\n    /// ```\n"));
        assert!(has_fence("//! ```text\n//! a\n//! ```\n/// ```no_run\n/// ```\n"));
        assert!(!has_fence("//! ```text\n//! a\n//! ```\n"));
        assert!(!has_fence("// ```\nlet a = \"/// ```\";\n"));
    }
}
