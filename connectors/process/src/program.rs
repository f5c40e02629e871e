//! A program's life: its folder, its process group, its streams, its end.
//!
//! However it ends, whoever is left of its group is killed and its folder removed: when this future is dropped, too.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use peygir_connector::{Fault, FaultKind};
use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, Command};

use crate::asked::{Asked, What};
use crate::config::Config;
use crate::outcome::Ended;

const OWNER_ONLY: u32 = 0o700;
/// How often, and how far apart, the removal of a folder is tried that a killed program may still be writing to.
const REMOVALS_MAX: u32 = 20;
const REMOVAL_PAUSE: Duration = Duration::from_millis(50);

pub(crate) async fn run(asked: &Asked<'_>, config: &Config) -> Result<Ended, Fault> {
    let folder = Folder::new().map_err(|error| machine(&error))?;
    let mut command = command(asked, config, &folder).map_err(|error| machine(&error))?;
    let mut child = command.spawn().map_err(|error| not_started(&error))?;
    let group = Group::of(&child);
    let ended = tokio::time::timeout(config.timeout, life(&mut child, &group, asked, config)).await;
    // Dropped in this order: first nobody runs any more, then the folder goes.
    drop(group);
    drop(folder);
    ended.unwrap_or_else(|_| {
        let told = format!("it ran for longer than {} seconds and was ended", config.timeout.as_secs());
        // How it ended is known: there is nothing to ask a person.
        Err(Fault::temporary(FaultKind::Timeout, told))
    })
}

fn command(asked: &Asked<'_>, config: &Config, folder: &Folder) -> io::Result<Command> {
    let mut command = Command::new(asked.program);
    let work = folder.path().join("work");
    std::fs::create_dir(&work)?;
    match &asked.what {
        What::Script { code, file } => {
            let path = folder.path().join(file);
            std::fs::write(&path, code)?;
            command.arg(path);
        }
        // What follows the command is its `$0`.
        What::Command(text) => drop(command.arg("-c").arg(text).arg(asked.program)),
    }
    let inherited = config.environment.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    command
        .args(&asked.arguments)
        .env_clear()
        .envs(inherited)
        .env("TMPDIR", &work)
        .envs(asked.environment.iter().map(|(name, value)| (name, value)))
        .current_dir(&work)
        .stdin(if asked.stdin.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    Ok(command)
}

/// Until the program and whoever it left behind have ended, and all that they said was read.
async fn life(child: &mut Child, group: &Group, asked: &Asked<'_>, config: &Config) -> Result<Ended, Fault> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let end = async {
        let status = child.wait().await.map_err(|error| machine(&error))?;
        // Nobody that it left behind may keep the streams open.
        group.kill();
        Ok(status)
    };
    let fed = async {
        feed(stdin, asked.stdin.as_deref()).await;
        Ok(())
    };
    let max = config.output_bytes_max;
    let (status, (), stdout, stderr) =
        tokio::try_join!(end, fed, take(stdout, "output", max), take(stderr, "error output", max))?;
    Ok(Ended { status, stdout, stderr })
}

/// A program need not read what it is given.
async fn feed(stdin: Option<ChildStdin>, text: Option<&str>) {
    if let (Some(mut stdin), Some(text)) = (stdin, text) {
        drop(stdin.write_all(text.as_bytes()).await);
        drop(stdin.shutdown().await);
    }
}

async fn take(stream: Option<impl AsyncRead + Unpin>, what: &str, bytes_max: usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let Some(stream) = stream else { return Ok(bytes) };
    let limit = bytes_max as u64 + 1;
    stream.take(limit).read_to_end(&mut bytes).await.map_err(|error| machine(&error))?;
    if bytes.len() > bytes_max {
        let told = format!("its {what} is longer than {bytes_max} bytes, and it was ended");
        return Err(Fault::permanent(FaultKind::Runtime, told));
    }
    Ok(bytes)
}

/// The machine has no room for it.
fn machine(error: &io::Error) -> Fault {
    Fault::temporary(FaultKind::Unavailable, format!("the machine cannot run it: {}", error.kind()))
}

fn not_started(error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => {
            let told = format!("the program cannot be started: {}", error.kind());
            Fault::permanent(FaultKind::Configuration, told)
        }
        io::ErrorKind::ArgumentListTooLong => {
            Fault::permanent(FaultKind::Content, "command, arguments and environment are too long together")
        }
        _ => machine(error),
    }
}

/// The process group that a program leads. It is killed with this value.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)))
    }

    fn kill(&self) {
        if let Some(group) = self.0 {
            // It may have nobody in it any more.
            kill_process_group(group, Signal::KILL).ok();
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A folder that nobody else can read.
struct Folder(Option<TempDir>);

impl Folder {
    fn new() -> io::Result<Self> {
        let own = Permissions::from_mode(OWNER_ONLY);
        tempfile::Builder::new().prefix("peygir-run-").permissions(own).tempdir().map(|folder| Self(Some(folder)))
    }

    fn path(&self) -> &Path {
        self.0.as_ref().map_or(Path::new(""), TempDir::path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let Some(folder) = self.0.take() else { return };
        match tokio::runtime::Handle::try_current() {
            // The disk is waited for on a thread that may wait.
            Ok(runtime) => drop(runtime.spawn_blocking(move || remove(folder))),
            Err(_) => remove(folder),
        }
    }
}

/// Somebody who was killed may still be on the way out.
fn remove(folder: TempDir) {
    let path = folder.keep();
    for _ in 0..REMOVALS_MAX {
        if std::fs::remove_dir_all(&path).is_ok() || !path.exists() {
            return;
        }
        std::thread::sleep(REMOVAL_PAUSE);
    }
}
