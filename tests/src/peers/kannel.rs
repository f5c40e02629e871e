//! A Kannel gateway: bearerbox, smsbox, and its fake SMS centre as the mobile network.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::listener::decode;
use super::{Daemon, free_port, wait_until};

/// User and password of `sendsms`.
pub const USER: &str = "peygir";
pub const PASSWORD: &str = "s3cret-of-kannel";

/// A message that reached the mobile network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sms {
    pub from: String,
    pub to: String,
    /// Part of a longer message: its place and their number.
    pub part: Option<(u8, u8)>,
    pub text: String,
}

/// A running gateway.
pub struct Kannel {
    ports: Ports,
    network: Option<Daemon>,
    smsbox: Daemon,
    bearerbox: Daemon,
    folder: TempDir,
}

struct Ports {
    admin: u16,
    boxes: u16,
    network: u16,
    sendsms: u16,
}

impl Kannel {
    /// Starts the gateway and the network. `get_url` is where messages of citizens go, with Kannel's codes in it.
    pub fn start(get_url: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let ports = Ports { admin: free_port(), boxes: free_port(), network: free_port(), sendsms: free_port() };
        let path = folder.path();
        fs::write(path.join("kannel.conf"), configuration(&ports, get_url, path))?;
        let (bearerbox, smsbox) = boot(&ports, path)?;
        let mut kannel = Self { ports, network: None, smsbox, bearerbox, folder };
        kannel.connect_network()?;
        Ok(kannel)
    }

    /// Address of `sendsms`.
    pub fn sendsms_url(&self) -> String {
        format!("http://127.0.0.1:{}/cgi-bin/sendsms", self.ports.sendsms)
    }

    /// Connects the mobile network, so that messages leave the gateway.
    pub fn connect_network(&mut self) -> Result<()> {
        self.run_network(&["-m", "0", "0 0 text unused"])
    }

    /// Cuts the mobile network off: the gateway queues.
    pub fn disconnect_network(&mut self) -> Result<()> {
        self.network = None;
        let port = self.ports.admin;
        let gone = wait_until(Duration::from_secs(10), || status(port).ok().filter(|text| !text.contains("online")));
        gone.map(|_| ()).context("the gateway does not notice that the network is gone")
    }

    /// A citizen sends a message. The network is connected again with it.
    pub fn citizen_sends(&mut self, from: &str, to: &str, text: &str) -> Result<()> {
        let bytes: String = text.encode_utf16().flat_map(u16::to_be_bytes).map(|byte| format!("%{byte:02X}")).collect();
        self.run_network(&["-i", "0.05", "-m", "1", &format!("{from} {to} ucs2 {bytes}")])
    }

    /// A citizen's message in Latin letters.
    pub fn citizen_sends_latin(&mut self, from: &str, to: &str, text: &str) -> Result<()> {
        self.run_network(&["-i", "0.05", "-m", "1", &format!("{from} {to} text {text}")])
    }

    fn run_network(&mut self, arguments: &[&str]) -> Result<()> {
        if self.network.take().is_some() {
            // The gateway takes one connection of the network at a time.
            self.disconnect_network()?;
        }
        let port = self.ports.network.to_string();
        let mut command = Command::new("/usr/lib/kannel/test/fakesmsc");
        command.args(["-H", "127.0.0.1", "-r", &port]).args(arguments);
        let mut network = Daemon::start("fakesmsc", &mut command, self.folder.path())?;
        let admin = self.ports.admin;
        network.await_ready(|| status(admin).is_ok_and(|text| text.contains("online")))?;
        self.network = Some(network);
        Ok(())
    }

    /// All messages that reached the network, in order.
    pub fn sent(&self) -> Vec<Sms> {
        let output = fs::read(self.folder.path().join("fakesmsc.out")).unwrap_or_default();
        String::from_utf8_lossy(&output).lines().filter_map(parse_sent).collect()
    }

    /// Waits until as many messages reached the network.
    pub fn wait_for_sent(&self, count: usize) -> Option<Vec<Sms>> {
        wait_until(Duration::from_secs(10), || Some(self.sent()).filter(|sent| sent.len() >= count))
    }

