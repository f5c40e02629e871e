//! The way of a task: `if`, `input.from`, the task itself, `output.as`, `export.as`, `then`.

use peygir_dsl::duration::Duration;
use peygir_dsl::model::{Export, Kind, Output, Task, TaskList, Then};

use super::scope::Scope;
use super::turn::Turn;
use super::{call, do_, emit, extension, for_, fork, listen, raise, run, schema, set, switch, try_, wait};
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
    pub scope: Scope,
    pub timeout: Option<Duration>,
}

/// How a task that is owed starts.
enum Way {
    /// Its `if` is false.
    Skip,
    /// Extensions of these names run around it.
    Extend(Vec<String>),
    Begin,
}

impl<'a> Turn<'a> {
    /// Starts a task that is owed, and lets it come as far as it can.
    pub fn start(&mut self, owed: Pending) {
        let Some(parent) = self.instance.activations.get(&owed.parent) else {
            return;
        };
        let Some(name) = &owed.task else {
            return self.end_list(owed.parent, owed.raw_input, false);
        };
        let is_extended = matches!(parent.progress, Progress::Extended { .. });
        let below = (!is_extended).then_some(name);
        let path: Vec<String> = parent.path.iter().chain(below).cloned().collect();
        let mut starting = Starting {
            key: key_of(parent, name, owed.again),
            context: self.branch_context(parent),
            parent: owed.parent,
            scope: Scope::of_start(owed.parent, &path, &owed.raw_input, self.at),
            path,
            input: owed.raw_input.clone(),
            raw_input: owed.raw_input,
            timeout: None,
        };
        let Some(task) = self.definition.task(&starting.path) else {
            return self.fail(starting, unknown_task());
        };
        match self.admit(task, &mut starting, is_extended) {
            Ok(Way::Begin) => self.begin_task(task, starting),
            Ok(Way::Extend(extensions)) => extension::start(self, extensions, starting),
            Ok(Way::Skip) => self.skip(task, starting),
            Err(error) => self.fail(starting, error),
        }
    }

    /// Everything before the task itself. Of a task around which extensions run already, `if` was asked before them.
    fn admit(&self, task: &Task, starting: &mut Starting, is_extended: bool) -> Result<Way, Error> {
        self.admit_depth(starting.parent)?;
        if !is_extended {
            if let Some(condition) = &task.if_
                && !self.test(&starting.scope, condition, &starting.raw_input)?
            {
                return Ok(Way::Skip);
            }
            let extensions = extension::around(self, task, starting)?;
            if !extensions.is_empty() {
                return Ok(Way::Extend(extensions));
            }
        }
        if let Some(clause) = &task.input {
            schema::check(clause.schema.as_ref(), &starting.raw_input)?;
            if let Some(template) = &clause.from {
                starting.input = self.fill(&starting.scope, template, &starting.raw_input)?;
                self.fits("the input", &starting.input)?;
            }
        }
        starting.scope = std::mem::take(&mut starting.scope).with("input", starting.input.clone());
        if let Some(timeout) = &task.timeout {
            starting.timeout = Some(self.duration(&starting.scope, timeout, &starting.input)?);
        }
        Ok(Way::Begin)
    }

    /// A function that calls itself ends here.
    fn admit_depth(&self, parent: ActivationNumber) -> Result<(), Error> {
        let max = self.surroundings.limits.depth_max;
        let depth = self.instance.ancestry(parent).take(max as usize + 1).count();
        if depth <= max as usize {
            return Ok(());
        }
        Err(Error::new(Fault::Runtime, format!("tasks stand at most {max} deep within each other")))
    }

