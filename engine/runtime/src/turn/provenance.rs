//! How an answer came about, as it is journalled with it: whoever explains a decision later has nothing else.
//!
//! What is personal is journalled sealed, with the key of whom the case is about. Journals of before lack members: `layers`,
//! `layer`, `edition` of tables; `pack`, `edition`, `now`, `args` of scripts.

use peygir_decision::{BASE, Decision, Fault, Fired, Hit, LayerRef, Table};
use serde_json::{Map, Value, json};

use super::Turn;
use super::call::look_up;
use crate::pack::{PackRef, ScriptSource};
use crate::vault::is_sealed;

impl Turn<'_> {
    /// Table, version and layers; the rule with its layer (and all that answered, where several do); the inputs.
    pub(super) fn of_decision(&mut self, table: &Table, decision: &Decision, with: &Value, packs: &[PackRef]) -> Value {
        let given = json!({ "input": with });
        let mut inputs = Map::new();
        for (name, value) in &decision.inputs {
            let from = table.inputs().iter().find(|input| input.name == *name).map(|input| input.from.as_str());
            let raw = from.and_then(|from| look_up(&given, from)).filter(holds_sealed);
            let shown = match raw {
                // It came sealed, and goes on so.
                Some(raw) => raw,
                None if from.is_some_and(is_personal) => self.seal_value(value),
                None => value.clone(),
            };
            inputs.insert(name.clone(), shown);
        }
        let layers: Vec<Value> =
            decision.layers.iter().enumerate().map(|(at, layer)| of_layer(at, layer, packs)).collect();
        let first = decision.fired.first();
        let mut told = json!({
            "table": decision.table, "version": decision.version, "layers": layers, "rule": decision.rule,
            "layer": first.map_or(0, |fired| fired.layer), "inputs": inputs, "edition": self.catalog.edition(),
        });
        if let Some(changed_by) = first.and_then(|fired| fired.changed_by) {
            told["changedBy"] = changed_by.into();
        }
        if table.hit() == Hit::Collect {
            let fired =
                |fired: &Fired| json!({ "rule": fired.rule, "layer": fired.layer, "changedBy": fired.changed_by });
            told["rules"] = decision.fired.iter().map(fired).collect();
        }
        if !decision.faults.is_empty() {
            told["faults"] = decision.faults.iter().map(Fault::to_json).collect();
        }
        told
    }

    /// Script, digest and pack; the moment that it was told; its arguments as they came, sealed where they were.
    pub(super) fn of_script(&self, script: &ScriptSource, with: &Value, packs: &[PackRef]) -> Value {
        json!({
            "script": script.script.name(), "version": script.version(),
            "pack": script.pack, "packVersion": version_of(&script.pack, packs),
            "edition": self.catalog.edition(), "now": self.local_time(), "args": with,
        })
    }

    fn seal_value(&mut self, value: &Value) -> Value {
        let clear = value.to_string();
        self.with_context(|context| context.seal_for_case(&clear)).into()
    }
}

/// The base is the table itself, and no overlay of it.
fn of_layer(at: usize, layer: &LayerRef, packs: &[PackRef]) -> Value {
    let mut told =
        json!({ "pack": layer.pack, "packVersion": version_of(&layer.pack, packs), "version": layer.version });
    if at != BASE {
        told["overlay"] = layer.id.as_str().into();
    }
    told
}

fn version_of<'p>(name: &str, packs: &'p [PackRef]) -> Option<&'p str> {
    packs.iter().find(|pack| pack.name == name).map(|pack| pack.version.as_str())
}

fn holds_sealed(value: &Value) -> bool {
    match value {
        Value::String(text) => is_sealed(text),
        Value::Array(items) => items.iter().any(holds_sealed),
        Value::Object(members) => members.values().any(holds_sealed),
        _ => false,
    }
}

/// Paths under which a citizen's own words and numbers stand.
fn is_personal(path: &str) -> bool {
    ["case.text", "case.citizen", "case.onBehalfOf", "input.text", "input.from", "input.onBehalfOf"]
        .iter()
        .any(|personal| path.starts_with(personal))
}
