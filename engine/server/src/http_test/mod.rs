//! The server as its clients meet it: the shipped deployment on a memory store and a virtual clock, behind the real
//! router.

mod api;
mod console;
mod deadlines;
mod decisions;
mod events;
mod fixture;
mod gate;
mod health;
mod instances;
mod pack_readers;
mod packs;
mod packs_bare;
mod packs_standing;
mod sockets;
