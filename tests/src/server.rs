//! The served binary under test: built once, started on a folder of its own, killed and started again.
//!
//! Owns: the deployment it runs (the shipped example, with channels as the test wants them), its data folder, its output.
//! Knows nothing of what is asked of it: that is [`crate::client`]'s.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::peers::free_port;

/// Longest wait for a server to answer, on a loaded machine.
const READY_TIMEOUT: Duration = Duration::from_secs(60);
/// Longest wait for a server that was asked to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(10);
/// What a gateway must name to call the `sms` connector of a [`Site`].
pub const CALLBACK_SECRET: &str = "callback-secret-of-the-tests";

/// The repository's root.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository")
}

/// The binary `peygir`, built on the first call. `PEYGIR_BINARY` names one that is built already.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| match std::env::var_os("PEYGIR_BINARY") {
        Some(path) => PathBuf::from(path),
        None => build(),
    })
}

fn build() -> PathBuf {
    let output = Command::new(env!("CARGO"))
        // Cargo told it to this test; a build script that looks at it would be run anew, here and after us.
        .env_remove("CARGO_MANIFEST_DIR")
        .args(["build", "--quiet", "--package", "peygir", "--message-format", "json-render-diagnostics"])
        .current_dir(repository())
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "the binary can't be built");
    let messages = String::from_utf8(output.stdout).expect("cargo writes UTF-8");
    let executable = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find_map(|message| message["executable"].as_str().map(PathBuf::from));
    executable.expect("cargo names the executable it built")
}

/// A deployment with its data folder, on a port of its own. It outlives the servers that are started on it.
pub struct Site {
    root: tempfile::TempDir,
    port: u16,
    started: AtomicUsize,
}

impl Site {
    /// The shipped example as it is: no gateway, everything goes to the outbox.
    pub fn without_gateway() -> Self {
        Self::new("  outbox: { use: outbox }", "{ sms: outbox, mail: outbox }")
    }

    /// As [`Site::without_gateway`], with an outbox that keeps texts in clear: deployments may ask for that.
    pub fn keeping_bodies() -> Self {
        Self::new("  outbox: { use: outbox, settings: { bodies: true } }", "{ sms: outbox, mail: outbox }")
    }

    /// SMS goes to a gateway on a loopback port, mail to the outbox.
    pub fn with_gateway(gateway: SocketAddr) -> Self {
        let settings = format!(
            "url: 'http://{gateway}/cgi-bin/sendsms', username: peygir, password: {{ file: kannel.password }}, from: '6133'"
        );
        let port = free_port();
        let callback = format!("callbackBase: 'http://127.0.0.1:{port}/connectors/sms'");
        let connectors = format!(
            "  outbox: {{ use: outbox }}\n  sms:\n    use: sms\n    settings: {{ {settings}, {callback} }}\n    \
             callbackSecret: {{ file: kannel.secret }}"
        );
        Self::on_port(port, &connectors, "{ sms: sms, mail: outbox }")
    }

    fn new(connectors: &str, channels: &str) -> Self {
        Self::on_port(free_port(), connectors, channels)
    }

    /// A deployment of another kind, which `write` puts into the folder that it is given.
    pub fn of(write: impl FnOnce(&Path)) -> Self {
        let site = Self::empty(free_port());
        write(&site.deployment());
        site
    }

    fn empty(port: u16) -> Self {
        let root = tempfile::tempdir().expect("a scratch folder can be made");
        let site = Self { root, port, started: AtomicUsize::new(0) };
        fs::create_dir_all(site.deployment()).expect("a folder can be made");
        fs::create_dir_all(site.logs()).expect("a folder can be made");
        site
    }

    fn on_port(port: u16, connectors: &str, channels: &str) -> Self {
        let site = Self::empty(port);
        let write = |name: &str, text: &str| {
            let path = site.deployment().join(name);
            fs::write(&path, text).expect("a file can be written");
            // Secrets that others may read are refused.
            restrict(&path);
        };
        write("deployment.yaml", &deployment(connectors, channels));
        write("kannel.password", "gateway-password");
        write("kannel.secret", CALLBACK_SECRET);
        site
    }

    pub fn deployment(&self) -> PathBuf {
        self.root.path().join("deployment")
    }

    pub fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    /// Where the outputs of all servers of this site lie.
    pub fn logs(&self) -> PathBuf {
        self.root.path().join("logs")
    }

    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// The administrator's token, written by the first start.
    pub fn token(&self) -> String {
        let text = fs::read_to_string(self.data().join("bootstrap.token"));
        text.expect("the first start writes the token").trim().to_owned()
    }

    /// Starts a server and waits until it answers. A server that ends instead gives its status and what it said.
    pub fn start(&self) -> Server {
        self.start_with(&[]).unwrap_or_else(|ended| panic!("the server ended: {ended:?}"))
    }

    pub fn start_with(&self, environment: &[(&str, &str)]) -> Result<Server, Ended> {
        self.when_ready(self.launch(environment))
    }

    /// Starts a server with more arguments, and waits until it answers.
    pub fn start_as(&self, arguments: &[&str]) -> Result<Server, Ended> {
        let number = self.started.load(Ordering::Relaxed);
        self.when_ready(self.launch_as(&self.logs().join(format!("{number:03}.err")), &[], arguments))
    }

