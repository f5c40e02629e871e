//! `peygir login-link`: a one-time link by which a person of the directory signs in.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::json;

use super::client::Client;
use crate::answer::{line, say};
use crate::data_folder::DataFolder;

/// Print a link that signs a person of the directory in, once, within ten minutes.
#[derive(clap::Args)]
pub struct Arguments {
    /// The person's id in the directory
    person: String,
    #[arg(long, default_value = "data")]
    data: PathBuf,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let data = DataFolder::new(&arguments.data);
    let answer = Client::of(&data)?.post("/api/v1/login-links", &json!({ "person": arguments.person }))?;
    let path = answer["path"].as_str().context("the server gave no link")?;
    say(&format!("{}: once, until {}", arguments.person, answer["expiresAt"].as_str().unwrap_or_default()));
    line(&format!("{}{path}", data.running()?.address));
    Ok(ExitCode::SUCCESS)
}
