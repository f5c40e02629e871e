//! `cargo xtask bench rules`: what a decision of a table and a call of a script cost, beside gorules' `zen-engine` with the same
//! rules in the same run.
//!
//! Both engines decide every test row of the table alike before anything is measured. Rounds take turns, so that what else the
//! machine does meets all of them; of the rounds the median counts. Allocations are counted apart from the time.

mod counting;
mod ours;
#[cfg(feature = "zen")]
mod zen;

use std::{io::Write, time::Instant};

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::Counting;

/// Rounds of each contestant.
const ROUNDS: usize = 25;
/// Least time that a round takes: a tenth of a second.
const ROUND_NANOS: u128 = 100_000_000;

/// Something that is measured. `work` does it once for every input.
struct Contestant {
    name: &'static str,
    inputs: usize,
    work: Box<dyn FnMut()>,
}

/// What one costs, each time.
struct Cost {
    nanos: Vec<f64>,
    allocations: f64,
}

fn main() {
    let table = ours::table();
    let cases = ours::cases(&table);
    let mut contestants = vec![ours::decide(&table, &cases)];
    #[cfg(feature = "zen")]
    contestants.extend(zen::contestants(&table, &cases));
    contestants.extend([ours::script(), ours::script_elsewhere()]);
    print(&format!("rules: {} rules, {} inputs, {ROUNDS} rounds, medians", table.rules().len(), cases.len()));
    let costs = measure(&mut contestants);
    let first = &costs[0];
    for (contestant, cost) in contestants.iter().zip(&costs) {
        let nanos = median(cost.nanos.clone());
        let ratio = if contestant.name.starts_with("zen") {
            let ratios = cost.nanos.iter().zip(&first.nanos).map(|(theirs, own)| theirs / own).collect();
            format!("  {:.1} times peygir's decision", median(ratios))
        } else {
            String::new()
        };
        print(&format!(
            "  {:<34} {nanos:>8.0} ns {:>10.0} /s {:>6.1} allocations{ratio}",
            contestant.name,
            1e9 / nanos,
            cost.allocations
        ));
    }
}

/// Costs of all, round by round in turns.
fn measure(contestants: &mut [Contestant]) -> Vec<Cost> {
    let repeats: Vec<u32> = contestants.iter_mut().map(repeats).collect();
    let mut costs: Vec<Cost> = contestants
        .iter_mut()
        .map(|one| {
            let allocations = counting::count(|| (one.work)()) as f64 / one.inputs as f64;
            Cost { nanos: Vec::new(), allocations }
        })
        .collect();
    for _ in 0..ROUNDS {
        for ((one, repeats), cost) in contestants.iter_mut().zip(&repeats).zip(&mut costs) {
            let begun = Instant::now();
            (0..*repeats).for_each(|_| (one.work)());
            cost.nanos.push(begun.elapsed().as_nanos() as f64 / f64::from(*repeats) / one.inputs as f64);
        }
    }
    costs
}

/// How often the work is done in a round. Warms up what is remembered, too.
fn repeats(one: &mut Contestant) -> u32 {
    let begun = Instant::now();
    let mut times = 0;
    while begun.elapsed().as_nanos() < ROUND_NANOS {
        (one.work)();
        times += 1;
    }
    times
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn print(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
