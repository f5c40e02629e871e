//! A network between a server and a peer that loses packets: all of them, or those with content of one direction.
//!
//! The test runs in a network namespace of its own, the peer in another one that ends with it; a pair of virtual cables joins
//! them. What is lost is decided at the test's end of it.

use std::fs;
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
/// How often the system tries to bring to a peer what a program left behind when it closed the connection.
const ORPHANS: &str = "/proc/sys/net/ipv4/tcp_orphan_retries";
/// States of a connection in which what was given to it is still sent: it stands, it is being closed by us, or by both.
const SENDING: [&str; 5] = ["01", "04", "08", "09", "0B"];
const READY_TIMEOUT: Duration = Duration::from_secs(10);

/// Which packets are lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// None gets anywhere, in either direction.
    All,
    /// The peer can be reached, and what is sent on the connection gets lost: it is asked nothing, and nobody here can know.
    Requests,
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
        let own = fs::read_link("/proc/self/ns/net").expect("there are namespaces");
        let theirs = format!("/proc/{}/ns/net", keeper.pid());
        let apart = wait_until(READY_TIMEOUT, || fs::read_link(&theirs).ok().filter(|other| *other != own));
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
        for way in ["input", "output"] {
            run(NFT, &[&format!("add chain inet faults {way} {{ type filter hook {way} priority 0; }}")]);
        }
        // What a program left behind unsent when it gave up is forgotten soon, and not minutes later.
        fs::write(ORPHANS, "1").expect("the network is the test's own");
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
        // Packets of 60 bytes and less have no content: the connection stands, and what was sent is confirmed.
        let with_content = "tcp flags & syn == 0 meta length > 60";
        let (sent, answered) = match loss {
            Loss::All => (Some(""), Some("")),
            Loss::Requests => (Some(with_content), None),
            Loss::Answers => (None, Some(with_content)),
        };
        if let Some(which) = sent {
            run(NFT, &[&format!("add rule inet faults output ip daddr {THERE} {which} drop")]);
        }
        if let Some(which) = answered {
            run(NFT, &[&format!("add rule inet faults input ip saddr {THERE} {which} drop")]);
        }
    }

    /// From now on nothing is lost any more.
    pub fn heal(&self) {
        run(NFT, &["flush table inet faults"]);
    }

    /// How many packets of connections the peer's end of the cable has got so far.
    pub fn arrived(&self) -> u64 {
        let text = fs::read_to_string(format!("/proc/{}/net/snmp", self.keeper.pid())).expect("the keeper keeps it");
        let mut lines = text.lines().filter_map(|line| line.strip_prefix("Tcp: "));
        let (names, numbers) = lines.next().zip(lines.next()).expect("the system counts");
        let mut counts = names.split(' ').zip(numbers.split(' '));
        counts.find(|(name, _)| *name == "InSegs").and_then(|(_, count)| count.parse().ok()).expect("they are counted")
    }

    /// Whether a connection to the peer still has something to bring there, be it of a program that gave it up or ended.
    pub fn is_unfinished(&self) -> bool {
        let text = fs::read_to_string("/proc/self/net/tcp").expect("the system tells its connections");
        // The address as the system writes it, its bytes turned round.
        let there = format!("{:08X}:", u32::from_ne_bytes(THERE.octets()));
        let unfinished = |line: &str| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            fields[2].starts_with(&there) && SENDING.contains(&fields[3])
        };
        text.lines().skip(1).any(unfinished)
    }

    fn inside(&self, arguments: &[&str]) {
        let pid = self.keeper.pid().to_string();
        run("/usr/bin/nsenter", &[&["--net", "--target", &pid], arguments].concat());
    }
}
