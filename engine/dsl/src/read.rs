//! From a spanned tree to the model: all problems of a file at once.
//!
//! Owns: what may stand where, and the diagnostics (`PG-D…`) for what may not. What the language has and this engine
//! does not run is refused by its own name, never as if it were a slip. Deliberately does not know which functions,
//! flows, secrets and texts there are: [`Names`] does.

mod authentication;
mod call;
mod data;
mod document;
mod event;
mod extension;
mod fields;
mod function_input;
mod http;
mod message;
mod openapi;
mod raise;
mod refused;
mod resource;
mod run;
mod schedule;
mod task;
mod try_;
mod use_;
mod variable;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use peygir_source::{Diagnostic, Diagnostics, Node, Severity, Span};

use crate::model::{FlowName, TaskList, Workflow};

/// What the reader is told of the world around a flow. Every answer may be "not known" (a single file on its own), and
/// then nothing is refused for it; only the first two have no such answer ready.
pub trait Names {
    /// Whether a function of this name can be called; `None` where the caller does not know the world (a single
    /// file on its own), and then no function name is refused.
    fn has_function(&self, name: &str) -> Option<bool>;
    /// Names to offer when one is not found.
    fn functions(&self) -> Vec<String>;

    /// The JSON Schema of this function's input: what is written out under `with` is held against it.
    fn function_input(&self, _name: &str) -> Option<serde_json::Value> {
        None
    }

    /// Whether there is such a flow to run; a version of `None` is any.
    fn has_flow(&self, _namespace: &str, _name: &str, _version: Option<&str>) -> Option<bool> {
        None
    }

    /// Flows to offer when one is not found, as `namespace/name`.
    fn flows(&self) -> Vec<String> {
        Vec::new()
    }

    /// Whether the deployment has a secret of this name.
    fn has_secret(&self, _name: &str) -> Option<bool> {
        None
    }

    /// Secrets to offer when one is not found. Names alone: no value comes near a flow's text.
    fn secrets(&self) -> Vec<String> {
        Vec::new()
    }

    /// The text behind an address: a schema, a script, a function. The same address gives the same text as long as one
    /// deployment is read.
    fn resource(&self, _address: &str) -> Resource {
        Resource::Unknown
    }

    /// Whether this is a schedule in five cron fields; `Err` says in English what is wrong with it.
    fn cron(&self, _text: &str) -> Result<(), String> {
        Ok(())
    }
}

/// What stands behind an address, as far as the host knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// The host fetches nothing here; what the text holds is not looked at.
    Unknown,
    /// The host looked and there is nothing.
    Missing,
    Text(Arc<str>),
}

/// For reading a file on its own: no function name is refused.
#[derive(Debug, Clone, Copy, Default)]
pub struct AnyNames;

impl Names for AnyNames {
    fn has_function(&self, _: &str) -> Option<bool> {
        None
    }

    fn functions(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Reads and checks a workflow; findings come in the order of their places. `Err` holds at least one error; `Ok` may come with warnings.
pub fn workflow(root: &Node, names: &dyn Names) -> Result<(Workflow, Diagnostics), Diagnostics> {
    match document(root, names) {
        (Some(workflow), found) if !found.has_errors() => Ok((workflow, found)),
        (_, found) => Err(found),
    }
}

/// Reads a workflow to show it or to print it: one that only uses what is not run here ([`refused`]) is read too. None
/// comes with at least one error that is more than that.
pub fn document(root: &Node, names: &dyn Names) -> (Option<Workflow>, Diagnostics) {
    let mut reader = Reader::new(names);
    let workflow = reader.workflow(root);
    let mut errors = reader.found.list.iter().filter(|one| one.severity == Severity::Error);
    let wrong = errors.any(|error| !refused(error.code));
    reader.put_in_order();
    (workflow.filter(|_| !wrong), reader.found)
}

/// Whether this is the code of something that the language has and this engine refuses to run.
pub fn refused(code: &str) -> bool {
    message::REFUSED.iter().any(|(_, known)| *known == code)
}

/// One reading. Its methods give `None` where something was refused, after saying so. A task of which something was
/// refused stands in its list all the same: what is to say of the others is said too, and the flow as a whole is refused.
struct Reader<'n> {
    names: &'n dyn Names,
    found: Diagnostics,
    shared: Shared<'n>,
    /// The flow that is read: it may start itself.
    own: Option<FlowName>,
    /// Variables that tasks around the current place bind: errors caught, items of loops and their indices.
    bound: Vec<String>,
    /// Functions that are tasks, by the text after `call:`. None for one that is being read or could not be.
    functions: BTreeMap<String, Option<TaskList>>,
    /// Texts within texts: a function at an address that calls one at another.
    depth: usize,
    /// Errors in the task that is being read; those in the tasks within it are theirs.
    errors: usize,
    /// Where the tasks stand of which nobody can say where they lead, for what is wrong in them.
    astray: BTreeSet<Span>,
}

/// What `use` declares, by name; resolved where it is referred to.
#[derive(Default)]
struct Shared<'n> {
    authentications: BTreeMap<&'n str, &'n Node>,
    catalogs: BTreeMap<&'n str, &'n Node>,
    errors: BTreeMap<&'n str, &'n Node>,
    functions: BTreeMap<&'n str, &'n Node>,
    retries: BTreeMap<&'n str, &'n Node>,
    timeouts: BTreeMap<&'n str, &'n Node>,
    secrets: Vec<String>,
}

impl<'n> Reader<'n> {
    fn new(names: &'n dyn Names) -> Self {
        Self {
            names,
            found: Diagnostics::default(),
            shared: Shared::default(),
            own: None,
            bound: Vec::new(),
            functions: BTreeMap::new(),
            depth: 0,
            errors: 0,
            astray: BTreeSet::new(),
        }
    }

    fn push(&mut self, diagnostic: Diagnostic) {
        if diagnostic.severity == Severity::Error && !refused(diagnostic.code) {
            self.errors += 1;
        }
        self.found.push(diagnostic);
    }

    /// Reads with more variables than are bound around.
    fn with_bound<T>(&mut self, variables: &[&str], read: impl FnOnce(&mut Self) -> T) -> T {
        let outside = self.bound.len();
        self.bound.extend(variables.iter().map(|name| (*name).to_owned()));
        let result = read(self);
        self.bound.truncate(outside);
        result
    }

    /// Reads what stands for itself wherever it is used: nothing is bound in it but `variables`.
    fn alone<T>(&mut self, variables: &[&str], read: impl FnOnce(&mut Self) -> T) -> T {
        let outside = std::mem::take(&mut self.bound);
        let result = self.with_bound(variables, read);
        self.bound = outside;
        result
    }

    /// In the order of places; what is read where it is declared and again where it is referred to is told once.
    fn put_in_order(&mut self) {
        self.found.list.sort_by(|one, other| {
            let key = |diagnostic: &'_ Diagnostic| (diagnostic.span.line, diagnostic.span.column, diagnostic.code);
            key(one).cmp(&key(other)).then_with(|| one.message.cmp(&other.message))
        });
        self.found.list.dedup();
    }
}

/// What a member that may be missing was read as: missing is `Some(None)`, refused is `None`.
fn optional<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    match read {
        Some(None) => None,
        Some(read) => Some(read),
        None => Some(None),
    }
}
