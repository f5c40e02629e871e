//! `peygir test`: scenarios on a virtual clock, the rows of tables, overlays and scripts, and faults put into tables.

mod gather;
mod mutants;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use peygir_casework::text::search_key;
use peygir_runtime::pack;
use peygir_source::render::Language;

use self::gather::{Testable, unreadable};
use super::local::Lang;
use super::serve::script_deadline;
use crate::answer::line;
use crate::deployment_folder;
use crate::progress;
use crate::report::{self, FileReport, Kind, ScriptCoverage, Totals};
use crate::rows;
use crate::said::Said;
use crate::scenario::{Mode, Outside, Player};

/// Run scenarios and the tests of tables and scripts; exit 1 where one fails.
///
/// A path is a file, a folder, a pack or a deployment; what can be tested below it is tested:
///
///   *.feature        scenarios in Gherkin, English or Persian, on a virtual clock: hours pass at once
///   decision tables  the tests they carry
///   *.overlay.yaml   their tests and those of the table below, on the merged table of each place: of the deployment, or
///                    of the pack above the file and the packs beside it that it lies over
///   *.test.yaml      rows beside a script of the same name
///
/// Of each script it is told which of its lines with code those rows run; of a script without rows, none.
///
/// Each scenario runs on a fresh engine with gateways that send nothing. A line is printed for each file, then what
/// failed: where, what was expected, what was found, and what had happened to the case. The steps that scenarios are
/// written in stand in docs/scenarios.md.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// Files or folders, such as workflows rules
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Only scenarios and rows whose name contains this
    #[arg(long, value_name = "NAME")]
    filter: Option<String>,
    /// Play each scenario once more with the process ended behind every commit, and compare what flows did
    ///
    /// Memory is gone each time; the store, the clock and the peers go on. Requests are cut twice: before they are sent,
    /// and after, so that their answers are lost. The first scenario of each file is cut over a store of files too.
    #[arg(long)]
    kill_points: bool,
    /// Deployment whose connectors carry out the calls of flows that scenarios bring with them, over the real network
    #[arg(long, value_name = "FOLDER")]
    connectors: Option<PathBuf>,
    /// Deployment that says which packs lie below those of overlays
    ///
    /// A pack that is not in it is tried in the place of the one of its name, or over the others.
    #[arg(long, value_name = "FOLDER", value_parser = deployment_folder::parse)]
    deployment: Option<PathBuf>,
    /// Put small faults into each table and merged table, and count those that analysis, limits or rows notice
    ///
    /// A rule is taken out, moved or widened, a limit broken, a cell or an answer changed. What nobody notices is named
    /// with the row that is missing.
    #[arg(long, conflicts_with_all = ["kill_points", "connectors", "coverage"])]
    mutants: bool,
    /// With --mutants: exit 1 where fewer of a hundred are noticed in one table
    #[arg(long, value_name = "PERCENT", default_value_t = 95, requires = "mutants",
          value_parser = clap::value_parser!(u8).range(0..=100))]
    least: u8,
    /// Language of what is printed
    #[arg(long, value_enum, default_value_t = Lang::En)]
    lang: Lang,
    /// Print each script with a mark at every line with code: ✓ and how often the rows run it, ◐ in part, ✗ never
    #[arg(long)]
    coverage: bool,
    /// Print JSON lines on stdout: one for each test and each script, then a summary
    #[arg(long)]
    json: bool,
}

