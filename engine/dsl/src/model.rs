//! A workflow as the engine runs it. Every expression is compiled; every name keeps its place in the source.

use std::collections::BTreeMap;
use std::sync::Arc;

use peygir_source::{Node, Span};
use serde_json::Value;

use crate::duration::Duration;
use crate::expr::{Expr, Template};

/// `namespace/name:version`: what an instance is pinned to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowName {
    pub namespace: String,
    pub name: String,
    pub version: String,
}

#[derive(Debug, Clone)]
pub struct Workflow {
    pub name: FlowName,
    pub title: Option<String>,
    pub summary: Option<String>,
    pub settings: Settings,
    pub input: Option<Input>,
    pub output: Option<Output>,
    pub timeout: Option<DurationExpr>,
    pub schedule: Option<Schedule>,
    /// Secrets that expressions of this flow may read, as `use.secrets` names them.
    pub secrets: Vec<String>,
    /// In the order of writing: the first is the outermost around a task that several extend.
    pub extensions: Vec<Extension>,
    /// Functions that are tasks: those of `use.functions`, of catalogs and of addresses, by the text after `call:`. Each
    /// list holds the one task, which bears that text as its name.
    pub functions: BTreeMap<String, TaskList>,
    pub tasks: TaskList,
    /// The whole document as it was written: what `$workflow.definition` shows and what is printed again.
    pub definition: Arc<Value>,
    /// The same with its places and in the order of writing, which `definition` does not keep.
    pub written: Arc<Node>,
}

/// A duration, or an expression that gives one when it is needed.
#[derive(Debug, Clone, PartialEq)]
pub enum DurationExpr {
    Fixed(Duration),
    Computed(Expr),
}

/// Tasks that run around every task of a type. What they put out is dropped, but where `before` ends by `exit`: then the
/// extended task is left out and that is its output.
#[derive(Debug, Clone)]
pub struct Extension {
    pub name: String,
    pub extend: Extended,
    /// Evaluated where the task is about to start, with the task as `$task`.
    pub when: Option<Expr>,
    pub before: Option<TaskList>,
    pub after: Option<TaskList>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extended {
    All,
    /// `do` and `fork`, which can't be named by themselves.
    Composite,
    Call,
    Emit,
    For,
    Listen,
    Raise,
    Run,
    Set,
    Switch,
    Try,
    Wait,
}

/// `document.metadata.peygir`: a closed schema of our own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    pub case_type: Option<String>,
    pub calendar: Option<String>,
    pub owner: Option<String>,
    /// IANA zone of calendar arithmetic; `Asia/Tehran` where absent.
    pub zone: Option<String>,
    /// Of a schedule: what becomes of ticks that were missed.
    pub catch_up: CatchUp,
    /// Of a schedule: what becomes of a tick while the run before it goes on.
    pub overlap: Overlap,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CatchUp {
    /// All missed ticks together are run once, and the run knows that it is late.
    #[default]
    Once,
    Skip,
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overlap {
    #[default]
    Allow,
    Skip,
    Queue,
}

#[derive(Debug, Clone)]
pub struct Input {
    /// A JSON Schema document, where one is given inline.
    pub schema: Option<Value>,
    pub from: Option<Template>,
}

#[derive(Debug, Clone)]
pub struct Output {
    pub schema: Option<Value>,
    pub as_: Option<Template>,
}

#[derive(Debug, Clone)]
pub struct Export {
    pub schema: Option<Value>,
    pub as_: Option<Template>,
}

#[derive(Debug, Clone)]
pub struct Schedule {
    pub on: Option<Consumption>,
    pub read: Read,
    /// Five POSIX fields, read in the flow's zone; checked when the flow is read.
    pub cron: Option<String>,
    /// From tick to tick, whatever runs.
    pub every: Option<Duration>,
    /// From the end of one run to the start of the next, however it ended.
    pub after: Option<Duration>,
}

pub use crate::task_list::TaskList;

#[derive(Debug, Clone)]
pub struct Task {
    pub name: String,
    pub span: Span,
    pub if_: Option<Expr>,
    pub input: Option<Input>,
    pub output: Option<Output>,
    pub export: Option<Export>,
    pub timeout: Option<DurationExpr>,
    pub then: Option<Then>,
    pub kind: Kind,
    /// The task as it was written: what `$task.definition` shows.
    pub definition: Arc<Value>,
}

/// A flow directive. A name is that of a task in the same list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    Continue,
    Exit,
    End,
    Task(String),
}

#[derive(Debug, Clone)]
pub enum Kind {
    Call(Call),
    Do(TaskList),
    Emit(Emit),
    For(For),
    Fork(Fork),
    Listen(Listen),
    Raise(Raise),
    Run(Run),
    Set(Template),
    Switch(Vec<Case>),
    Try(Try),
    Wait(DurationExpr),
    /// A task that the language has and this engine does not run (`call: grpc`, containers …). Such a flow can be read and
    /// printed; it is refused where it is deployed.
    Refused(Refused),
}

/// Names what is not run: `call: grpc`, `run: container`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub feature: &'static str,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub struct Call {
    /// Name of the function, as written (`foad-routing`, `human-task`, `http`). If [`Workflow::functions`] has it, it is a
    /// task that runs below this one; otherwise the host knows it.
    pub function: String,
    pub function_span: Span,
    /// The evaluated `with` is the function's input; absent, the task's input is.
    pub with: Option<Template>,
}