    /// The process that takes calls: it may be stopped, and killed, by its number.
    pub fn taker(&self) -> u32 {
        self.smsbox.pid()
    }

    /// Kills the whole gateway, as a power cut would.
    pub fn kill(&mut self) {
        self.network = None;
        self.smsbox.kill();
        self.bearerbox.kill();
    }

    /// Starts a gateway that was killed again, with what its store has kept.
    pub fn restart(&mut self) -> Result<()> {
        (self.bearerbox, self.smsbox) = boot(&self.ports, self.folder.path())?;
        self.connect_network()
    }

    /// What the gateway printed, for the message of a failed test.
    pub fn output(&self) -> String {
        format!("{}\n{}", self.bearerbox.output(), self.smsbox.output())
    }
}

/// Both boxes, the second one registered at the first.
fn boot(ports: &Ports, folder: &Path) -> Result<(Daemon, Daemon)> {
    let start = |name: &str| {
        let mut command = Command::new(format!("/usr/sbin/{name}"));
        Daemon::start(name, command.args(["-v", "1", "kannel.conf"]), folder)
    };
    let mut bearerbox = start("bearerbox")?;
    bearerbox.await_ready(|| is_open(ports.admin) && is_open(ports.boxes))?;
    let mut smsbox = start("smsbox")?;
    smsbox.await_ready(|| is_open(ports.sendsms))?;
    // Before the box is registered, a citizen's message may wait for a minute.
    smsbox.await_ready(|| status(ports.admin).is_ok_and(|text| text.contains("smsbox:")))?;
    Ok((bearerbox, smsbox))
}

fn is_open(port: u16) -> bool {
    TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], port)), Duration::from_millis(200)).is_ok()
}

/// The status page of bearerbox.
fn status(port: u16) -> Result<String> {
    use std::io::{Read, Write};
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    stream.write_all(b"GET /status.txt?password=bar HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}

/// A line of fakesmsc: `… Got message 4: <30001234 09121234567 ucs2 %06%33>`; parts have `udh HEADER data TEXT`.
fn parse_sent(line: &str) -> Option<Sms> {
    let (_, rest) = line.split_once(": <").filter(|(start, _)| start.contains("Got message"))?;
    let words: Vec<&str> = rest.strip_suffix('>')?.splitn(4, ' ').collect();
    let [from, to, kind, content] = words[..] else {
        return None;
    };
    let (part, bytes) = match kind {
        "udh" | "udh-data" | "udh-text" => {
            let (header, text) = content.split_once(' ')?;
            let text = text.strip_prefix("data ").or_else(|| text.strip_prefix("text ")).unwrap_or(text);
            let header = decode(header);
            (Some((*header.get(5)?, *header.get(4)?)), decode(text))
        }
        _ => (None, decode(content)),
    };
    let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
    let text = if kind == "text" { content.to_owned() } else { String::from_utf16_lossy(&units) };
    Some(Sms { from: from.to_owned(), to: to.to_owned(), part, text })
}

/// An empty line ends a group; a box without a route must have no id.
fn configuration(ports: &Ports, get_url: &str, folder: &Path) -> String {
    let Ports { admin, boxes, network, sendsms } = ports;
    let folder = folder.display();
    format!(
        r#"group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = bar
smsbox-port = {boxes}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
box-deny-ip = "*.*.*.*"
log-level = 1
store-type = file
store-location = {folder}/kannel.store
dlr-storage = internal
sms-resend-freq = 1

group = smsc
smsc = fake
smsc-id = FAKE
port = {network}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
log-level = 1
access-log = "{folder}/access.log"
http-request-retry = 20
http-queue-delay = 1

group = sendsms-user
username = {USER}
password = {PASSWORD}
max-messages = 10
concatenation = true
default-smsc = FAKE

group = sms-service
keyword = default
catch-all = true
accepted-smsc = FAKE
get-url = "{get_url}"
max-messages = 0
omit-empty = true
"#
    )
}
