//! `peygir deadline` and `peygir explain deadline`: why a case is due when it is, and what a person does about it.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use peygir_calendar::{digits, moment};
use serde_json::{Value, json};

use super::client::{self, Client};
use super::local::{self, Lang};
use super::texts;
use crate::answer::{line, say};
use crate::data_folder::DataFolder;

/// Wrong usage, as `sysexits.h` has it.
const USAGE: u8 = 64;

/// Deadlines of tasks: set another date, let one rest while the citizen is waited for.
///
/// Asks with the token in PEYGIR_TOKEN, whose holder is the one that did it. Without one it asks as the server's
/// administrator, who may do neither: what a deadline is stays with those who answer for the case. The id of a task is
/// in `peygir explain deadline CASE --json`. An instant is written 1405/09/14 14:30, 2026-12-05T14:30+03:30 or 2026-12-05
/// 14:30, with digits of any script; without an offset the clocks of the deadline's zone are meant.
#[derive(clap::Args)]
pub struct Deadline {
    #[arg(long, default_value = "data", global = true)]
    data: PathBuf,
    /// Language of what is printed
    #[arg(long, value_enum, default_value_t = Lang::En, global = true)]
    lang: Lang,
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Set the date; it holds over what the calendar says
    ///
    /// It lies ahead, and not past the task's latest date. Who may: the roles inspector and inspection-centre, each for the
    /// places for which the role is held; also for a deadline that no flow lets rest.
    Set {
        /// Id of the task
        task: String,
        /// Date and time: 1405/09/14 14:30, 2026-12-05T14:30+03:30
        #[arg(long)]
        due: String,
        /// Stands in the derivation, for those who may read it
        #[arg(long)]
        reason: String,
    },
    /// The citizen is waited for: the deadline rests
    ///
    /// Only where the flow allows it (`suspend` of the task), for as long and as often as it says. Who may: the roles
    /// operator, duty-manager, agency-head, inspector and inspection-centre, each for the places for which it is held.
    Suspend {
        /// Id of the task
        task: String,
        /// Stands in the derivation, for those who may read it
        #[arg(long)]
        reason: String,
        /// Date and time until which it rests at the latest; as long as the flow allows where absent
        #[arg(long)]
        until: Option<String>,
    },
    /// The citizen has answered: the deadline runs again
    ///
    /// Who may: as for suspend.
    Resume {
        /// Id of the task
        task: String,
    },
}

/// Why a case is due when it is: each stretch that was counted or skipped, and by which line of which calendar.
#[derive(clap::Args)]
pub struct Explain {
    /// Tracking code or id of the case
    #[arg(value_name = "CASE")]
    case: String,
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// Language: fa or en
    #[arg(long, value_enum, default_value_t = Lang::En)]
    lang: Lang,
    /// Deadlines of tasks that have ended, too
    #[arg(long)]
    all: bool,
    /// As the API gives them
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Deadline) -> Result<ExitCode> {
    let lang = arguments.lang;
    let client = Client::of(&DataFolder::new(&arguments.data))?.speaking(lang.code());
    let (task, what, body) = match &arguments.action {
        Action::Set { task, due, reason } => {
            let Some(due) = instant("--due", due, &client, task, lang)? else { return Ok(ExitCode::from(USAGE)) };
            (task, "deadline", json!({ "due": due.to_string(), "reason": reason }))
        }
        Action::Suspend { task, reason, until: None } => (task, "suspension", json!({ "reason": reason })),
        Action::Suspend { task, reason, until: Some(until) } => {
            let Some(until) = instant("--until", until, &client, task, lang)? else { return Ok(ExitCode::from(USAGE)) };
            (task, "suspension", json!({ "reason": reason, "until": until.to_string() }))
        }
        Action::Resume { task } => (task, "suspension/end", Value::Null),
    };
    let view = client.post(&of_task(task, what), &body)?;
    let due = view["due"].as_str().context("the server gave no date")?;
    let told = local::time(&view["due"], &zone(&view), lang);
    lang.line(&format!("{} {told} ({})", lang.pick("due", "مهلت تا"), lang.id(due)));
    Ok(ExitCode::SUCCESS)
}

fn of_task(task: &str, what: &str) -> String {
    format!("/api/v1/tasks/{}/{what}", client::escaped(task))
}

/// In which a deadline is told to people.
fn zone(view: &Value) -> TimeZone {
    let name = view["derivation"]["zone"].as_str();
    name.and_then(peygir_calendar::zone).unwrap_or_else(peygir_calendar::tehran)
}