    fn begin_task(&mut self, task: &'a Task, starting: Starting) {
        match &task.kind {
            Kind::Call(call) => call::start(self, call, starting),
            Kind::Do(list) => do_::start(self, list, starting),
            Kind::Emit(emit) => emit::start(self, emit, starting),
            Kind::For(definition) => for_::start(self, definition, starting),
            Kind::Fork(fork) => fork::start(self, fork, starting),
            Kind::Listen(listen) => listen::start(self, listen, starting),
            Kind::Raise(definition) => raise::start(self, definition, starting),
            Kind::Run(definition) => run::start(self, definition, starting),
            Kind::Set(template) => set::start(self, template, starting),
            Kind::Switch(cases) => switch::start(self, cases, starting),
            Kind::Try(definition) => try_::start(self, definition, starting),
            Kind::Wait(duration) => wait::start(self, duration, starting),
            Kind::Refused(refused) => {
                let detail = format!("{} is not run here", refused.feature);
                self.fail(starting, Error::new(Fault::Configuration, detail));
            }
        }
    }

    /// Opens the activation of a task, with the timer of its timeout.
    pub fn open(&mut self, starting: Starting, progress: Progress) -> ActivationNumber {
        let timeout = starting.timeout.filter(|_| progress != Progress::Immediate);
        let number = self.open_part(starting, progress);
        if let Some(timeout) = timeout {
            self.set_timer(number, super::span::after(self.definition, self.at, timeout), TimerPurpose::Timeout);
        }
        number
    }

    /// Opens an activation that has no clauses of its own: the list of a try, the extensions around a task.
    pub fn open_part(&mut self, starting: Starting, progress: Progress) -> ActivationNumber {
        let activation = self.instance.next_activation;
        let Starting { parent, path, key, raw_input, input, context, .. } = starting;
        self.emit(Event::TaskStarted { activation, parent, path, key, raw_input, input, progress, context });
        activation
    }

    /// Opens a list below `owner` and enters it. Keys of its tasks are counted anew.
    pub fn open_list(&mut self, owner: &Activation, segment: &str, input: Data) {
        let starting = Starting {
            parent: owner.number,
            path: below(owner, segment),
            key: format!("{}/{segment}", owner.key),
            raw_input: input.clone(),
            input: input.clone(),
            context: None,
            scope: Scope::default(),
            timeout: None,
        };
        let list = self.open_part(starting, Progress::Sequence { visits: Default::default() });
        self.enter_list(list, input);
    }

    /// Opens a round below `owner` and enters its list.
    pub fn open_round(&mut self, owner: &Activation, segment: &str, index: u64, item: Data, input: Data) {
        let activation = self.instance.next_activation;
        let key = format!("{}[{index}]", owner.key);
        let (parent, path) = (owner.number, below(owner, segment));
        self.emit(Event::RoundStarted { activation, parent, path, key, input: input.clone(), index, item });
        self.enter_list(activation, input);
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
        self.finish_authorized(number, raw_output, then, None);
    }

    /// The same, of a call that came with an authorization.
    pub fn finish_authorized(
        &mut self,
        number: ActivationNumber,
        raw_output: Data,
        then: Option<&Then>,
        authorization: Option<&Data>,
    ) {
        let Some(activation) = self.instance.activations.get(&number).cloned() else {
            return;
        };
        let Some(task) = self.definition.task(&activation.path) else {
            return self.raise(number, unknown_task());
        };
        match self.filter(task, &activation, raw_output, authorization) {
            Ok(output) => self.close(number, output, then.or(task.then.as_ref())),
            Err(error) => self.raise(number, error),
        }
    }

    /// The output of a task from its raw output, exported where the task says so.
    pub fn filter(
        &mut self,
        task: &Task,
        activation: &Activation,
        raw_output: Data,
        authorization: Option<&Data>,
    ) -> Result<Data, Error> {
        let scope = Scope::of(activation).with_some("authorization", authorization).after(&raw_output);
        self.filter_in(&scope, (task.output.as_ref(), task.export.as_ref()), activation.number, raw_output)
    }

    pub fn filter_in(
        &mut self,
        scope: &Scope,
        (output, export): (Option<&Output>, Option<&Export>),
        number: ActivationNumber,
        raw: Data,
    ) -> Result<Data, Error> {
        let mut data = raw;
        if let Some(template) = output.and_then(|clause| clause.as_.as_ref()) {
            data = self.fill(scope, template, &data)?;
        }
        self.fits("the output", &data)?;
        schema::check(output.and_then(|clause| clause.schema.as_ref()), &data)?;
        if let Some(template) = export.and_then(|clause| clause.as_.as_ref()) {
            let context = self.fill(&scope.clone().with("output", data.clone()), template, &data)?;
            self.fits("the context", &context)?;
            schema::check(export.and_then(|clause| clause.schema.as_ref()), &context)?;
            let branch = self.instance.branch_of(number);
            self.emit(Event::ContextReplaced { branch, context });
        }
        Ok(data)
    }

