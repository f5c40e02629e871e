//! `peygir check`: everything that people wrote, all errors at once.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use peygir_runtime::pack;
use peygir_source::render::{self, Language};
use peygir_source::{Diagnostic, Diagnostics, Severity};

use super::calendar;
use super::local::Lang;
use crate::answer::{line, say};
use crate::connectors;
use crate::report::sarif;

/// Check flows, tables, scripts, calendars, forms, packs and deployments; exit 1 where there are errors.
///
/// A path is a file, a folder, a pack (a folder with pack.yaml) or a deployment (a folder with deployment.yaml). Names
/// that one file uses of another are checked where the whole is known: in a pack that lies over no other, and in a
/// deployment. Calendars are to have tables of lunar holidays for this year and the next.
#[derive(clap::Args)]
pub struct Arguments {
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// human: for people, on stderr; json: a line for each finding, for editors; sarif: SARIF 2.1.0, for CI
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Show notes too: what overlays change of the outcomes of tests, what could not be analysed
    #[arg(long)]
    notes: bool,
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
    let kinds = connectors::kinds();
    let mut checked = pack::check_with(&arguments.paths, &kinds);
    checked.deployments.iter().for_each(|deployment| checked.found.extend(connectors::check(deployment)));
    checked.found.list.extend(checked.calendars.iter().flat_map(calendar::lacking_tables));
    checked.found.list.extend(over(&checked));
    checked
        .found
        .list
        .sort_by(|a, b| (&a.file, a.span.line, a.span.column).cmp(&(&b.file, b.span.line, b.span.column)));
    checked.found.list.dedup();
    let language = arguments.lang.render();
    match arguments.format {
        Format::Human => {
            let shown = |found: &&Diagnostic| arguments.notes || found.severity != Severity::Information;
            print_in(checked.found.list.iter().filter(shown), language);
        }
        Format::Json => checked.found.list.iter().for_each(|found| line(&render::json(found).to_string())),
        Format::Sarif => line(&sarif::log(&checked.found.list, language).to_string()),
    }
    let count = |severity| checked.found.list.iter().filter(|found| found.severity == severity).count();
    let (errors, warnings, notes) = (count(Severity::Error), count(Severity::Warning), count(Severity::Information));
    let hidden = if arguments.notes || arguments.format != Format::Human { 0 } else { notes };
    say(&summary(checked.files.len(), errors, warnings, hidden, language));
    if checked.files.is_empty() && errors == 0 {
        // A mistyped path must not pass for a good pack.
        say(match language {
            Language::English => {
                "nothing was checked: there is no flow, table, script, calendar, form, pack or deployment in what was named"
            }
            Language::Persian => {
                "چیزی سنجیده نشد: در آنچه نام بردید گردش کار، جدول، اسکریپت، تقویم، فرم، بسته یا استقراری نیست"
            }
        });
        return Ok(ExitCode::FAILURE);
    }
    Ok(if errors > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A note for each overlay and rule whose last day was before today.
fn over(checked: &pack::Checked) -> Vec<Diagnostic> {
    let today = calendar::today();
    let over = checked.endings.iter().filter(|(_, ending)| ending.last < today);
    over.map(|(file, ending)| Diagnostic { file: file.clone(), ..ending.to_diagnostic() }).collect()
}

fn summary(files: usize, errors: usize, warnings: usize, hidden: usize, language: Language) -> String {
    match language {
        Language::English => {
            let more = if hidden > 0 { format!(", {hidden} notes (--notes shows them)") } else { String::new() };
            format!("{files} files checked, {errors} errors, {warnings} warnings{more}")
        }
        Language::Persian => {
            let more = if hidden > 0 {
                format!("، {hidden} آگاهی (با --notes دیده می‌شود)")
            } else {
                String::new()
            };
            let text = format!("{files} پرونده سنجیده شد: {errors} خطا، {warnings} هشدار{more}");
            peygir_calendar::digits::to_persian(&text)
        }
    }
}

/// Errors and warnings for a person, each with its snippet, in English. Notes are for `check`.
pub fn print(found: &Diagnostics) {
    print_in(found.list.iter().filter(|one| one.severity != Severity::Information), Language::English);
}

/// The same in a language.
pub fn print_for(found: &Diagnostics, lang: Lang) {
    print_in(found.list.iter().filter(|one| one.severity != Severity::Information), lang.render());
}

fn print_in<'a>(found: impl IntoIterator<Item = &'a Diagnostic>, language: Language) {
    for diagnostic in found {
        let source = std::fs::read_to_string(&diagnostic.file).ok();
        let text = render::human(diagnostic, source.as_deref(), language);
        if std::io::stderr().is_terminal() { say(&format!("{text}\n")) } else { say(&text) }
    }
}
