//! Which commit of the project runs: what a failing seed is told with, so that it can be repeated.

use std::process::Command;
use std::sync::OnceLock;

const UNKNOWN: &str = "unknown";

/// The commit that is checked out where the simulation was built, with `+` where files differ from it; `unknown` without a
/// repository or without git.
pub fn commit() -> &'static str {
    static READ: OnceLock<String> = OnceLock::new();
    READ.get_or_init(|| {
        let Some(commit) = git(&["rev-parse", "--short=12", "HEAD"]) else { return UNKNOWN.to_owned() };
        let changed = git(&["status", "--porcelain", "--untracked-files=no"]).is_some_and(|files| !files.is_empty());
        if changed { format!("{commit}+") } else { commit }
    })
}

fn git(arguments: &[&str]) -> Option<String> {
    let told = Command::new("git").arg("-C").arg(env!("CARGO_MANIFEST_DIR")).args(arguments).output().ok()?;
    let text = String::from_utf8(told.stdout).ok()?.trim().to_owned();
    told.status.success().then_some(text)
}
