//! `peygir packs`: what is in force and what is to come, versions with their authors and dates, how two of them differ, and
//! going back to the version before.

use std::process::ExitCode;

use anyhow::{Result, bail};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::client::{Client, escaped, query};
use super::deploy::{self, How, Server};
use super::local::{self, Lang};
use super::texts;
use crate::answer::{line, say};
use crate::said::Said;

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
    /// Go back to what was in force before: one pack to its version, or all packs to their edition
    ///
    /// What was rolled back is passed over: who goes back twice comes to the version before that one. It is one deployment,
    /// checked as every other.
    Rollback {
        /// One pack; all of them where none is named
        name: Option<String>,
        /// To what was in force with this edition
        #[arg(long)]
        to: Option<u64>,
        #[command(flatten)]
        how: How,
    },
    /// Take packs out of force; their versions stay on the shelf
    Remove {
        #[arg(required = true)]
        names: Vec<String>,
        #[command(flatten)]
        how: How,
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
        (Some(Action::Rollback { name, to, how }), _) => roll_back(&client, server, name.as_deref(), *to, how),
        (Some(Action::Remove { names, how }), _) => deploy::deploy_change(server, &json!([]), &json!(names), how),
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
        let left = pack["folder"].as_str().map(|folder| match lang {
            Lang::En => format!("; the folder has {folder}, which is not in force"),
            Lang::Fa => format!("؛ پوشهٔ استقرار {folder} دارد که برقرار نیست"),
        });
        let state = match (pack["version"].as_str(), present) {
            (Some(version), Some(present)) => format!("{version}  {}", by(present, &zone, lang)),
            _ => lang.pick("not in force", "در کار نیست").to_owned(),
        };
        line(&format!("{name}  {state}{}{}", next.concat(), left.unwrap_or_default()));
    }
    if items(&packs["packs"]).is_empty() {
        say(lang.pick("no packs were deployed", "بسته‌ای مستقر نشده است"));
    }
    Ok(ExitCode::SUCCESS)
}

fn to_come(version: &Value, zone: &TimeZone, lang: Lang) -> String {
    let when = local::time(&version["effectiveFrom"], zone, lang);
    let what = version["version"].as_str().unwrap_or(lang.pick("taken away", "کنار گذاشته می‌شود"));
    let number = lang.digits(&version["edition"].to_string());
    match lang {
        Lang::En => format!("; planned: {what} from {when} on, edition {number}"),
        Lang::Fa => format!("؛ در راه: {what} از {when}، استقرار {number}"),
    }
}

