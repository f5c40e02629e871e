//! Functions of connectors: what the kinds of connectors that a program knows offer to flows.
//!
//! Deliberately does not know any kind: whoever loads a deployment brings their manifests.

use std::collections::{BTreeMap, BTreeSet};

use peygir_connector::Manifest;
use peygir_dsl::model::{Kind, Process, RUN_SCRIPT, RUN_SHELL, Task, TaskList, Workflow};
use peygir_source::{Diagnostic, Diagnostics, Span};
use serde_json::Value;

use super::catalog::Flow;
use super::deployment::Deployment;

/// Words of the language that only a connector can carry out.
pub const BY_CONNECTORS: [&str; 4] = ["http", "openapi", RUN_SCRIPT, RUN_SHELL];

/// The connectors that a program knows.
#[derive(Debug, Clone, Default)]
pub struct Kinds {
    /// By the name under which deployments use them.
    pub manifests: BTreeMap<String, Manifest>,
    /// Those that every deployment has without naming them.
    pub always: Vec<String>,
}

/// Functions that a deployment's connectors offer, with the JSON Schema of their input where there is one for all calls.
#[derive(Debug, Clone, Default)]
pub(super) struct Offered(BTreeMap<String, Option<Value>>);

impl Offered {
    pub fn new(kinds: &Kinds, deployment: &Deployment) -> Self {
        let used = deployment.connectors.values().map(|used| &used.kind);
        let names: BTreeSet<&String> = used.chain(&kinds.always).collect();
        let mut offered: BTreeMap<String, Option<Value>> = BTreeMap::new();
        for manifest in names.into_iter().filter_map(|name| kinds.manifests.get(name)) {
            for operation in &manifest.operations {
                let Some(function) = &operation.function else { continue };
                offered
                    .entry(function.name.clone())
                    .and_modify(|schema| *schema = schema.take().filter(|schema| *schema == operation.input))
                    .or_insert_with(|| Some(operation.input.clone()));
            }
        }
        Self(offered)
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }

    /// What the language says of its own calls is checked by its reader, before they take the form that connectors see.
    pub fn input(&self, name: &str) -> Option<Value> {
        self.0.get(name)?.clone().filter(|_| !BY_CONNECTORS.contains(&name))
    }

    /// Refuses tasks of a flow that no connector carries out.
    pub fn check(&self, workflow: &Workflow, found: &mut Diagnostics) {
        self.check_with(workflow, not_offered, found);
    }

    fn check_with(&self, workflow: &Workflow, refuse: fn(&str, Span) -> Diagnostic, found: &mut Diagnostics) {
        let lists = workflow.functions.values().chain([&workflow.tasks]);
        let extensions = workflow.extensions.iter().flat_map(|extension| [&extension.before, &extension.after]);
        for list in lists.chain(extensions.flatten()) {
            self.check_list(list, refuse, found);
        }
        found.list.sort_by_key(|one| (one.span.line, one.span.column));
        found.list.dedup();
    }

    fn check_list(&self, list: &TaskList, refuse: fn(&str, Span) -> Diagnostic, found: &mut Diagnostics) {
        for task in list.iter() {
            let needed = needed(task).filter(|(name, _)| BY_CONNECTORS.contains(name) && !self.has(name));
            found.list.extend(needed.map(|(name, span)| refuse(name, span)));
            for below in lists_below(task) {
                self.check_list(below, refuse, found);
            }
        }
    }
}

/// The function of the host that a task is carried out by.
fn needed(task: &Task) -> Option<(&str, Span)> {
    match &task.kind {
        Kind::Call(call) => Some((call.function.as_str(), call.function_span)),
        Kind::Run(run) => match &run.process {
            Process::Function { name, span, .. } => Some((name, *span)),
            Process::Workflow { .. } => None,
        },
        _ => None,
    }
}

fn lists_below(task: &Task) -> Vec<&TaskList> {
    match &task.kind {
        Kind::Do(tasks) => vec![tasks],
        Kind::For(for_) => vec![&for_.tasks],
        Kind::Fork(fork) => vec![&fork.branches],
        Kind::Try(try_) => std::iter::once(&try_.tasks).chain(&try_.catch.tasks).collect(),
        Kind::Listen(listen) => listen.foreach.iter().filter_map(|foreach| foreach.tasks.as_ref()).collect(),
        _ => Vec::new(),
    }
}

/// Refuses tasks of a flow that runs by itself, outside of any deployment: only the connectors that everybody has carry
/// out something there.
pub fn check_alone(flow: &Flow, kinds: &Kinds) -> Diagnostics {
    let mut found = Diagnostics::default();
    let offered = Offered::new(kinds, &Deployment::of_nothing());
    offered.check_with(&flow.workflow, not_alone, &mut found);
    found.in_file(&flow.file)
}

/// What the language calls the word that a function of connectors stands for.
pub(crate) fn written(function: &str) -> Option<&'static str> {
    Some(match function {
        RUN_SCRIPT => "run: script",
        RUN_SHELL => "run: shell",
        "http" => "call: http",
        "openapi" => "call: openapi",
        _ => return None,
    })
}

fn not_alone(name: &str, span: Span) -> Diagnostic {
    let written = written(name).unwrap_or(name);
    Diagnostic::error(
        "PG-P084",
        span,
        format!("nothing carries out `{written}` outside of a deployment"),
        format!("بیرون از استقرار چیزی نیست که ‎`{written}`‎ را انجام دهد"),
    )
    .with_help(
        "name a connector of the kind `process` under `connectors` in a deployment.yaml, allow there what may be run, and start it with `peygir serve`",
        "در یک deployment.yaml زیر `connectors` اتصالی از گونهٔ `process` نام ببرید، آنچه را می‌تواند اجرا شود آن‌جا اجازه دهید و با `peygir serve` راهش بیندازید",
    )
}

fn not_offered(name: &str, span: Span) -> Diagnostic {
    let written = written(name).unwrap_or(name);
    let diagnostic = Diagnostic::error(
        "PG-P084",
        span,
        format!("nothing in this deployment carries out `{written}`"),
        format!("در این استقرار چیزی نیست که ‎`{written}`‎ را انجام دهد"),
    );
    if name.starts_with("run-") {
        diagnostic.with_help(
            "scripts and commands are off unless the deployment has a connector for them: see `connectors` in its deployment.yaml",
            "اسکریپت و فرمان خاموش‌اند مگر آن‌که استقرار برایشان اتصالی داشته باشد: «connectors» را در deployment.yaml آن ببینید",
        )
    } else {
        diagnostic.with_help(
            "the deployment needs a connector that offers it: see `connectors` in its deployment.yaml",
            "استقرار اتصالی می‌خواهد که این کار را بکند: «connectors» را در deployment.yaml آن ببینید",
        )
    }
}
