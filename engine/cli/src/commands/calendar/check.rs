//! `peygir calendar check`: calendars as people wrote them, all problems at once.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use peygir_calendar::{Calendars, Jalali, LackingTable, tehran};
use peygir_runtime::pack::{self, SourceFile};
use peygir_source::{Diagnostic, Diagnostics, Severity, render};

use super::sources::{self, Sheets};
use super::{Lang, USAGE, ask};
use crate::answer::{line, say};
use crate::report::sarif;

/// Check calendars; exit 1 where there are errors.
///
/// A path is a file, or a folder in which every calendar is checked; of a deployment those of its packs. A calendar may
/// extend another of those named, or one that comes with the program. Tables of lunar holidays are wanted for this year
/// and the next.
#[derive(clap::Args)]
pub struct Arguments {
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// human: for people, on stderr; json: a line for each finding, for editors; sarif: SARIF 2.1.0, for CI
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Language of the findings
    #[arg(long, value_enum, default_value_t = Lang::En)]
    lang: Lang,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Human,
    Json,
    Sarif,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut sheets = Sheets::shipped();
    let mut files = Vec::new();
    for path in &arguments.paths {
        add(&mut sheets, path, &mut files);
    }
    sheets.keep_only(&files);
    let (calendars, mut found) = sheets.resolve();
    found.list.extend(lacking_tables(&calendars));
    found.list.sort_by(|a, b| (&a.file, a.span.line, a.span.column).cmp(&(&b.file, b.span.line, b.span.column)));
    found.list.dedup();
    tell(&found, arguments);
    files.sort();
    files.dedup();
    let errors = found.list.iter().filter(|found| found.severity == Severity::Error).count();
    if files.is_empty() && errors == 0 {
        // A mistyped path must not pass for a good calendar.
        say(match arguments.lang {
            Lang::Fa => "peygir: در آنچه نام بردید تقویمی نیست",
            Lang::En => "peygir: there is no calendar in what was named",
        });
        return Ok(ExitCode::from(USAGE));
    }
    say(&summary(files.len(), errors, found.list.len() - errors, arguments.lang));
    Ok(if errors > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The day it is where cases are.
pub fn today() -> Jalali {
    Jalali::from_gregorian(tehran().to_datetime(ask::now()).date())
}

/// A warning for each calendar that has no table of lunar holidays for this year, and for the next.
pub fn lacking_tables(calendars: &Calendars) -> Vec<Diagnostic> {
    let year = today().year();
    calendars.lacking_tables([year, year + 1]).iter().map(LackingTable::to_diagnostic).collect()
}

/// The calendars at a path. A file that is named by itself has to be one.
fn add(sheets: &mut Sheets, path: &Path, files: &mut Vec<String>) {
    if path.is_dir() {
        let packs = sources::packs_of(path).unwrap_or_else(|_| vec![path.to_owned()]);
        let mut ignored = Diagnostics::default();
        for pack in packs {
            let mut layer = Vec::new();
            for file in pack::walk(&pack, &mut ignored) {
                files.extend(sources::add_if_calendar(sheets, &file, &mut layer));
            }
        }
        return;
    }
    match SourceFile::read(path) {
        Ok(file) => {
            files.push(file.name.clone());
            if let Some(root) = file.parse(&mut sheets.found) {
                sheets.read(&file.name, &root, &mut Vec::new());
            }
        }
        Err(diagnostic) => sheets.found.push(diagnostic),
    }
}

fn tell(found: &Diagnostics, arguments: &Arguments) {
    match arguments.format {
        Format::Human => sources::print(found, arguments.lang.render()),
        Format::Json => found.list.iter().for_each(|found| line(&render::json(found).to_string())),
        Format::Sarif => line(&sarif::log(&found.list, arguments.lang.render()).to_string()),
    }
}

fn summary(calendars: usize, errors: usize, warnings: usize, lang: Lang) -> String {
    match lang {
        Lang::En => {
            let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
            let (errors, warnings) = (count(errors, "error"), count(warnings, "warning"));
            format!("{} checked, {errors}, {warnings}", count(calendars, "calendar"))
        }
        Lang::Fa => {
            peygir_calendar::digits::to_persian(&format!("{calendars} تقویم بررسی شد، {errors} خطا، {warnings} هشدار"))
        }
    }
}
