//! What an expression sees: its variables, by the place where it stands. Each is made only where it is asked for.

use peygir_dsl::duration::Duration;
use peygir_dsl::expr::{Expr, NOW, SecretUse, Template};
use peygir_dsl::model::{DurationExpr, Kind, Workflow};
use serde_json::{Map, Value, json};

use super::turn::Turn;
use crate::error::Kind as Fault;
use crate::state::{Activation, ActivationNumber, Progress};
use crate::{Data, Error, Instance, Moment};

/// Name under which expressions see the engine that runs them.
const RUNTIME: &str = "peygir";

/// Where an expression stands. Holds what its variables are made of, not the variables.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    /// The activation from which the context, the items and the errors around are looked up.
    around: ActivationNumber,
    task: Option<Described>,
    /// Variables that only this place has. The last one of a name counts.
    given: Vec<(String, Data)>,
}

/// The task that is `$task`.
#[derive(Debug, Clone)]
struct Described {
    path: Vec<String>,
    raw_input: Data,
    started_at: Moment,
    output: Option<Data>,
}

impl Scope {
    /// Of a task that is about to start below `parent`: what `if` and `input.from` see.
    pub fn of_start(parent: ActivationNumber, path: &[String], raw_input: &Data, at: Moment) -> Self {
        let (path, raw_input) = (path.to_vec(), raw_input.clone());
        let task = Described { path, raw_input, started_at: at, output: None };
        Self { around: parent, task: Some(task), given: Vec::new() }
    }

    /// Of a task that runs: what its definition and `output.as` see.
    pub fn of(activation: &Activation) -> Self {
        let around = activation.number;
        let start = Self::of_start(around, &activation.path, &activation.raw_input, activation.started_at);
        start.with("input", activation.input.clone())
    }

    pub fn with(mut self, name: &str, data: Data) -> Self {
        self.given.push((name.to_owned(), data));
        self
    }

    pub fn with_some(self, name: &str, data: Option<&Data>) -> Self {
        data.map_or(self.clone(), |data| self.with(name, data.clone()))
    }

    /// The same place, once the task has a raw output.
    pub fn after(mut self, raw_output: &Data) -> Self {
        if let Some(task) = &mut self.task {
            task.output = Some(raw_output.clone());
        }
        self
    }
}

