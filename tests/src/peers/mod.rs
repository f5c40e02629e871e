//! Real peers of the connectors: a Kannel gateway and an SMTP server, started for one test and stopped with it.
//!
//! Owns: starting them on free loopback ports in a scratch folder, waiting until they are ready, and what they printed. Knows
//! nothing about Peygir: the tests bring the two together.

pub mod exim;
pub mod kannel;
pub mod listener;
pub mod namespace;
pub mod packages;
mod process;

use std::io::Write;
use std::net::TcpListener;
use std::path::Path;

pub use process::{Daemon, wait_until};

/// Whether a peer's programs are there. Where they are not, the test is skipped, by a line that says so; with `CI=true`
/// it fails.
pub fn available(name: &str) -> bool {
    let peer = packages::peer(name).unwrap_or_else(|| panic!("{name} is not in the table of peers"));
    let Some(missing) = peer.probe.iter().find(|path| !Path::new(path).exists()) else {
        return true;
    };
    let reason = format!("{missing} is missing; apt-get install {}", peer.packages.join(" "));
    assert!(std::env::var("CI").as_deref() != Ok("true"), "peer {name}: {reason}");
    tell(&format!("SKIPPED peer {name}: {reason}"));
    false
}

/// Says a line past the test harness, which keeps the output of tests that pass to itself.
pub fn tell(line: &str) {
    writeln!(std::io::stderr().lock(), "{line}").expect("standard error can be written");
}

/// A loopback port that is free now.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    listener.local_addr().expect("a bound socket has an address").port()
}
