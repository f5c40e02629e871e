//! `peygir closure`: days on which offices are closed though their calendar has them open, declared on the running server.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::client::{self, Client};
use super::{operation, texts};
use crate::answer::{line, say};
use crate::data_folder::DataFolder;

/// Closures: declare one, withdraw one, list them.
///
/// Every open deadline that a closure touches is derived anew, as one operation.
#[derive(clap::Args)]
pub struct Closure {
    #[arg(long, default_value = "data", global = true)]
    data: PathBuf,
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    Declare(Box<Declare>),
    /// Take a closure back; deadlines that it moved are derived anew
    Withdraw {
        id: String,
        /// Stands with the closure
        #[arg(long)]
        reason: String,
        /// Wait until all deadlines are derived anew
        #[arg(long)]
        wait: bool,
    },
    /// Newest first, withdrawn ones too
    List {
        /// As the API gives them
        #[arg(long)]
        json: bool,
    },
}

/// Declare a closure; prints the ids of the closure and of the operation that moves deadlines.
#[derive(clap::Args)]
struct Declare {
    /// Solar Hijri date: 1405/09/01
    #[arg(long)]
    date: String,
    /// The last day, where it is more than one
    #[arg(long)]
    until: Option<String>,
    /// Closed from this time of the day on: 12:00
    #[arg(long, conflicts_with = "hours")]
    from: Option<String>,
    /// Open in these hours only: 06:00-10:00; may be given several times
    #[arg(long)]
    hours: Vec<String>,
    /// Why, in Persian
    #[arg(long)]
    name: String,
    /// Why, in English; the Persian text where absent
    #[arg(long)]
    name_en: Option<String>,
    /// It counts in this calendar and in those that extend it; the deployment's default where absent, needed where that one never closes
    #[arg(long)]
    calendar: Option<String>,
    #[arg(long)]
    province: Option<String>,
    #[arg(long)]
    county: Option<String>,
    #[arg(long)]
    agency: Option<String>,
    /// Wait until all deadlines are derived anew
    #[arg(long)]
    wait: bool,
}

pub fn run(arguments: &Closure) -> Result<ExitCode> {
    let client = Client::of(&DataFolder::new(&arguments.data))?;
    match &arguments.action {
        Action::Declare(declare) => done(&client, &client.post("/api/v1/closures", &body(declare))?, declare.wait),
        Action::Withdraw { id, reason, wait } => {
            let path = format!("/api/v1/closures/{}/withdraw", client::escaped(id));
            done(&client, &client.post(&path, &json!({ "reason": reason }))?, *wait)
        }
        Action::List { json } => list(&client, *json),
    }
}

fn body(declare: &Declare) -> Value {
    let mut body = json!({
        "date": declare.date,
        "name": { "fa": declare.name, "en": declare.name_en.as_ref().unwrap_or(&declare.name) },
        "for": {},
    });
    let members = [("calendar", &declare.calendar), ("until", &declare.until), ("from", &declare.from)];
    for (name, value) in members.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
        body[name] = value.as_str().into();
    }
    let scope = [("province", &declare.province), ("county", &declare.county), ("agency", &declare.agency)];
    for (name, value) in scope.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
        body["for"][name] = value.as_str().into();
    }
    if !declare.hours.is_empty() {
        body["hours"] = declare.hours.clone().into();
    }
    body
}

fn done(client: &Client, answer: &Value, wait: bool) -> Result<ExitCode> {
    let text = |name: &str| answer[name].as_str().context("the server gave no id");
    line(&format!("closure {}", text("closure")?));
    line(&format!("operation {}", text("operation")?));
    if wait { operation::follow(client, text("operation")?) } else { Ok(ExitCode::SUCCESS) }
}

fn list(client: &Client, json: bool) -> Result<ExitCode> {
    let closures = client.get("/api/v1/closures")?;
    if json {
        line(&serde_json::to_string_pretty(&closures)?);
        return Ok(ExitCode::SUCCESS);
    }
    let items = closures.as_array().map_or(&[][..], Vec::as_slice);
    for item in items {
        let scope: Vec<&str> =
            ["province", "county", "agency"].iter().filter_map(|part| item["for"][*part].as_str()).collect();
        let days = if item["until"] == item["date"] {
            texts::of(&item["date"])
        } else {
            format!("{}-{}", texts::of(&item["date"]), texts::of(&item["until"]))
        };
        let hours = match (item["from"].as_str(), item["hours"].as_array()) {
            (Some(from), _) => format!("from {from}"),
            (None, Some(hours)) => {
                format!("open {}", hours.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "))
            }
            (None, None) => "all day".to_owned(),
        };
        let state = if item["withdrawn"].is_null() { "" } else { "  (withdrawn)" };
        let place = if scope.is_empty() { "everywhere".to_owned() } else { scope.join("/") };
        line(&format!(
            "{}  {days}  {hours}  {}  {place}  {}{state}",
            texts::of(&item["id"]),
            texts::of(&item["calendar"]),
            texts::of(&item["name"]["fa"]),
        ));
    }
    if items.is_empty() {
        say("no closures were declared");
    }
    Ok(ExitCode::SUCCESS)
}
