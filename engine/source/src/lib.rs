//! Text that people write, as a tree that remembers where every value stood, and the diagnostics that point into it.
//!
//! Owns: reading YAML within named limits ([`yaml`]), the spanned tree ([`Node`]), and the one form of every complaint
//! about what people wrote ([`Diagnostic`]). Deliberately does not know what any document means: flows, tables,
//! calendars and packs are read by their own crates from a [`Node`].

mod diagnostic;
mod digits;
mod node;
pub mod render;
mod suggest;
pub mod yaml;
mod yaml_fault;
mod yaml_print;
mod yaml_slip;

pub use diagnostic::{Diagnostic, Diagnostics, Help, Severity};
pub use digits::persian_numbers;
pub use node::{Entry, Node, Span, Value};
pub use suggest::suggest;
