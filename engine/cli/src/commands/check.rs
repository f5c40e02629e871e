//! `peygir check`: everything that people wrote, all errors at once.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use peygir_runtime::pack;
use peygir_source::render::{self, Language};
use peygir_source::{Diagnostics, Severity};

use crate::answer::{line, say};
use crate::connectors;

/// Check flows, tables, scripts, calendars, forms, packs and deployments; exit 1 where there are errors.
///
/// A path is a file, a folder, a pack (a folder with pack.yaml) or a deployment (a folder with deployment.yaml). Names
/// that one file uses of another are checked where the whole is known: in a pack that lies over no other, and in a
/// deployment.
#[derive(clap::Args)]
pub struct Arguments {
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Print findings as JSON lines on stdout
    #[arg(long)]
    json: bool,
    /// Language of the findings: fa or en
    #[arg(long, default_value = "en")]
    lang: String,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut checked = pack::check(&arguments.paths);
    for path in &arguments.paths {
        if let Ok((catalog, _)) = pack::load(path) {
            checked.found.extend(connectors::check(&catalog.deployment));
        }
    }
    if arguments.json {
        checked.found.list.iter().for_each(|diagnostic| line(&render::json(diagnostic).to_string()));
    } else {
        print_in(&checked.found, if arguments.lang == "fa" { Language::Persian } else { Language::English });
    }
    let errors = checked.found.list.iter().filter(|found| found.severity == Severity::Error).count();
    let warnings = checked.found.list.len() - errors;
    say(&format!("{} files checked, {errors} errors, {warnings} warnings", checked.files.len()));
    if checked.files.is_empty() && errors == 0 {
        // A mistyped path must not pass for a good pack.
        say(
            "nothing was checked: there is no flow, table, script, calendar, form, pack or deployment in what was named",
        );
        return Ok(ExitCode::FAILURE);
    }
    Ok(if errors > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Findings for a person, each with its snippet, in English.
pub fn print(found: &Diagnostics) {
    print_in(found, Language::English);
}

fn print_in(found: &Diagnostics, language: Language) {
    for diagnostic in &found.list {
        let source = std::fs::read_to_string(&diagnostic.file).ok();
        let text = render::human(diagnostic, source.as_deref(), language);
        if std::io::stderr().is_terminal() { say(&format!("{text}\n")) } else { say(&text) }
    }
}
