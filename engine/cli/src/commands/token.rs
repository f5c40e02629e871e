//! `peygir token`: bearer tokens for programs, issued by the running server.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::json;

use super::client::Client;
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
    /// operator, duty-manager, agency-head, inspector, inspection-centre, reviewer, routing-owner, administrator, auditor,
    /// monitor or connector
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
    let answer = Client::of(&DataFolder::new(&arguments.data))?.post("/api/v1/tokens", &body)?;
    say(&format!("token {name}: role {}, scope {}", arguments.role, arguments.scope));
    line(answer["token"].as_str().context("the server gave no token")?);
    Ok(ExitCode::SUCCESS)
}
