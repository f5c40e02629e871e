//! `peygir token`: bearer tokens for programs, issued by the running server.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::answer::{line, say};
use crate::data_folder::DataFolder;

/// Tokens for programs that use the API.
#[derive(clap::Subcommand)]
pub enum Command {
    New(New),
}

/// Issue a token. It is printed once, on stdout, and kept nowhere in clear.
#[derive(clap::Args)]
pub struct New {
    /// operator, duty-manager, agency-head, inspector, inspection-centre, administrator, auditor or connector
    #[arg(long)]
    role: String,
    /// nation, province:ID, county:PROVINCE/ID or agency:ID
    #[arg(long)]
    scope: String,
    /// What the token is called in journals; once used, never again
    #[arg(long)]
    name: Option<String>,
    #[arg(long, default_value = "data")]
    data: PathBuf,
}

pub fn run(command: &Command) -> Result<ExitCode> {
    let Command::New(arguments) = command;
    let name = arguments.name.clone().unwrap_or_else(|| format!("{}-{:08x}", arguments.role, std::process::id()));
    let body = json!({ "name": name, "role": arguments.role, "scope": arguments.scope });
    let answer = ask(&DataFolder::new(&arguments.data), "/api/v1/tokens", &body)?;
    say(&format!("token {name}: role {}, scope {}", arguments.role, arguments.scope));
    line(answer["token"].as_str().context("the server gave no token")?);
    Ok(ExitCode::SUCCESS)
}

/// Asks the server that has the data folder open, as the administrator of its bootstrap token.
pub fn ask(data: &DataFolder, path: &str, body: &Value) -> Result<Value> {
    let running = data.running()?;
    let token = data.bootstrap_token()?;
    let url = format!("{}{path}", running.address);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let response = reqwest::Client::new()
            .post(&url)
            .bearer_auth(token)
            .json(body)
            .send()
            .await
            .with_context(|| format!("the server at {} does not answer; is it still running?", running.address))?;
        let status = response.status();
        let answer: Value = response.json().await.unwrap_or_default();
        if !status.is_success() {
            bail!("{}", refusal(&answer, status.as_u16()));
        }
        Ok(answer)
    })
}

fn refusal(answer: &Value, status: u16) -> String {
    let title = answer["detail"].as_str().or(answer["title"].as_str()).unwrap_or("the server refused");
    let fields: Vec<String> = answer["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|error| {
            let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
            format!("{}: {}", text("pointer"), text("detail"))
        })
        .collect();
    format!("{title} ({status}) {}", fields.join("; "))
}
