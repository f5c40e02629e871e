//! `peygir packs`: what is in force and what is to come, versions with their authors and dates, how two of them differ, and
//! going back to the version before.

use std::process::ExitCode;

use anyhow::{Result, bail};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::client::{Client, escaped, query};
use super::deploy::{self, Server};
use super::local::{self, Lang};
use super::texts;
use crate::answer::{line, say};

/// Packs on the running server: all of them, or one with its versions, authors and dates.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Packs {
    /// One pack, with every version of it
    name: Option<String>,
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    server: Server,
}

#[derive(clap::Subcommand)]
enum Action {
    /// How two versions of a pack differ
    Diff { name: String, from: String, to: String },
    /// Deploy the version that was in force before the present one
    Rollback {
        name: String,
        #[arg(long)]
        note: Option<String>,
    },
    /// Every deployment, newest first
    Editions,
    /// Take back an edition that is still to come: nothing of it comes into force
    Withdraw {
        edition: u64,
        /// Stands with the edition
        #[arg(long)]
        reason: String,
    },
}

pub fn run(arguments: &Packs) -> Result<ExitCode> {
    let server = &arguments.server;
    let client = server.client()?;
    match (&arguments.action, &arguments.name) {
        (Some(Action::Diff { name, from, to }), _) => difference(&client, server, name, [from, to]),
        (Some(Action::Rollback { name, note }), _) => roll_back(&client, server, name, note.as_deref()),
        (Some(Action::Editions), _) => editions(&client, server),
        (Some(Action::Withdraw { edition, reason }), _) => withdraw(&client, server, *edition, reason),
        (None, Some(name)) => one(&client, server, name),
        (None, None) => all(&client, server),
    }
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn all(client: &Client, server: &Server) -> Result<ExitCode> {
    let packs = client.get("/api/v1/packs")?;
    if server.json {
        line(&packs.to_string());
        return Ok(ExitCode::SUCCESS);
    }
    let (zone, lang) = (local::zone(client), server.lang);
    for pack in items(&packs["packs"]) {
        let versions = items(&pack["versions"]);
        let present = versions.iter().find(|version| version["state"] == "in-force");
        let next: Vec<String> = versions
            .iter()
            .rev()
            .filter(|version| version["state"] == "to-come")
            .map(|version| to_come(version, &zone, lang))
            .collect();
        let name = texts::of(&pack["name"]);
        let state = match (pack["version"].as_str(), present) {
            (Some(version), Some(present)) => format!("{version}  {}", by(present, &zone, lang)),
            _ => lang.pick("not in force", "در کار نیست").to_owned(),
        };
        line(&format!("{name}  {state}{}", next.concat()));
    }
    if items(&packs["packs"]).is_empty() {
        say(lang.pick("no packs were deployed", "بسته‌ای مستقر نشده است"));
    }
    Ok(ExitCode::SUCCESS)
}

fn to_come(version: &Value, zone: &TimeZone, lang: Lang) -> String {
    let when = local::time(&version["effectiveFrom"], zone, lang);
    let what = version["version"].as_str().unwrap_or(lang.pick("taken away", "کنار گذاشته می‌شود"));
    match lang {
        Lang::En => format!("; {what} from {when} on"),
        Lang::Fa => format!("؛ {what} از {when}"),
    }
}

/// Since when, and by whom.
fn by(version: &Value, zone: &TimeZone, lang: Lang) -> String {
    let when = local::time(&version["effectiveFrom"], zone, lang);
    let who = texts::of(&version["author"][lang.code()]);
    match lang {
        Lang::En => format!("from {when} on, by {who}"),
        Lang::Fa => format!("از {when}، {who}"),
    }
}

fn one(client: &Client, server: &Server, name: &str) -> Result<ExitCode> {
    let pack = client.get(&format!("/api/v1/packs/{}", escaped(name)))?;
    if server.json {
        line(&pack.to_string());
        return Ok(ExitCode::SUCCESS);
    }
    let (zone, lang) = (local::zone(client), server.lang);
    line(&format!("{}  {}", texts::of(&pack["name"]), texts::of(&pack["title"][lang.code()])));
    for version in items(&pack["versions"]) {
        let state = state(version, lang);
        let what = version["version"].as_str().unwrap_or(lang.pick("taken away", "کنار گذاشته شد"));
        let number = lang.digits(&version["edition"].to_string());
        let note = version["note"].as_str().filter(|note| !note.is_empty());
        let note = note.map(|note| format!("  — {note}")).unwrap_or_default();
        line(&format!("  {number}  {what}  {state}  {}{note}", by(version, &zone, lang)));
    }
    Ok(ExitCode::SUCCESS)
}

fn state(version: &Value, lang: Lang) -> &'static str {
    match version["state"].as_str().unwrap_or_default() {
        "in-force" => lang.pick("in force", "برقرار"),
        "to-come" => lang.pick("to come", "در راه"),
        "broken" => lang.pick("could not be put in force", "برقرار نشد"),
        "withdrawn" => lang.pick("withdrawn", "پس گرفته شد"),
        _ => lang.pick("past", "گذشته"),
    }
}

