//! Many seeds, one a thread.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{panic, thread};

use crate::checks::enough::Counts;
use crate::finding::{Finding, found};
use crate::run::{Outcome, run};
use crate::sabotage::Sabotage;
use crate::samples::Samples;

/// Which seeds.
#[derive(Debug, Clone)]
pub struct Campaign {
    /// These first.
    pub fixed: Vec<u64>,
    /// Then those from here on.
    pub from: u64,
    /// So many of them.
    pub seeds: u64,
    /// No new seed is begun after this.
    pub longest: Option<Duration>,
    /// Seeds at one time.
    pub threads: usize,
    /// One that fails ends it.
    pub stops: bool,
    /// Hears of each seed that begins: one that never ends, or takes the process with it, has no other trace.
    pub begins: fn(u64),
}

/// What it came to.
#[derive(Debug, Default)]
pub struct Report {
    /// That passed.
    pub passed: u64,
    /// In which too little was tried, with what was too little: they count for nothing.
    pub too_little: BTreeMap<u64, Finding>,
    pub counts: Counts,
    /// Failures by their seeds, with the last lines of what happened.
    pub findings: BTreeMap<u64, (Finding, Vec<String>)>,
}

/// Runs one seed; a panic of the simulation itself is a finding too.
pub fn one(seed: u64, prints: bool, sabotage: Option<Sabotage>) -> Outcome {
    let outcome = panic::catch_unwind(|| run(seed, prints, sabotage));
    outcome.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let finding = Some(found("panic", text.unwrap_or_default()));
        Outcome {
            counts: Counts::default(),
            hash: 0,
            lines: 0,
            finding,
            too_little: None,
            last: Vec::new(),
            samples: Samples::default(),
        }
    })
}

impl Campaign {
    /// `tell` hears of each seed that is through.
    pub fn run(&self, tell: &(dyn Fn(u64, &Outcome) + Sync)) -> Report {
        let begun = Instant::now();
        let next = AtomicU64::new(0);
        let stop = AtomicBool::new(false);
        let report = Mutex::new(Report::default());
        thread::scope(|scope| {
            for _ in 0..self.threads.max(1) {
                scope.spawn(|| {
                    while let Some(seed) = self.seed(next.fetch_add(1, Ordering::SeqCst), begun, &stop) {
                        (self.begins)(seed);
                        let outcome = one(seed, false, None);
                        tell(seed, &outcome);
                        if outcome.finding.is_some() && self.stops {
                            stop.store(true, Ordering::SeqCst);
                        }
                        report.lock().unwrap_or_else(PoisonError::into_inner).add(seed, outcome);
                    }
                });
            }
        });
        report.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn seed(&self, number: u64, begun: Instant, stop: &AtomicBool) -> Option<u64> {
        if stop.load(Ordering::SeqCst) {
            return None;
        }
        if let Some(seed) = self.fixed.get(number as usize) {
            return Some(*seed);
        }
        let number = number - self.fixed.len() as u64;
        let in_time = self.longest.is_none_or(|longest| begun.elapsed() < longest);
        (in_time && number < self.seeds).then(|| self.from + number)
    }
}

impl Report {
    fn add(&mut self, seed: u64, outcome: Outcome) {
        self.counts += outcome.counts;
        match (outcome.finding, outcome.too_little) {
            (Some(finding), _) => drop(self.findings.insert(seed, (finding, outcome.last))),
            (None, Some(lack)) => drop(self.too_little.insert(seed, lack)),
            (None, None) => self.passed += 1,
        }
    }
}
