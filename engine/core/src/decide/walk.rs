//! The way of a task: `if`, `input.from`, the task itself, `output.as`, `export.as`, `then`.

use peygir_dsl::model::{Kind, Task, TaskList, Then};

use super::scope::Variables;
use super::turn::Turn;
use super::{call, do_, emit, fork, listen, schema, set, switch, try_, wait};
use crate::apply::ROOT;
use crate::error::Kind as Fault;
use crate::state::{Activation, ActivationNumber, Pending, Progress, TimerPurpose};
use crate::{Data, Error, Event};

/// A task about to begin: everything of its activation but how far it will come.
pub(super) struct Starting {
    pub parent: ActivationNumber,
    pub path: Vec<String>,
    pub key: String,
    pub raw_input: Data,
    pub input: Data,
    /// A fork branch's own context.
    pub context: Option<Data>,
    /// What the task's definition sees.
    pub variables: Variables,
}

impl<'a> Turn<'a> {
    /// Starts a task that is owed, and lets it come as far as it can.
    pub fn start(&mut self, owed: Pending) {
        let Some(parent) = self.instance.activations.get(&owed.parent) else {
            return;
        };
        let Some(name) = &owed.task else {
            return self.end_list(owed.parent, owed.raw_input);
        };
        let path: Vec<String> = parent.path.iter().chain([name]).cloned().collect();
        let variables = self.task_variables(owed.parent, &path, &owed.raw_input);
        let mut starting = Starting {
            key: key_of(parent, name, owed.again),
            context: self.branch_context(parent),
            parent: owed.parent,
            path,
            input: owed.raw_input.clone(),
            raw_input: owed.raw_input,
            variables,
        };
        let Some(task) = self.definition.task(&starting.path) else {
            let error = Error::new(Fault::Configuration, "the flow has no task of this name here");
            return self.fail(starting, error);
        };
        match admit(task, &mut starting) {
            Ok(true) => self.begin_task(task, starting),
            Ok(false) => self.skip(task, starting),
            Err(error) => self.fail(starting, error),
        }
    }

    fn begin_task(&mut self, task: &'a Task, starting: Starting) {
        match &task.kind {
            Kind::Call(call) => call::start(self, call, starting),
            Kind::Do(list) => do_::start(self, list, starting),
            Kind::Emit(emit) => emit::start(self, emit, starting),
            Kind::Fork(fork) => fork::start(self, fork, starting),
            Kind::Listen(listen) => listen::start(self, listen, starting),
            Kind::Set(template) => set::start(self, template, starting),
            Kind::Switch(cases) => switch::start(self, cases, starting),
            Kind::Try(definition) => try_::start(self, definition, starting),
            Kind::Wait(duration) => wait::start(self, *duration, starting),
        }
    }

    /// Opens the activation of a task, with the timer of its timeout.
    pub fn open(&mut self, starting: Starting, progress: Progress) -> ActivationNumber {
        let timeout = match progress {
            Progress::Immediate => None,
            _ => self.definition.task(&starting.path).and_then(|task| task.timeout),
        };
        let number = self.open_part(starting, progress);
        if let Some(timeout) = timeout {
            self.set_timer(number, super::span::after(self.definition, self.at, timeout), TimerPurpose::Timeout);
        }
        number
    }

    /// Opens an activation that has no clauses of its own: the list of a try.
    pub fn open_part(&mut self, starting: Starting, progress: Progress) -> ActivationNumber {
        let activation = self.instance.next_activation;
        let Starting { parent, path, key, raw_input, input, context, .. } = starting;
        self.emit(Event::TaskStarted { activation, parent, path, key, raw_input, input, progress, context });
        activation
    }

    /// A task whose start failed begins and faults at once.
    pub fn fail(&mut self, starting: Starting, error: Error) {
        let number = self.open(starting, Progress::Immediate);
        self.raise(number, error);
    }

    fn skip(&mut self, task: &'a Task, starting: Starting) {
        let Starting { parent, path, raw_input, .. } = starting;
        self.emit(Event::TaskSkipped { parent, path: path.clone() });
        self.proceed(parent, &path, raw_input, task.then.as_ref(), None);
    }

    /// A task has its raw output: filters it, exports, completes the task and goes on behind it. `then` of the caller
    /// goes before the task's own.
    pub fn finish(&mut self, number: ActivationNumber, raw_output: Data, then: Option<&Then>) {
        let Some(activation) = self.instance.activations.get(&number).cloned() else {
            return;
        };
        let Some(task) = self.definition.task(&activation.path) else {
            return self.raise(number, Error::new(Fault::Configuration, "the flow has no task of this name here"));
        };
        match self.filter(task, &activation, raw_output) {
            Ok(output) => self.close(number, output, then.or(task.then.as_ref())),
            Err(error) => self.raise(number, error),
        }
    }