/// What a person wrote as date and time. Nothing where it is none, which was told then.
fn instant(option: &str, text: &str, client: &Client, task: &str, lang: Lang) -> Result<Option<Timestamp>> {
    if let Ok(at) = text.trim().parse() {
        return Ok(Some(at));
    }
    let zone = zone(&client.get(&of_task(task, "deadline"))?);
    let read = read(text, &zone, lang).map_err(|why| say(&format!("peygir: {option}: {why}")));
    Ok(read.ok())
}

/// A day alone would be its first minute, which is what nobody means by a last day.
fn read(text: &str, zone: &TimeZone, lang: Lang) -> Result<Timestamp, String> {
    let at = moment(text, zone).map_err(|error| match lang {
        Lang::En => error.to_string(),
        Lang::Fa => error.message_fa(),
    })?;
    if digits::to_ascii(text).contains(':') {
        return Ok(at);
    }
    Err(match lang {
        Lang::En => format!("{text:?} has no time of day; write it too: 1405/09/14 14:30"),
        Lang::Fa => format!("«{text}» ساعت ندارد؛ ساعت را هم بنویسید: ۱۴۰۵/۰۹/۱۴ ۱۴:۳۰"),
    })
}

pub fn explain(arguments: &Explain) -> Result<ExitCode> {
    let client = Client::of(&DataFolder::new(&arguments.data))?.speaking(arguments.lang.code());
    let answer = client.get(&format!("/api/v1/cases/{}/deadlines", client::escaped(&arguments.case)))?;
    let all = answer.as_array().map_or(&[][..], Vec::as_slice);
    let runs = |deadline: &&Value| ["open", "claimed", "scheduled", "waiting"].contains(&status(deadline));
    let told: Vec<&Value> = all.iter().filter(|deadline| arguments.all || runs(deadline)).collect();
    if arguments.json {
        line(&serde_json::to_string_pretty(&told)?);
        return Ok(ExitCode::SUCCESS);
    }
    let language = arguments.lang.code();
    for (index, deadline) in told.iter().enumerate() {
        if index > 0 {
            line("");
        }
        line(&texts::of(&deadline["title"][language]));
        for text in deadline["account"][language].as_array().into_iter().flatten().filter_map(Value::as_str) {
            line(&format!("  {text}"));
        }
        reasons(deadline, language).iter().for_each(|reason| line(&format!("  {reason}")));
    }
    if told.is_empty() {
        say(match (language, all.is_empty()) {
            ("fa", true) => "این پرونده مهلتی ندارد",
            ("fa", false) => "مهلت بازی نمانده است؛ برای مهلت‌های گذشته ‎--all‎ بنویسید",
            (_, true) => "this case has no deadline",
            (_, false) => "no deadline is open; --all shows those of the past",
        });
    }
    Ok(ExitCode::SUCCESS)
}

/// What people gave as their reasons, for those who may read them.
fn reasons(deadline: &Value, language: &str) -> Vec<String> {
    let head = if language == "fa" { "دلیل" } else { "Reason" };
    let suspensions = deadline["suspensions"].as_array().map_or(&[][..], Vec::as_slice);
    let given = suspensions.iter().chain(std::iter::once(&deadline["set"]));
    given
        .filter_map(|one| Some(format!("{head} ({}): {}", texts::of(&one["by"][language]), one["reason"].as_str()?)))
        .collect()
}

fn status(deadline: &Value) -> &str {
    deadline["status"].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_that_is_set_has_its_time_of_day() {
        let zone = peygir_calendar::tehran();
        let at: Timestamp = "2026-12-05T14:30+03:30".parse().unwrap();
        for text in ["1405/09/14 14:30", "۱۴۰۵/۹/۱۴ ۱۴:۳۰", "2026-12-05 14:30", "2026-12-05T11:00Z"] {
            assert_eq!(read(text, &zone, Lang::En), Ok(at), "{text}");
        }
        for (text, en, fa) in [
            ("1405/09/14", "has no time of day", "ساعت ندارد"),
            ("2026-12-05", "has no time of day", "ساعت ندارد"),
            ("1405/13/14 10:00", "month", "ماه"),
            ("tomorrow", "is no date and time", "تاریخ و ساعت نیست"),
        ] {
            assert!(read(text, &zone, Lang::En).unwrap_err().contains(en), "{text}");
            assert!(read(text, &zone, Lang::Fa).unwrap_err().contains(fa), "{text}");
        }
    }
}
