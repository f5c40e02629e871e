//! Fixed seeds, new seeds for a stated time, and the proof that the checkers can fail.

use std::time::Duration;

use peygir_simulation::{Campaign, Outcome, Report, Sabotage, one};

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
        tell(&format!("seed {seed}: {finding}\n  {}", last.join("\n  ")));
    }
    assert!(report.findings.is_empty(), "repeat one with `cargo xtask simulate --seed ONE --trace`");
    assert!(report.passed > 0, "nothing ran");
    assert!(report.too_little * TOO_LITTLE_ONE_IN <= report.passed, "too little is tried: {report:#?}");
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
    let campaign = Campaign { fixed: fixed.clone(), from: 0, seeds: 0, longest: None, threads: cores(), stops: false };
    let report = campaign.run(&quiet);
    assert_passed(&report);
    assert_eq!(report.passed + report.too_little, fixed.len() as u64);
}

#[test]
fn new_seeds_pass() {
    let given = std::env::var(SECONDS_VARIABLE).ok().and_then(|text| text.parse().ok());
    let seconds = Duration::from_secs(given.unwrap_or(NEW_SECONDS));
    let from = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), "seed") % 1_000_000_000;
    let threads = cores();
    let campaign =
        Campaign { fixed: Vec::new(), from, seeds: u64::MAX / 4, longest: Some(seconds), threads, stops: true };
    let report = campaign.run(&quiet);
    tell(&format!("{} new seeds from {from} on", report.passed + report.too_little));
    assert_passed(&report);
}

#[test]
fn every_sabotage_is_found_out() {
    for sabotage in Sabotage::ALL {
        let found = (0..SABOTAGE_SEEDS).find_map(|seed| Some((seed, one(seed, false, Some(sabotage)).finding?)));
        match found {
            Some((seed, finding)) => tell(&format!("{sabotage:?}: seed {seed}, {finding}")),
            None => panic!("{sabotage:?} is not found out within {SABOTAGE_SEEDS} seeds"),
        }
    }
}