    /// Completes an activation and goes on behind it.
    pub fn close(&mut self, number: ActivationNumber, output: Data, then: Option<&Then>) {
        let Some(activation) = self.instance.activations.get(&number).cloned() else {
            return;
        };
        self.end(number, Event::TaskCompleted { activation: number, output: output.clone() });
        if let Some(parent) = activation.parent {
            self.proceed(parent, &activation.path, output, then, activation.context.clone());
        }
    }

    /// Goes on behind a task below `parent` that ended well.
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
        match (&scope.progress, then) {
            (Progress::Extended { .. }, _) => extension::task_ended(self, parent, output, then),
            (_, Some(Then::End)) => self.end_workflow(parent, output),
            (Progress::Fork { .. }, _) => fork::branch_completed(self, parent, name, output, context),
            (_, Some(Then::Exit)) => self.end_list(parent, output, true),
            (_, Some(Then::Task(next))) => self.owe(parent, next, output),
            (_, Some(Then::Continue) | None) => match self.list(parent).and_then(|list| following(list, name)) {
                Some(next) => self.owe(parent, next, output),
                None => self.end_list(parent, output, false),
            },
        }
    }

    /// Starts the first task of a list, or ends the list if it has none.
    pub fn enter_list(&mut self, number: ActivationNumber, input: Data) {
        match self.list(number).and_then(|list| list.first()) {
            Some(first) => self.owe(number, &first.name, input),
            None => self.end_list(number, input, false),
        }
    }

    /// A list came to its end: the workflow completes, or the task that the list belongs to goes on. `by_exit`: one of
    /// its tasks said so.
    fn end_list(&mut self, number: ActivationNumber, output: Data, by_exit: bool) {
        if number == ROOT {
            return self.complete_workflow(output);
        }
        let Some(list) = self.instance.activations.get(&number).cloned() else {
            return;
        };
        let Some(owner) = list.parent.and_then(|owner| self.instance.activations.get(&owner)).cloned() else {
            return;
        };
        let ended = Event::TaskCompleted { activation: number, output: output.clone() };
        match (&owner.progress, &list.progress) {
            (Progress::For { .. }, Progress::Round { index, .. }) => {
                self.emit(ended);
                for_::round_ended(self, &owner, *index, output);
            }
            (_, Progress::Round { index, item, .. }) => {
                self.emit(ended);
                listen::item_ended(self, owner.number, *index, item, output);
            }
            (Progress::Try { .. }, _) => {
                self.emit(ended);
                try_::list_ended(self, owner.number, output);
            }
            (Progress::Extended { .. }, _) if list.path != owner.path => {
                self.emit(ended);
                extension::list_ended(self, &owner, output, by_exit);
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

fn unknown_task() -> Error {
    Error::new(Fault::Configuration, "the flow has no task of this name here")
}

fn below(owner: &Activation, segment: &str) -> Vec<String> {
    owner.path.iter().cloned().chain([segment.to_owned()]).collect()
}

/// Key of a task that starts below `parent`. One that starts `again` keeps the key it had.
fn key_of(parent: &Activation, name: &str, again: bool) -> String {
    let own = match &parent.progress {
        Progress::Sequence { visits } | Progress::Round { visits, .. } => {
            let visits = visits.get(name).copied().unwrap_or(0);
            format!("{name}#{}", if again { visits.max(1) } else { visits.saturating_add(1) })
        }
        Progress::Extended { .. } => extension::TASK.to_owned(),
        _ => name.to_owned(),
    };
    if parent.key.is_empty() { own } else { format!("{}/{own}", parent.key) }
}

fn following<'a>(list: &'a TaskList, name: &str) -> Option<&'a str> {
    let index = list.place(name)?;
    list.get(index + 1).map(|task| task.name.as_str())
}