fn editions(client: &Client, server: &Server) -> Result<ExitCode> {
    let editions = client.get("/api/v1/packs/editions")?;
    if server.json {
        line(&editions.to_string());
        return Ok(ExitCode::SUCCESS);
    }
    let (zone, lang) = (local::zone(client), server.lang);
    for edition in items(&editions) {
        let label = |pack: &Value| format!("{}@{}", texts::of(&pack["name"]), texts::of(&pack["version"]));
        let gone = items(&edition["removed"]).iter().map(|name| format!("-{}", texts::of(name)));
        let packs: Vec<String> = items(&edition["packs"]).iter().map(label).chain(gone).collect();
        let number = lang.digits(&edition["number"].to_string());
        let (state, by, note) = (state(edition, lang), by(edition, &zone, lang), texts::of(&edition["note"]));
        line(&format!("{number}  {}  {state}  {by}  {note}", packs.join(" ")));
    }
    Ok(ExitCode::SUCCESS)
}

/// Sent with a key of its own, as every deployment is; what is planned after it is checked without it first.
fn withdraw(client: &Client, server: &Server, edition: u64, reason: &str) -> Result<ExitCode> {
    let path = format!("/api/v1/packs/editions/{edition}/withdraw");
    match client.try_post(&path, &deploy::key()?, &json!({ "reason": reason }))? {
        Ok(done) if server.json => line(&done.to_string()),
        Ok(_) => {
            let number = server.lang.digits(&edition.to_string());
            line(&match server.lang {
                Lang::En => format!("edition {number} was withdrawn: nothing of it comes into force"),
                Lang::Fa => format!("استقرار {number} پس گرفته شد: هیچ بخش آن برقرار نخواهد شد"),
            });
        }
        Err(problem) => {
            deploy::tell_problem(server, &problem, &[]);
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn difference(client: &Client, server: &Server, name: &str, [from, to]: [&str; 2]) -> Result<ExitCode> {
    let query = query(&[("from", Some(from)), ("to", Some(to))]);
    let difference = client.get(&format!("/api/v1/packs/{}/difference{query}", escaped(name)))?;
    if server.json {
        line(&difference.to_string());
    } else {
        line(difference["text"].as_str().unwrap_or_default().trim_end());
    }
    Ok(ExitCode::SUCCESS)
}

fn roll_back(client: &Client, server: &Server, name: &str, note: Option<&str>) -> Result<ExitCode> {
    let pack = client.get(&format!("/api/v1/packs/{}", escaped(name)))?;
    let present = pack["version"].as_str();
    let mut past = items(&pack["versions"]).iter().filter(|version| version["state"] == "past");
    let before = past.find_map(|version| version["version"].as_str().filter(|version| Some(*version) != present));
    let Some(before) = before else { bail!("there is no version of {name} before the present one") };
    deploy::deploy_known(server, name, before, note)
}
