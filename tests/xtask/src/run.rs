//! Running programs: where they stand, what they print, how they end.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result};

/// What a program printed and whether it ended well.
pub struct Ended {
    pub success: bool,
    pub stdout: String,
    pub stderr: String,
}

/// The repository's top folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("the crate lies two folders below the top").to_owned()
}

/// The folder of the built programs: this program stands there itself.
pub fn programs() -> Result<PathBuf> {
    let own = std::env::current_exe().context("this program does not know where it lies")?;
    Ok(own.parent().context("a program lies in a folder")?.to_owned())
}

/// Cargo, as it was called for this program.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// A line for the person who waits.
pub fn tell(line: &str) {
    eprintln!("xtask: {line}");
}

/// A line for whoever reads standard output. A reader that is gone is no reason to stop.
pub fn answer(line: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}

/// Runs a program with the person's own terminal; its standard output is shown as progress.
pub fn watch(command: &mut Command) -> Result<bool> {
    let name = name_of(command);
    let status = command
        .stdin(Stdio::null())
        .stdout(std::io::stderr())
        .status()
        .with_context(|| format!("{name} does not start"))?;
    Ok(status.success())
}

/// Runs a program to its end, showing every line as progress and keeping all of them.
pub fn watch_and_keep(command: &mut Command) -> Result<Ended> {
    let name = name_of(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{name} does not start"))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let errors = thread::spawn(move || stderr.map(show_lines).unwrap_or_default());
    let stdout = stdout.map(show_lines).unwrap_or_default();
    let stderr = errors.join().unwrap_or_default();
    Ok(Ended { success: child.wait()?.success(), stdout, stderr })
}

/// Whether a program can be run at all.
pub fn exists(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|end| end.success())
}

/// What programs print need not be text: what is not becomes a sign in its place.
fn show_lines(from: impl Read) -> String {
    let mut from = BufReader::new(from);
    let (mut all, mut line) = (String::new(), Vec::new());
    while from.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
        let text = String::from_utf8_lossy(&line);
        eprint!("{text}");
        all.push_str(&text);
        line.clear();
    }
    all
}

fn name_of(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}
