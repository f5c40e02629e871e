//! From a spanned tree to the model: all problems of a file at once.
//!
//! Owns: what may stand where, and the diagnostics (`PG-D…`) for what may not. What the language has and this engine
//! does not run yet is refused by its own name, never as if it were a slip. Deliberately does not know which functions
//! there are: [`Names`] does.

mod data;
mod document;
mod event;
mod fields;
mod http;
mod message;
mod task;
mod try_;

use std::collections::BTreeMap;
use std::sync::Arc;

use peygir_source::{Diagnostic, Diagnostics, Node};

use crate::model::Workflow;

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
    let mut reader = Reader { names, found: Diagnostics::default(), shared: Shared::default(), caught: Vec::new() };
    let workflow = reader.workflow(root);
    reader.put_in_order();
    match workflow {
        Some(workflow) if !reader.found.has_errors() => Ok((workflow, reader.found)),
        _ => Err(reader.found),
    }
}

/// One reading. Its methods give `None` where something was refused, after saying so.
struct Reader<'n> {
    names: &'n dyn Names,
    found: Diagnostics,
    shared: Shared<'n>,
    /// Variables that hold a caught error, of the `catch` lists around the current place.
    caught: Vec<String>,
}

/// What `use` declares, by name; resolved where it is referred to.
#[derive(Default)]
struct Shared<'n> {
    retries: BTreeMap<&'n str, &'n Node>,
    timeouts: BTreeMap<&'n str, &'n Node>,
}

impl Reader<'_> {
    fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// In the order of places; what is read where it is declared and again where it is referred to is told once.
    fn put_in_order(&mut self) {
        self.found.list.sort_by_key(|diagnostic| (diagnostic.span.line, diagnostic.span.column, diagnostic.code));
        self.found.list.dedup();
    }
}
