//! The deployment of a scenario's flows: a folder as an administrator would write it, so that flows, secrets, limits and
//! connectors are read and checked by what reads every deployment.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use peygir_dsl::model::FlowName;
use peygir_runtime::pack;
use peygir_source::{Diagnostic, Diagnostics, Node, Severity};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::Deployed;
use super::services::Services;
use crate::scenario::steps::Unmet;

/// What the scenario says of its deployment.
#[derive(Default)]
pub struct Deployment {
    /// The first one is "the workflow".
    pub definitions: Vec<String>,
    pub secrets: BTreeMap<String, Value>,
    pub limits: BTreeMap<String, u64>,
    pub zone: Option<String>,
    /// Texts behind addresses.
    pub resources: BTreeMap<String, String>,
    /// Settings by kind of connector.
    pub connectors: BTreeMap<String, String>,
    /// `http` and `connectors` of a deployment that the scenarios are run with, as YAML.
    pub world: Option<Outside>,
}

/// Connectors of a real deployment.
#[derive(Clone)]
pub struct Outside {
    pub folder: std::path::PathBuf,
    pub deployment: pack::Catalog,
}

const CALENDAR: &str =
    "kind: calendar\nid: always\ntitle: { fa: همیشه, en: Always }\nzone: Asia/Tehran\nalways: true\n";
const DIRECTORY: &str = "kind: directory\nprovince: { id: here, fa: اینجا, en: Here }\n";
const PACK: &str = "kind: pack\nname: scenario\ntitle: { fa: سناریو, en: Scenario }\nversion: 1.0.0\n";

impl Deployment {
    /// Writes the folder and reads it.
    pub fn write(&self, services: Option<&Services>) -> Result<(TempDir, Deployed), Unmet> {
        let folder = TempDir::new().map_err(|error| Unmet::new("a folder for the deployment", error.to_string()))?;
        self.write_to(folder.path(), services)
            .map_err(|error| Unmet::new("the deployment can be written", error.to_string()))?;
        let deployed = match pack::load_with(folder.path(), &crate::connectors::kinds()) {
            Ok((mut catalog, warnings)) => {
                if let Some(outside) = &self.world {
                    catalog.deployment.folder.clone_from(&outside.folder);
                    catalog.deployment.connectors.clone_from(&outside.deployment.deployment.connectors);
                    catalog.deployment.http_allow.clone_from(&outside.deployment.deployment.http_allow);
                }
                let first = self.first().ok_or_else(|| Unmet::new("the workflow has a name", "it has none"))?;
                Deployed::Sound { pack: Box::new(catalog), first, warnings }
            }
            Err(found) => Deployed::Refused(of_definitions(found)),
        };
        Ok((folder, deployed))
    }

    /// Name of the first flow as its document has it.
    pub fn first(&self) -> Option<FlowName> {
        name_of(self.definitions.first()?)
    }

    fn write_to(&self, folder: &Path, services: Option<&Services>) -> std::io::Result<()> {
        for part in ["pack/workflows", "pack/rules", "secrets", "resources"] {
            fs::create_dir_all(folder.join(part))?;
        }
        fs::write(folder.join("pack/pack.yaml"), PACK)?;
        fs::write(folder.join("pack/rules/calendar.yaml"), CALENDAR)?;
        fs::write(folder.join("pack/rules/directory.yaml"), DIRECTORY)?;
        for (index, definition) in self.definitions.iter().enumerate() {
            fs::write(folder.join(format!("pack/workflows/definition-{}.yaml", index + 1)), definition)?;
        }
        for (name, value) in &self.secrets {
            let path = folder.join("secrets").join(name);
            fs::write(&path, value.as_str().map_or_else(|| value.to_string(), str::to_owned))?;
            // Secrets that others may read are refused.
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        }
        for (index, text) in self.resources.values().enumerate() {
            fs::write(folder.join(format!("resources/{index}")), text)?;
        }
        fs::write(folder.join("deployment.yaml"), self.text(services))
    }

    /// JSON is YAML: values are written as JSON, so that nothing needs quoting of its own.
    fn text(&self, services: Option<&Services>) -> String {
        let intake = self.first().map_or_else(|| "none/none:0.0.0".to_owned(), |name| name.to_string());
        let mut text = "kind: deployment\nname: scenario\ntitle: { fa: سناریو, en: Scenario }\nprovince: here\n\
                        packs: [ pack ]\ncaseType: scenario\ncalendar: always\nchannels: {}\n"
            .to_owned();
        let mut member = |name: &str, value: Value| {
            let _ = writeln!(text, "{name}: {value}");
        };
        member("intake", intake.into());
        if let Some(zone) = &self.zone {
            member("zone", zone.as_str().into());
        }
        if !self.limits.is_empty() {
            member("limits", json!(self.limits));
        }
        if !self.secrets.is_empty() {
            let secret = |(name, value): (&String, &Value)| {
                let file = format!("secrets/{name}");
                let reference =
                    if value.is_string() { json!({ "file": file }) } else { json!({ "file": file, "json": true }) };
                (name.clone(), reference)
            };
            member("secrets", Value::Object(self.secrets.iter().map(secret).collect()));
        }
        if !self.resources.is_empty() {
            let copies = self.resources.keys().enumerate();
            let copies = copies.map(|(index, url)| (url.clone(), Value::String(format!("resources/{index}"))));
            member("resources", Value::Object(copies.collect()));
        }
        member("http", json!({ "allow": services.map(Services::hosts).unwrap_or_default() }));
        member("connectors", self.connectors(services));
        text
    }

    fn connectors(&self, services: Option<&Services>) -> Value {
        let mut connectors = serde_json::Map::new();
        for (kind, settings) in &self.connectors {
            let settings = peygir_source::yaml::parse(settings).map_or(Value::Null, |node| node.to_json());
            connectors.insert(kind.clone(), json!({ "use": kind, "settings": settings }));
        }
        if let Some(services) = services {
            connectors.insert("http".to_owned(), json!({ "use": "http", "settings": services.settings() }));
        }
        Value::Object(connectors)
    }
}

/// What was found in the definitions; what follows from it elsewhere is no news.
fn of_definitions(mut found: Diagnostics) -> Diagnostics {
    let of_definition = |one: &Diagnostic| one.file.contains("/definition-");
    if found.list.iter().any(|one| of_definition(one) && one.severity == Severity::Error) {
        found.list.retain(of_definition);
    }
    found
}

/// `namespace/name:version` of a definition.
pub fn name_of(definition: &str) -> Option<FlowName> {
    let root = peygir_source::yaml::parse(definition).ok()?;
    let document = root.get("document")?;
    let member = |name: &str| document.get(name).and_then(Node::as_str).map(str::to_owned);
    Some(FlowName { namespace: member("namespace")?, name: member("name")?, version: member("version")? })
}
