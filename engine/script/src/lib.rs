//! The sandbox for scripts (rhai) and for expression cells of decision tables.
//!
//! Owns: which part of rhai an author may use, every limit of a run ([`limits`]), the way of JSON in and out, the
//! faults a run can end with, and the YAML tests that lie beside a script ([`tests`]). A script decides and *returns*
//! data: it has no clock, randomness, file, network or output. A run can be watched: which lines ran ([`Coverage`]), or
//! every step with its values ([`steps`]). Deliberately does not know what the returned actions mean, where scripts are
//! stored, or how the wall clock is read: the caller tells by a [`Deadline`].

mod actions;
mod cell;
mod check;
mod complaint;
mod coverage;
mod deadline;
mod declared;
mod engine;
mod fault;
mod fuel;
mod header;
mod json;
mod kind;
mod library;
pub mod limits;
mod literal;
mod now;
mod parts;
pub mod reference;
mod script;
mod size;
mod stack;
mod stdlib;
pub mod steps;
pub mod tests;
mod trace;
mod unfit;
mod world;
mod written;

pub use actions::{Actions, listed};
pub use cell::Cell;
pub use coverage::Coverage;
pub use deadline::Deadline;
pub use fault::{Fault, WrongAction};
pub use limits::Limit;
pub use now::Now;
pub use script::{Answered, Script};
pub use world::World;
pub use written::Written;
