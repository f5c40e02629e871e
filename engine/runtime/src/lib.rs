//! Everything around the pure core: turns, the outbox, timers, the catalog of functions, sealing, the clock.
//!
//! Owns: how a command becomes a commit ([`turn`], [`engine`]), who is told when ([`host`]), sealing ([`vault`]), and the
//! face that clients see ([`desk`]). Knows no particular store and no particular connector: the binary hands both in.

pub mod access;
pub mod actions;
mod cache;
pub mod catalog;
pub mod clock;
pub mod closures;
pub mod command;
pub mod deploy;
pub mod desk;
pub mod engine;
pub mod health;
mod hex;
pub mod host;
pub mod interest;
pub mod known;
pub mod lifecycle;
pub mod limits;
pub mod offload;
pub mod operation;
pub mod outgoing;
pub mod pack;
pub mod packs;
pub mod resources;
pub mod rows;
pub mod schedule;
pub mod sim;
pub mod stream;
pub mod tally;
pub mod turn;
pub mod vault;
mod watch;
pub mod webhook;

pub mod figures {
    //! What a store counts of itself, for those who may not know stores.

    pub use peygir_store::StoreFigures;
    pub use peygir_store::figures::*;
}
