//! `peygir calendar`: a month as a page, the next opening or the day that a rule names, and deadlines that say why.

mod ask;
mod check;
mod due;
mod next;
mod places;
mod show;
mod sources;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use peygir_calendar::{Calendar, Language, Place};
use serde_json::Value;

use super::local::Lang;
use crate::answer::{line, say};
pub use check::{lacking_tables, today};
use sources::Sources;

/// Wrong usage, as `sysexits.h` has it.
const USAGE: u8 = 64;

/// Ask the calendars that deadlines are counted by.
///
/// Calendars come from --deployment, from --pack, from the deployment or pack in the current folder, else from the
/// program itself: ir-24x7 and ir-working. Dates are Solar Hijri (1405/08/30) or Gregorian (2026-11-21), with digits of
/// any script.
#[derive(clap::Args)]
#[command(arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Show(show::Arguments),
    Next(next::Arguments),
    Check(check::Arguments),
    Due(due::Arguments),
}

/// Which calendar is asked, for where, in which language.
#[derive(clap::Args)]
struct Which {
    /// Id of the calendar
    #[arg(long, value_name = "NAME", default_value = "ir-working")]
    calendar: String,
    /// Province of the case: a calendar or closure of it is asked; a deployment's own where absent
    #[arg(long, value_name = "ID")]
    province: Option<String>,
    /// County of the case
    #[arg(long, value_name = "ID")]
    county: Option<String>,
    /// Agency of the case
    #[arg(long, value_name = "ID")]
    agency: Option<String>,
    #[command(flatten)]
    sources: Sources,
    /// Language of what is printed
    #[arg(long, value_enum, default_value_t = Lang::En)]
    lang: Lang,
}

/// Why nothing was answered, in both languages: wrong usage unless said otherwise.
struct Refusal {
    code: u8,
    en: String,
    fa: String,
}

impl Refusal {
    fn usage(en: impl Into<String>, fa: impl Into<String>) -> Self {
        Self { code: USAGE, en: en.into(), fa: fa.into() }
    }

    fn failure(en: impl Into<String>, fa: impl Into<String>) -> Self {
        Self { code: 1, en: en.into(), fa: fa.into() }
    }

    fn tell(&self, language: Language) -> ExitCode {
        match language {
            Language::Persian => say(&format!("peygir: {}", self.fa)),
            Language::English => say(&format!("peygir: {}", self.en)),
        }
        ExitCode::from(self.code)
    }
}

impl Which {
    fn place(&self) -> Place {
        let province = self.province.clone().or_else(|| sources::province(&self.sources));
        Place { province, county: self.county.clone(), agency: self.agency.clone() }
    }

    /// The calendar that answers for the place.
    fn calendar(&self) -> Result<Arc<Calendar>, Refusal> {
        places::check(self)?;
        let calendars = sources::calendars(&self.sources, self.lang.render())?;
        calendars.at(&self.calendar, &self.place()).cloned().ok_or_else(|| sources::unknown(&self.calendar, &calendars))
    }
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let (answered, lang) = match &arguments.command {
        Command::Show(arguments) => (show::run(arguments), arguments.which.lang),
        Command::Next(arguments) => (next::run(arguments), arguments.which.lang),
        Command::Check(arguments) => return check::run(arguments),
        Command::Due(arguments) => (due::run(arguments), arguments.which.lang),
    };
    Ok(answered.map_or_else(|refusal| refusal.tell(lang.language()), |()| ExitCode::SUCCESS))
}

/// On one line for programs, spread out for people.
fn json(value: &Value) {
    use std::io::IsTerminal;
    line(&if std::io::stdout().is_terminal() { format!("{value:#}") } else { value.to_string() });
}