    /// Starts a server that writes its log elsewhere, and waits until it answers.
    pub fn start_logging_to(&self, log: &Path, environment: &[(&str, &str)]) -> Result<Server, Ended> {
        self.when_ready(self.launch_logging_to(log, environment))
    }

    fn when_ready(&self, mut server: Server) -> Result<Server, Ended> {
        let deadline = Instant::now() + READY_TIMEOUT;
        while !self.answers() {
            if let Ok(Some(status)) = server.child.try_wait() {
                return Err(Ended { status, said: server.said() });
            }
            assert!(Instant::now() < deadline, "the server is not ready:\n{}", server.said());
            std::thread::sleep(POLL);
        }
        Ok(server)
    }

    /// Starts a server without waiting for it.
    pub fn launch(&self, environment: &[(&str, &str)]) -> Server {
        let number = self.started.load(Ordering::Relaxed);
        self.launch_logging_to(&self.logs().join(format!("{number:03}.err")), environment)
    }

    fn launch_logging_to(&self, errors: &Path, environment: &[(&str, &str)]) -> Server {
        self.launch_as(errors, environment, &[])
    }

    fn launch_as(&self, errors: &Path, environment: &[(&str, &str)], arguments: &[&str]) -> Server {
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let output = self.logs().join(format!("{number:03}.out"));
        let create = |path: &Path| File::create(path).expect("a log can be made");
        let child = Command::new(binary())
            .arg("serve")
            .arg(self.deployment())
            .arg("--data")
            .arg(self.data())
            .args(["--listen", &self.address().to_string()])
            .args(arguments)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(create(&output))
            .stderr(create(errors))
            .spawn()
            .expect("the binary starts");
        Server { child, errors: errors.to_owned() }
    }

    /// Runs another command of the binary to its end. `{data}` in an argument stands for the data folder.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, &[])
    }

    /// As [`Site::run`], with variables of the environment.
    pub fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        let data = self.data().display().to_string();
        let arguments = arguments.iter().map(|argument| argument.replace("{data}", &data));
        let mut command = Command::new(binary());
        command.args(arguments).envs(environment.iter().copied()).current_dir(self.root.path());
        command.output().expect("the binary runs")
    }

    /// SHA-256 of all rows, and what the opening said. The server must be down.
    pub fn digest(&self) -> (String, String) {
        let output = self.run(&["journal", "digest", "--data", "{data}"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "no digest: {said}");
        (String::from_utf8_lossy(&output.stdout).trim().to_owned(), said)
    }

    /// Says what `peygir journal verify` says; the server may be up.
    pub fn verify(&self) -> Result<String, String> {
        let output = self.run(&["journal", "verify", "--data", "{data}"]);
        let of = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() { Ok(of(&output.stdout)) } else { Err(of(&output.stderr)) }
    }

    /// The files of the journal, oldest first.
    pub fn segments(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = fs::read_dir(self.data().join("store/journal"))
            .expect("there is a journal")
            .map(|entry| entry.expect("the folder can be read").path())
            .collect();
        files.sort();
        files
    }

    fn answers(&self) -> bool {
        let asked = TcpStream::connect_timeout(&self.address(), Duration::from_secs(1)).and_then(|mut stream| {
            stream.set_read_timeout(Some(Duration::from_secs(2)))?;
            stream.write_all(b"GET /api/v1/healthz HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            Ok(answer)
        });
        asked.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
    }
}

/// The shipped deployment with other connectors, its packs by absolute path.
fn deployment(connectors: &str, channels: &str) -> String {
    let example = repository().join("examples/one-province");
    let text = fs::read_to_string(example.join("deployment.yaml")).expect("the example is there");
    let mut written = String::new();
    let mut in_connectors = false;
    for line in text.lines() {
        in_connectors &= line.starts_with([' ', '#']);
        if in_connectors {
            continue;
        }
        let line = match line.split_once(':').map(|(key, _)| key) {
            Some("packs") => format!("packs: [ {:?}, {:?} ]", repository(), example.join("pack")),
            Some("connectors") => {
                in_connectors = true;
                format!("connectors:\n{connectors}")
            }
            Some("channels") => format!("channels: {channels}"),
            _ => line.to_owned(),
        };
        written += &line;
        written.push('\n');
    }
    written
}

fn restrict(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("permissions can be set");
}

/// How a server ended by itself.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    /// Its standard error.
    pub said: String,
}

/// A running server; dropping it kills it.
pub struct Server {
    child: Child,
    errors: PathBuf,
}

impl Server {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// What it has written to standard error so far.
    pub fn said(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.errors).unwrap_or_default()).into_owned()
    }

    /// `kill -9`: nothing of the process runs after it.
    pub fn kill(mut self) {
        self.child.kill().expect("the server is ours to kill");
        self.child.wait().expect("the server can be waited for");
    }

    /// Asks it to stop and waits until it has.
    pub fn stop(mut self) -> ExitStatus {
        let pid = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status().expect("there is kill");
        assert!(asked.success());
        let deadline = Instant::now() + STOP_TIMEOUT;
        loop {
            if let Some(status) = self.child.try_wait().expect("the server can be waited for") {
                return status;
            }
            assert!(Instant::now() < deadline, "the server does not stop:\n{}", self.said());
            std::thread::sleep(POLL);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
