//! `peygir test`: scenarios on a virtual clock, and the rows of tables and scripts.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use peygir_casework::text::search_key;
use peygir_runtime::pack::{self, SourceFile};
use peygir_source::{Diagnostic, Diagnostics, Node, Span};

use super::serve::script_deadline;
use crate::answer::line;
use crate::progress;
use crate::report::{self, FileReport, Kind, ScriptCoverage, Totals};
use crate::rows;
use crate::scenario::{Mode, Outside, Player};

/// Run scenarios and the tests of tables and scripts; exit 1 where one fails.
///
/// A path is a file, a folder, a pack or a deployment; what can be tested below it is tested:
///
///   *.feature        scenarios in Gherkin, English or Persian, on a virtual clock: hours pass at once
///   decision tables  the tests they carry
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
    /// Print each script with a mark at every line with code: ✓ and how often the rows run it, ◐ in part, ✗ never
    #[arg(long)]
    coverage: bool,
    /// Print JSON lines on stdout: one for each test and each script, then a summary
    #[arg(long)]
    json: bool,
}

/// A file with something to be tested.
enum Testable {
    Feature(SourceFile),
    Table(SourceFile, Node),
    Script(SourceFile, Node),
    /// A script beside which no rows lie.
    Untested(SourceFile),
    /// It should be tested and can't be.
    Broken(FileReport),
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    start_log();
    let mut broken = Vec::new();
    let files = files(&arguments.paths, &mut broken);
    let files = broken.into_iter().map(Testable::Broken).chain(files.iter().filter_map(|path| read(path)));
    let totals = run_all(files.collect(), arguments)?;
    if arguments.json {
        line(&report::summary_line(&totals).to_string());
    } else {
        report::coverage_summary(&totals).iter().for_each(|told| line(told));
        line(&report::summary(&totals));
    }
    Ok(if totals.passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the engine logs is shown where somebody asks for it; expected failures are no news.
pub(super) fn start_log() {
    if let Ok(filter) = tracing_subscriber::EnvFilter::try_from_env("PEYGIR_LOG") {
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    }
}

fn run_all(files: Vec<Testable>, arguments: &Arguments) -> Result<Totals> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    let wanted_name = arguments.filter.as_deref().map(search_key);
    let wanted = |name: &str| wanted_name.as_ref().is_none_or(|wanted| search_key(name).contains(wanted));
    let mode = if arguments.kill_points { Mode::KillPoints } else { Mode::Straight };
    let mut player = Player { runtime: &runtime, deployments: Default::default(), mode };
    player.deployments.outside = arguments.connectors.as_deref().map(outside).transpose()?;
    let mut totals = Totals::default();
    let mut failures = Vec::new();
    let bar = progress::bar(files.len() as u64, "testing");
    for file in files {
        let told = |name: &str| bar.set_message(name.to_owned());
        let done = match file {
            Testable::Feature(file) => player.play_file(&file, &wanted, &told),
            Testable::Table(file, root) => rows::run_table_rows(&file, &root, &wanted),
            Testable::Script(file, root) => rows::run_script_rows(&file, &root, &script_deadline, &wanted),
            Testable::Broken(report) => report,
            Testable::Untested(file) => match rows::untested_script(&file) {
                Ok(_) if wanted_name.is_some() => continue,
                Ok(script) => {
                    totals.add_script(&script);
                    bar.suspend(|| tell_script(None, &script, arguments));
                    continue;
                }
                Err(found) => unreadable(&file.path, Kind::ScriptRows, found),
            },
        };
        bar.inc(1);
        if done.tests.is_empty() && done.passed() && wanted_name.is_some() {
            continue;
        }
        totals.add(&done);
        bar.suspend(|| tell(&done, arguments));
        failures.extend(report::failures(&done));
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
        line(&report::file_line(done));
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
        line(&report::untested_line(script));
    }
    if arguments.coverage {
        report::marked_source(script).iter().for_each(|text| line(text));
    }
}

/// The connectors of a deployment that is itself sound.
fn outside(folder: &Path) -> Result<Outside> {
    match pack::read(folder, None) {
        Ok((deployment, _)) => Ok(Outside { folder: folder.to_owned(), deployment }),
        Err(found) => {
            super::check::print(&found);
            anyhow::bail!("the deployment {} has errors", folder.display())
        }
    }
}

/// All files below the paths, each once. Paths that can't be looked into are told in `broken`.
fn files(paths: &[PathBuf], broken: &mut Vec<FileReport>) -> Vec<PathBuf> {
    let mut seen = BTreeSet::new();
    let mut files = Vec::new();
    for path in paths {
        let mut found = Diagnostics::default();
        let below = below(path, &mut found).into_iter();
        files.extend(below.filter(|file| seen.insert(file.canonicalize().unwrap_or_else(|_| file.clone()))));
        if found.has_errors() {
            broken.push(unreadable(path, Kind::Scenarios, found));
        }
    }
    files
}

fn below(path: &Path, found: &mut Diagnostics) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![beside(path)];
    }
    let folders = if path.join("deployment.yaml").is_file() {
        let packs = match pack::read(path, None) {
            Ok((catalog, _)) => catalog.deployment.packs,
            Err(errors) => {
                found.extend(errors);
                Vec::new()
            }
        };
        packs.iter().flat_map(|pack| parts(pack)).chain([path.join("scenarios")]).collect()
    } else if path.join("pack.yaml").is_file() {
        parts(path)
    } else if path.is_dir() {
        vec![path.to_owned()]
    } else {
        found.push(nothing_there());
        Vec::new()
    };
    folders.iter().filter(|folder| folder.is_dir()).flat_map(|folder| pack::walk(folder, found)).collect()
}