impl Turn<'_> {
    pub fn eval(&self, scope: &Scope, expression: &Expr, on: &Data) -> Result<Data, Error> {
        self.allow(expression.secrets())?;
        let variables = self.variables(scope, &|name| expression.uses(name));
        expression.eval(on.value(), &listed(&variables)).map(Data::from).map_err(fault)
    }

    /// The value as a condition: null and false are false, everything else is true.
    pub fn test(&self, scope: &Scope, expression: &Expr, on: &Data) -> Result<bool, Error> {
        let value = self.eval(scope, expression, on)?;
        Ok(!matches!(value.value(), Value::Null | Value::Bool(false)))
    }

    pub fn fill(&self, scope: &Scope, template: &Template, on: &Data) -> Result<Data, Error> {
        if let Some(literal) = template.as_literal() {
            return Ok(literal.clone().into());
        }
        self.allow(&template.secrets())?;
        let variables = self.variables(scope, &|name| template.uses(name));
        template.eval(on.value(), &listed(&variables)).map(Data::from).map_err(fault)
    }

    pub fn duration(&self, scope: &Scope, duration: &DurationExpr, on: &Data) -> Result<Duration, Error> {
        match duration {
            DurationExpr::Fixed(fixed) => Ok(*fixed),
            DurationExpr::Computed(expression) => {
                let computed = self.eval(scope, expression, on)?;
                Duration::from_json(computed.value()).map_err(|error| Error::new(Fault::Expression, error.to_string()))
            }
        }
    }

    /// A secret is read only by a flow that declares it, and only if the deployment has it.
    fn allow(&self, used: &SecretUse) -> Result<(), Error> {
        let refused = used.names.iter().find(|name| self.secret(name).is_none());
        refused.map_or(Ok(()), |name| {
            Err(Error::new(Fault::Authorization, format!("the flow has no secret `{name}` at its disposal")))
        })
    }

    fn secret(&self, name: &str) -> Option<&Value> {
        let declared = self.definition.secrets.iter().any(|declared| declared == name);
        self.surroundings.secrets.as_ref().filter(|_| declared)?.value().get(name)
    }

    /// The variables that are used, by name without `$`; of several with one name the first counts.
    fn variables(&self, scope: &Scope, uses: &dyn Fn(&str) -> bool) -> Vec<(String, Data)> {
        let mut all: Vec<(String, Data)> = scope.given.iter().rev().filter(|(name, _)| uses(name)).cloned().collect();
        self.brought(scope.around, uses, &mut all);
        let mut add = |name: &str, make: &dyn Fn() -> Data| {
            if uses(name) {
                all.push((name.to_owned(), make()));
            }
        };
        add("context", &|| self.instance.context_at(scope.around).clone());
        add("task", &|| scope.task.as_ref().map_or_else(Data::null, |task| self.describe_task(task)));
        add("workflow", &|| self.workflow.get_or_init(|| describe_workflow(self.definition, &self.instance)).clone());
        add("runtime", &runtime);
        add("secrets", &|| self.secrets.get_or_init(|| self.declared_secrets()).clone());
        add(NOW, &|| json!(self.at.0 as f64 / 1_000_000.0).into());
        all
    }

    /// What the scopes around an activation bring in, inner ones first.
    fn brought(&self, around: ActivationNumber, uses: &dyn Fn(&str) -> bool, all: &mut Vec<(String, Data)>) {
        let owners = self.instance.ancestry(around).skip(1);
        for (list, owner) in self.instance.ancestry(around).zip(owners) {
            let brought = self.brought_by(owner, list);
            all.extend(brought.into_iter().flatten().filter(|(name, _)| uses(name)));
        }
    }

    /// The item and index of a round, or the error that a `catch` list sees.
    fn brought_by(&self, owner: &Activation, list: &Activation) -> [Option<(String, Data)>; 2] {
        let task = || self.definition.task(&owner.path).map(|task| &task.kind);
        match (&owner.progress, &list.progress) {
            (_, Progress::Round { index, item, .. }) => {
                let names = match task() {
                    Some(Kind::For(for_)) => Some((&for_.each, &for_.at)),
                    Some(Kind::Listen(listen)) => listen.foreach.as_ref().map(|foreach| (&foreach.item, &foreach.at)),
                    _ => None,
                };
                let each = names.map(|(each, _)| (each.clone(), item.clone()));
                [each, names.map(|(_, at)| (at.clone(), Value::from(*index).into()))]
            }
            (Progress::Try { error: Some(error), .. }, _) => match task() {
                Some(Kind::Try(definition)) => [Some((definition.catch.as_.clone(), error.to_value().into())), None],
                _ => [None, None],
            },
            _ => [None, None],
        }
    }

    /// `$task` with the members of the task's definition beside its own: what `when` of an extension sees.
    pub fn extended_task(&self, path: &[String], raw_input: &Data) -> Data {
        let (path, raw_input) = (path.to_vec(), raw_input.clone());
        let described = self.describe_task(&Described { path, raw_input, started_at: self.at, output: None });
        let definition = described.value().get("definition").and_then(Value::as_object);
        let mut members: Map<String, Value> = definition.cloned().unwrap_or_default();
        members.extend(described.value().as_object().cloned().unwrap_or_default());
        Value::Object(members).into()
    }

    fn describe_task(&self, task: &Described) -> Data {
        let mut description = json!({
            "name": task.path.last(),
            "reference": self.pointer(&task.path),
            "definition": self.definition.task(&task.path).map(|task| task.definition.as_ref()),
            "input": task.raw_input.value(),
            "startedAt": date_time(task.started_at),
        });
        if let Some(output) = &task.output {
            description["output"] = output.value().clone();
        }
        description.into()
    }

    fn declared_secrets(&self) -> Data {
        let declared = self.definition.secrets.iter();
        let known = declared.filter_map(|name| Some((name.clone(), self.secret(name)?.clone())));
        Value::Object(known.collect()).into()
    }
}

fn listed(variables: &[(String, Data)]) -> Vec<(&str, &Value)> {
    variables.iter().map(|(name, data)| (name.as_str(), data.value())).collect()
}

pub(super) fn fault(error: peygir_dsl::expr::Error) -> Error {
    Error::new(Fault::Expression, error.message)
}

fn runtime() -> Data {
    json!({ "name": RUNTIME, "version": env!("CARGO_PKG_VERSION"), "metadata": {} }).into()
}

fn describe_workflow(definition: &Workflow, instance: &Instance) -> Data {
    json!({
        "id": instance.id.to_string(),
        "definition": definition.definition.as_ref(),
        "input": instance.raw_input.value(),
        "startedAt": date_time(instance.started_at),
    })
    .into()
}

/// A date and time as expressions see it.
fn date_time(moment: Moment) -> Value {
    json!({
        "iso8601": moment.to_string(),
        "epoch": { "seconds": moment.0.div_euclid(1_000_000), "milliseconds": moment.0.div_euclid(1_000) },
    })
}
