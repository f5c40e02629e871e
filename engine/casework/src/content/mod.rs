//! What people write for cases besides flows and rules: forms, message templates, the directory of agencies and people.
//!
//! Owns: reading each from a spanned tree with all findings at once (`PG-P…`), checking an answer against a form,
//! rendering a message, and finding who holds a role for a place. Deliberately does not know folders, packs or which
//! layer an entry came from: the runtime's catalog reads the files and lays one pack over the other.

pub mod directory;
pub mod form;
pub mod read;
pub mod template;
mod template_scan;

pub use directory::{Agency, Directory, Holding, Named, Person, Reference, ReferenceKind};
pub use form::{Choice, Field, FieldKind, Form, OptionsFrom};
pub use template::{RenderError, Template};
