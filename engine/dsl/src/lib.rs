//! The workflow language: from text to a model that knows where everything was written.
//!
//! Owns: the model of the CNCF workflow DSL 1.0.3 ([`model`]), reading it from a spanned tree and refusing what is wrong
//! or not run here ([`read`]), and jq expressions behind our own limits ([`expr`]). Knows no instance, no time, no
//! store, and no function by name: which functions exist is told to the checker by its caller.

mod check;
pub mod duration;
pub mod expr;
pub mod lookup;
pub mod model;
pub mod print;
pub mod read;
pub mod task_list;