impl Arguments {
    fn words(&self) -> Language {
        self.lang.render()
    }
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    start_log();
    let all = gather::gather(&arguments.paths, arguments.deployment.as_deref(), arguments.lang);
    if arguments.mutants {
        return Ok(mutants::run(&all, arguments));
    }
    let totals = run_all(all, arguments)?;
    if arguments.json {
        line(&report::summary_line(&totals).to_string());
    } else {
        let words = arguments.words();
        report::coverage_summary(&totals, words).iter().for_each(|told| line(told));
        line(&report::summary(&totals, words));
    }
    Ok(if totals.passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the engine logs is shown where somebody asks for it; expected failures are no news.
pub(super) fn start_log() {
    if let Ok(filter) = tracing_subscriber::EnvFilter::try_from_env("PEYGIR_LOG") {
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .log_internal_errors(false)
            .init();
    }
}

fn run_all(files: Vec<Testable>, arguments: &Arguments) -> Result<Totals> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    let wanted_name = arguments.filter.as_deref().map(search_key);
    let wanted = |name: &str| wanted_name.as_ref().is_none_or(|wanted| search_key(name).contains(wanted));
    let mode = if arguments.kill_points { Mode::KillPoints } else { Mode::Straight };
    let mut player = Player { runtime: &runtime, deployments: Default::default(), mode };
    player.deployments.outside =
        arguments.connectors.as_deref().map(|folder| outside(folder, arguments.lang)).transpose()?;
    let mut totals = Totals::default();
    let mut failures = Vec::new();
    let bar = progress::bar(files.len() as u64, "testing");
    for file in files {
        let told = |name: &str| bar.set_message(name.to_owned());
        let done = match file {
            Testable::Feature(file) => vec![player.play_file(&file, &wanted, &told)],
            Testable::Table(file, root) => vec![rows::run_table_rows(&file, &root, &wanted)],
            Testable::Merged(merged) => rows::run_merged_rows(&merged, &wanted),
            Testable::Script(file, root) => {
                vec![rows::run_script_rows(&file, &root, &script_deadline, &wanted, arguments.words())]
            }
            Testable::Broken(report) => vec![report],
            Testable::Untested(file) => match rows::untested_script(&file) {
                Ok(_) if wanted_name.is_some() => continue,
                Ok(script) => {
                    totals.add_script(&script);
                    bar.suspend(|| tell_script(None, &script, arguments));
                    continue;
                }
                Err(found) => vec![unreadable(&file.path, Kind::ScriptRows, found)],
            },
        };
        bar.inc(1);
        for done in done.iter().filter(|done| !(done.tests.is_empty() && done.passed() && wanted_name.is_some())) {
            totals.add(done);
            bar.suspend(|| tell(done, arguments));
            failures.extend(report::failures(done, arguments.words()));
        }
    }
    bar.finish_and_clear();
    if !arguments.json {
        failures.iter().for_each(|failure| line(&format!("\n{}", failure.trim_end())));
        if !failures.is_empty() {
            line("");
        }
    }
    Ok(totals)
}

fn tell(done: &FileReport, arguments: &Arguments) {
    if arguments.json {
        report::file_lines(done).iter().for_each(|value| line(&value.to_string()));
    } else {
        line(&report::file_line(done, arguments.words()));
        report::changed_lines(done, arguments.words()).iter().for_each(|told| line(told));
    }
    if let Some(script) = &done.coverage {
        tell_script(Some(&done.file), script, arguments);
    }
}

/// What rows run of a script. `rows`: the file that they stand in, which was told before.
fn tell_script(rows: Option<&str>, script: &ScriptCoverage, arguments: &Arguments) {
    if arguments.json {
        return line(&report::coverage_line(rows, script).to_string());
    }
    if rows.is_none() {
        line(&report::untested_line(script, arguments.words()));
    }
    if arguments.coverage {
        report::marked_source(script).iter().for_each(|text| line(text));
    }
}

/// The connectors of a deployment that is itself sound.
fn outside(folder: &Path, lang: Lang) -> Result<Outside> {
    match pack::read(folder, None) {
        Ok((deployment, _)) => Ok(Outside { folder: folder.to_owned(), deployment }),
        Err(found) => {
            super::check::print_for(&found, lang);
            let shown = folder.display();
            anyhow::bail!(Said::new(format!("the deployment {shown} has errors"), format!("استقرار {shown} خطا دارد")))
        }
    }
}
