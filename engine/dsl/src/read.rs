//! From a spanned tree to the model: all problems of a file at once.

use peygir_source::{Diagnostics, Node};

use crate::model::Workflow;

/// What the reader is told of the world around a flow.
pub trait Names {
    /// Whether a function of this name can be called; `None` where the caller does not know the world (a single
    /// file on its own), and then no function name is refused.
    fn has_function(&self, name: &str) -> Option<bool>;
    /// Names to offer when one is not found.
    fn functions(&self) -> Vec<String>;
}

/// Reads and checks a workflow. `Err` holds at least one error; `Ok` may come with warnings.
pub fn workflow(_root: &Node, _names: &dyn Names) -> Result<(Workflow, Diagnostics), Diagnostics> {
    todo!()
}
