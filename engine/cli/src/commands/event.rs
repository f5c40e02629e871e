//! `peygir event`: events that flows wait for, handed to the server that has the data folder open.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::client::Client;
use crate::answer::line;
use crate::data_folder::DataFolder;

const STRUCTURED: &str = "application/cloudevents+json";

/// Events that flows wait for.
#[derive(clap::Subcommand)]
pub enum Command {
    Send(Send),
}

/// Hand in a CloudEvent; prints what was taken as JSON. The same source and id is the same event.
#[derive(clap::Args)]
pub struct Send {
    /// As the flow's filter names it: ir.agency.answered
    #[arg(long = "type")]
    type_: String,
    /// Of whoever tells it: a path or an address
    #[arg(long)]
    source: String,
    #[arg(long)]
    id: String,
    /// Tracking code, case id or instance id of whom it concerns: kept there until somebody waits for it
    #[arg(long)]
    subject: Option<String>,
    /// JSON
    #[arg(long, default_value = "null")]
    event_data: String,
    /// NAME=VALUE, an extension attribute; may be given several times
    #[arg(long)]
    extension: Vec<String>,
    #[arg(long, default_value = "data")]
    data: PathBuf,
}

pub fn run(command: &Command) -> Result<ExitCode> {
    let Command::Send(send) = command;
    let data: Value = serde_json::from_str(&send.event_data).context("--event-data is no JSON")?;
    let mut event =
        json!({ "specversion": "1.0", "id": send.id, "source": send.source, "type": send.type_, "data": data });
    if let Some(subject) = &send.subject {
        event["subject"] = subject.clone().into();
    }
    for extension in &send.extension {
        let Some((name, value)) = extension.split_once('=') else {
            bail!("--extension is written NAME=VALUE");
        };
        event[name] = value.into();
    }
    let taken = Client::of(&DataFolder::new(&send.data))?.post_as(STRUCTURED, "/api/v1/events", &event)?;
    line(&taken.to_string());
    Ok(ExitCode::SUCCESS)
}
