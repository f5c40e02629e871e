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

use peygir_source::{Diagnostic, Diagnostics, Node};

use crate::model::Workflow;

/// What the reader is told of the world around a flow.
pub trait Names {
    /// Whether a function of this name can be called; `None` where the caller does not know the world (a single
    /// file on its own), and then no function name is refused.
    fn has_function(&self, name: &str) -> Option<bool>;
    /// Names to offer when one is not found.
    fn functions(&self) -> Vec<String>;
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
