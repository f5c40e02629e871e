//! The serving process as whoever measures it sees it: started, asked how much memory and time it takes, ended.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::site::Site;

/// Of the system's account of processes at work.
const TICKS_A_SECOND: f64 = 100.0;

/// A serving process; dropping it kills it.
pub struct Server {
    child: Child,
    /// Its end tells the process to stop.
    input: Option<ChildStdin>,
    pub address: SocketAddr,
    pub token: String,
}

impl Server {
    /// Starts it and waits until it says that it listens.
    pub fn start(site: &Site) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("host")
            .args([site.deployment(), site.data()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the serving process does not start")?;
        let input = child.stdin.take();
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("its output is read")?).read_line(&mut line)?;
        let said = line.trim().split_once(' ').and_then(|(address, token)| Some((address.parse().ok()?, token)));
        let Some((address, token)) = said else {
            let _ = child.kill();
            let _ = child.wait();
            anyhow::bail!("the serving process ended before it served");
        };
        Ok(Self { child, input, address, token: token.to_owned() })
    }

    /// Processor time that it has taken so far, of all its threads.
    pub fn cpu(&self) -> Duration {
        cpu_of(self.child.id())
    }

    /// Resident memory now and at most so far, in MiB.
    pub fn memory_mib(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let of = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) >> 10
        };
        (of("VmRSS:"), of("VmHWM:"))
    }

    /// Tells it to stop and waits until it has.
    pub fn stop(mut self) -> Result<()> {
        drop(self.input.take());
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(120) {
            if let Some(status) = self.child.try_wait()? {
                ensure!(status.success(), "the serving process ended with {status}");
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        anyhow::bail!("the serving process does not stop")
    }

    /// `kill -9`.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn cpu_of(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_secs_f64(ticks as f64 / TICKS_A_SECOND)
}
