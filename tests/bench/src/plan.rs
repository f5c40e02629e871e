//! How long and how often it is measured, where, and beside whom.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};

/// Cases at rest, where there is room for them: each takes some 35 KB of disk in all while they are looked at.
pub const CASES: usize = 1_000_000;
/// The same where there is not.
const CASES_IN_LITTLE_ROOM: usize = 200_000;
/// Room on the disk that a million cases need, in bytes.
const ROOM_BYTES: u64 = 40_000_000_000;

/// What can be measured alone.
const BENCHES: [&str; 6] = ["flow3", "intake", "timers", "rederive", "resting", "rebuild"];

/// What whoever calls it has asked for.
pub struct Plan {
    /// On the disk that is measured; cleared afterwards.
    pub folder: PathBuf,
    /// Script of the peer that `flow3` is held against.
    pub peer: Option<PathBuf>,
    pub rounds: usize,
    pub lasting: Duration,
    /// Cases at rest; without it, as many as there is room for.
    pub resting: Option<usize>,
    /// Timers that are due in one second.
    pub timers: usize,
    /// Deadlines that a closure moves.
    pub deadlines: usize,
    /// The benches to run; all where none is named.
    pub only: Vec<String>,
    pub quick: bool,
    /// Cases at rest that an earlier run left are looked at again, and left for another.
    pub again: bool,
}

impl Plan {
    pub fn of(arguments: &[String]) -> Result<Self> {
        let mut plan = Self {
            folder: PathBuf::from("target/bench"),
            peer: None,
            rounds: 5,
            lasting: Duration::from_secs(10),
            resting: None,
            timers: 100_000,
            deadlines: 100_000,
            only: Vec::new(),
            quick: false,
            again: false,
        };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().map(String::as_str).ok_or_else(|| anyhow::anyhow!("{word} needs a value"));
            match word.as_str() {
                "--quick" => {
                    plan.quick = true;
                    (plan.rounds, plan.lasting) = (3, Duration::from_secs(3));
                    (plan.resting, plan.timers, plan.deadlines) = (Some(20_000), 10_000, 10_000);
                }
                "--again" => plan.again = true,
                "--peer" => plan.peer = Some(value()?.into()),
                "--folder" => plan.folder = value()?.into(),
                "--rounds" => plan.rounds = value()?.parse()?,
                "--seconds" => plan.lasting = Duration::from_secs_f64(value()?.parse()?),
                "--resting" => plan.resting = Some(value()?.parse()?),
                "--timers" => plan.timers = value()?.parse()?,
                "--deadlines" => plan.deadlines = value()?.parse()?,
                name if BENCHES.contains(&name) => plan.only.push(name.to_owned()),
                name if name.starts_with('-') => bail!("{word}: there is no such option"),
                _ => bail!("{word}: there is no such bench; there are {}", BENCHES.join(", ")),
            }
        }
        Ok(plan)
    }

    /// Cases at rest that are made.
    pub fn cases(&self) -> usize {
        let has_room = || {
            let found = rustix::fs::statvfs(&self.folder);
            found.is_ok_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) >= ROOM_BYTES)
        };
        self.resting.unwrap_or_else(|| if has_room() { CASES } else { CASES_IN_LITTLE_ROOM })
    }

    /// Whether a bench is to be run.
    pub fn has(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &str) -> Result<Plan> {
        Plan::of(&words.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_bench_that_is_not_there_is_told_and_not_passed_over() {
        let told = |words| of(words).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(told("nonsense").contains("flow3"), "{}", told("nonsense"));
        assert!(told("--nonsense").contains("option") && told("flow3 --peer").contains("needs a value"));
        assert!(of("rederive --quick").is_ok_and(|plan| plan.has("rederive") && !plan.has("flow3")));
    }
}