#[derive(Debug, Clone)]
pub struct Emit {
    /// CloudEvents attributes, extensions among them; `id` and `time` are set when the event is emitted.
    pub with: Template,
}

#[derive(Debug, Clone)]
pub struct Fork {
    pub branches: TaskList,
    pub compete: bool,
}

/// Runs its list once for each item, each round with the output of the one before it.
#[derive(Debug, Clone)]
pub struct For {
    /// Variable of the item, without `$`.
    pub each: String,
    /// Evaluated once; must give an array.
    pub in_: Template,
    /// Variable of the index, from 0.
    pub at: String,
    /// Tested before each round, on the current value; false ends the loop.
    pub while_: Option<Expr>,
    pub tasks: TaskList,
}

/// An error as its author wrote it; expressions are filled when it is raised.
#[derive(Debug, Clone)]
pub struct Raise {
    pub type_: Template,
    pub status: Template,
    pub title: Option<Template>,
    pub detail: Option<Template>,
    pub instance: Option<Template>,
}

#[derive(Debug, Clone)]
pub struct Run {
    pub process: Process,
    /// Without it the task is over once the process has been started; its output is its input then.
    pub await_: bool,
}

#[derive(Debug, Clone)]
pub enum Process {
    Workflow {
        namespace: String,
        name: String,
        /// None: the latest, as of the start.
        version: Option<String>,
        /// Without it the task's input.
        input: Option<Template>,
        span: Span,
    },
    /// A script or a shell command: a function of the host ([`RUN_SCRIPT`], [`RUN_SHELL`]) and its input, `return` in it.
    Function { name: &'static str, with: Template, span: Span },
}

/// Functions behind `run: script` and `run: shell`; a host that lacks them does not allow such tasks.
pub const RUN_SCRIPT: &str = "run-script";
pub const RUN_SHELL: &str = "run-shell";

#[derive(Debug, Clone)]
pub struct Listen {
    pub to: Consumption,
    pub read: Read,
    pub foreach: Option<Foreach>,
}

/// Tasks that run for each event that a `listen` consumes, one after the other in the order of consumption.
#[derive(Debug, Clone)]
pub struct Foreach {
    /// Variable of the event (as `read` gives it), without `$`.
    pub item: String,
    /// Variable of its index, from 0.
    pub at: String,
    pub tasks: Option<TaskList>,
    pub output: Option<Output>,
    pub export: Option<Export>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Read {
    #[default]
    Data,
    Envelope,
    Raw,
}

#[derive(Debug, Clone)]
pub enum Consumption {
    One(Filter),
    All(Vec<Filter>),
    /// Without `until` the first event completes it.
    Any {
        filters: Vec<Filter>,
        until: Option<Until>,
    },
}

#[derive(Debug, Clone)]
pub enum Until {
    /// Evaluated on the array consumed so far, after each event.
    Condition(Expr),
    Events(Box<Consumption>),
}

#[derive(Debug, Clone)]
pub struct Filter {
    /// Attribute name and what it must be: a string is compared exactly, an expression is a predicate on the
    /// attribute if it gives true or false, and compared otherwise.
    pub with: Vec<(String, Template)>,
    pub correlate: Vec<Correlation>,
}

#[derive(Debug, Clone)]
pub struct Correlation {
    pub name: String,
    /// Evaluated on the event's envelope.
    pub from: Expr,
    pub expect: Option<Template>,
}

#[derive(Debug, Clone)]
pub struct Case {
    pub name: String,
    pub when: Option<Expr>,
    pub then: Then,
}

#[derive(Debug, Clone)]
pub struct Try {
    pub tasks: TaskList,
    pub catch: Catch,
}

#[derive(Debug, Clone)]
pub struct Catch {
    /// Members of the error that must equal these (`type`, `status`, `instance`, `title`, `detail`).
    pub errors: Option<Value>,
    /// Name of the variable that holds the error; `error` unless given.
    pub as_: String,
    pub when: Option<Expr>,
    pub except_when: Option<Expr>,
    pub retry: Option<Retry>,
    pub tasks: Option<TaskList>,
    pub then: Option<Then>,
}

#[derive(Debug, Clone)]
pub struct Retry {
    pub when: Option<Expr>,
    pub except_when: Option<Expr>,
    pub delay: DurationExpr,
    pub backoff: Backoff,
    /// Drawn uniformly once for each retry and journalled.
    pub jitter: Option<(DurationExpr, DurationExpr)>,
    /// Number of retries, so that n means at most n + 1 runs.
    pub count: Option<u32>,
    /// Longest time of one attempt.
    pub attempt_duration: Option<DurationExpr>,
    /// Measured from the first failure; no attempt starts after it.
    pub duration: Option<DurationExpr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backoff {
    Constant,
    Linear,
    Exponential,
}

impl std::fmt::Display for FlowName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}:{}", self.namespace, self.name, self.version)
    }
}
