//! Scenarios: what people write in Gherkin, played on a whole engine with a virtual clock.
//!
//! Owns: reading `.feature` files ([`feature`]), the catalogue of steps ([`steps`]), how a step's words are recognised
//! ([`pattern`]), the scene that steps act on ([`scene`]) and the flows that a scenario brings with it ([`flow`]). Knows the
//! engine only through its desk, its journal and the peers of `peygir_runtime::sim`; it decides nothing about cases.

mod feature;
mod flow;
mod fold;
mod pattern;
mod play;
mod scene;
mod steps;
mod values;

pub use flow::deployment::Outside;
pub use play::{Mode, Player};
