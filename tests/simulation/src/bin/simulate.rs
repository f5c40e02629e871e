//! The simulator by hand: `cargo xtask simulate` runs it.

use std::io::Write;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use peygir_simulation::{Campaign, FIRST_SEED, Outcome, Sabotage, commit, one};

/// As the binary has it; a third of a run is allocating.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const HELP: &str = "\
simulate [--seeds N] [--from S] [--seconds T] [--threads N] [--go-on]
simulate --seed ONE [--trace] [--sabotage NAME]
";
/// Wrong usage, as `sysexits.h` has it.
const USAGE: u8 = 64;
/// Seconds between two lines of progress.
const PROGRESS_SECONDS: u64 = 10;

#[derive(Default)]
struct Wanted {
    seeds: Option<u64>,
    from: Option<u64>,
    seconds: Option<u64>,
    threads: Option<u64>,
    seed: Option<u64>,
    sabotage: Option<Sabotage>,
    trace: bool,
    go_on: bool,
}

fn main() -> ExitCode {
    let Some(wanted) = read(std::env::args().skip(1)) else {
        say(HELP);
        return ExitCode::from(USAGE);
    };
    match wanted.seed {
        Some(seed) => single(seed, &wanted),
        None => many(&wanted),
    }
}

fn read(mut words: impl Iterator<Item = String>) -> Option<Wanted> {
    let mut wanted = Wanted::default();
    while let Some(word) = words.next() {
        let place = match word.as_str() {
            "--trace" => {
                wanted.trace = true;
                continue;
            }
            "--go-on" => {
                wanted.go_on = true;
                continue;
            }
            "--sabotage" => {
                let name = words.next()?;
                wanted.sabotage = Some(*Sabotage::ALL.iter().find(|one| format!("{one:?}") == name)?);
                continue;
            }
            "--seeds" => &mut wanted.seeds,
            "--from" => &mut wanted.from,
            "--seconds" => &mut wanted.seconds,
            "--threads" => &mut wanted.threads,
            "--seed" => &mut wanted.seed,
            _ => return None,
        };
        *place = Some(words.next()?.parse().ok()?);
    }
    Some(wanted)
}

fn single(seed: u64, wanted: &Wanted) -> ExitCode {
    let outcome = one(seed, wanted.trace, wanted.sabotage);
    say(&format!("seed {seed}: trace {:016x} of {} lines, {:?}\n", outcome.hash, outcome.lines, outcome.counts));
    ended(seed, &outcome)
}

fn ended(seed: u64, outcome: &Outcome) -> ExitCode {
    match &outcome.finding {
        None => ExitCode::SUCCESS,
        Some(finding) => {
            outcome.last.iter().for_each(|line| say(&format!("  {line}\n")));
            say(&format!("seed {seed}, commit {}: {finding}\n", commit()));
            ExitCode::FAILURE
        }
    }
}

fn many(wanted: &Wanted) -> ExitCode {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let seeds = wanted.seeds.unwrap_or(if wanted.seconds.is_some() { u64::MAX / 2 } else { 100 });
    let campaign = Campaign {
        fixed: Vec::new(),
        from: wanted.from.unwrap_or(FIRST_SEED),
        seeds,
        longest: wanted.seconds.map(Duration::from_secs),
        threads: wanted.threads.map_or(cores, |threads| threads as usize),
        stops: !wanted.go_on,
        begins: |_| (),
    };
    let (begun, through, told) = (Instant::now(), AtomicU64::new(0), AtomicU64::new(0));
    let report = campaign.run(&|seed, outcome| {
        let through = through.fetch_add(1, Ordering::SeqCst) + 1;
        if outcome.finding.is_some() {
            ended(seed, outcome);
        }
        let elapsed = begun.elapsed().as_secs();
        if elapsed / PROGRESS_SECONDS > told.swap(elapsed / PROGRESS_SECONDS, Ordering::SeqCst) {
            say(&format!("{through} seeds, {elapsed} s\n"));
        }
    });
    say(&format!("{:?}\n", report.counts));
    say(&format!(
        "{} seeds passed, {} tried too little and do not count, {} findings, {} s\n",
        report.passed,
        report.too_little.len(),
        report.findings.len(),
        begun.elapsed().as_secs()
    ));
    if report.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn say(text: &str) {
    // Whoever closed the output wants no more of it.
    let _ = std::io::stdout().write_all(text.as_bytes());
}
