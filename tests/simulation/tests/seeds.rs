//! Fixed seeds, new seeds for a stated time, and the proof that the checkers can fail.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use peygir_simulation::{Campaign, FIRST_SEED, Outcome, Report, Sabotage, commit, one};

/// Seconds for new seeds where nobody says otherwise.
const NEW_SECONDS: u64 = 60;
/// Names another time for new seeds, in seconds.
const SECONDS_VARIABLE: &str = "PEYGIR_SIMULATION_SECONDS";
/// Seeds within which every sabotage must be found out.
const SABOTAGE_SEEDS: u64 = 40;
/// One run in so many may try too little.
const TOO_LITTLE_ONE_IN: u64 = 4;

/// One seed a line; what stands behind `#` says why.
fn fixed() -> Vec<u64> {
    let lines = include_str!("../seeds.txt").lines().filter_map(|line| line.split('#').next()?.trim().parse().ok());
    lines.collect()
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[expect(clippy::print_stdout, reason = "what a failing run has to say is read in its output")]
fn tell(text: &str) {
    println!("{text}");
}

fn assert_passed(report: &Report) {
    for (seed, (finding, last)) in &report.findings {
        tell(&format!("seed {seed}, commit {}: {finding}\n  {}", commit(), last.join("\n  ")));
    }
    let seeds: Vec<u64> = report.findings.keys().copied().collect();
    let commit = commit();
    assert!(
        seeds.is_empty(),
        "seeds {seeds:?}, commit {commit}: repeat one with `cargo xtask simulate --seed ONE --trace`"
    );
    assert!(report.passed > 0, "nothing ran");
    let too_little = report.too_little.len() as u64;
    assert!(too_little * TOO_LITTLE_ONE_IN <= report.passed, "too little is tried, commit {commit}: {report:#?}");
}

/// What is running when the process is ended from outside: nothing else would say which seed it was.
#[expect(clippy::print_stderr, reason = "it is read where a run never came to its end")]
fn begins(seed: u64) {
    eprintln!("seed {seed} begins, commit {}", commit());
}

fn quiet(_: u64, _: &Outcome) {}

#[test]
fn the_same_seed_gives_the_same_run() {
    for seed in [1, 2] {
        let (one, two) = (one(seed, false, None), one(seed, false, None));
        assert_eq!((one.hash, one.lines, one.counts), (two.hash, two.lines, two.counts), "seed {seed}");
        assert!(one.lines > 100);
    }
}

#[test]
fn fixed_seeds_pass() {
    let fixed = fixed();
    let campaign =
        Campaign { fixed: fixed.clone(), from: 0, seeds: 0, longest: None, threads: cores(), stops: false, begins };
    let report = campaign.run(&quiet);
    assert_passed(&report);
    assert_eq!(
        report.too_little,
        [].into(),
        "a seed that tries too little proves nothing: take it out or mend the run"
    );
    assert_eq!(report.passed, fixed.len() as u64);
}

#[test]
fn new_seeds_pass() {
    let given = std::env::var(SECONDS_VARIABLE).ok().and_then(|text| text.parse().ok());
    let seconds = Duration::from_secs(given.unwrap_or(NEW_SECONDS));
    let from = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), "seed") % 1_000_000_000 + FIRST_SEED;
    let threads = cores();
    let campaign =
        Campaign { fixed: Vec::new(), from, seeds: u64::MAX / 4, longest: Some(seconds), threads, stops: true, begins };
    let report = campaign.run(&quiet);
    tell(&format!("{} new seeds from {from} on", report.passed + report.too_little.len() as u64));
    assert_passed(&report);
}

/// By the statement that is meant for it: what another statement happens to notice proves nothing of this one.
#[test]
fn every_sabotage_is_found_out() {
    let (next, missed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..cores() {
            scope.spawn(|| {
                while let Some(sabotage) = Sabotage::ALL.get(next.fetch_add(1, Ordering::SeqCst)) {
                    missed.lock().unwrap().extend(missing(*sabotage));
                }
            });
        }
    });
    let missed = missed.into_inner().unwrap();
    assert!(missed.is_empty(), "not found out, commit {}:\n{}", commit(), missed.join("\n"));
}

/// What is told of a sabotage that is not found out; nothing of one that is.
fn missing(sabotage: Sabotage) -> Option<String> {
    let mut others = BTreeMap::new();
    for seed in 0..SABOTAGE_SEEDS {
        let Some(finding) = one(seed, false, Some(sabotage)).finding else { continue };
        if sabotage.found_by().contains(&finding.statement) {
            tell(&format!("{sabotage:?}: seed {seed}, {finding}"));
            return None;
        }
        others.entry(finding.statement).or_insert(format!("seed {seed}, {}", finding.what));
    }
    Some(format!("{sabotage:?} within {SABOTAGE_SEEDS} seeds; others found {others:?}"))
}
