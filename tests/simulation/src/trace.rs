//! What happened, in order: a hash of all of it, by which two runs of one seed are compared, and the lines for people.

use std::sync::{Mutex, MutexGuard, PoisonError};

use peygir_core::Moment;

/// The last lines that a finding is told with.
const LAST_LINES: usize = 40;

#[derive(Debug, Default)]
struct Lines {
    hash: u64,
    count: u64,
    last: std::collections::VecDeque<String>,
}

#[derive(Debug)]
pub struct Trace {
    lines: Mutex<Lines>,
    prints: bool,
}

impl Trace {
    /// `prints`: each line to standard error, as it happens.
    pub fn new(prints: bool) -> Self {
        Self { lines: Mutex::new(Lines { hash: 0xcbf2_9ce4_8422_2325, ..Lines::default() }), prints }
    }

    pub fn note(&self, at: Moment, what: &str) {
        let line = format!("{at} {what}");
        let mut lines = self.lines();
        for byte in line.bytes() {
            lines.hash = (lines.hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        lines.count += 1;
        if self.prints {
            eprintln!("{line}");
        }
        if lines.last.len() == LAST_LINES {
            lines.last.pop_front();
        }
        lines.last.push_back(line);
    }

    /// Hash and number of all lines so far.
    pub fn hash(&self) -> (u64, u64) {
        let lines = self.lines();
        (lines.hash, lines.count)
    }

    pub fn last(&self) -> Vec<String> {
        self.lines().last.iter().cloned().collect()
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
