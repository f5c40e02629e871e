//! Scenarios: what people write in Gherkin, played on a whole engine with a virtual clock.
//!
//! Owns: reading `.feature` files ([`feature`]), the catalogue of steps ([`steps`]), how a step's words are recognised
//! ([`pattern`]), and the scene that steps act on ([`scene`]). Knows the engine only through its desk and the gateways of
//! `peygir_runtime::sim`; it decides nothing about cases.

mod feature;
mod fold;
mod pattern;
mod play;
mod scene;
mod steps;
mod values;

pub use play::{Deployments, play_file};
