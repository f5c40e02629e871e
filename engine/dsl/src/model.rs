//! A workflow as the engine runs it. Every expression is compiled; every name keeps its place in the source.

use std::sync::Arc;

use peygir_source::Span;
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
    pub timeout: Option<Duration>,
    pub schedule: Option<Schedule>,
    pub tasks: TaskList,
}

/// `document.metadata.peygir`: a closed schema of our own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    pub case_type: Option<String>,
    pub calendar: Option<String>,
    pub owner: Option<String>,
    /// IANA zone of calendar arithmetic; `Asia/Tehran` where absent.
    pub zone: Option<String>,
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
}

/// Tasks in the order of writing. Names are unique within a list.
pub type TaskList = Arc<Vec<Task>>;

#[derive(Debug, Clone)]
pub struct Task {
    pub name: String,
    pub span: Span,
    pub if_: Option<Expr>,
    pub input: Option<Input>,
    pub output: Option<Output>,
    pub export: Option<Export>,
    pub timeout: Option<Duration>,
    pub then: Option<Then>,
    pub kind: Kind,
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
    Fork(Fork),
    Listen(Listen),
    Set(Template),
    Switch(Vec<Case>),
    Try(Try),
    Wait(Duration),
}

#[derive(Debug, Clone)]
pub struct Call {
    /// Name of the function, as written (`foad-routing`, `human-task`, `http`).
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

#[derive(Debug, Clone)]
pub struct Listen {
    pub to: Consumption,
    pub read: Read,
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
    pub delay: Duration,
    pub backoff: Backoff,
    /// Drawn uniformly once for each retry and journalled.
    pub jitter: Option<(Duration, Duration)>,
    /// Number of retries, so that n means at most n + 1 runs.
    pub count: Option<u32>,
    /// Longest time of one attempt.
    pub attempt_duration: Option<Duration>,
    /// Measured from the first failure; no attempt starts after it.
    pub duration: Option<Duration>,
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
