//! Decision tables: rules that an expert writes in YAML, checked when read, decided with an explanation.
//!
//! Owns: the table's form ([`Table::read`], all errors at once), the closed grammar of cells ([`cell`]), deciding
//! ([`Table::decide`]) and the embedded tests. Deliberately does not know where inputs come from (the caller gathers
//! them by [`Input::from`]), who stores tables, or what an agency is. Overlays and analysis of tables come as modules
//! beside these; the model keeps what they need: stable rule ids, `locked`, `last`, and cells that are data.

pub mod analysis;
pub mod cell;
mod complaint;
mod days;
mod decide;
mod domain;
mod explain;
mod fault;
mod label;
pub mod limits;
mod merge;
mod model;
mod normalise;
mod number;
mod output;
mod overlay;
mod read;
mod tests;
mod value_type;
mod window;

pub use decide::{Decision, Fired, NotFired, WhyNot};
pub use domain::Limit;
pub use fault::Fault;
pub use label::Label;
pub use model::{BASE, Because, Condition, Hit, Input, LayerRef, Output, Rule, Table};
pub use normalise::SearchKey;
pub use overlay::{Layer, Overlay};
pub use output::{Part, Template};
pub use tests::{TestOutcome, TestRow};
pub use value_type::ValueType;
pub use window::Window;
