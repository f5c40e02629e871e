//! A network namespace for one test: ports never collide, and nothing is reached from outside.
//!
//! The test runs itself again under `unshare`, with its own name as the filter. As root a network namespace is enough; an
//! ordinary user gets a user namespace around it.

use std::process::Command;

use super::{packages, tell};

/// Set in the run inside the namespace.
const INSIDE: &str = "PEYGIR_TEST_NAMESPACE";
/// What of `unshare` gives mounts of one's own.
const MOUNTS: &[&str] = &["--mount"];
const LOOPBACK_UP: &str = "ip link set lo up && exec \"$0\" \"$@\"";

/// Runs `body` in a namespace of its own. `test` is the full name of the calling test. Where the machine allows no
/// namespaces the body runs as it is: peers listen on free loopback ports in any case.
pub fn isolated(test: &str, body: impl FnOnce()) {
    if std::env::var_os(INSIDE).is_some() {
        return body();
    }
    if !is_possible(&[]) {
        tell(&format!("{test}: no network namespace here; the peers run on loopback"));
        return body();
    }
    enter(test, &[]);
}

/// As [`isolated`], for a test that changes the network or mounts something: without namespaces it is skipped, by a line
/// that says so; with `CI=true` it fails.
pub fn alone(test: &str, body: impl FnOnce()) {
    if std::env::var_os(INSIDE).is_some() {
        return body();
    }
    if is_possible(MOUNTS) {
        return enter(test, MOUNTS);
    }
    let reason = "this machine lets nobody make network and mount namespaces";
    assert!(std::env::var("CI").as_deref() != Ok("true"), "peer namespace: {reason}");
    tell(&format!("SKIPPED peer namespace: {reason}"));
}

/// Runs the test again, inside.
fn enter(test: &str, more: &[&str]) {
    let program = std::env::current_exe().expect("the test knows its own program");
    let mut command = entering(more);
    command.arg(program).args([test, "--exact", "--nocapture", "--include-ignored"]).env(INSIDE, "1");
    let output = command.output().expect("unshare has just run");
    let told = String::from_utf8_lossy(&output.stderr);
    told.lines().filter(|line| line.starts_with("SKIPPED ")).for_each(tell);
    let ran = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "inside the namespace:\n{ran}\n{told}");
    assert!(ran.contains("1 passed"), "{test} is not the name of one test:\n{ran}");
}

fn is_possible(more: &[&str]) -> bool {
    let peer = packages::peer("namespace").expect("the table has the namespace");
    peer.probe.iter().all(|path| std::path::Path::new(path).exists())
        && entering(more).arg("/bin/true").output().is_ok_and(|output| output.status.success())
}

/// `unshare … sh -c … ` that still lacks the program to run.
fn entering(more: &[&str]) -> Command {
    let mut command = Command::new("/usr/bin/unshare");
    if !is_root() {
        command.args(["--user", "--map-current-user", "--keep-caps"]);
    }
    command.arg("--net").args(more).args(["sh", "-c", LOOPBACK_UP]);
    command
}

/// Whether the test runs as root.
pub fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}
