//! `peygir operation`: what a closure or a changed calendar moved, asked of the running server.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use serde_json::Value;

use super::client::{self, Client};
use super::texts;
use crate::answer::{line, say};
use crate::data_folder::DataFolder;

/// Between two looks at an operation that goes on.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Lines asked for at once.
const PAGE_LINES: &str = "200";

/// Operations: all open deadlines derived anew, after a closure or a change of calendars.
#[derive(clap::Args)]
pub struct Operation {
    #[arg(long, default_value = "data", global = true)]
    data: PathBuf,
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Newest first
    List,
    /// How far it is, and which cases moved, from when to when
    Show {
        id: String,
        /// Wait until it is through
        #[arg(long)]
        wait: bool,
    },
}

pub fn run(arguments: &Operation) -> Result<ExitCode> {
    let client = Client::of(&DataFolder::new(&arguments.data))?;
    match &arguments.action {
        Action::List => {
            let page = client.get("/api/v1/operations")?;
            let items = page["items"].as_array().map_or(&[][..], Vec::as_slice);
            items.iter().for_each(|item| line(&summary(item)));
            if items.is_empty() {
                say("no operations");
            }
            Ok(ExitCode::SUCCESS)
        }
        Action::Show { id, wait: true } => follow(&client, id),
        Action::Show { id, wait: false } => show(&client, id),
    }
}

/// Waits until it is through, telling how far it is, and shows what moved.
pub fn follow(client: &Client, id: &str) -> Result<ExitCode> {
    let mut told = None;
    loop {
        let operation = client.get(&format!("/api/v1/operations/{}", client::escaped(id)))?;
        if !operation["endedAt"].is_null() {
            return show(client, id);
        }
        let seen = operation["seen"].as_u64();
        if told != seen {
            say(&format!("deadlines looked at: {}, moved: {}", operation["seen"], operation["moved"]));
            told = seen;
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

fn show(client: &Client, id: &str) -> Result<ExitCode> {
    let path = format!("/api/v1/operations/{}", client::escaped(id));
    let operation = client.get(&path)?;
    line(&summary(&operation));
    let mut after = None;
    loop {
        let query = client::query(&[("limit", Some(PAGE_LINES)), ("after", after.as_deref())]);
        let page = client.get(&format!("{path}/moved{query}"))?;
        for moved in page["items"].as_array().map_or(&[][..], Vec::as_slice) {
            let case = moved["trackingCode"].as_str().unwrap_or_else(|| moved["caseId"].as_str().unwrap_or("-"));
            line(&format!("  {case}  {}  ->  {}", texts::of(&moved["from"]), texts::of(&moved["to"])));
        }
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            break;
        }
    }
    let failed = operation["failed"].as_u64().unwrap_or_default();
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn summary(operation: &Value) -> String {
    let state = if operation["endedAt"].is_null() { "goes on" } else { "ended" };
    format!(
        "{}  {}  {state}  looked at {}, moved {}, failed {}",
        texts::of(&operation["id"]),
        texts::of(&operation["kind"]),
        operation["seen"],
        operation["moved"],
        operation["failed"],
    )
}
