//! Flows that a scenario brings with it: deployed from a folder made for the scenario, run in streams of their own.
//!
//! Owns: what the scenario says of its deployment ([`deployment`]), the peers that answer its calls ([`services`]), and
//! which instance "the workflow" is. Looks at instances in their streams and at the journal that the world keeps.

pub mod ask;
pub mod deployment;
pub mod services;
pub mod trace;

use std::sync::Arc;

use peygir_core::Id;
use peygir_dsl::model::FlowName;
use peygir_runtime::pack;
use peygir_source::Diagnostics;
use serde_json::Value;
use tempfile::TempDir;

use deployment::Deployment;
use services::Services;

/// What a person does to an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Suspend,
    Resume,
    Cancel,
    Retry,
}

/// The flows of one scenario.
#[derive(Default)]
pub struct Flows {
    pub deployment: Deployment,
    pub input: Option<Value>,
    pub services: Option<Arc<Services>>,
    /// What the deployment was read as; the folder lives as long as the scenario.
    deployed: Option<(TempDir, Deployed)>,
    /// Instances that were executed, in order; the last one is "the workflow".
    pub executed: Vec<Id>,
    /// Events that came in, and the last of them.
    pub events: u32,
    pub last_event: Option<Value>,
}

/// What came of deploying.
pub enum Deployed {
    Sound { pack: Box<pack::Catalog>, first: FlowName, warnings: Diagnostics },
    Refused(Diagnostics),
}

impl Flows {
    /// Whether the scenario brings flows with it.
    pub fn any(&self) -> bool {
        !self.deployment.definitions.is_empty()
    }

    /// Writes the deployment's folder and reads it as every deployment is read, once.
    pub fn deploy(&mut self) -> Result<&Deployed, super::steps::Unmet> {
        if self.deployed.is_none() {
            self.deployed = Some(self.deployment.write(self.services.as_deref())?);
        }
        let (_, deployed) = self.deployed.as_ref().expect("it was deployed above");
        Ok(deployed)
    }

    pub fn is_deployed(&self) -> bool {
        self.deployed.is_some()
    }
}

/// Findings as people read them, without the folder that was made for the scenario.
pub fn told(found: &Diagnostics) -> String {
    let line = |one: &peygir_source::Diagnostic| {
        let file = one.file.rsplit('/').next().unwrap_or_default();
        format!("{file}:{}:{}: {} [{}]", one.span.line, one.span.column, one.message, one.code)
    };
    found.list.iter().map(line).collect::<Vec<_>>().join("\n")
}