/// The parts of a pack that hold what can be tested.
fn parts(pack: &Path) -> Vec<PathBuf> {
    ["workflows", "rules"].map(|part| pack.join(part)).to_vec()
}

/// For a script, the file of its tests.
fn beside(path: &Path) -> PathBuf {
    let tests = path.with_extension("test.yaml");
    if path.extension().is_some_and(|extension| extension == "rhai") && tests.is_file() {
        tests
    } else {
        path.to_owned()
    }
}

fn read(path: &Path) -> Option<Testable> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    let rows = name.ends_with(".test.yaml") || name.ends_with(".test.yml");
    if name.ends_with(".rhai") {
        return untested(path);
    }
    let kind = match (name.ends_with(".feature"), rows) {
        (true, _) => Kind::Scenarios,
        (_, true) => Kind::ScriptRows,
        _ if yaml => Kind::TableRows,
        _ => return None,
    };
    let broken = |found: Diagnostics| Testable::Broken(unreadable(path, kind, found));
    let file = match SourceFile::read(path) {
        Ok(file) => file,
        Err(diagnostic) => return Some(broken(Diagnostics { list: vec![diagnostic] })),
    };
    if kind == Kind::Scenarios {
        return Some(Testable::Feature(file));
    }
    let mut found = Diagnostics::default();
    match (file.parse(&mut found), kind) {
        (None, _) => Some(broken(found)),
        (Some(root), Kind::ScriptRows) => Some(Testable::Script(file, root)),
        (Some(root), _) => {
            let is_table = root.get("kind").and_then(Node::as_str) == Some("decision-table");
            is_table.then_some(Testable::Table(file, root))
        }
    }
}

/// The script, unless rows lie beside it: then it is tested with them.
fn untested(path: &Path) -> Option<Testable> {
    if ["test.yaml", "test.yml"].iter().any(|extension| path.with_extension(extension).is_file()) {
        return None;
    }
    Some(match SourceFile::read(path) {
        Ok(file) => Testable::Untested(file),
        Err(diagnostic) => Testable::Broken(unreadable(path, Kind::ScriptRows, Diagnostics { list: vec![diagnostic] })),
    })
}

fn unreadable(path: &Path, kind: Kind, found: Diagnostics) -> FileReport {
    let mut report = FileReport::new(pack::shown(path), kind);
    report.found = found.in_file(&report.file);
    report
}

fn nothing_there() -> Diagnostic {
    let span = Span { line: 1, column: 1, length: 0 };
    Diagnostic::error("PG-P001", span, "there is no such file or folder", "چنین پرونده یا پوشه‌ای نیست")
}
