//! Everything around the pure core: turns, the outbox, timers, the catalog of functions, sealing, the clock.
//!
//! Owns: how a command becomes a commit ([`turn`]), who waits for what, and the face that clients see ([`desk`]). Knows no
//! particular store and no particular connector: the binary hands both in.

pub mod access;
pub mod desk;
