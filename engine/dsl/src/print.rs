//! A workflow as YAML again: canonical and readable, the keys in the order of writing.
//!
//! What is printed is the document, not the model: nothing that somebody wrote is lost, and reading it again gives the same
//! model but for the places.

use peygir_source::yaml;

use crate::model::Workflow;

/// The document as YAML. Comments are not part of it.
pub fn yaml(workflow: &Workflow) -> String {
    yaml::print(&workflow.written)
}
