//! Packs that lie in no folder here: what the server has of them.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use peygir_runtime::pack::{Bundle, Rules};
use peygir_source::Diagnostics;
use serde_json::Value;

use super::super::client::{Client, escaped};
use super::super::deploy::Server;
use super::super::local::Lang;
use super::told;
use crate::answer::say;

/// The packs below, the lowest first, with those that were not found in folders as they are in force on the server. The one
/// that moves may be missing: both of its versions were named.
pub fn complete(
    below: Vec<Rules>,
    missing: Vec<String>,
    moving: &str,
    server: &Server,
) -> Result<Result<Vec<Rules>, Diagnostics>> {
    let mut asked: BTreeSet<String> = below.iter().map(|rules| rules.manifest.name.clone()).collect();
    asked.insert(moving.to_owned());
    let mut wanted: Vec<String> = missing.into_iter().filter(|name| name != moving).collect();
    if wanted.is_empty() {
        return Ok(Ok(below));
    }
    let client = server.client().ok();
    let mut below = below;
    while let Some(name) = wanted.pop() {
        if !asked.insert(name.clone()) {
            continue;
        }
        let Some((client, at)) = client.as_ref().and_then(|client| Some((client, in_force(client, &name).ok()??)))
        else {
            bail!("{}", told::not_found(&name, server.lang));
        };
        let rules = match version(client, &name, &at)? {
            Ok(rules) => rules,
            Err(found) => return Ok(Err(found)),
        };
        say(&taken(&name, &at, server.lang));
        wanted.extend(rules.manifest.over.iter().map(|over| over.name.clone()));
        below.push(rules);
    }
    Ok(Ok(Rules::lowest_first(below)))
}

/// The version of a pack that is in force on the server; none where it is not in force.
pub fn in_force(client: &Client, name: &str) -> Result<Option<String>> {
    let pack = client.get(&format!("/api/v1/packs/{}", escaped(name)))?;
    Ok(pack["version"].as_str().map(str::to_owned))
}

/// The version that was in force before the one that is; none where there was no other.
pub fn before(client: &Client, name: &str) -> Result<Option<String>> {
    let pack = client.get(&format!("/api/v1/packs/{}", escaped(name)))?;
    Ok(pack["before"].as_str().map(str::to_owned))
}

/// A version that was deployed to the server.
pub fn version(client: &Client, name: &str, version: &str) -> Result<Result<Rules, Diagnostics>> {
    let answer = client.get(&format!("/api/v1/packs/{}/versions/{}", escaped(name), escaped(version)))?;
    let texts = answer["files"].as_object().into_iter().flatten();
    let text = |(path, text): (&String, &Value)| Some((path.clone(), text.as_str()?.to_owned()));
    let files = texts.filter_map(text).collect();
    Ok(Bundle::of_texts(files).and_then(|bundle| Rules::of_bundle(&bundle)))
}

fn taken(name: &str, version: &str, lang: Lang) -> String {
    let (name, version) = (lang.id(name), lang.id(version));
    match lang {
        Lang::En => format!("the pack below, {name} {version}, is taken from the server"),
        Lang::Fa => format!("بستهٔ زیرین، {name} نسخهٔ {version}، از سرور گرفته شد"),
    }
}
