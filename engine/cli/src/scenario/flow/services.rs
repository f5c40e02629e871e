//! Peers of a scenario: a server on a loopback port that answers as the scenario says, for hosts of any name.
//!
//! The calls are real ones, made by the connector that makes them everywhere. Time is the scenario's: the server answers at
//! once and tells when its answer would be there ([`peygir_runtime::sim::Peers`]). It remembers keys: a request whose
//! answer was lost is answered as before, and counted apart.

mod http;
mod stub;

pub use stub::{Asked, Reply, Services};