/// Since when, and by whom.
fn by(version: &Value, zone: &TimeZone, lang: Lang) -> String {
    let when = local::time(&version["effectiveFrom"], zone, lang);
    let who = texts::of(&version["author"][lang.code()]);
    let withdrawn = &version["withdrawn"];
    if withdrawn.is_null() {
        return match lang {
            Lang::En => format!("from {when} on, by {who}"),
            Lang::Fa => format!("از {when}، {who}"),
        };
    }
    let (taken, by) = (local::time(&withdrawn["at"], zone, lang), texts::of(&withdrawn["by"][lang.code()]));
    let reason = texts::on_line(&texts::of(&withdrawn["reason"]));
    match lang {
        Lang::En => format!("on {taken} by {by}: {reason} (was to come from {when} on, by {who})"),
        Lang::Fa => format!("در {taken}، {by}: {reason} (قرار بود از {when} برقرار شود، {who})"),
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
        let note = note.map(|note| format!("  — {}", texts::on_line(note))).unwrap_or_default();
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
    let label = |pack: &Value| format!("{}@{}", texts::of(&pack["name"]), texts::of(&pack["version"]));
    for edition in items(&editions) {
        let gone = items(&edition["removed"]).iter().map(|name| format!("-{}", texts::of(name)));
        let packs: Vec<String> = items(&edition["packs"]).iter().map(label).chain(gone).collect();
        let number = lang.digits(&edition["number"].to_string());
        let stands: Vec<String> = items(&edition["standing"]).iter().map(label).collect();
        let state = match edition["state"] == "past" && !stands.is_empty() {
            true => format!("{} ({})", lang.pick("past; still in force", "گذشته؛ هنوز برقرار"), stands.join(" ")),
            false => state(edition, lang).to_owned(),
        };
        let by = by(edition, &zone, lang);
        let note = texts::on_line(&texts::of(&edition["note"]));
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
            deploy::tell_problem(server, &problem, &[], true);
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

fn roll_back(client: &Client, server: &Server, name: Option<&str>, to: Option<u64>, how: &How) -> Result<ExitCode> {
    let (packs, remove) = match name {
        Some(name) => back_of_one(client, name, to)?,
        None => back_of_all(client, to)?,
    };
    if packs.is_empty() && remove.is_empty() {
        bail!(Said::new("the same is in force already", "همین هم‌اکنون برقرار است"));
    }
    deploy::deploy_change(server, &json!(packs), &json!(remove), how)
}

/// What is deployed and what is taken out of force.
type Back = (Vec<Value>, Vec<String>);

fn back_of_one(client: &Client, name: &str, to: Option<u64>) -> Result<Back> {
    let known = |version: &str| json!({ "name": name, "version": version });
    match to {
        Some(to) => match version_in(&in_force_with(client, to)?, name) {
            Some(version) => Ok((vec![known(&version)], Vec::new())),
            None => Ok((Vec::new(), vec![name.to_owned()])),
        },
        None => {
            let pack = client.get(&format!("/api/v1/packs/{}", escaped(name)))?;
            let Some(before) = pack["before"].as_str() else {
                bail!(Said::new(
                    format!(
                        "there is no version of {name} before the present one; peygir packs remove takes it out of force"
                    ),
                    format!(
                        "پیش از این نسخهٔ دیگری از {name} برقرار نبوده است؛ \u{2066}peygir packs remove\u{2069} آن را کنار می‌گذارد"
                    ),
                ))
            };
            Ok((vec![known(before)], Vec::new()))
        }
    }
}

fn back_of_all(client: &Client, to: Option<u64>) -> Result<Back> {
    let packs = client.get("/api/v1/packs")?;
    let given = to.is_some();
    let Some(to) = to.or(packs["before"].as_u64()) else {
        bail!(Said::new("there is no edition before the present one", "پیش از این استقرار، استقراری نیست"))
    };
    if !given && edition_of(client, to)?.is_none() {
        bail!(of_place_only(&packs));
    }
    let (before, present) = (in_force_with(client, to)?, items(&packs["packs"]));
    let is_mine = |name: &str| present.iter().any(|pack| pack["name"] == name && pack["mayDeploy"] == true);
    let version = |pack: &Value| pack["version"].as_str().map(str::to_owned);
    let of_present = |name: &Value| present.iter().find(|pack| pack["name"] == *name).and_then(version);
    let changed = before.iter().filter(|pack| of_present(&pack["name"]) != version(pack));
    let gone = present.iter().filter(|pack| pack["version"].is_string());
    let gone = gone.map(|pack| texts::of(&pack["name"])).filter(|name| version_in(&before, name).is_none());
    let known = |pack: &Value| json!({ "name": pack["name"], "version": pack["version"] });
    let (changed, gone): (Vec<Value>, Vec<String>) = (changed.map(known).collect(), gone.collect());
    let theirs = |name: &str| !is_mine(name);
    let of_others =
        changed.iter().any(|pack| theirs(&texts::of(&pack["name"]))) || gone.iter().any(|name| theirs(name));
    // The edition before always differs from the present one: where nothing of it is seen here, it does so in packs of others.
    if of_others || (!given && changed.is_empty() && gone.is_empty()) {
        bail!(of_place_only(&packs));
    }
    Ok((changed, gone))
}

fn in_force_with(client: &Client, number: u64) -> Result<Vec<Value>> {
    let Some(edition) = edition_of(client, number)? else {
        bail!(Said::new(
            format!("there is no edition {number}, or none of its packs is yours to read"),
            format!("استقرار {number} نیست، یا هیچ‌یک از بسته‌های آن را شما نمی‌خوانید"),
        ))
    };
    if edition["state"] == "withdrawn" {
        bail!(Said::new(
            format!("edition {number} was withdrawn: nothing was in force with it"),
            format!("استقرار {number} پس گرفته شد: با آن چیزی برقرار نبوده است"),
        ));
    }
    Ok(items(&edition["inForce"]).to_vec())
}

/// None where there is none that the caller may read.
fn edition_of(client: &Client, number: u64) -> Result<Option<Value>> {
    let editions = client.get("/api/v1/packs/editions")?;
    Ok(items(&editions).iter().find(|edition| edition["number"] == number).cloned())
}

/// Whoever administers one place goes back with packs of that place, each by its name.
fn of_place_only(packs: &Value) -> Said {
    let mine = items(&packs["packs"]).iter().filter(|pack| pack["mayDeploy"] == true && pack["before"].is_string());
    let told: Vec<String> = mine
        .map(|pack| {
            format!("{} ({} → {})", texts::of(&pack["name"]), texts::of(&pack["version"]), texts::of(&pack["before"]))
        })
        .collect();
    let (en, fa) = match told.is_empty() {
        true => ("none of yours has a version before".to_owned(), "هیچ‌یک از بسته‌های شما نسخهٔ پیشین ندارد".to_owned()),
        false => (
            format!("peygir packs rollback NAME: {}", told.join(", ")),
            format!("\u{2066}peygir packs rollback NAME\u{2069}: \u{2066}{}\u{2069}", told.join(", ")),
        ),
    };
    Said::new(
        format!("going back with all packs is for whoever administers them all; go back with one of yours: {en}"),
        format!("بازگشت همهٔ بسته‌ها با مدیر همهٔ آن‌هاست؛ با یکی از بسته‌های خود بازگردید: {fa}"),
    )
}

fn version_in(packs: &[Value], name: &str) -> Option<String> {
    packs.iter().find(|pack| pack["name"] == name)?["version"].as_str().map(str::to_owned)
}
