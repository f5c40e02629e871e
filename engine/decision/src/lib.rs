//! Decision tables: rules that an expert writes in YAML, checked when read, decided with an explanation.
//!
//! Owns: the table's form ([`Table::read`], all errors at once), the closed grammar of cells ([`cell`]), the differences
//! that layers lay over a table ([`Overlay`], [`Table::merge`]), deciding on a day ([`Table::decide`]), the embedded tests,
//! and what can be proven of a table before it decides ([`analysis`]). Deliberately does not know where inputs come from
//! (the caller gathers them by [`Input::from`]), who stores tables, which layers hold where, or what an agency is.

pub mod analysis;
pub mod cell;
mod complaint;
mod days;
mod decide;
mod domain;
mod endings;
mod explain;
mod fault;
mod label;
pub mod limits;
mod merge;
mod model;
pub mod mutants;
mod names;
mod normalise;
mod number;
mod output;
mod overlay;
mod read;
pub mod rebase;
mod sources;
mod tests;
mod value_type;
mod window;

pub use decide::{Decision, Fired, NotFired, Stopped, WhyNot};
pub use domain::Limit;
pub use endings::Ending;
pub use fault::Fault;
pub use label::Label;
pub use model::{BASE, Because, Condition, Hit, Input, LayerRef, Output, Rule, Table, TakenOut};
pub use names::Names;
pub use normalise::SearchKey;
pub use output::{Part, Template};
pub use overlay::{Layer, Overlay};
pub use tests::{Changed, TestOutcome, TestRow};
pub use value_type::ValueType;
pub use window::Window;
