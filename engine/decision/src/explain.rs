//! A decision as data. Its sentences are made where the words of both languages are.

use serde_json::{Value, json};

use crate::{
    decide::{Decision, NotFired, WhyNot},
    fault::Fault,
};

impl Decision {
    /// The whole decision as data. The inputs are among it: where they are personal, so is this.
    pub fn to_json(&self) -> Value {
        let fired: Vec<Value> = self
            .fired
            .iter()
            .map(|one| json!({ "rule": one.rule, "layer": one.layer, "because": &*one.because }))
            .collect();
        let layers: Vec<Value> = self
            .layers
            .iter()
            .map(|layer| json!({ "pack": layer.pack, "id": layer.id, "version": layer.version }))
            .collect();
        let mut told = json!({
            "table": self.table,
            "version": self.version,
            "layers": layers,
            "rule": self.rule,
            "fired": fired,
            "outputs": self.outputs,
            "inputs": self.inputs,
            "because": &*self.because,
            "notFired": self.not_fired.iter().map(NotFired::to_json).collect::<Vec<_>>(),
        });
        if !self.faults.is_empty() {
            told["faults"] = self.faults.iter().map(Fault::to_json).collect();
        }
        told
    }
}

impl Fault {
    /// Without what came out, which may be personal.
    pub fn to_json(&self) -> Value {
        json!({ "code": self.code(), "rule": self.rule(), "message": self.without_values() })
    }
}

impl NotFired {
    fn to_json(&self) -> Value {
        let Self { rule, layer, why } = self;
        match why {
            WhyNot::Cell { input, cell, .. } => json!({ "rule": rule, "layer": layer, "input": input, "cell": cell }),
            WhyNot::NotInForce => json!({ "rule": rule, "layer": layer, "why": "not-in-force" }),
            WhyNot::Outranked => json!({ "rule": rule, "layer": layer, "why": "outranked" }),
            WhyNot::Faulted => json!({ "rule": rule, "layer": layer, "why": "faulted" }),
        }
    }
}
