//! `cargo xtask`: what a developer and the CI do with the repository, a file for each command.
//!
//! Progress goes to standard error; standard output carries what another program may read. Knows nothing of the engine:
//! it runs programs and counts what they say.

mod bench;
mod conformance;
mod count;
mod fonts;
mod install;
#[expect(dead_code, reason = "the tests look a peer up by its name, here all are looked at")]
#[path = "../../src/peers/packages.rs"]
mod packages;
mod run;
mod simulate;
mod test;

use std::process::ExitCode;

/// Wrong usage, as `sysexits.h` has it.
const USAGE: u8 = 64;

const HELP: &str = "\
cargo xtask COMMAND

  test            Installs what the tests need from Debian's packages (as root; otherwise names the command that does),
                  builds everything and runs every test and scenario. The last line counts them:
                  `N passed, N failed, N skipped`. A peer that can't be had is a skip, and a failure when CI=true.
  conformance [--spec DIR]
                  Proves the language: the official kit against a local stand-in, the official examples, our own scenarios,
                  each also with the process ended behind every commit; writes docs/conformance.md. DIR is the folder of the
                  language's text; without it PEYGIR_DSL_SPEC, or ../shared/dsl/spec.
  bench [--quick] [--peer PATH] [--folder DIR] [NAME...]
                  Measures the server in a release build: a line a figure, each with what it is held against in the same run,
                  and writes docs/performance.md; then what steps, tasks and deadlines cost (`bench costs`). NAMEs are flow3,
                  intake, timers, rederive, resting, rebuild. PATH is the script run-restate.sh of the peer; DIR lies on the
                  disk that is measured (target/bench), needs some 35 GB for `resting` (7 where there is less room: then no page is
                  written) and is cleared. `--quick` is smaller and writes no page.
  bench costs     What a step and a task cost as flows grow, and a closure over 100,000 deadlines: ratios, about 1 is flat.
  bench rules     Measures what a decision of a table of 40 rules and a call of a script cost, in time and allocations, beside
                  gorules' zen-engine with the same rules in the same run. Where the peer can't be had, ours alone.
  simulate [--debug] [--seeds N] [--from S] [--seconds T] [--threads N] [--go-on]
  simulate [--debug] --seed ONE [--trace]
                  Runs the real engine over a simulated disk, clock and world, a seed a thread. A seed that finds something
                  is told with the commit, and the end is a failure; `--go-on` runs the others all the same. One seed gives
                  one run: `--trace` prints what happens in it.
  fonts [FOLDER]  Fetches the font Vazirmatn with npm, for the console. FOLDER is data/fonts where none is given.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["test"] => test::run(),
        ["conformance"] => conformance::run(None),
        ["conformance", "--spec", folder] => conformance::run(Some(folder)),
        ["bench", "rules"] => bench::rules(),
        ["bench", "costs"] => bench::costs(),
        ["bench", ref words @ ..] => bench::run(words),
        ["simulate", ref words @ ..] => simulate::run(words),
        ["fonts"] => fonts::run(fonts::FOLDER),
        ["fonts", folder] if !folder.starts_with('-') => fonts::run(folder),
        ["help" | "--help" | "-h"] => {
            run::answer(HELP.trim_end());
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(USAGE);
        }
    };
    done.unwrap_or_else(|error| {
        eprintln!("xtask: {error:#}");
        ExitCode::FAILURE
    })
}
