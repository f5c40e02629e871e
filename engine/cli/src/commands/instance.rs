//! `peygir instance`: instances of flows, asked of the server that has the data folder open.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::client::{self, Client};
use crate::answer::{line, say};
use crate::data_folder::DataFolder;

/// Instances of flows: start, look at, suspend, resume, cancel, retry, restart.
#[derive(clap::Args)]
pub struct Instance {
    #[arg(long, default_value = "data", global = true)]
    data: PathBuf,
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    Start(Start),
    List(List),
    /// Where an instance stands, as JSON
    Show {
        id: String,
    },
    /// No task starts and no timer fires until it is resumed
    Suspend {
        id: String,
        /// Stands in the journal
        #[arg(long)]
        reason: String,
    },
    Resume {
        id: String,
    },
    /// End it; what it asked for is withdrawn
    Cancel {
        id: String,
        /// Stands in the journal
        #[arg(long)]
        reason: String,
    },
    /// Run the faulted task again, with what was decided before it
    Retry {
        id: String,
    },
    /// Begin the flow of a faulted instance anew, in the version in force: tables are asked again; prints the new id
    Restart {
        id: String,
    },
}

/// Start a flow; prints the id, or with --wait the instance as JSON.
#[derive(clap::Args)]
struct Start {
    /// NAMESPACE/NAME or NAMESPACE/NAME:VERSION
    flow: String,
    /// JSON
    #[arg(long, default_value = "{}")]
    input: String,
    /// Seconds to wait for the end (at most 60)
    #[arg(long)]
    wait: Option<u64>,
}

/// One line for each instance, newest first.
#[derive(clap::Args)]
struct List {
    /// NAMESPACE/NAME or NAMESPACE/NAME:VERSION
    #[arg(long)]
    workflow: Option<String>,
    /// running, waiting, suspended, completed, faulted or cancelled
    #[arg(long)]
    status: Option<String>,
    /// RFC 3339
    #[arg(long)]
    started_after: Option<String>,
    /// RFC 3339
    #[arg(long)]
    started_before: Option<String>,
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// The pages as the API gives them
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Instance) -> Result<ExitCode> {
    let client = Client::of(&DataFolder::new(&arguments.data))?;
    let control = |id: &str, what: &str, body: &Value| {
        client.post(&format!("/api/v1/instances/{}/{what}", client::escaped(id)), body).map(drop)
    };
    match &arguments.action {
        Action::Start(start) => return start_flow(&client, start),
        Action::List(list) => return list_instances(&client, list),
        Action::Show { id } => {
            let view = client.get(&format!("/api/v1/instances/{}", client::escaped(id)))?;
            line(&serde_json::to_string_pretty(&view)?);
        }
        Action::Suspend { id, reason } => {
            control(id, "suspend", &json!({ "reason": reason }))?;
            say(&format!("{id} is suspended; `peygir instance resume {id}` lets it go on"));
        }
        Action::Resume { id } => {
            control(id, "resume", &Value::Null)?;
            say(&format!("{id} goes on"));
        }
        Action::Cancel { id, reason } => {
            control(id, "cancel", &json!({ "reason": reason }))?;
            say(&format!("{id} is cancelled; what it asked for is withdrawn"));
        }
        Action::Retry { id } => {
            control(id, "retry", &Value::Null)?;
            tell_retried(&client, id)?;
        }
        Action::Restart { id } => {
            let new = client.post(&format!("/api/v1/instances/{}/restart", client::escaped(id)), &Value::Null)?;
            let new = new["id"].as_str().context("the server gave no id")?;
            say(&format!("the flow of {id} has begun anew, by the rules in force:"));
            line(new);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What came of it, as far as it is known at once: the same fault again is no success.
fn tell_retried(client: &Client, id: &str) -> Result<()> {
    let view = client.get(&format!("/api/v1/instances/{}", client::escaped(id)))?;
    let status = view["status"].as_str().unwrap_or_default();
    if status != "faulted" {
        say(&format!("{id}: the faulted task runs again; the instance is {status}"));
        return Ok(());
    }
    let detail = view["error"]["detail"].as_str().or(view["error"]["title"].as_str()).unwrap_or_default();
    say(&format!("{id}: the task was run again and failed again: {detail}"));
    say(&format!(
        "where a table or a script decided wrongly before it, deploy what is right, then `peygir instance restart {id}`"
    ));
    Ok(())
}

fn start_flow(client: &Client, start: &Start) -> Result<ExitCode> {
    let (name, version) = start.flow.split_once(':').map_or((start.flow.as_str(), None), |(n, v)| (n, Some(v)));
    let (namespace, name) = name.split_once('/').context("a flow is named NAMESPACE/NAME or NAMESPACE/NAME:VERSION")?;
    let input: Value = serde_json::from_str(&start.input).context("--input is no JSON")?;
    let wait = start.wait.map(|seconds| seconds.to_string());
    let query = client::query(&[("version", version), ("wait", wait.as_deref())]);
    let path = format!("/api/v1/workflows/{}/{}/instances{query}", client::escaped(namespace), client::escaped(name));
    let answer = client.post(&path, &input)?;
    if start.wait.is_none() {
        line(answer["id"].as_str().context("the server gave no id")?);
        return Ok(ExitCode::SUCCESS);
    }
    line(&serde_json::to_string_pretty(&answer)?);
    Ok(if answer["status"] == "completed" { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn list_instances(client: &Client, list: &List) -> Result<ExitCode> {
    let limit = list.limit.to_string();
    let query = client::query(&[
        ("workflow", list.workflow.as_deref()),
        ("status", list.status.as_deref()),
        ("startedAfter", list.started_after.as_deref()),
        ("startedBefore", list.started_before.as_deref()),
        ("limit", Some(&limit)),
    ]);
    let page = client.get(&format!("/api/v1/instances{query}"))?;
    if list.json {
        line(&serde_json::to_string_pretty(&page)?);
        return Ok(ExitCode::SUCCESS);
    }
    let items = page["items"].as_array().map_or(&[][..], Vec::as_slice);
    for item in items {
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let flow = &item["workflow"];
        let anew = item["restartedAs"].as_str().map(|new| format!("  begun anew as {new}")).unwrap_or_default();
        line(&format!(
            "{}  {:<10} {}  {}/{}:{}{anew}",
            text(&item["id"]),
            text(&item["status"]),
            text(&item["startedAt"]),
            text(&flow["namespace"]),
            text(&flow["name"]),
            text(&flow["version"]),
        ));
    }
    if items.is_empty() {
        say("no instances");
    } else if page["next"].is_string() {
        say("there are more; narrow the list down, or page through GET /api/v1/instances");
    }
    Ok(ExitCode::SUCCESS)
}
