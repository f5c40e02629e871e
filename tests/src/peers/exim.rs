//! An SMTP server: exim with a configuration of its own, as an ordinary user, with mail folders in a scratch folder.
//!
//! It demands STARTTLS before AUTH, blocks `blocked@`, answers late for `slow@`, grey-lists `greylist@`, and keeps the rest in a Maildir. Its
//! certificate names `localhost` only, so that a wrong name can be tried too.

use std::fs;
use std::io::Read;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::namespace::is_root;
use super::{Daemon, free_port, wait_until};

/// User and password of AUTH.
pub const USER: &str = "peygir";
pub const PASSWORD: &str = "s3cret-of-mail";
/// What the server logs once it has a mail for `slow@` whole, before it waits with its answer.
const TAKING: &str = "a slow mail has come in whole";

/// A running server.
pub struct Exim {
    /// STARTTLS and AUTH.
    pub port: u16,
    /// TLS from the first byte.
    pub port_implicit: u16,
    daemon: Daemon,
    folder: TempDir,
}

impl Exim {
    pub fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let path = folder.path();
        certificates(path)?;
        // Without its setuid bit the program stays who it is.
        let program = path.join("exim");
        fs::copy("/usr/sbin/exim4", &program)?;
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
        let (port, port_implicit) = (free_port(), free_port());
        let (user, group) = identity()?;
        fs::write(path.join("exim.conf"), configuration(path, port, port_implicit, user, group))?;
        for name in ["", "spool", "mail"] {
            fs::create_dir_all(path.join(name))?;
            chown(path.join(name), Some(user), Some(group))?;
        }
        chown(path.join("server.key"), Some(user), Some(group))?;
        let mut command = Command::new(&program);
        command.arg("-C").arg(path.join("exim.conf")).args(["-bdf", "-q1m"]);
        if is_root() {
            command.uid(user).gid(group);
        }
        let mut daemon = Daemon::start("exim", &mut command, path)?;
        daemon.await_ready(|| greets(port))?;
        Ok(Self { port, port_implicit, daemon, folder })
    }

    /// The certificate authority that signed the server's certificate.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// All delivered mails, as they lie in the Maildir.
    pub fn delivered(&self) -> Vec<Vec<u8>> {
        let mails = fs::read_dir(self.folder.path().join("mail/new")).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = mails.map(|mail| mail.path()).collect();
        paths.sort();
        paths.iter().filter_map(|path| fs::read(path).ok()).collect()
    }

    /// Waits until as many mails are delivered.
    pub fn wait_for_delivered(&self, count: usize) -> Option<Vec<Vec<u8>>> {
        wait_until(Duration::from_secs(10), || Some(self.delivered()).filter(|mails| mails.len() >= count))
    }

    /// The process that listens; it has a child for each connection.
    pub fn listener(&self) -> u32 {
        self.daemon.pid()
    }

    /// Whether a mail for `slow@` has come in whole; its answer follows seconds later.
    pub fn is_taking(&self) -> bool {
        let log = self.folder.path().join("spool/mainlog");
        fs::read_to_string(log).is_ok_and(|text| text.contains(TAKING))
    }

    /// Kills the server.
    pub fn kill(&mut self) {
        self.daemon.kill();
    }

    /// What the server printed and logged, for the message of a failed test.
    pub fn output(&self) -> String {
        let logs = ["mainlog", "paniclog", "rejectlog"]
            .map(|name| fs::read_to_string(self.folder.path().join("spool").join(name)).unwrap_or_default());
        format!("{}\n{}", self.daemon.output(), logs.join("\n"))
    }
}

/// Who the server runs as: Debian's own user for it where we are root, else we ourselves.
fn identity() -> Result<(u32, u32)> {
    let number = |flag: &str| -> Result<u32> {
        let mut command = Command::new("id");
        command.arg(flag);
        if is_root() {
            command.arg("Debian-exim");
        }
        let output = command.output()?;
        ensure!(output.status.success(), "the user Debian-exim is missing");
        String::from_utf8_lossy(&output.stdout).trim().parse().context("id prints a number")
    };
    Ok((number("-u")?, number("-g")?))
}

fn greets(port: u16) -> bool {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let Ok(mut stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) else {
        return false;
    };
    let mut start = [0; 3];
    stream.set_read_timeout(Some(Duration::from_secs(2))).is_ok()
        && stream.read_exact(&mut start).is_ok()
        && &start == b"220"
}

/// An authority and a certificate for `localhost` that it signed.
fn certificates(folder: &Path) -> Result<()> {
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    fs::write(folder.join("leaf.ext"), "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n")?;
    let authority =
        ["req", "-x509", "-days", "3", "-subj", "/CN=Peygir test authority", "-keyout", "ca.key", "-out", "ca.pem"];
    openssl(folder, &[&authority[..], &key].concat())?;
    let request = ["req", "-new", "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr"];
    openssl(folder, &[&request[..], &key].concat())?;
    openssl(
        folder,
        &[
            "x509",
            "-req",
            "-in",
            "server.csr",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            "3",
            "-extfile",
            "leaf.ext",
            "-out",
            "server.pem",
        ],
    )
}

fn openssl(folder: &Path, arguments: &[&str]) -> Result<()> {
    let output = Command::new("/usr/bin/openssl").args(arguments).current_dir(folder).output()?;
    ensure!(output.status.success(), "openssl {}: {}", arguments[0], String::from_utf8_lossy(&output.stderr));
    Ok(())
}

fn configuration(folder: &Path, port: u16, port_implicit: u16, user: u32, group: u32) -> String {
    let folder = folder.display();
    format!(
        r#"exim_user = {user}
exim_group = {group}
never_users =
spool_directory = {folder}/spool
log_file_path = {folder}/spool/%slog
pid_file_path = {folder}/spool/pid
deliver_drop_privilege = true
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port} : {port_implicit}
tls_on_connect_ports = {port_implicit}
primary_hostname = mail.samad.test
domainlist local_domains = samad.test
tls_advertise_hosts = *
tls_certificate = {folder}/server.pem
tls_privatekey = {folder}/server.key
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
acl_smtp_rcpt = acl_rcpt
acl_smtp_data = acl_data
message_size_limit = 100K
keep_environment =
timezone = UTC
begin acl
acl_rcpt:
  deny condition = ${{if eq{{$local_part}}{{blocked}}}}
       message = 550 5.1.1 mailbox blocked
  defer condition = ${{if eq{{$local_part}}{{greylist}}}}
       message = 451 4.7.1 try again later
  accept authenticated = *
         domains = +local_domains
  deny message = relay not permitted
acl_data:
  warn condition = ${{if match{{$recipients}}{{slow@}}}}
       logwrite = {TAKING}
       delay = 5s
  deny condition = ${{if match{{$message_body}}{{REFUSE-THIS-CONTENT}}}}
       message = 554 5.7.1 content refused
  accept
begin routers
local:
  driver = accept
  domains = +local_domains
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = {folder}/mail
  maildir_format
  envelope_to_add
  return_path_add
  user = {user}
  group = {group}
begin retry
* * F,10m,1m
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{USER}}}}}{{eq{{$auth3}}{{{PASSWORD}}}}}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${{if and{{{{eq{{$auth1}}{{{USER}}}}}{{eq{{$auth2}}{{{PASSWORD}}}}}}}}}
  server_set_id = $auth1
"#
    )
}
