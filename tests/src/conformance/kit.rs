//! The official kit: its files as they are, its public services by a stand-in.
//!
//! Only what a deployment may say of itself differs from the world outside: where two names lead, and which authority is
//! trusted.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;
use tempfile::TempDir;

use super::played::{self, Played};
use super::stub::{HOSTS, Spoilt, Stub};

/// Scenarios of the kit.
pub const SCENARIOS: usize = 21;

/// Scenarios that call a public service, and what makes each of them fail.
pub const CALLING: [(&str, Spoilt); 9] = [
    ("Call HTTP With Content Output", Spoilt::NamelessPets),
    ("Call HTTP With Response Output", Spoilt::NamelessPets),
    ("Call HTTP Using Basic Authentication", Spoilt::Closed),
    ("Call OpenAPI With Content Output", Spoilt::Broken),
    ("Call OpenAPI With Response Output", Spoilt::NamelessPets),
    ("Output Filtering", Spoilt::OtherPets),
    ("Use Non-object Output", Spoilt::OtherPets),
    ("Try Handle Caught Error", Spoilt::Overloaded),
    ("Try Raise Uncaught Error", Spoilt::Overloaded),
];

/// Whether a scenario of the kit calls a public service.
pub fn calls(name: &str) -> bool {
    CALLING.iter().any(|(known, _)| *known == name)
}

/// Plays the kit; `only` names a scenario where one is meant. The stand-in must have been asked.
pub fn play(spec: &Path, stub: &Stub, only: Option<&str>) -> Result<Vec<Played>> {
    let deployment = deployment(stub)?;
    let folder = deployment.path().to_str().context("a scratch folder has a plain name")?;
    let mut arguments = vec!["--connectors", folder];
    if let Some(name) = only {
        arguments.extend(["--filter", name]);
    }
    played::play(&spec.join("ctk/features"), &arguments)
}

/// A deployment whose connector of HTTP calls finds the stand-in.
fn deployment(stub: &Stub) -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().context("files lie in folders")?)?;
        fs::write(path, text).map_err(anyhow::Error::from)
    };
    let hosts = HOSTS.map(|host| (host.to_owned(), json!(stub.address().to_string())));
    let hosts = serde_json::Value::Object(hosts.into_iter().collect());
    let settings = json!({ "hosts": hosts, "idempotentHosts": HOSTS, "caFile": stub.authority() });
    write(
        "deployment.yaml",
        &format!(
            "kind: deployment\nname: kit\ntitle: {{ fa: آزمون, en: Kit }}\nprovince: here\npacks: [ pack ]\n\
             caseType: kit\nintake: kit/intake:1.0.0\ncalendar: always\nchannels: {{}}\nhttp: {{ allow: {} }}\n\
             connectors: {{ http: {{ use: http, settings: {settings} }} }}\n",
            json!(HOSTS)
        ),
    )?;
    write("pack/pack.yaml", "kind: pack\nname: kit\ntitle: { fa: آزمون, en: Kit }\nversion: 1.0.0\n")?;
    write(
        "pack/workflows/intake.yaml",
        "document: { dsl: '1.0.3', namespace: kit, name: intake, version: '1.0.0' }\ndo:\n  - none: { set: { none: true } }\n",
    )?;
    write(
        "pack/rules/calendar.yaml",
        "kind: calendar\nid: always\ntitle: { fa: همیشه, en: Always }\nzone: Asia/Tehran\nalways: true\n",
    )?;
    write("pack/rules/directory.yaml", "kind: directory\nprovince: { id: here, fa: اینجا, en: Here }\n")?;
    Ok(folder)
}
