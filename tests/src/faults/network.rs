//! A network between a server and a peer that loses packets: all of them, or those of one direction.
//!
//! The test runs in a network namespace of its own, the peer in another one that ends with it; a pair of virtual cables joins
//! them. What is lost is decided at the test's end of it.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::run;
use crate::peers::{Daemon, wait_until};

/// The two ends of the cable.
pub const HERE: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 1);
pub const THERE: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 2);

const NFT: &str = "/usr/sbin/nft";
const IP: &str = "/usr/sbin/ip";
const READY_TIMEOUT: Duration = Duration::from_secs(10);

/// Which packets are lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// None gets anywhere.
    All,
    /// The peer is reached, and nothing but the beginning of a connection comes back: what it does and says is not known.
    Answers,
}

/// The namespace of the peer, with the cable to it.
pub struct Network {
    /// Sleeps in the namespace and so keeps it.
    keeper: Daemon,
}

impl Network {
    /// Lays the cable. The test has to run in a namespace of its own.
    pub fn lay(folder: &Path) -> Self {
        let mut command = Command::new("/usr/bin/unshare");
        command.args(["--net", "sleep", "infinity"]);
        let keeper = Daemon::start("keeper", &mut command, folder).expect("unshare starts");
        let own = std::fs::read_link("/proc/self/ns/net").expect("there are namespaces");
        let theirs = format!("/proc/{}/ns/net", keeper.pid());
        let apart = wait_until(READY_TIMEOUT, || std::fs::read_link(&theirs).ok().filter(|other| *other != own));
        assert!(apart.is_some(), "the peer has no namespace of its own");
        let network = Self { keeper };
        let pid = network.keeper.pid().to_string();
        run(IP, &["link", "add", "here", "type", "veth", "peer", "name", "there", "netns", &pid]);
        run(IP, &["addr", "add", &format!("{HERE}/24"), "dev", "here"]);
        run(IP, &["link", "set", "here", "up"]);
        network.inside(&[IP, "addr", "add", &format!("{THERE}/24"), "dev", "there"]);
        network.inside(&[IP, "link", "set", "there", "up"]);
        network.inside(&[IP, "link", "set", "lo", "up"]);
        run(NFT, &["add", "table", "inet", "faults"]);
        run(NFT, &["add chain inet faults in { type filter hook input priority 0; }"]);
        network
    }

    /// A program in the peer's namespace, before its own arguments.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("/usr/bin/nsenter");
        command.args(["--net", "--target", &self.keeper.pid().to_string()]).arg(program).stdin(Stdio::null());
        command
    }

    /// From now on packets are lost.
    pub fn lose(&self, loss: Loss) {
        let address = format!("ip saddr {THERE}");
        let rule = match loss {
            Loss::All => format!("add rule inet faults in {address} drop"),
            // Packets of 60 bytes and less have no content: the connection stands, and what was sent is confirmed.
            Loss::Answers => format!("add rule inet faults in {address} tcp flags & syn == 0 meta length > 60 drop"),
        };
        run(NFT, &[&rule]);
    }

    /// From now on nothing is lost any more.
    pub fn heal(&self) {
        run(NFT, &["flush", "chain", "inet", "faults", "in"]);
    }

    fn inside(&self, arguments: &[&str]) {
        let pid = self.keeper.pid().to_string();
        run("/usr/bin/nsenter", &[&["--net", "--target", &pid], arguments].concat());
    }
}
