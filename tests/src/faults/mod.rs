//! Faults that are really injected into the served binary and into its peers: failing calls of the system, a small disk, a
//! power cut, a clock that jumps, a network that loses packets.
//!
//! Owns: how each fault is brought about, and how it is taken away again. What must hold under it is the tests'.

pub mod agency;
pub mod calls;
pub mod clerk;
pub mod clock;
pub mod errands;
pub mod network;
pub mod power;
pub mod small_disk;

use std::process::Command;

/// Sends a signal to one process: `STOP`, `CONT`, `KILL`.
pub fn signal(pid: u32, name: &str) {
    assert!(is_signalled(pid, name), "no process {pid} takes {name}");
}

/// The same; false where the process is not there any more.
pub fn is_signalled(pid: u32, name: &str) -> bool {
    let kill = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status();
    kill.expect("there is kill").success()
}

/// The state of a process as the system tells it, such as `T` for one that was stopped; none where there is none.
pub fn state(pid: u32) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may hold anything, brackets too.
    stat.rsplit_once(')')?.1.trim_start().chars().next()
}

/// The children of a process.
pub fn children(pid: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").expect("there is /proc").flatten();
    let processes = entries.filter_map(|entry| entry.file_name().to_string_lossy().parse().ok());
    processes.filter(|process| parent(*process) == Some(pid)).collect()
}

fn parent(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// Variables of the environment as a server is started with them.
pub fn environment<'a>(of: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    of.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// Runs a program to its end, which must be a good one.
pub fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}
