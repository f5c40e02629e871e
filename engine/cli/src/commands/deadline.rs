//! `peygir deadline` and `peygir explain deadline`: why a case is due when it is, and what a person does about it.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::client::{self, Client};
use super::texts;
use crate::answer::{line, say};
use crate::data_folder::DataFolder;

/// Deadlines of tasks: set another date, let one rest while the citizen is waited for.
///
/// Asks with the token in PEYGIR_TOKEN, whose holder is the one that did it.
#[derive(clap::Args)]
pub struct Deadline {
    #[arg(long, default_value = "data", global = true)]
    data: PathBuf,
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Set the date; it holds over what the calendar says
    Set {
        /// Id of the task
        task: String,
        /// RFC 3339: 2026-12-05T14:30+03:30
        #[arg(long)]
        due: String,
        /// Stands in the derivation
        #[arg(long)]
        reason: String,
    },
    /// The citizen is waited for: the deadline rests
    Suspend {
        /// Id of the task
        task: String,
        /// Stands in the derivation
        #[arg(long)]
        reason: String,
        /// RFC 3339; as long as the flow allows where absent
        #[arg(long)]
        until: Option<String>,
    },
    /// The citizen has answered: the deadline runs again
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
    #[arg(long, default_value = "en", value_parser = ["fa", "en"])]
    lang: String,
    /// Deadlines of tasks that have ended, too
    #[arg(long)]
    all: bool,
    /// As the API gives them
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Deadline) -> Result<ExitCode> {
    let client = Client::of(&DataFolder::new(&arguments.data))?;
    let of_task = |task: &str, what: &str| format!("/api/v1/tasks/{}/{what}", client::escaped(task));
    let view = match &arguments.action {
        Action::Set { task, due, reason } => {
            client.post(&of_task(task, "deadline"), &json!({ "due": due, "reason": reason }))?
        }
        Action::Suspend { task, reason, until } => {
            let mut body = json!({ "reason": reason });
            if let Some(until) = until {
                body["until"] = until.as_str().into();
            }
            client.post(&of_task(task, "suspension"), &body)?
        }
        Action::Resume { task } => client.post(&of_task(task, "suspension/end"), &Value::Null)?,
    };
    line(view["due"].as_str().context("the server gave no date")?);
    Ok(ExitCode::SUCCESS)
}

pub fn explain(arguments: &Explain) -> Result<ExitCode> {
    let client = Client::of(&DataFolder::new(&arguments.data))?;
    let answer = client.get(&format!("/api/v1/cases/{}/deadlines", client::escaped(&arguments.case)))?;
    let all = answer.as_array().map_or(&[][..], Vec::as_slice);
    let runs = |deadline: &&Value| ["open", "claimed", "scheduled", "waiting"].contains(&status(deadline));
    let told: Vec<&Value> = all.iter().filter(|deadline| arguments.all || runs(deadline)).collect();
    if arguments.json {
        line(&serde_json::to_string_pretty(&told)?);
        return Ok(ExitCode::SUCCESS);
    }
    let language = arguments.lang.as_str();
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
