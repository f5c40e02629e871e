//! Deadlines and waits on a virtual clock.

mod account;
mod any_sequence;
mod formats;
mod moved;
mod seen;
mod waits;
mod world;
