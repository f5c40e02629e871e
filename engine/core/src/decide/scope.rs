//! What an expression sees: its variables, by the place where it stands.

use peygir_dsl::expr::{Expr, NOW, Template};
use peygir_dsl::model::Workflow;
use serde_json::{Value, json};

use super::turn::Turn;
use crate::error::Kind;
use crate::state::{Activation, ActivationNumber, Progress};
use crate::{Data, Error, Id, Moment};

/// Name under which expressions see the engine that runs them.
const RUNTIME: &str = "peygir";

/// Variables of one evaluation, by name without `$`.
#[derive(Clone, Default)]
pub(super) struct Variables(Vec<(String, Data)>);

impl Variables {
    pub fn with(mut self, name: &str, data: Data) -> Self {
        self.0.push((name.to_owned(), data));
        self
    }

    fn list(&self) -> Vec<(&str, &Value)> {
        // An inner variable hides an outer one of its name: the last one given is looked at first.
        self.0.iter().rev().map(|(name, data)| (name.as_str(), data.value())).collect()
    }

    pub fn eval(&self, expression: &Expr, on: &Data) -> Result<Data, Error> {
        expression.eval(on.value(), &self.list()).map(Data::from).map_err(fault)
    }

    /// The value as a condition: null and false are false, everything else is true.
    pub fn test(&self, expression: &Expr, on: &Data) -> Result<bool, Error> {
        let value = self.eval(expression, on)?;
        Ok(!matches!(value.value(), Value::Null | Value::Bool(false)))
    }

    pub fn fill(&self, template: &Template, on: &Data) -> Result<Data, Error> {
        template.eval(on.value(), &self.list()).map(Data::from).map_err(fault)
    }
}

fn fault(error: peygir_dsl::expr::Error) -> Error {
    Error::new(Kind::Expression, error.message)
}

/// A date and time as expressions see it.
fn date_time(moment: Moment) -> Value {
    json!({
        "iso8601": moment.to_string(),
        "epoch": { "seconds": moment.0.div_euclid(1_000_000), "milliseconds": moment.0.div_euclid(1_000) },
    })
}

impl Turn<'_> {
    /// Variables of the workflow's own clauses.
    pub fn workflow_variables(&self) -> Variables {
        let instance = &self.instance;
        let describe = || describe_workflow(self.definition, instance.id, &instance.raw_input, instance.started_at);
        workflow_variables(self.workflow.get_or_init(describe).clone(), self.at)
    }

    /// Variables of a task that is about to start: what `if` and `input.from` see.
    pub fn task_variables(&self, parent: ActivationNumber, path: &[String], raw_input: &Data) -> Variables {
        self.variables_below(parent)
            .with("context", self.instance.context_at(parent).clone())
            .with("task", self.describe_task(path, raw_input, self.at))
    }

    /// Variables of a task that runs: what its definition and `output.as` see.
    pub fn activation_variables(&self, activation: &Activation) -> Variables {
        self.variables_below(activation.number)
            .with("context", self.instance.context_at(activation.number).clone())
            .with("task", self.describe_task(&activation.path, &activation.raw_input, activation.started_at))
            .with("input", activation.input.clone())
    }

    /// The workflow's variables and those that scopes around `number` brought in, outer ones first.
    fn variables_below(&self, number: ActivationNumber) -> Variables {
        let mut brought = Vec::new();
        let mut at = self.instance.activations.get(&number);
        while let Some(activation) = at {
            brought.extend(self.caught_in(activation));
            at = activation.parent.and_then(|parent| self.instance.activations.get(&parent));
        }
        brought.into_iter().rev().fold(self.workflow_variables(), |all, (name, data)| all.with(&name, data))
    }

    /// The error that the tasks of a `catch` list see.
    fn caught_in(&self, list: &Activation) -> Option<(String, Data)> {
        let owner = self.instance.activations.get(&list.parent?)?;
        let Progress::Try { error: Some(error), .. } = &owner.progress else {
            return None;
        };
        let (_, definition) = self.try_at(&owner.path)?;
        Some((definition.catch.as_.clone(), error.to_value().into()))
    }

    fn describe_task(&self, path: &[String], raw_input: &Data, started_at: Moment) -> Data {
        json!({
            "name": path.last(),
            "reference": self.pointer(path),
            "input": raw_input.value(),
            "startedAt": date_time(started_at),
        })
        .into()
    }
}

/// Variables that need no instance: what the workflow's `input.from` sees. `workflow` is its description.
pub(super) fn workflow_variables(workflow: Data, at: Moment) -> Variables {
    let runtime = json!({ "name": RUNTIME, "version": env!("CARGO_PKG_VERSION"), "metadata": {} });
    let now = json!(at.0 as f64 / 1_000_000.0);
    Variables::default().with(NOW, now.into()).with("runtime", runtime.into()).with("workflow", workflow)
}

pub(super) fn describe_workflow(definition: &Workflow, id: Id, raw_input: &Data, started_at: Moment) -> Data {
    let name = &definition.name;
    let mut document = json!({ "namespace": name.namespace, "name": name.name, "version": name.version });
    for (member, text) in [("title", &definition.title), ("summary", &definition.summary)] {
        if let Some(text) = text {
            document[member] = text.clone().into();
        }
    }
    json!({
        "id": id.to_string(),
        "definition": { "document": document },
        "input": raw_input.value(),
        "startedAt": date_time(started_at),
    })
    .into()
}
