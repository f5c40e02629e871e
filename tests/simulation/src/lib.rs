//! The deterministic simulator: the real engine, host, desk and store on one thread, with a disk, a clock, peers and clients
//! that a seed draws. One seed gives one run.
//!
//! Owns: the simulated machine ([`machine`], [`local`]), the world outside ([`peers`], [`clients`]), the lives of the program
//! ([`process`]), and what must hold ([`checks`], [`ledger`], [`outbox`]). Replaces nothing of the product.

mod campaign;
pub mod checks;
mod clients;
mod commit;
mod content;
mod dice;
mod fate;
mod finding;
mod groups;
mod ledger;
mod local;
mod machine;
mod outbox;
mod peers;
mod process;
mod run;
mod sabotage;
pub mod samples;
mod shelf;
mod steps;
mod trace;
mod wall;
mod world;

pub use campaign::{Campaign, Report, one};
pub use checks::enough::Counts;
pub use commit::commit;
pub use finding::Finding;
pub use local::faults::FIRST_SEED;
pub use run::{Outcome, run};
pub use sabotage::Sabotage;
