//! What the reader of flows is told of the world: functions with their inputs, flows, secrets, copies of addresses.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use peygir_casework::functions::FUNCTIONS;
use peygir_decision::Table;
use peygir_dsl::read::{Names, Resource};
use peygir_source::Node;
use serde_json::{Map, Value, json};

use super::offered::{BY_CONNECTORS, Offered};
use super::resources::Copies;

/// Everything that the packs hold, as far as it is known here.
pub(super) struct World {
    /// None where a file is looked at without the others: no function and no flow is refused then.
    pub functions: Option<Arc<Functions>>,
    /// None where there is no deployment.
    pub secrets: Option<BTreeSet<String>>,
    pub copies: Copies,
}

/// Functions and flows of a whole.
#[derive(Default)]
pub(super) struct Functions {
    /// Built-ins, tables, scripts and operations of connectors, with the JSON Schema of their input where they have one.
    functions: BTreeMap<String, Option<Value>>,
    flows: Vec<Known>,
}

/// A flow that is about to be read: its name, and what it takes when it is called as a function.
struct Known {
    namespace: String,
    name: String,
    version: String,
    input: Option<Value>,
}

impl Functions {
    pub fn new<'a>(
        tables: impl Iterator<Item = &'a Table>,
        scripts: impl Iterator<Item = &'a String>,
        offered: Option<&Offered>,
        flows: impl Iterator<Item = &'a Node>,
    ) -> Self {
        let mut functions: BTreeMap<String, Option<Value>> = BTreeMap::new();
        for name in offered.into_iter().flat_map(Offered::names) {
            functions.insert(name.clone(), offered.and_then(|offered| offered.input(name)));
        }
        functions.extend(scripts.map(|script| (script.clone(), None)));
        functions.extend(tables.map(|table| (table.id().to_owned(), Some(input_of_table(table)))));
        let built_in =
            FUNCTIONS.iter().map(|function| (function.name.to_owned(), serde_json::from_str(function.input).ok()));
        functions.extend(built_in);
        Self { functions, flows: flows.filter_map(Known::of).collect() }
    }

    fn flow_called(&self, name: &str) -> Option<&Known> {
        self.flows.iter().find(|flow| flow.name == name)
    }
}

impl Known {
    fn of(root: &Node) -> Option<Self> {
        let member = |name: &str| root.get("document")?.get(name)?.as_str().map(str::to_owned);
        let schema = root.get("input").and_then(|input| input.get("schema")?.get("document"));
        Some(Self {
            namespace: member("namespace")?,
            name: member("name")?,
            version: member("version")?,
            input: schema.map(Node::to_json),
        })
    }
}

/// What a call may give a table: the inputs that it takes from `input`.
fn input_of_table(table: &Table) -> Value {
    let mut properties = Map::new();
    for input in table.inputs() {
        let Some(path) = input.from.strip_prefix("input.") else { continue };
        let name = path.split('.').next().unwrap_or(path);
        properties.insert(name.to_owned(), json!({}));
    }
    // A table that takes all it needs from the case may be given anything: it looks at nothing of it.
    match properties.is_empty() {
        true => json!({ "type": "object" }),
        false => json!({ "type": "object", "properties": properties, "additionalProperties": false }),
    }
}

impl Names for World {
    fn has_function(&self, name: &str) -> Option<bool> {
        // Whether a connector carries them out is looked at when the flow has been read.
        if BY_CONNECTORS.contains(&name) {
            return None;
        }
        let known = self.functions.as_ref()?;
        Some(known.functions.contains_key(name) || known.flow_called(name).is_some())
    }

    fn functions(&self) -> Vec<String> {
        let known = self.functions.iter();
        let names: BTreeSet<&String> =
            known.flat_map(|known| known.functions.keys().chain(known.flows.iter().map(|flow| &flow.name))).collect();
        names.into_iter().cloned().collect()
    }

    fn function_input(&self, name: &str) -> Option<Value> {
        let known = self.functions.as_ref()?;
        match known.functions.get(name) {
            Some(input) => input.clone(),
            None => known.flow_called(name)?.input.clone(),
        }
    }

    fn has_flow(&self, namespace: &str, name: &str, version: Option<&str>) -> Option<bool> {
        let named = |flow: &Known| flow.namespace == namespace && flow.name == name;
        let wanted = |flow: &Known| version.is_none_or(|version| flow.version == version);
        self.functions.as_ref().map(|known| known.flows.iter().any(|flow| named(flow) && wanted(flow)))
    }

    fn flows(&self) -> Vec<String> {
        let flows = self.functions.iter().flat_map(|known| &known.flows);
        flows.map(|flow| format!("{}/{}", flow.namespace, flow.name)).collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn has_secret(&self, name: &str) -> Option<bool> {
        self.secrets.as_ref().map(|secrets| secrets.contains(name))
    }

    fn secrets(&self) -> Vec<String> {
        self.secrets.iter().flatten().cloned().collect()
    }

    fn resource(&self, address: &str) -> Resource {
        self.copies.get(address)
    }

    fn cron(&self, text: &str) -> Result<(), String> {
        peygir_calendar::cron::Schedule::parse(text).map(|_| ()).map_err(|error| error.to_string())
    }
}