    fn filter(&mut self, task: &Task, activation: &Activation, raw_output: Data) -> Result<Data, Error> {
        let mut output = raw_output;
        if task.output.is_none() && task.export.is_none() {
            return Ok(output);
        }
        let variables = self.activation_variables(activation);
        if let Some(clause) = &task.output {
            if let Some(template) = &clause.as_ {
                output = variables.fill(template, &output)?;
            }
            schema::check(clause.schema.as_ref(), &output)?;
        }
        if let Some(clause) = &task.export
            && let Some(template) = &clause.as_
        {
            let context = variables.with("output", output.clone()).fill(template, &output)?;
            schema::check(clause.schema.as_ref(), &context)?;
            let branch = self.instance.branch_of(activation.number);
            self.emit(Event::ContextReplaced { branch, context });
        }
        Ok(output)
    }

    fn close(&mut self, number: ActivationNumber, output: Data, then: Option<&Then>) {
        let Some(activation) = self.instance.activations.get(&number).cloned() else {
            return;
        };
        self.clear_timers(number, |_| true);
        self.emit(Event::TaskCompleted { activation: number, output: output.clone() });
        if let Some(parent) = activation.parent {
            self.proceed(parent, &activation.path, output, then, activation.context);
        }
    }

    /// Goes on behind a task of the list or fork `parent` that ended well.
    fn proceed(
        &mut self,
        parent: ActivationNumber,
        path: &[String],
        output: Data,
        then: Option<&Then>,
        context: Option<Data>,
    ) {
        let (Some(scope), Some(name)) = (self.instance.activations.get(&parent), path.last()) else {
            return;
        };
        let is_fork = matches!(scope.progress, Progress::Fork { .. });
        match then {
            Some(Then::End) => self.end_workflow(parent, output),
            _ if is_fork => fork::branch_completed(self, parent, name, output, context),
            Some(Then::Exit) => self.end_list(parent, output),
            Some(Then::Task(next)) => self.owe(parent, next, output),
            Some(Then::Continue) | None => match self.list(parent).and_then(|list| following(list, name)) {
                Some(next) => self.owe(parent, next, output),
                None => self.end_list(parent, output),
            },
        }
    }

    /// Starts the first task of a list, or ends the list if it has none.
    pub fn enter_list(&mut self, number: ActivationNumber, input: Data) {
        match self.list(number).and_then(|list| list.first()) {
            Some(first) => self.owe(number, &first.name, input),
            None => self.end_list(number, input),
        }
    }

    /// A list came to its end: the workflow completes, or the task that the list belongs to goes on.
    fn end_list(&mut self, number: ActivationNumber, output: Data) {
        if number == ROOT {
            return self.complete_workflow(output);
        }
        let owner = self.instance.activations.get(&number).and_then(|list| list.parent);
        let owner = owner.and_then(|owner| self.instance.activations.get(&owner));
        match owner {
            Some(Activation { number: owner, progress: Progress::Try { .. }, .. }) => {
                let owner = *owner;
                self.emit(Event::TaskCompleted { activation: number, output: output.clone() });
                try_::list_ended(self, owner, output);
            }
            _ => self.finish(number, output, None),
        }
    }

    fn list(&self, number: ActivationNumber) -> Option<&'a TaskList> {
        self.definition.list(&self.instance.activations.get(&number)?.path)
    }

    /// A task that starts as a branch gets the context of this moment for its own.
    fn branch_context(&self, parent: &Activation) -> Option<Data> {
        matches!(parent.progress, Progress::Fork { .. }).then(|| self.instance.context_at(parent.number).clone())
    }
}

/// Everything before the task itself; false where `if` is.
fn admit(task: &Task, starting: &mut Starting) -> Result<bool, Error> {
    let variables = &starting.variables;
    if let Some(condition) = &task.if_
        && !variables.test(condition, &starting.raw_input)?
    {
        return Ok(false);
    }
    if let Some(clause) = &task.input {
        schema::check(clause.schema.as_ref(), &starting.raw_input)?;
        if let Some(template) = &clause.from {
            starting.input = variables.fill(template, &starting.raw_input)?;
        }
    }
    starting.variables = std::mem::take(&mut starting.variables).with("input", starting.input.clone());
    Ok(true)
}

/// Key of a task that starts below `parent`. One that starts `again` keeps the key it had.
fn key_of(parent: &Activation, name: &str, again: bool) -> String {
    let own = match &parent.progress {
        Progress::Sequence { visits } => {
            let visits = visits.get(name).copied().unwrap_or(0);
            format!("{name}#{}", if again { visits.max(1) } else { visits.saturating_add(1) })
        }
        _ => name.to_owned(),
    };
    if parent.key.is_empty() { own } else { format!("{}/{own}", parent.key) }
}

fn following<'a>(list: &'a TaskList, name: &str) -> Option<&'a str> {
    let index = list.iter().position(|task| task.name == name)?;
    list.get(index + 1).map(|task| task.name.as_str())
}
